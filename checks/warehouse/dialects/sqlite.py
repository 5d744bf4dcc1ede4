"""SQLite: times are ISO text, numbers may be anything."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.sqlite_urls import file_of, is_in_memory
from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.warehouse.dialects._pieces import columns_of
from checks.warehouse.dialects._session import Limits
from checks.warehouse.dialects._sqlite_file import read_only_url, unreadable
from checks.warehouse.dialects._sqlite_kinds import sampled_kinds
from checks.warehouse.dialects.base import LARGEST_AMOUNT, MICROS, Profile, columns_by_name
from checks.warehouse.faults import classify
from checks.warehouse.kinds import Kind, kind_of
from checks.warehouse.texts import BLANKS, day_of, number_of, utc_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.engine import URL, Connection
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import ColumnElement


_BILLION = 10**9
_SECOND = re.compile(r":\d+$")
_UTC = ("UTC", "Etc/UTC")
_MICROSECONDS = ".[0-9][0-9][0-9][0-9][0-9][0-9]"
#: Anything but printable ASCII and blanks: not part of any number or time.
_NOT_ASCII = f"*[^ -~{BLANKS}]*"
#: A whole day: text that looks like a number would be compared as one.
_OLDEST = sa.literal("1970-01-01", sa.String)


class SQLite(Profile):
    """Columns have no reliable type: each value has its own, and a time is text."""

    name = "sqlite"
    keeps_engines = True
    is_typed_by_value = True
    explain_prefix = "EXPLAIN QUERY PLAN"
    faults = (
        ("interrupted", Cause.TIMEOUT),
        ("no such function", Cause.BAD_VALUE),
        ("could not decode to utf-8", Cause.BAD_VALUE),
        ("user-defined function raised exception", Cause.BAD_VALUE),
    )

    def engine_url(self, url: URL) -> URL:
        return read_only_url(url)

    def check_target(self, url: URL) -> None:
        if not is_in_memory(url) and not file_of(url).is_file():
            detail = f"the database file {file_of(url).name} does not exist"
            raise MeasurementError(Cause.CONNECTION, detail, retry=True)

    def cause_of(self, error: BaseException) -> Cause | None:
        """SQLITE_ERROR is a mistake in the statement, for example in a view, not one of the file.

        A few of these errors have another cause, known from their text.
        """
        original = getattr(error, "orig", None) or error
        if getattr(original, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR:
            return None
        return classify(str(original), self.patterns()) or Cause.BAD_VALUE

    def known_fault(self, error: BaseException, url: URL) -> MeasurementError | None:
        return unreadable(error, url)

    def connect_arguments(self, url: URL, limits: Limits) -> dict[str, Any]:
        return {"check_same_thread": False}

    def session_statements(self, limits: Limits) -> tuple[str, ...]:
        return (
            "PRAGMA query_only = ON",
            f"PRAGMA busy_timeout = {int(limits.lock_seconds * 1000)}",
        )

    def opened(self, driver_connection: Any, limits: Limits) -> None:
        driver_connection.text_factory = _decoded
        driver_connection.create_function("andon_number", 1, number_of, deterministic=True)
        driver_connection.create_function("andon_utc", 2, _utc, deterministic=True)
        driver_connection.create_function("andon_day", 1, day_of, deterministic=True)

    def is_lock(self, error: BaseException) -> bool:
        return "database is locked" in str(error)

    def column_kinds(
        self, connection: Connection, relation: FromClause, names: tuple[str, ...] | None
    ) -> Mapping[str, Kind]:
        described = [str(column[0]) for column in columns_of(connection, relation)]
        declared = self._declared(connection, names) if names else {}
        # In a subquery SQLite names the second column `a` `a:1`.
        single = (_SECOND.sub("", name) if names is None else name for name in described)
        columns_by_name(((name, Kind.OTHER) for name in single), folded=True)
        return sampled_kinds(connection, relation, described, declared)

    def _declared(self, connection: Connection, names: tuple[str, ...]) -> Mapping[str, Kind]:
        schema = names[-2] if len(names) > 1 else None
        columns = sa.inspect(connection).get_columns(names[-1], schema=schema)
        return {column["name"]: kind_of(str(column["type"])) for column in columns}

    def columns_read_otherwise(
        self, target: FromClause, kinds: Mapping[str, Kind]
    ) -> Mapping[str, tuple[ColumnElement[Any], Kind]]:
        """Every column, as a declared collation must not decide which values are equal."""
        read = super().columns_read_otherwise(target, kinds)
        as_stored = ((name, (target.c[name], kind)) for name, kind in kinds.items())
        return {
            name: (sa.collate(column, "BINARY"), kind)
            for name, (column, kind) in (dict(as_stored) | dict(read)).items()
        }

    def estimate(self, answer: Sequence[str]) -> str | None:
        steps = dict.fromkeys(line for line in answer if line.startswith(("SCAN ", "SEARCH ")))
        return "; ".join(steps) or None

    def is_finite(self, number: ColumnElement[Any]) -> ColumnElement[bool]:
        # An infinity times 0 is NaN, which is NULL here. abs() fails for the smallest integer.
        return number.op("*", precedence=8)(sa.literal_column("0")).is_not(None)

    def is_no_number(self, value: ColumnElement[Any]) -> ColumnElement[bool]:
        # Text such as '1e999' would be read as a number.
        return sa.and_(sa.func.typeof(value) == "real", sa.not_(self.is_finite(value)))

    def micros(self, number: ColumnElement[Any]) -> ColumnElement[Any]:
        # Not every SQLite has floor(); CAST cuts towards zero.
        double = sa.cast(number, sa.Double)
        scaled = double * MICROS + 0.5
        cut = sa.cast(scaled, sa.BigInteger)
        floor = sa.case((cut > scaled, cut - 1), else_=cut)
        most = LARGEST_AMOUNT * MICROS
        return sa.case(
            (double >= LARGEST_AMOUNT, self.whole(sa.literal_column(str(most)))),
            (double <= -LARGEST_AMOUNT, self.whole(sa.literal_column(str(-most)))),
            else_=self.whole(floor),
        )

    def whole(self, number: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.cast(number, sa.BigInteger)

    def total(self, micros: ColumnElement[Any]) -> ColumnElement[Any]:
        # A sum of integers fails beyond 2^63. So thousands of units are summed separately, and a
        # sum that would fail is a double.
        thousands = sa.func.sum(micros.op("/")(_BILLION))
        rest = sa.func.sum(micros.op("%")(_BILLION))
        exact = thousands.op("*")(_BILLION) + rest
        rough = sa.cast(thousands, sa.Double) * float(_BILLION) + rest
        return sa.case((sa.func.abs(thousands) < _BILLION * 9, exact), else_=rough)

    def to_number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        # A Python function is slow.
        read = _of_ascii(column, sa.func.andon_number(column, type_=sa.Double))
        is_number = sa.func.typeof(column).in_(("real", "integer"))
        return sa.case((is_number, column), else_=read)

    def number_text(self, number: ColumnElement[Any]) -> ColumnElement[Any]:
        whole = sa.cast(number, sa.BigInteger)
        is_whole = sa.and_(sa.func.typeof(number) == "real", whole == number)
        return sa.case((is_whole, self.as_text(whole)), else_=self.as_text(number))

    def label_text(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        # As text, an infinity would be equal to the id 'Inf'.
        return sa.case(
            (sa.func.typeof(column) == "text", column),
            (self.is_no_number(column), None),
            else_=self.number_text(column),
        )

    def id_candidates(
        self, stored: ColumnElement[Any], kind: Kind, searched_id: ColumnElement[Any]
    ) -> ColumnElement[bool] | None:
        if kind is Kind.NUMBER:  # text has fewer digits than a number may have
            return None
        as_number = sa.cast(searched_id, sa.Numeric)
        return stored.in_([searched_id, sa.cast(searched_id, sa.LargeBinary), as_number])

    def in_order(self, column: ColumnElement[Any], kind: Kind) -> tuple[ColumnElement[Any], ...]:
        # Ids are read as text, but those of a numeric column are sorted as numbers.
        is_null, value = super().in_order(column, kind)
        if kind in (Kind.INTEGER, Kind.NUMBER):
            return is_null, sa.cast(column, sa.Numeric), value
        return is_null, value

    def as_text(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.cast(value, sa.Text)

    def trimmed(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.trim(text, BLANKS, type_=sa.String)

    def text_instant(self, column: ColumnElement[Any], naive: ZoneInfo) -> ColumnElement[Any]:
        moment = _of_ascii(column, sa.func.andon_utc(column, naive.key, type_=sa.String))
        return _as_it_is(column, moment) if naive.key in _UTC else moment

    def day(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        read = _of_ascii(column, sa.func.andon_day(column, type_=sa.String))
        is_day = sa.and_(sa.func.date(column, "+0 days") == column, column >= "0001")
        return sa.case((is_day, column), else_=read)

    def text_not_before(
        self, column: ColumnElement[Any]
    ) -> Callable[[datetime], ColumnElement[bool]] | None:
        def condition(start: datetime) -> ColumnElement[bool]:
            # Text with an offset may begin with the day before or after; that of no zone is UTC.
            day = (start.astimezone(UTC) - timedelta(days=1)).strftime("%Y-%m-%d")
            # Times with blanks before them sort before any year.
            return sa.or_(column >= sa.literal(day, sa.String), column < _OLDEST)

        return condition


def _decoded(stored: bytes) -> str:
    """Stored text, which may be invalid UTF-8."""
    return stored.decode(errors="replace")


def _of_ascii(column: ColumnElement[Any], read: ColumnElement[Any]) -> sa.Case[Any]:
    """The result of a Python function for ASCII text; NULL for any other value.

    The driver fails for a function's argument that is no UTF-8.
    """
    is_ascii = sa.and_(
        sa.func.typeof(column) == "text",
        sa.not_(column.op("GLOB", is_comparison=True)(_NOT_ASCII)),
        _is_without_nul(column),
    )
    return sa.case((is_ascii, read), else_=None)


def _is_without_nul(text: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether SQLite's functions see a whole text: they read up to the first NUL."""
    return sa.func.instr(text, sa.func.char(0)) == 0


def _utc(text: object, zone: str) -> str | None:
    """Stored text as UTC with all its microseconds; None for any other value."""
    if not isinstance(text, str):
        return None
    try:
        moment = utc_of(text, ZoneInfo(zone))
    except OverflowError:
        moment = datetime.max if text.lstrip(BLANKS).startswith("9") else datetime.min  # noqa: DTZ901
    except ValueError:
        return None
    return moment.isoformat(" ", "microseconds")


def _as_it_is(column: ColumnElement[Any], otherwise: ColumnElement[Any]) -> ColumnElement[Any]:
    """Text that is a time in UTC already, written like bounds: avoids a slow Python function."""
    # Only with a modifier SQLite checks that April has 30 days and a day 24 hours.
    read = sa.func.strftime("%Y-%m-%d %H:%M:%S", column, "+0 days")
    spelled = sa.func.substr(column, 1, 19) == read
    whole = sa.and_(spelled, column >= "0001", _is_without_nul(column))
    rest = sa.func.substr(column, 20)
    return sa.case(
        (sa.and_(rest.op("GLOB")(_MICROSECONDS), whole), column),
        (sa.and_(rest == "", whole), column.concat(".000000")),
        else_=otherwise,
    )


PROFILE = SQLite()
