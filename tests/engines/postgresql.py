"""PostgreSQL, on a server of the tests' own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.engines.base import Engine

if TYPE_CHECKING:
    from tests.shop import Table


#: Every schema of a test's own, and a database that has anything that is in no schema.
_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'"
_IS_CHANGED = """
SELECT EXISTS (SELECT FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
               WHERE d.datname = current_database())
    OR EXISTS (SELECT FROM pg_database WHERE datname = current_database()
               AND (datacl IS NOT NULL OR NOT datallowconn))
    OR EXISTS (SELECT FROM pg_extension WHERE extname <> 'plpgsql')
    OR EXISTS (SELECT FROM pg_foreign_data_wrapper) OR EXISTS (SELECT FROM pg_event_trigger)
    OR EXISTS (SELECT FROM pg_publication) OR EXISTS (SELECT FROM pg_default_acl)
    OR EXISTS (SELECT FROM pg_largeobject_metadata)
"""


class PostgreSQL(Engine):
    """A database each; its text is sorted by a language, and its zone is far from UTC.

    Databases of tests that have ended are emptied and used again under another name: to make one,
    and to remove a thousand in the end, takes much longer.
    """

    name = backend = "postgresql"
    has_roles = True

    def __init__(self) -> None:
        self._server = ""
        self._in_use: list[str] = []
        self._free: list[str] = []

    def start(self, request: pytest.FixtureRequest) -> None:
        self._server = request.getfixturevalue("postgresql_server")

    def warehouse(self, folder: Path) -> str:
        name = f"shop_{uuid.uuid4().hex}"
        with self._connected("postgres") as connection:
            if not self._is_renamed(connection, name):
                connection.exec_driver_sql(f"CREATE DATABASE {name}")
        self._in_use.append(name)
        return self._url(name).render_as_string(hide_password=False)

    @contextmanager
    def lent(self) -> Iterator[None]:
        before = len(self._in_use)
        yield
        self._free += self._in_use[before:]
        del self._in_use[before:]

    def _is_renamed(self, connection: sa.Connection, name: str) -> bool:
        """Whether the database of a test that has ended could be emptied, and has this name."""
        if not self._free:
            return False
        ended = self._free.pop()
        leave = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
        try:
            connection.exec_driver_sql(leave, (ended,))
            with self._connected(ended) as inside:
                for (schema,) in inside.exec_driver_sql(_SCHEMAS).all():
                    quoted = inside.dialect.identifier_preparer.quote_identifier(schema)
                    inside.exec_driver_sql(f"DROP SCHEMA {quoted} CASCADE".replace("%", "%%"))
                if inside.exec_driver_sql(_IS_CHANGED).scalar_one():
                    return False
                inside.exec_driver_sql("CREATE SCHEMA public AUTHORIZATION pg_database_owner")
                inside.exec_driver_sql("GRANT USAGE ON SCHEMA public TO PUBLIC")
            connection.exec_driver_sql(f"ALTER DATABASE {ended} RENAME TO {name}")
        except sa.exc.DBAPIError:  # the test removed it, or something of it is still in use
            return False
        return True

    @contextmanager
    def _connected(self, database: str) -> Iterator[sa.Connection]:
        engine = sa.create_engine(
            self._url(database), isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool
        )
        with engine.connect() as connection:
            yield connection
        engine.dispose()

    def _url(self, database: str) -> sa.URL:
        return sa.make_url(self._server).set(database=database)

    def fill(self, connection: sa.Connection, made: sa.Table, table: Table) -> None:
        preparer = connection.dialect.identifier_preparer
        columns = ", ".join(preparer.quote(column.name) for column in made.columns)
        name = preparer.format_table(made)
        cursor = connection.connection.cursor()
        # Names are spelled for statements with parameters, and here are none.
        statement = f"COPY {name} ({columns}) FROM STDIN".replace("%%", "%")
        with cursor.copy(statement) as copy:
            for row in table.rows:
                copy.write_row([row.get(column) for column in table.columns])
        cursor.close()


ENGINE = PostgreSQL()
