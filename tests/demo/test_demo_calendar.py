"""The days' sizes: normal days are green for every seed and weekday, incidents are not."""

from __future__ import annotations

from datetime import date, timedelta
from math import sqrt
from statistics import mean, stdev

import pytest

from checks.core.errors import UsageError
from checks.demo.calendar import PlannedDay, outage_day, plan_days
from checks.demo.scenarios import OUTAGE, SCENARIOS, Faults

SATURDAY = date(2025, 3, 8)


def planned(last_day: date = SATURDAY, days: int = 60, **options: object) -> list[PlannedDay]:
    scenario = SCENARIOS[str(options.pop("scenario", "all-green"))]
    sizes = {"events_per_day": 50_000, "seed": 7, **options}
    return list(plan_days(last_day=last_day, days=days, scenario=scenario, **sizes))  # type: ignore[arg-type]


def z_of_last(counts: list[float]) -> float:
    *window, judged = counts
    return (judged - mean(window)) / max(stdev(window), sqrt(mean(window)))


def accepted(day: PlannedDay) -> float:
    """The day's events, with the share of a day that arrives before the scenarios' hours."""
    arrived = {24.0: 1.0, 14.5: 0.55, 16.0: 0.63}[day.faults.loaded_until_hour]
    rejected = day.faults.lost_identity_share or day.rejected_share
    return day.rows * arrived * (1 - rejected) * day.faults.copies


@pytest.mark.parametrize("weekday", range(7))
def test_normal_days_stay_within_the_volume_rule_and_the_outage_does_not(weekday: int) -> None:
    for seed in range(20):
        days = planned(SATURDAY + timedelta(days=weekday), seed=seed)
        for end in range(8, len(days) + 1):
            z = z_of_last([accepted(day) for day in days[end - 8 : end]])
            assert (abs(z) >= 3.0) == (days[end - 1].faults == OUTAGE), (seed, days[end - 1])


@pytest.mark.parametrize(
    ("scenario", "least", "most"),
    [
        ("missing-identity", -3.0, 3.0),
        ("loaded-twice", 3.0, 99.0),
        ("late-load", -99.0, -3.0),
    ],
)
def test_a_scenario_has_the_volume_it_tells_of(scenario: str, least: float, most: float) -> None:
    for seed in range(20):
        for weekday in range(7):
            days = planned(SATURDAY + timedelta(days=weekday), 9, scenario=scenario, seed=seed)
            assert least < z_of_last([accepted(day) for day in days[-8:]]) < most


def test_a_day_loaded_twice_is_not_a_jump_of_its_event_names() -> None:
    for seed in range(20):
        for weekday in range(7):
            *before, last = planned(SATURDAY + timedelta(days=weekday), 8, seed=seed)
            assert 2 * last.rows < 2.2 * max(day.rows for day in before)


def test_the_last_file_has_the_rows_that_were_asked_for() -> None:
    assert planned()[-1].rows == 49_963
    assert planned(events_per_day=4_000)[-1].rows == 3_997


def test_the_shop_rests_at_the_weekend_and_grows() -> None:
    days = planned(days=360)
    busy = mean(day.rows for day in days if day.date.weekday() < 5)
    quiet = mean(day.rows for day in days if day.date.weekday() >= 5)
    assert 0.80 < quiet / busy < 0.88
    assert mean(day.rows for day in days[:28]) < 0.92 * mean(day.rows for day in days[-28:])


def test_a_day_does_not_depend_on_how_many_there_are() -> None:
    assert planned(days=60)[-30:-22] == planned(days=90)[-30:-22]


def test_another_seed_is_another_shop() -> None:
    assert [day.rows for day in planned(seed=1)] != [day.rows for day in planned(seed=2)]


def test_only_the_last_day_suffers() -> None:
    days = planned(scenario="loaded-twice")
    assert days[-1].faults == Faults(copies=2)
    assert [day.date for day in days[:-1] if day.faults != Faults()] == [date(2025, 2, 15)]


def test_a_day_without_a_run_is_no_day() -> None:
    days = planned(scenario="no-run")
    assert (len(days), days[-1].date) == (59, SATURDAY - timedelta(days=1))


@pytest.mark.parametrize(("days", "outage"), [(60, date(2025, 2, 15)), (29, date(2025, 2, 15))])
def test_the_outage_is_three_weeks_before_the_last_day(days: int, outage: date) -> None:
    assert outage_day(SATURDAY, days) == outage
    assert [day.date for day in planned(days=days) if day.faults == OUTAGE] == [outage]


def test_a_short_demo_has_no_outage() -> None:
    assert outage_day(SATURDAY, 28) is None
    assert all(day.faults == Faults() for day in planned(days=28))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"days": 7}, "the demo's days must be between 8 and 3650, not 7"),
        ({"days": 4000}, "the demo's days must be between 8 and 3650, not 4000"),
        ({"events_per_day": 10}, "events per day must be between 2000 and 10000000, not 10"),
        ({"last_day": date(1969, 1, 1)}, "year must be between 2000 and 2200, not 1969"),
    ],
)
def test_impossible_sizes_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        planned(**options)  # type: ignore[arg-type]
