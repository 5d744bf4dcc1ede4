"""Spark: a cluster like that of the tests, over Parquet files partitioned by day.

The configuration names the partition column of events and the start time of sessions.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from engine_base import Prepare, Prepared, timed
from engine_data import RUN_DATE, TABLES, WINDOW, Size, print_progress, yardstick_query

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.spark_cluster import SparkCluster, _started

_YARDSTICK_QUERY = yardstick_query(
    "TIMESTAMP_NTZ '{}'",
    f" AND event_date >= DATE '{WINDOW[0]}' AND event_date < DATE '{RUN_DATE}'",
)
_KINDS = {
    "VARCHAR": "STRING", "TIMESTAMP": "TIMESTAMP_NTZ", "DOUBLE PRECISION": "DOUBLE",
    "BIGINT": "BIGINT",
}  # fmt: skip
_PARTITIONED_TABLE = "stg_events"


@contextmanager
def engine(data: Path) -> Iterator[Prepare]:
    """Spark over HiveServer2's protocol."""
    with _cluster() as cluster:
        yield lambda size: _prepared(cluster, size, cluster.thrift_url)


@contextmanager
def connect_engine(data: Path) -> Iterator[Prepare]:
    """Spark over Spark Connect; the yardstick still uses HiveServer2."""
    with _cluster() as cluster:
        yield lambda size: _prepared(cluster, size, cluster.connect_url)


@contextmanager
def _cluster() -> Iterator[SparkCluster]:
    folder = Path(tempfile.mkdtemp(prefix="andon-spark-"))
    cluster, keeper = _started(folder, os.getpid())
    try:
        yield cluster
    finally:
        with suppress(ProcessLookupError):
            os.killpg(keeper, signal.SIGKILL)
        time.sleep(1)
        shutil.rmtree(folder, ignore_errors=True)


def _prepared(cluster: SparkCluster, size: Size, url: Callable[[str], str]) -> Prepared:
    folder = size.folder / "parquet"
    if not folder.exists():
        _export(size, folder)
    database = f"events_{size.millions:g}m".replace(".", "_")
    cluster.execute("default", [f"CREATE DATABASE IF NOT EXISTS {database}"])
    cluster.execute(database, [text for name in TABLES for text in _create(name, folder)])

    def query() -> float:
        with cluster.session(database) as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchall()
            return timed(lambda: _rows(cursor, _YARDSTICK_QUERY))

    return Prepared(
        url(database),
        query,
        events=", partition: {column: event_date}",
        sessions=", started_at: started_at, lookback_days: 30",
    )


def _rows(cursor: Any, statement: str) -> list[tuple[object, ...]]:
    cursor.execute(statement)
    return list(cursor.fetchall())


def _export(size: Size, folder: Path) -> None:
    print_progress(f"copying {size.millions:g} million events into Parquet")
    unfinished = folder.with_name("parquet-unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    with duckdb.connect(str(size.database), read_only=True) as rows:
        rows.execute("SET enable_progress_bar = false")
        for name in TABLES:
            if name == _PARTITIONED_TABLE:
                query = f"SELECT *, CAST(occurred_at AS DATE) AS event_date FROM {name}"
                rows.execute(
                    f"COPY ({query}) TO '{unfinished / name}' "
                    "(FORMAT parquet, PARTITION_BY (event_date))"
                )
            else:
                (unfinished / name).mkdir()
                rows.execute(f"COPY {name} TO '{unfinished / name / 'all.parquet'}'")
    unfinished.rename(folder)


def _create(name: str, folder: Path) -> list[str]:
    """Statements that create a table over its files."""
    columns = [column.split(" ", 1) for column in TABLES[name].split(", ")]
    spelled = [f"{column} {_KINDS[kind]}" for column, kind in columns]
    is_partitioned = name == _PARTITIONED_TABLE
    if is_partitioned:
        spelled.append("event_date DATE")
    create = (
        f"CREATE TABLE IF NOT EXISTS {name} ({', '.join(spelled)}) USING parquet "
        f"{'PARTITIONED BY (event_date) ' if is_partitioned else ''}LOCATION '{folder / name}'"
    )
    return [create, f"MSCK REPAIR TABLE {name}"] if is_partitioned else [create]
