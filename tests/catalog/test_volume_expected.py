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
from checks.core.records import StoredAcceptance
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

BASELINE = weekly(61)
TODAY = BASELINE[-1]


def judged(
    today: int, before: Sequence[int] = BASELINE[:-1], params: Params | None = None, **fields: Any
) -> Judgement:
    return judge(params or Params(), daily((*before, today), **fields), FRAME)


def edges(**fields: Any) -> tuple[int, int]:
    """The smallest and the largest count that are normal, as the message tells them."""
    match = re.search(r"\(normal (\d+) to (\d+)\)", judged(TODAY, **fields).message)
    assert match is not None
    return int(match[1]), int(match[2])


def test_a_usual_day_is_green() -> None:
    judgement = judged(TODAY)
    low, high = edges()
    assert (judgement.status, judgement.action) == (Status.GREEN, "Nothing to do")
    assert judgement.message == f"volume={TODAY} (normal {low} to {high})"
    assert judgement.summary == (
        f"Saturday 8 March: expected 600, normal {low} to {high}, saw 600 (+0 %)"
    )
    assert judgement.value == 600
    assert judgement.details["basis"] == "weekday"
    assert judgement.details["history_days"] == 60


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
    judgement = judged(edges(before=before)[edge] + step, before)
    assert judgement.status is status
    assert (judgement.action == "Nothing to do") == (status is Status.GREEN)


@pytest.mark.parametrize("today", [0, TODAY // 2, TODAY * 2])
def test_an_outage_half_a_day_and_a_doubled_load_are_red(today: int) -> None:
    judgement = judged(today)
    assert judgement.status is Status.RED
    assert ("loaded twice" in judgement.action) == (today > TODAY)
    assert ("missing part" in judgement.action) == (today < TODAY)


def test_an_empty_day_before_blinds_nothing() -> None:
    before = (*BASELINE[:-4], 0, *BASELINE[-3:-1])
    judgement = judged(TODAY // 2, before)
    assert judgement.status is Status.RED
    assert judgement.details["left_out"] == [{"date": DAY - timedelta(days=3), "why": "no events"}]


@pytest.mark.parametrize(
    ("days", "message"),
    [
        (0, "volume=skipped (learning, 0 of 7 days)"),
        (1, "volume=skipped (learning, 1 of 7 days)"),
        (6, "volume=skipped (learning, 6 of 7 days)"),
    ],
)
def test_a_young_shop_is_learning(days: int, message: str) -> None:
    judgement = judged(TODAY, weekly(days + 1)[:-1], length=121)
    assert (judgement.status, judgement.message) == (Status.SKIPPED, message)


@pytest.mark.parametrize(
    ("days", "basis", "words"),
    [
        (7, "wide_range", "judged by a wide range from 7 days of history; the range by weekday"),
        (13, "wide_range", "judged by a wide range from 13 days of history; the range by weekday"),
        (14, "weekday", ""),
        (21, "weekday", ""),
        (60, "weekday", ""),
    ],
)
def test_the_step_of_the_ladder_is_told(days: int, basis: str, words: str) -> None:
    judgement = judged(TODAY, weekly(days + 1)[:-1])
    assert judgement.status is Status.GREEN
    assert judgement.details["basis"] == basis
    assert words in judgement.summary
    assert ("judged" in judgement.summary) == bool(words)


@pytest.mark.parametrize("has_earlier", [True, False])
def test_days_that_cannot_be_used_are_unknown(has_earlier: bool) -> None:
    gone = Calendar({DAY - timedelta(days=back): SpecialDay("strike") for back in range(1, 57)})
    judgement = judged(TODAY, calendar=gone, has_earlier=has_earlier)
    assert judgement.status is Status.UNKNOWN
    assert "only 4 of the 60 days before 2025-03-08 can be used, 7 are needed" in judgement.message


def test_an_old_shop_without_a_recent_day_is_unknown() -> None:
    judgement = judged(TODAY, (0,) * 60, has_earlier=True)
    assert judgement.status is Status.UNKNOWN
    assert "only 0 of the 60 days" in judgement.message


def test_days_in_the_calendar_are_left_out() -> None:
    sale = DAY - timedelta(days=7)
    before = (*BASELINE[:-8], 3000, *BASELINE[-7:-1])
    judgement = judged(TODAY, before, calendar=Calendar({sale: SpecialDay("Sale", 3.0)}))
    assert judgement.status is Status.GREEN
    assert judgement.details["left_out"] == [{"date": sale, "why": "Sale"}]


def test_a_listed_day_is_judged_with_its_factor() -> None:
    calendar = Calendar({DAY: SpecialDay("Black Friday", 3.0)})
    low, high = edges()
    for today, status in ((TODAY, Status.RED), (TODAY * 3, Status.GREEN)):
        judgement = judged(today, calendar=calendar)
        assert judgement.status is status
        assert "; Black Friday: 3 times the usual is expected" in judgement.summary
    assert judgement.details["expected"] == pytest.approx(3 * 600, rel=0.01)
    assert judgement.details["low"] == pytest.approx(3 * low, rel=0.01)
    assert judgement.details["high"] == pytest.approx(3 * high, rel=0.01)


def test_a_listed_day_without_a_factor_is_not_judged() -> None:
    for today in (0, TODAY, 10**6):
        judgement = judged(today, calendar=Calendar({DAY: SpecialDay("Labor Day")}))
        assert judgement.status is Status.SKIPPED
        assert judgement.message == "volume=skipped (Labor Day: not judged by volume)"


def test_a_tracking_release_is_named_with_a_fall() -> None:
    calendar = Calendar(releases=(DAY - timedelta(days=2),))
    assert "the tracking was changed on 6 March" in judged(TODAY // 3, calendar=calendar).summary
    assert "tracking" not in judged(TODAY, calendar=calendar).summary


def test_the_segment_that_carries_the_fall_is_told() -> None:
    devices = {
        "ios": (*(count // 2 for count in BASELINE[:-1]), 6),
        "web": tuple(count // 2 for count in BASELINE),
    }
    names = {
        "page_view": (*(count * 9 // 10 for count in BASELINE[:-1]), 270),
        "purchase": (*(count // 10 for count in BASELINE[:-1]), 36),
    }
    seen = daily(names, dimensions={"device": devices})
    judgement = judge(Params(), seen, FRAME)
    assert judgement.status is Status.RED
    assert re.search(
        r"saw 306 \(-49 %\), mostly device=ios \(-49 % of the whole\)$", judgement.summary
    )
    released = replace(seen, calendar=Calendar(releases=(DAY,)))
    text = judge(Params(), released, FRAME).summary
    assert text.endswith(" % of the whole); the tracking was changed on 8 March")


def test_a_name_that_carries_the_rise_opens_the_page_with_it() -> None:
    names = {
        "page_view": (*(c // 2 for c in BASELINE[:-1]), 2000),
        "scroll": [c // 2 for c in BASELINE],
    }
    judgement = judge(Params(), daily(names), FRAME)
    assert "mostly 'page_view' (" in judgement.summary
    assert judgement.details["filters"] == {"event": "page_view"}


def test_a_fall_that_is_spread_out_names_nobody() -> None:
    names = {name: (*(c // 4 for c in BASELINE[:-1]), 75) for name in "abcd"}
    judgement = judge(Params(), daily(names), FRAME)
    assert judgement.status is Status.RED
    assert "mostly" not in judgement.summary


def test_the_largest_segment_of_an_even_fall_names_nobody() -> None:
    """Each device lost half: that mobile is most of the traffic explains nothing."""
    devices = {
        "mobile": (*(c * 3 // 4 for c in BASELINE[:-1]), TODAY * 3 // 8),
        "web": (*(c // 4 for c in BASELINE[:-1]), TODAY // 8),
    }
    names = {"page_view": (*BASELINE[:-1], TODAY // 2)}
    judgement = judge(Params(), daily(names, dimensions={"device": devices}), FRAME)
    assert judgement.status is Status.RED
    assert "mostly" not in judgement.summary


def at_level(factor: float, days: int, today: float | None = None) -> Judgement:
    """The judged day, with the `days` days before it at another level."""
    before = BASELINE[: -1 - days], (round(c * factor) for c in BASELINE[-1 - days : -1])
    count = round(TODAY * (factor if today is None else today))
    return judged(count, (*before[0], *before[1]))


@pytest.mark.parametrize(
    ("factor", "since"), [(0.1, 0), (0.5, 0), (0.7, 0), (1.5, 3), (2, 0), (3, 0)]
)
def test_a_level_that_stays_is_red_however_long(factor: float, since: int) -> None:
    assert at_level(factor, 0).status is Status.RED
    for days in range(since, 35):
        assert at_level(factor, days).status is Status.RED, days


def test_a_level_says_since_when_and_how_to_accept_it() -> None:
    judgement = at_level(0.5, 9)
    message = r"volume=300 \(normal 52\d to 76\d; low since 2025-02-27\)"
    assert re.fullmatch(message, judgement.message)
    assert (
        "since Thursday 27 February at a level of -50 % that nobody accepted" in judgement.summary
    )
    assert judgement.action == (
        "Find the missing part of the days since 2025-02-27, by hour and event name on the volume "
        "page, load it, then run the gate again; if it is the new level, accept it: andon accept "
        "volume_expected --reason TEXT"
    )
    assert "(2025-03-08 itself is in its range)" in at_level(0.5, 9, today=0.9).action
    doubled = at_level(0.5, 9, today=2)
    assert doubled.subjects["side"] == ("high",)
    assert doubled.action.startswith("Find out whether 2025-03-08 was loaded twice")
    assert "accept" not in doubled.action
    assert judgement.subjects == {"side": ("low",), "level": ("low since 2025-02-27",)}
    assert judgement.details["level"] == {
        "since": DAY - timedelta(days=9), "side": -1, "factor": pytest.approx(0.5, abs=0.01),
        "stood_before": True,
    }  # fmt: skip


@pytest.mark.parametrize(("days", "confirmed"), [(1, False), (2, True)])
def test_the_third_red_day_confirms_a_level(days: int, confirmed: bool) -> None:
    assert ("; low since" in at_level(0.5, days).message) is confirmed


@pytest.mark.parametrize(
    ("today", "status", "words"),
    [
        (0.75, Status.RED, "that nobody accepted"),
        (0.93, Status.RED, "; two days in a row near the expected count end it"),
        (0.95, Status.AMBER, "; this day is near the expected count: a second one in a row ends"),
        (1.0, Status.AMBER, "; this day is near the expected count: a second one in a row ends"),
        (1.07, Status.AMBER, "; this day is near the expected count: a second one in a row ends"),
        (1.15, Status.RED, "; two days in a row near the expected count end it"),
    ],
)
def test_one_day_near_the_expected_count_stops_no_line(
    today: float, status: Status, words: str
) -> None:
    judgement = at_level(0.5, 9, today=today)
    assert judgement.status is status
    assert words in judgement.summary
    assert "; low since 2025-02-27)" in judgement.message
    assert judgement.subjects["level"] == ("low since 2025-02-27",)
    assert "if it is the new level, accept it: andon accept volume_expected" in judgement.action
    assert judgement.action.startswith("Find out what brought 2025-03-08 back to the ") is (
        status is Status.AMBER
    )


def test_one_day_in_its_range_ends_no_level_and_two_do() -> None:
    assert at_level(0.5, 9, today=1).status is Status.AMBER
    before = (*BASELINE[:-11], *(c // 2 for c in BASELINE[-11:-2]), BASELINE[-2])
    ended = judged(TODAY, before)
    assert ended.status is Status.GREEN
    later = judged(BASELINE[-7], (*before, BASELINE[-1])[1:])
    assert len(later.details["stretches"]) == 1
    assert ended.details["stretches"] == [
        {
            "from": DAY - timedelta(days=10),
            "to": DAY - timedelta(days=2),
            "factor": pytest.approx(0.5, abs=0.01),
        }
    ]


@pytest.mark.parametrize(("length", "factor"), [(7, 0.3), (4, 3.0), (10, 0.6), (3, 2.0)])
def test_after_an_odd_stretch_no_usual_day_is_red_and_drops_are_seen(
    length: int, factor: float
) -> None:
    for after in range(2, 21):
        odd = (round(c * factor) for c in BASELINE[-1 - after - length : -1 - after])
        before = (*BASELINE[: -1 - after - length], *odd, *BASELINE[-1 - after : -1])
        assert judged(TODAY, before).status is Status.GREEN, after
        assert judged(TODAY // 2, before).status is Status.RED, after


def accepted(back: int, subject: str, **fields: Any) -> StoredAcceptance:
    return StoredAcceptance(
        id=1, pipeline="p", check="volume_expected", kind="level", subject=subject, owner="Mia",
        reason="the shop is smaller", data_date=DAY - timedelta(days=back), created_at=NOW,
    **fields)  # fmt: skip


def test_an_accepted_level_is_normal_from_that_day_on() -> None:
    for days in range(2, 30):
        before = (*BASELINE[: -1 - days], *(c // 2 for c in BASELINE[-1 - days : -1]))
        taken = accepted(days - 2, "low since 2025-02-27")
        for today, status in ((TODAY // 2, Status.GREEN), (TODAY, Status.RED), (150, Status.RED)):
            judgement = judged(today, before, accepted_levels=(taken,))
            assert judgement.status is status, (days, today)
            assert [a.holds for a in judgement.acceptances] == [True]
    assert judgement.acceptances[0].why == "0.50 times the level before 7 February is normal"


@pytest.mark.parametrize(
    ("taken", "why"),
    [
        (accepted(3, "low", revoked_at=NOW, revoked_by="Bo"), "revoked by Bo on "),
        (accepted(-1, "low"), "accepted for 2025-03-09 and later"),
    ],
)
def test_an_acceptance_that_does_not_hold_says_why(taken: StoredAcceptance, why: str) -> None:
    before = (*BASELINE[:-10], *(c // 2 for c in BASELINE[-10:-1]))
    judgement = judged(TODAY // 2, before, accepted_levels=(taken,))
    assert judgement.status is Status.RED
    (acceptance,) = judgement.acceptances
    assert not acceptance.holds
    assert acceptance.why.startswith(why)


def test_an_acceptance_of_the_other_side_changes_nothing() -> None:
    before = (*BASELINE[:-10], *(c // 2 for c in BASELINE[-10:-1]))
    taken = accepted(3, "high since 2025-02-27")
    assert judged(TODAY // 2, before, accepted_levels=(taken,)).status is Status.RED


def test_an_outage_never_becomes_normal() -> None:
    for days in range(1, 12):
        assert judged(0, (*BASELINE[: -1 - days], *(0,) * days)).status is Status.RED


def test_widen() -> None:
    narrow, wide = edges(params=Params(widen=1.0)), edges(params=Params(widen=2.0))
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_late_loads_are_in_the_details() -> None:
    seen = daily(BASELINE)
    day = DAY - timedelta(days=5)
    known = RememberedCounts(seen.counted[day], NOW, 900, NOW)
    judgement = judge(Params(), replace(seen, remembered={day: known}), FRAME)
    assert judgement.details["late_loads"] == [{"date": day, "first": 900, "events": 1000}]


def test_a_day_that_lasts_says_so() -> None:
    judgement = judge(Params(), daily(BASELINE), LIVE)
    assert "expected 600 so far" in judgement.summary
    assert judgement.details["partial_day"] is True


def test_hostile_names_are_inert() -> None:
    names = {HOSTILE: (*BASELINE[:-1], 5), "other": (10,) * 61}
    seen = judge(Params(), shown(daily(names)), FRAME)
    assert seen.status is Status.RED
    assert not any(char in text for text in texts(seen) for char in FORBIDDEN)


@pytest.mark.parametrize(
    ("value", "status"),
    [(306, Status.WAIVED), (310, Status.WAIVED), (290, Status.RED), (1200, Status.RED)],
)
def test_a_waiver_covers_what_is_no_farther_from_the_expected(value: int, status: Status) -> None:
    stored = waiver("volume_expected", up_to=306)
    outcome = verdict(CHECK, judged(value), stored, severity=Severity.RED)
    assert outcome.status is status
