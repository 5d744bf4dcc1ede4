"""volume_zscore: the day against the week before it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from checks.catalog import volume_expected
from checks.catalog.volume_zscore import CHECK, Params, judge, z_score
from checks.core.calendar import Calendar, SpecialDay
from checks.core.model import Facts, Judgement, Severity, Status, Verdict
from checks.core.timeframe import Timeframe
from tests.catalog.samples import (
    DAY,
    FRAME,
    LIVE,
    daily,
    events,
    judgement,
    verdict,
    waiver,
    window,
)

REGULAR = (100,) * 7
#: Mean 100, sample deviation exactly 20.
WIDE = (80, 120, 80, 120, 80, 120, 100)


def judged(counts: Sequence[int], params: Params | None = None, **fields: Any) -> Judgement:
    return judge(params or Params(), events({"page_view": counts}, **fields), FRAME)


@pytest.mark.parametrize(
    ("today", "status", "message"),
    [
        (100, Status.GREEN, "z=0.00 (below 3.0)"),
        (129, Status.GREEN, "z=2.90 (below 3.0)"),
        (130, Status.RED, "z=3.00 (below 3.0)"),
        (131, Status.RED, "z=3.10 (below 3.0)"),
        (71, Status.GREEN, "z=-2.90 (below 3.0)"),
        (70, Status.RED, "z=-3.00 (below 3.0)"),
        (69, Status.RED, "z=-3.10 (below 3.0)"),
        (0, Status.RED, "z=-10.00 (below 3.0)"),
    ],
)
def test_rule_and_message_on_the_floor(today: int, status: Status, message: str) -> None:
    """A week of 100 a day: the floor sqrt(100) is the deviation."""
    judgement = judged((*REGULAR, today))
    assert (judgement.status, judgement.message) == (status, message)
    assert judgement.value == (today - 100) / 10
    assert judgement.details["deviation_floored"] is True
    assert "sqrt(mean)" in judgement.summary


@pytest.mark.parametrize(
    ("today", "status"),
    [(159, Status.GREEN), (160, Status.RED), (41, Status.GREEN), (40, Status.RED)],
)
def test_rule_on_the_sample_deviation(today: int, status: Status) -> None:
    judgement = judged((*WIDE, today))
    assert judgement.status is status
    assert judgement.value == (today - 100) / 20
    assert judgement.details["deviation_floored"] is False
    assert "sqrt(mean)" not in judgement.summary


def test_the_message_shows_the_deciding_digits() -> None:
    # 1,000,000 a day: floor 1000; 2,999 below is z = -2.999.
    judgement = judged((*(10**6,) * 7, 10**6 - 2_999))
    assert (judgement.status, judgement.message) == (Status.GREEN, "z=-2.999 (below 3.0)")


def test_own_limit() -> None:
    judgement = judged((*REGULAR, 125), Params(alert_at=2.5))
    assert (judgement.status, judgement.message) == (Status.RED, "z=2.50 (below 2.5)")


def test_the_judged_day_is_not_of_its_own_window() -> None:
    score = z_score(REGULAR, 10_000)
    assert score is not None
    assert (score.mean, score.deviation) == (100, 10)


def test_empty_days_count_zero() -> None:
    judgement = judged((100, 100, 100, 0, 100, 100, 100, 100))
    assert judgement.details["mean"] == pytest.approx(600 / 7)
    assert judgement.details["deviation"] == pytest.approx(37.79645)


def test_totals_are_over_all_names() -> None:
    judgement = judge(Params(), events({"a": (50,) * 8, "b": (50,) * 7 + (80,)}), FRAME)
    assert judgement.value == 3.0
    assert judgement.details["by_name_today"][0] == {"name": "b", "events": 80}


@pytest.mark.parametrize("learned", range(7))
def test_learning_while_the_first_week_fills(learned: int) -> None:
    counts = (*(0,) * (7 - learned), *(100,) * learned, 100)
    judgement = judged(counts, has_earlier=False)
    assert judgement.status is Status.SKIPPED
    assert judgement.message == f"z=skipped (learning, {learned} of 7 days)"
    assert judgement.details["learned_days"] == learned


@pytest.mark.parametrize(
    ("counts", "has_earlier"),
    [((0, *(100,) * 7), True), ((100,) * 8, False), ((2, 0, 0, 0, 0, 0, 0, 100), False)],
)
def test_not_learning_with_older_events_or_a_full_window(
    counts: tuple[int, ...], has_earlier: bool
) -> None:
    assert judged(counts, has_earlier=has_earlier).status in (Status.GREEN, Status.RED)


def test_a_gap_inside_the_first_week_does_not_shorten_it() -> None:
    judgement = judged((0, 0, 5, 0, 5, 0, 5, 5), has_earlier=False)
    assert judgement.message == "z=skipped (learning, 5 of 7 days)"


@pytest.mark.parametrize("today", [0, 100])
def test_an_empty_window_is_unknown(today: int) -> None:
    judgement = judged((*(0,) * 7, today))
    assert judgement.status is Status.UNKNOWN
    assert judgement.message == "z=unknown (bad_value: no events in the 7 days before 2025-03-08)"
    assert judge(Params(), events({}), FRAME).status is Status.UNKNOWN


def test_summary_tells_the_change_and_the_normal_range() -> None:
    judgement = judged((*WIDE, 40))
    assert judgement.summary == (
        "Saturday 8 March has 40 events, -60 % against the 7-day mean of 100 (normal 40 to 160)"
    )
    assert "Find the missing part of 2025-03-08" in judgement.action
    assert "loaded twice" in judged((*WIDE, 200)).action


def test_a_day_that_lasts_is_said_to() -> None:
    judgement = judge(Params(), events({"page_view": (*WIDE, 100)}), LIVE)
    assert "100 events so far" in judgement.summary
    assert judgement.details["partial_day"] is True


def test_details_are_enough_to_draw() -> None:
    details = judged((*WIDE, 100)).details
    assert (details["low"], details["high"]) == (40, 160)
    assert [day["events"] for day in details["daily"]] == [*WIDE, 100]


@pytest.mark.parametrize(
    ("today", "status"),
    [(65, Status.WAIVED), (64, Status.RED), (135, Status.WAIVED), (136, Status.RED)],
)
def test_a_waiver_covers_what_is_no_farther_from_zero(today: int, status: Status) -> None:
    stored = waiver(CHECK.id, up_to=-3.5)
    assert verdict(CHECK, judged((*REGULAR, today)), stored).status is status


@pytest.mark.parametrize(
    ("spread", "floored", "deviation"), [(4, True, 10), (12, False, 12), (10, False, 10)]
)
def test_the_floor_is_used_only_above_the_sample_deviation(
    spread: int, floored: bool, deviation: float
) -> None:
    # Six of seven days are off by `spread`, so that it is the sample deviation.
    low, high = 100 - spread, 100 + spread
    score = z_score((low, high, low, high, low, high, 100), 100)
    assert score is not None
    assert score.floored is floored
    assert score.deviation == pytest.approx(deviation)


def on(calendar: Mapping[int, SpecialDay]) -> Calendar:
    """Marks by how many days before the judged one they are."""
    return Calendar({DAY - timedelta(days=back): mark for back, mark in calendar.items()})


def test_a_listed_day_is_judged_by_its_factor() -> None:
    calendar = on({0: SpecialDay("Sale", 3.0)})
    green = judged((*WIDE, 300), calendar=calendar)
    assert (green.status, green.message) == (Status.GREEN, "z=0.00 (below 3.0)")
    assert green.summary.endswith("; Sale: 3 times the usual is expected")
    assert (green.details["mean"], green.details["deviation"]) == (300, 60)
    assert judged((*WIDE, 100), calendar=calendar).status is Status.RED


def test_a_listed_day_without_a_factor_is_not_judged() -> None:
    judgement = judged((*WIDE, 0), calendar=on({0: SpecialDay("Labor Day")}))
    assert judgement.message == "z=skipped (Labor Day: not judged by volume)"


def test_listed_days_are_no_part_of_the_window() -> None:
    counts = (100, 100, 100, 900, 100, 100, 100, 100)
    assert judged(counts).details["mean"] > 200
    judgement = judged(counts, calendar=on({4: SpecialDay("Sale", 9.0)}))
    assert (judgement.details["mean"], judgement.value) == (100, 0)


@pytest.mark.parametrize(("listed", "skipped"), [(5, False), (6, True), (7, True)])
def test_a_window_in_the_calendar_is_skipped(listed: int, skipped: bool) -> None:
    calendar = on({back: SpecialDay("Sale", 2.0) for back in range(1, listed + 1)})
    judgement = judged((*REGULAR, 100), calendar=calendar)
    assert (judgement.status is Status.SKIPPED) is skipped
    if skipped:
        assert judgement.message == (
            f"z=skipped (only {7 - listed} of the 7 days before are not in `calendar`)"
        )


# ---- where the weekday explains it

#: Weekdays of 10,000 events, Saturdays and Sundays of 9,700; no weekend in the week before the day.
FLAT_WEEK = tuple(
    9_700 if day.weekday() > 4 and index < 52 else 10_000 for index, day in enumerate(window(59))
)


def of_both(
    today: int,
    before: Sequence[int] = FLAT_WEEK,
    params: Params | None = None,
    frame: Timeframe = FRAME,
    **fields: Any,
) -> tuple[Verdict, Verdict]:
    """The verdicts of the Z-score and of the weekday's rule on the same days."""
    counts = (*before, today)
    expected = verdict(
        volume_expected.CHECK,
        volume_expected.judge(volume_expected.Params(), daily(counts, **fields), frame),
    )
    judgement = judge(params or Params(), events({"page_view": counts[-8:]}, **fields), frame)
    return verdict(CHECK, judgement, others={"volume_expected": expected}), expected


@pytest.mark.parametrize(
    ("today", "status"),
    [(9_701, Status.GREEN), (9_700, Status.AMBER), (9_699, Status.AMBER), (10_300, Status.AMBER)],
)
def test_beyond_its_limit_it_is_amber_where_the_weekday_is_normal(
    today: int, status: Status
) -> None:
    zscore, expected = of_both(today)
    assert (zscore.status, expected.status) == (status, Status.GREEN)
    assert ("a Saturday usually has" in zscore.message) is (status is Status.AMBER)


def test_at_the_edges_of_the_weekday_it_is_red_again() -> None:
    details = of_both(9_700)[1].details
    low, high = math.ceil(details["low"]), math.floor(details["high"])
    ranged = {count: of_both(count) for count in (low - 1, low, low + 1, high - 1, high, high + 1)}
    assert {count: zscore.status for count, (zscore, _) in ranged.items()} == {
        low - 1: Status.RED, low: Status.AMBER, low + 1: Status.AMBER,
        high - 1: Status.AMBER, high: Status.AMBER, high + 1: Status.RED,
    }  # fmt: skip
    assert ranged[low - 1][1].status is Status.RED


def test_amber_says_why_in_every_sentence() -> None:
    zscore, expected = of_both(9_690)
    low, high = math.ceil(expected.details["low"]), math.floor(expected.details["high"])
    words = f"a Saturday usually has {low:,} to {high:,}"
    assert zscore.message == f"z=-3.10 (below 3.0); {words}"
    assert zscore.summary.endswith(f"; by its weekday the day is normal: {words}")
    assert zscore.action == (
        "Look at the day by hour and event name on the volume page; nothing has to be repaired"
    )
    assert (zscore.value, zscore.threshold) == (-3.1, 3.0)
    assert zscore.details["explained_by"] == "volume_expected"
    assert zscore.subjects == {"side": ("low",)}


def test_the_plain_rule_can_be_had_back() -> None:
    zscore, expected = of_both(9_690, params=Params(weekday_explains=False))
    assert (zscore.status, zscore.message) == (Status.RED, "z=-3.10 (below 3.0)")
    assert expected.status is Status.GREEN


@pytest.mark.parametrize(("days", "status"), [(13, Status.RED), (14, Status.AMBER)])
def test_a_young_history_explains_nothing(days: int, status: Status) -> None:
    zscore, expected = of_both(9_690, FLAT_WEEK[-days:])
    assert (zscore.status, expected.status) == (status, Status.GREEN)


@pytest.mark.parametrize("status", list(Status))
def test_only_a_day_in_the_range_of_its_weekday_explains(status: Status) -> None:
    words = "a Saturday usually has 9 to 11"
    facts = Facts(weekday_words=words)
    other = replace(verdict(volume_expected.CHECK, judgement(Status.GREEN, facts=facts)),
                    status=status)  # fmt: skip
    seen = verdict(CHECK, judged((*REGULAR, 60)), others={"volume_expected": other})
    # Red and amber are for the level of the days before.
    is_explained = status in (Status.GREEN, Status.AMBER, Status.RED)
    assert seen.status is (Status.AMBER if is_explained else Status.RED)
    assert (words in seen.message) is is_explained


def test_without_the_other_check_or_its_weekday_it_decides_alone() -> None:
    green = verdict(volume_expected.CHECK, judgement(Status.GREEN))
    for others in ({}, {"volume_expected": green}):
        seen = verdict(CHECK, judged((*REGULAR, 60)), others=others)
        assert (seen.status, seen.message) == (Status.RED, "z=-4.00 (below 3.0)")


def test_what_is_not_red_is_left_alone() -> None:
    green = verdict(
        volume_expected.CHECK, judgement(Status.GREEN, facts=Facts(weekday_words="normal"))
    )
    for counts in ((*REGULAR, 100), (0,) * 8):
        of_one = judged(counts)
        seen = verdict(CHECK, of_one, others={"volume_expected": green})
        assert (seen.status, seen.message) == (of_one.status, of_one.message)


def test_severity_and_waivers_leave_the_reason_in_its_message() -> None:
    other = {"volume_expected": of_both(9_690)[1]}
    judged_red = judge(Params(), events({"page_view": (*FLAT_WEEK[-7:], 9_690)}), FRAME)
    warning = verdict(CHECK, judged_red, severity=Severity.AMBER, others=other)
    waived = verdict(CHECK, judged_red, waiver(CHECK.id, up_to=-9.0), others=other)
    assert {warning.status, waived.status} == {Status.AMBER}
    assert "a Saturday usually has" in warning.message
    assert waived.message == warning.message


def test_while_the_day_lasts_the_words_say_so_far() -> None:
    zscore, _ = of_both(9_690, frame=LIVE)
    assert zscore.status is Status.AMBER
    assert zscore.message.endswith(" so far")


def test_on_a_listed_day_the_words_name_the_factor() -> None:
    calendar = Calendar({DAY: SpecialDay("Sale", 3.0)})
    zscore, _ = of_both(3 * 9_690, calendar=calendar)
    assert zscore.status is Status.AMBER
    assert "; a Saturday with 3 times the usual has " in zscore.message


def test_closed_days_and_days_of_the_calendar_are_skipped_as_before() -> None:
    for calendar in (
        Calendar({DAY: SpecialDay("Labor Day")}),
        Calendar({DAY: SpecialDay("closed: Saturday", is_closed=True)}),
    ):
        zscore, expected = of_both(0, calendar=calendar)
        assert zscore.status is Status.SKIPPED
        assert expected.status in (Status.SKIPPED, Status.GREEN)
