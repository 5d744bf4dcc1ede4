"""A history in a PostgreSQL database that several machines share."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection
from sqlalchemy.pool import NullPool

from checks.errors import HistoryError
from checks.history.faults import redacted
from checks.secrets import secrets_of

T = TypeVar("T")

#: One writer at a time, which also keeps two first runs from creating the tables twice.
_WRITERS = 0x616E646F
_STATEMENT_SECONDS = 30


class PostgresqlStore:
    """Connects for each piece of work and lets go again."""

    def __init__(self, url: URL, busy_seconds: float) -> None:
        self._url = url.set(drivername="postgresql+psycopg")
        self._busy_seconds = busy_seconds
        self.place = redacted(
            f"{url.host or 'local'}{f':{url.port}' if url.port else ''}/{url.database or ''}",
            secrets_of(url),
        )

    def read(self, work: Callable[[Connection], T]) -> T | None:
        """What `work` reads, in one transaction. Raises whatever SQLAlchemy raises."""
        return self._run(work)

    def write(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, in one transaction that no other writer shares."""
        return self._run(lambda connection: _alone(connection, work))

    def _run(self, work: Callable[[Connection], T]) -> T:
        engine = sa.create_engine(
            self._url,
            poolclass=NullPool,
            connect_args=self._connect_arguments(),
            hide_parameters=True,
        )
        with engine.begin() as connection:
            *_, schema = connection.execute(self._limits()).one()
            if schema is None:  # tables would look as if they had never been created
                raise HistoryError("this user lacks a permission (no schema can be used)")
            return work(connection)

    def _connect_arguments(self) -> dict[str, int]:
        if "connect_timeout" in self._url.query:
            return {}
        return {"connect_timeout": max(2, math.ceil(self._busy_seconds))}

    def _limits(self) -> sa.Select[*tuple[str, ...]]:
        """Sets the transaction's time limits; its last column is the schema in use."""
        limits = {"lock_timeout": self._busy_seconds, "statement_timeout": _STATEMENT_SECONDS}
        return sa.select(
            *(
                sa.func.set_config(name, f"{max(1, round(seconds * 1000))}ms", sa.true())
                for name, seconds in limits.items()
            ),
            sa.func.current_schema(),
        )


def _alone(connection: Connection, work: Callable[[Connection], T]) -> T:
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS)))
    return work(connection)
