"""SQLite: one file, times as text, an index on each column that is searched by."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

from engine_base import Prepare, Prepared, timed
from engine_data import TABLES, Size, print_progress, yardstick_query

_YARDSTICK_QUERY = yardstick_query("'{}.000000'")
_AT_ONCE = 50_000
_INDEXES = {
    "stg_events": "occurred_at", "fct_orders": "ordered_at", "dim_sessions": "session_id",
}  # fmt: skip
_MORE_INDEXES = (("fct_orders", "transaction_id"), ("dim_sessions", "started_at"))


@contextmanager
def engine(data: Path) -> Iterator[Prepare]:
    """Nothing to start."""
    yield _prepared


def _prepared(size: Size) -> Prepared:
    path = size.folder / "warehouse.sqlite"
    if not path.exists():
        _build(size, path)

    def query() -> float:
        with closing(sqlite3.connect(path)) as connection:
            return timed(lambda: connection.execute(_YARDSTICK_QUERY).fetchall())

    return Prepared(f"sqlite:///{path}", query)


def _build(size: Size, path: Path) -> None:
    print_progress(f"copying {size.millions:g} million events into SQLite")
    unfinished = path.with_name("unfinished.sqlite")
    unfinished.unlink(missing_ok=True)
    with (
        duckdb.connect(str(size.database), read_only=True) as rows,
        closing(sqlite3.connect(unfinished, isolation_level=None)) as target,
    ):
        target.execute("PRAGMA journal_mode = OFF")
        target.execute("PRAGMA synchronous = OFF")
        target.execute("PRAGMA cache_size = -400000")
        for table, columns in TABLES.items():
            _copy(rows, target, table, columns)
        for table, column in (*_INDEXES.items(), *_MORE_INDEXES):
            target.execute(f"CREATE INDEX {table}_{column} ON {table} ({column})")
        target.execute("ANALYZE")
    unfinished.rename(path)


def _copy(
    rows: duckdb.DuckDBPyConnection, target: sqlite3.Connection, table: str, columns: str
) -> None:
    names, kinds = zip(*(column.split(" ", 1) for column in columns.split(", ")), strict=True)
    texts = [
        f"strftime({name}, '%Y-%m-%d %H:%M:%S.%f')" if kind == "TIMESTAMP" else name
        for name, kind in zip(names, kinds, strict=True)
    ]
    target.execute(f"CREATE TABLE {table} ({columns})")
    insert = f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})"
    result = rows.execute(f"SELECT {', '.join(texts)} FROM {table}")
    target.execute("BEGIN")
    while chunk := result.fetchmany(_AT_ONCE):
        target.executemany(insert, chunk)
    target.execute("COMMIT")
