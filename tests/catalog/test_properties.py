"""What holds for any measured value: no judge raises, and nothing unmeasured is green."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
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
from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.calendar import Calendar, SpecialDay
from checks.core.counts import DailyCounts
from checks.core.metrics import (
    EventCounts,
    OrderCounts,
    OrphanKind,
    Purchases,
    RejectedRows,
)
from checks.core.model import Cause, Judgement, Status
from checks.core.values import BadValue, Unmeasured
from checks.loads.effective import loads
from tests.catalog.samples import (
    DAY,
    FORBIDDEN,
    FRAME,
    HOSTILE,
    KINDS,
    LIVE,
    NOW,
    RUN,
    daily,
    measured,
    of_daily,
    shown,
    texts,
    window,
)

QUICK = settings(max_examples=60, deadline=None, derandomize=True)
FRAMES = st.sampled_from([FRAME, LIVE])
NAMES = st.sampled_from(["purchase", "page_view", "login", HOSTILE, ""])
SMALL = st.integers(0, 40) | st.sampled_from([0, 0, 9, 10, 10**9])
COUNTS = st.integers(0, 10**12) | st.sampled_from([0, 5, 99, 100])
BAD = st.sampled_from([BadValue("NULL"), BadValue("-1, below zero"), BadValue("nan")])
WORDS = st.none() | st.sampled_from(["success", "FAILED", "running", "sideways", "", HOSTILE])
PROBLEMS = st.none() | st.builds(
    Unmeasured, st.sampled_from(list(Cause)), st.just("it broke"), st.booleans()
)


@st.composite
def entries(draw: st.DrawFn, day_offset: int = 0) -> AuditEntry:
    source = draw(st.none() | st.sampled_from(["a.csv", "b.csv", HOSTILE]))
    hours = draw(st.sampled_from([1, 2, 2, 3]))
    return AuditEntry(
        source,
        NOW - timedelta(days=day_offset, hours=hours),
        draw(COUNTS | BAD),
        draw(st.integers(0, 100) | BAD),
        status=draw(WORDS),
    )


@st.composite
def logs(draw: st.DrawFn) -> AuditLog:
    rows = {
        RUN - timedelta(days=back): tuple(draw(st.lists(entries(back), max_size=4)))
        for back in range(3)
    }
    return AuditLog(
        RUN,
        {day: entries for day, entries in rows.items() if entries},
        has_source=draw(st.booleans()),
    )


@st.composite
def event_counts(draw: st.DrawFn) -> EventCounts:
    length = draw(st.integers(3, 10))
    series = st.tuples(*[SMALL] * length)
    by_name = draw(st.dictionaries(NAMES, series, max_size=4))
    bought = by_name.get("purchase", (0,) * length)
    missing = draw(series)
    usable = tuple(max(0, count - lost) for count, lost in zip(bought, missing, strict=True))
    newest_problem = draw(PROBLEMS)
    newest = None if newest_problem else FRAME.start + draw(st.integers(0, 11)) * timedelta(hours=1)
    return EventCounts(
        days=window(length),
        by_name=by_name,
        purchases=Purchases(bought, usable),
        purchase_names=("purchase",),
        newest=newest,
        newest_problem=newest_problem,
        revenue_problem=draw(PROBLEMS),
        future_events=draw(st.integers(0, 3)),
        has_earlier=draw(st.booleans()),
    )


@st.composite
def measured_orders(draw: st.DrawFn) -> orphan_orders.Measured:
    problems: dict[str, Unmeasured] = {}
    absent: list[str] = []
    kinds: list[OrphanKind] = []
    for kind in KINDS:
        count = draw(st.integers(0, 3))
        fate = draw(st.sampled_from(["measured", "measured", "problem", "absent"]))
        if fate == "absent" and kind != "no_session_id":
            absent.append(kind)
        elif fate == "problem":
            problems[kind] = Unmeasured(Cause.TIMEOUT, "too slow")
        else:
            kinds.append(
                OrphanKind(kind, count, draw(st.none() | st.floats(0, 1e6)), ("o1",)[:count])
            )
    counts = OrderCounts(
        draw(st.sampled_from([0, 0, 5, 40])), None, 0, tuple(kinds), problems, tuple(absent)
    )
    seen = draw(st.none() | event_counts())
    broke = Unmeasured(Cause.LOCKED, "locked") if seen is None and draw(st.booleans()) else None
    return orphan_orders.Measured(counts, seen, broke)


def check_texts(judgement: Judgement) -> None:
    """Every judgement is complete and inert."""
    assert all(texts(judgement))
    assert not any(char in text for text in texts(judgement) for char in FORBIDDEN)
    assert (judgement.cause is None) == (judgement.status is not Status.UNKNOWN)
    assert judgement.status is not Status.WAIVED
    assert not judgement.stop or judgement.status is Status.RED
    if judgement.status in (Status.GREEN, Status.AMBER):
        assert judgement.value is not None
    if judgement.status is Status.GREEN:
        assert judgement.action == "Nothing to do" or "clock" in judgement.action


def counts_of(log: AuditLog) -> list[Any]:
    counted = [entry for load in loads(log) for entry in load.counted]
    return [value for entry in counted for value in (entry.rows_read, entry.rows_quarantined)]


@QUICK
@given(logs(), FRAMES)
def test_checks_over_the_audit_log(log: AuditLog, frame: Any) -> None:
    entry_check = log_entry_exists_today.judge(log_entry_exists_today.Params(), log, frame)
    check_texts(entry_check)
    assert (entry_check.status is Status.GREEN) == bool(log.today)
    read = rows_read.judge(rows_read.Params(), log, frame)
    rate = quarantine_rate.judge(
        quarantine_rate.Params(),
        quarantine_rate.Measured(log, RejectedRows(1, ((HOSTILE, 1),))),
        frame,
    )
    status = run_status.judge(run_status.Params(), log, frame)
    for judgement in (read, rate, status):
        check_texts(judgement)
        if not log.today:
            assert judgement.status is Status.UNKNOWN
    if any(isinstance(value, BadValue) for value in counts_of(log)):
        assert rate.status is Status.UNKNOWN
    if any(isinstance(e.rows_read, BadValue) for load in loads(log) for e in load.counted):
        assert read.status is Status.UNKNOWN
    latest_words = {e.status for load in loads(log) for tied in load.endings for e in tied}
    if latest_words - {"success"}:
        assert status.status in (Status.RED, Status.UNKNOWN)
    if "FAILED" in latest_words:
        assert status.status is Status.RED


@QUICK
@given(logs())
def test_an_unreadable_status_is_unknown(log: AuditLog) -> None:
    broken = replace(log, status_problem=Unmeasured(Cause.BAD_VALUE, "it broke"))
    assert run_status.judge(run_status.Params(), broken, FRAME).status is Status.UNKNOWN


@QUICK
@given(event_counts(), FRAMES)
def test_checks_over_the_events(seen: EventCounts, frame: Any) -> None:
    fresh = freshness.judge(freshness.Params(), freshness.Measured(seen), frame)
    volume = volume_zscore.judge(volume_zscore.Params(), seen, frame)
    names = event_volume.judge(event_volume.Params(), measured(seen), frame)
    revenue = missing_revenue.judge(missing_revenue.Params(), seen, frame)
    for judgement in (fresh, volume, names, revenue):
        check_texts(judgement)
    if not seen.judged:
        assert fresh.status is Status.RED
    elif seen.newest_problem:
        assert fresh.status is Status.UNKNOWN
    if not any(seen.totals()[:-1]):
        assert volume.status in (Status.UNKNOWN, Status.SKIPPED)
        assert names.status in (Status.UNKNOWN, Status.SKIPPED)
    if seen.revenue_problem or not seen.purchase_seen():
        assert revenue.status is Status.UNKNOWN
    if not seen.purchases.rows[-1]:
        assert revenue.status in (Status.UNKNOWN, Status.SKIPPED)


@st.composite
def daily_counts(draw: st.DrawFn) -> DailyCounts:
    """Any shop: young or old, with gaps, special days, dimensions that could not be read."""
    length = draw(st.integers(1, 60))
    totals = draw(st.lists(COUNTS, min_size=length, max_size=length))
    marks = draw(
        st.dictionaries(
            st.integers(0, length - 1).map(lambda back: DAY - timedelta(days=back)),
            st.builds(
                SpecialDay, st.just("Sale"), st.none() | st.sampled_from([0.01, 3.0, 1000.0])
            ),
            max_size=4,
        )
    )
    problems = draw(st.sampled_from([{}, {"device": Unmeasured(Cause.TIMEOUT, "too slow")}]))
    return daily(
        {"page_view": totals, HOSTILE: [min(count, 40) for count in totals]},
        length=draw(st.sampled_from([length, 127])),
        dimensions={"device": {"ios": [count // 2 for count in totals]}},
        rest={"device": draw(st.sampled_from([0, 5]))},
        calendar=Calendar(marks, (DAY,)),
        problems=problems,
        has_earlier=draw(st.booleans()),
    )


@QUICK
@given(daily_counts(), FRAMES)
def test_checks_over_many_days(seen: DailyCounts, frame: Any) -> None:
    seen = shown(seen)
    expected = volume_expected.judge(volume_expected.Params(), seen, frame)
    trend = volume_trend.judge(volume_trend.Params(), seen, frame)
    names = event_volume.judge(event_volume.Params(), of_daily(seen), frame)
    for judgement in (expected, trend, names):
        check_texts(judgement)
    if sum(day < DAY for day in seen.totals()) < 7:
        for judgement in (expected, trend):
            assert judgement.status in (Status.UNKNOWN, Status.SKIPPED)
    mark = seen.calendar.special_day(DAY)
    if mark is not None and mark.factor is None:
        assert expected.status is Status.SKIPPED
    if seen.problems:
        assert names.status is not Status.GREEN
    if expected.status is Status.GREEN:
        assert expected.details["low"] <= expected.value <= expected.details["high"]


@QUICK
@given(event_counts())
def test_an_expected_name_without_events_is_never_green(seen: EventCounts) -> None:
    params = event_volume.Params(expected=("never_seen",))
    assert event_volume.judge(params, measured(seen), FRAME).status is Status.RED


@QUICK
@given(measured_orders(), FRAMES, st.sampled_from([0, 2, 20]))
def test_orphan_orders(measured: orphan_orders.Measured, frame: Any, limit: int) -> None:
    judgement = orphan_orders.judge(orphan_orders.Params(limit), measured, frame)
    check_texts(judgement)
    counts = measured.orders
    if counts.problems:
        assert judgement.status in (Status.UNKNOWN, Status.RED)
    if not counts.orders:
        assert judgement.status is not Status.GREEN
    halves = "purchase_without_order" not in counts.absent
    if halves and (
        measured.events_problem or (measured.events and not measured.events.purchase_seen())
    ):
        assert judgement.status in (Status.UNKNOWN, Status.RED)


@QUICK
@given(st.integers(1, 10**9), st.integers(0, 10**9))
def test_the_rate_and_its_limits(read: int, quarantined: int) -> None:
    assume(quarantined <= read)
    entry = AuditEntry("a", NOW, read, quarantined)
    measured = quarantine_rate.Measured(AuditLog(RUN, {RUN: (entry,)}), RejectedRows())
    judgement = quarantine_rate.judge(quarantine_rate.Params(), measured, FRAME)
    rate = quarantined / read
    assert judgement.value == rate
    assert (judgement.status is Status.RED) == (rate > 0.05)
    assert judgement.stop == (rate > 0.06)
    shown = float(judgement.message.split("=")[1].split()[0])
    assert (shown > 0.05) == (rate > 0.05)


@pytest.mark.parametrize(
    "judge",
    [
        freshness.judge, volume_zscore.judge, event_volume.judge, missing_revenue.judge,
        volume_expected.judge, volume_trend.judge,
    ],
)  # fmt: skip
def test_judges_read_no_clock(judge: Callable[..., Judgement]) -> None:
    seen = EventCounts(
        window(40), {"purchase": (20,) * 40}, Purchases((20,) * 40, (20,) * 40), ("purchase",),
        newest=FRAME.end - timedelta(hours=1),
    )  # fmt: skip
    params, own_measured = {
        freshness.judge: (freshness.Params(), freshness.Measured(seen)),
        volume_zscore.judge: (volume_zscore.Params(), seen),
        event_volume.judge: (event_volume.Params(), measured(seen)),
        missing_revenue.judge: (missing_revenue.Params(), seen),
        volume_expected.judge: (volume_expected.Params(), daily(seen.by_name)),
        volume_trend.judge: (volume_trend.Params(), daily(seen.by_name)),
    }[judge]
    later = replace(FRAME, now=FRAME.now + timedelta(days=1000))
    assert judge(params, own_measured, FRAME) == judge(params, own_measured, later)
    assert FRAME.data_date == DAY
