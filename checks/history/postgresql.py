"""A history in a PostgreSQL database that several machines share."""

from __future__ import annotations

import math
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection
from sqlalchemy.pool import NullPool

from checks.core.errors import HistoryError
from checks.core.secrets import secrets_of
from checks.history.faults import redacted
from checks.history.time_limits import Attempt

T = TypeVar("T")

#: The advisory lock of writers; it also keeps two first runs from creating the tables twice.
_WRITERS = 0x616E646F
#: The shares of an attempt's time that one statement, and connecting, may take.
_OF_STATEMENTS, _OF_CONNECTING = 0.9, 0.8
_SHORTEST_CONNECT_SECONDS = 2  # libpq's own


class PostgresqlStore:
    """Opens a connection for each piece of work and closes it again."""

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql+psycopg")
        self.place = redacted(
            f"{url.host or 'local'}{f':{url.port}' if url.port else ''}/{url.database or ''}",
            secrets_of(url),
        )

    def read(self, work: Callable[[Connection], T], attempt: Attempt) -> T | None:
        """The result of `work`, in one transaction. Raises whatever SQLAlchemy raises."""
        return self._run(work, attempt)

    def write(self, work: Callable[[Connection], T], attempt: Attempt) -> T:
        """The result of `work`, in one transaction with no other writer at the same time."""
        return self._run(lambda connection: _as_only_writer(connection, work), attempt)

    def _run(self, work: Callable[[Connection], T], attempt: Attempt) -> T:
        _resolve_names(self._hosts())
        engine = sa.create_engine(
            self._url,
            poolclass=NullPool,
            connect_args=self._connect_arguments(attempt),
            hide_parameters=True,
        )
        # Inserted first: SQLAlchemy's own queries on a new connection come next.
        sa.event.listen(
            engine, "connect", lambda raw, _: attempt.set_stop(_closing(raw)), insert=True
        )
        with engine.begin() as connection:
            *_, schema = connection.execute(_limits(attempt)).one()
            if schema is None:  # tables would look as if they had never been created
                raise HistoryError("this user lacks a permission (no schema can be used)")
            return work(connection)

    def _hosts(self) -> tuple[str, ...]:
        option = self._url.query.get("host", ())
        other_hosts = (option,) if isinstance(option, str) else tuple(option)
        return tuple(filter(None, (self._url.host, *other_hosts)))

    def _connect_arguments(self, attempt: Attempt) -> dict[str, int | str]:
        """Defaults for what the URL does not set; text is UTF-8, whatever the database's encoding.

        libpq's time limit is per host.
        """
        seconds = _OF_CONNECTING * attempt.seconds / max(1, len(self._hosts()))
        limit = max(_SHORTEST_CONNECT_SECONDS, math.floor(seconds))
        defaults: dict[str, int | str] = {"connect_timeout": limit, "client_encoding": "utf8"}
        return {key: value for key, value in defaults.items() if key not in self._url.query}


def _resolve_names(hosts: tuple[str, ...]) -> None:
    """Resolve host names here, where that blocks no other thread, as it does in libpq.

    Failures are left for libpq to report.
    """
    for host in hosts:
        if not host.startswith("/"):
            name = host.partition(":")[0] if host.count(":") == 1 else host
            with suppress(OSError, UnicodeError):
                socket.getaddrinfo(name, None)


def _closing(raw: Any) -> Callable[[], None]:
    """A function that closes a connection's socket, to end the wait for a silent server."""

    def hang_up() -> None:
        with socket.socket(fileno=os.dup(raw.fileno())) as connection_socket:
            connection_socket.shutdown(socket.SHUT_RDWR)

    return hang_up


def _limits(attempt: Attempt) -> sa.Select[*tuple[str, ...]]:
    """A statement that sets the transaction's limits; its last column is the schema in use."""
    seconds = {
        "lock_timeout": attempt.lock_seconds,
        "statement_timeout": _OF_STATEMENTS * attempt.seconds,
    }
    settings = {name: f"{max(1, round(limit * 1000))}ms" for name, limit in seconds.items()}
    return sa.select(
        *(
            sa.func.set_config(name, value, sa.true())
            for name, value in {**settings, "DateStyle": "ISO, YMD"}.items()
        ),
        sa.func.current_schema(),
    )


def _as_only_writer(connection: Connection, work: Callable[[Connection], T]) -> T:
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS)))
    return work(connection)
