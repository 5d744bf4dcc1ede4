"""A history in one SQLite file: many readers, and writers that wait for their turn."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from checks.errors import HistoryError
from checks.history.faults import sqlite_code
from checks.text import clean

T = TypeVar("T")

_NEEDS_WRITING = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")


class SqliteStore:
    """Opens the file for each piece of work and closes it again."""

    def __init__(self, url: URL, busy_seconds: float) -> None:
        """Raises HistoryError for a URL that names no file."""
        if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
            raise HistoryError("an SQLite history needs a file: sqlite:///history.db")
        if url.query:
            raise HistoryError("an SQLite history takes no options after its file name")
        self._path = Path(url.database).resolve()  # logs lie beside the file itself, not its link
        self._busy_seconds = busy_seconds
        self.place = clean(self._path, 200)

    def read(self, work: Callable[[Connection], T]) -> T | None:
        """What `work` reads, in one transaction; None where there is no file yet.

        Raises HistoryError for a missing folder, and whatever SQLAlchemy raises.
        """
        if not self._exists():
            return None
        try:
            return self._run("mode=rw", "BEGIN", work)
        except DBAPIError as error:
            if not self._only_lacks_writing(error):
                raise
        # Readers of a write-ahead log create a file beside it. Where they may not, the
        # database alone is whole, as long as neither a log nor a journal is there.
        return self._run("immutable=1", "BEGIN", work)

    def write(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, in one transaction that no other writer shares.

        Raises HistoryError for a missing folder, and whatever SQLAlchemy raises.
        """
        self._exists()
        return self._run("mode=rwc", "BEGIN IMMEDIATE", work)

    def _exists(self) -> bool:
        if not self._path.parent.is_dir():
            raise HistoryError("its folder does not exist")
        return self._path.exists()

    def _only_lacks_writing(self, error: DBAPIError) -> bool:
        logs = (self._path.with_name(self._path.name + end) for end in ("-wal", "-journal"))
        return sqlite_code(error).startswith(_NEEDS_WRITING) and not any(map(Path.exists, logs))

    def _run(self, mode: str, begin: str, work: Callable[[Connection], T]) -> T:
        engine = sa.create_engine(
            "sqlite://", creator=partial(self._open, mode), poolclass=NullPool
        )
        with engine.begin() as connection:
            connection.exec_driver_sql(begin)
            return work(connection)

    def _open(self, mode: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self._path.as_uri()}?{mode}",
            uri=True,
            timeout=self._busy_seconds,
            isolation_level=None,  # transactions begin where `_run` says so
        )
        try:
            if mode == "mode=rwc":
                _prefer_write_ahead_log(connection)
        except sqlite3.Error:
            connection.close()
            raise
        return connection


def _prefer_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Let readers and a writer work side by side; kept in the file once it is set."""
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        # Another process is writing: both modes are safe, and the next writer asks again.
        if not sqlite_code(error).startswith("SQLITE_BUSY"):
            raise
