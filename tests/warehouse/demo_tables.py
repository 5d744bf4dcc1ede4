"""The tables of a small demo warehouse, as rows for any engine."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import sqlalchemy as sa

from checks.demo.generate import build_warehouse
from tests.shop import DAY, Table

_TYPES: dict[str, Any] = {
    "VARCHAR": sa.String(400),
    "TIMESTAMP": sa.DateTime(),
    "BIGINT": sa.BigInteger(),
    "DOUBLE": sa.Double(),
    "BOOLEAN": sa.Boolean(),
}
#: What is mapped of each table.
_SELECTED = {
    "stg_events": 'client_id, "timestamp", event_name, transaction_id, revenue',
    "fct_attribution": "transaction_id, purchase_time, lc_session_id, revenue",
    "dim_sessions": "session_id, started_at",
    "pipeline_logs": "* EXCLUDE (log_id, duration_seconds)",
}


@cache
def demo_tables(story: str) -> tuple[Table, ...]:
    """Events, orders, sessions and log of one of the demo's stories, as small as it can be."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "demo.duckdb"
        build_warehouse(path, last_day=DAY, days=10, events_per_day=2000, scenario=story)
        with duckdb.connect(str(path), read_only=True) as connection:
            return tuple(_table(connection, name) for name in _SELECTED)


def _table(connection: duckdb.DuckDBPyConnection, name: str) -> Table:
    rows = connection.sql(f"SELECT {_SELECTED[name]} FROM {name}")
    columns = {
        column: _TYPES[str(type_)] for column, type_ in zip(rows.columns, rows.types, strict=True)
    }
    return Table(name, columns, [dict(zip(columns, row, strict=True)) for row in rows.fetchall()])
