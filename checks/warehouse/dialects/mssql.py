"""SQL Server, through pyodbc."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.mssql import DATETIME2, DATETIMEOFFSET

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.warehouse.dialects._pieces import cast_by, columns_of, every_column, with_z
from checks.warehouse.dialects._session import APPLICATION, Limits
from checks.warehouse.dialects.base import Profile, columns_by_name
from checks.warehouse.kinds import Kind, kind_of
from checks.warehouse.texts import LONGEST_NUMBER

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import ColumnElement

_KINDS = {
    "datetimeoffset": Kind.AWARE,
    "datetime": Kind.NAIVE,
    "datetime2": Kind.NAIVE,
    "smalldatetime": Kind.NAIVE,
    "bit": Kind.BOOLEAN,
    "money": Kind.NUMBER,
    "smallmoney": Kind.NUMBER,
    # A counter of versions, not a time.
    "timestamp": Kind.OTHER,
    "rowversion": Kind.OTHER,
    "sql_variant": Kind.OTHER,
}
_DESCRIBED = sa.text(
    "SELECT name, system_type_name FROM sys.dm_exec_describe_first_result_set(:sql, NULL, 0) "
    "WHERE is_hidden = 0 ORDER BY column_ordinal"
)
_ISO_LIKE = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]%"
_BY_CODE = "Latin1_General_100_BIN2"


class SQLServer(Profile):
    """Declares that it only reads; the login's rights enforce it."""

    name = "mssql"
    explain_prefix = None
    hides_collations = True
    naive_type = DATETIME2(6)  # type: ignore[no-untyped-call]
    aware_type = DATETIMEOFFSET(6)  # type: ignore[no-untyped-call]
    text_type = sa.Unicode()
    faults = (
        ("permission was denied", Cause.PERMISSION),
        ("login failed", Cause.PERMISSION),
        ("not able to access the database", Cause.PERMISSION),
        ("lock request time out", Cause.LOCKED),
        ("query timeout expired", Cause.TIMEOUT),
        ("login timeout expired", Cause.CONNECTION),
        ("invalid object name", Cause.MISSING_TABLE),
        ("invalid column name", Cause.MISSING_COLUMN),
        ("conversion failed", Cause.BAD_VALUE),
        ("can't open lib", Cause.CONNECTION),
        ("data source name not found", Cause.CONNECTION),
    )

    def connect_arguments(self, url: URL, limits: Limits) -> dict[str, Any]:
        return {
            "APP": APPLICATION,
            "ApplicationIntent": "ReadOnly",
            "timeout": max(2, limits.whole_seconds),
        }

    def opened(self, driver_connection: Any, limits: Limits) -> None:
        driver_connection.timeout = limits.whole_seconds

    def session_statements(self, limits: Limits) -> tuple[str, ...]:
        return (f"SET LOCK_TIMEOUT {max(1, int(limits.lock_seconds * 1000))}",)

    def column_kinds(
        self, connection: Connection, relation: FromClause, names: tuple[str, ...] | None
    ) -> Mapping[str, Kind]:
        columns = connection.execute(_DESCRIBED, {"sql": every_column(connection, relation)}).all()
        if not columns or columns[0][0] is None:
            # The server reports what is wrong with the statement when it runs.
            columns_of(connection, relation)
        kinds = ((str(name), _kind(str(type_name))) for name, type_name in columns)
        return columns_by_name(kinds, folded=True)

    def binary_text(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        # The collation of VARCHAR is a code page too, which does not have every letter.
        return sa.collate(self.as_text(text), _BY_CODE)

    def part(self, text: ColumnElement[Any], start: int, length: int) -> ColumnElement[Any]:
        return sa.func.substring(text, start, length)

    def utc(self, value: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
        # A cast alone would keep the wall clock of each value's own offset.
        moment = sa.func.switchoffset(value, "+00:00") if kind is Kind.AWARE else value
        return sa.cast(moment, self.naive_type)

    def is_finite(self, number: ColumnElement[Any]) -> ColumnElement[bool]:
        # There is neither NaN nor infinity.
        return number.is_not(None)

    def in_order(self, column: ColumnElement[Any], kind: Kind) -> tuple[ColumnElement[Any], ...]:
        value = sa.collate(column, _BY_CODE) if kind is Kind.TEXT else column
        return super().in_order(value, kind)

    def to_number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        # Blank text would be 0, and the letter d an exponent.
        text = self.trimmed(column)
        short = sa.func.len(column) <= LONGEST_NUMBER
        shaped = sa.and_(short, text.like("%[0-9]%"), text.not_like("%[^-+.0-9eE]%"))
        return sa.case((shaped, cast_by("TRY_CAST", text, "FLOAT")), else_=None)

    def text_instant(self, column: ColumnElement[Any], naive: ZoneInfo) -> ColumnElement[Any]:
        if naive.key not in ("UTC", "Etc/UTC"):
            raise MeasurementError(
                Cause.BAD_VALUE,
                f"SQL Server does not know the time zone {naive.key} by this name; store times "
                "in UTC or map a `query:` that converts them",
            )
        text = with_z(self.trimmed(column))
        iso = sa.case((text.like(_ISO_LIKE), text), else_=None)
        return self.utc(cast_by("TRY_CAST", iso, "DATETIMEOFFSET(6)"), Kind.AWARE)


def _kind(type_name: str) -> Kind:
    name = type_name.lower().partition("(")[0]
    return _KINDS.get(name) or kind_of(type_name)


PROFILE = SQLServer()
