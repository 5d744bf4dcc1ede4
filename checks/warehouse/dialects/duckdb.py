"""DuckDB, the embedded default warehouse."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.errors import MeasurementError
from checks.model import Cause
from checks.warehouse.dialects.base import Limits, Profile
from checks.warehouse.kinds import Kind, kind_of
from checks.warehouse.texts import BLANKS, LOCAL_TIME, LONGEST_NUMBER, NUMBER, OFFSET_TIME

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


class DuckDB(Profile):
    """Short read-only connections: an open one would block the pipeline's writer."""

    name = "duckdb"
    starts_faster_alone = True
    explain_prefix = "EXPLAIN (FORMAT JSON)"
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

    def estimate(self, answer: Sequence[str]) -> str | None:
        text = "\n".join(answer)
        scans = list(_scans(json.loads(text[text.index("[") :])))
        return "; ".join(f"scan of {table}: about {int(rows):,} rows" for table, rows in scans)

    def without_query(self, address: ColumnElement[Any]) -> ColumnElement[Any]:
        path = sa.func.split_part(address, "?", 1, type_=sa.String)
        return sa.func.split_part(path, "#", 1, type_=sa.String)

    def is_finite(self, number: ColumnElement[Any]) -> ColumnElement[bool]:
        return sa.func.isfinite(number)

    def to_number(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        is_number = sa.and_(
            sa.func.length(column) <= LONGEST_NUMBER, sa.func.regexp_full_match(column, NUMBER)
        )
        return sa.case((is_number, sa.try_cast(self.trimmed(column), sa.Double)), else_=None)

    def trimmed(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.trim(text, BLANKS, type_=sa.String)

    def text_instant(self, column: ColumnElement[Any], naive: ZoneInfo) -> ColumnElement[Any]:
        # A blank beside a space would be taken for a zone.
        text = self.trimmed(column)
        aware = sa.cast(sa.cast(text, sa.DateTime(timezone=True)), sa.DateTime)
        local = sa.func.timezone(naive.key, sa.cast(text, sa.DateTime))
        # DuckDB would take more than ISO for a time; anything else has to fail instead.
        refused = sa.cast(sa.literal("not ISO 8601: ").concat(column), sa.DateTime)
        return sa.case(
            (sa.func.regexp_full_match(column, LOCAL_TIME), sa.cast(local, sa.DateTime)),
            (sa.func.regexp_full_match(column, OFFSET_TIME), aware),
            (column.is_(None), None), else_=refused,
        )  # fmt: skip


def _scans(nodes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """(table, estimated rows) of each scan in a plan."""
    for node in nodes:
        info = node.get("extra_info", {})
        if "Table" in info:
            yield str(info["Table"]), str(info.get("Estimated Cardinality", "0"))
        yield from _scans(node.get("children", ()))


PROFILE = DuckDB()
