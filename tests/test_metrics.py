"""Measured values: counts, logs and series."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from checks.errors import MeasurementError
from checks.metrics import (
    AuditEntry,
    AuditLog,
    BadValue,
    EventCounts,
    Purchases,
    Unmeasured,
    as_amount,
    as_count,
    as_micros,
    mean,
    median,
    sample_deviation,
    total_amount,
)
from checks.model import Cause

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
        ("12", BadValue("'12', not a number")),
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


def entry(source: str | None, hour: int, read: int) -> AuditEntry:
    at = datetime(2025, 3, 9, tzinfo=UTC) + timedelta(hours=hour)
    return AuditEntry(source, at, read, 0)


def reads(groups: tuple[tuple[AuditEntry, ...], ...]) -> list[list[object]]:
    return sorted([entry.rows_read for entry in group] for group in groups)


@pytest.mark.parametrize(
    ("entries", "groups"),
    [
        ([], []),
        ([entry("a", 1, 1), entry("b", 1, 2)], [[1], [2]]),
        ([entry("a", 1, 1), entry("a", 2, 2)], [[2]]),
        ([entry("a", 2, 2), entry("a", 1, 1)], [[2]]),
        ([entry("a", 1, 1), entry("a", 2, 2), entry("a", 2, 3)], [[2, 3]]),
        ([entry(None, 1, 1), entry(None, 2, 2), entry("", 1, 3)], [[2], [3]]),
    ],
)
def test_latest_entries_by_source(entries: list[AuditEntry], groups: list[list[int]]) -> None:
    log = AuditLog(RUN, {RUN: tuple(entries)})
    assert reads(log.latest()) == groups
    assert log.today == tuple(entries)


def test_latest_of_another_day_and_of_none() -> None:
    before = RUN - timedelta(days=1)
    log = AuditLog(RUN, {before: (entry("a", 1, 7),)})
    assert reads(log.latest(before)) == [[7]]
    assert log.latest() == ()
    assert log.today == ()


def test_without_a_source_every_entry_is_latest() -> None:
    log = AuditLog(RUN, {RUN: (entry(None, 1, 1), entry(None, 2, 2))}, has_source=False)
    assert reads(log.latest()) == [[1], [2]]


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
    ],
)
def test_learning(series: tuple[int, ...], has_earlier: bool, learned: int | None) -> None:
    assert counts({"a": series}, has_earlier=has_earlier).learning() == learned


def test_learning_needs_a_window() -> None:
    alone = EventCounts((RUN,), {"a": (5,)}, Purchases((5,), (5,)), ("a",), has_earlier=False)
    assert alone.learning() is None
    assert alone.usual_purchases() == 0.0


@pytest.mark.parametrize(
    ("bought", "seen", "usual"),
    [((0, 0, 0), False, 0), ((0, 0, 1), True, 0), ((4, 0, 9), True, 2)],
)
def test_purchases(bought: tuple[int, ...], seen: bool, usual: float) -> None:
    events = counts({}, bought)
    assert (events.purchase_seen(), events.usual_purchases()) == (seen, usual)


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
