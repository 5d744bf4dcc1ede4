"""MySQL, through PyMySQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import DATETIME

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.warehouse.dialects._pieces import columns_of, is_number, matches_pattern
from checks.warehouse.dialects._session import APPLICATION, Limits
from checks.warehouse.dialects.base import LARGEST_AMOUNT, MICROS, Profile, columns_by_name
from checks.warehouse.kinds import Kind

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import ColumnElement

_INTEGERS = dict.fromkeys((1, 2, 3, 8, 9, 13), Kind.INTEGER)
_NUMBERS = dict.fromkeys((0, 4, 5, 246), Kind.NUMBER)
_TEXTS = dict.fromkeys((15, 249, 250, 251, 252, 253, 254), Kind.TEXT)
# TIMESTAMP (7) is an instant, which a session in UTC reads as a time of day in UTC.
_KINDS = _INTEGERS | _NUMBERS | _TEXTS | {
    7: Kind.NAIVE, 10: Kind.DATE, 12: Kind.NAIVE, 245: Kind.JSON,
}  # fmt: skip
# CAST AS DOUBLE is newer than many servers; adding a double makes one everywhere.
_ZERO: ColumnElement[Any] = sa.literal_column("0e0", sa.Double())
_OTHER_SERVER = "unknown system variable 'max_execution_time'"


class MySQL(Profile):
    """One read-only transaction in UTC whose SELECTs stop at the evaluation's limit.

    No function can end it. Going back to the savepoint lets go of the locks on tables, which
    would keep the pipeline from changing them for as long as an evaluation takes.
    """

    name = "mysql"
    undo: str | None = "ROLLBACK TO SAVEPOINT andon"
    explain_prefix: str | None = "EXPLAIN FORMAT=TREE"
    hides_collations = True
    #: By code points, trailing blanks included.
    binary_collation = "utf8mb4_0900_bin"
    naive_type = DATETIME(fsp=6)
    aware_type = DATETIME(fsp=6)
    faults = (
        ("access denied", Cause.PERMISSION),
        ("command denied", Cause.PERMISSION),
        ("maximum statement execution time exceeded", Cause.TIMEOUT),
        ("max_statement_time exceeded", Cause.TIMEOUT),
        ("query execution was interrupted", Cause.TIMEOUT),
        ("lock wait timeout", Cause.LOCKED),
        ("unknown database", Cause.MISSING_TABLE),
        ("doesn't exist", Cause.MISSING_TABLE),
        ("unknown column", Cause.MISSING_COLUMN),
        ("lost connection", Cause.CONNECTION),
        ("can't connect", Cause.CONNECTION),
    )

    def connect_arguments(self, url: URL, limits: Limits) -> dict[str, Any]:
        return {
            "connect_timeout": max(2, limits.whole_seconds),
            "read_timeout": limits.whole_seconds + 1,
            "program_name": APPLICATION,
        }

    def session_statements(self, limits: Limits) -> tuple[str, ...]:
        waiting = max(1, int(limits.lock_seconds))
        return (
            "SET SESSION TRANSACTION READ ONLY",
            "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
            "SET time_zone = '+00:00'",
            f"SET SESSION lock_wait_timeout = {waiting}",
            f"SET SESSION innodb_lock_wait_timeout = {waiting}",
            self.time_limit(limits),
            "START TRANSACTION READ ONLY",
            "SAVEPOINT andon",
        )

    def time_limit(self, limits: Limits) -> str:
        """The statement that limits the time of the following ones."""
        return f"SET SESSION max_execution_time = {limits.milliseconds}"

    def explained(self, error: MeasurementError) -> MeasurementError:
        if _OTHER_SERVER in error.detail.casefold():
            return MeasurementError(
                Cause.CONNECTION, "the server is a MariaDB: begin the URL with mariadb+pymysql://"
            )
        return error

    def column_kinds(
        self, connection: Connection, relation: FromClause, names: tuple[str, ...] | None
    ) -> Mapping[str, Kind]:
        described = columns_of(connection, relation)
        kinds = ((str(c[0]), _KINDS.get(int(c[1]), Kind.OTHER)) for c in described)
        return columns_by_name(kinds, folded=True)

    def binary_text(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.collate(
            sa.func.convert(text.op("USING")(sa.literal_column("utf8mb4"))), self.binary_collation
        )

    def typed(self, bound: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.cast(bound, bound.type)

    def is_finite(self, number: ColumnElement[Any]) -> ColumnElement[bool]:
        # There is neither NaN nor infinity.
        return number.is_not(None)

    def as_double(self, number: ColumnElement[Any]) -> ColumnElement[Any]:
        return _double(number)

    def micros(self, number: ColumnElement[Any]) -> ColumnElement[Any]:
        double = _double(number)
        scaled = sa.func.floor(double * MICROS + 0.5)
        most = int(LARGEST_AMOUNT * MICROS)
        return sa.case(
            (double >= LARGEST_AMOUNT, self.whole(sa.literal_column(str(most)))),
            (double <= -LARGEST_AMOUNT, self.whole(sa.literal_column(str(-most)))),
            else_=self.whole(scaled),
        )

    def in_order(self, column: ColumnElement[Any], kind: Kind) -> tuple[ColumnElement[Any], ...]:
        value = sa.cast(column, sa.LargeBinary) if kind is Kind.TEXT else column
        return super().in_order(value, kind)

    def to_number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        text = self.trimmed(column)
        return sa.case((is_number(column, text, matches_pattern), _double(text)), else_=None)


def _double(number: ColumnElement[Any]) -> ColumnElement[Any]:
    return number.op("+", return_type=sa.Double())(_ZERO)


PROFILE = MySQL()
