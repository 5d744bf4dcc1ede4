"""Tables of the tests as Parquet files, from which Spark creates tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.shop import Table

_RENAME = re.compile(r"ALTER TABLE (\w+) RENAME COLUMN (\w+) TO (\w+)")


def write_parquet(table: Table, file: Path) -> None:
    """The rows as one file."""
    import pyarrow
    import pyarrow.parquet

    arrays = [
        pyarrow.array([row.get(name) for row in table.rows], type=_arrow_type(type_))
        for name, type_ in table.columns.items()
    ]
    arrow_table = pyarrow.Table.from_arrays(arrays, names=list(table.columns))
    pyarrow.parquet.write_table(arrow_table, file)


def create_statements(table: Table, folder: Path) -> list[str]:
    """Statements that create a table from a folder of files, replacing an existing one."""
    name = _quoted(table.name)
    statements = []
    if table.schema:
        statements.append(f"CREATE DATABASE IF NOT EXISTS {_quoted(table.schema)}")
        name = f"{_quoted(table.schema)}.{name}"
    columns = ", ".join(f"{_quoted(n)} {spark_type(t)}" for n, t in table.columns.items())
    return [
        *statements,
        f"DROP TABLE IF EXISTS {name}",
        f"CREATE TABLE {name} ({columns}) USING PARQUET LOCATION '{folder}'",
    ]


def renamed(statement: str, tables: Mapping[str, Table]) -> Table | None:
    """The table with the column that a statement renames; None for any other statement."""
    match = _RENAME.fullmatch(statement)
    if match is None:
        return None
    name, old, new = match.groups()
    table = tables[name]
    names = {column: new if column == old else column for column in table.columns}
    rows = [{names.get(key, key): value for key, value in row.items()} for row in table.rows]
    columns = {names[column]: type_ for column, type_ in table.columns.items()}
    return replace(table, columns=columns, rows=rows)


def spark_type(declared: Any) -> str:
    """Spark's name of a column's type."""
    column_type = declared() if isinstance(declared, type) else declared
    if isinstance(column_type, sa.DateTime):
        return "TIMESTAMP" if column_type.timezone else "TIMESTAMP_NTZ"
    if isinstance(column_type, sa.Numeric) and not isinstance(column_type, sa.Float):
        return f"DECIMAL({column_type.precision or 38},{column_type.scale or 0})"
    for kind, name in _NAMES.items():
        if isinstance(column_type, kind):
            return name
    raise TypeError(f"no type of Spark for {column_type!r}")


def _arrow_type(declared: Any) -> Any:
    import pyarrow

    column_type = declared() if isinstance(declared, type) else declared
    if isinstance(column_type, sa.DateTime):
        return pyarrow.timestamp("us", tz="UTC" if column_type.timezone else None)
    if isinstance(column_type, sa.Numeric) and not isinstance(column_type, sa.Float):
        return pyarrow.decimal128(column_type.precision or 38, column_type.scale or 0)
    return pyarrow.type_for_alias(_ARROW[spark_type(column_type)])


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


_NAMES: dict[type[Any], str] = {
    sa.BigInteger: "BIGINT",
    sa.SmallInteger: "SMALLINT",
    sa.Integer: "INT",
    sa.Float: "DOUBLE",
    sa.Date: "DATE",
    sa.Boolean: "BOOLEAN",
    sa.String: "STRING",
}
_ARROW = {
    "BIGINT": "int64",
    "SMALLINT": "int16",
    "INT": "int32",
    "DOUBLE": "float64",
    "DATE": "date32",
    "BOOLEAN": "bool",
    "STRING": "string",
}
