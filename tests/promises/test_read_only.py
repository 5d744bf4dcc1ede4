"""Nothing but single SELECT statements is sent to the warehouse, and it is as it was afterwards.

Proved by listening to every statement that reaches a driver while the gate, `validate` and the
queries behind the pages run, by the bytes of the files before and after, and by views that write,
or that try to be let write, when they are read.
"""

from __future__ import annotations

import hashlib
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from checks.cli import main
from checks.core.errors import MeasurementError, ReadOnlyViolation
from checks.core.model import Cause
from checks.warehouse import Warehouse
from tests.engines import named
from tests.shop import DAY, Shop, order, view
from tests.warehouse.conftest import shop_on

#: How a session is set up, engine by engine: its own settings, and never a table.
SESSION = re.compile(
    r"SET (TimeZone = 'UTC'|enable_progress_bar = false|LOCAL TIME ZONE 'UTC'|LOCAL \w+ = \d+)"
    r"|SET (enable_external_access = false|lock_configuration = true)"
    r"|SET allowed_(paths|directories|configs) = \[[^\]]*\]"
    r"|CREATE OR REPLACE TEMP MACRO enable_\w+\(refused\) AS TABLE SELECT refused"
    r"|SAVEPOINT andon"
    r"|PRAGMA (query_only = ON|busy_timeout = \d+)",
)
#: What SQLAlchemy asks SQLite about a table's columns.
CATALOG = re.compile(r"PRAGMA (main\.|temp\.)?table_x?info\(\S+\)")
READING = re.compile(r"\s*(SELECT|WITH|EXPLAIN)\b", re.IGNORECASE)
WRITING = re.compile(
    r"\b(INSERT|UPDATE|DELETE|MERGE|CREATE|DROP|ALTER|TRUNCATE|GRANT|COPY|ATTACH|INSTALL|LOAD|CALL"
    r"|VACUUM|ANALYZE|CHECKPOINT)\b",
)


@pytest.fixture
def sent() -> Iterator[list[tuple[str, str]]]:
    """Every statement that reaches a driver: the database it is sent to, and its text."""
    statements: list[tuple[str, str]] = []

    def hear(connection: sa.Connection, cursor: object, statement: str, *rest: object) -> None:
        statements.append((str(connection.engine.url.database), statement))

    sa.event.listen(Engine, "before_cursor_execute", hear)
    yield statements
    sa.event.remove(Engine, "before_cursor_execute", hear)


def broken(shop: Shop) -> None:
    """Something for every check to look into."""
    shop.orders.rows += [order(DAY, number, "gone") for number in range(20, 30)]
    shop.events.rows += [view(DAY, hour, f"new '; DROP TABLE x; -- {hour}") for hour in range(20)]
    shop.log.rows[-1] |= {"rows_quarantined": 400, "status": "failed"}
    shop.events.rows[-30]["revenue"] = None


def _digest(folder: Path) -> dict[str, str]:
    """What is in the warehouse's files, write-ahead logs included."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.name.startswith("warehouse")
    }


def _is_read_only(statement: str) -> bool:
    if SESSION.fullmatch(statement) or CATALOG.fullmatch(statement):
        return True
    bare = re.sub(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"", "''", statement)
    return bool(READING.match(bare)) and not WRITING.search(bare) and ";" not in bare


@pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
def test_files_are_as_they_were(
    tmp_path: Path, engine: str, sent: list[tuple[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    shop = Shop(tmp_path, named(engine).warehouse(tmp_path))
    broken(shop)
    shop.write()
    shop.config()
    before, config = _digest(tmp_path), str(tmp_path / "andon.yml")
    assert before
    sent.clear()
    assert main(["gate", "--config", config, "--date", "2025-03-09"]) == 1
    main(["gate", "--config", config, "--date", "2025-03-09", "--data-date", "latest"])
    main(["validate", "--explain", "--config", config])
    main(["backtest", "--days", "3", "--until", "2025-03-08", "--config", config])
    assert "Traceback" not in capsys.readouterr().err
    assert _digest(tmp_path) == before
    heard = [text for database, text in sent if "warehouse" in database]
    assert len(heard) > 20
    assert [text for text in heard if not _is_read_only(text)] == []


def test_every_engine_hears_only_selects(shop: Shop, sent: list[tuple[str, str]]) -> None:
    broken(shop)
    shop.write()
    shop.config()
    sent.clear()
    assert shop.run().exit_code == 1
    assert len(sent) > 5
    history = str(shop.folder / "history.db")
    heard = [text for database, text in sent if database != history]
    assert [text for text in heard if not _is_read_only(text)] == []


@pytest.mark.parametrize(
    "statement",
    [
        sa.text("DELETE FROM stg_events"), sa.text("SELECT 1"), sa.delete(sa.table("stg_events")),
        sa.insert(sa.table("stg_events", sa.column("a"))).values(a=1), "SELECT 1", None,
    ],
)  # fmt: skip
def test_nothing_else_can_be_sent(tmp_path: Path, statement: object) -> None:
    shop = Shop(tmp_path, named("duckdb").warehouse(tmp_path))
    shop.write()
    with Warehouse(shop.config().warehouse) as warehouse, pytest.raises(ReadOnlyViolation):
        warehouse.fetch(statement)  # type: ignore[arg-type]


def test_the_listener_tells_writing_from_reading() -> None:
    assert _is_read_only("SELECT 'DROP TABLE x; --' AS a FROM \"update\"")
    for text in ("DELETE FROM x", "SELECT 1; DROP TABLE x", "SET x = 'y'", "WITH a AS (DELETE",
                 "PRAGMA user_version = 1", "ATTACH 'x' AS y", "BEGIN"):  # fmt: skip
        assert not _is_read_only(text)


#: What a database on PostgreSQL has that writes when it is read, or lets others write.
_POSTGRESQL = (
    "CREATE TABLE written (a int)",
    "CREATE SEQUENCE numbers",
    "CREATE FUNCTION write() RETURNS int LANGUAGE plpgsql VOLATILE AS "
    "$$ BEGIN INSERT INTO written VALUES (1); RETURN 1; END $$",
    "CREATE FUNCTION leave() RETURNS int LANGUAGE plpgsql AS "
    "$$ BEGIN ROLLBACK; RETURN 1; END $$",
    "CREATE FUNCTION leave_and_write() RETURNS int LANGUAGE plpgsql AS "
    "$$ BEGIN PERFORM set_config('transaction_read_only', 'off', true); RETURN write(); END $$",
    "CREATE VIEW lets_sessions AS "
    "SELECT set_config('default_transaction_read_only', 'off', false)",
    "CREATE VIEW lets_itself AS "
    "SELECT set_config('transaction_read_only', 'off', false) AS a, write()",
    "CREATE VIEW lets_the_next AS SELECT set_config('transaction_read_only','off',true)",
    "CREATE VIEW writes AS SELECT write()",
    "CREATE VIEW leaves AS SELECT leave()",
    "CREATE VIEW leaves_and_writes AS SELECT leave_and_write()",
    "CREATE VIEW counts AS SELECT nextval('numbers')",
    "CREATE VIEW makes_an_object AS SELECT lo_create(4711)",
    "CREATE VIEW changes_settings AS SELECT set_config('search_path', 'nowhere', false) AS a, "
    "set_config('statement_timeout', '0', false) AS b, "
    "set_config('lock_timeout', '0', false) AS c, set_config('TimeZone', 'Asia/Tokyo', false) AS d",
    "CREATE VIEW fails AS SELECT 1 / (SELECT count(*) FROM written) AS a",
)  # fmt: skip
_HOSTILE = (
    "lets_sessions", "lets_itself", "lets_the_next", "writes", "leaves", "leaves_and_writes",
    "counts", "makes_an_object", "changes_settings", "fails",
)  # fmt: skip


@pytest.fixture
def postgres(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    """A shop on PostgreSQL whose database is hostile."""
    shop = shop_on("postgresql", request, tmp_path)
    shop.write(*_POSTGRESQL)
    return shop


def rows(warehouse: Warehouse, name: str, columns: str = "*") -> list[Sequence[Any]]:
    """All of a table or a view."""
    return warehouse.fetch(sa.select(sa.text(columns)).select_from(sa.table(name)))


def read(warehouse: Warehouse, name: str) -> str:
    """Why a view cannot be read; empty where it can."""
    try:
        rows(warehouse, name)
    except MeasurementError as error:
        return f"{error.cause}: {error.detail}"
    return ""


def administrator(shop: Shop, question: str) -> Any:
    """What the database says to another session."""
    engine = sa.create_engine(shop.url, poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        return connection.exec_driver_sql(question).scalar()


def test_no_view_opens_postgresql_for_writing(postgres: Shop) -> None:
    with Warehouse(postgres.config().warehouse) as warehouse:
        for name in (*_HOSTILE, *reversed(_HOSTILE)):
            refused = read(warehouse, name)
            if name in ("writes", "lets_itself", "leaves_and_writes", "counts"):
                assert refused.startswith("permission: "), (name, refused)
    assert administrator(postgres, "SELECT count(*) FROM written") == 0
    assert administrator(postgres, "SELECT is_called FROM numbers") is False
    assert administrator(postgres, "SELECT count(*) FROM pg_largeobject_metadata") == 0


def test_a_view_leaves_no_setting_behind(postgres: Shop) -> None:
    settings = ", ".join(
        f"current_setting('{name}')"
        for name in ("search_path", "statement_timeout", "lock_timeout", "TimeZone",
                     "transaction_read_only", "transaction_isolation")
    )  # fmt: skip
    with Warehouse(postgres.config().warehouse) as warehouse:
        before = rows(warehouse, "numbers", settings)
        for name in _HOSTILE:
            read(warehouse, name)
            assert rows(warehouse, "numbers", settings) == before, name
    assert before[0][3:] == ("UTC", "on", "read committed")
    assert "0" not in before[0]


def test_a_failed_statement_ends_no_other(postgres: Shop) -> None:
    began = "(SELECT xact_start FROM pg_stat_activity WHERE pid = pg_backend_pid())"
    with Warehouse(postgres.config().warehouse) as warehouse:
        first = rows(warehouse, "numbers", began)
        for name in ("fails", "no_such_table", "writes"):
            assert read(warehouse, name)
            assert len(rows(warehouse, "pipeline_logs")) == 11
        assert rows(warehouse, "numbers", began) == first


def test_nothing_is_held_between_statements(postgres: Shop) -> None:
    """Neither locks, which would stop a writer, nor a snapshot, which would stop VACUUM."""
    ours = "FROM pg_stat_activity WHERE application_name = 'andon'"
    changing = "ALTER TABLE stg_events ADD x int"
    with Warehouse(postgres.config().warehouse) as warehouse:
        rows(warehouse, "stg_events")
        read(warehouse, "fails")
        postgres.engine.write(postgres.url, (), ["SET lock_timeout = '5s'", changing])
        assert administrator(postgres, f"SELECT state {ours}") == "idle in transaction"
        assert administrator(postgres, f"SELECT backend_xmin {ours}") is None
        assert rows(warehouse, "stg_events")
    assert administrator(postgres, f"SELECT count(*) {ours}") == 0


def test_views_that_write_are_unknown_in_the_gate(postgres: Shop) -> None:
    postgres.write(
        "CREATE OR REPLACE VIEW logs AS "
        "SELECT *, set_config('default_transaction_read_only', 'off', false) AS a "
        "FROM pipeline_logs",
        "CREATE OR REPLACE VIEW events AS SELECT *, write() AS w FROM stg_events",
    )
    postgres.set("audit_log", table="logs")
    postgres.set("events", table="events")
    verdicts = postgres.verdicts()
    assert verdicts["freshness"].cause is Cause.PERMISSION
    assert verdicts["quarantine_rate"].cause is None
    assert administrator(postgres, "SELECT count(*) FROM written") == 0


_WRITER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for setting in ("journal_mode = " + sys.argv[2], "cache_size = 5", "cache_spill = 1"):
    connection.execute("PRAGMA " + setting)
connection.execute("BEGIN IMMEDIATE")
connection.execute("CREATE TABLE more AS SELECT * FROM stg_events")
connection.execute("COMMIT" if sys.argv[2] == "WAL" else "SELECT 1")
if sys.argv[2] == "WAL":
    connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE stg_events SET event_name = hex(randomblob(300))")
print("in the middle", flush=True)
time.sleep(600)
"""


def killed(shop: Shop, mode: str) -> None:
    """Let a writer be killed in the middle of a change."""
    path = str(shop.folder / "warehouse.db")
    command = [sys.executable, "-c", _WRITER, path, mode]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("mode", ["WAL", "DELETE", "PERSIST", "TRUNCATE"])
def test_sqlite_is_as_a_killed_writer_left_it(tmp_path: Path, mode: str) -> None:
    shop = Shop(tmp_path, f"sqlite:///{tmp_path / 'warehouse.db'}")
    shop.write()
    killed(shop, mode)
    before = _digest(tmp_path)
    left = tmp_path / ("warehouse.db-wal" if mode == "WAL" else "warehouse.db-journal")
    assert left.stat().st_size > 0
    report = shop.run()
    after = _digest(tmp_path)
    # The index of the log is shared memory, which every reader writes.
    assert {**after, "warehouse.db-shm": ""} == {**before, "warehouse.db-shm": ""}
    if mode == "WAL":
        assert report.exit_code == 0
        return
    assert {verdict.cause for verdict in report.checks} == {Cause.LOCKED}
    assert "let the writer open the database once" in report.checks[0].message
    sqlite = sa.create_engine(shop.url, poolclass=sa.pool.NullPool)
    with sqlite.connect() as writer:
        writer.exec_driver_sql("SELECT count(*) FROM stg_events")
    assert shop.run().exit_code == 0


#: Views in DuckDB that read or write files, and what lets them, where anything does.
_DUCKDB = {
    "reads_a_file": "FROM read_csv('{folder}/secret.csv')",
    "reads_a_name": "FROM '{folder}/secret.csv'",
    "reads_text": "FROM read_text('{folder}/secret.csv')",
    "reads_bytes": "FROM read_blob('{folder}/secret.csv')",
    "reads_parquet": "FROM read_parquet('{folder}/secret.parquet')",
    "looks_around": "FROM glob('{folder}/*')",
    "reads_a_database": "FROM other.hidden",
    "guesses": "FROM sniff_csv('{folder}/secret.csv')",
    "reads_facts": "FROM parquet_metadata('{folder}/secret.parquet')",
}


@pytest.fixture
def duck(tmp_path: Path) -> Shop:
    """A shop in DuckDB whose views reach for files."""
    import duckdb

    shop = Shop(tmp_path, named("duckdb").warehouse(tmp_path))
    shop.write()
    other = tmp_path / "other.duckdb"
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute(f"COPY (SELECT 7 AS a) TO '{tmp_path}/secret.csv'")
        connection.execute(f"COPY (SELECT 7 AS a) TO '{tmp_path}/secret.parquet'")
        connection.execute(f"ATTACH '{other}' AS other")
        connection.execute("CREATE TABLE other.hidden AS SELECT 7 AS a")
        for name, text in _DUCKDB.items():
            connection.execute(f"CREATE VIEW {name} AS {text.format(folder=tmp_path)}")
    return shop


@pytest.mark.parametrize("name", _DUCKDB)
def test_no_view_in_duckdb_reaches_a_file(duck: Shop, name: str) -> None:
    with Warehouse(duck.config().warehouse) as warehouse:
        refused = read(warehouse, name)
        key = "warehouse.attach" if name == "reads_a_database" else "warehouse.files"
        assert key in refused
        assert len(rows(warehouse, "pipeline_logs")) == 11


@pytest.mark.parametrize(
    "text",
    [
        "COPY (SELECT 1) TO '{folder}/out.csv'", "ATTACH '{folder}/other.duckdb' AS more",
        "INSTALL httpfs", "LOAD httpfs", "SET enable_external_access = true",
        "SET lock_configuration = false", "RESET enable_external_access",
        "SET allowed_directories = ['/']", "SET autoinstall_known_extensions = true",
        "CREATE SECRET (TYPE s3)", "EXPORT DATABASE '{folder}/out'",
        "SET python_enable_replacements = true",
        "FROM read_csv('https://localhost:1/x.csv')", "FROM read_duckdb('{folder}/other.duckdb')",
    ],
)  # fmt: skip
def test_the_session_of_duckdb_cannot_be_opened(duck: Shop, text: str) -> None:
    """Even by a statement that is never sent."""
    before = sorted(path.name for path in duck.folder.iterdir())
    with Warehouse(duck.config().warehouse) as warehouse:
        rows(warehouse, "pipeline_logs")
        connection = warehouse._connection
        assert connection is not None
        with pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql(text.format(folder=duck.folder)).fetchall()
    present = sorted(path.name for path in duck.folder.iterdir())
    assert [name for name in present if name != "andon.yml"] == before


@pytest.mark.parametrize(
    "call",
    [
        "enable_logging()", "enable_logging(storage_path='{log}')",
        "enable_logging(storage='file', storage_path='{log}')",
        "enable_profiling()", "enable_profiling(save_location='{log}')",
    ],
)  # fmt: skip
def test_no_view_in_duckdb_writes_a_log(duck: Shop, call: str) -> None:
    """In 1.5 it would end the process; in 2.0 DuckDB refuses it itself."""
    target = duck.folder / "log.txt"
    text = call.format(log=target)
    duck.write(
        f"CREATE VIEW logs AS FROM {text}",
        f"CREATE MACRO logging() AS TABLE FROM {text}",
        "CREATE VIEW logs_as_well AS FROM logging()",
    )
    config = duck.config().warehouse
    with Warehouse(config) as first, Warehouse(config) as second:
        for warehouse in (first, second):
            assert read(warehouse, "logs")
            assert read(warehouse, "logs_as_well")
            assert len(rows(warehouse, "pipeline_logs")) == 11
    assert not target.exists()


def test_no_variable_of_the_process_is_a_table(duck: Shop) -> None:
    """DuckDB for Python looks for a missing table among the variables of its callers."""
    duck.write()
    with Warehouse(duck.config().warehouse) as warehouse:
        for name in ("connection", "parameters", "statement", "cursor", "self"):
            assert read(warehouse, name).startswith("missing_table: ")


@pytest.mark.parametrize("mode", ["read_write", "automatic", "READ_WRITE"])
def test_no_option_of_the_url_lets_duckdb_write(tmp_path: Path, mode: str) -> None:
    """A writer that was killed left a log beside the file; only a writer would take it in."""
    shop = Shop(tmp_path, named("duckdb").warehouse(tmp_path))
    shop.write()
    path = str(sa.make_url(shop.url).database)
    writer = (
        "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); "
        "c.execute('CREATE TABLE more AS SELECT 1 AS n'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", writer, path], check=False)
    files = (Path(path), Path(f"{path}.wal"))
    before = [file.read_bytes() for file in files]
    shop.settings["warehouse"]["url"] = f"{shop.url}?access_mode={mode}"
    shop.run()
    assert [file.read_bytes() for file in files] == before


def _other_names(folder: Path, file: Path) -> dict[str, str]:
    """Ways to name a file that is there: by its kind, as a path."""
    (folder / "sub").mkdir()
    (folder / "link").symlink_to(file.name)
    (folder / "hard").hardlink_to(file)
    (folder / "sub" / "far").symlink_to(folder)
    return {
        "itself": str(file), "a link": str(folder / "link"), "a hard link": str(folder / "hard"),
        "a detour": f"{folder}/sub/../{file.name}", "a dot": f"{folder}/./{file.name}",
        "a folder's link": f"{folder}/sub/far/{file.name}",
    }  # fmt: skip


_NAMES = ("itself", "a link", "a hard link", "a detour", "a dot", "a folder's link")


def _require_refused_history(shop: Shop, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No command opens the history, and each says why."""
    before = {path: path.read_bytes() for path in shop.folder.iterdir() if path.is_file()}
    shop.config()
    config = str(shop.folder / "andon.yml")
    words = f"is {what}, which is only read: name another store in history.url"
    report = shop.run()
    assert report.exit_code == 0
    assert words in report.warnings[0]
    main(["gate", "--config", config, "--date", "2025-03-09"])
    for command in ("validate", "history"):
        capsys.readouterr()
        assert main([command, "--config", config]) == 2, command
        captured = capsys.readouterr()
        assert words in " ".join((captured.out + captured.err).split()), command
    after = {path: path.read_bytes() for path in shop.folder.iterdir() if path.is_file()}
    assert {**after, shop.folder / "andon.yml": b""} == {**before, shop.folder / "andon.yml": b""}


@pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
@pytest.mark.parametrize("how", _NAMES)
def test_no_history_is_kept_in_the_warehouse(
    tmp_path: Path, engine: str, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = Shop(tmp_path, named(engine).warehouse(tmp_path))
    shop.write()
    file = Path(sa.make_url(shop.url).database or "")
    shop.settings["history"] = {"url": f"sqlite:///{_other_names(tmp_path, file)[how]}"}
    _require_refused_history(shop, "the warehouse", capsys)


@pytest.mark.parametrize("how", ["a link", "a hard link", "a detour", "a URI", "a link's URI"])
def test_nor_where_the_warehouse_has_another_name(
    tmp_path: Path, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = Shop(tmp_path, named("sqlite").warehouse(tmp_path))
    shop.write()
    file = Path(sa.make_url(shop.url).database or "")
    names = _other_names(tmp_path, file)
    names |= {"a URI": f"file:{file}?uri=true", "a link's URI": f"file:{names['a link']}?uri=true"}
    shop.settings["history"] = {"url": f"sqlite:///{file}"}
    shop.settings["warehouse"]["url"] = f"sqlite:///{names[how]}"
    _require_refused_history(shop, "the warehouse", capsys)


@pytest.mark.parametrize("suffix", ["-wal", "-journal"])
def test_nor_in_what_lies_beside_the_warehouse(
    tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = Shop(tmp_path, named("sqlite").warehouse(tmp_path))
    shop.write()
    file = Path(sa.make_url(shop.url).database or "")
    shop.settings["history"] = {"url": f"sqlite:///{file}{suffix}"}
    _require_refused_history(shop, "the warehouse", capsys)


@pytest.mark.parametrize("how", _NAMES)
@pytest.mark.parametrize("key", ["attach", "files", "a glob of files"])
def test_nor_in_what_else_is_read(
    tmp_path: Path, key: str, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = Shop(tmp_path, named("duckdb").warehouse(tmp_path))
    shop.write()
    file = tmp_path / "orders.db"
    if key == "attach":
        import duckdb

        duckdb.connect(str(file)).close()
        shop.settings["warehouse"]["attach"] = [{"as": "lake", "path": "orders.db"}]
    else:
        sqlite3.connect(file).execute("CREATE TABLE t (a)").connection.close()
        shop.settings["warehouse"]["files"] = ["ord*.db" if "glob" in key else "orders.db"]
    shop.settings["history"] = {"url": f"sqlite:///{_other_names(tmp_path, file)[how]}"}
    what = {"attach": "an attached database"}.get(key, "one of the files that rows are read from")
    _require_refused_history(shop, what, capsys)


def test_a_history_beside_the_warehouse_is_kept(tmp_path: Path) -> None:
    shop = Shop(tmp_path, named("sqlite").warehouse(tmp_path))
    shop.write()
    (tmp_path / "elsewhere.db").touch()
    (tmp_path / "history.db").symlink_to("elsewhere.db")
    shop.settings["history"] = {"url": "sqlite:///history.db"}
    assert main(["gate", "--config", str(shop.config().path), "--date", "2025-03-09"]) == 0
    assert (tmp_path / "elsewhere.db").stat().st_size > 0
