"""Builds the demo's warehouse with set-based SQL, some days at a time; the same for a seed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from checks.core.progress import Progress
from checks.demo.calendar import PlannedDay, plan_days
from checks.demo.scenarios import DEFAULT_SCENARIO, find_scenario

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HOUR_US = 3_600_000_000
#: From a day's midnight: its load starts a little after 05:38 UTC on the morning after.
LOAD_AT = timedelta(days=1, hours=5, minutes=38)
#: Longer than a load may be late, and than it takes until a second one.
LOADED_AFTER = timedelta(minutes=35)
#: The share of the rows without a client id that come from the broken app release.
_RELEASE_SHARE = 0.88
_ROWS_AT_ONCE = 1_250_000


def build_warehouse(
    path: Path,
    *,
    last_day: date,
    days: int = 60,
    events_per_day: int = 50_000,
    seed: int = 7,
    scenario: str = DEFAULT_SCENARIO,
    quarantine: Path | None = None,
    load_at: timedelta = LOAD_AT,
    progress: Progress | None = None,
) -> None:
    """Write a DuckDB warehouse of `days` data days, the last of them `last_day` (UTC).

    path must not exist yet. quarantine: an existing folder that gets one CSV file a day.
    load_at: when the loads start, from the midnight of their day.
    Raises UsageError for an unknown scenario or an impossible size, before writing anything.
    """
    plan = list(
        plan_days(
            last_day=last_day,
            days=days,
            events_per_day=events_per_day,
            seed=seed,
            scenario=find_scenario(scenario),
        )
    )
    import duckdb  # slow to import, and only needed to write a demo

    with duckdb.connect(str(path)) as connection:
        connection.execute("SET VARIABLE seed = ?", [seed])
        connection.execute("SET VARIABLE regulars = ?", [events_per_day])
        connection.execute(_sql("schema"))
        for days_at_once in _chunks(plan):
            if progress:
                progress(f"writing the days from {days_at_once[0].date}")
            _write_days(connection, days_at_once, seed, load_at)
            if quarantine:
                _write_rejected(connection, days_at_once, quarantine)


def _chunks(plan: list[PlannedDay]) -> list[list[PlannedDay]]:
    """Days in groups: large enough for every core, small enough for memory."""
    size = max(1, round(_ROWS_AT_ONCE / plan[-1].rows))
    return [plan[start : start + size] for start in range(0, len(plan), size)]


def _write_days(
    connection: DuckDBPyConnection, days: list[PlannedDay], seed: int, load_at: timedelta
) -> None:
    connection.execute("BEGIN")
    connection.execute("DELETE FROM plan")
    connection.executemany(_sql("plan"), [_plan_row(day, seed, load_at) for day in days])
    connection.execute(_sql("sessions"))
    connection.execute(_sql("rows"))
    if any(day.faults.lost_identity_share for day in days):
        connection.execute(_sql("lose_identity"))
    if any(day.faults.unpriced_share for day in days):
        connection.execute(_sql("lose_revenue"))
    connection.execute(_sql("load"))
    connection.execute("COMMIT")


def _plan_row(day: PlannedDay, seed: int, load_at: timedelta) -> list[object]:
    """The day as the columns of the table `plan`, in their order."""
    midnight = datetime.combine(day.date, time(), UTC)
    midnight_us = (midnight - _EPOCH) // _MICROSECOND
    faults = day.faults
    lost_rows = round(day.rows * faults.lost_identity_share)
    lost_by_release = round(lost_rows * _RELEASE_SHARE)
    return [
        day.date.toordinal(),
        f"events_{day.date:%Y%m%d}.csv",
        midnight_us,
        midnight_us + load_at // _MICROSECOND + _lateness_us(day.date, seed),
        day.rows,
        day.conversion,
        day.rejected_share,
        midnight_us + round(faults.loaded_until_hour * _HOUR_US),
        faults.copies,
        faults.checkout_pixel_dead,
        lost_by_release,
        lost_rows - lost_by_release,
        faults.unpriced_share,
        faults.orders_without_session,
        faults.orders_with_lost_session,
        faults.purchases_without_order,
    ]


def _lateness_us(day: date, seed: int) -> int:
    """How late a load starts: up to four minutes, as one job among others."""
    return (day.toordinal() * 7919 + seed * 104729) % 240 * 1_000_000


def _write_rejected(connection: DuckDBPyConnection, days: list[PlannedDay], folder: Path) -> None:
    for day in days:
        connection.execute("SET VARIABLE day = ?", [day.date.toordinal()])
        file = folder / f"events_{day.date:%Y%m%d}_errors.csv"
        connection.sql(_sql("rejected")).write_csv(str(file))


def _sql(name: str) -> str:
    return files("checks.demo").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
