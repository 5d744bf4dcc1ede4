"""A small shop whose pipeline runs on weekdays at 06:00: Monday's run loads three days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

FIRST, LAST = date(2025, 1, 20), date(2025, 3, 16)
NAME = "shop"
#: Nothing came after nine on the Friday that Monday's run loads.
OUTAGE = "DELETE FROM events WHERE ts >= '2025-03-14 09:00' AND ts < '2025-03-15'"
NOT_YET_RUN = "DELETE FROM log WHERE ts >= '2025-03-17'"
_CONFIG = """pipeline: {name}
timezone: Europe/Berlin
warehouse: {{url: "duckdb:///{folder}/shop.duckdb", naive_timestamps: Europe/Berlin}}
history: {{url: "sqlite:///{folder}/{name}.db"}}
schedule: {{runs: "0 6 * * 1-5", grace: 2h, loads: {loads}}}
audit_log: {{table: log, run_at: ts, rows_read: n, rows_quarantined: q, source: src, status: st}}
events: {{table: events, occurred_at: ts, name: name}}
checks:
  missing_revenue: {{enabled: false}}
  orphan_orders: {{enabled: false}}
"""


def write_shop(folder: Path, *statements: str, loads: str = "since_last_run") -> Path:
    """Write the warehouse, changed by the statements, and its configuration; the configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(folder / "shop.duckdb")) as connection:
        connection.execute("CREATE TABLE events (ts TIMESTAMP, name VARCHAR)")
        connection.execute("CREATE TABLE log (ts TIMESTAMP, src VARCHAR, n INT, q INT, st VARCHAR)")
        for day in _days():
            _add_events(connection, day)
        for day in (*_days(), LAST + timedelta(days=1)):
            if day.weekday() < 5:
                at = datetime(day.year, day.month, day.day, 6, 12)  # noqa: DTZ001  (as stored)
                connection.execute("INSERT INTO log VALUES (?, 'web', 500, 2, 'ok')", [at])
        for statement in statements:
            connection.execute(statement)
    return write_config(folder, loads=loads)


def write_config(folder: Path, name: str = NAME, loads: str = "since_last_run") -> Path:
    """Write a configuration of the shop's warehouse with a history of its own."""
    file = folder / f"{name}.yml"
    file.write_text(_CONFIG.format(name=name, folder=folder, loads=loads), encoding="utf-8")
    return file


def _days() -> list[date]:
    return [FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]


def _add_events(connection: duckdb.DuckDBPyConnection, day: date) -> None:
    """Spread over the day; fewer on weekends; a little more or less each day."""
    count = (300 if day.weekday() > 4 else 600) + day.toordinal() * 7 % 31
    connection.execute(
        "INSERT INTO events SELECT ?::TIMESTAMP + to_microseconds((i * 86400000000 / ?)::BIGINT), "
        "CASE WHEN i % 3 = 0 THEN 'page' ELSE 'view' END FROM range(?) t(i)",
        [datetime(day.year, day.month, day.day), count, count],  # noqa: DTZ001  (as stored)
    )
