"""What a configuration dataclass declares: its keys, their types, limits and allowed texts."""

from __future__ import annotations

import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from checks.config.closed_days import ALLOWED as CLOSED_DAYS

SOURCE_KINDS = ("table", "query", "files")

_KIND_TEXT = {
    "timezone": "an IANA time zone such as Europe/Berlin",
    "database_url": "an SQLAlchemy URL such as duckdb:///warehouse.duckdb",
    "http_url": "an address that begins with http:// or https://",
    "table": "a table as [catalog.][schema.]name",
    "query": "one read-only SELECT",
    "column": "a column's name",
    "partition_format": "a date format: %Y, %m, %d, optionally %H, in this order, such as %Y-%m-%d",
    "holidays": "a country's two letters, such as US, or one of its regions, such as DE-BY",
    "readable_files": 'a file, a glob such as "lake/*.parquet", or a folder with / at its end',
    "path": "a file",
    "alias": "a name of letters, digits and _",
    "extension": "an extension's name, such as httpfs",
    "closed_days": CLOSED_DAYS,
    "cron": "a cron expression of five fields (minute hour day month weekday), such as 0 6 * * 1-5",
    "duration": "a time with its unit, such as 90m, 2h, 1h 30m or 1d",
    "files": 'a glob such as "quarantine/*.csv", or a name with {date:%Y%m%d} in it',
}


class Declaration(NamedTuple):
    """One key. `type`: bool, int, float, str, date, timedelta, tuple, ZoneInfo, a StrEnum or a
    dataclass.

    name: what the file calls it. attribute: the field. item: the type of a tuple's items.
    """

    name: str
    attribute: str
    item: type
    type: type
    optional: bool
    default: Any
    doc: str
    kind: str
    choices: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    above: float | None
    example: str
    secret: bool

    @property
    def required(self) -> bool:
        """Whether the key has to be in the file."""
        return self.default is MISSING

    @property
    def allowed_texts(self) -> tuple[str, ...]:
        """The only texts allowed, where they can be listed."""
        if issubclass(self.type, StrEnum):
            return tuple(member.value for member in self.type)
        return self.choices

    @property
    def item_allowed(self) -> str:
        """What one value (of a list: one item) may be, as text for a message."""
        if is_dataclass(self.type):
            return f"a mapping of {', '.join(key.name for key in settings_of(self.type))}"
        if self.type is bool:
            return "true or false"
        if date in (self.type, self.item):
            return "a day, such as 2025-11-28"
        if self.type in (int, float):
            return ("a whole number" if self.type is int else "a number") + self._limits
        if self.allowed_texts:
            return " or ".join(self.allowed_texts)
        return _KIND_TEXT.get(self.kind, "a name" if self.type is tuple else "one line of text")

    @property
    def allowed(self) -> str:
        """What the key's value may be, as text for a message."""
        if self.type is not tuple:
            return self.item_allowed
        if is_dataclass(self.item):
            names = ", ".join(key.name for key in settings_of(self.item))
            return f"a list of mappings of {names}"
        if self.item is date:
            return "a list of days, such as [2025-10-02]"
        if self.kind in ("readable_files", "extension", "closed_days"):
            return f"a list; each {self.item_allowed}"
        return f"a list of: {', '.join(self.choices)}" if self.choices else "a list of names"

    @property
    def _limits(self) -> str:
        if self.minimum is not None and self.maximum is not None:
            return f" from {self.minimum} to {self.maximum}"
        limits = (
            ("above", self.above),
            ("of at least", self.minimum),
            ("of at most", self.maximum),
        )
        parts = [f"{word} {number}" for word, number in limits if number is not None]
        return f" {' and '.join(parts)}" if parts else ""


def settings_of(cls: type[Any]) -> tuple[Declaration, ...]:
    """The keys of a dataclass whose fields were made by `setting()`, in order."""
    hints = typing.get_type_hints(cls)
    return tuple(
        _declaration(
            field.name, hints[field.name], field.default, field.metadata, secret=not field.repr
        )
        for field in fields(cls)
        if "doc" in field.metadata
    )


def _declaration(name: str, hint: Any, default: Any, metadata: Any, *, secret: bool) -> Declaration:
    optional, base = _without_none(hint)
    options = {key: value for key, value in metadata.items() if key != "key"}
    return Declaration(
        name=metadata["key"] or name, attribute=name, type=typing.get_origin(base) or base,
        item=next(iter(typing.get_args(base)), str), optional=optional, default=default,
        secret=secret, **options,
    )  # fmt: skip


def _without_none(hint: Any) -> tuple[bool, Any]:
    if typing.get_origin(hint) not in (typing.Union, types.UnionType):
        return False, hint
    bases = [base for base in typing.get_args(hint) if base is not type(None)]
    if len(bases) != 1:
        raise TypeError(f"a setting has one type, besides None: {hint}")
    return True, bases[0]


Shape = Literal["bool", "int", "float", "choice", "zone", "day", "duration", "closed", "text"]


def shape_of(declared: Declaration) -> Shape:
    """How one value of a setting is read."""
    if issubclass(declared.type, StrEnum):
        return "choice"
    if declared.kind == "closed_days":
        return "closed"
    if date in (declared.type, declared.item):
        return "day"
    known: dict[type, Shape] = {
        bool: "bool", int: "int", float: "float", ZoneInfo: "zone", str: "text", tuple: "text",
        timedelta: "duration",
    }  # fmt: skip
    return known[declared.type]
