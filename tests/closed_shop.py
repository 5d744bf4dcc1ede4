"""A shop on DuckDB that is closed on some days: whole weeks of events, loads and orders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

import sqlalchemy as sa

from checks import Config, Report, Status, load_config
from checks.evaluation.engine import evaluate

LAST = date(2025, 6, 29)
#: Parts of a day's events by name.
NAMES = {"page_viewed": 0.6, "added_to_cart": 0.25, "purchase": 0.15}
_WEEKDAYS = (1.0, 0.9, 0.95, 1.0, 1.2, 1.4, 0.8)

_CONFIG = """
pipeline: shop
warehouse: {{url: "duckdb:///shop.duckdb"}}
audit_log:
  {{table: loads, run_at: run_at, rows_read: rows_read, rows_quarantined: rejected,
   source: source, status: status}}
events:
  {{table: events, occurred_at: happened_at, name: name, revenue: revenue, order_id: order_id}}
sessions: {{table: sessions, session_id: session_id}}
orders: {{table: orders, ordered_at: happened_at, order_id: order_id, session_id: session_id}}
calendar: {{closed: {closed}, {more}}}
"""


class ClosedShop:
    """Events per day in `counts`, and per load in `read`; both may be changed before `write`."""

    def __init__(
        self, folder: Path, closed: str, closed_weekdays: Collection[int] = (), *,
        days: int = 150, usual: int = 400, seed: int = 7, more: str = "",
    ) -> None:  # fmt: skip
        """closed: `calendar.closed` as YAML. closed_weekdays: without events, Monday is 0."""
        self.folder, self.path = folder, folder / "andon.yml"
        self.path.write_text(_CONFIG.format(closed=closed, more=more), encoding="utf-8")
        random = Random(seed)  # noqa: S311  (noise, no secret)
        self.counts: dict[date, int] = {}
        for back in range(days - 1, -1, -1):
            day = LAST - timedelta(days=back)
            noise = random.gauss(1.0, 0.04)
            is_closed = day.weekday() in closed_weekdays
            self.counts[day] = 0 if is_closed else round(usual * _WEEKDAYS[day.weekday()] * noise)
        self.read = dict(self.counts)
        #: Status words of loads that did not end well, by data day.
        self.failed: dict[date, str] = {}
        #: The share of rows that a load rejected, by data day.
        self.rejected: dict[date, float] = {}
        #: Until which hour a day has events.
        self.until: dict[date, float] = {}
        #: Days whose load left no entry.
        self.without_entry: set[date] = set()

    def close(self, days: Iterable[date]) -> None:
        """No events on some days."""
        for day in days:
            self.counts[day] = self.read[day] = 0

    def set(self, day: date, count: int) -> None:
        """So many events, and so many rows read."""
        self.counts[day] = self.read[day] = count

    def write(self) -> None:
        """The tables, anew."""
        engine = sa.create_engine(f"duckdb:///{self.folder / 'shop.duckdb'}")
        with engine.begin() as connection:
            for statement in (
                "create or replace table plan(day timestamp, name text, n bigint, hours double)",
                "create or replace table loads(run_at timestamp, rows_read bigint, "
                "rejected bigint, source text, status text)",
            ):
                connection.exec_driver_sql(statement)
            plan = [
                (datetime.combine(day, time()), name, number, self.until.get(day, 24.0))
                for day, count in self.counts.items()
                for name, number in split(count).items()
            ]
            connection.exec_driver_sql("insert into plan values ($1, $2, $3, $4)", plan)
            connection.exec_driver_sql(
                "create or replace table events as select day + "
                "to_microseconds(cast((i + 0.5) / n * hours * 3600000000 as bigint)) as "
                "happened_at, name, case when name = 'purchase' then 20.5 end as revenue, "
                "case when name = 'purchase' then strftime(day, '%Y%m%d-') || i end as order_id "
                "from plan, unnest(range(n)) r(i)"
            )
            connection.exec_driver_sql(
                "create or replace table orders as select happened_at, order_id, "
                "'s-' || order_id as session_id from events where name = 'purchase'"
            )
            connection.exec_driver_sql(
                "create or replace table sessions as select session_id from orders"
            )
            connection.exec_driver_sql("insert into loads values ($1, $2, $3, $4, $5)", [
                (self.run_at(day), rows, round(rows * self.rejected.get(day, 0)),
                 f"events_{day}.csv", self.failed.get(day, "success"))
                for day, rows in self.read.items() if day not in self.without_entry
            ])  # fmt: skip
        engine.dispose()

    def run_at(self, day: date) -> datetime:
        """When the rows of a day were loaded, in UTC."""
        return datetime.combine(day + timedelta(days=1), time(3))

    def config(self) -> Config:
        """The configuration as it is in the file."""
        return load_config(self.path)

    def report(self, day: date, **options: object) -> Report:
        """The report of a data day, early on the next morning."""
        now = datetime.combine(day + timedelta(days=1), time(6), UTC)
        defaults: dict[str, object] = {"use_history": False, "explain": False}
        return evaluate(self.config(), now=now, **(defaults | options))  # type: ignore[arg-type]

    def statuses(self, day: date, **options: object) -> dict[str, Status]:
        """Each check's status on a day."""
        return {verdict.id: verdict.status for verdict in self.report(day, **options).checks}

    def messages(self, day: date, **options: object) -> dict[str, str]:
        """Each check's message on a day."""
        return {verdict.id: verdict.message for verdict in self.report(day, **options).checks}


def split(count: int) -> Mapping[str, int]:
    """A day's events by name."""
    numbers = {name: round(part * count) for name, part in NAMES.items()}
    return numbers | {"page_viewed": count - numbers["added_to_cart"] - numbers["purchase"]}
