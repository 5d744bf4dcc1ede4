"""Addresses: of databases, whose files are found beside the configuration, and of pages."""

from __future__ import annotations

import re
from pathlib import Path

from checks.config.problems import InvalidValueError

_HIDDEN = "a value that is not shown"
_FILE_URL = re.compile(r"(((?:sqlite|duckdb)(?:\+\w+)?):///)([^?]*)(?:\?(.*))?")
_FILE_ENGINE = re.compile(r"(?:sqlite|duckdb)(?:\+\w+)?:")
_IN_MEMORY = re.compile(r"(?:sqlite|duckdb)(?:\+\w+)?://")
# Absolute (also with a drive), in memory, or not on this machine.
_NOT_RELATIVE = re.compile(r"/|\\|[A-Za-z]:[/\\]|:memory:|md:|motherduck:|\w+://|$")
_HTTP = re.compile(r"https?://[^\s<>\"'`\\^{|}]+", re.IGNORECASE)


def database_url(url: str, folder: Path) -> str:
    """A database's URL; the relative file of an embedded database becomes absolute.

    Raises InvalidValueError, which never repeats the URL, for a URL that SQLAlchemy cannot parse,
    for options that change what Andon may do, and for a file in the place of a host, which would
    silently mean an empty database.
    """
    if match := _FILE_URL.fullmatch(url):
        from checks.config.url_options import require_allowed

        beginning, engine, database, query = match.groups("")
        require_allowed(engine, database, query)
        return beginning + _absolute(database, folder) + (f"?{query}" if query else "")
    if _IN_MEMORY.fullmatch(url):
        return url
    if _FILE_ENGINE.match(url):
        raise InvalidValueError(
            "sqlite or duckdb with three slashes before a relative file "
            "(duckdb:///warehouse.duckdb), four before an absolute one",
            f"{_HIDDEN}, with the wrong number of slashes",
        )
    _require_parsable(url)
    return url


def engine_of(url: str) -> str:
    """`postgresql` of `postgresql+psycopg://...`."""
    return url.partition(":")[0].partition("+")[0]


def http_url(text: str) -> str:
    """A web address without credentials: it appears in reports. Raises InvalidValueError."""
    from urllib.parse import urlsplit

    allowed = "an address that begins with http:// or https://, without user name or password"
    if not _HTTP.fullmatch(text):
        raise InvalidValueError(allowed)
    try:
        parts = urlsplit(text)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise InvalidValueError(allowed) from None
    if not usable or "@" in parts.netloc:
        raise InvalidValueError(allowed)
    return text


def _absolute(path: str, folder: Path) -> str:
    from urllib.parse import quote, unquote

    if path.startswith("file:"):  # SQLite's own form of URL
        return "file:" + _absolute(path.removeprefix("file:"), folder)
    if _NOT_RELATIVE.match(unquote(path)):
        return path
    # SQLAlchemy decodes a database's name, so a folder with `?` or `%` must be encoded.
    return f"{quote(folder.as_posix())}/{path}"


def _require_parsable(url: str) -> None:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise InvalidValueError(
            "an SQLAlchemy URL: engine://user:password@host:port/database",
            f"{_HIDDEN} and is not such a URL",
        ) from None
    # The rest of a password would be taken for the host or the database, and be shown as such.
    if "@" in f"{parsed.host or ''}{parsed.database or ''}":
        raise InvalidValueError(
            "@ : / and % of a user name or password percent-encoded (@ is %40)",
            f"{_HIDDEN}, with one @ too many",
        )
