"""Trino."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.warehouse.dialects._pieces import (
    Spelled,
    columns_of,
    is_like,
    time_if_iso,
    too_much_read,
    tried_number,
    with_z,
)
from checks.warehouse.dialects._session import APPLICATION, Limits
from checks.warehouse.dialects.base import Profile, columns_by_name
from checks.warehouse.kinds import Kind, kind_of

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import ColumnElement

_INSTANT = "TIMESTAMP(6) WITH TIME ZONE"
_TOO_MUCH = "exceeded scan limit"
_BYTES = re.compile(r'"outputSizeInBytes"\s*:\s*"?([0-9.eE+]+)')


class Trino(Profile):
    """Limits are session properties; the catalog's access control makes it read-only."""

    name = "trino"
    explain_prefix = "EXPLAIN (TYPE IO)"
    limits_scans = True
    naive_type = Spelled("TIMESTAMP(6)")
    aware_type = Spelled(_INSTANT)
    faults = (
        (_TOO_MUCH, Cause.BAD_VALUE),
        ("access denied", Cause.PERMISSION),
        ("authentication failed", Cause.PERMISSION),
        ("table_not_found", Cause.MISSING_TABLE),
        ("schema_not_found", Cause.MISSING_TABLE),
        ("catalog_not_found", Cause.MISSING_TABLE),
        ("column_not_found", Cause.MISSING_COLUMN),
        ("invalid_cast_argument", Cause.BAD_VALUE),
        ("exceeded_time_limit", Cause.TIMEOUT),
        ("exceeded maximum time limit", Cause.TIMEOUT),
        ("cannot be resolved", Cause.MISSING_COLUMN),
        ("does not exist", Cause.MISSING_TABLE),
    )

    def connect_arguments(self, url: URL, limits: Limits) -> dict[str, Any]:
        properties = _properties(url) | {"query_max_run_time": f"{limits.whole_seconds}s"}
        if limits.scan_bytes is not None:
            properties["query_max_scan_physical_bytes"] = f"{limits.scan_bytes}B"
        return {
            "source": APPLICATION,
            "client_tags": [APPLICATION],
            "session_properties": properties,
            "timezone": "UTC",
            "request_timeout": limits.seconds,
        }

    def execution_options(self, limits: Limits) -> dict[str, Any]:
        return {}

    def explained(self, error: MeasurementError) -> MeasurementError:
        return too_much_read(error, _TOO_MUCH)

    def column_kinds(
        self, connection: Connection, relation: FromClause, names: tuple[str, ...] | None
    ) -> Mapping[str, Kind]:
        described = columns_of(connection, relation)
        return columns_by_name(((str(c[0]), kind_of(str(c[1]))) for c in described), folded=True)

    def utc(self, value: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
        # A cast alone would keep the wall clock of each value's own zone.
        moment = sa.func.at_timezone(value, "UTC") if kind is Kind.AWARE else value
        return sa.cast(moment, self.naive_type)

    def is_finite(self, number: ColumnElement[Any]) -> ColumnElement[bool]:
        finite: ColumnElement[bool] = sa.func.is_finite(
            sa.cast(number, sa.Double), type_=sa.Boolean
        )
        return finite

    def to_number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return tried_number(column, self.trimmed(column))

    def text_instant(self, column: ColumnElement[Any], naive: ZoneInfo) -> ColumnElement[Any]:
        text = self.trimmed(column)
        iso = sa.func.from_iso8601_timestamp_nanos(sa.func.replace(with_z(text), " ", "T"))
        stored = sa.cast(sa.func.replace(text, "T", " "), self.naive_type)
        home = sa.func.with_timezone(stored, naive.key)
        aware, local = self.utc(iso, Kind.AWARE), self.utc(home, Kind.AWARE)
        return time_if_iso(text, is_like, aware=aware, local=local)

    def estimate(self, answer: Sequence[str]) -> str | None:
        sizes = [float(size) for size in _BYTES.findall("\n".join(answer))]
        return f"{max(sizes):,.0f} bytes" if sizes else None


def _properties(url: URL) -> dict[str, str]:
    """The session properties in the URL: the driver takes only one set of them."""
    properties = url.query.get("session_properties")
    return dict(json.loads(properties)) if isinstance(properties, str) else {}


PROFILE = Trino()
