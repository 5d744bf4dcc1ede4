"""ClickHouse, through clickhouse-connect."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.warehouse.dialects._pieces import (
    Spelled,
    columns_of,
    is_number,
    time_if_iso,
    too_much_read,
)
from checks.warehouse.dialects._session import APPLICATION, Limits
from checks.warehouse.dialects.base import Profile, columns_by_name
from checks.warehouse.kinds import Kind, kind_of

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection, Dialect
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import BindParameter, ColumnElement

_WRAPPER = re.compile(r"(?:nullable|lowcardinality)\((.*)\)", re.IGNORECASE)
_TOO_MUCH = ("max_bytes_to_read", "too_many_bytes", "limit for rows or bytes to read exceeded")


class _Moment(sa.types.UserDefinedType[Any]):
    """An instant with microseconds: the driver would write it in whole seconds, without zone."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "DateTime64(6, 'UTC')"

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        return _text

    def literal_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        return lambda value: f"'{_text(value)}'"

    def bind_expression(self, bindvalue: BindParameter[Any]) -> ColumnElement[Any]:
        return sa.func.toDateTime64(bindvalue, sa.literal_column("6"), sa.literal_column("'UTC'"))


def _text(value: datetime) -> str:
    moment = value.astimezone(UTC) if value.tzinfo else value
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


class ClickHouse(Profile):
    """Every statement has its own settings: read-only, UTC, the limits."""

    name = "clickhousedb"
    explain_prefix = "EXPLAIN ESTIMATE"
    limits_scans = True
    naive_type = _Moment()
    aware_type = _Moment()
    text_type = Spelled("String")
    faults = (
        *((fragment, Cause.BAD_VALUE) for fragment in _TOO_MUCH),
        ("not enough privileges", Cause.PERMISSION),
        ("authentication failed", Cause.PERMISSION),
        ("authentication_failed", Cause.PERMISSION),
        ("timeout_exceeded", Cause.TIMEOUT),
        ("timeout exceeded", Cause.TIMEOUT),
        ("unknown_table", Cause.MISSING_TABLE),
        ("unknown_database", Cause.MISSING_TABLE),
        ("unknown_identifier", Cause.MISSING_COLUMN),
        ("cannot_parse", Cause.BAD_VALUE),
        ("cannot parse", Cause.BAD_VALUE),
    )

    def connect_arguments(self, url: URL, limits: Limits) -> dict[str, Any]:
        settings: dict[str, Any] = {
            # 2, as 1 would refuse the other settings.
            "readonly": 2,
            "max_execution_time": limits.whole_seconds,
            "session_timezone": "UTC",
            "log_comment": APPLICATION,
            # As in other engines: a cast of NULL is NULL, and columns take precedence over labels.
            "cast_keep_nullable": 1,
            "prefer_column_name_to_alias": 1,
        }
        if limits.scan_bytes is not None:
            settings["max_bytes_to_read"] = limits.scan_bytes
        return {
            "client_name": APPLICATION,
            "connect_timeout": limits.whole_seconds,
            "send_receive_timeout": limits.whole_seconds + 1,
            **settings,
        }

    def execution_options(self, limits: Limits) -> dict[str, Any]:
        return {}

    def explained(self, error: MeasurementError) -> MeasurementError:
        return too_much_read(error, *_TOO_MUCH)

    def column_kinds(
        self, connection: Connection, relation: FromClause, names: tuple[str, ...] | None
    ) -> Mapping[str, Kind]:
        described = columns_of(connection, relation)
        return columns_by_name((str(c[0]), _kind(str(c[1]))) for c in described)

    def part(self, text: ColumnElement[Any], start: int, length: int) -> ColumnElement[Any]:
        return sa.func.substringUTF8(text, start, length, type_=sa.String)

    def contains(self, text: ColumnElement[Any], query: str) -> ColumnElement[bool]:
        # LIKE has no ESCAPE.
        same = self.with_letters_lowered(text, query)
        return sa.func.position(same, query.lower(), type_=sa.Integer) > 0

    def typed(self, bound: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.toDate32(bound) if isinstance(bound.type, sa.Date) else bound

    def utc(self, value: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
        # As text: whether the driver returns a zone depends on that of the server.
        return sa.func.toString(sa.cast(value, self.naive_type), type_=sa.String)

    def is_finite(self, number: ColumnElement[Any]) -> ColumnElement[bool]:
        double = sa.cast(number, sa.Double)
        finite: ColumnElement[bool] = sa.func.isFinite(double, type_=sa.Boolean)
        return finite

    def to_number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        text = self.trimmed(column)
        number = sa.func.toFloat64OrNull(text, type_=sa.Double)
        return sa.case((is_number(column, text, _matches), number), else_=None)

    def text_instant(self, column: ColumnElement[Any], naive: ZoneInfo) -> ColumnElement[Any]:
        def read(text: ColumnElement[Any], zone: str) -> ColumnElement[Any]:
            moment = sa.func.parseDateTime64BestEffort(text, 6, zone)
            return sa.func.toTimeZone(moment, "UTC", type_=self.naive_type)

        text = self.trimmed(column)
        aware, local = read(text, "UTC"), read(text, naive.key)
        return time_if_iso(text, _matches, aware=aware, local=local)

    def estimate(self, answer: Sequence[str]) -> str | None:
        # database, table, parts, rows, marks: one value a line.
        rows = [int(line) for line in answer[3::5] if line.isdecimal()]
        return f"{sum(rows):,} rows" if rows else None


def _kind(type_name: str) -> Kind:
    name = type_name.strip()
    while match := _WRAPPER.fullmatch(name):
        name = match[1]
    if name.startswith("DateTime"):
        return Kind.AWARE if "'" in name else Kind.NAIVE
    if name.startswith("Interval"):
        return Kind.OTHER
    return Kind.DATE if name == "Date32" else kind_of(name)


def _matches(column: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    matches: ColumnElement[bool] = sa.func.match(column, pattern, type_=sa.Boolean)
    return matches


PROFILE = ClickHouse()
