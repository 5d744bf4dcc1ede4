"""Python values as Spark SQL, for the protocol that has no parameters."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

# Servers differ in what a backslash or a doubled quote means, and replace ${...} even in text.
_PLAIN = re.compile(r"[^\x00-\x1f\x7f'\\$]*")


def literal(value: object) -> str:
    """A value as an SQL literal of its type. Raises TypeError for an unsupported type."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _double(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, date):
        return _time(value)
    raise TypeError(f"a {type(value).__name__} is no value that Spark knows")


def with_values(statement: str, values: Mapping[str, Any] | tuple[Any, ...] | None) -> str:
    """A statement with its `%(name)s` replaced by values, and `%%` by `%`."""
    named = {name: literal(value) for name, value in values.items()} if values else {}  # type: ignore[union-attr]
    return statement % named


def _double(value: float) -> str:
    if math.isfinite(value):
        return f"{value!r}D"
    name = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return f"CAST('{name}' AS DOUBLE)"


def _decimal(value: Decimal) -> str:
    return f"{value:f}BD" if value.is_finite() else _double(float(value))


def _text(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return f"'{value}'"
    return f"CAST(X'{value.encode().hex()}' AS STRING)"


def _time(value: date) -> str:
    """The literal has the column's own type: a cast would keep Spark from skipping files."""
    if not isinstance(value, datetime):
        return f"DATE '{value.isoformat()}'"
    if value.tzinfo is None:
        return f"TIMESTAMP_NTZ '{value.isoformat(' ')}'"
    return f"TIMESTAMP_LTZ '{value.astimezone(UTC).isoformat(' ')}'"
