"""DuckDB, the embedded default warehouse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.url_options import ALLOWED
from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.warehouse.dialects._pieces import path_of, single_json
from checks.warehouse.dialects._session import Limits
from checks.warehouse.dialects.base import Profile, columns_by_name
from checks.warehouse.kinds import Kind, kind_of
from checks.warehouse.texts import BLANKS, LOCAL_TIME, LONGEST_NUMBER, NUMBER, OFFSET_TIME

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import ColumnElement

    from checks.config.database import WarehouseConfig

# Loading a dialect by its entry point would read the metadata of every installed package.
sa.dialects.registry.register(
    "duckdb.andon", "checks.warehouse.dialects._duckdb_dialect", "QuickDialect"
)

#: ASCII bytes that DuckDB escapes, except for the backslash itself.
_ESCAPED = BLANKS[1:] + "'\""
_NEWER_FILE = "with version number"
_REMEDY = (
    "the file was written by a newer DuckDB than the one installed; install the newer pair: "
    'pip install "duckdb==2.0.0" "duckdb-sqlalchemy==1.5.6.4"'
)
#: What SQL may not access, the cause, and the key that allows it.
_OUT_OF_REACH = (
    (
        re.compile("file system operations are disabled"),
        Cause.PERMISSION,
        "only files in warehouse.files are read: add this one there, written as in the view",
    ),
    (
        re.compile(r"requires the extension \w+|exists in the \w+ extension"),
        Cause.PERMISSION,
        "only extensions in warehouse.extensions are loaded: add it there",
    ),
    (
        re.compile(r'Extension "[^"]*" not found'),
        Cause.CONNECTION,
        "an extension is needed: name it in warehouse.extensions, and INSTALL it once by hand",
    ),
    (
        re.compile(r'because schema "|Catalog "[^"]*" does not exist'),
        Cause.MISSING_TABLE,
        "no such schema, or its database is not attached: name it in warehouse.attach",
    ),
)


class DuckDB(Profile):
    """Short read-only connections: an open one would block the pipeline's writer."""

    name = "duckdb"
    keeps_engines = True
    starts_faster_alone = True
    counts_further = True
    hides_collations = True
    reads_json = True
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
        # Files are opened read-only and limits stay, whatever options the URL has.
        allowed = ALLOWED["duckdb"].keys() - {"access_mode"}
        names = [name for name in url.query if name.lower() not in allowed]
        return url.set(drivername="duckdb+andon").difference_update_query(names)

    def check_target(self, url: URL) -> None:
        path = url.database
        if not path or path == ":memory:" or ":" in path[2:]:
            return
        if not Path(path).is_file():
            problem = "is not a file" if Path(path).exists() else "does not exist"
            raise MeasurementError(
                Cause.CONNECTION, f"the database file {Path(path).name} {problem}", retry=True
            )

    def connect_arguments(self, url: URL, limits: Limits) -> dict[str, Any]:
        from checks.warehouse.dialects._duckdb_access import CONNECTING, is_shared

        read_only = {"read_only": True} if is_shared(url.database) else {}
        return read_only | {"config": dict(CONNECTING)}

    def limit_access(self, connection: Connection, config: WarehouseConfig) -> None:
        from checks.warehouse.dialects._duckdb_access import limit_access

        limit_access(connection, config, sa.make_url(config.url).database)

    def session_statements(self, limits: Limits) -> tuple[str, ...]:
        # A progress bar on standard output would spoil a report in JSON.
        return ("SET TimeZone = 'UTC'", "SET enable_progress_bar = false")

    def is_lock(self, error: BaseException) -> bool:
        if isinstance(error, MeasurementError):
            return error.cause is Cause.LOCKED
        text = str(error)
        return "Could not set lock" in text or "Conflicting lock" in text

    def explained(self, error: MeasurementError) -> MeasurementError:
        if _NEWER_FILE in error.detail:
            return MeasurementError(Cause.CONNECTION, f"{_REMEDY} ({error.detail})")
        for pattern, cause, remedy in _OUT_OF_REACH:
            if pattern.search(error.detail):
                retry = cause is Cause.CONNECTION
                return MeasurementError(cause, f"{remedy} ({error.detail})", retry=retry)
        return error

    def column_kinds(
        self, connection: Connection, relation: FromClause, names: tuple[str, ...] | None
    ) -> Mapping[str, Kind]:
        result = connection.execute(sa.select(sa.text("*")).select_from(relation).limit(0))
        described = (result.cursor.description if result.cursor else ()) or ()
        kinds = columns_by_name(((str(c[0]), _kind(str(c[1]))) for c in described), folded=True)
        if isinstance(relation, sa.Subquery):
            self._require_single_names(connection, relation)
        return kinds

    @staticmethod
    def _require_single_names(connection: Connection, query: sa.Subquery) -> None:
        """In a subquery DuckDB names the second column `a` `a_1`."""
        text = str(query.element.compile(dialect=connection.dialect))
        rows = connection.exec_driver_sql(f"DESCRIBE {text}")
        columns_by_name(((str(row[0]), Kind.OTHER) for row in rows), folded=True)

    def label_text(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return self.as_text(column)

    def bytes_text(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        text = self.as_text(column)
        for character in _ESCAPED:
            text = sa.func.replace(text, f"\\x{ord(character):02X}", character, type_=sa.String)
        return text

    def binary_text(self, text: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.collate(text, "C")

    def json_text(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        text = sa.func.json_extract_string(column, "$", type_=sa.String)
        return single_json(sa.func.json_type(column), text, self)

    def estimate(self, answer: Sequence[str]) -> str | None:
        text = "\n".join(answer)
        scans = list(_scans(json.loads(text[text.index("[") :])))
        return "; ".join(f"scan of {table}: about {int(rows):,} rows" for table, rows in scans)

    def without_query(self, address: ColumnElement[Any]) -> ColumnElement[Any]:
        return path_of(address)

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
        # Another blank beside a space would be read as a zone.
        text = self.trimmed(column)
        aware = sa.cast(sa.try_cast(text, sa.DateTime(timezone=True)), sa.DateTime)
        local = sa.func.timezone(naive.key, sa.try_cast(text, sa.DateTime))
        # DuckDB would read more than ISO as a time.
        return sa.case(
            (sa.func.regexp_full_match(column, LOCAL_TIME), sa.cast(local, sa.DateTime)),
            (sa.func.regexp_full_match(column, OFFSET_TIME), aware),
            else_=None,
        )


def _kind(type_name: str) -> Kind:
    return Kind.BYTES if type_name in ("BLOB", "BINARY") else kind_of(type_name)


def _scans(nodes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """(table, estimated rows) of each scan in a plan."""
    for node in nodes:
        info = node.get("extra_info", {})
        if "Table" in info:
            yield str(info["Table"]), str(info.get("Estimated Cardinality", "0"))
        yield from _scans(node.get("children", ()))


PROFILE = DuckDB()
