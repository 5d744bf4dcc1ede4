"""Whether each scheduled run came in time: just before, at and after the end of its grace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from checks import load_config
from checks.evidence import runs_trend
from checks.evidence.context import open_context
from checks.evidence.runs_trend import RunsTrend
from tests.weekday_shop import write_shop

MONDAY, FRIDAY = date(2025, 3, 17), date(2025, 3, 14)
SUNDAY = date(2025, 3, 16)
#: 08:00 by the shop's clock: the end of the grace of Monday's run.
EXPECTED_BY = datetime(2025, 3, 17, 7, tzinfo=UTC)
DUE = EXPECTED_BY - timedelta(hours=2)
SECOND = timedelta(seconds=1)
Trend = Callable[..., RunsTrend]


@pytest.fixture
def trend(tmp_path: Path) -> Trend:
    """The runs up to Monday's, as seen at a moment, in a shop changed by statements."""

    def read(
        *statements: str, now: datetime, day: date = SUNDAY, loads: str = "since_last_run"
    ) -> RunsTrend:
        config = load_config(write_shop(tmp_path / "shop", *statements, loads=loads))
        with open_context(config, day, now) as context:
            return runs_trend.read(context, days=14)

    return read


def moved(to: datetime) -> str:
    """Monday's entry at another instant, as the shop's clock has it."""
    local = f"{to + timedelta(hours=1):%Y-%m-%d %H:%M:%S}"
    return f"UPDATE log SET ts = '{local}' WHERE ts >= '2025-03-17'"


@pytest.mark.parametrize(
    ("came", "state", "minutes"),
    [
        (DUE - timedelta(minutes=5), runs_trend.IN_TIME, -5.0),
        (EXPECTED_BY - SECOND, runs_trend.IN_TIME, 120 - 1 / 60),
        (EXPECTED_BY, runs_trend.LATE, 120.0),
        (EXPECTED_BY + SECOND, runs_trend.LATE, 120 + 1 / 60),
    ],
)
def test_a_run_that_came(trend: Trend, came: datetime, state: str, minutes: float) -> None:
    last = trend(moved(came), now=EXPECTED_BY + timedelta(hours=5)).days[-1].punctuality
    assert last is not None
    assert (last.state, last.minutes_late) == (state, pytest.approx(minutes))
    assert (last.due, last.expected_by) == (DUE, EXPECTED_BY)
    assert (last.due_minutes, last.expected_minutes) == (360.0, 480.0)


@pytest.mark.parametrize(
    ("now", "state", "day_state"),
    [
        (EXPECTED_BY - SECOND, runs_trend.STILL_AWAITED, runs_trend.NOT_YET),
        (EXPECTED_BY, runs_trend.MISSING, runs_trend.GAP),
        (EXPECTED_BY + SECOND, runs_trend.MISSING, runs_trend.GAP),
    ],
)
def test_a_run_that_has_not_come(trend: Trend, now: datetime, state: str, day_state: str) -> None:
    last = trend("DELETE FROM log WHERE ts >= '2025-03-17'", now=now).days[-1]
    assert last.punctuality is not None
    assert (last.punctuality.state, last.state) == (state, day_state)
    assert last.punctuality.minutes_late == pytest.approx((now - DUE).total_seconds() / 60)


def test_nobody_knows_how_late_a_run_is_that_another_one_followed(trend: Trend) -> None:
    days = trend(
        "DELETE FROM log WHERE ts >= '2025-03-14' AND ts < '2025-03-15'",
        now=EXPECTED_BY + timedelta(hours=1),
    ).days
    (friday,) = [day for day in days if day.run_date == FRIDAY]
    assert friday.punctuality is not None
    assert (friday.punctuality.state, friday.punctuality.minutes_late) == ("missing", None)


@pytest.mark.parametrize("day", [FRIDAY, SUNDAY])
def test_days_without_a_run_are_no_gap(trend: Trend, day: date) -> None:
    days = trend(now=EXPECTED_BY, day=day).days
    by_run_date = {each.run_date: each for each in days}
    saturday, monday = by_run_date[date(2025, 3, 15)], by_run_date[MONDAY]
    assert (saturday.state, saturday.punctuality) == (runs_trend.NO_RUN, None)
    assert (saturday.data_date, saturday.loaded_by) == (FRIDAY, MONDAY)
    assert monday.loaded == (FRIDAY, date(2025, 3, 15), SUNDAY)
    assert monday.data_date == SUNDAY


def test_a_day_that_no_run_loads_is_loaded_by_none(trend: Trend) -> None:
    days = {each.run_date: each for each in trend(now=EXPECTED_BY, loads="one_day").days}
    saturday = days[date(2025, 3, 15)]
    assert (saturday.state, saturday.loaded_by, saturday.loaded) == (runs_trend.NO_RUN, None, ())
    assert days[MONDAY].loaded == (SUNDAY,)
