"""SQLite's file under odd names and URIs, and where it cannot be read without writing."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from checks.config.database import WarehouseConfig
from checks.config.sqlite_urls import file_of, is_in_memory
from checks.config.urls import database_url
from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.warehouse import Warehouse
from checks.warehouse.dialects._sqlite_file import read_only_url

NOBODY = 65534
NAMES = (
    "plain.db", "a?b.db", "a#b.db", "a%20b.db", "a b.db", "it's.db", 'a"b.db', "ä.db", "a&b=c.db",
    "file:x.db", "100%.db", "a;b.db", "mode=ro", "a?mode=rwc",
)  # fmt: skip


def filled(path: Path, mode: str = "DELETE") -> None:
    """A database with one row."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute("CREATE TABLE t AS SELECT 7 AS a")
        connection.commit()


def rows(url: str) -> list[tuple[int]]:
    """The table, as the warehouse gives it."""
    with Warehouse(WarehouseConfig(url=url)) as warehouse:
        return [
            tuple(row)
            for row in warehouse.fetch(sa.select(sa.text("a")).select_from(sa.table("t")))
        ]


def refused(url: str) -> MeasurementError:
    """Why a database cannot be read."""
    with pytest.raises(MeasurementError) as caught:
        rows(url)
    return caught.value


@pytest.mark.parametrize("name", NAMES)
def test_files_of_any_name(tmp_path: Path, name: str) -> None:
    filled(tmp_path / name)
    before = sorted(tmp_path.iterdir())
    assert rows(f"sqlite:///{quote(str(tmp_path))}/{quote(name)}") == [(7,)]
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_not_there_is_not_made(tmp_path: Path, name: str) -> None:
    error = refused(f"sqlite:///{quote(str(tmp_path))}/{quote(name)}")
    assert error.cause is Cause.CONNECTION
    assert name in error.detail
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "options",
    ["uri=true", "mode=ro&uri=true", "mode=rwc&uri=1", "mode=rw&uri=on", "cache=private&uri=True"],
)
def test_uris_are_opened_read_only_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: str
) -> None:
    filled(tmp_path / "x.db")
    monkeypatch.chdir(tmp_path)
    for address in ("file:x.db", f"file:{tmp_path}/x.db", f"file://{tmp_path}/x.db"):
        assert rows(f"sqlite:///{address}?{options}") == [(7,)]
        assert read_only_url(sa.make_url(f"sqlite:///{address}?{options}")).query["mode"] == "ro"
        gone = refused(f"sqlite:///{address}x?{options}")
        assert "x.dbx does not exist" in gone.detail
    assert [path.name for path in tmp_path.iterdir()] == ["x.db"]


def test_a_relative_uri_is_found_beside_the_configuration(tmp_path: Path) -> None:
    filled(tmp_path / "x.db")
    assert rows(database_url("sqlite:///file:x.db?mode=ro&uri=true", tmp_path)) == [(7,)]


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file::memory:?uri=true",
        "sqlite:///file:x?mode=memory&uri=true",
    ],
)
def test_memory_is_no_file(url: str) -> None:
    assert is_in_memory(sa.make_url(url))
    assert read_only_url(sa.make_url(url)) == sa.make_url(url)
    assert refused(url).cause is Cause.MISSING_TABLE


@pytest.mark.parametrize(
    "url",
    [
        "file:{path}?uri=true&mode=memory&zzz=1%26mode=rwc",
        "file:{path}?uri=true&mode=memory&zzz%26mode=rwc",
        "file:{path}%3Fmode=rwc%26zzz=?uri=true",
        "file:{path}%3Fmode=memory%26mode=rwc%26zzz=?uri=true&mode=memory",
        "{path}?uri=true&zzz=1%26mode=rwc", "{path}?mode=memory&mode=rwc&uri=true",
        "file:{path}?uri=true&vfs=unix-dotfile%26mode=rwc",
        ":memory:?uri=true&zzz=1", "?uri=true&zzz=1",
    ],
)  # fmt: skip
def test_no_option_opens_a_file_for_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """Whatever reaches the driver: the configuration refuses most of these."""
    monkeypatch.chdir(tmp_path)
    filled(tmp_path / "x.db")
    before = (tmp_path / "x.db").read_bytes()
    parsed = read_only_url(sa.make_url("sqlite:///" + url.format(path=tmp_path / "x.db")))
    engine = sa.create_engine(parsed, poolclass=sa.pool.NullPool)
    with suppress(sa.exc.OperationalError), engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE written (a)")
    assert (tmp_path / "x.db").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["x.db"]


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("file:x.db", "x.db"), ("file:/a/x.db", "/a/x.db"), ("file:///a/x.db", "/a/x.db"),
        ("file://localhost/a/x.db", "/a/x.db"), ("file:a%2520b.db", "a b.db"),
    ],
)  # fmt: skip
def test_the_file_of_a_uri(address: str, path: str) -> None:
    assert file_of(sa.make_url(f"sqlite:///{address}?uri=true")) == Path(path)


def test_a_connection_cannot_write_whatever_it_is_told(tmp_path: Path) -> None:
    filled(tmp_path / "x.db")
    with Warehouse(WarehouseConfig(url=f"sqlite:///{tmp_path}/x.db")) as warehouse:
        warehouse.check_connection()
        connection = warehouse._connection
        assert connection is not None
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        for text in ("DELETE FROM t", "CREATE TABLE u (a)", "PRAGMA user_version = 7", "VACUUM"):
            with pytest.raises(sa.exc.OperationalError, match="readonly"):
                connection.exec_driver_sql(text)


@contextmanager
def nobody() -> Iterator[None]:
    """Be an account that may write nothing: the administrator may write everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody may read."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path
        path.chmod(0o755)


def test_a_log_in_a_folder_that_may_not_be_written(folder: Path) -> None:
    path = folder / "x.db"
    filled(path, "WAL")
    assert path.read_bytes()[18:20] == b"\x02\x02"
    for file in folder.iterdir():
        assert file.name == "x.db"
        file.chmod(0o444)
    folder.chmod(0o555)
    with nobody():
        error = refused(f"sqlite:///{path}")
    assert error.cause is Cause.LOCKED
    assert "-shm" in error.detail
    assert "let the writer open the database once" in error.detail
    assert [file.name for file in folder.iterdir()] == ["x.db"]


def test_a_plain_file_in_a_folder_that_may_not_be_written(folder: Path) -> None:
    filled(folder / "x.db")
    (folder / "x.db").chmod(0o444)
    folder.chmod(0o555)
    with nobody():
        assert rows(f"sqlite:///{folder}/x.db") == [(7,)]


def test_a_file_that_may_not_be_read(folder: Path) -> None:
    """It is no matter of its log."""
    filled(folder / "x.db", "WAL")
    (folder / "x.db").chmod(0o000)
    with nobody():
        error = refused(f"sqlite:///{folder}/x.db")
    assert error.cause is Cause.CONNECTION
    assert "unable to open" in error.detail
