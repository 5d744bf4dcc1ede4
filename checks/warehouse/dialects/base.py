"""The portable form of what engines do differently. A dialect overrides what it does better."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.core.text import quoted
from checks.warehouse.dialects._session import Session
from checks.warehouse.kinds import Kind, kind_of
from checks.warehouse.texts import BLANKS, cases_of

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import ColumnElement
    from sqlalchemy.types import TypeEngine

LARGEST_DOUBLE = 1.7976931348623157e308
#: One amount counts at most this much in a sum: 10^12 units, in millionths.
LARGEST_AMOUNT = 1e12
MICROS = 1_000_000
_NEAR_2_63: ColumnElement[float] = sa.literal_column("9.2e18", sa.Double)
_LONGEST_WHOLE: ColumnElement[float] = sa.literal_column("1e28", sa.Double)
_FIRST: ColumnElement[str] = sa.literal_column("'0001-01-01'", sa.String)
_LAST_DAY: ColumnElement[str] = sa.literal_column("'9999-12-31'", sa.String)
_LAST: ColumnElement[str] = sa.literal_column("'9999-12-31 23:59:59.999999'", sa.String)


class AmbiguousColumnError(Exception):
    """A query returns several columns of the same name."""


def columns_by_name(
    columns: Iterable[tuple[str, Kind]], *, folded: bool = False
) -> Mapping[str, Kind]:
    """The kinds of a relation's columns. folded: names that differ only in case are the same.

    Raises AmbiguousColumnError for a duplicate name.
    """
    kinds: dict[str, Kind] = {}
    names: set[str] = set()
    for name, kind in columns:
        key = name.casefold() if folded else name
        if key in names:
            raise AmbiguousColumnError(f"returns the column {quoted(name)} more than once")
        names.add(key)
        kinds[name] = kind
    return kinds


class Profile(Session):
    """An engine's session, types and expressions, as portable SQL."""

    #: Whether to group by one boolean per day, for which the planner expects two values each; for
    #: a CASE over times it expects as many groups as there are times, and sorts all rows.
    groups_by_truth = False
    #: Whether a column may have values of any type, whatever is declared.
    is_typed_by_value = False
    #: Whether any text column may have a collation of its own, which cannot be queried.
    hides_collations = False
    #: Whether the type of a JSON value can be read: `json_text`.
    reads_json = False
    #: Whether there are times outside of the years 1 to 9999, which Python does not have.
    counts_further = False
    #: The SQL types of bounds and results: a timestamp without zone, an instant, and text.
    naive_type: TypeEngine[Any] = sa.DateTime()
    aware_type: TypeEngine[Any] = sa.DateTime(timezone=True)
    text_type: TypeEngine[Any] = sa.String()

    def column_kinds(
        self, connection: Connection, relation: FromClause, names: tuple[str, ...] | None
    ) -> Mapping[str, Kind]:
        """Kind of every column of a relation, by its exact name.

        `names` are the parts of a table's name, None for a query. The portable way
        asks SQLAlchemy's inspector for tables and looks at one row for queries.
        """
        if names is None:
            return self._kinds_of_row(connection, relation)
        schema = ".".join(names[:-1]) or None
        columns = sa.inspect(connection).get_columns(names[-1], schema=schema)
        return columns_by_name((c["name"], kind_of(str(c["type"]))) for c in columns)

    def _kinds_of_row(self, connection: Connection, relation: FromClause) -> Mapping[str, Kind]:
        result = connection.execute(sa.select(sa.text("*")).select_from(relation).limit(1))
        row = result.first()
        return columns_by_name(
            (name, kind_of(_TYPE_NAMES.get(type(row[i]).__name__, "")) if row else Kind.OTHER)
            for i, name in enumerate(result.keys())
        )

    def columns_read_otherwise(
        self, target: FromClause, kinds: Mapping[str, Kind]
    ) -> Mapping[str, tuple[ColumnElement[Any], Kind]]:
        """Columns that are not read as stored: text by its code points, labels and bytes as text,
        JSON as the text of its value, money as a number."""
        read: dict[str, tuple[ColumnElement[Any], Kind]] = {}
        for name, kind in kinds.items():
            if kind is Kind.MONEY:
                read[name] = sa.cast(target.c[name], sa.Numeric), Kind.NUMBER
            elif (text := self._text_of(target.c[name], kind)) is not None:
                read[name] = text, Kind.TEXT
        return read

    def _text_of(self, column: ColumnElement[Any], kind: Kind) -> ColumnElement[Any] | None:
        """The expression for a text column; None for any other, and for text read as stored."""
        if kind is Kind.BYTES:
            return self.bytes_text(column)
        if kind is Kind.JSON and self.reads_json:
            return self.json_text(column)
        if kind is Kind.COLLATED or (kind is Kind.TEXT and self.hides_collations):
            return self.binary_text(column)
        if kind is Kind.LABEL:
            text = self.label_text(column)
            return self.binary_text(text) if self.hides_collations else text
        return None

    def binary_text(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        """Text that is compared by its code points, whatever its collation."""
        return text

    def id_candidates(
        self, stored: ColumnElement[Any], kind: Kind, searched_id: ColumnElement[Any]
    ) -> ColumnElement[bool] | None:
        """A condition on a bare id column that an index serves, unlike the exact condition.

        It holds for every id equal to `searched_id`, and for others. None: not needed.
        """
        return None

    def json_text(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """The single value in a JSON column as text: NULL for null, lists and structures."""
        raise NotImplementedError

    def label_text(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """A value of a special text type as text, without padding."""
        return sa.func.rtrim(self.as_text(column), type_=sa.String)

    def bytes_text(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Bytes as ASCII text, with escapes for all others."""
        return self.as_text(column)

    def table_name(self, part: str) -> str:
        """One part of a table's name in the engine's spelling, as it is always quoted."""
        return part

    def as_text(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        """Any value as text of any length."""
        return sa.cast(value, self.text_type)

    def as_double(self, number: ColumnElement[Any]) -> ColumnElement[Any]:
        """A number as a double."""
        return sa.cast(number, sa.Double)

    def number_text(self, number: ColumnElement[Any]) -> ColumnElement[Any]:
        """A number as text, the same from every type: 42, 42.0 and 42.00 are `42`."""
        size, is_whole = sa.func.abs(number), sa.func.floor(number) == number
        whole = self.as_text(sa.cast(number, sa.BigInteger))
        return sa.case(
            (sa.and_(size < _NEAR_2_63, is_whole), whole),
            (sa.and_(size < _LONGEST_WHOLE, is_whole), self.as_text(self.whole(number))),
            (size < _LONGEST_WHOLE, self.as_text(self.as_double(number))),
            else_=self.as_text(number),
        )

    def typed(self, bound: ColumnElement[Any]) -> ColumnElement[Any]:
        """A bound inside an expression, with its type, which some drivers lose."""
        return bound

    def part(self, text: ColumnElement[Any], start: int, length: int) -> ColumnElement[Any]:
        """Some characters of a text, counted from 1."""
        return sa.func.substr(text, start, length)

    def utc(self, value: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
        """A timestamp without zone, which drivers return plainly: an instant in UTC."""
        return sa.cast(value, self.naive_type)

    def plain_time(self, value: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
        """A time that every driver can return: beyond Python's years its last or first one."""
        if kind in (Kind.AWARE, Kind.NAIVE):
            plain, type_ = self.utc(value, kind), self.naive_type
        elif kind is Kind.DATE:
            plain, type_ = value, sa.Date()
        else:
            return value
        if not self.counts_further:
            return plain
        first = sa.cast(_FIRST, type_)
        last = sa.cast(_LAST_DAY if kind is Kind.DATE else _LAST, type_)
        return sa.case((plain > last, last), (plain < first, first), else_=plain)

    def is_finite(self, number: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a floating-point value is neither NaN nor infinite."""
        return sa.and_(number >= -LARGEST_DOUBLE, number <= LARGEST_DOUBLE)

    def is_no_number(self, value: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a value is stored as a number but is NaN or infinite."""
        return sa.not_(self.is_finite(value))

    def micros(self, number: ColumnElement[Any]) -> ColumnElement[Any]:
        """An amount in millionths, as a whole number: sums are then exact, in any order.

        Rounded half up by arithmetic that IEEE 754 fixes, so that engines agree. An amount
        beyond 10^12 counts as 10^12, so that one absurd value does not make a sum unreadable.
        """
        double = sa.cast(number, sa.Double)
        scaled = sa.func.floor(double * MICROS + 0.5)
        most = int(LARGEST_AMOUNT * MICROS)
        return sa.case(
            (double >= LARGEST_AMOUNT, self.whole(sa.literal_column(str(most)))),
            (double <= -LARGEST_AMOUNT, self.whole(sa.literal_column(str(-most)))),
            else_=self.whole(sa.cast(scaled, sa.BigInteger)),
        )

    def whole(self, number: ColumnElement[Any]) -> ColumnElement[Any]:
        """A whole number in a type whose sums do not overflow."""
        return sa.cast(number, sa.Numeric(38, 0))

    def total(self, micros: ColumnElement[Any]) -> ColumnElement[Any]:
        """The exact sum of amounts in millionths."""
        return sa.func.sum(micros)

    def in_order(self, column: ColumnElement[Any], kind: Kind) -> tuple[ColumnElement[Any], ...]:
        """The expressions to order by so that engines agree: text by code points, NULL last."""
        return sa.case((column.is_(None), 1), else_=0), column

    def trimmed(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        """Text without surrounding blanks (`texts.BLANKS`), and with spaces for those inside."""
        for blank in BLANKS[1:]:
            text = sa.func.replace(text, blank, " ")
        return sa.func.trim(text, type_=sa.String)

    def is_blank(self, text: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether text consists of blanks only; NULL for NULL."""
        return self.trimmed(text) == ""

    def contains(self, text: ColumnElement[Any], query: str) -> ColumnElement[bool]:
        """Whether `query` occurs in a text, ignoring case.

        lower() differs between engines, and by the language of a database. So only the letters of
        `query` are converted to lower case.
        """
        return self.with_letters_lowered(text, query).contains(query.lower(), autoescape=True)

    def with_letters_lowered(self, text: ColumnElement[Any], query: str) -> ColumnElement[Any]:
        """Text with the letters of `query` in lower case."""
        for upper, lower in cases_of(query):
            text = sa.func.replace(text, upper, lower, type_=sa.String)
        return text

    def without_query(self, address: ColumnElement[Any]) -> ColumnElement[Any]:
        """An address without its query, so that many are equal; else unchanged."""
        return address

    def to_number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Text as a number; NULL where it is none. Not possible in portable SQL."""
        raise MeasurementError(
            Cause.BAD_VALUE,
            "the revenue column is text, which this engine cannot convert safely; "
            "map a numeric column or a `query:` that casts it",
        )

    def text_instant(self, column: ColumnElement[Any], naive: ZoneInfo) -> ColumnElement[Any]:
        """ISO text as a UTC timestamp without zone; NULL for any other text. It never fails."""
        raise MeasurementError(
            Cause.BAD_VALUE,
            "the time column is text, which this engine cannot convert safely; "
            "map a timestamp column or a `query:` that casts it",
        )

    def day(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """A DATE column as days."""
        return column

    def text_not_before(
        self, column: ColumnElement[Any]
    ) -> Callable[[datetime], ColumnElement[bool]] | None:
        """A condition on the bare text that an index serves; None: not needed.

        It holds for every time at or after an instant, and for others.
        """
        return None


_TYPE_NAMES = {
    "datetime": "timestamp",
    "date": "date",
    "str": "text",
    "int": "integer",
    "float": "double",
    "Decimal": "decimal",
    "bool": "boolean",
}
