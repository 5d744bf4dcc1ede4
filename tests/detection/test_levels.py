"""A level that stays: what confirms it, what holds it, what ends it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.core.calendar import Calendar, SpecialDay
from checks.detection import Basis, ExpectedRange
from checks.detection.baseline import baseline, side_of
from checks.detection.levels import Level, RangedDay, confirming_days

DAY = date(2025, 6, 7)
NORMAL = ExpectedRange(1000, 800, 1250, Basis.WEEKDAY)
#: In logarithms half way, and a third of the way, from the expected count to the lowest.
HALF, THIRD = 894.4, 928.3
LOW, FINE, BACK, HIGH = 700.0, 910.0, 1000.0, 1400.0


def ranged(*counts: float, alike: str = "") -> tuple[RangedDay, ...]:
    """Days in a row up to DAY; alike: `l` for each that is low by the days before."""
    first = DAY - timedelta(days=len(counts) - 1)
    marks = alike.ljust(len(counts))
    return tuple(
        RangedDay(first + timedelta(days=n), count, NORMAL, -1 if marks[n] == "l" else 0)
        for n, count in enumerate(counts)
    )


def level(*counts: float) -> Level:
    days = ranged(*counts)
    return Level(days[0].day, -1, days)


@pytest.mark.parametrize(
    ("counts", "days"),
    [
        ((LOW, LOW), 0),
        ((LOW, LOW, LOW), 3),
        ((LOW, FINE, LOW, FINE, LOW), 5),
        ((LOW, FINE, LOW, FINE, FINE, LOW), 0),
        ((FINE, LOW, LOW, LOW), 3),
        ((LOW, HIGH, LOW, HIGH), 0),
        ((LOW, HIGH, LOW, HIGH, LOW), 5),
        ((LOW, LOW, LOW, FINE), 0),
        ((800.0, 800.0, 800.0), 0),
        ((799.9, 799.9, 799.9), 3),
        ((HIGH, HIGH, HIGH), 3),
        ((), 0),
    ],
)
def test_three_red_days_of_five_on_one_side_make_a_level(
    counts: tuple[float, ...], days: int
) -> None:
    assert len(confirming_days(ranged(*counts))) == days


@pytest.mark.parametrize(
    ("counts", "alike", "days"),
    [
        ((LOW, FINE, FINE, FINE), " lll", 4),
        ((LOW, FINE, FINE, FINE), "  ll", 0),
        ((LOW, FINE, FINE, FINE, FINE), " l ll", 5),
        ((FINE, FINE, FINE, FINE), "llll", 0),
        ((LOW, FINE, FINE, FINE, BACK), " lll ", 0),
    ],
)
def test_four_days_alike_with_a_red_one_make_a_level(
    counts: tuple[float, ...], alike: str, days: int
) -> None:
    assert len(confirming_days(ranged(*counts, alike=alike))) == days


@pytest.mark.parametrize(
    ("counts", "held"),
    [
        ((LOW, LOW, LOW, FINE), True),
        ((LOW, LOW, LOW, FINE, FINE), True),
        ((LOW, LOW, LOW, FINE, FINE, FINE), False),
        ((LOW,) * 20 + (FINE,) * 3, True),
        ((LOW,) * 20 + (FINE,) * 4, False),
        ((LOW,) * 20 + (HALF - 1,) * 7, True),
        ((LOW,) * 20 + (HALF + 1,) * 7, False),
        ((LOW,) * 20 + (BACK,), True),
        ((LOW,) * 20 + (BACK, LOW, BACK), True),
        ((LOW,) * 20 + (THIRD + 1,) * 2, False),
        ((LOW,) * 20 + (THIRD - 1,) * 2, True),
        ((LOW,) * 20 + (HIGH, HIGH), False),
    ],
)
def test_it_is_held_until_the_counts_are_back(counts: tuple[float, ...], held: bool) -> None:
    assert level(*counts).is_held is held


def test_its_factor_is_the_median_of_its_days() -> None:
    assert level(500, 500, 100).factor == pytest.approx(0.5, abs=0.001)


COUNTS = st.lists(
    st.one_of(st.integers(700, 1300), st.sampled_from([0, 100, 400, 500, 1900, 2500])),
    min_size=25,
    max_size=100,
)
QUICK = settings(max_examples=80, deadline=None, derandomize=True)


def totals_of(counts: list[int], unit: int = 1) -> dict[date, int]:
    return {DAY - timedelta(days=back): count * unit for back, count in enumerate(counts, start=1)}


def is_red(totals: Mapping[date, int], count: int, day: date = DAY) -> bool:
    chosen = baseline(totals, day, Calendar())
    normal = chosen.range_on(day)
    assert normal is not None
    return bool(side_of(count, normal)) or chosen.level_with(day, count, normal) is not None


@QUICK
@given(COUNTS, st.sampled_from([300, 500, 800, 1000, 1500, 2500]), st.floats(1, 3))
def test_farther_from_the_expected_count_is_never_green_again(
    counts: list[int], count: int, more: float
) -> None:
    totals = totals_of(counts)
    normal = baseline(totals, DAY, Calendar()).range_on(DAY)
    assert normal is not None
    farther = round(count * more) if count >= normal.expected else max(1, int(count / more))
    if is_red(totals, count):
        assert is_red(totals, farther)


@QUICK
@given(COUNTS, st.sampled_from([300, 500, 1000, 1500, 2500]))
def test_the_unit_of_the_counts_does_not_matter(counts: list[int], count: int) -> None:
    big, bigger = totals_of(counts, 10**4), totals_of(counts, 10**7)
    assert is_red(big, count * 10**4) is is_red(bigger, count * 10**7)


@QUICK
@given(COUNTS, COUNTS, st.sampled_from([500, 1000, 2500]))
def test_later_days_do_not_matter(counts: list[int], later: list[int], count: int) -> None:
    totals = totals_of(counts)
    after = {DAY + timedelta(days=n): value for n, value in enumerate(later)}
    assert is_red(totals, count) is is_red(totals | after, count)


def test_special_days_neither_make_nor_end_a_level() -> None:
    days = {DAY - timedelta(days=back): 1000 for back in range(1, 60)}
    sale = {DAY - timedelta(days=back): SpecialDay("Sale", 3.0) for back in (2, 4, 6)}
    calendar = Calendar(sale)
    assert baseline(days | dict.fromkeys(sale, 9000), DAY, calendar).level is None
    low = days | {DAY - timedelta(days=back): 500 for back in range(1, 8)}
    held = baseline(low | dict.fromkeys(sale, 1000), DAY, calendar).level
    assert held is not None
    assert held.since == DAY - timedelta(days=7)
    assert not {ranged_day.day for ranged_day in held.days} & set(sale)
