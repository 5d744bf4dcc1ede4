"""DuckDB, in a file: the reference that every other engine is compared with."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tests.engines.base import Engine

if TYPE_CHECKING:
    from tests.shop import Table

_NULL = "(no value)"


class DuckDB(Engine):
    """Filled from files: twenty times faster than by parameters."""

    name = backend = "duckdb"

    def warehouse(self, folder: Path) -> str:
        return f"duckdb:///{folder / 'warehouse.duckdb'}"

    def fill(self, connection: sa.Connection, made: sa.Table, table: Table) -> None:
        if not table.rows:
            return
        with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL)
            for row in table.rows:
                values = (row.get(name) for name in table.columns)
                writer.writerow(_NULL if value is None else value for value in values)
            file.flush()
            name = connection.dialect.identifier_preparer.format_table(made)
            connection.exec_driver_sql(
                f"COPY {name} FROM '{file.name}' "
                f"(HEADER false, NULLSTR '{_NULL}', ALLOW_QUOTED_NULLS)"
            )


ENGINE = DuckDB()
