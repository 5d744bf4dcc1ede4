"""The demo's warehouse: set-based SQL, a day at a time, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from checks.demo.calendar import Day, plan_days
from checks.demo.scenarios import DEFAULT_SCENARIO, find_scenario

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Progress = Callable[[str], None]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HOUR_US = 3_600_000_000
#: The load starts a little after 05:38 UTC on the morning after.
_LOAD_AT = timedelta(days=1, hours=5, minutes=38)
#: More visits than any file can hold: the average visit has almost five events.
_ROWS_PER_SESSION = 4.0
#: Of the rows without a client id, so many are the broken app release's.
_RELEASE_SHARE = 0.88
#: A large demo tells now and then how far it is.
_REPORT_EVERY = 10


def build_warehouse(
    path: Path,
    *,
    last_day: date,
    days: int = 60,
    events_per_day: int = 50_000,
    seed: int = 7,
    scenario: str = DEFAULT_SCENARIO,
    quarantine: Path | None = None,
    progress: Progress | None = None,
) -> None:
    """Write a DuckDB warehouse of `days` data days, the last of them `last_day` (UTC).

    path must not exist yet. quarantine: an existing folder that gets one CSV file a day.
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
        connection.execute("SET preserve_insertion_order = true")
        _set(connection, seed=seed, regulars=events_per_day)
        connection.execute(_sql("schema"))
        connection.execute("BEGIN")
        for number, day in enumerate(plan):
            if progress and number % _REPORT_EVERY == 0:
                progress(f"writing day {number + 1} of {len(plan)}: {day.date}")
            _write_day(connection, day, seed, quarantine)
        connection.execute("COMMIT")


def _write_day(
    connection: DuckDBPyConnection, day: Day, seed: int, quarantine: Path | None
) -> None:
    _set(connection, **_variables(day, seed))
    connection.execute(_sql("sessions"))
    connection.execute(_sql("rows"))
    if day.faults.lost_identity_share:
        connection.execute(_sql("lose_identity"))
    if day.faults.unpriced_share:
        connection.execute(_sql("lose_revenue"))
    connection.execute(_sql("load"))
    if quarantine:
        rejected = quarantine / f"events_{day.date:%Y%m%d}_errors.csv"
        connection.sql(_sql("rejected")).write_csv(str(rejected))


def _variables(day: Day, seed: int) -> dict[str, object]:
    midnight = datetime.combine(day.date, time(), UTC)
    faults = day.faults
    lost = round(day.rows * faults.lost_identity_share)
    by_release = round(lost * _RELEASE_SHARE)
    return {
        "day": day.date.toordinal(),
        "filename": f"events_{day.date:%Y%m%d}.csv",
        "midnight_us": (midnight - _EPOCH) // _MICROSECOND,
        # The load is a job among others: it starts within four minutes of its time.
        "run_us": (midnight + _LOAD_AT - _EPOCH) // _MICROSECOND + _lateness_us(day.date, seed),
        "rows_in_file": day.rows,
        "most_sessions": round(day.rows / _ROWS_PER_SESSION),
        "loaded_until_us": round(faults.loaded_until_hour * _HOUR_US),
        "conversion": day.conversion,
        "rejected_share": day.rejected_share,
        "checkout_pixel_dead": faults.checkout_pixel_dead,
        "copies": faults.copies,
        "lost_by_release": by_release,
        "lost_elsewhere": lost - by_release,
        "unpriced_share": faults.unpriced_share,
        "orders_without_session": faults.orders_without_session,
        "orders_with_lost_session": faults.orders_with_lost_session,
        "purchases_without_order": faults.purchases_without_order,
    }


def _lateness_us(day: date, seed: int) -> int:
    return (day.toordinal() * 7919 + seed * 104729) % 240 * 1_000_000


def _set(connection: DuckDBPyConnection, **variables: object) -> None:
    for name, value in variables.items():
        connection.execute(f"SET VARIABLE {name} = ?", [value])


def _sql(name: str) -> str:
    return files("checks.demo").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
