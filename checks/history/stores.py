"""The kinds of stores, by URL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection

from checks.core.errors import HistoryError
from checks.core.text import clean
from checks.history.time_limits import Attempt

T = TypeVar("T")


class Store(Protocol):
    """A database with the history's tables: each call is one transaction.

    Creating one accesses no file and no server: only an attempt is limited in time.
    """

    place: str

    def read(self, work: Callable[[Connection], T], attempt: Attempt) -> T | None: ...
    def write(self, work: Callable[[Connection], T], attempt: Attempt) -> T: ...


def parse_url(url: str) -> URL:
    """`history.url`, parsed. Raises HistoryError, which quotes nothing of it."""
    try:
        return sa.make_url(url)
    except (sa.exc.SQLAlchemyError, ValueError):
        # Without the parser's own message, which may quote a part of a password.
        raise HistoryError(
            "history.url is not a database URL, such as sqlite:///history.db"
        ) from None


def store_at(url: URL) -> Store:
    """The store that a URL names. Raises HistoryError for an unsupported one."""
    if url.drivername in ("sqlite", "sqlite+pysqlite"):
        from checks.history.sqlite import SqliteStore

        return SqliteStore(url)
    if url.drivername in ("postgresql", "postgresql+psycopg"):
        from checks.history.postgresql import PostgresqlStore

        return PostgresqlStore(url)
    raise HistoryError(
        f"history.url: {clean(url.drivername)} cannot keep a history; "
        "sqlite and postgresql (with psycopg) can"
    )
