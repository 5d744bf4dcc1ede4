"""Amazon Redshift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.core.model import Cause
from checks.warehouse.dialects._pieces import is_number, matches_pattern, time_if_iso
from checks.warehouse.dialects._session import APPLICATION, Limits
from checks.warehouse.dialects.base import Profile
from checks.warehouse.dialects.postgresql import PostgreSQL

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse.kinds import Kind

#: The length of VARCHAR; without one, Redshift cuts text to 256 bytes.
_LONGEST = 65535


class Redshift(PostgreSQL):
    """PostgreSQL's catalog with fewer functions and no savepoints: each statement stands alone."""

    name = "redshift"
    keeps_engines = False
    undo = None
    text_type = sa.String(_LONGEST)
    hides_collations = True
    reads_json = False

    def connect_arguments(self, url: URL, limits: Limits) -> dict[str, Any]:
        waiting = "connect_timeout" if url.drivername.endswith("psycopg2") else "timeout"
        return {"application_name": APPLICATION, waiting: max(2, limits.whole_seconds)}

    def execution_options(self, limits: Limits) -> dict[str, Any]:
        return Profile.execution_options(self, limits)

    def session_statements(self, limits: Limits) -> tuple[str, ...]:
        return (
            "SET readonly = 1",
            "SET timezone = 'UTC'",
            f"SET statement_timeout = {limits.milliseconds}",
            f"SET query_group = '{APPLICATION}'",
        )

    def patterns(self) -> tuple[tuple[str, Cause], ...]:
        return (("statement timeout", Cause.TIMEOUT), *super().patterns())

    def cancel(self, driver_connection: Any) -> None:
        Profile.cancel(self, driver_connection)

    def _collated(
        self, connection: Connection, relation: FromClause, names: Sequence[str]
    ) -> Sequence[str]:
        # The whole database may be case-insensitive.
        return ()

    def binary_text(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.collate(text, "case_sensitive", type_=sa.String)

    def is_finite(self, number: ColumnElement[Any]) -> ColumnElement[bool]:
        return Profile.is_finite(self, number)

    def micros(self, number: ColumnElement[Any]) -> ColumnElement[Any]:
        return Profile.micros(self, number)

    def in_order(self, column: ColumnElement[Any], kind: Kind) -> tuple[ColumnElement[Any], ...]:
        # Text is sorted by its bytes already.
        return Profile.in_order(self, column, kind)

    def to_number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        text = self.trimmed(column)
        number = sa.cast(text, sa.Double)
        return sa.case((is_number(column, text, matches_pattern), number), else_=None)

    def text_instant(self, column: ColumnElement[Any], naive: ZoneInfo) -> ColumnElement[Any]:
        text = self.trimmed(column)
        aware = sa.func.timezone("UTC", sa.cast(text, sa.DateTime(timezone=True)))
        local = sa.func.convert_timezone(naive.key, "UTC", sa.cast(text, sa.DateTime))
        return time_if_iso(text, matches_pattern, aware=aware, local=local)


PROFILE = Redshift()
