"""A level that stays: what confirms it, what holds it, what ends it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.core.calendar import Calendar, SpecialDay
from checks.detection import Basis, ExpectedRange
from checks.detection.baseline import baseline
from checks.detection.levels import Level, RangedDay, confirming_days
from checks.detection.normal import normal_range

DAY = date(2025, 6, 7)
NORMAL = ExpectedRange(1000, 800, 1250, Basis.WEEKDAY)
#: In logarithms half way from the expected count to the lowest and to the highest.
HALF, HIGH_HALF = 894.4, 1118.0
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
        ((LOW, LOW, LOW, FINE, FINE), False),
        ((LOW,) * 20 + (FINE, LOW) * 3, True),
        ((LOW,) * 20 + (FINE, LOW, FINE, LOW, FINE, LOW, FINE), False),
        ((LOW,) * 20 + (HALF - 1,) * 7, True),
        ((LOW,) * 20 + (HALF + 1,) * 2, False),
        ((LOW,) * 20 + (BACK,), True),
        ((LOW,) * 20 + (BACK, LOW, BACK), True),
        ((LOW,) * 20 + (HIGH_HALF - 1,) * 2, False),
        ((LOW,) * 20 + (HIGH_HALF + 1,) * 2, True),
        ((LOW,) * 20 + (HIGH,) * 3, True),
        ((LOW,) * 20 + (HIGH,) * 4, False),
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


def fails(totals: Mapping[date, int], count: int, day: date = DAY) -> bool:
    chosen = baseline(totals, day, Calendar())
    normal = chosen.range_on(day)
    assert normal is not None
    return bool(normal.side_of(count)) or chosen.level_with(day, count, normal) is not None


@QUICK
@given(COUNTS, st.sampled_from([300, 500, 800, 1000, 1500, 2500]), st.floats(1, 3))
def test_farther_from_the_expected_count_is_never_green_again(
    counts: list[int], count: int, more: float
) -> None:
    totals = totals_of(counts)
    normal = baseline(totals, DAY, Calendar()).range_on(DAY)
    assert normal is not None
    farther = round(count * more) if count >= normal.expected else max(1, int(count / more))
    if fails(totals, count):
        assert fails(totals, farther)


@QUICK
@given(COUNTS, st.sampled_from([300, 500, 1000, 1500, 2500]))
def test_the_unit_of_the_counts_does_not_matter(counts: list[int], count: int) -> None:
    big, bigger = totals_of(counts, 10**4), totals_of(counts, 10**7)
    assert fails(big, count * 10**4) is fails(bigger, count * 10**7)


@QUICK
@given(COUNTS, COUNTS, st.sampled_from([500, 1000, 2500]))
def test_later_days_do_not_matter(counts: list[int], later: list[int], count: int) -> None:
    totals = totals_of(counts)
    after = {DAY + timedelta(days=n): value for n, value in enumerate(later)}
    assert fails(totals, count) is fails(totals | after, count)


@pytest.mark.parametrize(("first", "second"), [(0.5, 2.0), (2.0, 0.6), (0.5, 1.5), (3.0, 0.3)])
@pytest.mark.parametrize("days", [3, 10, 20])
def test_from_one_level_to_the_other_side_no_day_is_green(
    first: float, second: float, days: int
) -> None:
    usual = {DAY - timedelta(days=back): 1000 + back * 37 % 60 for back in range(1, 126)}
    for after in range(25):
        totals = {
            day: round(count * _factor((DAY - day).days, first, second, days, after))
            for day, count in usual.items()
        }
        assert fails(totals, round(1000 * second)), after


def _factor(back: int, first: float, second: float, days: int, after: int) -> float:
    """Of a day so many days ago: `after` days are at the second level, `days` at the first."""
    if back <= after:
        return second
    return first if back <= after + days else 1.0


@pytest.mark.parametrize("gap", [14, 20, 40])
@pytest.mark.parametrize("factor", [0.5, 0.6, 1.7])
def test_after_days_that_are_missing_one_day_sets_no_level(gap: int, factor: float) -> None:
    usual = {DAY - timedelta(days=back): 1000 + back * 37 % 60 for back in range(1, 126)}
    for after in range(10):
        known = {
            day: count
            for day, count in usual.items()
            if not after < (DAY - day).days <= after + gap
        }
        totals = {
            day: round(count * (factor if (DAY - day).days <= after else 1))
            for day, count in known.items()
        }
        assert fails(totals, round(1000 * factor)), after
        assert not fails(known, 1000), after


def test_a_lone_red_day_before_a_level_does_not_decide_what_is_accepted() -> None:
    usual = {DAY - timedelta(days=back): 1000 + back * 37 % 60 for back in range(1, 126)}
    sizes = {5: 0.7, 4: 1.0, 3: 0.5, 2: 0.5, 1: 0.5}
    totals = {day: round(count * sizes.get((DAY - day).days, 1)) for day, count in usual.items()}
    accepted = baseline(totals, DAY, Calendar(), accepted={DAY - timedelta(days=2): -1}).accepted
    assert accepted[0].factor == pytest.approx(0.5, abs=0.03)


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


def test_a_day_is_alike_where_it_is_a_little_beyond_the_range_before_the_first_red_day() -> None:
    rng = random.Random(4)  # noqa: S311 - made counts
    counts = {DAY - timedelta(days=back): round(1000 * rng.gauss(1, 0.06)) for back in range(1, 90)}
    first = DAY - timedelta(days=1)
    counts[first] = 300
    days = baseline(counts, DAY, Calendar())
    before = normal_range(days.kept, DAY, Calendar(), since=first)
    assert before is not None
    for factor, side in ((0.9, 0), (1.02, 0), (1.5, -1), (1.9, -1)):
        count = before.expected * (before.low / before.expected) ** factor
        assert days.ranged(DAY, count, before).alike_side == side, factor


@pytest.mark.parametrize(("before", "is_level"), [(3, False), (9, False), (11, True), (50, True)])
def test_a_shop_that_opens_is_at_no_level(before: int, is_level: bool) -> None:
    counts = {DAY - timedelta(days=back): before for back in range(13, 60)}
    counts |= {DAY - timedelta(days=back): before * 12 for back in range(1, 13)}
    chosen = baseline(counts, DAY, Calendar())
    assert (chosen.level is not None) is is_level
    assert chosen.stretches == ()
