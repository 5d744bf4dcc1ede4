"""volume_trend: the week against the weeks before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.catalog._trend_words import onset_text
from checks.catalog.volume_trend import CHECK, TREND_DAYS, Params, judge
from checks.core.calendar import Calendar, SpecialDay
from checks.core.model import Judgement, Severity, Status
from checks.detection import Onset, Shape
from tests.catalog.samples import DAY, FRAME, daily, verdict, waiver, weekly

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


@pytest.mark.parametrize("factor", [0.5, 0.65])
def test_what_it_stopped_stays_red_while_it_goes_on(factor: float) -> None:
    counts = weekly(140)
    for days in range(5, 21):
        changed = (*counts[:-days], *(round(count * factor) for count in counts[-days:]))
        judgement = judged(changed, Params(red_at=0.2))
        assert judgement.status is Status.RED, (days, judgement.message)


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


def test_days_that_were_just_listed_are_no_failure() -> None:
    listed = Calendar({DAY - timedelta(days=back): SpecialDay("Sale", 0.5) for back in range(3, 9)})
    judgement = judged(BASELINE, calendar=listed)
    assert judgement.status is Status.SKIPPED
    assert "too many of the days before are in `calendar`" in judgement.message


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


def with_decline(shape: str, size: float, days: int) -> tuple[int, ...]:
    """The usual weeks of a bigger shop, with `days` days of a decline at their end."""
    counts = weekly(110, level=20_000)
    start = len(counts) - days
    return tuple(
        count
        if number < start
        else round(count * (1 + size) ** (1 if shape == "step" else number - start + 1))
        for number, count in enumerate(counts)
    )


@pytest.mark.parametrize(
    ("counts", "text", "action"),
    [
        (
            with_decline("step", -0.3, 10),
            "; a step down of 30 % on about 27 February, level since then",
            "Find out what changed on about 27 February, and for which names on the volume page",
        ),
        (
            with_decline("slope", -0.03, 14),
            "; declining since about 23 February, -3.0 % a day",
            "Find out what changed on about 23 February, and for which names on the volume page",
        ),
        (
            with_decline("slope", -0.12, 6),
            "; declining since about 3 March, -12 % a day",
            "Find out what changed on about 3 March, and for which names on the volume page",
        ),
    ],
)
def test_it_names_the_beginning_of_the_decline(
    counts: Sequence[int], text: str, action: str
) -> None:
    judgement = judged(counts)
    assert judgement.status is Status.AMBER
    assert judgement.summary.endswith(f" or more){text}")
    assert judgement.action == action


@pytest.mark.parametrize(
    ("onset", "text"),
    [
        (None, ""),
        (
            Onset(Shape.SLOPE, DAY - timedelta(days=90), DAY, DAY, -0.02, is_older=True),
            "; declining for at least 12 weeks, -2.0 % a day",
        ),
        (
            Onset(None, DAY, DAY - timedelta(days=6), DAY, -0.3),
            "; lower since about 8 March, by a step or a slope: the days do not tell yet",
        ),
        (
            Onset(Shape.STEP, DAY, DAY - timedelta(days=7), DAY, -0.3),
            "; a step down of 30 % on about 8 March (between 1 March and 8 March), level since "
            "then",
        ),
        (
            Onset(Shape.SLOPE, DAY, DAY, DAY + timedelta(days=7), -0.006),
            "; declining since about 8 March (between 8 March and 15 March), -0.6 % a day",
        ),
    ],
)
def test_what_is_not_certain_is_not_said_as_if_it_were(onset: Onset | None, text: str) -> None:
    assert onset_text(onset, DAY) == text


def test_a_week_that_does_not_decline_has_no_beginning() -> None:
    judgement = judged(with_decline("step", -0.1, 10))
    assert judgement.status is Status.GREEN
    assert judgement.summary.endswith("(amber at a decline of 15 % or more)")
    assert judgement.details["onset"] is None


def test_the_beginning_is_in_the_details() -> None:
    onset = judged(with_decline("step", -0.3, 10)).details["onset"]
    day = DAY - timedelta(days=9)
    assert onset == {
        "shape": "step", "day": day, "earliest": day, "latest": day,
        "change": pytest.approx(-0.3, abs=1e-3), "is_older": False,
    }  # fmt: skip


def test_an_empty_day_is_no_beginning() -> None:
    counts = with_decline("step", -0.3, 10)
    empty = judged((*counts[:-1], 0))
    assert "a step down of 30 % on about 27 February" in empty.summary


RED_AT = Params(red_at=0.3)


@pytest.mark.parametrize(
    ("share", "status", "message"),
    [
        (0.86, Status.GREEN, "change=-0.140 (above -0.150)"),
        (0.85, Status.AMBER, "change=-0.150 (above -0.150)"),
        (0.71, Status.AMBER, "change=-0.290 (above -0.150)"),
        (0.7, Status.RED, "change=-0.300 (above -0.300)"),
        (0.5, Status.RED, "change=-0.500 (above -0.300)"),
    ],
)
def test_red_on_request(share: float, status: Status, message: str) -> None:
    judgement = judged(sunk(share), RED_AT)
    assert (judgement.status, judgement.message) == (status, message)
    assert judgement.threshold == (-0.3 if status is Status.RED else -0.15)
    assert "(amber at a decline of 15 % or more, red at 30 %)" in judgement.summary
    assert judged(sunk(share)).status is not Status.RED


def test_red_needs_more_than_the_weeks_vary() -> None:
    factor = [1.0, 1.3, 0.8, 1.2, 0.7, 1.25, 0.9, 1.1, 0.75, 1.3, 0.8, 1.0, 1.2, 0.9, 0.5]
    uneven = [round(count * factor[min(number // 7, 14)]) for number, count in enumerate(BASELINE)]
    judgement = judged(uneven, Params(red_at=0.15))
    assert judgement.value is not None
    assert judgement.details["red_limit"] == judgement.details["limit"] > 0.25
    assert (judgement.status is Status.RED) == (judgement.value <= -judgement.details["limit"])


def test_a_red_trend_can_be_waived_and_only_warn() -> None:
    judgement = judged(sunk(0.6), RED_AT)
    assert verdict(CHECK, judgement).status is Status.RED
    assert verdict(CHECK, judgement, severity=Severity.AMBER).status is Status.AMBER
    assert verdict(CHECK, judgement, waiver(CHECK.id, up_to=-0.4)).status is Status.WAIVED
    assert verdict(CHECK, judgement, waiver(CHECK.id, up_to=-0.39)).status is Status.RED


@pytest.mark.parametrize(
    ("counts", "status", "follows"),
    [
        ((*BASELINE[:-1], 0), Status.GREEN, False),
        ((*sunk(0.75)[:-1], 0), Status.RED, True),
        ((*sunk(0.66)[:-1], 0), Status.RED, False),
    ],
)
def test_red_follows_from_an_empty_day_where_the_others_only_warn(
    counts: Sequence[int], status: Status, follows: bool
) -> None:
    outcome = verdict(CHECK, judged(counts, RED_AT))
    assert (outcome.status, outcome.facts.fails_for_empty_day) == (status, follows)


def test_red_is_never_milder_than_amber() -> None:
    assert Params(red_at=0.15).problems() == []
    assert Params(red_at=0.149).problems() == [
        ("red_at", "0.149", "a number of at least alert_at (0.15)")
    ]


RANKS = {Status.GREEN: 0, Status.AMBER: 1, Status.RED: 2}


@pytest.mark.parametrize(
    ("days", "lasting"),
    [
        *((days, 14) for days in (33, 40, 50, 63, 80, 126)),
        *((days, 25) for days in (50, 63, 80, 126)),
    ],
)
def test_half_of_the_events_stay_red_in_short_histories(days: int, lasting: int) -> None:
    counts = weekly(days)
    fallen = (*counts[:-lasting], *(count // 2 for count in counts[-lasting:]))
    judgement = judged(fallen, RED_AT)
    assert judgement.status is Status.RED, judgement.message
    assert judged(fallen).status is Status.AMBER


def test_after_a_promotion_a_shop_that_lost_nearly_all_is_red() -> None:
    promotion = range(len(BASELINE) - 42, len(BASELINE) - 21)
    counts = [count * (3 if at in promotion else 1) for at, count in enumerate(BASELINE)]
    lost = [*counts[:-7], *(count * 9 // 100 for count in counts[-7:])]
    judgement = judged(lost, RED_AT)
    assert judgement.status is Status.RED
    assert "(amber at a decline of 90 % or more, red at 90 %)" in judgement.summary
    assert judged(counts, RED_AT).status is Status.GREEN


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.integers(0, 500), min_size=33, max_size=127),
    st.integers(1, 7),
    st.integers(0, 500),
    st.sampled_from([Params(), RED_AT, Params(alert_at=0.01, red_at=0.02), Params(alert_at=1)]),
)
def test_fewer_events_in_the_last_week_never_better_the_colour(
    counts: list[int], back: int, fewer: int, params: Params
) -> None:
    """No day is without events, which would be an outage with a rule of its own."""
    filled = [count + 1 for count in counts]
    lower = [*filled]
    lower[-back] = min(filled[-back], fewer + 1)
    before, after = (judged(each, params).status for each in (filled, lower))
    assert RANKS[after] >= RANKS[before]
