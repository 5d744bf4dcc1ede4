"""freshness: how far the data reaches."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from checks.catalog.freshness import Measured, Params, judge
from checks.core.model import Cause, Judgement, Status
from checks.core.timeframe import Timeframe, timeframe
from checks.core.values import Unmeasured
from tests.catalog.samples import DAY, FRAME, LIVE, NOON, NOW, RUN, ZONE, events, texts

END = FRAME.end
TICK = timedelta(microseconds=1)


def judged(
    newest: datetime | None, frame: Timeframe = FRAME, hours: float = 6, **fields: Any
) -> Judgement:
    return judge(Params(hours), Measured(events(newest=newest, **fields)), frame)


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
    judgement = judged(END - lag)
    assert (judgement.status, judgement.message) == (status, message)
    assert judgement.value == pytest.approx(lag.total_seconds() / 3600)
    assert judgement.threshold == 6


def test_own_limit() -> None:
    assert judged(END - timedelta(hours=2), hours=1.5).message == "lag=2.0h (max 1.5h)"
    assert judged(END - timedelta(hours=2), hours=2).status is Status.GREEN


@pytest.mark.parametrize("by_name", [{}, {"page_view": (100,) * 7 + (0,)}])
def test_no_event_on_the_data_date_is_red(by_name: dict[str, tuple[int, ...]]) -> None:
    judgement = judged(None, by_name=by_name)
    assert (judgement.status, judgement.message) == (Status.RED, "lag=none (max 6h)")
    assert judgement.value is None
    assert judgement.summary == "There is no event on Saturday 8 March"
    assert "2025-03-08" in judgement.action


def test_while_the_day_lasts_now_is_what_counts() -> None:
    late, fresh = NOON - timedelta(hours=6, seconds=1), NOON - timedelta(hours=6)
    assert judged(late, LIVE).status is Status.RED
    judgement = judged(fresh, LIVE)
    assert judgement.status is Status.GREEN
    assert "6.0 hours before now" in judgement.summary


def test_once_the_day_is_over_now_does_not_matter() -> None:
    frame = Timeframe(RUN, DAY, NOW + timedelta(days=300), ZONE)
    assert judged(END - timedelta(hours=1), frame).message == "lag=1.0h (max 6h)"


def test_the_clock_is_the_shops() -> None:
    from zoneinfo import ZoneInfo

    berlin = timeframe(NOW, ZoneInfo("Europe/Berlin"), data_date=DAY)
    judgement = judged(berlin.end - timedelta(hours=1), berlin)
    assert "is from 23:00" in judgement.summary
    assert judgement.message == "lag=1.0h (max 6h)"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, "1 event has a time after now and is"),
        (1200, "1,200 events have a time after now and are"),
    ],
)
def test_events_after_now_are_told_and_not_counted(count: int, text: str) -> None:
    judgement = judged(END - timedelta(hours=1), future_events=count, future_newest=END)
    assert judgement.status is Status.GREEN
    assert judgement.summary.endswith(f"; {text} not counted")
    assert judgement.action == (
        "Correct the clock of the system that wrote the events with a time after now"
    )
    assert judgement.details["future_events"] == count


def test_red_comes_before_a_wrong_clock() -> None:
    judgement = judged(None, by_name={}, future_events=3)
    assert judgement.status is Status.RED
    assert judgement.action.startswith("Load the missing part of 2025-03-08")


def test_a_column_without_a_time_of_day_is_unknown() -> None:
    problem = Unmeasured(Cause.BAD_VALUE, "column 'd' is a DATE")
    judgement = judged(None, newest_problem=problem)
    assert judgement.status is Status.UNKNOWN
    assert judgement.message == "lag=unknown (bad_value: column 'd' is a DATE)"


def test_no_event_is_red_even_where_the_time_of_day_cannot_be_told() -> None:
    problem = Unmeasured(Cause.BAD_VALUE, "column 'd' is a DATE")
    assert judged(None, by_name={}, newest_problem=problem).status is Status.RED


def test_green_has_nothing_to_do() -> None:
    assert texts(judged(END - timedelta(hours=1)))[2] == "Nothing to do"


def test_a_measurement_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="without a newest"):
        judged(None)
