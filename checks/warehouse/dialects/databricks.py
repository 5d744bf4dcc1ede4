"""Databricks SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.core.model import Cause
from checks.warehouse.dialects._pieces import (
    Spelled,
    every_column,
    is_like,
    time_if_iso,
    tried_number,
)
from checks.warehouse.dialects._session import APPLICATION, Limits
from checks.warehouse.dialects.base import Profile, columns_by_name
from checks.warehouse.kinds import Kind, kind_of
from checks.warehouse.texts import BLANKS

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import ColumnElement

_INSTANT = Spelled("TIMESTAMP")


class Databricks(Profile):
    """Read-only by grants alone. ANSI mode, so that a failed cast does not become NULL."""

    name = "databricks"
    faults = (
        ("insufficient_permissions", Cause.PERMISSION),
        ("permission_denied", Cause.PERMISSION),
        ("invalid access token", Cause.PERMISSION),
        ("does not have permission", Cause.PERMISSION),
        ("table_or_view_not_found", Cause.MISSING_TABLE),
        ("schema_not_found", Cause.MISSING_TABLE),
        ("no_such_catalog", Cause.MISSING_TABLE),
        ("unresolved_column", Cause.MISSING_COLUMN),
        ("cast_invalid_input", Cause.BAD_VALUE),
        ("statement timeout", Cause.TIMEOUT),
    )

    def connect_arguments(self, url: URL, limits: Limits) -> dict[str, Any]:
        return {"user_agent_entry": APPLICATION, "_socket_timeout": limits.whole_seconds}

    def execution_options(self, limits: Limits) -> dict[str, Any]:
        return {}

    def session_statements(self, limits: Limits) -> tuple[str, ...]:
        return (
            "SET TIME ZONE 'UTC'",
            "SET ANSI_MODE = true",
            f"SET STATEMENT_TIMEOUT = {limits.whole_seconds}",
        )

    def cancel(self, driver_connection: Any) -> None:
        for cursor in tuple(driver_connection._cursors):
            cursor.cancel()

    def column_kinds(
        self, connection: Connection, relation: FromClause, names: tuple[str, ...] | None
    ) -> Mapping[str, Kind]:
        columns = connection.exec_driver_sql(f"DESCRIBE QUERY {every_column(connection, relation)}")
        return columns_by_name(((str(row[0]), _kind(str(row[1]))) for row in columns), folded=True)

    def is_finite(self, number: ColumnElement[Any]) -> ColumnElement[bool]:
        double = sa.cast(number, sa.Double)
        infinite = [sa.cast(sa.literal(name), sa.Double) for name in ("Infinity", "-Infinity")]
        return ~sa.or_(sa.func.isnan(double), double.in_(infinite))

    def trimmed(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.btrim(text, BLANKS, type_=sa.String)

    def to_number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return tried_number(column, self.trimmed(column))

    def binary_text(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.collate(text, "UTF8_BINARY", type_=sa.String)

    def text_instant(self, column: ColumnElement[Any], naive: ZoneInfo) -> ColumnElement[Any]:
        text = self.trimmed(column)
        aware = sa.cast(sa.cast(text, _INSTANT), self.naive_type)
        stored = sa.cast(text, self.naive_type)
        utc = sa.func.to_utc_timestamp(stored, naive.key)
        local = sa.cast(utc, self.naive_type)
        return time_if_iso(text, is_like, aware=aware, local=local)


def _kind(type_name: str) -> Kind:
    name = type_name.strip().lower()
    return Kind.AWARE if name in ("timestamp", "timestamp_ltz") else kind_of(name)


PROFILE = Databricks()
