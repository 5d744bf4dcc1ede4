"""The worst day of a run, and until which day numbers reach: promises for any statuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.config.cron import CronTimes
from checks.config.model import ScheduleConfig
from checks.core.model import STOPPING, Status
from checks.core.records import Outcome
from checks.core.schedule import Schedule
from dashboard import run_days
from dashboard.data.run_days import due_day
from dashboard.data.shapes import LiveEvaluation, Outcomes, RunEvaluation

AT = datetime(2025, 3, 17, 7, tzinfo=UTC)
FRIDAY = date(2025, 3, 14)
ZONE = ZoneInfo("Europe/Berlin")
WEEKDAYS = Schedule(ZONE, times=CronTimes("0 6 * * 1-5"), since_last_run=True)
VERDICTS = st.sampled_from((Status.RED, Status.UNKNOWN, Status.AMBER, Status.GREEN))
GATES = st.none() | VERDICTS


class Context(SimpleNamespace):
    """As much of a page's context as its status depends on: each day's verdicts of gate and now."""

    days: dict[date, tuple[Status, Status | None]]
    day: date
    is_past = False
    schedule = WEEKDAYS

    @property
    def run_days(self) -> tuple[date, ...]:
        return tuple(self.days)

    @property
    def report(self) -> Any:
        return SimpleNamespace(checks=(), verdict=self.days[self.day][0])

    @property
    def gate(self) -> Any:
        verdict = self.days[self.day][1]
        latest = verdict and SimpleNamespace(verdict=verdict, statuses={}, exit_code=0)
        return SimpleNamespace(latest=latest, problem=None, strict_stop=None)

    def on(self, day: date) -> Context:
        return Context(days=self.days, day=day)


def context(verdicts: list[tuple[Status, Status | None]]) -> Any:
    days = {FRIDAY + timedelta(days=offset): each for offset, each in enumerate(verdicts)}
    return Context(days=days, day=FRIDAY)


@given(st.lists(st.tuples(VERDICTS, GATES), min_size=1, max_size=6))
def test_no_day_of_a_run_is_worse_than_the_one_it_opens_on(
    verdicts: list[tuple[Status, Status | None]],
) -> None:
    run = context(verdicts)
    opened = run_days.worst_of(run)
    places = {each.context.day: run_days.ORDER.index(each.shown) for each in run_days.days_of(run)}
    assert places[opened.day] == min(places.values())
    assert opened.day == max(day for day, place in places.items() if place == min(places.values()))


@given(st.lists(st.tuples(VERDICTS, GATES), min_size=1, max_size=6), st.data())
def test_no_day_of_a_stopped_run_is_shown_as_if_it_were_released(
    verdicts: list[tuple[Status, Status | None]], pick: st.DataObject
) -> None:
    run = context(verdicts)
    shown = run.on(pick.draw(st.sampled_from(run.run_days)))
    stopped = any(status in STOPPING for pair in verdicts for status in pair)
    assert (run_days.run_status(shown) in STOPPING) == stopped
    if run_days.shown_status(shown) not in STOPPING:
        assert bool(run_days.other_stopping_days(shown)) == stopped


@given(st.lists(st.sampled_from((0, 1, 2)), min_size=1, max_size=40))
def test_numbers_reach_to_the_newest_run_that_no_day_stopped(codes: list[int]) -> None:
    newest = date(2025, 3, 16)
    days = tuple(
        Outcome(newest - timedelta(days=back), Status.GREEN, code, AT)
        for back, code in enumerate(codes)
    )
    released = Outcomes(days, schedule=WEEKDAYS).released
    stopped = {WEEKDAYS.run_date_of(each.day) for each in days if each.exit_code}
    free = [each.day for each in days if WEEKDAYS.run_date_of(each.day) not in stopped]
    assert released == (free[0] if free else None)


@pytest.mark.parametrize("since_last_run", [True, False])
def test_the_due_day_is_that_of_the_newest_run(since_last_run: bool) -> None:
    loads = "since_last_run" if since_last_run else "one_day"
    section = ScheduleConfig(runs="0 6 * * 1-5", grace=timedelta(), loads=loads)
    config: Any = SimpleNamespace(schedule=section, timezone=ZONE, data_lag_days=1)
    before, at = datetime(2025, 3, 17, 4, 59, tzinfo=UTC), datetime(2025, 3, 17, 5, tzinfo=UTC)
    assert due_day(config, before) == date(2025, 3, 13)
    assert due_day(config, at) == date(2025, 3, 16)


def test_a_day_that_was_not_measured_with_the_run_is_an_error() -> None:
    report: Any = SimpleNamespace(data_date=FRIDAY)
    evaluation = RunEvaluation((LiveEvaluation(report, AT),))
    assert evaluation.of(FRIDAY).report is report
    with pytest.raises(LookupError):
        evaluation.of(FRIDAY + timedelta(days=1))
