"""volume_expected: the day against what its weekday usually has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from checks.catalog.volume_expected import CHECK, Params, judge
from checks.core.calendar import Calendar, SpecialDay
from checks.core.counts import RememberedCounts
from checks.core.model import Judgement, Severity, Status
from tests.catalog.samples import (
    DAY,
    FORBIDDEN,
    FRAME,
    HOSTILE,
    LIVE,
    NOW,
    daily,
    shown,
    texts,
    verdict,
    waiver,
    weekly,
)

USUAL = weekly(61)
TODAY = USUAL[-1]


def judged(
    today: int, before: Sequence[int] = USUAL[:-1], params: Params | None = None, **fields: Any
) -> Judgement:
    return judge(params or Params(), daily((*before, today), **fields), FRAME)


def edges(**fields: Any) -> tuple[int, int]:
    """The smallest and the largest count that are normal, as the message tells them."""
    found = re.search(r"\(normal (\d+) to (\d+)\)", judged(TODAY, **fields).message)
    assert found is not None
    return int(found[1]), int(found[2])


def test_a_usual_day_is_green() -> None:
    found = judged(TODAY)
    low, high = edges()
    assert (found.status, found.action) == (Status.GREEN, "Nothing to do")
    assert found.message == f"volume={TODAY} (normal {low} to {high})"
    assert found.summary == (
        f"Saturday 8 March: expected 600, normal {low} to {high}, saw 600 (+0 %)"
    )
    assert found.value == 600
    assert found.details["basis"] == "weekday"
    assert found.details["history_days"] == 60


@pytest.mark.parametrize(
    ("edge", "step", "status"),
    [
        (0, -1, Status.RED), (0, 0, Status.GREEN), (0, 1, Status.GREEN),
        (1, -1, Status.GREEN), (1, 0, Status.GREEN), (1, 1, Status.RED),
    ],
)  # fmt: skip
@pytest.mark.parametrize("days", [61, 22, 15, 8])
def test_just_inside_and_just_outside(edge: int, step: int, status: Status, days: int) -> None:
    before = weekly(days)[:-1]
    found = judged(edges(before=before)[edge] + step, before)
    assert found.status is status
    assert (found.action == "Nothing to do") == (status is Status.GREEN)


@pytest.mark.parametrize("today", [0, TODAY // 2, TODAY * 2])
def test_an_outage_half_a_day_and_a_doubled_load_are_red(today: int) -> None:
    found = judged(today)
    assert found.status is Status.RED
    assert ("loaded twice" in found.action) == (today > TODAY)
    assert ("missing part" in found.action) == (today < TODAY)


def test_an_empty_day_before_blinds_nothing() -> None:
    before = (*USUAL[:-4], 0, *USUAL[-3:-1])
    found = judged(TODAY // 2, before)
    assert found.status is Status.RED
    assert found.details["left_out"] == [{"date": DAY - timedelta(days=3), "why": "no events"}]


@pytest.mark.parametrize(
    ("days", "message"),
    [
        (0, "volume=skipped (learning, 0 of 7 days)"),
        (1, "volume=skipped (learning, 1 of 7 days)"),
        (6, "volume=skipped (learning, 6 of 7 days)"),
    ],
)
def test_a_young_shop_is_learning(days: int, message: str) -> None:
    found = judged(TODAY, weekly(days + 1)[:-1], length=121)
    assert (found.status, found.message) == (Status.SKIPPED, message)


@pytest.mark.parametrize(
    ("days", "basis", "words"),
    [
        (7, "wide_range", "judged by the range of 7 days of history, widely"),
        (13, "wide_range", "judged by the range of 13 days of history, widely"),
        (14, "range", "judged by the range of 14 days of history"),
        (20, "range", "judged by the range of 20 days of history"),
        (21, "weekday", ""),
        (60, "weekday", ""),
    ],
)
def test_the_step_of_the_ladder_is_told(days: int, basis: str, words: str) -> None:
    found = judged(TODAY, weekly(days + 1)[:-1])
    assert found.status is Status.GREEN
    assert found.details["basis"] == basis
    assert words in found.summary
    assert ("judged" in found.summary) == bool(words)


@pytest.mark.parametrize("has_earlier", [True, False])
def test_days_that_cannot_be_used_are_unknown(has_earlier: bool) -> None:
    gone = Calendar({DAY - timedelta(days=back): SpecialDay("strike") for back in range(1, 57)})
    found = judged(TODAY, calendar=gone, has_earlier=has_earlier)
    assert found.status is Status.UNKNOWN
    assert "only 4 of the 60 days before 2025-03-08 can be used, 7 are needed" in found.message


def test_an_old_shop_without_a_recent_day_is_unknown() -> None:
    found = judged(TODAY, (0,) * 60, has_earlier=True)
    assert found.status is Status.UNKNOWN
    assert "only 0 of the 60 days" in found.message


def test_days_in_the_calendar_are_left_out() -> None:
    sale = DAY - timedelta(days=7)
    before = (*USUAL[:-8], 3000, *USUAL[-7:-1])
    found = judged(TODAY, before, calendar=Calendar({sale: SpecialDay("Sale", 3.0)}))
    assert found.status is Status.GREEN
    assert found.details["left_out"] == [{"date": sale, "why": "Sale"}]


def test_a_listed_day_is_judged_with_its_factor() -> None:
    calendar = Calendar({DAY: SpecialDay("Black Friday", 3.0)})
    low, high = edges()
    for today, status in ((TODAY, Status.RED), (TODAY * 3, Status.GREEN)):
        found = judged(today, calendar=calendar)
        assert found.status is status
        assert "; Black Friday: 3 times the usual is expected" in found.summary
    assert found.details["expected"] == pytest.approx(3 * 600, rel=0.01)
    assert found.details["low"] == pytest.approx(3 * low, rel=0.01)
    assert found.details["high"] == pytest.approx(3 * high, rel=0.01)


def test_a_listed_day_without_a_factor_is_not_judged() -> None:
    for today in (0, TODAY, 10**6):
        found = judged(today, calendar=Calendar({DAY: SpecialDay("Labor Day")}))
        assert found.status is Status.SKIPPED
        assert found.message == "volume=skipped (Labor Day: not judged by volume)"


def test_a_tracking_release_is_named_with_a_fall() -> None:
    calendar = Calendar(releases=(DAY - timedelta(days=2),))
    assert "the tracking was changed on 6 March" in judged(TODAY // 3, calendar=calendar).summary
    assert "tracking" not in judged(TODAY, calendar=calendar).summary


def test_the_segment_that_carries_the_fall_is_told() -> None:
    devices = {
        "ios": (*(count // 2 for count in USUAL[:-1]), 6),
        "web": tuple(count // 2 for count in USUAL),
    }
    names = {
        "page_view": (*(count * 9 // 10 for count in USUAL[:-1]), 270),
        "purchase": (*(count // 10 for count in USUAL[:-1]), 36),
    }
    seen = daily(names, dimensions={"device": devices})
    found = judge(Params(), seen, FRAME)
    assert found.status is Status.RED
    assert re.search(r"saw 306 \(-49 %\), of which 49 points are device=ios$", found.summary)
    released = replace(seen, calendar=Calendar(releases=(DAY,)))
    told = judge(Params(), released, FRAME).summary
    assert told.endswith("points are device=ios; the tracking was changed on 8 March")


def test_a_name_that_carries_the_rise_opens_the_page_with_it() -> None:
    names = {"page_view": (*(c // 2 for c in USUAL[:-1]), 2000), "scroll": [c // 2 for c in USUAL]}
    found = judge(Params(), daily(names), FRAME)
    assert "points are 'page_view'" in found.summary
    assert found.details["filters"] == {"event": "page_view"}


def test_a_fall_that_is_spread_out_names_nobody() -> None:
    names = {name: (*(c // 4 for c in USUAL[:-1]), 75) for name in "abcd"}
    found = judge(Params(), daily(names), FRAME)
    assert found.status is Status.RED
    assert "of which" not in found.summary


def test_a_new_level_is_learned() -> None:
    strict = Params(leave_out_red=True)

    def on(day: int, params: Params | None = None) -> Status:
        return judged(
            TODAY * 3, (*USUAL[: -1 - day], *(c * 3 for c in USUAL[-1 - day : -1]))
        ).status

    assert (on(0), on(7)) == (Status.RED, Status.GREEN)
    assert [on(day, strict) for day in range(3)] == [Status.RED] * 3
    assert on(7, strict) is Status.GREEN


def test_an_outage_never_becomes_normal() -> None:
    for days in range(1, 12):
        assert judged(0, (*USUAL[: -1 - days], *(0,) * days)).status is Status.RED


def test_widen() -> None:
    narrow, wide = edges(params=Params(widen=1.0)), edges(params=Params(widen=2.0))
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_late_loads_are_in_the_details() -> None:
    seen = daily(USUAL)
    day = DAY - timedelta(days=5)
    known = RememberedCounts(seen.counted[day], NOW, 900, NOW)
    found = judge(Params(), replace(seen, remembered={day: known}), FRAME)
    assert found.details["late_loads"] == [{"date": day, "first": 900, "events": 1000}]


def test_a_day_that_lasts_says_so() -> None:
    found = judge(Params(), daily(USUAL), LIVE)
    assert "expected 600 so far" in found.summary
    assert found.details["partial_day"] is True


def test_hostile_names_are_inert() -> None:
    names = {HOSTILE: (*USUAL[:-1], 5), "other": (10,) * 61}
    seen = judge(Params(), shown(daily(names)), FRAME)
    assert seen.status is Status.RED
    assert not any(char in text for text in texts(seen) for char in FORBIDDEN)


@pytest.mark.parametrize(
    ("value", "status"),
    [(306, Status.WAIVED), (310, Status.WAIVED), (290, Status.RED), (1200, Status.RED)],
)
def test_a_waiver_covers_what_is_no_farther_from_the_expected(value: int, status: Status) -> None:
    given = waiver("volume_expected", up_to=306)
    found = verdict(CHECK, judged(value), given, severity=Severity.RED)
    assert found.status is status
