"""SQLite's file, opened so that not even SQLite itself writes to it.

Without `mode=ro` a reader rolls back what a writer left behind when it was killed, and the last
one to close copies the write-ahead log into the database.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import sqlalchemy as sa

from checks.core.errors import MeasurementError
from checks.core.model import Cause

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

_URI = "file:"
_MEMORY = (None, "", ":memory:")
_NO_SHARED_MEMORY = (
    "it has a write-ahead log, whose -wal and -shm files are not there or not usable, and Andon "
    "may make none in this folder: let the writer open the database once and keep it open, or "
    "allow Andon's account to write the folder"
)
#: By SQLite's names of its result codes: why a database cannot be read without writing.
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
    """The same database, as a URI with `mode=ro`; one in memory is as it is."""
    if url.get_driver_name() != "pysqlite" or in_memory(url):
        return url
    if _is_uri(url):
        return url.update_query_dict({"mode": "ro"})
    address = Path(url.database or "").absolute().as_uri()
    return url.set(database=address).update_query_dict({"mode": "ro", "uri": "true"})


def in_memory(url: URL) -> bool:
    """Whether a database has no file."""
    is_named = _is_uri(url) and url.query.get("mode") == "memory"
    return url.database in _MEMORY or is_named or url.database == f"{_URI}:memory:"


def file_of(url: URL) -> Path:
    """The file of a database that has one."""
    name = url.database or ""
    if not _is_uri(url):
        return Path(name)
    path = unquote(name.removeprefix(_URI))
    # file:///path and file://localhost/path; file:path has no host.
    return Path("/" + path[2:].partition("/")[2] if path.startswith("//") else path)


def unreadable(error: BaseException, url: URL) -> MeasurementError | None:
    """Why a database cannot be read without writing to it, where that is what an error says."""
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
    if in_memory(url):
        return False
    path = file_of(url)
    try:
        with path.open("rb") as file:
            header = file.read(20)
    except OSError:
        return False
    return header[18:20] == b"\x02\x02"


def _is_uri(url: URL) -> bool:
    return (url.database or "").startswith(_URI) and sa.util.asbool(url.query.get("uri", "false"))
