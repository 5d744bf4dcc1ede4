"""A weekday without events: when the weeks before say that it is closed, and when they do not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.catalog import event_volume, freshness, get_check
from checks.catalog._closed_weekdays import (
    DayEvents,
    closed_weekday,
    may_be_closed,
    name_events,
    total_events,
    was_always_empty,
)
from checks.core.calendar import Calendar, SpecialDay
from checks.core.counts import NAME, DailyCounts, DayCounts, Values
from checks.core.metrics import EventCounts, Purchases
from checks.core.model import Cause, Facts, Judgement, Status
from checks.core.records import RecordedStatus, StoredAcceptance
from checks.core.timeframe import Timeframe
from checks.core.values import Unmeasured
from checks.judging.unmeasured import unknown
from tests.catalog.samples import FORBIDDEN, HOSTILE, RUN, ZONE, texts, verdict

SUNDAY, MONDAY = date(2025, 3, 9), date(2025, 3, 10)
FRAME = Timeframe(MONDAY, SUNDAY, datetime(2025, 3, 10, 6, tzinfo=UTC), ZONE)
RED, AMBER, GREEN, UNKNOWN = Status.RED, Status.AMBER, Status.GREEN, Status.UNKNOWN
WAIVED, SKIPPED = Status.WAIVED, Status.SKIPPED
LEARNED, PROPOSED, OPEN = "learned", "proposed", "open"
LIMIT = 5
Recorded = Mapping[date, RecordedStatus]


def sunday(back: int) -> date:
    """The Sunday that is so many weeks before the judged one."""
    return SUNDAY - timedelta(weeks=back)


def stretch(last: date, days: int) -> list[date]:
    return [last - timedelta(days=back) for back in range(days - 1, -1, -1)]


def counts_of(
    empty: Collection[int], days: int = 43, *, stray: int = 0, also: Collection[date] = ()
) -> dict[date, int]:
    """100 events a day, `stray` on the judged Sunday and those so many weeks before it; none on
    the days of `also`.
    """
    empty_days = {SUNDAY, *map(sunday, empty)}
    return {
        day: 0 if day in also else stray if day in empty_days else 100
        for day in stretch(SUNDAY, days)
    }


def standing(counts: Mapping[date, int], recorded: Recorded | None = None) -> str:
    """What the rule makes of the last Sunday."""
    weekday = closed_weekday(DayEvents(counts, LIMIT), SUNDAY, recorded or {})
    return OPEN if weekday is None else LEARNED if weekday.is_learned else PROPOSED


def recorded_as(status: Status, *weeks: int, accepted: bool = False) -> Recorded:
    return {sunday(back): RecordedStatus(status, accepted) for back in weeks}


@pytest.mark.parametrize(
    ("empty", "expected"),
    [
        ((), OPEN), ((1,), OPEN), ((1, 2), OPEN), ((3, 4), OPEN),
        ((1, 2, 3), LEARNED), ((2, 3, 4), LEARNED), ((1, 3, 4), LEARNED), ((1, 2, 3, 4), LEARNED),
        # The fifth week counts only where one of the four is no evidence.
        ((3, 4, 5), OPEN),
    ],
)  # fmt: skip
def test_three_of_four_that_were_never_recorded(empty: tuple[int, ...], expected: str) -> None:
    assert standing(counts_of(empty)) == expected


@pytest.mark.parametrize(
    ("weeks", "expected"), [(0, OPEN), (1, PROPOSED), (2, PROPOSED), (3, LEARNED), (4, LEARNED)]
)
def test_a_young_shop_learns_week_by_week(weeks: int, expected: str) -> None:
    counts = counts_of(range(1, weeks + 1), days=7 * weeks + 4)
    assert standing(counts) == expected


@pytest.mark.parametrize(
    ("status", "accepted", "expected"),
    [
        (GREEN, False, LEARNED), (AMBER, False, LEARNED), (SKIPPED, False, LEARNED),
        (RED, False, OPEN), (UNKNOWN, False, OPEN),
        (RED, True, LEARNED), (UNKNOWN, True, LEARNED), (WAIVED, True, LEARNED),
    ],
)  # fmt: skip
def test_what_was_recorded_decides_what_teaches(
    status: Status, accepted: bool, expected: str
) -> None:
    recorded = recorded_as(status, 1, 2, 3, accepted=accepted)
    assert standing(counts_of((1, 2, 3)), recorded) == expected


@pytest.mark.parametrize(
    ("red", "expected"),
    [((4,), LEARNED), ((1,), LEARNED), ((1, 2), PROPOSED), ((1, 2, 3, 4), OPEN)],
)
def test_a_red_day_that_nobody_accepted_does_not_count(red: tuple[int, ...], expected: str) -> None:
    assert standing(counts_of((1, 2, 3, 4)), recorded_as(RED, *red)) == expected


@pytest.mark.parametrize(
    ("empty", "recorded", "expected"),
    [
        ((1,), recorded_as(GREEN, 1), OPEN),  # three Sundays with events outnumber it
        ((1, 2), recorded_as(GREEN, 1, 2), PROPOSED),
        ((1, 2), recorded_as(RED, 1, 2, accepted=True), PROPOSED),
        ((1, 2), recorded_as(GREEN, 1), OPEN),  # the other one was never recorded
        ((1, 2), recorded_as(SKIPPED, 1, 2), OPEN),  # nor judged
    ],
)
def test_beside_days_with_events_only_judged_days_propose(
    empty: tuple[int, ...], recorded: Recorded, expected: str
) -> None:
    assert standing(counts_of(empty), recorded) == expected


def test_two_failed_days_in_two_weeks_teach_nothing() -> None:
    assert standing(counts_of((1,)), recorded_as(RED, 1)) == OPEN
    assert standing(counts_of((1,), days=10), recorded_as(RED, 1)) == OPEN


def test_a_history_that_cannot_be_read_teaches_nothing() -> None:
    events = DayEvents(counts_of((1, 2, 3, 4)), LIMIT)
    assert closed_weekday(events, SUNDAY, None) is None
    assert closed_weekday(events, SUNDAY, {}) is not None


def test_a_day_that_is_no_evidence_is_replaced_by_the_fifth_week() -> None:
    counts = counts_of((1, 3, 5))
    assert standing(counts) == OPEN
    del counts[sunday(2)]
    assert standing(counts) == LEARNED


def test_the_weeks_that_are_compared_end_where_a_week_had_no_event() -> None:
    lost = stretch(sunday(2), 8)
    counts = counts_of((1, 2, 3, 4), also=lost)
    weekday = closed_weekday(DayEvents(counts, LIMIT), SUNDAY, {})
    assert weekday is not None
    assert weekday.compared == (sunday(1), sunday(2))
    assert standing(counts_of((1, 2, 3, 4), also=lost[1:7])) == PROPOSED
    assert standing(counts_of((1, 2, 3, 4), also=lost[2:])) == LEARNED


def test_a_week_without_any_event_up_to_the_day_teaches_nothing() -> None:
    assert standing(counts_of((1, 2, 3, 4), also=stretch(SUNDAY, 7))) == OPEN


def test_an_outage_that_began_on_another_weekday_is_no_closed_day() -> None:
    saturday = SUNDAY - timedelta(days=1)
    counts = counts_of((1, 2, 3, 4), also=[saturday])
    assert standing(counts) == OPEN
    assert standing(counts, {saturday: RecordedStatus(GREEN)}) == OPEN
    assert standing(counts, {saturday: RecordedStatus(WAIVED, is_accepted=True)}) == LEARNED


@pytest.mark.parametrize("saturdays", [0, 1, 2, 3, 4])
def test_a_weekend_is_learned_day_by_day(saturdays: int) -> None:
    closed = [sunday(back) - timedelta(days=1) for back in range(saturdays + 1)]
    learned = standing(counts_of((1, 2, 3, 4), also=closed))
    assert learned == (LEARNED if saturdays >= 3 else OPEN)


def test_a_day_in_the_calendar_between_is_passed_over() -> None:
    counts = counts_of((1, 2, 3, 4))
    del counts[SUNDAY - timedelta(days=1)]
    assert standing(counts) == LEARNED
    counts[SUNDAY - timedelta(days=2)] = 0
    assert standing(counts) == OPEN


@pytest.mark.parametrize(("stray", "expected"), [(LIMIT, LEARNED), (LIMIT + 1, OPEN)])
def test_stray_events_do_not_make_an_open_day(stray: int, expected: str) -> None:
    assert standing(counts_of((1, 2, 3), stray=stray)) == expected


@pytest.mark.parametrize(
    ("empty", "days", "likeness"),
    [
        ((1, 2, 3, 4), 43, "as on the last 4 Sundays"),
        ((1, 2, 4), 43, "as on 3 of the last 4 Sundays"),
        ((1, 2), 17, "as on the last 2 Sundays"),
        ((1,), 10, "as on the last Sunday"),
    ],
)
def test_it_says_which_days_it_is_like(empty: tuple[int, ...], days: int, likeness: str) -> None:
    weekday = closed_weekday(DayEvents(counts_of(empty, days), LIMIT), SUNDAY, {})
    assert weekday is not None
    assert weekday.reason() == f"no event, {likeness}"
    assert weekday.entry == "closed: [sunday]"


def test_days_that_are_not_the_last_ones_are_not_called_so() -> None:
    counts = counts_of((1, 3, 4, 5), stray=2)
    del counts[sunday(2)]
    weekday = closed_weekday(DayEvents(counts, LIMIT), SUNDAY, {})
    assert weekday is not None
    assert weekday.reason() == "next to no event, as on 4 Sundays"
    only = {day: count for day, count in counts.items() if day > sunday(3)}
    del only[sunday(1)]
    only[sunday(2)] = 0
    weekday = closed_weekday(DayEvents(only, LIMIT), SUNDAY, {})
    assert weekday is not None
    assert weekday.likeness == "as on an earlier Sunday"


@pytest.mark.parametrize(
    ("special_day", "expected"),
    [
        (None, True), (SpecialDay("Easter"), True), (SpecialDay("Advent", 1.5), False),
        (SpecialDay("closed: Sunday", is_closed=True), False),
    ],
)  # fmt: skip
def test_a_day_on_which_the_calendar_expects_events_is_never_closed(
    special_day: SpecialDay | None, expected: bool
) -> None:
    calendar = Calendar({} if special_day is None else {SUNDAY: special_day})
    assert may_be_closed(SUNDAY, calendar) is expected


# ---- promises

EVENTS = st.integers(0, 40)
STATUSES = st.sampled_from([None, *(RecordedStatus(s, a) for s in Status for a in (True, False))])


@given(st.data())
def test_a_day_with_events_on_the_same_weekdays_is_never_excused(data: st.DataObject) -> None:
    days = stretch(SUNDAY, data.draw(st.integers(1, 60)))
    same = {sunday(back) for back in range(1, 6)}
    counts = {
        day: data.draw(st.integers(LIMIT + 1, 40) if day in same else EVENTS) for day in days
    } | {SUNDAY: 0}
    recorded = {day: status for day in days if (status := data.draw(STATUSES)) is not None}
    events = DayEvents(counts, LIMIT)
    assert closed_weekday(events, SUNDAY, recorded) is None
    assert not was_always_empty(events, SUNDAY)


@given(st.data())
def test_what_is_learned_rests_on_three_empty_days_that_stopped_nothing(
    data: st.DataObject,
) -> None:
    days = stretch(SUNDAY, data.draw(st.integers(22, 43)))
    sparse = st.sampled_from([0, 0, 0, LIMIT + 1])
    counts = {
        day: data.draw(sparse if day.weekday() == 6 else st.sampled_from([0, 40, 40]))
        for day in days
    }
    recorded = {
        day: status
        for day in days
        if day.weekday() == 6 and (status := data.draw(STATUSES)) is not None
    }
    weekday = closed_weekday(DayEvents(counts, LIMIT), SUNDAY, recorded)
    if weekday is None:
        return
    assert not counts[SUNDAY]
    assert (len(weekday.empty) >= 3) is weekday.is_learned
    assert set(weekday.empty) <= set(weekday.compared) <= {sunday(back) for back in range(1, 6)}
    for day in weekday.empty:
        assert not counts[day]
        known = recorded.get(day)
        assert known is None or known.is_accepted or known.status not in (RED, UNKNOWN)
    assert any(counts[SUNDAY - timedelta(days=back)] for back in range(1, 7))


@given(st.sets(st.integers(1, 4)), st.sets(st.integers(1, 4)))
def test_another_accepted_day_never_makes_it_worse(empty: set[int], accepted: set[int]) -> None:
    order = (OPEN, PROPOSED, LEARNED)
    red = recorded_as(RED, *empty)
    better = {**red, **recorded_as(RED, *(accepted & empty), accepted=True)}
    counts = counts_of(empty)
    assert order.index(standing(counts, better)) >= order.index(standing(counts, red))


# ---- the checks


def daily_of(
    by_name: Mapping[str, Mapping[date, int]], calendar: Calendar | None = None
) -> DailyCounts:
    days = tuple(sorted({day for counts in by_name.values() for day in counts}))
    counted = {
        day: DayCounts(
            day,
            {NAME: Values({n: c[day] for n, c in by_name.items() if c.get(day)})},
        )
        for day in days
    }
    return DailyCounts(days, counted, calendar or Calendar())


def window_of(daily: DailyCounts, newest: datetime | None = None) -> EventCounts:
    """The last eight days as the window has them."""
    days = daily.days[-8:]
    by_name = {
        name: tuple(daily.counted[day].by_dimension[NAME].of(name) or 0 for day in days)
        for name in daily.values(NAME)
    }
    bought = by_name.get("purchase", (0,) * len(days))
    return EventCounts(
        days=days,
        by_name={name: counts for name, counts in by_name.items() if any(counts)},
        purchases=Purchases(bought, bought),
        purchase_names=("purchase",),
        newest=newest,
        calendar=daily.calendar,
    )


def fresh(
    counts: Mapping[date, int],
    recorded: Recorded | None = None,
    frame: Timeframe = FRAME,
    newest: datetime | None = None,
) -> Judgement:
    daily = daily_of({"page_viewed": counts})
    measured = freshness.Measured(window_of(daily, newest), total_events(daily), recorded or {})
    return freshness.judge(freshness.Params(), measured, frame)


def test_freshness_is_green_and_says_why_and_what_would_say_so_for_good() -> None:
    judgement = fresh(counts_of((1, 2, 3, 4)))
    assert (judgement.status, judgement.message, judgement.action) == (
        GREEN, "lag=none (no event, as on the last 4 Sundays)", "Nothing to do",
    )  # fmt: skip
    assert judgement.summary == (
        "Sunday 9 March has no event, as on the last 4 Sundays, and counts as closed; "
        "`closed: [sunday]` in `calendar` would say so for good"
    )
    assert judgement.facts.is_closed
    assert judgement.details["closed_weekday"] == {
        "learned": True, "entry": "closed: [sunday]",
        "empty": [sunday(back) for back in range(1, 5)],
        "compared": [sunday(back) for back in range(1, 5)],
    }  # fmt: skip


def test_freshness_proposes_the_entry_and_says_what_to_do_otherwise() -> None:
    judgement = fresh(counts_of((1, 2), days=17))
    assert (judgement.status, judgement.message) == (AMBER, "lag=none (max 6h)")
    assert judgement.summary == (
        "Sunday 9 March has no event, as on the last 2 Sundays; after 3 such Sundays the weekday "
        "counts as closed"
    )
    assert judgement.action == (
        "If the shop is closed on Sundays, add `closed: [sunday]` to `calendar`; else load "
        "2025-03-09 and run the gate again"
    )
    assert not judgement.facts.is_closed
    assert not judgement.facts.fails_for_empty_day


def test_freshness_is_red_as_ever_and_names_the_entry_where_no_such_day_had_events() -> None:
    plain = "Load the missing part of 2025-03-09, or find out why it did not arrive, then run the "
    judgement = fresh(counts_of((1,)))
    assert (judgement.status, judgement.action) == (RED, f"{plain}gate again")
    judgement = fresh(counts_of((1, 2, 3, 4)), recorded_as(RED, 1, 2, 3, 4))
    assert (judgement.status, judgement.action) == (
        RED, f"{plain}gate again; if the shop is closed on Sundays, add `closed: [sunday]` to "
        "`calendar`",
    )  # fmt: skip


@pytest.mark.parametrize("expected_date", [None, SUNDAY + timedelta(days=1)])
def test_a_shop_without_any_event_is_red(expected_date: date | None) -> None:
    frame = replace(FRAME, expected_date=expected_date)
    assert fresh(dict.fromkeys(stretch(SUNDAY, 43), 0), frame=frame).status is RED


@pytest.mark.parametrize(("stray", "status"), [(5, GREEN), (6, RED)])
def test_freshness_takes_a_few_stray_events_for_none(stray: int, status: Status) -> None:
    night = datetime.combine(SUNDAY, time(3), UTC)
    judgement = fresh(counts_of((1, 2, 3, 4), stray=stray), newest=night)
    assert judgement.status is status
    if status is GREEN:
        assert judgement.message == ("lag=not judged (next to no event, as on the last 4 Sundays)")
        assert judgement.summary.startswith("Sunday 9 March has 5 events, next to none, as on")
    else:
        assert judgement.message == "lag=21.0h (max 6h)"


def test_stray_events_that_reach_the_end_of_the_day_are_judged_as_ever() -> None:
    late = datetime.combine(SUNDAY, time(23), UTC)
    assert fresh(counts_of((1, 2, 3, 4), stray=3), newest=late).message == "lag=1.0h (max 6h)"


@pytest.mark.parametrize(("usual", "status"), [(9, RED), (10, GREEN)])
def test_while_the_day_lasts_enough_events_have_to_be_usual_by_now(
    usual: int, status: Status
) -> None:
    counts = {day: usual if count else 0 for day, count in counts_of((1, 2, 3, 4)).items()}
    lasting = Timeframe(SUNDAY, SUNDAY, datetime(2025, 3, 9, 1, tzinfo=UTC), ZONE)
    assert fresh(counts, frame=lasting).status is status
    assert fresh(counts).status is GREEN


@pytest.mark.parametrize("recorded", [None, {}])
def test_without_the_daily_counts_or_the_history_it_is_red(recorded: Recorded | None) -> None:
    daily = daily_of({"page_viewed": counts_of((1, 2, 3, 4))})
    by_day = None if recorded is not None else total_events(daily)
    measured = freshness.Measured(window_of(daily), by_day, recorded)
    assert freshness.judge(freshness.Params(), measured, FRAME).status is RED


@pytest.mark.parametrize(
    ("days", "empty", "status", "message"),
    [
        (43, (1, 2, 3, 4), GREEN, "lag=0.5h (max 6h)"),
        (17, (1, 2), AMBER, "lag=24.5h (max 6h)"),
        (43, (1,), RED, "lag=24.5h (max 6h)"),
    ],
)
def test_a_newest_day_before_a_closed_one_is_not_behind(
    days: int, empty: tuple[int, ...], status: Status, message: str
) -> None:
    saturday = SUNDAY - timedelta(days=1)
    counts = {day: count for day, count in counts_of(empty, days).items() if day <= saturday}
    frame = replace(FRAME, data_date=saturday, expected_date=SUNDAY)
    judgement = fresh(counts, frame=frame, newest=datetime.combine(saturday, time(23, 30), UTC))
    assert (judgement.status, judgement.message) == (status, message)
    if status is GREEN:
        assert "Sunday 9 March has no event, as on the last 4 Sundays" in judgement.summary


def test_a_newest_day_that_ends_early_is_red_before_a_closed_one_too() -> None:
    saturday = SUNDAY - timedelta(days=1)
    counts = {d: c for d, c in counts_of((1, 2, 3, 4)).items() if d <= saturday}
    frame = replace(FRAME, data_date=saturday, expected_date=SUNDAY)
    judgement = fresh(counts, frame=frame, newest=datetime.combine(saturday, time(16), UTC))
    assert (judgement.status, judgement.message) == (RED, "lag=8.0h (max 6h)")


def silence(
    by_name: Mapping[str, Mapping[date, int]],
    recorded: Recorded | None = None,
    accepted: tuple[StoredAcceptance, ...] = (),
) -> Judgement:
    daily = daily_of(by_name)
    measured = event_volume.Measured(
        window_of(daily), daily, accepted=accepted, recorded={} if recorded is None else recorded
    )
    return event_volume.judge(event_volume.Params(), measured, FRAME)


def steady(days: int = 43) -> dict[date, int]:
    return dict.fromkeys(stretch(SUNDAY, days), 100)


def test_a_whole_closed_day_is_green_by_names_and_ends_no_incident() -> None:
    counts = counts_of((1, 2, 3, 4))
    judgement = silence({"page_viewed": counts, "purchase": counts})
    assert (judgement.status, judgement.message) == (
        GREEN, "silent=0 (no event, as on the last 4 Sundays)",
    )  # fmt: skip
    assert "`closed: [sunday]` in `calendar` would say so for good" in judgement.summary
    assert judgement.facts.is_closed
    assert judgement.facts.closed_weekday == "no 'purchase', as on the last 4 Sundays"
    assert judgement.details["closed"] == ["page_viewed", "purchase"]


def test_a_name_that_rests_on_a_weekday_is_told_and_proposes_no_closed_day() -> None:
    resting = counts_of((1, 2, 3, 4))
    judgement = silence({"page_viewed": steady(), "newsletter": resting})
    assert (judgement.status, judgement.message) == (GREEN, "silent=0 (max 0)")
    assert judgement.summary.endswith("; no event, as on the last 4 Sundays: 'newsletter'")
    assert "calendar" not in judgement.summary
    assert not judgement.facts.is_closed
    assert judgement.facts.closed_weekday is None
    young = silence({"page_viewed": steady(), "newsletter": counts_of((1, 2), days=17)})
    assert (young.status, young.message) == (AMBER, "silent=1 (max 0)")
    assert young.action == (
        "Find out whether 'newsletter' is without events on Sundays by right; if not, test the "
        "tracking on the live site"
    )
    assert "'newsletter' has no event on Sunday 9 March, usually 100 a day, as on the" in (
        young.summary
    )


def test_one_silent_name_is_red_beside_those_that_rest() -> None:
    resting = counts_of((1, 2, 3, 4))
    dead = {day: 100 if day < SUNDAY - timedelta(days=3) else 0 for day in resting}
    dead |= {sunday(back): 0 for back in range(1, 5)}
    judgement = silence({"page_viewed": resting, "checkout": dead})
    assert (judgement.status, judgement.message) == (RED, "silent=1 (max 0)")
    assert judgement.details["silent"] == ["checkout"]
    assert judgement.details["closed"] == ["page_viewed"]


@pytest.mark.parametrize(("stray", "status"), [(9, GREEN), (10, RED)])
def test_a_name_is_empty_below_a_tenth_of_the_usual(stray: int, status: Status) -> None:
    """As for a silence, where the earlier Sundays had some."""
    resting = counts_of((1, 2, 3, 4), stray=stray) | {SUNDAY: 0}
    assert silence({"page_viewed": steady(), "newsletter": resting}).status is status


@pytest.mark.parametrize(("usual", "status"), [(9, RED), (10, GREEN)])
def test_a_rare_name_has_no_closed_weekday(usual: int, status: Status) -> None:
    """It is silent as it is expected; on days without it that is by chance."""
    resting = {day: usual if n else 0 for day, n in counts_of((1, 2, 3, 4)).items()}
    daily = daily_of({"page_viewed": steady(), "refund": resting})
    measured = event_volume.Measured(window_of(daily), daily, recorded={})
    params = event_volume.Params(expected=("refund",))
    assert event_volume.judge(params, measured, FRAME).status is status


def test_a_name_that_comes_on_one_weekday_only_is_learned_for_the_others() -> None:
    weekly = {day: 700 if day.weekday() == 2 else 0 for day in stretch(SUNDAY, 43)}
    judgement = silence({"page_viewed": steady(), "newsletter": weekly})
    assert (judgement.status, judgement.details["closed"]) == (GREEN, ["newsletter"])
    lost = {day: 700 if day.weekday() == 6 and day < SUNDAY else 0 for day in weekly}
    assert silence({"page_viewed": steady(), "newsletter": lost}).status is RED


def test_the_whole_day_is_proposed_by_names_too() -> None:
    counts = counts_of((1,), days=10)
    judgement = silence({"page_viewed": counts, "purchase": counts})
    assert (judgement.status, judgement.message) == (AMBER, "silent=2 (max 0)")
    assert judgement.action == (
        "If the shop is closed on Sundays, add `closed: [sunday]` to `calendar`; else load "
        "2025-03-09 and run the gate again"
    )
    assert not judgement.facts.fails_for_empty_day


def test_a_check_that_was_red_teaches_no_name() -> None:
    counts = {"page_viewed": steady(), "newsletter": counts_of((1, 2, 3, 4))}
    assert silence(counts, recorded_as(RED, 1, 2, 3, 4)).status is RED
    assert silence(counts, recorded_as(RED, 1, 2)).status is AMBER
    assert silence(counts, recorded_as(RED, 1)).status is GREEN


@pytest.mark.parametrize("revoked", [False, True])
@pytest.mark.parametrize("subject", ["newsletter", "page_viewed"])
def test_a_name_that_was_accepted_on_a_day_teaches(subject: str, revoked: bool) -> None:
    counts = {"page_viewed": steady(), "newsletter": counts_of((1, 2, 3, 4))}
    at = datetime(2025, 3, 3, tzinfo=UTC)
    accepted = tuple(
        StoredAcceptance(
            back, "shop", "event_volume", "event", subject, "Mia", "rests", sunday(back), at,
            at if revoked else None, "Mia" if revoked else None,
        )
        for back in (1, 2, 3)
    )  # fmt: skip
    judgement = silence(counts, recorded_as(RED, 1, 2, 3, 4), accepted)
    is_learned = subject == "newsletter" and not revoked
    assert judgement.status is (GREEN if is_learned else RED)


def test_an_acceptance_ends_where_the_name_returns() -> None:
    """Given for one Sunday, it covers no later one: the name was there on the Monday between."""
    counts = {"page_viewed": steady(), "newsletter": counts_of((1, 2, 3, 4))}
    at = datetime(2025, 2, 10, tzinfo=UTC)
    accepted = StoredAcceptance(
        1, "shop", "event_volume", "event", "newsletter", "Mia", "rests", sunday(4), at
    )
    judgement = silence(counts, recorded_as(RED, 1, 2, 3, 4), (accepted,))
    assert judgement.status is AMBER
    assert _named(judgement, "newsletter")["closed_weekday"]["empty"] == [sunday(4)]


def _named(judgement: Judgement, name: str) -> Any:
    return next(own for own in judgement.details["names"] if own["name"] == name)


def test_a_name_that_is_not_told_apart_on_the_day_is_not_excused() -> None:
    daily = daily_of({"page_viewed": counts_of((1, 2, 3, 4))})
    crowded = DayCounts(SUNDAY, {NAME: Values({"other": 5}, rest=7)})
    daily = replace(daily, counted={**daily.counted, SUNDAY: crowded})
    assert name_events(daily, "page_viewed") is None


def test_hostile_names_stay_inert() -> None:
    judgement = silence({"page_viewed": steady(), HOSTILE: counts_of((1, 2), days=17)})
    assert not any(bad in text for bad in FORBIDDEN for text in texts(judgement))


@pytest.mark.parametrize("check", ["missing_revenue", "orphan_orders"])
@pytest.mark.parametrize("reporter", ["event_volume", "freshness"])
@pytest.mark.parametrize("status", [GREEN, AMBER])
def test_a_day_that_lacks_purchases_alone_is_skipped_on_a_closed_weekday(
    check: str, reporter: str, status: Status
) -> None:
    why = "no 'purchase', as on the last 4 Sundays"
    said = Judgement(status, "m=0", "It is so", "Nothing to do", facts=Facts(closed_weekday=why))
    others = {reporter: verdict(get_check(reporter), said)}
    lacking = unknown("m", Cause.BAD_VALUE, "no purchases", what="It",
                      facts=Facts(lacks_purchases=True))  # fmt: skip
    guarded = verdict(get_check(check), lacking, others=others)
    assert (guarded.status, guarded.message) == (
        SKIPPED, f"{get_check(check).metric}=skipped ({why})",
    )  # fmt: skip
    other_fault = replace(lacking, facts=Facts())
    assert verdict(get_check(check), other_fault, others=others).status is UNKNOWN
    silent = {reporter: verdict(get_check(reporter), replace(said, facts=Facts()))}
    assert verdict(get_check(check), lacking, others=silent).status is UNKNOWN


def test_a_column_without_a_time_of_day_is_unknown_as_ever() -> None:
    daily = daily_of({"page_viewed": counts_of((1, 2, 3, 4), stray=3)})
    events = replace(
        window_of(daily), newest_problem=Unmeasured(Cause.BAD_VALUE, "column 'd' is a DATE")
    )
    measured = freshness.Measured(events, total_events(daily), {})
    assert freshness.judge(freshness.Params(), measured, FRAME).status is UNKNOWN


def test_days_in_the_calendar_are_no_evidence() -> None:
    counts = counts_of((1, 3, 5))
    calendar = Calendar({sunday(2): SpecialDay("Fair"), sunday(4): SpecialDay("x", is_closed=True)})
    daily = daily_of({"page_viewed": counts}, calendar)
    weekday = closed_weekday(total_events(daily), SUNDAY, {})
    assert weekday is not None
    assert weekday.is_learned
    assert weekday.compared == (sunday(1), sunday(3), sunday(5))
    named = name_events(daily, "page_viewed")
    assert named is not None
    assert closed_weekday(named, SUNDAY, {}) == weekday


def test_a_judged_day_is_known_though_it_is_a_holiday() -> None:
    calendar = Calendar({SUNDAY: SpecialDay("Easter")})
    daily = daily_of({"page_viewed": counts_of((1, 2, 3, 4))}, calendar)
    assert closed_weekday(total_events(daily), SUNDAY, {}) is not None


def test_the_run_date_of_the_samples_is_a_sunday() -> None:
    assert RUN == SUNDAY
