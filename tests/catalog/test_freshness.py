"""freshness: how far the data reaches."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from checks.catalog.freshness import Params, judge
from checks.core.metrics import Unmeasured
from checks.core.model import Cause, Judgement, Status
from checks.core.timeframe import Timeframe, timeframe
from tests.catalog.samples import DAY, FRAME, LIVE, NOON, NOW, RUN, ZONE, events, texts

END = FRAME.end
TICK = timedelta(microseconds=1)


def judged(
    newest: datetime | None, frame: Timeframe = FRAME, hours: float = 6, **fields: Any
) -> Judgement:
    return judge(Params(hours), events(newest=newest, **fields), frame)


@pytest.mark.parametrize(
    ("lag", "status", "message"),
    [
        (TICK, Status.GREEN, "lag=0.0h (max 6h)"),
        (timedelta(minutes=30), Status.GREEN, "lag=0.5h (max 6h)"),
        (timedelta(hours=6) - timedelta(seconds=1), Status.GREEN, "lag=5.9997h (max 6h)"),
        (timedelta(hours=6), Status.GREEN, "lag=6.0h (max 6h)"),
        (timedelta(hours=6) + TICK, Status.RED, "lag=6.0000000003h (max 6h)"),
        (timedelta(hours=6, seconds=1), Status.RED, "lag=6.0003h (max 6h)"),
        (timedelta(hours=23, minutes=24), Status.RED, "lag=23.4h (max 6h)"),
        (timedelta(hours=24), Status.RED, "lag=24.0h (max 6h)"),
    ],
)
def test_rule_and_message(lag: timedelta, status: Status, message: str) -> None:
    found = judged(END - lag)
    assert (found.status, found.message) == (status, message)
    assert found.value == pytest.approx(lag.total_seconds() / 3600)
    assert found.threshold == 6


def test_own_limit() -> None:
    assert judged(END - timedelta(hours=2), hours=1.5).message == "lag=2.0h (max 1.5h)"
    assert judged(END - timedelta(hours=2), hours=2).status is Status.GREEN


@pytest.mark.parametrize("by_name", [{}, {"page_view": (100,) * 7 + (0,)}])
def test_no_event_on_the_data_date_is_red(by_name: dict[str, tuple[int, ...]]) -> None:
    found = judged(None, by_name=by_name)
    assert (found.status, found.message) == (Status.RED, "lag=none (max 6h)")
    assert found.value is None
    assert found.summary == "There is no event on Saturday 8 March"
    assert "2025-03-08" in found.action


def test_while_the_day_lasts_now_is_what_counts() -> None:
    late, fresh = NOON - timedelta(hours=6, seconds=1), NOON - timedelta(hours=6)
    assert judged(late, LIVE).status is Status.RED
    found = judged(fresh, LIVE)
    assert found.status is Status.GREEN
    assert "6.0 hours before now" in found.summary


def test_once_the_day_is_over_now_does_not_matter() -> None:
    frame = Timeframe(RUN, DAY, NOW + timedelta(days=300), ZONE)
    assert judged(END - timedelta(hours=1), frame).message == "lag=1.0h (max 6h)"


def test_the_clock_is_the_shops() -> None:
    from zoneinfo import ZoneInfo

    berlin = timeframe(NOW, ZoneInfo("Europe/Berlin"), data_date=DAY)
    found = judged(berlin.end - timedelta(hours=1), berlin)
    assert "is from 23:00" in found.summary
    assert found.message == "lag=1.0h (max 6h)"


@pytest.mark.parametrize(
    ("count", "told"),
    [(1, "1 event lies after now and is"), (1200, "1,200 events lie after now and are")],
)
def test_events_after_now_are_told_and_not_counted(count: int, told: str) -> None:
    found = judged(END - timedelta(hours=1), future_events=count, future_newest=END)
    assert found.status is Status.GREEN
    assert found.summary.endswith(f"; {told} not counted")
    assert found.action == "Correct the clock of whatever wrote the events that lie after now"
    assert found.details["future_events"] == count


def test_red_comes_before_a_wrong_clock() -> None:
    found = judged(None, by_name={}, future_events=3)
    assert found.status is Status.RED
    assert found.action.startswith("Load the missing part of 2025-03-08")


def test_a_column_without_a_time_of_day_is_unknown() -> None:
    problem = Unmeasured(Cause.BAD_VALUE, "column 'd' is a DATE")
    found = judged(None, newest_problem=problem)
    assert found.status is Status.UNKNOWN
    assert found.message == "lag=unknown (bad_value: column 'd' is a DATE)"


def test_no_event_is_red_even_where_the_time_of_day_cannot_be_told() -> None:
    problem = Unmeasured(Cause.BAD_VALUE, "column 'd' is a DATE")
    assert judged(None, by_name={}, newest_problem=problem).status is Status.RED


def test_green_has_nothing_to_do() -> None:
    assert texts(judged(END - timedelta(hours=1)))[2] == "Nothing to do"


def test_a_measurement_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="without a newest"):
        judged(None)
