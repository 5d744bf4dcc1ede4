"""A history in one SQLite file: many readers, and writers one at a time."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from checks.core.errors import HistoryError
from checks.core.plain_file import kind_of
from checks.core.text import clean
from checks.history.faults import sqlite_code
from checks.history.time_limits import Attempt

T = TypeVar("T")

_NEEDS_WRITING = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")
#: The share of the wait for a lock that switching to the write-ahead log may take.
_LOG_MODE_SHARE = 0.1
_LOOP = "its symbolic link leads to itself"
#: Opens the file of the attempt that runs in this thread.
_opening: ContextVar[Callable[[], sqlite3.Connection]] = ContextVar("opening")


class SqliteStore:
    """Opens the file for each piece of work and closes it again."""

    def __init__(self, url: URL) -> None:
        """Raises HistoryError for a URL that names no file."""
        if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
            raise HistoryError("an SQLite history needs a file: sqlite:///history.db")
        if url.query:
            raise HistoryError("an SQLite history takes no options after its file name")
        try:
            self._link = Path(url.database).absolute()
        except OSError:
            raise HistoryError("the working directory is gone") from None
        self.place = clean(self._link, 200)

    def read(self, work: Callable[[Connection], T], attempt: Attempt) -> T | None:
        """The result of `work`, in one transaction; None where there is no file yet.

        Raises HistoryError for a missing folder, and whatever SQLAlchemy raises.
        """
        path = self._path()
        if not path.exists():
            return None
        try:
            return _run(path, "mode=rw", "BEGIN", work, attempt)
        except DBAPIError as error:
            if not _is_only_unwritable(path, error):
                raise
        # Readers of a write-ahead log create a file beside it. Where they may not, the database
        # file alone is complete, as long as there is neither a log nor a journal.
        return _run(path, "mode=ro&immutable=1", "BEGIN", work, attempt)

    def write(self, work: Callable[[Connection], T], attempt: Attempt) -> T:
        """The result of `work`, in one transaction with no other writer at the same time.

        Raises HistoryError for a missing folder, and whatever SQLAlchemy raises.
        """
        return _run(self._path(), "mode=rwc", "BEGIN IMMEDIATE", work, attempt)

    def _path(self) -> Path:
        """The file that the link leads to, as logs lie beside it; it may not exist yet.

        Raises HistoryError where its folder does not exist, or where it is no file.
        """
        try:
            path = self._link.resolve()
            if not path.parent.is_dir():
                raise HistoryError("its folder does not exist")
            if (kind := kind_of(path.stat().st_mode)) is not None:  # opening a pipe may never end
                raise HistoryError(f"cannot be opened: it is {kind}, not a file")
        except FileNotFoundError:
            return path
        except RuntimeError:  # a link that leads to itself, up to Python 3.12
            raise HistoryError(_LOOP) from None
        except OSError as error:
            if error.errno == errno.ELOOP:  # the same, since Python 3.13
                raise HistoryError(_LOOP) from None
            raise
        return path


def _is_only_unwritable(path: Path, error: DBAPIError) -> bool:
    logs = (path.with_name(path.name + end) for end in ("-wal", "-journal"))
    return sqlite_code(error).startswith(_NEEDS_WRITING) and not any(map(Path.exists, logs))


def _run(path: Path, mode: str, begin: str, work: Callable[[Connection], T], attempt: Attempt) -> T:
    token = _opening.set(partial(_open, path, mode, attempt))
    try:
        with _engine().begin() as connection:
            connection.exec_driver_sql(begin)
            return work(connection)
    finally:
        _opening.reset(token)


@cache
def _engine() -> sa.Engine:
    """One for all files and attempts: it holds no connection, but the statements it compiled."""
    return sa.create_engine("sqlite://", creator=lambda: _opening.get()(), poolclass=NullPool)


def _open(path: Path, mode: str, attempt: Attempt) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?{mode}",
        uri=True,
        timeout=attempt.lock_seconds * _LOG_MODE_SHARE,
        isolation_level=None,  # transactions begin where `_run` says so
    )
    try:
        connection.text_factory = _text
        attempt.set_stop(connection.interrupt)
        if mode == "mode=rwc":
            _prefer_write_ahead_log(connection)
        connection.execute(f"PRAGMA busy_timeout = {max(1, round(attempt.lock_seconds * 1000))}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _text(stored: bytes) -> str:
    """Text in which invalid UTF-8 is escaped, so that only its row is damaged."""
    return stored.decode("utf-8", "surrogateescape")


def _prefer_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Let readers and a writer work side by side; the file keeps the mode once it is set."""
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        # Another process is writing: both modes are safe, and the next writer tries again.
        if not sqlite_code(error).startswith("SQLITE_BUSY"):
            raise
