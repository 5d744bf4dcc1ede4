"""Builds the demo's warehouse with set-based SQL, some days at a time; the same for a seed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from checks.core.progress import Progress
from checks.demo.calendar import PlannedDay, plan_days
from checks.demo.loads import plan_loads
from checks.demo.scenarios import DEFAULT_SCENARIO, find_scenario
from checks.demo.shapes import Shape

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HOUR_US = 3_600_000_000
#: The share of the rows without a client id that come from the broken app release.
_RELEASE_SHARE = 0.88
_ROWS_AT_ONCE = 1_250_000
#: How many device families sql/schema.sql has, and visits a feed's percent counts.
_FAMILIES, _VISITS = 7, 100


def build_warehouse(
    path: Path,
    *,
    last_day: date,
    days: int = 60,
    events_per_day: int = 50_000,
    seed: int = 7,
    scenario: str = DEFAULT_SCENARIO,
    quarantine: Path | None = None,
    load_at: timedelta | None = None,
    progress: Progress | None = None,
) -> None:
    """Write a DuckDB warehouse of `days` data days, the last of them `last_day` (UTC).

    path must not exist yet. quarantine: an existing folder that gets one CSV file a day.
    load_at: when the loads start, from the midnight of their run date; None: as the scenario says.
    Raises UsageError for an unknown scenario or an impossible size, before writing anything.
    """
    chosen = find_scenario(scenario)
    shape = chosen.shape if load_at is None else chosen.shape.loading_at(load_at)
    plan = list(
        plan_days(
            last_day=last_day, days=days, events_per_day=events_per_day, seed=seed, scenario=chosen
        )
    )
    import duckdb  # slow to import, and only needed to write a demo

    with duckdb.connect(str(path)) as connection:
        connection.execute("SET VARIABLE seed = ?", [seed])
        connection.execute("SET VARIABLE regulars = ?", [events_per_day])
        connection.execute(_sql("schema"))
        _set_feeds(connection, shape)
        for days_at_once in _chunks(plan):
            if progress:
                progress(f"writing the days from {days_at_once[0].date}")
            _write_days(connection, days_at_once, shape)
            if quarantine:
                _write_rejected(connection, days_at_once, quarantine)
        _write_log(connection, plan, shape, seed)


def _chunks(plan: list[PlannedDay]) -> list[list[PlannedDay]]:
    """Days in groups: large enough for every core, small enough for memory."""
    size = max(1, round(_ROWS_AT_ONCE / max(1, plan[-1].rows)))
    return [plan[start : start + size] for start in range(0, len(plan), size)]


def _write_days(connection: DuckDBPyConnection, days: list[PlannedDay], shape: Shape) -> None:
    connection.execute("BEGIN")
    connection.execute("DELETE FROM plan")
    connection.executemany(_sql("plan"), [_plan_row(day, shape) for day in days])
    connection.execute(_sql("sessions"))
    connection.execute(_sql("rows"))
    if any(day.faults.lost_identity_share for day in days):
        connection.execute(_sql("lose_identity"))
    if any(day.faults.unpriced_share for day in days):
        connection.execute(_sql("lose_revenue"))
    connection.execute(_sql("load"))
    connection.execute("COMMIT")


def _plan_row(day: PlannedDay, shape: Shape) -> list[object]:
    """The day as the columns of the table `plan`, in their order."""
    midnight = datetime.combine(day.date, time(), UTC)
    midnight_us = (midnight - _EPOCH) // _MICROSECOND
    faults = day.faults
    lost_rows = round(day.rows * faults.lost_identity_share)
    lost_by_release = round(lost_rows * _RELEASE_SHARE)
    return [
        day.date.toordinal(),
        midnight_us,
        day.rows,
        day.conversion,
        day.rejected_share,
        midnight_us + round(faults.loaded_until_hour * _HOUR_US),
        midnight_us + faults.failed_hours.start * _HOUR_US,
        midnight_us + faults.failed_hours.stop * _HOUR_US,
        next((n for n, feed in enumerate(shape.feeds) if feed.source == faults.missing_source), -1),
        faults.copies,
        faults.checkout_pixel_dead,
        lost_by_release,
        lost_rows - lost_by_release,
        faults.unpriced_share,
        faults.orders_without_session,
        faults.orders_with_lost_session,
        faults.purchases_without_order,
    ]


def _set_feeds(connection: DuckDBPyConnection, shape: Shape) -> None:
    """Which feed a visit is of: by its device family, and by its place in each hundred visits."""
    by_place = [feed for feed, each in enumerate(shape.feeds) for _ in range(each.percent)]
    by_family = [
        max(feed for feed, each in enumerate(shape.feeds) if not feed or family in each.families)
        for family in range(_FAMILIES)
    ]
    rest = [0] * (_VISITS - len(by_place))
    connection.execute("SET VARIABLE feed_by_place = $1::BIGINT[]", [by_place + rest])
    connection.execute("SET VARIABLE feed_by_family = $1::BIGINT[]", [by_family])


def _write_log(
    connection: DuckDBPyConnection, plan: list[PlannedDay], shape: Shape, seed: int
) -> None:
    loads = list(plan_loads(plan, shape, seed))
    columns = [
        [getattr(load, field) for load in loads]
        for field in ("source", "feed", "from_hour", "until_hour", "run_us", "failed")
    ]
    connection.execute(_sql("log"), columns)


def _write_rejected(connection: DuckDBPyConnection, days: list[PlannedDay], folder: Path) -> None:
    for day in days:
        connection.execute("SET VARIABLE day = ?", [day.date.toordinal()])
        file = folder / f"events_{day.date:%Y%m%d}_errors.csv"
        connection.sql(_sql("rejected")).write_csv(str(file))


def _sql(name: str) -> str:
    return files("checks.demo").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
