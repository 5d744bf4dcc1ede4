"""A closed data date, by every check that knows of one; and closed days among the days before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.catalog import (
    event_volume,
    freshness,
    log_entry_exists_today,
    missing_revenue,
    orphan_orders,
    quarantine_rate,
    rows_read,
    run_status,
    volume_expected,
    volume_trend,
    volume_zscore,
)
from checks.catalog._rejected_share import RejectedShare
from checks.core.audit_log import StrayEntry
from checks.core.calendar import Calendar, SpecialDay
from checks.core.counts import DailyCounts
from checks.core.metrics import RejectedRows
from checks.core.model import Judgement, Status
from checks.core.schedule import Schedule
from checks.core.subjects import HIGH, SIDE
from checks.detection.baseline import baseline
from checks.loads.open_runs import open_runs
from tests.catalog.samples import (
    DAY,
    FRAME,
    LIVE,
    NOON,
    RUN,
    ZONE,
    daily,
    entry,
    events,
    log,
    measured,
    orders,
    window,
)

RED, AMBER, GREEN = Status.RED, Status.AMBER, Status.GREEN
SKIPPED, UNKNOWN = Status.SKIPPED, Status.UNKNOWN
WHY = "closed: Saturday"


def calendar_of(*days: date) -> Calendar:
    return Calendar({day: SpecialDay(f"closed: {day:%A}", is_closed=True) for day in days})


CLOSED = calendar_of(DAY)
CLOSED_FRAME = replace(FRAME, calendar=CLOSED)
EMPTY = (100,) * 7 + (0,)


def of_events(today: int, **fields: Any) -> Any:
    fields = {"newest": None if not today else NOON, "bought": (20,) * 7 + (0,)} | fields
    return events({"page_view": (100,) * 7 + (today,)}, calendar=CLOSED, **fields)


def of_daily(today: int, before: Sequence[int] = (1000,) * 60) -> DailyCounts:
    return daily((*before, today), calendar=CLOSED)


# ---- volume_expected: the one voice where there are too many


@pytest.mark.parametrize(
    ("today", "status"),
    [(0, GREEN), (1, GREEN), (49, GREEN), (50, GREEN), (51, AMBER), (1000, AMBER), (10**9, AMBER)],
)
@pytest.mark.parametrize("frame", [FRAME, LIVE])
def test_more_than_a_twentieth_of_a_usual_open_day_is_amber(
    today: int, status: Status, frame: Any
) -> None:
    judgement = volume_expected.judge(volume_expected.Params(), of_daily(today), frame)
    assert judgement.status is status
    assert judgement.message == f"volume={today} ({WHY}, at most 50)"
    assert (judgement.value, judgement.threshold) == (today, 50)
    assert judgement.subjects == {SIDE: (HIGH,) if status is AMBER else ()}
    if status is AMBER:
        assert judgement.action == (
            "Find out why 2025-03-08 has events, or remove the day from `calendar.closed`"
        )


@pytest.mark.parametrize(("usual", "limit"), [(30, 1), (20, 1), (19, 0), (1, 0), (39, 1), (40, 2)])
def test_the_limit_shown_is_the_most_that_passes(usual: int, limit: int) -> None:
    at, above = (
        volume_expected.judge(volume_expected.Params(), of_daily(today, (usual,) * 30), FRAME)
        for today in (limit, limit + 1)
    )
    assert (at.status, above.status) == (GREEN, AMBER)
    assert at.message.endswith(f"at most {limit})")


@pytest.mark.parametrize("before", [(), (0,) * 20])
def test_where_no_usual_day_is_known_any_event_is_amber(before: Sequence[int]) -> None:
    none, some = (
        volume_expected.judge(volume_expected.Params(), of_daily(today, before), FRAME)
        for today in (0, 1)
    )
    assert (none.status, none.message) == (GREEN, f"volume=0 ({WHY}, at most 0)")
    assert (some.status, some.message) == (AMBER, f"volume=1 ({WHY}, at most 0)")


def test_a_young_shop_is_compared_with_the_days_that_it_has() -> None:
    seen = of_daily(10_000, (900, 1100))
    assert volume_expected.judge(volume_expected.Params(), seen, FRAME).message == (
        f"volume=10000 ({WHY}, at most 50)"
    )


def test_outages_and_closed_days_do_not_say_what_an_open_day_has() -> None:
    closed = [day for day in window(61)[:-1] if day.weekday() == 6]
    counts = [0 if day in closed else 0 if index == 55 else 1000
              for index, day in enumerate(window(61)[:-1])]  # fmt: skip
    seen = daily((*counts, 51), calendar=calendar_of(DAY, *closed))
    judgement = volume_expected.judge(volume_expected.Params(), seen, FRAME)
    assert judgement.details["usual_open_day"] == 1000
    assert judgement.status is AMBER


# ---- the other checks of events


@pytest.mark.parametrize("today", [0, 1, 51, 5000])
def test_freshness_is_green_and_says_why(today: int) -> None:
    judgement = freshness.judge(
        freshness.Params(), freshness.Measured(of_events(today)), CLOSED_FRAME
    )
    lag = "not judged" if today else "none"
    assert (judgement.status, judgement.message) == (GREEN, f"lag={lag} ({WHY})")
    assert judgement.action == "Nothing to do"


def test_a_newest_day_that_is_behind_is_red_although_it_is_closed() -> None:
    frame = replace(CLOSED_FRAME, expected_date=RUN)
    assert (
        freshness.judge(freshness.Params(), freshness.Measured(of_events(3)), frame).status is RED
    )


@pytest.mark.parametrize("today", [0, 1, 5000])
def test_comparisons_are_skipped(today: int) -> None:
    seen = of_events(today)
    results = [
        volume_zscore.judge(volume_zscore.Params(), seen, FRAME),
        event_volume.judge(
            event_volume.Params(expected=("purchase",)),
            event_volume.Measured(seen, of_daily(today)), FRAME,
        ),
        volume_trend.judge(volume_trend.Params(), of_daily(today), FRAME),
    ]  # fmt: skip
    assert [(judgement.status, judgement.message) for judgement in results] == [
        (SKIPPED, f"z=skipped ({WHY})"),
        (SKIPPED, f"silent=skipped ({WHY})"),
        (SKIPPED, f"change=skipped ({WHY})"),
    ]


def test_no_purchases_and_no_orders_are_right() -> None:
    seen = of_events(0)
    revenue = missing_revenue.judge(missing_revenue.Params(), seen, CLOSED_FRAME)
    orphans = orphan_orders.judge(
        orphan_orders.Params(), orphan_orders.Measured(orders(0), seen), CLOSED_FRAME
    )
    assert (revenue.status, revenue.message) == (SKIPPED, f"pct_missing_revenue=skipped ({WHY})")
    assert (orphans.status, orphans.message) == (SKIPPED, f"orphan_orders=skipped ({WHY})")


def test_purchases_and_orders_of_a_closed_day_are_judged_as_ever() -> None:
    seen = of_events(3, bought=(20,) * 7 + (3,), usable=(20,) * 7 + (0,))
    revenue = missing_revenue.judge(missing_revenue.Params(), seen, CLOSED_FRAME)
    orphans = [
        orphan_orders.judge(orphan_orders.Params(), orphan_orders.Measured(found, seen), frame)
        for found, frame in ((orders(0), CLOSED_FRAME), (orders(3, (1, 0, 0)), CLOSED_FRAME))
    ]
    assert revenue.status is RED
    assert [judgement.status for judgement in orphans] == [UNKNOWN, RED]


# ---- the checks of the log


def judged_log(*today: Any, frame: Any = CLOSED_FRAME, **fields: Any) -> dict[str, Judgement]:
    seen = log(*today, **fields)
    return {
        "entries": log_entry_exists_today.judge(log_entry_exists_today.Params(), seen, frame),
        "rows": rows_read.judge(rows_read.Params(), seen, frame),
        "failed": run_status.judge(run_status.Params(), seen, frame),
        "rate": quarantine_rate.judge(
            quarantine_rate.Params(), quarantine_rate.Measured(seen, RejectedRows()), frame
        ),
    }


def test_a_run_of_closed_days_needs_no_entry() -> None:
    results = judged_log()
    assert {name: (found.status, found.message) for name, found in results.items()} == {
        "entries": (GREEN, f"entries=0 ({WHY})"),
        "rows": (SKIPPED, f"rows_read=skipped ({WHY})"),
        "failed": (SKIPPED, f"failed=skipped ({WHY})"),
        "rate": (SKIPPED, f"rate=skipped ({WHY})"),
    }


def test_a_run_of_closed_days_may_read_nothing() -> None:
    results = judged_log(entry(read=0, quarantined=0))
    assert {name: (found.status, found.message) for name, found in results.items()} == {
        "entries": (GREEN, "entries=1 (min 1)"),
        "rows": (GREEN, f"rows_read=0 ({WHY})"),
        "failed": (GREEN, "failed=0 (max 0)"),
        "rate": (SKIPPED, f"rate=skipped ({WHY})"),
    }
    assert not any(found.facts.explains_empty_day for found in results.values())


def test_what_a_run_of_closed_days_reads_is_judged_as_ever() -> None:
    results = judged_log(entry(read=100, quarantined=7, status="failed"))
    assert results["failed"].status is results["rate"].status is RED
    assert results["rows"].message == "rows_read=100 (min 1)"


def test_a_failed_entry_is_red_with_and_without_a_time() -> None:
    assert judged_log(entry(read=0, quarantined=0, status="failed"))["failed"].status is RED
    stray = StrayEntry("web.csv", "failed")
    assert judged_log(undated=(stray,))["failed"].status is RED
    assert judged_log(undated=(replace(stray, status="success"),))["failed"].status is AMBER


@pytest.mark.parametrize(
    ("closed", "is_closed"),
    [((), False), ((7,), False), ((8,), False), ((7, 8), True), ((6, 7, 8), True), ((6,), False)],
)
def test_all_days_that_a_run_loads_have_to_be_closed(
    closed: tuple[int, ...], is_closed: bool
) -> None:
    class SinceThursday(Schedule):
        """Loads Friday and Saturday."""

        def loaded_dates(self, run_date: date) -> tuple[date, ...]:
            return run_date - timedelta(days=2), run_date - timedelta(days=1)

    frame = replace(
        FRAME, schedule=SinceThursday(ZONE),
        calendar=calendar_of(*(date(2025, 3, day) for day in closed)),
    )  # fmt: skip
    assert (frame.closed_run_reason is not None) is is_closed
    results = judged_log(frame=frame)
    assert results["entries"].status is (GREEN if is_closed else RED)
    assert results["rows"].status is (SKIPPED if is_closed else UNKNOWN)
    read_nothing = judged_log(entry(read=0, quarantined=0), frame=frame)
    assert read_nothing["rows"].status is (GREEN if is_closed else RED)


def test_an_invalid_count_is_unknown_on_a_closed_day_too() -> None:
    assert judged_log(entry(read=0, quarantined=1))["rate"].status is UNKNOWN


@pytest.mark.parametrize(("rejected", "status"), [(0, SKIPPED), (1, RED)])
def test_the_share_without_a_log(rejected: int, status: Status) -> None:
    share = RejectedShare(RejectedRows(rejected), 0)
    judgement = quarantine_rate.judge(quarantine_rate.Params(), share, CLOSED_FRAME)
    assert judgement.status is status


def test_runs_of_closed_days_do_not_say_what_is_usual() -> None:
    earlier = {RUN - timedelta(days=back): [entry()] for back in range(1, 8)}
    seen = log(entry(), earlier=earlier)
    frame = replace(FRAME, schedule=Schedule(ZONE), calendar=calendar_of(date(2025, 3, 2)))
    assert set(seen.entries) - set(open_runs(seen, frame).entries) == {date(2025, 3, 3)}
    assert open_runs(seen, FRAME) is seen


# ---- closed days among the days before


def test_the_window_is_of_open_days() -> None:
    days = window(20)
    closed = [day for day in days[:-1] if day.weekday() >= 5]
    series = tuple(5000 if day in closed else 100 for day in days)
    seen = events(
        {"page_view": series}, bought=tuple(number // 5 for number in series),
        calendar=calendar_of(*closed),
    ).open_window(7)  # fmt: skip
    assert [day.day for day in seen.days] == [27, 28, 3, 4, 5, 6, 7, 8]
    assert set(seen.totals()) == {100}
    assert seen.usual_purchases() == 20
    judgement = volume_zscore.judge(volume_zscore.Params(), seen, FRAME)
    assert judgement.message == "z=0.00 (below 3.0)"


def test_without_closed_days_the_window_is_as_ever() -> None:
    seen = events({"page_view": (100,) * 20}, bought=(20,) * 20)
    assert seen.open_window(7) == seen.last(8)


@pytest.mark.parametrize(("open_days", "status"), [(6, SKIPPED), (7, GREEN), (8, GREEN)])
def test_a_shop_learns_on_open_days(open_days: int, status: Status) -> None:
    days = window(30)
    opened = [day for day in days[:-1] if day.weekday() not in (5, 6)][-open_days:]
    closed = [day for day in days[:-1] if day.weekday() in (5, 6)]
    series = tuple(100 if day in opened or day == DAY else 0 for day in days)
    seen = events(
        {"page_view": series}, bought=(0,) * 30, calendar=calendar_of(*closed), has_earlier=False
    )
    assert volume_zscore.judge(volume_zscore.Params(), seen.open_window(7), FRAME).status is status
    counts = daily(series, calendar=calendar_of(*closed))
    open_counts = replace(counts, days=tuple(day for day in counts.days if day not in closed))
    assert volume_expected.judge(volume_expected.Params(), open_counts, FRAME).status is status


def trend_of(closed: Sequence[date], level: Sequence[float], days: int = 112) -> Judgement:
    shown = window(days)
    counts = daily(
        [0 if day in closed else round(1000 * level[index - days])
         for index, day in enumerate(shown)],
        calendar=calendar_of(*closed),
    )  # fmt: skip
    opened = replace(counts, days=tuple(day for day in counts.days if day not in closed))
    return volume_trend.judge(volume_trend.Params(), opened, FRAME)


FLAT, SUNK = (1.0,) * 112, (1.0,) * 105 + (0.8,) * 7
WEEKLY = {
    "sundays": [day for day in window(112) if day.weekday() == 6],
    "three days a week": [day for day in window(112) if day.weekday() in (6, 0, 1)],
    "one holiday": [date(2025, 3, 5)],
    "a fortnight in January": [date(2025, 1, day) for day in range(6, 20)],
}


@pytest.mark.parametrize("closed", WEEKLY.values(), ids=list(WEEKLY))
def test_the_trend_of_a_shop_with_closed_days(closed: Sequence[date]) -> None:
    flat, sunk = trend_of(closed, FLAT), trend_of(closed, SUNK)
    assert (flat.status, sunk.status) == (GREEN, AMBER)


def test_a_week_of_closed_days_has_no_trend() -> None:
    closed = [date(2025, 3, day) for day in (4, 5, 6)]
    judgement = trend_of(closed, FLAT)
    assert judgement.message == "change=skipped (too many of the days before are closed)"


def test_a_week_without_events_is_not_excused_by_a_closed_day() -> None:
    closed = [date(2025, 3, 7)]
    outage = (1.0,) * 105 + (0.0,) * 6 + (1.0,)
    assert trend_of(closed, outage).status in (UNKNOWN, AMBER)


def test_three_open_days_are_a_level_across_a_closed_one() -> None:
    days = window(40)
    monday = date(2025, 3, 3)
    counts = dict.fromkeys(days, 1000)
    new = [date(2025, 2, 28), date(2025, 3, 1), monday]
    counts |= dict.fromkeys(new, 3000)
    sundays = calendar_of(*(day for day in days if day.weekday() == 6))
    days_before = baseline(counts, date(2025, 3, 4), sundays)
    assert days_before.level is not None
    assert days_before.level.since == new[0]
    assert [ranged.day for ranged in days_before.level.days] == new
    assert not any(day.weekday() == 6 for day in days_before.kept)


# ---- promises

COUNTS = st.lists(st.integers(0, 3000), min_size=30, max_size=60)
CLOSURES = st.sets(st.integers(1, 60), max_size=25)
QUICK = settings(max_examples=150, deadline=None)


def judged_open_day(counts: Sequence[int], closed: Sequence[date]) -> dict[str, Status]:
    """The statuses of the judged, open day; the closed days were inserted without events."""
    seen = daily(counts, calendar=calendar_of(*closed))
    seen = replace(seen, days=tuple(day for day in seen.days if day not in closed))
    named = events(
        {"page_view": counts}, bought=(0,) * len(counts), calendar=calendar_of(*closed)
    ).open_window(7)
    return {
        "volume_expected": volume_expected.judge(volume_expected.Params(), seen, FRAME).status,
        "volume_zscore": volume_zscore.judge(volume_zscore.Params(), named, FRAME).status,
        "event_volume": event_volume.judge(
            event_volume.Params(), event_volume.Measured(named, seen), FRAME
        ).status,
    }


@QUICK
@given(weeks=st.lists(st.integers(200, 3000), min_size=36, max_size=36), today=st.integers(0, 9000))
def test_a_closed_weekday_without_events_turns_no_open_day_green(
    weeks: list[int], today: int
) -> None:
    """With the closed days told, an open day is red wherever the same open days are, by Z-score."""
    days = window(43)
    closed = [day for day in days if day.weekday() == 6]
    opened = iter(weeks)
    counts = [0 if day in closed else next(opened) for day in days[:-1]]
    with_closed = judged_open_day((*counts, today), closed)
    only_open = events({"page_view": (*weeks[-7:], today)}, bought=(0,) * 8)
    assert with_closed["volume_zscore"] is (
        volume_zscore.judge(volume_zscore.Params(), only_open, FRAME).status
    )


@QUICK
@given(counts=COUNTS, closures=CLOSURES)
def test_an_open_day_without_events_is_never_green(counts: list[int], closures: set[int]) -> None:
    closed = [DAY - timedelta(days=back) for back in closures]
    filled = [
        0 if day in closed else count
        for day, count in zip(window(len(counts)), counts, strict=True)
    ]
    filled[-1] = 0
    judged = events(
        {"page_view": filled}, bought=(0,) * len(filled), calendar=calendar_of(*closed), newest=None
    ).open_window(7)
    assert freshness.judge(freshness.Params(), freshness.Measured(judged), FRAME).status is RED


@QUICK
@given(counts=COUNTS, closures=CLOSURES)
def test_a_closed_day_without_events_is_never_red(counts: list[int], closures: set[int]) -> None:
    closed = [DAY - timedelta(days=back) for back in closures] + [DAY]
    calendar, filled = calendar_of(*closed), [*counts[:-1], 0]
    seen = events(
        {"page_view": filled}, bought=(0,) * len(filled), newest=None, calendar=calendar
    ).open_window(7)
    frame = replace(FRAME, calendar=calendar)
    counted = replace(daily(filled, calendar=calendar))
    statuses = [
        freshness.judge(freshness.Params(), freshness.Measured(seen), frame).status,
        volume_zscore.judge(volume_zscore.Params(), seen, frame).status,
        volume_expected.judge(volume_expected.Params(), counted, frame).status,
        volume_trend.judge(volume_trend.Params(), counted, frame).status,
        event_volume.judge(event_volume.Params(), measured(seen), frame).status,
        missing_revenue.judge(missing_revenue.Params(), seen, frame).status,
    ]
    assert set(statuses) <= {GREEN, SKIPPED}


@QUICK
@given(counts=COUNTS, today=st.integers(0, 10**6))
def test_a_closed_day_with_more_than_its_limit_is_never_green(
    counts: list[int], today: int
) -> None:
    judgement = volume_expected.judge(volume_expected.Params(), of_daily(today, counts), FRAME)
    assert isinstance(judgement.threshold, int)
    assert (judgement.status is GREEN) == (today <= judgement.threshold)
    assert judgement.threshold <= 0.05 * max(counts)
