"""SQLite: times are ISO text, numbers may be anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.errors import MeasurementError
from checks.model import Cause
from checks.warehouse.dialects.base import LARGEST_AMOUNT, MICROS, Limits, Profile
from checks.warehouse.kinds import Kind, kind_of
from checks.warehouse.texts import BLANKS, number_of, utc_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.engine import URL, Connection
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import ColumnElement


_SMALLEST_INTEGER = -(2**63)
_OVERFLOW = "integer overflow"
_BILLION = 10**9
_UTC = ("UTC", "Etc/UTC")
_MICROSECONDS = ".[0-9][0-9][0-9][0-9][0-9][0-9]"
#: A whole day: text that looks like a number would be compared as one.
_OLDEST = sa.literal("1970-01-01", sa.String)


class SQLite(Profile):
    """Columns have no reliable type, so every time is normalised as text to UTC."""

    name = "sqlite"
    explain_prefix = "EXPLAIN QUERY PLAN"
    faults = (("interrupted", Cause.TIMEOUT), ("no such function", Cause.BAD_VALUE))

    def check_target(self, url: URL) -> None:
        if url.database and url.database != ":memory:" and not Path(url.database).is_file():
            name = Path(url.database).name
            raise MeasurementError(
                Cause.CONNECTION, f"the database file {name} does not exist", retry=True
            )

    def connect_arguments(self, url: URL, limits: Limits) -> dict[str, Any]:
        return {"check_same_thread": False}

    def session_statements(self, limits: Limits) -> tuple[str, ...]:
        return (
            "PRAGMA query_only = ON",
            f"PRAGMA busy_timeout = {int(limits.lock_seconds * 1000)}",
        )

    def opened(self, driver_connection: Any, limits: Limits) -> None:
        driver_connection.create_function("andon_number", 1, number_of, deterministic=True)
        driver_connection.create_function("andon_utc", 2, _utc, deterministic=True)

    def is_lock(self, error: BaseException) -> bool:
        return "database is locked" in str(error)

    def column_kinds(
        self, connection: Connection, relation: FromClause, names: tuple[str, ...] | None
    ) -> Mapping[str, Kind]:
        result = connection.execute(sa.select(sa.text("*")).select_from(relation).limit(0))
        description = result.cursor.description if result.cursor else ()
        declared = self._declared(connection, names) if names else {}
        return {
            str(column[0]): declared.get(str(column[0]), Kind.TEXT) for column in description or ()
        }

    def _declared(self, connection: Connection, names: tuple[str, ...]) -> Mapping[str, Kind]:
        schema = names[-2] if len(names) > 1 else None
        columns = sa.inspect(connection).get_columns(names[-1], schema=schema)
        return {column["name"]: _kind(str(column["type"])) for column in columns}

    def estimate(self, answer: Sequence[str]) -> str | None:
        steps = dict.fromkeys(line for line in answer if line.startswith(("SCAN ", "SEARCH ")))
        return "; ".join(steps) or None

    def is_finite(self, number: ColumnElement[Any]) -> ColumnElement[bool]:
        return sa.func.abs(number) <= 1.7976931348623157e308

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
        # A sum of integers fails beyond 2^63. So thousands of units are summed apart from the
        # rest, and a sum that would fail is a double.
        thousands = sa.func.sum(micros.op("/")(_BILLION))
        rest = sa.func.sum(micros.op("%")(_BILLION))
        exact = thousands.op("*")(_BILLION) + rest
        rough = sa.cast(thousands, sa.Double) * float(_BILLION) + rest
        return sa.case((sa.func.abs(thousands) < _BILLION * 9, exact), else_=rough)

    def to_number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.andon_number(column, type_=sa.Double)

    def trimmed(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.trim(text, BLANKS, type_=sa.String)

    def text_instant(self, column: ColumnElement[Any], naive: ZoneInfo) -> ColumnElement[Any]:
        moment = sa.func.andon_utc(column, naive.key, type_=sa.String)
        # SQLite says of no function what went wrong in it, and has no way to fail on purpose but
        # abs() of its smallest integer. Text that is no time must not be lost unseen.
        fail = sa.func.abs(sa.literal(_SMALLEST_INTEGER) + 0 * sa.func.length(column))
        converted = sa.case((moment == "", sa.cast(fail, sa.String)), else_=moment)
        return _as_it_is(column, converted) if naive.key in _UTC else converted

    def text_not_before(
        self, column: ColumnElement[Any]
    ) -> Callable[[datetime], ColumnElement[bool]] | None:
        def condition(start: datetime) -> ColumnElement[bool]:
            # Text with an offset may begin with the day before or after; that of no zone is UTC.
            day = (start.astimezone(UTC) - timedelta(days=1)).strftime("%Y-%m-%d")
            # Numbers, blanks and most of what is no ISO time sort before any year; the conversion
            # has to see it, and to fail.
            return sa.or_(column >= sa.literal(day, sa.String), column < _OLDEST)

        return condition

    def explained(self, error: MeasurementError) -> MeasurementError:
        if error.detail == _OVERFLOW:
            return MeasurementError(Cause.BAD_VALUE, "a time column holds text that is no time")
        return error


def _utc(text: object, zone: str) -> str | None:
    """Stored text as UTC with all its microseconds; empty where it is no time."""
    if text is None:
        return None
    try:
        return utc_of(str(text), ZoneInfo(zone)).isoformat(" ", "microseconds")
    except (ValueError, OverflowError):
        return ""


def _as_it_is(column: ColumnElement[Any], otherwise: ColumnElement[Any]) -> ColumnElement[Any]:
    """Text that already is a time in UTC, spelled as bounds are: a function of Python is slow."""
    whole = sa.func.substr(column, 1, 19) == sa.func.strftime("%Y-%m-%d %H:%M:%S", column)
    rest = sa.func.substr(column, 20)
    return sa.case(
        (sa.and_(rest.op("GLOB")(_MICROSECONDS), whole), column),
        (sa.and_(rest == "", whole), column.concat(".000000")),
        else_=otherwise,
    )


def _kind(type_name: str) -> Kind:
    kind = kind_of(type_name)
    # SQLite keeps times as text, with or without an offset.
    return Kind.TEXT if kind in (Kind.NAIVE, Kind.AWARE, Kind.OTHER) else kind


PROFILE = SQLite()
