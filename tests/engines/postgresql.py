"""PostgreSQL, on a server of the tests' own."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.engines.base import Engine

if TYPE_CHECKING:
    from tests.shop import Table


class PostgreSQL(Engine):
    """A database each; its text is sorted by a language, and its zone is far from UTC."""

    name = backend = "postgresql"
    has_roles = True

    def __init__(self) -> None:
        self._server = ""

    def start(self, request: pytest.FixtureRequest) -> None:
        self._server = request.getfixturevalue("postgresql_server")

    def warehouse(self, folder: Path) -> str:
        name = f"shop_{uuid.uuid4().hex}"
        engine = sa.create_engine(
            self._server, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool
        )
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        engine.dispose()
        return sa.make_url(self._server).set(database=name).render_as_string(hide_password=False)

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
