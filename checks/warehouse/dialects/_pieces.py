"""Pieces that several profiles are made of: shapes of text, types, the columns of a relation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from checks.errors import MeasurementError
from checks.model import Cause
from checks.warehouse.texts import LOCAL_TIME, LONGEST_NUMBER, NUMBER, OFFSET_TIME

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Dialect
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import ColumnElement

_BLANK = r"[ \t\n\r\v\f]*"
Matches = Callable[["ColumnElement[Any]", str], "ColumnElement[bool]"]


class Spelled(sa.types.UserDefinedType[Any]):
    """A type under the engine's own name for it."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: Any) -> str:
        return self.name

    def literal_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        return _literal


def _literal(value: Any) -> str:
    """A time or a text, as people are shown a statement."""
    return "'" + str(value).replace("'", "''") + "'"


def _shape(pattern: str) -> str:
    """A pattern for text without blanks around it; without backslashes, which engines differ in."""
    return f"^{pattern.replace(_BLANK, '')}$".replace(r"\.", "[.]")


def cast_by(function: str, value: ColumnElement[Any], type_name: str) -> ColumnElement[Any]:
    """`function(value AS type_name)`: a cast that engines spell in their own way."""
    argument = value.op("AS", precedence=100)(sa.literal_column(type_name))
    call: sa.Function[Any] = getattr(sa.func, function)(argument, type_=Spelled(type_name))
    return call


def is_number(
    column: ColumnElement[Any], trimmed: ColumnElement[Any], matches: Matches
) -> ColumnElement[bool]:
    """Whether text has the shape of a number."""
    short = sa.func.length(column) <= LONGEST_NUMBER
    return sa.and_(short, matches(trimmed, _shape(NUMBER)))


def time_if_iso(
    trimmed: ColumnElement[Any],
    matches: Matches,
    *,
    aware: ColumnElement[Any],
    local: ColumnElement[Any],
    refused: ColumnElement[Any],
) -> ColumnElement[Any]:
    """`aware` for ISO text with an offset, `local` without; `refused` has to fail on any other."""
    return sa.case(
        (trimmed.is_(None), None), (matches(trimmed, _shape(OFFSET_TIME)), aware),
        (matches(trimmed, _shape(LOCAL_TIME)), local), else_=refused,
    )  # fmt: skip


def with_z(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """Text of a time, with `Z` where it ends in `UTC`."""
    return sa.func.replace(text, " UTC", "Z", type_=sa.String)


def not_iso(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Text that no cast to a time accepts, and that tells why."""
    return sa.literal("not ISO 8601: ").concat(column)


def too_much_read(error: MeasurementError, *fragments: str) -> MeasurementError:
    """The same error, naming the setting that a statement went beyond."""
    if not any(fragment in error.detail.casefold() for fragment in fragments):
        return error
    return MeasurementError(
        Cause.BAD_VALUE, f"it would read more than warehouse.max_scan_gib: {error.detail}"
    )


def columns_of(connection: Connection, relation: FromClause) -> Sequence[Sequence[Any]]:
    """The driver's description of a relation's columns, from a statement without rows."""
    result = connection.execute(sa.select(sa.text("*")).select_from(relation).limit(0))
    return tuple(result.cursor.description or ()) if result.cursor else ()


def every_column(connection: Connection, relation: FromClause) -> str:
    """`SELECT * FROM relation` as text."""
    statement = sa.select(sa.text("*")).select_from(relation)
    return str(statement.compile(dialect=connection.dialect))
