"""The parts of a warehouse's URL that decide what is read, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

#: Engines whose databases are files, or in memory.
FILE_ENGINES = ("duckdb", "sqlite")
_NAMED_AS_USER = ("postgresql", "redshift", "cockroachdb")
#: Options of a URL, in lower case, that decide where a driver reads. All others (time-outs,
#: certificates, users, cluster sizes) do not change the rows.
_DECIDING_OPTIONS = frozenset(
    (
        "host", "hostaddr", "port", "service", "database", "dbname", "db", "schema",
        "schemas", "currentschema", "current_schema", "search_path", "catalog",
        "default_catalog", "dataset", "dataset_id", "project", "project_id", "role",
        "secondary_roles", "unix_socket", "server", "account", "region", "instance", "snapshot",
        "branch",
    )
)  # fmt: skip
#: PostgreSQL's `options`: -c name=value, -cname=value or --name=value, blanks escaped.
_SETTING = re.compile(r"(?:-c\s*|--)([A-Za-z_.-]+)=((?:\\.|[^\s\\])*)")
_DECIDING_SETTINGS = frozenset(("search_path", "role", "session_authorization", "row_security"))


def target_of(url: str) -> tuple[str, ...]:
    """Engine, host, database and whatever else decides which tables are read. No secrets.

    Files are resolved, so that a link and its target are one. Two URLs with the same result
    read the same; users, passwords, drivers and time-outs are left out.
    """
    parsed = sa.make_url(url)
    engine = parsed.get_backend_name()
    place = (engine, parsed.host or "", str(parsed.port or ""), _database(parsed))
    return (*place, *sorted(_options(parsed)))


def _database(url: URL) -> str:
    """The database; without a name PostgreSQL takes the one named like the user."""
    name = url.database or ""
    if not name and url.get_backend_name() in _NAMED_AS_USER:
        return url.username or ""
    if url.get_backend_name() not in FILE_ENGINES or is_no_file(name):
        return name
    return str(_resolved(Path(name)))


def is_no_file(name: str) -> bool:
    """Whether a file engine's database is in memory, at an address, or SQLite's own form of URL."""
    return not name or name.startswith((":memory:", "file:", "md:", "motherduck:")) or "://" in name


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, an invalid name: reported later
        return path


def _options(url: URL) -> Iterator[str]:
    for name, value in url.query.items():
        values = (value,) if isinstance(value, str) else tuple(value)
        if name.lower() in _DECIDING_OPTIONS:
            yield f"{name.lower()}={','.join(values)}"
        elif name.lower() == "options":
            for text in values:
                yield from _settings(text)
        elif name.lower() == "odbc_connect":
            for text in values:
                yield from _odbc(text)


def _settings(options: str) -> Iterator[str]:
    for name, value in _SETTING.findall(options):
        plain = name.lower().replace("-", "_")
        if plain in _DECIDING_SETTINGS:
            yield f"{plain}={value}"


def _odbc(text: str) -> Iterator[str]:
    """The deciding parts of an ODBC connection string, `SERVER=...;UID=...;PWD=...`."""
    for part in text.split(";"):
        name, _, value = part.partition("=")
        if name.strip().lower() in _DECIDING_OPTIONS:
            yield f"{name.strip().lower()}={value.strip()}"
