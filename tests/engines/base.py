"""What the tests need of an engine: a fresh warehouse, tables in it, and how it differs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import sqlalchemy as sa

if TYPE_CHECKING:
    from tests.shop import Table


class Engine(ABC):
    """One engine that runs here. Abilities name what no code can make equal."""

    #: The name of its file.
    name: ClassVar[str]
    #: SQLAlchemy's name for it, which is that of its profile's file.
    backend: ClassVar[str]
    runs: ClassVar[bool] = True
    marks: ClassVar[tuple[pytest.MarkDecorator, ...]] = ()
    #: Has a column type for an instant, whatever the session's zone.
    knows_zones: ClassVar[bool] = True
    #: Keeps NaN in a column of floating-point numbers.
    keeps_nan: ClassVar[bool] = True
    #: Takes any characters in a table's name, when it is quoted.
    any_table_name: ClassVar[bool] = True
    #: Has roles that may read one table and not another.
    has_roles: ClassVar[bool] = False
    #: Has schemas inside the database of the URL.
    has_schemas: ClassVar[bool] = True

    def start(self, request: pytest.FixtureRequest) -> None:  # noqa: B027  (files need none)
        """Have the engine's server running; engines in files have none."""

    @abstractmethod
    def warehouse(self, folder: Path) -> str:
        """The URL of a fresh, empty database."""

    @contextmanager
    def lent(self) -> Iterator[None]:
        """What is made inside may be used again by others afterwards; files are not."""
        yield

    def owns(self, driver: str) -> bool:
        """Whether URLs of a SQLAlchemy driver mean this engine."""
        return driver.split("+")[0] == self.backend

    def selects(self, name: str) -> bool:
        """Whether a scenario of the contract, or a test, is for it: all, but where it is slow."""
        return True

    def write(self, url: str, tables: Sequence[Table], statements: Sequence[str] = ()) -> None:
        """Create the tables anew and fill them, then run statements of a test's own."""
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        with engine.begin() as connection:
            for table in tables:
                self.fill(connection, self._made(connection, table), table)
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()

    def fill(self, connection: sa.Connection, made: sa.Table, table: Table) -> None:
        """Put the rows into a table that was made."""
        for start in range(0, len(table.rows), 500):
            chunk = [self.row(table, row) for row in table.rows[start : start + 500]]
            connection.execute(made.insert(), chunk)

    def row(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        """A row as the engine is given it: every column, even where a row leaves one out."""
        return {name: row.get(name) for name in table.columns}

    def type_of(self, declared: Any) -> Any:
        """The engine's type for a column that a table declares."""
        return declared

    def declared(self, table: Table, metadata: sa.MetaData) -> sa.Table:
        """The table with the engine's types."""
        columns = [sa.Column(n, self.type_of(type_)) for n, type_ in table.columns.items()]
        return sa.Table(table.name, metadata, *columns, schema=table.schema)

    def _made(self, connection: sa.Connection, table: Table) -> sa.Table:
        metadata = sa.MetaData()
        made = self.declared(table, metadata)
        if table.schema:
            connection.execute(sa.schema.CreateSchema(table.schema, if_not_exists=True))
        connection.execute(sa.schema.DropTable(made, if_exists=True))
        metadata.create_all(connection, checkfirst=False)
        return made


class CompiledEngine:
    """An engine whose statements are only compiled, since no server of it runs here."""

    name: ClassVar[str]
    backend: ClassVar[str]
    runs: ClassVar[bool] = False
