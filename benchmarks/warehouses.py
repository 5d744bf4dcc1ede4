"""The warehouses that are measured: built once under bench-data/, then reused."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

LAST_DAY = date(2025, 3, 8)
SEED = 7
MILLION = 1_000_000

CONFIG = """\
pipeline: web-clickstream
warehouse: {url: "duckdb:///warehouse.duckdb"}
history: {url: "sqlite:///history.db"}
audit_log: {table: pipeline_logs, run_at: run_timestamp, rows_read: rows_read,
  rows_quarantined: rows_quarantined, source: filename, status: status}
events: {table: stg_events, occurred_at: timestamp, name: event_name, revenue: revenue,
  order_id: transaction_id, purchase_names: [purchase, checkout_completed]}
orders: {table: fct_attribution, order_id: transaction_id, ordered_at: purchase_time,
  session_id: lc_session_id, revenue: revenue}
sessions: {table: dim_sessions, session_id: session_id}
"""


@dataclass(frozen=True, slots=True)
class Warehouse:
    """One folder with a warehouse and its configuration."""

    folder: Path
    days: int

    @property
    def database(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def config(self) -> Path:
        return self.folder / "andon.yml"

    @property
    def run_date(self) -> date:
        return LAST_DAY + timedelta(days=1)

    def clear_history(self) -> None:
        """Remove the history, so that the next run begins with an empty one."""
        for path in self.folder.glob("history.db*"):
            path.unlink()


def warehouse(data: Path, days: int, events_per_day: int) -> Warehouse:
    """The warehouse of that size, built when it is not there yet."""
    built = Warehouse(data / f"{days}d-{events_per_day}", days)
    built.folder.mkdir(parents=True, exist_ok=True)
    built.config.write_text(CONFIG, encoding="utf-8")
    if not built.database.exists():
        _build(built.database, days, events_per_day)
    return built


def _build(database: Path, days: int, events_per_day: int) -> None:
    unfinished = database.with_name("unfinished.duckdb")
    unfinished.unlink(missing_ok=True)
    print(f"building {days} days x {events_per_day:,} events ...", file=sys.stderr, flush=True)
    arguments = [str(unfinished), str(LAST_DAY), str(days), str(events_per_day), str(SEED)]
    # In its own process: a child's peak memory counts from its parent's at the moment of starting.
    script = str(Path(__file__).with_name("build.py"))
    subprocess.run([sys.executable, script, *arguments], check=True)
    unfinished.rename(database)
