"""volume_trend: the week against the weeks before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from checks.catalog.volume_trend import CHECK, TREND_DAYS, Params, judge
from checks.core.calendar import Calendar, SpecialDay
from checks.core.model import Judgement, Status
from tests.catalog.samples import DAY, FRAME, daily, verdict, weekly

BASELINE = weekly(100)


def judged(counts: Sequence[int], params: Params | None = None, **fields: Any) -> Judgement:
    return judge(params or Params(), daily(counts, **fields), FRAME)


def sunk(share: float) -> tuple[int, ...]:
    """A last week of `share` of the usual."""
    return (*BASELINE[:-7], *(round(count * share) for count in BASELINE[-7:]))


def test_a_usual_week_is_green() -> None:
    judgement = judged(BASELINE)
    assert judgement.message == "change=0.000 (above -0.150)"
    assert judgement.summary == (
        "The 7 days up to 8 March have 6,200 events, +0 % against 6,200, the median of the "
        "6 weeks before (amber at a decline of 15 % or more)"
    )
    assert (judgement.status, judgement.action, judgement.value) == (
        Status.GREEN,
        "Nothing to do",
        0.0,
    )


@pytest.mark.parametrize(
    ("share", "status"),
    [(0.86, Status.GREEN), (0.85, Status.AMBER), (0.84, Status.AMBER), (1.5, Status.GREEN)],
)
def test_around_the_limit(share: float, status: Status) -> None:
    judgement = judged(sunk(share))
    assert judgement.status is status
    assert judgement.value == pytest.approx(share - 1)
    assert judgement.threshold == -0.15
    assert ("Find out" in judgement.action) == (status is Status.AMBER)


def test_own_limit() -> None:
    assert judged(sunk(0.91), Params(alert_at=0.1)).status is Status.GREEN
    assert judged(sunk(0.9), Params(alert_at=0.1)).status is Status.AMBER
    assert judged(sunk(0.8), Params(alert_at=0.3)).status is Status.GREEN


def test_weeks_that_differ_much_have_a_larger_limit() -> None:
    factor = [1.0, 1.3, 0.8, 1.2, 0.7, 1.25, 0.9, 1.1, 0.75, 1.3, 0.8, 1.0, 1.2, 0.9, 1.0]
    uneven = [round(count * factor[number // 7]) for number, count in enumerate(BASELINE)]
    judgement = judged(uneven)
    assert judgement.details["limit"] > 0.3
    assert judgement.status is Status.GREEN


@pytest.mark.parametrize(
    ("before", "message"),
    [
        (0, "change=skipped (learning, 0 of 32 days)"),
        (31, "change=skipped (learning, 31 of 32 days)"),
    ],
)
def test_a_young_shop_is_learning(before: int, message: str) -> None:
    judgement = judged(weekly(before + 1), length=127)
    assert (judgement.status, judgement.message) == (Status.SKIPPED, message)


def test_the_first_week_that_can_be_compared() -> None:
    assert judged(weekly(TREND_DAYS + 1), length=127).status is Status.GREEN


def test_days_that_cannot_be_used_are_unknown() -> None:
    gone = Calendar({DAY - timedelta(days=back): SpecialDay("strike") for back in range(3, 60)})
    judgement = judged(BASELINE, calendar=gone)
    assert judgement.status is Status.UNKNOWN
    assert "too few of the 99 days before 2025-03-08 can be used" in judgement.message
    assert judged((*(0,) * 99, 5), has_earlier=True).status is Status.UNKNOWN


def test_a_sale_is_no_decline_after_it() -> None:
    """A week of five times the usual does not make the week after it a fall."""
    sale = [DAY - timedelta(days=back) for back in range(7, 14)]
    counts = [
        count * 5 if DAY - timedelta(days=99 - number) in sale else count
        for number, count in enumerate(BASELINE)
    ]
    judgement = judged(counts, calendar=Calendar({day: SpecialDay("Sale", 5.0) for day in sale}))
    assert judgement.status is Status.GREEN


def test_a_slow_decline_is_seen_that_no_day_shows() -> None:
    counts = [
        round(count * min(1.0, 0.97 ** (number - 85))) for number, count in enumerate(BASELINE)
    ]
    judgement = judged(counts)
    assert judgement.status is Status.AMBER
    assert re.match(r"change=-0\.\d+ \(above -0\.\d+\)$", judgement.message)


@pytest.mark.parametrize(
    ("counts", "status", "follows"),
    [
        ((*BASELINE[:-1], 0), Status.AMBER, True),
        ((*BASELINE[:-1], 1), Status.AMBER, False),
        ((*sunk(0.94)[:-1], 0), Status.AMBER, True),
        ((*sunk(0.85)[:-1], 0), Status.AMBER, False),
    ],
)
def test_it_follows_only_where_the_empty_day_alone_makes_the_decline(
    counts: Sequence[int], status: Status, follows: bool
) -> None:
    params = Params(alert_at=0.09)
    outcome = verdict(CHECK, judged(counts, params))
    assert (outcome.status, outcome.facts.fails_for_empty_day) == (status, follows)
