"""Shared parts of several profiles: patterns of text, types, the columns of a relation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.warehouse.texts import ANY_BLANKS, LOCAL_TIME, LONGEST_NUMBER, NUMBER, OFFSET_TIME

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Dialect
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse.dialects.base import Profile

#: Engines' names of the kinds of JSON values, in lower case: all others are numbers.
_JSON_NESTED = ("null", "array", "object")
_JSON_KINDS = ("varchar", "string", "boolean")
_WHOLE, _WHOLE_WITH_ZEROS = "^(0|-?[1-9][0-9]*)$", "^-?[1-9][0-9]*[.]0+$"
Matches = Callable[["ColumnElement[Any]", str], "ColumnElement[bool]"]


class Spelled(sa.types.UserDefinedType[Any]):
    """A type with the engine's own name."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: Any) -> str:
        return self.name

    def literal_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        return _literal


def _literal(value: Any) -> str:
    """A time or a text as it is shown in a statement."""
    return "'" + str(value).replace("'", "''") + "'"


def _shape(pattern: str) -> str:
    """A pattern for text without surrounding blanks; without backslashes, as engines differ."""
    return f"^{pattern.replace(ANY_BLANKS, '')}$".replace(r"\.", "[.]")


def cast_by(function: str, value: ColumnElement[Any], type_name: str) -> ColumnElement[Any]:
    """`function(value AS type_name)`: a cast in an engine's own spelling."""
    argument = value.op("AS", precedence=100)(sa.literal_column(type_name))
    call: sa.Function[Any] = getattr(sa.func, function)(argument, type_=Spelled(type_name))
    return call


def is_number(
    column: ColumnElement[Any], trimmed: ColumnElement[Any], matches: Matches
) -> ColumnElement[bool]:
    """Whether text has the shape of a number."""
    short = sa.func.length(column) <= LONGEST_NUMBER
    return sa.and_(short, matches(trimmed, _shape(NUMBER)))


def is_like(column: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    """Whether text matches a pattern, by the function REGEXP_LIKE."""
    matches: ColumnElement[bool] = sa.func.regexp_like(column, pattern, type_=sa.Boolean)
    return matches


def matches_pattern(column: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    """Whether text matches a pattern, by the engine's operator."""
    return column.regexp_match(pattern)


def tried_number(column: ColumnElement[Any], trimmed: ColumnElement[Any]) -> ColumnElement[Any]:
    """Text as a number by TRY_CAST; NULL where it has not the shape of one."""
    number = cast_by("try_cast", trimmed, "DOUBLE")
    return sa.case((is_number(column, trimmed, is_like), number), else_=None)


def path_of(address: ColumnElement[Any]) -> ColumnElement[Any]:
    """An address up to its query and fragment, by SPLIT_PART."""
    path = sa.func.split_part(address, "?", 1, type_=sa.String)
    return sa.func.split_part(path, "#", 1, type_=sa.String)


def single_json(
    json_type: ColumnElement[Any], text: ColumnElement[Any], profile: Profile
) -> ColumnElement[Any]:
    """The text of a JSON value; NULL for null, lists and structures.

    json_type: the engine's name of the value's kind. text: a string without its quotes, anything
    else as it is written.
    """
    number = profile.to_number(text)
    as_number = sa.case(
        (text.regexp_match(_WHOLE), text),
        (text.regexp_match(_WHOLE_WITH_ZEROS), sa.func.split_part(text, ".", 1, type_=sa.String)),
        (number.is_not(None), profile.number_text(number)),
        else_=text,
    )
    kind = sa.func.lower(json_type)
    return sa.case((kind.in_(_JSON_NESTED), None), (kind.in_(_JSON_KINDS), text), else_=as_number)


def time_if_iso(
    trimmed: ColumnElement[Any],
    matches: Matches,
    *,
    aware: ColumnElement[Any],
    local: ColumnElement[Any],
) -> ColumnElement[Any]:
    """`aware` for ISO text with an offset, `local` without; NULL for any other text."""
    return sa.case(
        (matches(trimmed, _shape(OFFSET_TIME)), aware),
        (matches(trimmed, _shape(LOCAL_TIME)), local),
        else_=None,
    )


def with_z(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """Text of a time, with `Z` where it ends in `UTC`."""
    return sa.func.replace(text, " UTC", "Z", type_=sa.String)


def too_much_read(error: MeasurementError, *fragments: str) -> MeasurementError:
    """The error with the name of the setting whose limit a statement exceeded."""
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
