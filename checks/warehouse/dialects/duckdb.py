"""DuckDB, the embedded default warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.errors import MeasurementError
from checks.model import Cause
from checks.warehouse.dialects.base import Limits, Profile
from checks.warehouse.kinds import Kind, kind_of

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import ColumnElement

# Asking for a dialect by its entry point would read the metadata of every installed package.
sa.dialects.registry.register(
    "duckdb.andon", "checks.warehouse.dialects._duckdb_dialect", "QuickDialect"
)

_NEWER_FILE = "with version number"
_REMEDY = (
    "the file was written by a newer DuckDB than the one installed; install the newer pair: "
    'pip install "duckdb==2.0.0" "duckdb-sqlalchemy==1.5.6.4"'
)
_HAS_OFFSET = r":\d\d(\.\d+)?\s*(Z|z|UTC|[+-]\d\d(:?\d\d)?)\s*$"


class DuckDB(Profile):
    """Short read-only connections: an open one would block the pipeline's writer."""

    name = "duckdb"
    faults = (
        ("could not set lock", Cause.LOCKED),
        ("conflicting lock", Cause.LOCKED),
        ("interrupted", Cause.TIMEOUT),
        ("does not exist because schema", Cause.MISSING_TABLE),
        ("table with name", Cause.MISSING_TABLE),
        ("catalog error: schema", Cause.MISSING_TABLE),
        ('catalog "', Cause.MISSING_TABLE),
        ("referenced column", Cause.MISSING_COLUMN),
        ("does not have a column", Cause.MISSING_COLUMN),
        ("conversion error", Cause.BAD_VALUE),
        ("out of range error", Cause.BAD_VALUE),
        ("binder error", Cause.BAD_VALUE),
        ("parser error", Cause.BAD_VALUE),
        ("permission denied", Cause.PERMISSION),
        ("io error", Cause.CONNECTION),
    )

    def engine_url(self, url: URL) -> URL:
        return url.set(drivername="duckdb+andon")

    def check_target(self, url: URL) -> None:
        path = url.database
        if not path or path == ":memory:" or ":" in path[2:]:
            return
        if not Path(path).is_file():
            what = "is not a file" if Path(path).exists() else "does not exist"
            raise MeasurementError(
                Cause.CONNECTION, f"the database file {Path(path).name} {what}", retry=True
            )

    def connect_arguments(self, url: URL, limits: Limits) -> dict[str, Any]:
        return {} if url.database in (None, "", ":memory:") else {"read_only": True}

    def session_statements(self, limits: Limits) -> tuple[str, ...]:
        # A progress bar on standard output would spoil a report in JSON.
        return ("SET TimeZone = 'UTC'", "SET enable_progress_bar = false")

    def is_lock(self, error: BaseException) -> bool:
        text = str(error)
        return "Could not set lock" in text or "Conflicting lock" in text

    def explained(self, error: MeasurementError) -> MeasurementError:
        if _NEWER_FILE in error.detail:
            return MeasurementError(Cause.CONNECTION, f"{_REMEDY} ({error.detail})")
        return error

    def column_kinds(
        self, connection: Connection, relation: FromClause, names: tuple[str, ...] | None
    ) -> Mapping[str, Kind]:
        result = connection.execute(sa.select(sa.text("*")).select_from(relation).limit(0))
        description = result.cursor.description if result.cursor else ()
        return {str(column[0]): kind_of(str(column[1])) for column in description or ()}

    def is_finite(self, number: ColumnElement[Any]) -> ColumnElement[bool]:
        return sa.func.isfinite(number)

    def to_number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.try_cast(column, sa.Double)

    def text_instant(self, column: ColumnElement[Any], naive: ZoneInfo) -> ColumnElement[Any]:
        aware = sa.cast(sa.cast(column, sa.DateTime(timezone=True)), sa.DateTime)
        local = sa.func.timezone(naive.key, sa.cast(column, sa.DateTime))
        has_offset = sa.func.regexp_matches(column, _HAS_OFFSET)
        return sa.case((has_offset, aware), else_=sa.cast(local, sa.DateTime))


PROFILE = DuckDB()
