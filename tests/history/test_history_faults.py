"""Whatever is wrong with the store: one line that helps, and never a raw error."""

from __future__ import annotations

import os
import resource
import socket
import sqlite3
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from checks.config.model import HistoryConfig
from checks.core.errors import HistoryError
from checks.core.model import Report, Status
from checks.history import open_history, sqlite
from checks.history.store import History
from tests.history.history_samples import DAY, PIPELINE, report, unprivileged

TOMORROW = DAY + timedelta(days=1)
READ, RECORD = "read", "record"


def use(history: History, how: str) -> None:
    if how == READ:
        history.context(PIPELINE, DAY)
    else:
        history.record(report())


def failure(url: str, how: str = RECORD, busy_seconds: float = 0.2) -> str:
    """The message of the expected HistoryError, after checks that every message must pass."""
    with pytest.raises(HistoryError) as raised:
        use(History(url, keep_days=400, busy_seconds=busy_seconds), how)
    message = str(raised.value)
    assert len(message.splitlines()) == 1
    assert "sqlalche.me" not in message
    assert "INSERT" not in message
    return message


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def change(url: str, statement: str, **values: str) -> None:
    """What somebody else does to the store."""
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(statement), values)


@pytest.fixture
def filled(sqlite_url: str) -> str:
    History(sqlite_url, keep_days=400).record(report())
    return sqlite_url


@pytest.mark.parametrize("how", [READ, RECORD])
def test_missing_folder(tmp_path: Path, how: str) -> None:
    message = failure(f"sqlite:///{tmp_path / 'missing' / 'history.db'}", how)
    assert message == f"history {tmp_path}/missing/history.db: its folder does not exist"


@pytest.mark.parametrize("how", [READ, RECORD])
def test_not_a_database(sqlite_url: str, how: str) -> None:
    path_of(sqlite_url).write_text("date,verdict\n" * 500, encoding="utf-8")
    assert "not an SQLite database; move it away" in failure(sqlite_url, how)


@pytest.mark.parametrize("how", [READ, RECORD])
def test_corrupt_file(filled: str, how: str) -> None:
    with path_of(filled).open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 20_000)
    assert "corrupt; move it away" in failure(filled, how)


@pytest.mark.parametrize("how", [READ, RECORD])
def test_a_folder_instead_of_a_file(sqlite_url: str, how: str) -> None:
    path_of(sqlite_url).mkdir()
    assert "cannot be opened" in failure(sqlite_url, how)


def test_an_empty_file_is_an_empty_history(sqlite_url: str) -> None:
    path_of(sqlite_url).touch()
    history = History(sqlite_url, keep_days=400)
    assert history.pipelines() == ()
    history.record(report())
    assert history.pipelines() == (PIPELINE,)


def test_reading_creates_no_file(sqlite_url: str) -> None:
    use(History(sqlite_url, keep_days=400), READ)
    assert not path_of(sqlite_url).exists()


@contextmanager
def locked(url: str, how: str) -> Iterator[None]:
    with closing(sqlite3.connect(path_of(url), isolation_level=None)) as other:
        other.execute(how)
        yield


def test_a_writer_that_stays_is_waited_for_and_then_named(filled: str) -> None:
    with locked(filled, "BEGIN IMMEDIATE"):
        message = failure(filled, RECORD, busy_seconds=0.2)
        use(History(filled, keep_days=400), READ)  # readers go on beside a writer
    assert message.endswith("locked by another process for over 0.2 s")


def test_a_file_locked_for_readers_as_well(filled: str) -> None:
    with closing(sqlite3.connect(path_of(filled), isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        assert "locked by another process" in failure(filled, READ)


def test_a_lock_while_the_file_still_has_a_rollback_journal(sqlite_url: str) -> None:
    with closing(sqlite3.connect(path_of(sqlite_url))) as other:
        other.execute("CREATE TABLE other (id INTEGER)")
    with locked(sqlite_url, "BEGIN EXCLUSIVE"):
        assert "locked by another process" in failure(sqlite_url, RECORD)
    use(History(sqlite_url, keep_days=400), RECORD)


def _with_details(value: object) -> Report:
    verdicts = (replace(verdict, details={"sources": value}) for verdict in report().checks)
    return replace(report(), checks=tuple(verdicts))


@pytest.mark.parametrize("how", [READ, RECORD])
def test_a_pipe_instead_of_a_file_does_not_hang(sqlite_url: str, how: str) -> None:
    os.mkfifo(path_of(sqlite_url))
    assert "cannot be opened: it is a pipe, not a file" in failure(sqlite_url, how)


@pytest.mark.parametrize("column", ["data_date", "run_date", "evaluated_at"])
def test_a_stored_value_that_is_no_date_is_left_out_and_told(filled: str, column: str) -> None:
    change(filled, f"UPDATE andon_evaluations SET {column} = 'gar'")
    history = History(filled, keep_days=400)
    assert history.evaluations(PIPELINE) == ()
    (warning,) = history.context(PIPELINE, TOMORROW).warnings
    assert "damaged" in warning


def test_a_full_disk(filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = sqlite3.connect

    def nearly_full(*arguments: object, **options: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = plain(*arguments, **options)  # type: ignore[call-overload]
        connection.execute("PRAGMA max_page_count=1")
        return connection

    monkeypatch.setattr(sqlite.sqlite3, "connect", nearly_full)
    history = History(filled, keep_days=400)
    with pytest.raises(HistoryError, match="the disk is full"):
        history.record(_with_details(["long" * 20] * 200))
    assert history.pipelines() == (PIPELINE,)


def test_a_write_that_the_disk_refuses(filled: str) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        message = failure(filled, RECORD)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "the disk cannot be read or written" in message
    assert len(History(filled, keep_days=400).all_runs(PIPELINE, DAY)) == 1


def _shared(folder: Path) -> tuple[str, Path]:
    url = f"sqlite:///{folder / 'history.db'}"
    history = History(url, keep_days=400)
    history.record(report(DAY.replace(day=1)))
    history.report(1)  # what is imported late is readable for everybody only now
    use(history, READ)
    return url, folder / "history.db"


@pytest.mark.parametrize("folder_mode", [0o555, 0o777])
def test_a_read_only_file_can_be_read_but_not_written(
    shared_folder: Path, folder_mode: int
) -> None:
    url, path = _shared(shared_folder)
    path.chmod(0o444)
    shared_folder.chmod(folder_mode)
    with unprivileged():
        context = History(url, keep_days=400).context(PIPELINE, DAY)
        message = failure(url, RECORD)
    assert context.statuses == {"freshness": ((DAY.replace(day=1), Status.RED),)}
    assert "read-only for this user" in message or "cannot be opened" in message


def test_a_file_that_may_not_be_read(shared_folder: Path) -> None:
    url, path = _shared(shared_folder)
    path.chmod(0o000)
    with unprivileged():
        assert "cannot be opened" in failure(url, READ)


def test_a_log_that_may_not_be_read_is_not_ignored(shared_folder: Path) -> None:
    """What is in the log is newer than the database: without it, old waivers would hold."""
    url, path = _shared(shared_folder)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("DELETE FROM andon_results")
        for file in shared_folder.iterdir():
            file.chmod(0o444 if file == path else 0o000)
        shared_folder.chmod(0o555)
        with unprivileged():
            assert "cannot be opened" in failure(url, READ)


def test_a_link_to_the_file_finds_the_log_beside_the_file(shared_folder: Path) -> None:
    _, path = _shared(shared_folder)
    links = shared_folder / "links"
    links.mkdir(mode=0o755)
    (links / "history.db").symlink_to(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("DELETE FROM andon_results")
        for end in ("-wal", "-shm"):
            path.with_name(path.name + end).chmod(0o000)
        shared_folder.chmod(0o555)
        with unprivileged():
            assert "cannot be opened" in failure(f"sqlite:///{links / 'history.db'}", READ)


def test_a_live_writers_log_is_read_from_a_read_only_folder(shared_folder: Path) -> None:
    url, path = _shared(shared_folder)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("UPDATE andon_results SET status = 'amber'")
        for file in shared_folder.iterdir():
            file.chmod(0o444)
        shared_folder.chmod(0o555)
        with unprivileged():
            context = History(url, keep_days=400).context(PIPELINE, DAY)
    assert context.statuses["freshness"][0][1] is Status.AMBER


def test_a_first_run_in_a_read_only_folder(shared_folder: Path) -> None:
    use(History("sqlite:////dev/shm/none.db", keep_days=1), READ)
    url = f"sqlite:///{shared_folder / 'history.db'}"
    shared_folder.chmod(0o555)
    with unprivileged():
        assert History(url, keep_days=400).context(PIPELINE, DAY).waivers == ()
        assert "cannot be opened" in failure(url, RECORD)


def test_a_table_that_is_gone(url: str) -> None:
    History(url, keep_days=400).record(report())
    change(url, "DROP TABLE andon_results")
    with pytest.raises(HistoryError, match=r"^history \S+: ") as raised:
        History(url, keep_days=400).evaluations(PIPELINE)
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize(
    "stored",
    ["", "{", "[]", "null", "{}", '{"schema": "andon.gate/1"}', "[" * 100_000, '"\ud83d"', "7"],
)
def test_a_damaged_report_is_named(url: str, stored: str) -> None:
    evaluation = History(url, keep_days=400).record(report())
    stored = stored.encode("utf-8", "replace").decode()
    change(url, "UPDATE andon_evaluations SET report = :stored", stored=stored)
    message = f"the stored report of evaluation {evaluation} is damaged"
    with pytest.raises(HistoryError, match=message):
        History(url, keep_days=400).report(evaluation)


def test_a_report_that_cannot_be_written_down(url: str) -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(HistoryError):
        History(url, keep_days=400).record(_with_details(endless))
    assert History(url, keep_days=400).pipelines() == ()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "not a database URL"),
        ("history.db", "not a database URL"),
        ("postgresql://u:p@h:hunter2/db", "not a database URL"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("sqlite:///file:x?mode=ro&uri=true", "needs a file"),
        ("sqlite:///history.db?timeout=9", "no options"),
        ("duckdb:///history.duckdb", "duckdb cannot keep a history"),
        ("sqlite+aiosqlite:///history.db", "cannot keep a history"),
        ("postgresql+psycopg2://h/db", "cannot keep a history"),
        ("evil\x1b[31m://h/db", "not a database URL"),
    ],
)
def test_a_url_that_no_history_can_be_at(url: str, words: str) -> None:
    with pytest.raises(HistoryError, match=words) as raised:
        open_history(HistoryConfig(url=url))
    assert "hunter2" not in "".join(traceback.format_exception(raised.value))


def test_no_server() -> None:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        message = failure(f"postgresql://andon:hunter2@127.0.0.1:{port}/shop", READ)
    assert message.startswith(f"history 127.0.0.1:{port}/shop: connection failed")
    assert "hunter2" not in message


def test_no_secret_in_any_message_or_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def leak(url: sa.URL, **options: object) -> None:
        raise sa.exc.ArgumentError(f"cannot use p%40ss/w0rd p@ss/w0rd t0ken at {url}")

    monkeypatch.setattr(sa, "create_engine", leak)
    history = History("postgresql://u:p%40ss%2Fw0rd@h/db?sslpassword=t0ken&x=1", keep_days=1)
    with pytest.raises(HistoryError) as raised:
        history.pipelines()
    shown = "".join(traceback.format_exception(raised.value))
    assert not [secret for secret in ("p@ss", "p%40ss", "t0ken") if secret in shown]
    assert "cannot use *** *** *** at" in shown


def test_missing_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    assert "pip install '.[postgresql]' in a clone" in failure("postgresql://h/db", READ)


@pytest.mark.parametrize("option", ["", "?connect_timeout=2"])
def test_a_server_that_never_answers_is_given_up(option: str) -> None:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        message = failure(
            f"postgresql://andon@127.0.0.1:{port}/shop{option}", READ, busy_seconds=0.1
        )
    assert "timeout" in message


def test_a_locked_postgresql(postgresql_url: str) -> None:
    history = History(postgresql_url, keep_days=400)
    history.record(report())
    engine = sa.create_engine(postgresql_url, poolclass=sa.pool.NullPool)
    with engine.begin() as other:
        other.exec_driver_sql("LOCK TABLE andon_evaluations IN EXCLUSIVE MODE")
        message = failure(postgresql_url, RECORD, busy_seconds=0.2)
    assert "locked by another process for over 0.2 s (" in message


@pytest.mark.parametrize("schema_privilege", ["USAGE", "CREATE"])
def test_a_user_without_permission(postgresql_url: str, schema_privilege: str) -> None:
    History(postgresql_url, keep_days=400).record(report())
    engine = sa.create_engine(postgresql_url, poolclass=sa.pool.NullPool)
    with engine.begin() as other:
        other.exec_driver_sql("DROP ROLE IF EXISTS stranger")
        other.exec_driver_sql("CREATE ROLE stranger LOGIN")
        other.exec_driver_sql(f"GRANT {schema_privilege} ON SCHEMA public TO stranger")
    stranger = postgresql_url.replace("postgres@", "stranger:hunter2@")
    for how in (READ, RECORD):
        message = failure(stranger, how)
        assert "this user lacks a permission (" in message
        assert "hunter2" not in message


def test_a_driver_that_says_nothing(monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> None:
    History(sqlite_url, keep_days=400).record(report())

    def silent(*arguments: object, **options: object) -> None:
        raise OSError

    monkeypatch.setattr(sqlite.sqlite3, "connect", silent)
    assert failure(sqlite_url, READ).endswith("history.db: OSError")
