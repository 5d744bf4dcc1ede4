"""Snowflake."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.core.model import Cause
from checks.warehouse.dialects._pieces import (
    Spelled,
    columns_of,
    is_like,
    time_if_iso,
    tried_number,
    with_z,
)
from checks.warehouse.dialects._session import APPLICATION, Limits
from checks.warehouse.dialects.base import Profile, columns_by_name
from checks.warehouse.kinds import Kind
from checks.warehouse.texts import BLANKS

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import ColumnElement

_FIXED = 0
_KINDS = {
    1: Kind.NUMBER,
    2: Kind.TEXT,
    3: Kind.DATE,
    4: Kind.NAIVE,
    6: Kind.AWARE,
    7: Kind.AWARE,
    8: Kind.NAIVE,
    13: Kind.BOOLEAN,
    5: Kind.JSON,
    9: Kind.NESTED,
    10: Kind.NESTED,
}
_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")
_PARTITIONS = re.compile(r"partitionsAssigned=(\d+)")


class Snowflake(Profile):
    """Read-only by the role's grants alone: sessions have no read-only mode."""

    name = "snowflake"
    explain_prefix = "EXPLAIN USING TEXT"
    hides_collations = True
    naive_type = Spelled("TIMESTAMP_NTZ")
    aware_type = sa.DateTime(timezone=True)
    faults = (
        ("insufficient privileges", Cause.PERMISSION),
        ("incorrect username or password", Cause.PERMISSION),
        ("jwt token is invalid", Cause.PERMISSION),
        ("no active warehouse", Cause.CONNECTION),
        ("invalid identifier", Cause.MISSING_COLUMN),
        ("does not exist or not authorized", Cause.MISSING_TABLE),
        ("statement reached its statement or warehouse timeout", Cause.TIMEOUT),
        ("sql execution canceled", Cause.TIMEOUT),
        ("is not recognized", Cause.BAD_VALUE),
    )

    def connect_arguments(self, url: URL, limits: Limits) -> dict[str, Any]:
        return {
            "application": APPLICATION,
            "login_timeout": limits.whole_seconds,
            "session_parameters": {
                "QUERY_TAG": APPLICATION,
                "STATEMENT_TIMEOUT_IN_SECONDS": limits.whole_seconds,
                "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS": limits.whole_seconds,
                "LOCK_TIMEOUT": max(1, int(limits.lock_seconds)),
                "TIMEZONE": "UTC",
            },
        }

    def table_name(self, part: str) -> str:
        # As Snowflake itself reads a name without quotes; other names are written "in quotes" in
        # andon.yml only where they have capitals or special characters.
        return part.upper() if _PLAIN.fullmatch(part) else part

    def column_kinds(
        self, connection: Connection, relation: FromClause, names: tuple[str, ...] | None
    ) -> Mapping[str, Kind]:
        described = columns_of(connection, relation)
        return columns_by_name((str(c[0]), _kind(int(c[1]), c[5])) for c in described)

    def utc(self, value: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
        # A cast alone would keep the wall clock of each value's own offset.
        moment = sa.func.convert_timezone("UTC", value) if kind is Kind.AWARE else value
        return sa.cast(moment, self.naive_type)

    def typed(self, bound: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.cast(bound, bound.type)

    def is_finite(self, number: ColumnElement[Any]) -> ColumnElement[bool]:
        double = sa.cast(number, sa.Double)
        odd = [sa.cast(sa.literal(name), sa.Double) for name in ("NaN", "inf", "-inf")]
        return double.not_in(odd)

    def in_order(self, column: ColumnElement[Any], kind: Kind) -> tuple[ColumnElement[Any], ...]:
        value = sa.collate(column, "utf8") if kind is Kind.TEXT else column
        return super().in_order(value, kind)

    def trimmed(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.trim(text, BLANKS, type_=sa.String)

    def to_number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return tried_number(column, self.trimmed(column))

    def text_instant(self, column: ColumnElement[Any], naive: ZoneInfo) -> ColumnElement[Any]:
        text = self.trimmed(column)
        aware = self.utc(sa.func.to_timestamp_tz(with_z(text)), Kind.AWARE)
        local = sa.func.convert_timezone(
            naive.key, "UTC", sa.func.to_timestamp_ntz(text), type_=self.naive_type
        )
        return time_if_iso(text, is_like, aware=aware, local=local)

    def binary_text(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.collate(text, "utf8", type_=sa.String)

    def estimate(self, answer: Sequence[str]) -> str | None:
        counts = [int(count) for line in answer for count in _PARTITIONS.findall(line)]
        return f"{sum(counts):,} micro-partitions" if counts else None


def _kind(code: int, scale: Any) -> Kind:
    if code == _FIXED:
        return Kind.NUMBER if scale else Kind.INTEGER
    return _KINDS.get(code, Kind.OTHER)


PROFILE = Snowflake()
