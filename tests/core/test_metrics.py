"""Measured values: counts, logs and series."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.endings import FAILED, OK, SILENT, Endings
from checks.core.errors import MeasurementError
from checks.core.metrics import EventCounts, Purchases
from checks.core.model import Cause
from checks.core.totals import (
    bulk_day_events,
    first_day_index,
    low_day_events,
    mean,
    median,
    sample_deviation,
    usual_day_events,
)
from checks.core.values import (
    BadValue,
    Unmeasured,
    as_amount,
    as_count,
    as_micros,
    total_amount,
)

RUN = date(2025, 3, 9)


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (0, 0),
        (49_963, 49_963),
        (3.0, 3),
        (-0.0, 0),
        (Decimal(12), 12),
        (Decimal("1E+3"), 1000),
        (None, BadValue("NULL")),
        ("12", 12),
        (" 1000\t", 1000),
        ("1000.0", 1000),
        ("1e3", 1000),
        ("1.5", BadValue("1.5, not a whole number")),
        ("-1", BadValue("-1, below zero")),
        ("1,000", BadValue("'1,000', not a number")),
        ("", BadValue("'', not a number")),
        ("NaN", BadValue("'NaN', not a number")),
        ("true", BadValue("'true', not a number")),
        ("\u0661", BadValue("'\u0661', not a number")),
        (b"12", BadValue("'b'12'', not a number")),
        (2**63 - 1, 2**63 - 1),
        (2**63, BadValue("too large to be counted")),
        (-(2**63), BadValue("too large to be counted")),
        (Decimal("1E+100000"), BadValue("too large to be counted")),
        ("1e99", BadValue("too large to be counted")),
        ("x\ny", BadValue("'x\\u000ay', not a number")),
        (True, BadValue("'True', not a number")),
        (math.nan, BadValue("nan")),
        (math.inf, BadValue("inf")),
        (Decimal("NaN"), BadValue("NaN")),
        (2.5, BadValue("2.5, not a whole number")),
        (-1, BadValue("-1, below zero")),
        (-1.0, BadValue("-1, below zero")),
    ],
)
def test_as_count(value: object, count: int | BadValue) -> None:
    assert as_count(value) == count
    assert not isinstance(as_count(value), bool | float)


@pytest.mark.parametrize(
    ("value", "micros"),
    [(None, 0), (Decimal(12_500_000), 12_500_000), (3, 3), ("-4", -4), (2.0**53, 2**53)],
)
def test_as_micros(value: object, micros: int) -> None:
    assert as_micros(value) == micros
    assert isinstance(as_micros(value), int)


@pytest.mark.parametrize(
    ("micros", "amount"),
    [(0, 0.0), (12_500_000, 12.5), (-1, 0.0), (49, 0.0), (51, 0.0001), (10**27, 1e21)],
)
def test_as_amount(micros: int, amount: float) -> None:
    assert as_amount(micros) == amount


def test_amounts_add_up_whatever_their_order() -> None:
    amounts = [0.1] * 10 + [1e9, -1e9]
    assert total_amount(amounts) == total_amount(reversed(amounts)) == 1.0


def test_a_missing_part_keeps_its_cause() -> None:
    error = MeasurementError(Cause.LOCKED, "a writer holds it", retry=True)
    part = Unmeasured.of(error)
    assert part == Unmeasured(Cause.LOCKED, "a writer holds it", retry=True)
    again = part.error()
    assert (again.cause, again.detail, again.retry) == (Cause.LOCKED, "a writer holds it", True)


def test_a_log_tells_how_its_entries_ended() -> None:
    entry = AuditEntry("a", datetime(2025, 3, 9, tzinfo=UTC), 1, 0, status=" Failed")
    log = AuditLog(RUN, {RUN: (entry,)})
    assert log.today == (entry,)
    assert log.meaning(entry) == FAILED
    assert replace(log, has_status=False).meaning(entry) == SILENT
    broken = Unmeasured(Cause.MISSING_COLUMN, "no column")
    assert replace(log, status_problem=broken).meaning(entry) == SILENT
    assert replace(log, endings=Endings(ok=("failed",), failed=())).meaning(entry) == OK


def counts(
    by_name: dict[str, tuple[int, ...]],
    bought: tuple[int, ...] = (0, 0, 0),
    *,
    has_earlier: bool = True,
) -> EventCounts:
    days = tuple(RUN - timedelta(days=back) for back in (2, 1, 0))
    return EventCounts(
        days, by_name, Purchases(bought, bought), ("purchase",), has_earlier=has_earlier
    )


def test_totals() -> None:
    assert counts({}).totals() == (0, 0, 0)
    assert counts({"a": (1, 2, 3), "b": (10, 0, 5)}).totals() == (11, 2, 8)
    assert counts({"a": (1, 2, 3), "b": (10, 0, 5)}).judged == 8


def test_series_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError):
        counts({"a": (1, 2, 3), "b": (1, 2)}).totals()


@pytest.mark.parametrize(
    ("series", "has_earlier", "learned"),
    [
        ((0, 0, 5), False, 0),
        ((0, 4, 5), False, 1),
        ((3, 4, 5), False, None),
        ((0, 4, 5), True, None),
        ((0, 0, 0), True, None),
        ((4, 0, 400, 400, 400, 400), False, 3),  # stray events do not begin a history
        ((5, 0, 400, 400, 400, 400), False, None),
        ((4, 400, 400, 400, 400), False, None),  # unless a small shop became a big one
        ((4, 400, 400), False, None),  # with too few days to tell, they do
        ((27, 27, 6000, 6000, 6000, 27, 2), False, None),  # spikes end none
    ],
)
def test_learning(series: tuple[int, ...], has_earlier: bool, learned: int | None) -> None:
    assert counts({"a": series}, has_earlier=has_earlier).learning() == learned


@pytest.mark.parametrize(
    ("totals", "begin"),
    [
        ((), 0),
        ((0, 0, 0), 3),
        ((0, 0, 5, 5), 2),
        ((1, 0, 2, *[800] * 8), 3),
        ((1, 0, 2, *[800] * 7), 0),  # with fewer days than a week nobody can tell
        ((1, 0, 2, *[800] * 7, 0), 3),
        ((8, 0, 2, *[800] * 8), 3),
        ((9, 0, 2, *[800] * 8), 0),  # more than a hundredth
        ((*[27] * 94, 6000, 6000, 6000, 27, 27, 2), 0),
        ((*[27] * 20, *[6000] * 8, *[27] * 7), 20),
        ((*[27] * 20, *[6000] * 8, *[27] * 8), 0),  # spikes, as the most days are none
        ((1, 1, *[800] * 12, 90_000, *[800] * 4), 2),
    ],
)
def test_a_history_begins_with_its_first_real_day(totals: tuple[int, ...], begin: int) -> None:
    assert first_day_index(totals) == begin


@pytest.mark.parametrize(
    ("totals", "median", "bulk", "low"),
    [
        ((), 0, 0, 0),
        ((0, 5, 0), 5, 5, 5),
        ((*[1] * 119, *[4000] * 3), 1, 4000, 1),
        ((*[1] * 119, *[4000] * 8), 4000, 4000, 1),
        ((27, 27, 6000, 6000, 6000, 27, 2), 27, 6000, 27),
        ((4, 400, 400, 400, 400), 400, 400, 400),
    ],
)
def test_a_usual_day(totals: tuple[int, ...], median: float, bulk: int, low: int) -> None:
    assert (usual_day_events(totals), bulk_day_events(totals), low_day_events(totals)) == (
        median,
        bulk,
        low,
    )


def test_learning_needs_a_window() -> None:
    alone = EventCounts((RUN,), {"a": (5,)}, Purchases((5,), (5,)), ("a",), has_earlier=False)
    assert alone.learning() is None
    assert alone.usual_purchases() == 0.0


@pytest.mark.parametrize(
    ("bought", "seen", "median"),
    [((0, 0, 0), False, 0), ((0, 0, 1), True, 0), ((4, 0, 9), True, 2)],
)
def test_purchases(bought: tuple[int, ...], seen: bool, median: float) -> None:
    events = counts({}, bought)
    assert (events.purchase_seen(), events.usual_purchases()) == (seen, median)


def test_statistics() -> None:
    assert mean([1, 2, 6]) == 3
    assert mean([0.1] * 10) == 0.1
    assert sample_deviation([2, 4, 4, 4, 5, 5, 7, 9]) == pytest.approx(math.sqrt(32 / 7))
    assert sample_deviation([5, 5]) == 0
    assert median([3, 1, 2]) == 2
    assert median([4, 1, 2, 3]) == 2.5
    assert median([]) is None


def test_statistics_of_too_little() -> None:
    with pytest.raises(ValueError, match="mean of nothing"):
        mean([])
    with pytest.raises(ValueError, match="fewer than two"):
        sample_deviation([1])
