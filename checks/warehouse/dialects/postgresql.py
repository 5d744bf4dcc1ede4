"""PostgreSQL, through psycopg."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.model import Cause
from checks.warehouse.dialects.base import APPLICATION, Limits, Profile
from checks.warehouse.kinds import Kind
from checks.warehouse.texts import BLANKS, LOCAL_TIME, LONGEST_NUMBER, NUMBER, OFFSET_TIME

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import ColumnElement

_KINDS = {
    1114: Kind.NAIVE,
    1184: Kind.AWARE,
    1082: Kind.DATE,
    20: Kind.INTEGER,
    21: Kind.INTEGER,
    23: Kind.INTEGER,
    700: Kind.NUMBER,
    701: Kind.NUMBER,
    1700: Kind.NUMBER,
    18: Kind.TEXT,
    19: Kind.TEXT,
    25: Kind.TEXT,
    1042: Kind.TEXT,
    1043: Kind.TEXT,
    16: Kind.BOOLEAN,
}
#: SQLSTATE, and its first two letters: messages are in the server's language.
_CODES = {
    "42501": Cause.PERMISSION,
    "25006": Cause.PERMISSION,
    "42P01": Cause.MISSING_TABLE,
    "3F000": Cause.MISSING_TABLE,
    "42703": Cause.MISSING_COLUMN,
    "55P03": Cause.LOCKED,
    "40P01": Cause.LOCKED,
    "57014": Cause.TIMEOUT,
    "25P03": Cause.TIMEOUT,
}
_CLASSES = {
    "08": Cause.CONNECTION,
    "22": Cause.BAD_VALUE,
    "28": Cause.PERMISSION,
    "42": Cause.BAD_VALUE,
    "53": Cause.CONNECTION,
    "57": Cause.CONNECTION,
}
_SCAN = re.compile(
    r"(?P<how>[A-Z]\w*(?: \w+)* Scan)(?: using \S+)? on (?P<table>\S+).*?rows=(?P<rows>\d+)"
)
#: PostgreSQL rounds a seventh digit where others cut it.
_TOO_FINE, _CUT = r"(\.[0-9]{6})[0-9]+", r"\1"


class PostgreSQL(Profile):
    """A read-only session in UTC whose statements stop at the evaluation's limit."""

    name = "postgresql"
    groups_by_truth = True
    faults = (
        ('role "', Cause.PERMISSION),
        ("cross-database references", Cause.MISSING_TABLE),
        ("undefined table", Cause.MISSING_TABLE),
        ('relation "', Cause.MISSING_TABLE),
        ('schema "', Cause.MISSING_TABLE),
        ('column "', Cause.MISSING_COLUMN),
        ("due to lock timeout", Cause.LOCKED),
        ("due to statement timeout", Cause.TIMEOUT),
    )

    def cause_of(self, error: BaseException) -> Cause | None:
        code = getattr(getattr(error, "orig", None) or error, "sqlstate", None) or ""
        return _CODES.get(code) or _CLASSES.get(code[:2])

    def connect_arguments(self, url: URL, limits: Limits) -> dict[str, Any]:
        return {
            "connect_timeout": max(2, int(limits.seconds)),
            "application_name": APPLICATION,
        }

    def session_statements(self, limits: Limits) -> tuple[str, ...]:
        return (
            "SET default_transaction_read_only = on",
            "SET TIME ZONE 'UTC'",
            f"SET statement_timeout = {limits.milliseconds}",
            f"SET lock_timeout = {max(1, int(limits.lock_seconds * 1000))}",
        )

    def patterns(self) -> tuple[tuple[str, Cause], ...]:
        return (("permission denied", Cause.PERMISSION), *super().patterns())

    def cancel(self, driver_connection: Any) -> None:
        driver_connection.cancel_safe(timeout=2.0)

    def column_kinds(
        self, connection: Connection, relation: FromClause, names: tuple[str, ...] | None
    ) -> Mapping[str, Kind]:
        result = connection.execute(sa.select(sa.text("*")).select_from(relation).limit(0))
        description = result.cursor.description if result.cursor else ()
        return {str(c[0]): _KINDS.get(int(str(c[1])), Kind.OTHER) for c in description or ()}

    def estimate(self, answer: Sequence[str]) -> str | None:
        rows: Counter[str] = Counter()
        for line in answer:
            if found := _SCAN.search(line):
                rows[f"{found['how'].lower()} of {found['table']}"] += int(found["rows"])
        return "; ".join(f"{scan}: about {count:,} rows" for scan, count in rows.items()) or None

    def without_query(self, address: ColumnElement[Any]) -> ColumnElement[Any]:
        path = sa.func.split_part(address, "?", 1, type_=sa.String)
        return sa.func.split_part(path, "#", 1, type_=sa.String)

    def is_finite(self, number: ColumnElement[Any]) -> ColumnElement[bool]:
        double = sa.cast(number, sa.Double)
        odd = [sa.cast(sa.literal(name), sa.Double) for name in ("NaN", "Infinity", "-Infinity")]
        return double.not_in(odd)

    def in_order(self, column: ColumnElement[Any], kind: Kind) -> tuple[ColumnElement[Any], ...]:
        value = sa.collate(column, "C") if kind is Kind.TEXT else column
        return super().in_order(value, kind)

    def to_number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        is_number = sa.and_(
            sa.func.length(column) <= LONGEST_NUMBER, column.regexp_match(f"^{NUMBER}$")
        )
        return sa.case((is_number, sa.cast(self.trimmed(column), sa.Double)), else_=None)

    def trimmed(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.btrim(text, BLANKS, type_=sa.String)

    def text_instant(self, column: ColumnElement[Any], naive: ZoneInfo) -> ColumnElement[Any]:
        text = sa.func.regexp_replace(column, _TOO_FINE, _CUT)
        aware = sa.func.timezone("UTC", sa.cast(text, sa.DateTime(timezone=True)))
        local = sa.func.timezone("UTC", sa.func.timezone(naive.key, sa.cast(text, sa.DateTime)))
        # The server would take 'yesterday' for a time; anything but ISO has to fail instead.
        refused = sa.cast(sa.literal("not ISO 8601: ").concat(column), sa.DateTime)
        return sa.case(
            (column.regexp_match(f"^{LOCAL_TIME}$"), local),
            (column.regexp_match(f"^{OFFSET_TIME}$"), aware),
            (column.is_(None), None), else_=refused,
        )  # fmt: skip


PROFILE = PostgreSQL()
