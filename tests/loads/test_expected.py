"""The expected sources of a run: their times, what they match, and when they are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.core.audit_log import AuditLog
from checks.core.expected_source import EVERY_DAY, ExpectedSource, weekdays_of
from checks.core.schedule import Schedule
from checks.core.timeframe import Timeframe
from checks.loads.expected import SourceState, expected_sources, is_expected_on
from tests.loads.logs import RUN, always, load_entry, weeks_log

DAY = RUN - timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class Daily:
    """Runs at a whole hour of every day."""

    hour: int
    text: str = "daily"

    def after(self, moment: datetime) -> datetime:
        start = moment.replace(hour=self.hour, minute=0)
        return start if start > moment else start + timedelta(days=1)

    def before(self, moment: datetime) -> datetime:
        start = moment.replace(hour=self.hour, minute=0)
        return start if start < moment else start - timedelta(days=1)


def frame(
    now: datetime, zone: str = "UTC", run: date = RUN, schedule: Schedule | None = None
) -> Timeframe:
    return Timeframe(run, run - timedelta(days=1), now, ZoneInfo(zone), schedule=schedule)


def only(log: AuditLog, at: Timeframe, source: ExpectedSource) -> SourceState:
    (state,) = expected_sources(log, at, (source,)).states
    return state


@pytest.mark.parametrize(("now", "is_due"), [("06:59", False), ("07:00", True), ("07:01", True)])
def test_without_a_time_a_source_is_due_when_the_run_is_missing(now: str, is_due: bool) -> None:
    schedule = Schedule(ZoneInfo("UTC"), times=Daily(6), grace=timedelta(hours=1))
    moment = datetime.fromisoformat(f"2025-03-09T{now}+00:00")
    log = weeks_log({"web": always}, [load_entry("app", RUN)])
    state = only(log, frame(moment, schedule=schedule), ExpectedSource("web"))
    assert state.is_due is is_due
    assert state.is_missing is is_due


def test_without_a_schedule_it_is_due_when_the_gate_asks() -> None:
    log = weeks_log({"web": always}, [load_entry("app", RUN)])
    midnight = datetime(2025, 3, 9, tzinfo=UTC)
    assert only(log, frame(midnight), ExpectedSource("web")).is_missing


@pytest.mark.parametrize(
    ("run", "clock", "due"),
    [
        (date(2025, 3, 30), time(2, 30), "2025-03-30 01:00"),  # skipped: when clocks have changed
        (date(2025, 10, 26), time(2, 30), "2025-10-26 01:30"),  # comes twice: the second
        (date(2025, 3, 30), time(6), "2025-03-30 04:00"),
        (date(2025, 10, 26), time(6), "2025-10-26 05:00"),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_a_time_on_days_when_clocks_change(run: date, clock: time, due: str, before: bool) -> None:
    moment = datetime.fromisoformat(f"{due}+00:00") - timedelta(seconds=before)
    state = only(
        AuditLog(run, {}), frame(moment, "Europe/Berlin", run), ExpectedSource("web", None, clock)
    )
    assert f"{state.due:%Y-%m-%d %H:%M}" == due
    assert state.is_due is not before


def test_an_entry_counts_for_each_source_that_it_matches() -> None:
    log = weeks_log({}, [load_entry("web_eu", RUN)])
    listed = (
        ExpectedSource("all", "web*"),
        ExpectedSource("eu", "*_eu"),
        ExpectedSource("us", "*_us"),
    )
    sources = expected_sources(log, frame(datetime(2025, 3, 9, 6, tzinfo=UTC)), listed)
    assert [state.has_come for state in sources.states] == [True, True, False]
    assert not sources.unlisted


def test_a_learned_time_past_midnight() -> None:
    """A source whose entries come after midnight, while the run's window lasts."""
    entries = {
        day: (load_entry("web", day, 300), load_entry("app", day, 24 * 60 + 30))
        for day in (RUN - timedelta(weeks=back) for back in range(4, 0, -1))
    }
    log = AuditLog(RUN, {**entries, RUN: (load_entry("web", RUN),)})
    for minutes, is_due in ((24 * 60 + 29, False), (24 * 60 + 30, True)):
        now = datetime(2025, 3, 9, tzinfo=UTC) + timedelta(minutes=minutes)
        states = {s.key: s for s in expected_sources(log, frame(now), None).states}
        assert states["app"].is_due is is_due


@pytest.mark.parametrize(
    ("words", "days"),
    [
        (("daily",), EVERY_DAY), (("weekdays",), {0, 1, 2, 3, 4}), (("weekends",), {5, 6}),
        (("Monday", "thu"), {0, 3}), (("weekends", "mon"), {0, 5, 6}), ((), frozenset()),
    ],
)  # fmt: skip
def test_words_for_days_of_the_week(words: tuple[str, ...], days: set[int]) -> None:
    assert weekdays_of(words) == days


@pytest.mark.parametrize("word", ["", "mo", "tues", "workdays", "0"])
def test_another_word_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="no day of the week"):
        weekdays_of([word])


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sets(st.integers(0, 6)))
def test_a_source_is_expected_exactly_on_its_weekdays(day: date, weekdays: set[int]) -> None:
    source = ExpectedSource("web", weekdays=frozenset(weekdays))
    assert is_expected_on(source, day) is (day.weekday() in weekdays)
