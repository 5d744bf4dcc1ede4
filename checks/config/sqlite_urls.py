"""What an SQLite URL names: a file, by its path or by SQLite's own form of URL, or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

URI = "file:"
_MEMORY = (None, "", ":memory:")


def is_uri(url: URL) -> bool:
    """Whether the database is named in SQLite's own form of URL."""
    return (url.database or "").startswith(URI) and sa.util.asbool(url.query.get("uri", "false"))


def is_in_memory(url: URL) -> bool:
    """Whether a database has no file."""
    is_named = is_uri(url) and url.query.get("mode") == "memory"
    return url.database in _MEMORY or is_named or url.database == f"{URI}:memory:"


def file_of(url: URL) -> Path:
    """The file of a database that has one."""
    name = url.database or ""
    if not is_uri(url):
        return Path(name)
    path = unquote(name.removeprefix(URI))
    # file:///path and file://localhost/path; file:path has no host.
    return Path("/" + path[2:].partition("/")[2] if path.startswith("//") else path)
