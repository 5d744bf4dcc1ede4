"""What only Spark does, on a cluster whose executors are processes of their own."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from checks import Status
from checks.config.database import WarehouseConfig
from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.warehouse import Warehouse
from checks.warehouse.kinds import Kind
from tests.shop import Shop, Table
from tests.spark_cluster import SparkCluster

pytestmark = pytest.mark.spark

WAYS = ("thrift", "connect")
NAIVE = datetime(2025, 3, 8, 12, 0, 0, 5)  # noqa: DTZ001
_LONG = "SELECT count(*) AS n FROM range(1000000000000) WHERE hash(id) = 1"


def url_of(cluster: SparkCluster, way: str, database: str = "default") -> str:
    """The warehouse's URL by one of the protocols."""
    return cluster.thrift_url(database) if way == "thrift" else cluster.connect_url(database)


@contextmanager
def opened(url: str, seconds: float = 60) -> Iterator[Warehouse]:
    """A warehouse as the gate opens it."""
    with Warehouse(WarehouseConfig(url=url, timeout_seconds=seconds)) as warehouse:
        yield warehouse


def text(query: str, *names: str) -> sa.Select[Any]:
    """A SELECT of a query's own columns."""
    rows = sa.text(query).columns(*(sa.column(name) for name in names)).subquery("q")
    return sa.select(*rows.c)


@pytest.fixture(scope="module")
def values(spark_server: SparkCluster) -> str:
    """A database with one table of one row and one of NULLs."""
    columns = {
        "ntz": sa.DateTime(), "ltz": sa.DateTime(timezone=True), "d": sa.Date(),
        "text": sa.String(), "x": sa.Double(), "money": sa.Numeric(12, 2), "n": sa.BigInteger(),
        "yes": sa.Boolean(),
    }  # fmt: skip
    row = {
        "ntz": NAIVE, "ltz": NAIVE.replace(tzinfo=UTC), "d": date(2025, 3, 8),
        "text": "a'b\\c${env:PATH}%\n\u202e😀", "x": float("nan"), "money": Decimal("10.10"),
        "n": 2**62, "yes": True,
    }  # fmt: skip
    database = spark_server.fresh_database()
    spark_server.write(database, [Table("v", columns, [row, {}])])
    return database


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_values_come_back_and_are_found_whatever_the_machines_zone(
    spark_server: SparkCluster, values: str, way: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    table = sa.table("v", *(sa.column(name) for name in ("ntz", "ltz", "d", "text", "x", "n")))
    bounds = {
        "ntz": sa.literal(NAIVE, sa.DateTime()),
        "ltz": sa.literal(NAIVE.replace(tzinfo=UTC), sa.DateTime(timezone=True)),
        "d": sa.literal(date(2025, 3, 8)),
        "text": sa.literal("a'b\\c${env:PATH}%\n\u202e😀"),
        "n": sa.literal(2**62),
    }
    try:
        with opened(url_of(spark_server, way, values)) as warehouse:
            for name, bound in bounds.items():
                rows = warehouse.fetch(sa.select(table.c[name]).where(table.c[name] == bound))
                expected = NAIVE if name in ("ntz", "ltz") else bound.value
                assert [row[0] for row in rows] == [expected], name
            every = warehouse.fetch(text("SELECT * FROM v ORDER BY n NULLS LAST", *_NAMES))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert every[0][4] != every[0][4]
    assert [type(value) for value in every[0]] == [
        datetime, datetime, date, str, float, Decimal, int, bool,
    ]  # fmt: skip
    assert tuple(every[1]) == (None,) * 8


_NAMES = ("ntz", "ltz", "d", "text", "x", "money", "n", "yes")


@pytest.mark.parametrize("way", WAYS)
def test_kinds_of_columns_of_tables_views_and_queries(
    spark_server: SparkCluster, values: str, way: str
) -> None:
    spark_server.execute(values, [f"CREATE OR REPLACE VIEW seen_{way} AS SELECT ntz, ltz FROM v"])
    with opened(url_of(spark_server, way)) as warehouse:
        before = _jobs(spark_server)
        whole = warehouse.relation("a", _source(f"spark_catalog.{values}.v")).kinds
        view = warehouse.relation("b", _source(f"{values}.seen_{way}")).kinds
        query = f"WITH x AS (SELECT '50 %' AS t, d FROM {values}.v) SELECT * FROM x -- the end"
        kinds = warehouse.relation("c", _source(None, query)).kinds
        assert _jobs(spark_server) == before
    assert list(whole.values()) == [
        Kind.NAIVE, Kind.AWARE, Kind.DATE, Kind.TEXT, Kind.NUMBER, Kind.NUMBER, Kind.INTEGER,
        Kind.BOOLEAN,
    ]  # fmt: skip
    assert dict(view) == {"ntz": Kind.NAIVE, "ltz": Kind.AWARE}
    assert dict(kinds) == {"t": Kind.TEXT, "d": Kind.DATE}


class _source:  # noqa: N801
    """A mapped section."""

    def __init__(self, table: str | None, query: str | None = None) -> None:
        self.table, self.query = table, query


def _jobs(cluster: SparkCluster) -> int:
    return len(cluster.api_answer("jobs"))


@pytest.mark.parametrize("way", WAYS)
def test_nan_is_not_skipped_with_its_file(
    spark_server: SparkCluster, values: str, way: str
) -> None:
    with opened(url_of(spark_server, way, values)) as warehouse:
        x = sa.column("x", sa.Double)
        odd = sa.select(sa.func.count()).select_from(sa.table("v", x)).where(
            ~warehouse.profile.is_finite(x)
        )  # fmt: skip
        assert warehouse.fetch(odd)[0][0] == 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("query", "cause", "message"),
    [
        ("SELECT * FROM nowhere", Cause.MISSING_TABLE, "`nowhere` cannot be found"),
        ("SELECT gone FROM v", Cause.MISSING_COLUMN, "`gone` cannot be resolved"),
        ("SELECT CAST(text AS INT) AS a FROM v", Cause.BAD_VALUE, "cannot be cast"),
        ("SELECT n / 0 AS a FROM v", Cause.BAD_VALUE, "Division by zero"),
        ("SELECT n + n AS a FROM v", Cause.BAD_VALUE, "[ARITHMETIC_OVERFLOW]"),
    ],
)
def test_what_goes_wrong_is_said_in_one_line(
    spark_server: SparkCluster, values: str, way: str, query: str, cause: Cause, message: str
) -> None:
    with opened(url_of(spark_server, way, values)) as warehouse:
        with pytest.raises(MeasurementError) as caught:
            warehouse.fetch(text(query, "a"))
        assert caught.value.cause is cause
        assert message in caught.value.detail
        assert not {"SELECT", "\\n", "org.apache", "SQLSTATE"} & set(caught.value.detail.split())
        assert warehouse.fetch(text("SELECT 1 AS a", "a"))[0][0] == 1


@pytest.mark.parametrize("way", WAYS)
def test_a_query_is_stopped_at_the_limit(spark_server: SparkCluster, way: str) -> None:
    started = time.monotonic()
    with opened(url_of(spark_server, way), seconds=6) as warehouse:
        with pytest.raises(MeasurementError) as caught:
            warehouse.fetch(text(_LONG, "n"))
        assert (caught.value.cause, caught.value.retry) == (Cause.TIMEOUT, True)
    assert time.monotonic() - started < 12
    assert _is_idle(spark_server)


def test_the_thrift_server_stops_it_by_itself(spark_server: SparkCluster) -> None:
    engine = sa.create_engine(spark_server.thrift_url("default"), poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("SET spark.sql.thriftServer.queryTimeout=2")
        with pytest.raises(sa.exc.DBAPIError, match="timed out"):
            connection.exec_driver_sql(_LONG)
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1


@pytest.mark.parametrize("way", WAYS)
def test_cancelled_from_another_thread_a_session_goes_on(
    spark_server: SparkCluster, way: str
) -> None:
    engine = sa.create_engine(url_of(spark_server, way), poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        threading.Timer(2, driver.cancel).start()
        with pytest.raises(sa.exc.DBAPIError, match="OPERATION_CANCELED"):
            connection.exec_driver_sql(_LONG)
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1


def _is_idle(cluster: SparkCluster) -> bool:
    """Whether no executor works any more, soon."""
    for _ in range(40):
        if not any(executor["activeTasks"] for executor in cluster.api_answer("executors")):
            return True
        time.sleep(0.25)
    return False


@pytest.mark.parametrize("way", WAYS)
def test_nobody_listens(way: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    message = _refused(f"127.0.0.1:{port}", way, 20)
    assert "could not connect to 127.0.0.1" in message


@pytest.mark.parametrize("way", WAYS)
def test_somebody_listens_who_never_answers(way: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        _refused(f"127.0.0.1:{silent.getsockname()[1]}", way, 3)


def _refused(where: str, way: str, seconds: float) -> str:
    scheme = "spark" if way == "thrift" else "spark+connect"
    started = time.monotonic()
    url = f"{scheme}://someone@{where}/x"
    with opened(url, seconds) as warehouse, pytest.raises(MeasurementError) as caught:
        warehouse.check_connection()
    assert caught.value.cause in (Cause.CONNECTION, Cause.TIMEOUT)
    assert caught.value.retry
    assert time.monotonic() - started < 8
    return caught.value.detail


@pytest.mark.parametrize("way", WAYS)
def test_a_missing_schema_is_named(spark_server: SparkCluster, way: str) -> None:
    with (
        opened(url_of(spark_server, way, "no_such")) as warehouse,
        pytest.raises(MeasurementError, match="`no_such` cannot be found") as caught,
    ):
        warehouse.check_connection()
    assert caught.value.cause is Cause.CONNECTION


def test_a_session_left_open_does_not_keep_the_process(spark_server: SparkCluster) -> None:
    code = (
        "import sys, sqlalchemy as sa, checks.warehouse.dialects.spark\n"
        "kept = sa.create_engine(sys.argv[1]).connect()\n"
        "print(kept.exec_driver_sql('SELECT 1').scalar())"
    )
    command = [sys.executable, "-c", code, spark_server.connect_url("default")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "1"


@pytest.fixture(scope="module")
def partitioned(spark_server: SparkCluster) -> str:
    """A database with ten days of events, a folder of files each."""
    database = spark_server.fresh_database()
    spark_server.execute(
        database,
        [
            "CREATE TABLE events (at TIMESTAMP_NTZ, day DATE) USING PARQUET PARTITIONED BY (day)",
            "INSERT INTO events SELECT at, CAST(at AS DATE) FROM (SELECT TIMESTAMP_NTZ "
            "'2025-03-01 00:00:00' + make_dt_interval(0, 0, 0, id) AS at "
            "FROM range(0, 864000, 60, 4))",
        ],
    )
    return database


@pytest.mark.parametrize("way", WAYS)
def test_old_partitions_are_not_read(
    spark_server: SparkCluster, partitioned: str, way: str
) -> None:
    day = sa.column("day", sa.Date)
    statement = sa.select(sa.func.count()).select_from(sa.table("events", day))
    recent = statement.where(day >= sa.literal(date(2025, 3, 10)))
    with opened(url_of(spark_server, way, partitioned)) as warehouse:
        assert warehouse.fetch(recent)[0][0] == 1440
        plan = "\n".join(warehouse.explain(recent).plan)
    assert "PartitionFilters: [isnotnull(day" in plan
    assert _partitions_read(spark_server, partitioned) == 1


@pytest.mark.parametrize("way", WAYS)
def test_bounds_of_a_time_reach_the_files(
    spark_server: SparkCluster, values: str, way: str
) -> None:
    bounds = {"ntz": NAIVE, "ltz": NAIVE.replace(tzinfo=UTC)}
    with opened(url_of(spark_server, way, values)) as warehouse:
        for name, bound in bounds.items():
            column = sa.column(name, sa.DateTime(timezone=bound.tzinfo is not None))
            later = sa.bindparam(None, bound + timedelta(days=1), column.type)
            counted = sa.select(sa.func.count()).select_from(sa.table("v", column))
            plan = "".join(warehouse.explain(counted.where(column >= later)).plan)
            assert f"GreaterThanOrEqual({name},2025-03-09T12:00:00.000005" in plan


def _partitions_read(cluster: SparkCluster, database: str) -> int:
    """Of the latest query that read the database's table; told a moment after it ends."""
    for _ in range(40):
        jobs = [
            metric["value"]
            for query in cluster.api_answer("sql?details=true&offset=0&length=100000")
            for node in query["nodes"]
            if database in node["nodeName"]
            for metric in node["metrics"]
            if metric["name"] == "number of partitions read"
        ]
        if jobs:
            return int(jobs[-1])
        time.sleep(0.25)
    return -1


@pytest.mark.parametrize("way", WAYS)
def test_both_executors_work(spark_server: SparkCluster, partitioned: str, way: str) -> None:
    before = spark_server.finished_tasks()
    with opened(url_of(spark_server, way, partitioned)) as warehouse:
        for _ in range(3):
            counted = text("SELECT day, count(*) AS n FROM events GROUP BY day", "day", "n")
            assert len(warehouse.fetch(counted)) == 10
    after = spark_server.finished_tasks()
    assert len(after) == 2
    assert all(after[executor] > before[executor] for executor in after)


def test_an_administrator_sees_who_asked(spark_server: SparkCluster, values: str) -> None:
    with opened(spark_server.thrift_url(values)) as warehouse:
        warehouse.fetch(text("SELECT 'who asks' AS a", "a"))
    executions = spark_server.api_answer("sql?details=false&offset=0&length=100000")
    assert any(q["description"].startswith("/* andon */") and "who asks" in q["description"]
               for q in executions)  # fmt: skip


def test_two_sessions_at_once_do_not_meet(spark_server: SparkCluster, values: str) -> None:
    results: list[object] = []

    def ask(way: str) -> None:
        with opened(url_of(spark_server, way, values)) as warehouse:
            results.append(warehouse.fetch(text("SELECT count(*) AS n FROM v", "n"))[0][0])

    threads = [threading.Thread(target=ask, args=(way,)) for way in WAYS * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [2] * 4


@pytest.mark.parametrize("way", WAYS)
def test_a_whole_evaluation(spark_server: SparkCluster, tmp_path: Path, way: str) -> None:
    database = spark_server.fresh_database()
    shop = Shop(tmp_path, url_of(spark_server, way, database))
    spark_server.write(database, shop.tables)
    assert shop.run().verdict is Status.GREEN
