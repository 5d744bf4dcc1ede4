"""What DuckDB may read beside its file: what the configuration names, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa
import yaml

from checks import Cause, ConfigError, Status, load_config
from checks.core.errors import MeasurementError
from checks.warehouse import Warehouse
from checks.warehouse.dialects import _duckdb_access
from checks.warehouse.dialects._duckdb_access import readable
from tests.shop import Shop


@pytest.fixture
def lake(duck: Shop) -> Shop:
    """A shop whose views lie over files in a folder, and over another database."""
    duck.write()
    folder = duck.folder / "lake"
    folder.mkdir()
    parts = {"a": "< TIMESTAMP '2025-03-05'", "b": ">= TIMESTAMP '2025-03-05'"}
    with duckdb.connect(str(duck.folder / "warehouse.duckdb")) as connection:
        for name, condition in parts.items():
            rows = f'SELECT * FROM stg_events WHERE "timestamp" {condition}'
            connection.execute(f"COPY ({rows}) TO '{folder}/{name}.parquet'")
        for statement in (
            f"COPY pipeline_logs TO '{duck.folder}/secret.csv' (HEADER)",
            f"CREATE VIEW events AS FROM read_parquet('{folder}/*.parquet')",
            f"CREATE VIEW first_events AS FROM read_parquet('{folder}/a.parquet')",
            f"CREATE VIEW any_events AS FROM read_parquet('{folder}/**/*.parquet')",
            f"CREATE VIEW logs AS FROM read_csv('{duck.folder}/secret.csv')",
            f"ATTACH '{duck.folder}/other.duckdb' AS other",
            "CREATE TABLE other.dim_sessions AS FROM dim_sessions",
            "CREATE VIEW sessions AS FROM other.dim_sessions",
        ):
            connection.execute(statement)
    duck.set("events", table="events")
    return duck


def reading(shop: Shop, name: str) -> str:
    """How many rows a relation has, or why it cannot be read."""
    with Warehouse(shop.config().warehouse) as warehouse:
        try:
            count = sa.select(sa.func.count()).select_from(sa.table(name))
            return str(warehouse.fetch(count)[0][0])
        except MeasurementError as error:
            return f"{error.cause}: {error.detail}"


@pytest.mark.parametrize("files", [["lake/*.parquet"], ["lake/"], ["lake/a.parquet", "./lake/"]])
def test_a_lake_that_is_named_is_judged_like_tables(lake: Shop, files: list[str]) -> None:
    lake.set("warehouse", files=files)
    lake.set("warehouse", attach=[{"path": "other.duckdb", "as": "other"}])
    for table in ("sessions", "other.dim_sessions", "other.main.dim_sessions"):
        lake.set("sessions", table=table)
        report = lake.run()
        assert report.exit_code == 0
    assert {verdict.cause for verdict in report.checks} == {None}


def test_a_lake_that_is_not_named_is_unknown(lake: Shop) -> None:
    lake.set("sessions", table="sessions")
    report = lake.run()
    assert report.exit_code == 2
    verdicts = {verdict.id: verdict for verdict in report.checks}
    assert verdicts["freshness"].status is Status.UNKNOWN
    assert "warehouse.files" in verdicts["freshness"].message
    assert "warehouse.attach" in verdicts["orphan_orders"].message
    assert verdicts["quarantine_rate"].status is Status.GREEN


@pytest.mark.parametrize(
    ("files", "readable_views"),
    [
        ([], ""),
        (["lake/*.parquet"], "events first_events"),
        (["lake/a.parquet"], "first_events"),
        (["lake/"], "events first_events any_events"),
        (["lake/**/*.parquet"], "first_events any_events"),
        (["secret.csv"], "logs"),
        (["*.csv"], "logs"),
        (["lak/"], ""),
        (["lake"], ""),
        (["lake/x/../a.parquet"], "first_events"),
    ],
)
def test_a_view_reads_what_is_named_as_it_names_it(
    lake: Shop, files: list[str], readable_views: str
) -> None:
    lake.set("warehouse", files=files)
    for view in ("events", "first_events", "any_events", "logs"):
        answer = reading(lake, view)
        assert answer.isdigit() == (view in readable_views.split()), (view, answer)
        assert answer.isdigit() or ("warehouse.files" in answer and "permission" in answer)


def test_files_are_found_beside_the_configuration_and_views_from_the_folder_of_the_process(
    lake: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(lake.folder)
    with duckdb.connect("warehouse.duckdb") as connection:
        connection.execute("CREATE VIEW near AS FROM 'lake/a.parquet'")
    lake.set("warehouse", files=["lake/a.parquet"])
    assert reading(lake, "near").isdigit()
    monkeypatch.chdir("/")
    assert not reading(lake, "near").isdigit()


def test_folders_with_odd_names(tmp_path: Path) -> None:
    folder = tmp_path / "[old] it's" / "a*b"
    folder.mkdir(parents=True)
    shop = Shop(folder, f"duckdb:///{folder}/warehouse.duckdb")
    shop.write(
        f"COPY pipeline_logs TO '{str(folder).replace(chr(39), chr(39) * 2)}/a.csv' (HEADER)"
    )
    shop.set("warehouse", files=["a.csv"])
    with Warehouse(shop.config().warehouse) as warehouse:
        text = str(folder / "a.csv").replace("'", "''")
        rows = sa.select(sa.text("count(*)")).select_from(sa.text(f"read_text('{text}')"))
        assert warehouse.fetch(rows) == [(1,)]


def test_what_patterns_mean(tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    (tmp_path / "b").mkdir()
    readable_files = readable(
        (f"{tmp_path}/*", f"{tmp_path}/b/", "s3://shop/x/", "s3://shop/*.parquet")
    )
    assert readable_files.paths == {f"{tmp_path}/*", f"{tmp_path}/a.csv", "s3://shop/*.parquet"}
    assert readable_files.folders == {f"{tmp_path}/b/", "s3://shop/x/"}


@pytest.mark.parametrize(
    ("attach", "message"),
    [
        ({"path": "gone.duckdb"}, "the database file gone.duckdb of warehouse.attach does not"),
        ({"path": "lake"}, "the database file lake of warehouse.attach is not a file"),
        ({"path": "secret.csv"}, "secret.csv of warehouse.attach cannot be attached"),
        ({"url": "postgres:host=x password=hunter2"}, "warehouse.extensions"),
    ],
)
def test_what_cannot_be_attached_is_told(lake: Shop, attach: dict[str, str], message: str) -> None:
    lake.set("warehouse", attach=[{**attach, "as": "other"}])
    report = lake.run()
    assert report.exit_code == 2
    assert {verdict.cause for verdict in report.checks} == {Cause.CONNECTION}
    assert message in report.checks[0].message
    assert "hunter2" not in report.checks[0].message


def test_what_is_attached_and_locked_by_its_writer_is_waited_for(lake: Shop) -> None:
    lake.set("warehouse", lock_wait_seconds=0.3)
    lake.set("warehouse", attach=[{"path": "other.duckdb", "as": "other"}])
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"
    command = [sys.executable, "-c", code, str(lake.folder / "other.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        assert reading(lake, "sessions").startswith("locked: ")
        writer.communicate(b"\n")
    assert reading(lake, "sessions").isdigit()


def test_what_is_attached_cannot_be_written(lake: Shop) -> None:
    lake.set("warehouse", attach=[{"path": "other.duckdb", "as": "other"}])
    with Warehouse(lake.config().warehouse) as warehouse:
        warehouse.check_connection()
        connection = warehouse._connection
        assert connection is not None
        with pytest.raises(sa.exc.DBAPIError, match="read-only"):
            connection.exec_driver_sql("INSERT INTO other.dim_sessions VALUES ('x')")


def test_an_extension_that_is_not_installed_is_told(lake: Shop) -> None:
    lake.set("warehouse", extensions=["no_such_extension"])
    report = lake.run()
    assert report.exit_code == 2
    assert "run INSTALL no_such_extension once by hand" in report.checks[0].message


def test_extensions_that_come_with_duckdb_are_loaded(lake: Shop) -> None:
    lake.set("warehouse", extensions=["json", "icu"])
    assert reading(lake, "pipeline_logs") == "11"


@pytest.mark.parametrize(
    ("url", "key", "value"),
    [
        ("sqlite:///x.db", "files", ["a.csv"]),
        ("postgresql+psycopg://h/d", "attach", [{"path": "x", "as": "y"}]),
        ("spark://h/d", "extensions", ["httpfs"]),
        ("duckdb:///shop.duckdb", "attach", [{"path": "x", "as": "shop"}]),
        ("duckdb:///x.duckdb", "attach", [{"path": "x", "as": "a"}, {"path": "y", "as": "A"}]),
        ("duckdb:///x.duckdb", "attach", [{"path": "x", "as": "system"}]),
    ],
)
def test_keys_that_mean_nothing_are_refused(
    tmp_path: Path, url: str, key: str, value: object
) -> None:
    problems = refused(tmp_path, {"url": url, key: value})
    assert f"warehouse.{key}" in problems


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("attach", [{"path": "x", "as": "a b"}], "warehouse.attach[1].as"),
        ("attach", [{"path": "x", "as": 'a"; DROP'}], "warehouse.attach[1].as"),
        ("attach", [{"path": "x"}], "warehouse.attach[1].as"),
        ("attach", [{"as": "a"}], "warehouse.attach[1].path"),
        ("attach", [{"as": "a", "path": "x", "url": "y"}], "warehouse.attach[1].path"),
        ("attach", ["x"], "warehouse.attach[1]"),
        ("attach", "x", "warehouse.attach"),
        ("files", "lake/*.parquet", "warehouse.files"),
        ("files", ["/"], "warehouse.files"),
        ("files", [""], "warehouse.files"),
        ("files", [7], "warehouse.files"),
        ("extensions", ["httpfs; DROP"], "warehouse.extensions"),
        ("extensions", ["../x"], "warehouse.extensions"),
    ],
)
def test_values_that_cannot_be_used_are_refused(
    tmp_path: Path, key: str, value: object, where: str
) -> None:
    assert where in refused(tmp_path, {"url": "duckdb:///x.duckdb", key: value})


def refused(folder: Path, warehouse: dict[str, Any]) -> str:
    """What is said of a configuration."""
    path = folder / "andon.yml"
    path.write_text(yaml.safe_dump({"pipeline": "shop", "warehouse": warehouse}))
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return str(caught.value)


def test_many_readers_at_once_share_one_limited_instance(lake: Shop) -> None:
    lake.set("warehouse", files=["lake/*.parquet"], timeout_seconds=120)
    config = lake.config().warehouse
    answers: list[object] = []
    started = threading.Barrier(8)

    def read() -> None:
        started.wait()
        for _ in range(12):
            try:
                with Warehouse(config) as warehouse:
                    count = sa.select(sa.func.count()).select_from(sa.table("events"))
                    answers.append(warehouse.fetch(count)[0][0])
                    warehouse.fetch(sa.select(sa.text("1")).select_from(sa.table("stg_events")))
            except MeasurementError as error:
                answers.append(error.detail)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 96
    assert set(answers) == {len(lake.events.rows)}


def test_a_reader_that_may_read_more_waits_for_one_that_may_not(lake: Shop) -> None:
    """One process has one instance of a file, and its limits cannot be changed."""
    lake.set("warehouse", lock_wait_seconds=0.3)
    first = lake.config().warehouse
    lake.set("warehouse", files=["lake/*.parquet"])
    with Warehouse(first) as open_already:
        open_already.check_connection()
        assert "locked: the database file is already open in this" in reading(lake, "events")
        with Warehouse(first) as alike:
            alike.check_connection()
    assert reading(lake, "events").isdigit()


def test_new_files_are_read_once_the_file_is_opened_anew(lake: Shop) -> None:
    lake.set("warehouse", files=["lake/*.parquet"], lock_wait_seconds=0.3)
    config, before = lake.config().warehouse, int(reading(lake, "events"))
    with Warehouse(config) as open_already:
        open_already.check_connection()
        with duckdb.connect() as connection:
            source, target = lake.folder / "lake/a.parquet", lake.folder / "lake/c.parquet"
            connection.execute(f"COPY (FROM '{source}') TO '{target}'")
        assert reading(lake, "events").startswith("locked: ")
    assert int(reading(lake, "events")) > before


def test_a_writer_of_an_other_file_is_not_limited(lake: Shop) -> None:
    with Warehouse(lake.config().warehouse) as warehouse:
        warehouse.check_connection()
        with duckdb.connect(str(lake.folder / "mine.duckdb")) as mine:
            mine.execute(f"CREATE TABLE t AS FROM read_csv('{lake.folder}/secret.csv')")
            mine.execute("SET threads = 1")
            assert mine.execute("SELECT count(*) FROM t").fetchall() == [(11,)]


def test_a_query_reads_no_file_either(lake: Shop) -> None:
    query = f"SELECT * FROM read_csv('{lake.folder}/secret.csv')"
    lake.set("audit_log", table=None, query=query)
    verdict = lake.verdicts()["quarantine_rate"]
    assert verdict.cause is Cause.PERMISSION
    assert "warehouse.files" in verdict.message
    lake.set("warehouse", files=["secret.csv"])
    assert lake.verdicts()["quarantine_rate"].status is Status.GREEN


def test_options_of_the_url_hold_for_every_connection(lake: Shop) -> None:
    lake.set("warehouse", url=f"{lake.url}?threads=1&memory_limit=200MB")
    config = lake.config().warehouse
    threads = sa.select(sa.text("current_setting('threads')")).select_from(
        sa.table("pipeline_logs")
    )
    with Warehouse(config) as first, Warehouse(config) as other:
        for warehouse in (first, other):
            assert set(warehouse.fetch(threads)) == {(1,)}


@pytest.mark.parametrize(
    ("options", "most_bytes", "by_server", "threads"),
    [
        ("", None, True, 1),
        ("?threads=3", None, True, 3),
        ("", 0, True, None),
        ("", None, False, None),
    ],
)
def test_a_server_reads_a_small_file_with_one_thread(
    lake: Shop, monkeypatch: pytest.MonkeyPatch, options: str, most_bytes: int | None,
    by_server: bool, threads: int | None,
) -> None:  # fmt: skip
    """It takes less memory each time; the gate, which reads once, takes what is there."""
    if most_bytes is not None:
        monkeypatch.setattr(_duckdb_access, "_SMALL_FILE", most_bytes)
    lake.set("warehouse", url=f"{lake.url}{options}")
    config = replace(lake.config().warehouse, is_read_by_server=by_server)
    setting = "SELECT current_setting('threads')"
    default = duckdb.connect().execute(setting).fetchall()[0][0]
    with Warehouse(config) as warehouse:
        statement = sa.select(sa.text("current_setting('threads')")).select_from(
            sa.table("pipeline_logs")
        )
        assert set(warehouse.fetch(statement)) == {(threads or default,)}


@pytest.mark.parametrize("key", ["files", "attach"])
def test_a_server_reads_a_lake_with_all_threads(lake: Shop, key: str) -> None:
    """The database's own file is small; what its views read may not be."""
    beside = {"files": ["lake/*.parquet"], "attach": [{"as": "other", "path": "other.duckdb"}]}
    lake.set("warehouse", **{key: beside[key]})
    config = replace(lake.config().warehouse, is_read_by_server=True)
    assert not _duckdb_access._is_small(config, str(lake.folder / "warehouse.duckdb"))
    assert not _duckdb_access._is_small(replace(config, files=(), attach=()), None)


def test_what_does_not_fit_into_memory_is_still_sorted(lake: Shop) -> None:
    lake.set("warehouse", url=f"{lake.url}?memory_limit=60MB&threads=1", timeout_seconds=120)
    with Warehouse(lake.config().warehouse) as warehouse:
        numbers = sa.text(
            "(SELECT row_number() OVER (ORDER BY hash(r)) AS n FROM range(3000000) t(r))"
        )
        rows = warehouse.fetch(sa.select(sa.text("max(n)")).select_from(numbers))
    assert rows == [(3000000,)]
