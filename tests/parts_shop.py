"""A shop on DuckDB whose events have names and a device: so many of each on each day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

import sqlalchemy as sa

from checks import Config, Report, load_config
from checks.evaluation.engine import evaluate

LAST = date(2025, 6, 29)
_WEEKDAYS = (1.0, 0.9, 0.95, 1.0, 1.2, 1.4, 0.8)
_CONFIG = """
pipeline: shop
warehouse: {{url: "duckdb:///shop.duckdb"}}
events:
  {{table: events, occurred_at: happened_at, name: name, dimensions: [device]}}
checks: {{{checks}}}
calendar: {{{calendar}}}
"""
#: What needs tables that this shop has not.
_OFF = (
    "log_entry_exists_today", "rows_read", "run_status", "quarantine_rate", "orphan_orders",
    "missing_revenue",
)  # fmt: skip
#: How many times its usual count a name and a device have so many days before the last one.
Change = Callable[[str, str, int], float]


def _no_change(name: str, device: str, back: int) -> float:
    return 1.0


class PartsShop:
    """usual: events of a usual day, by name and device."""

    def __init__(
        self,
        folder: Path,
        usual: Mapping[tuple[str, str], float],
        change: Change = _no_change,
        *,
        days: int = 130,
        noise: float = 0.05,
        seed: int = 7,
        checks: str = "",
        calendar: str = "",
    ) -> None:
        self.folder, self.path = folder, folder / "andon.yml"
        off = [f"{check}: {{enabled: false}}" for check in _OFF]
        settings = ", ".join([*off, *([checks] if checks else [])])
        self.path.write_text(_CONFIG.format(checks=settings, calendar=calendar), encoding="utf-8")
        random = Random(seed)  # noqa: S311  (noise, no secret)
        plan = []
        for back in range(days - 1, -1, -1):
            day = LAST - timedelta(days=back)
            of_day = _WEEKDAYS[day.weekday()] * random.gauss(1.0, noise)
            for (name, device), count in usual.items():
                events = count * of_day * random.gauss(1.0, noise) * change(name, device, back)
                plan.append({"day": day, "name": name, "device": device, "n": round(events)})
        self._write(plan)

    def _write(self, plan: list[dict[str, object]]) -> None:
        engine = sa.create_engine(f"duckdb:///{self.folder / 'shop.duckdb'}")
        with engine.begin() as connection:
            for statement in (
                "create table plan(day timestamp, name text, device text, n bigint)",
                "create table events(happened_at timestamp, name text, device text)",
            ):
                connection.exec_driver_sql(statement)
            connection.execute(sa.text("insert into plan values (:day, :name, :device, :n)"), plan)
            connection.exec_driver_sql(
                "insert into events select day + to_seconds((i + 0.5) / n * 86400), name, device "
                "from plan, unnest(range(n)) r(i)"
            )
        engine.dispose()

    def config(self) -> Config:
        """The configuration as it is on disk."""
        return load_config(self.path)

    def report(self, back: int = 0, **options: object) -> Report:
        """The evaluation of the day so many days before the last, on the next morning."""
        day = LAST - timedelta(days=back)
        now = datetime.combine(day + timedelta(days=1), time(6), UTC)
        defaults: dict[str, object] = {"now": now, "use_history": False, "explain": False}
        return evaluate(self.config(), **(defaults | options))  # type: ignore[arg-type]
