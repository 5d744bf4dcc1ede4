"""What a column holds, as far as comparing and counting it is concerned."""

from __future__ import annotations

import re
from enum import StrEnum


class Kind(StrEnum):
    """The families of column types that Andon tells apart."""

    NAIVE = "timestamp without time zone"
    AWARE = "timestamp with time zone"
    DATE = "date"
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    OTHER = "other"


_PATTERNS: tuple[tuple[str, Kind], ...] = (
    (r"timestamptz|timestamp.* with (local )?time zone|timestamp_ltz|timestamp_tz", Kind.AWARE),
    (r"timestamp|datetime", Kind.NAIVE),
    (r"date$", Kind.DATE),
    (r"(var)?char|text|string|clob|enum|nvarchar|bpchar", Kind.TEXT),
    (r"(u|small|big|tiny|huge|uhuge|medium)*int(eger)?\d*$|serial|bigserial", Kind.INTEGER),
    (r"bool(ean)?$", Kind.BOOLEAN),
    (r"float|double|real|decimal|numeric|number|dec$|money", Kind.NUMBER),
)


def kind_of(type_name: str) -> Kind:
    """The kind of a column from its type's name in any engine's spelling."""
    name = type_name.strip().lower()
    name = re.sub(r"^(nullable|lowcardinality)\((.*)\)$", r"\2", name)
    for pattern, kind in _PATTERNS:
        if re.match(pattern, re.sub(r"\(.*?\)", "", name)):
            return kind
    return Kind.OTHER
