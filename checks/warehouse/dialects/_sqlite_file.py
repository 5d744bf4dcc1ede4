"""SQLite's file, opened so that not even SQLite itself writes to it.

Without `mode=ro` a reader rolls back what a writer left behind when it was killed, and the last
one to close copies the write-ahead log into the database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from checks.config.sqlite_urls import URI, file_of, is_in_memory, is_uri
from checks.core.errors import MeasurementError
from checks.core.model import Cause

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

_DRIVER = "sqlite"
#: Options of a database in memory: that its name is no file, and whether it is shared.
_OF_MEMORY = {"mode": "memory", "cache": "shared"}
_NO_SHARED_MEMORY = (
    "it has a write-ahead log, whose -wal and -shm files are not there or not usable, and Andon "
    "may make none in this folder: let the writer open the database once and keep it open, or "
    "allow Andon's account to write the folder"
)
#: Reasons why a database cannot be read without writing, by SQLite's names of result codes.
_UNREADABLE = {
    "SQLITE_READONLY_ROLLBACK": (
        "its writer was stopped in the middle of a change, whose -journal file has to be rolled "
        "back first; Andon writes nothing: let the writer open the database once"
    ),
    "SQLITE_READONLY_RECOVERY": (
        "its write-ahead log (-wal) has to be recovered first; Andon writes nothing: let the "
        "writer open the database once"
    ),
    "SQLITE_READONLY_CANTINIT": _NO_SHARED_MEMORY,
    "SQLITE_READONLY_DIRECTORY": _NO_SHARED_MEMORY,
}


def read_only_url(url: URL) -> URL:
    """The database as a URI with `mode=ro`; one in memory keeps its mode.

    Written anew: SQLAlchemy joins a URI's options as they are, so that a value could hold others.
    """
    if is_in_memory(url):
        return _memory_url(url)
    address = file_of(url).absolute().as_uri()
    return url.set(drivername=_DRIVER, database=address, query={"mode": "ro", "uri": "true"})


def _memory_url(url: URL) -> URL:
    if not is_uri(url):
        return url.set(drivername=_DRIVER, query={})
    name = unquote((url.database or "").removeprefix(URI))
    kept = {key: value for key, value in _OF_MEMORY.items() if url.query.get(key) == value}
    query = {"uri": "true", **kept}
    return url.set(drivername=_DRIVER, database=f"{URI}{quote(name, safe='/:')}", query=query)


def unreadable(error: BaseException, url: URL) -> MeasurementError | None:
    """Why a database cannot be read without writing to it, if that is the error."""
    original = getattr(error, "orig", None) or error
    code = getattr(original, "sqlite_errorname", "")
    why = _UNREADABLE.get(code)
    if why is None and code == "SQLITE_CANTOPEN" and _has_log(url):
        why = _NO_SHARED_MEMORY
    if why is None:
        return None
    return MeasurementError(
        Cause.LOCKED, f"the database cannot be read: {why} ({code})", retry=True
    )


def _has_log(url: URL) -> bool:
    """Whether a file can be opened, and its header says that it has a write-ahead log."""
    if is_in_memory(url):
        return False
    path = file_of(url)
    try:
        with path.open("rb") as file:
            header = file.read(20)
    except OSError:
        return False
    return header[18:20] == b"\x02\x02"
