"""The kinds of columns, as far as comparing and counting is concerned."""

from __future__ import annotations

import re
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of column types that Andon distinguishes."""

    NAIVE = "timestamp without time zone"
    AWARE = "timestamp with time zone"
    DATE = "date"
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    UUID = "UUID"
    #: Text of a type of its own (an enum, `citext`, `char(n)`): read as text, without padding.
    LABEL = "label"
    #: Read as text, with escapes for other bytes.
    BYTES = "bytes"
    #: Text with a collation that may treat different letters as equal: read by code points.
    COLLATED = "collated text"
    #: Read as a number.
    MONEY = "money"
    #: One value of any type: read as text where the engine knows the type.
    JSON = "JSON"
    #: A list, a structure, a map: neither an id nor a name.
    NESTED = "a list or a structure"
    OTHER = "other"


_PATTERNS: tuple[tuple[str, Kind], ...] = (
    (
        r".*\[\d*\]$|(array|list|struct|map|row|record|tuple|union|object|super|nested)\b",
        Kind.NESTED,
    ),
    (r"jsonb?$|variant$", Kind.JSON),
    (r".* collate (?!utf8_binary)\w", Kind.COLLATED),
    (r"timestamptz|timestamp.* with (local )?time zone|timestamp_ltz|timestamp_tz", Kind.AWARE),
    (r"timestamp|datetime", Kind.NAIVE),
    (r"date$", Kind.DATE),
    (r"enum|citext|bpchar|n?char$|character$", Kind.LABEL),
    (r"(var)?char|text|string|clob|nvarchar|nchar|nclob", Kind.TEXT),
    (r"uuid|uniqueidentifier", Kind.UUID),
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
