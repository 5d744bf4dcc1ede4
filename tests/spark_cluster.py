"""A Spark cluster of the tests' own: a driver that serves both protocols, and two executors."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from scripts import java
from tests.shop import Table
from tests.spark_tables import create_statements, renamed, write_parquet

_SECONDS = 180
#: Far from UTC, so that a session whose time zone was not set is noticed.
_ZONE = "Asia/Kathmandu"
#: Generating code for a query takes longer than reading a thousand rows without it.
_FEW_ROWS = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
#: Ends the cluster when the test run ends, however it ends.
_KEEPER = """
import os, signal, subprocess, sys, time
run, command = int(sys.argv[1]), sys.argv[2:]
child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
while child.poll() is None:
    try:
        os.kill(run, 0)
    except ProcessLookupError:
        os.killpg(0, signal.SIGKILL)
    time.sleep(0.5)
"""


@dataclass(frozen=True)
class SparkCluster:
    """The addresses of a cluster, and methods to fill it. `pages`: its web UI, "" if unknown."""

    thrift: str
    connect: str
    folder: str
    pages: str = ""

    def thrift_url(self, database: str) -> str:
        """The warehouse's URL, by HiveServer2's protocol."""
        return _with_database(self.thrift, database)

    def connect_url(self, database: str) -> str:
        """The warehouse's URL, by Spark Connect."""
        return _with_database(self.connect, database)

    def fresh_database(self) -> str:
        """The name of a new, empty database."""
        name = f"shop_{uuid.uuid4().hex}"
        self.execute("default", [f"CREATE DATABASE {name}"])
        return name

    def write(self, database: str, tables: Sequence[Table], statements: Sequence[str] = ()) -> None:
        """Create and fill the tables, then run the test's own statements.

        Spark cannot rename a column of Parquet, so such a table is written again.
        """
        known = {table.name: table for table in tables}
        to_run = [line for table in tables for line in self._create_statements(table)]
        for statement in statements:
            again = renamed(statement, known)
            to_run += self._create_statements(again) if again else [statement]
        self.execute(database, to_run)

    def execute(self, database: str, statements: Sequence[str]) -> None:
        """Run statements that may write."""
        with self.session(database) as cursor:
            for statement in statements:
                cursor.execute(statement)

    @contextmanager
    def session(self, database: str = "default") -> Iterator[Any]:
        """A cursor of PyHive, which may write."""
        from pyhive import hive

        url = sa.make_url(self.thrift)
        session = hive.connect(
            url.host, url.port, username=url.username or "tests", database=database,
            auth=str(url.query.get("auth", "NONE")),
        )  # fmt: skip
        try:
            yield session.cursor()
        finally:
            session.close()

    def api_answer(self, path: str) -> Any:
        """The answer of the cluster's REST API about its application, as JSON."""
        root = f"{self.pages}/api/v1/applications"
        application = _json(root)[0]["id"]
        return _json(f"{root}/{application}/{path}")

    def finished_tasks(self) -> dict[str, int]:
        """The number of tasks that each executor has completed."""
        executors = self.api_answer("executors")
        return {
            executor["id"]: executor["completedTasks"]
            for executor in executors
            if executor["id"] != "driver"
        }

    def _create_statements(self, table: Table) -> list[str]:
        folder = Path(self.folder) / "tables" / uuid.uuid4().hex
        folder.mkdir(parents=True)
        write_parquet(table, folder / "part-0.parquet")
        return create_statements(table, folder)


@pytest.fixture(scope="session")
def spark_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkCluster]:
    """A running cluster, one for all workers; ANDON_SPARK_THRIFT and _CONNECT name another."""
    thrift, connect = (os.environ.get(f"ANDON_SPARK_{way}") for way in ("THRIFT", "CONNECT"))
    base = tmp_path_factory.getbasetemp()
    if thrift and connect:
        yield SparkCluster(thrift, connect, str(base), os.environ.get("ANDON_SPARK_PAGES", ""))
        return
    _require()
    worker = "PYTEST_XDIST_WORKER" in os.environ
    folder = (base.parent if worker else base) / "spark"
    folder.mkdir(exist_ok=True)
    cluster, keeper = _shared(folder, os.getppid() if worker else os.getpid())
    yield cluster
    if not worker:
        with suppress(ProcessLookupError):
            os.killpg(keeper, signal.SIGKILL)


def _require() -> None:
    """Skip without PySpark, PyHive or Java; fail in CI, where they have to be."""
    missing = [name for name in ("pyspark", "pyhive", "thrift_sasl") if find_spec(name) is None]
    if not missing and java.find(java.WAYS[:-1]) is None:
        missing = [f"Java {java.OLDEST} or later"]
    if missing:
        why = f"SPARK'S TESTS WERE NOT RUN: {', '.join(missing)} is not installed"
        in_ci = os.environ.get("CI") not in (None, "", "false", "0")
        (pytest.fail if in_ci else pytest.skip)(why)


def _shared(folder: Path, run: int) -> tuple[SparkCluster, int]:
    """The run's cluster, started by whoever comes first; and the process that keeps it."""
    known = folder / "cluster.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not known.exists():
            cluster, keeper = _started(folder, run, _FEW_ROWS)
            known.write_text(json.dumps([asdict(cluster), keeper]), encoding="utf-8")
        fields, keeper = json.loads(known.read_text(encoding="utf-8"))
    return SparkCluster(**fields), keeper


def _started(
    folder: Path, run: int, settings: Mapping[str, str] | None = None
) -> tuple[SparkCluster, int]:
    thrift, connect, pages = _free_ports(3)
    home = java.find(java.WAYS[:-1])
    command = _command(folder, thrift, connect, pages, settings)
    with (folder / "log.txt").open("w") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-c", _KEEPER, str(run), *command],
            cwd=folder, stdout=log, stderr=log, start_new_session=True,
            env=java.with_java({**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"}, home or Path()),
        )  # fmt: skip
    cluster = SparkCluster(
        f"spark://tests@127.0.0.1:{thrift}",
        f"spark+connect://127.0.0.1:{connect}",
        str(folder),
        f"http://127.0.0.1:{pages}",
    )
    _wait(cluster, thrift, keeper, folder / "log.txt")
    # It outlives a worker on purpose, of which Python would warn.
    keeper.returncode = 0
    return cluster, keeper.pid


def _command(
    folder: Path, thrift: int, connect: int, pages: int, settings: Mapping[str, str] | None
) -> list[str]:
    pyspark = find_spec("pyspark")
    if pyspark is None or pyspark.origin is None:
        raise FileNotFoundError("pyspark")
    every = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": f"-Duser.timezone={_ZONE}",
        "spark.executor.extraJavaOptions": f"-Duser.timezone={_ZONE}",
        "spark.sql.warehouse.dir": folder / "warehouse",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.shuffle.partitions": 2,
        "spark.ui.port": pages,
        "spark.ui.showConsoleProgress": "false",
        "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": connect,
        **(settings or {}),
    }
    hive = {"thrift.port": thrift, "thrift.bind.host": "127.0.0.1", "authentication": "NONE"}
    confs = [("--conf", f"{key}={value}") for key, value in every.items()]
    hiveconfs = [("--hiveconf", f"hive.server2.{key}={value}") for key, value in hive.items()]
    return [
        str(Path(pyspark.origin).parent / "bin" / "spark-submit"),
        "--master", "local-cluster[2,1,1024]",
        "--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2",
        "--driver-memory", "1g", "--executor-memory", "1g",
        *chain.from_iterable(confs), "spark-internal", *chain.from_iterable(hiveconfs),
    ]  # fmt: skip


def _wait(cluster: SparkCluster, port: int, keeper: subprocess.Popen[bytes], log: Path) -> None:
    """Until executors answer: the ports are open before."""
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until and keeper.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            cluster.execute("default", ["SELECT count(*) FROM range(100)"])
            return
        time.sleep(0.5)
    with suppress(ProcessLookupError):
        os.killpg(keeper.pid, signal.SIGKILL)
    pytest.fail(f"Spark did not start in {_SECONDS} s:\n{log.read_text()[-3000:]}")


def _free_ports(count: int) -> list[int]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def _json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310  (our own cluster)
        return json.load(answer)


def _with_database(url: str, database: str) -> str:
    return sa.make_url(url).set(database=database).render_as_string(hide_password=False)
