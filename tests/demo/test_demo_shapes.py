"""Shops of other shapes: their logs have an entry for each load, and their days the loads' rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb
import pytest

from checks.config import load_config
from checks.config.schedules import schedule_of
from checks.core.model import Status
from checks.demo import SCENARIOS, build_warehouse, write_demo
from checks.demo.shapes import (
    CLOSED_ON_SUNDAYS,
    HOURLY_LOADS,
    NIGHTLY,
    THREE_SOURCES,
    WEEKDAYS_ONLY,
    Shape,
)
from checks.history import history_of

FRIDAY, SATURDAY = date(2025, 3, 7), date(2025, 3, 8)
SUNDAY, MONDAY = date(2025, 3, 9), date(2025, 3, 10)
SHAPES = (NIGHTLY, WEEKDAYS_ONLY, THREE_SOURCES, HOURLY_LOADS, CLOSED_ON_SUNDAYS)
BY_SHAPE = {name: scenario for name, scenario in SCENARIOS.items() if scenario.shape is not NIGHTLY}
Rows = list[tuple[object, ...]]
Build = Callable[..., Callable[[str], Rows]]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Builds a small warehouse of a scenario; what it answers to a query."""

    def built(scenario: str, last_day: date, **options: object) -> Callable[[str], Rows]:
        path = tmp_path / f"{scenario}-{last_day}.duckdb"
        sizes = {"days": 15, "events_per_day": 2000, **options}
        build_warehouse(path, last_day=last_day, scenario=scenario, **sizes)  # type: ignore[arg-type]
        return partial(_answer, path)

    return built


def _answer(path: Path, query: str) -> Rows:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def log_of(day: date) -> str:
    return (
        "SELECT filename, strftime(run_timestamp, '%H:%M'), rows_read > 0, status "
        f"FROM pipeline_logs WHERE CAST(run_timestamp AS DATE) = '{day}' ORDER BY run_timestamp"
    )


@pytest.mark.parametrize(
    ("shape", "today", "last"),
    [
        (NIGHTLY, MONDAY, MONDAY), (NIGHTLY, SUNDAY, SUNDAY),
        (WEEKDAYS_ONLY, SATURDAY, FRIDAY), (WEEKDAYS_ONLY, MONDAY, MONDAY),
        (THREE_SOURCES, SUNDAY, FRIDAY), (THREE_SOURCES, MONDAY, MONDAY),
        (HOURLY_LOADS, SUNDAY, SUNDAY),
        (CLOSED_ON_SUNDAYS, MONDAY, SUNDAY), (CLOSED_ON_SUNDAYS, SUNDAY, SUNDAY),
    ],
)  # fmt: skip
def test_a_demo_ends_on_a_run_that_tells_its_story(shape: Shape, today: date, last: date) -> None:
    assert shape.last_run_date(today, None) == last


@pytest.mark.parametrize("shape", SHAPES[1:], ids=lambda shape: shape.name)
@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_a_demo_ends_on_a_run_whose_gate_has_asked(shape: Shape, seconds: int) -> None:
    friday = shape.judged_at(FRIDAY) + timedelta(seconds=seconds)
    last = shape.last_run_date(friday.date(), friday)
    assert last == (FRIDAY if seconds >= 0 else FRIDAY - timedelta(days=1))


def test_only_the_nightly_shop_is_early_where_its_gate_has_not_asked() -> None:
    midnight = datetime(2025, 3, 7, tzinfo=UTC)
    assert NIGHTLY.last_run_date(FRIDAY, midnight) == FRIDAY
    assert CLOSED_ON_SUNDAYS.last_run_date(FRIDAY, midnight) == date(2025, 3, 6)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_each_data_day_is_loaded_once_and_on_a_run_date(shape: Shape) -> None:
    days = [SATURDAY + timedelta(days=back) for back in range(14)]
    for feed in shape.feeds:
        for day in days:
            run_date = feed.run_date(day, shape.lag_days)
            assert shape.is_run_date(run_date)
            assert run_date >= day + timedelta(days=shape.lag_days)
            assert day in shape.days_of_load(feed, day)
    of_monday = WEEKDAYS_ONLY.days_of_load(WEEKDAYS_ONLY.feeds[0], SATURDAY)
    assert of_monday == {FRIDAY, SATURDAY, SUNDAY}


def test_mondays_run_has_an_entry_for_each_of_its_days(build: Build) -> None:
    shop = build("weekdays-only", date(2025, 3, 11))
    entries = shop(log_of(MONDAY))
    assert [name for name, *_ in entries] == [f"events_2025030{day}.csv" for day in (7, 8, 9)]
    assert all("06:00" <= str(at) <= "06:06" for _, at, *_ in entries)
    assert [len(shop(log_of(SATURDAY))), len(shop(log_of(SUNDAY)))] == [0, 0]
    assert len(shop(log_of(date(2025, 3, 11)))) == 1


@pytest.mark.parametrize(("last_day", "lost"), [(MONDAY, 1), (SUNDAY, 3), (SATURDAY, 2)])
def test_a_run_that_never_was_loads_none_of_its_days(
    build: Build, last_day: date, lost: int
) -> None:
    shop = build("weekdays-only", last_day)
    newest = shop('SELECT CAST(max("timestamp") AS DATE) FROM stg_events')
    assert newest == [(last_day - timedelta(days=lost),)]


def test_an_hourly_log_has_an_entry_an_hour_and_three_that_failed(build: Build) -> None:
    shop = build("hourly-loads", SUNDAY)
    entries = shop(log_of(SUNDAY))
    assert [at for _, at, *_ in entries] == [f"{hour:02}:00" for hour in range(24)]
    assert {name for name, *_ in entries} == {"clickstream"}
    assert [hour for hour, entry in enumerate(entries) if entry[3] == "failed"] == [2, 3, 4]
    assert all(has_rows == (status != "failed") for _, _, has_rows, status in entries)
    of_hours = shop(
        f'SELECT DISTINCT hour("timestamp") FROM stg_events WHERE "timestamp" >= \'{SUNDAY}\''
    )
    assert {hour for (hour,) in of_hours} == set(range(24)) - {2, 3, 4}


@pytest.mark.parametrize("scenario", BY_SHAPE)
def test_the_log_and_the_tables_agree(build: Build, scenario: str) -> None:
    """All that was read was accepted or rejected, and all that was accepted is there."""
    shop = build(scenario, date(2025, 3, 6), days=22)
    read, accepted, rejected = shop(
        "SELECT sum(rows_read), sum(rows_inserted), sum(rows_quarantined) FROM pipeline_logs"
    )[0]
    events = shop("SELECT count(*) FROM stg_events")[0][0]
    assert read == int(str(accepted)) + int(str(rejected))
    assert accepted == events
    numbers = shop("SELECT count(*), min(log_id), max(log_id) FROM pipeline_logs")[0]
    assert numbers == (numbers[0], 1, numbers[0])


@pytest.mark.parametrize("scenario", BY_SHAPE)
def test_the_configuration_knows_when_the_shape_runs(tmp_path: Path, scenario: str) -> None:
    shape = SCENARIOS[scenario].shape
    written = write_demo(
        tmp_path / "demo", today=MONDAY, scenario=scenario, days=16, events_per_day=2000,
        backfill_days=6,
    )  # fmt: skip
    config = load_config(written.config)
    schedule = schedule_of(config)
    assert config.data_lag_days == shape.lag_days
    days = [FRIDAY + timedelta(days=n) for n in range(14)]
    assert [schedule.is_run_date(day) for day in days] == [shape.is_run_date(day) for day in days]
    expected_by = schedule.expected_by(written.run_date)
    assert expected_by is not None
    assert expected_by <= shape.judged_at(written.run_date)
    recorded = history_of(config).evaluations(config.pipeline)
    assert recorded
    for evaluation in recorded:
        assert evaluation.evaluated_at == shape.judged_at(evaluation.run_date)
        assert evaluation.run_date < written.run_date
        assert evaluation.verdict is Status.GREEN


def test_a_closed_day_has_an_entry_and_no_event(build: Build) -> None:
    shop = build("closed-on-sundays", MONDAY)
    ((name, _, has_rows, status),) = shop(log_of(MONDAY))
    assert (name, has_rows, status) == ("events_20250309.csv", False, "success")
    assert shop(f"SELECT count(*) FROM stg_events WHERE CAST(\"timestamp\" AS DATE) = '{SUNDAY}'")[
        0
    ] == (0,)


def test_three_sources_load_at_their_own_times_on_their_own_days(build: Build) -> None:
    shop = build("three-sources", date(2025, 3, 11))
    monday = shop(log_of(MONDAY))
    assert [str(name) for name, *_ in monday] == [
        f"events_{source}_20250309.csv" for source in ("web", "app", "marketplace")
    ]
    for (_, at, has_rows, _), hour in zip(monday, ("05:4", "06:1", "08:4"), strict=True):
        assert has_rows
        assert str(at).startswith(hour)
    assert [len(shop(log_of(day))) for day in (FRIDAY, SATURDAY, SUNDAY)] == [3, 2, 2]


def test_mondays_file_of_the_marketplace_holds_the_weekend(build: Build) -> None:
    shop = build("three-sources", date(2025, 3, 11))
    read = dict(shop("SELECT filename, rows_read FROM pipeline_logs"))  # type: ignore[arg-type]
    monday, friday = (read[f"events_marketplace_202503{day}.csv"] for day in ("09", "06"))
    assert 2.2 * friday < monday < 3.2 * friday


def test_a_source_that_never_came_takes_its_rows_along(build: Build) -> None:
    shop = build("three-sources", SUNDAY)
    assert [name for name, *_ in shop(log_of(MONDAY))] == [
        "events_web_20250309.csv", "events_app_20250309.csv",
    ]  # fmt: skip
    per_day = dict(
        shop('SELECT CAST("timestamp" AS DATE), count(*) FROM stg_events GROUP BY ALL')  # type: ignore[arg-type]
    )
    for day in (FRIDAY, SATURDAY, SUNDAY):
        assert 0.88 < per_day[day] / per_day[day - timedelta(days=7)] < 1.02


def test_the_app_sends_what_the_app_has_and_nothing_else(build: Build) -> None:
    """The log of the app has as many rows as its user agent, without the marketplace's."""
    shop = build("three-sources", date(2025, 3, 6), days=8, events_per_day=20_000)
    read = shop("SELECT sum(rows_inserted) FROM pipeline_logs WHERE filename LIKE 'events_app_%'")
    browsers = shop("SELECT count(*) FROM stg_events WHERE browser = 'Shop app'")
    assert 0.93 < float(str(read[0][0])) / float(str(browsers[0][0])) <= 1.0


def test_the_same_seed_gives_the_same_log(tmp_path: Path) -> None:
    logs = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}.duckdb"
        build_warehouse(
            path, last_day=MONDAY, days=10, events_per_day=2000, scenario="three-sources"
        )
        logs.append(_answer(path, "SELECT * FROM pipeline_logs ORDER BY log_id"))
    assert logs[0] == logs[1]
