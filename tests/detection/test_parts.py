"""Parts of a whole: what is normal of each, with one budget of alarms."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.detection.part_levels import Rule, judged
from checks.detection.part_limits import Limits, limit_of, limits
from checks.detection.parts import Part, Span, Whole, part, shift_at

FIRST = date(2025, 1, 6)
DAYS = 100


def whole_of(totals: Sequence[float]) -> Whole:
    nothing = [False] * len(totals)
    return Whole(totals, [None] * len(totals), nothing, nothing)


def noisy(seed: int, level: float, days: int = DAYS) -> list[float]:
    """Counts with a weekly rhythm and 10 % of noise."""
    rng = random.Random(seed)  # noqa: S311 - made counts
    return [round(level * (0.6 if d % 7 > 4 else 1) * rng.gauss(1, 0.1)) for d in range(days)]


def family(series: Sequence[Sequence[float]]) -> tuple[list[Part], Limits]:
    whole = whole_of([sum(day) for day in zip(*series, strict=True)])
    parts = [part(whole, counts) for counts in series]
    return parts, limits([one.distances(20) for one in parts], len(whole.totals))


def judged_last(series: Sequence[Sequence[float]], accepted: Sequence[date] = ()) -> object:
    parts, limit = family(series)
    return judged(parts[0], parts[0].distances(20), Rule(FIRST, limit, 20), accepted)


def test_a_span_counts_only_what_is_beyond_it() -> None:
    span = Span(90, 100, 120, 0.01)
    assert span.distance(90) == span.distance(120) == span.distance(100) == 0
    assert span.distance(89) < 0 < span.distance(121)
    within = span.within(3, 4)
    assert span.distance(within.low) == pytest.approx(-3)
    assert span.distance(within.high) == pytest.approx(4)


def test_few_events_are_counted_in_counting_noise() -> None:
    span = Span(25, 25, 25, 1e-6)
    assert span.distance(15) == pytest.approx(-2.2, abs=0.1)  # two deviations of 5
    assert span.distance(35) == pytest.approx(1.85, abs=0.1)


def test_many_events_are_counted_in_the_scatter_whatever_the_unit() -> None:
    small, large = Span(1e6, 1e6, 1e6, 0.04), Span(1e9, 1e9, 1e9, 0.04)
    assert small.distance(5e5) == pytest.approx(large.distance(5e8), rel=1e-4)
    assert small.distance(5e5) == pytest.approx(math.log(0.5) / 0.2, rel=1e-3)


def test_what_goes_with_the_whole_is_normal() -> None:
    a, b, c = noisy(1, 500), noisy(2, 400), noisy(3, 300)
    halved = [[*series[:-1], series[-1] / 2] for series in (a, b, c)]
    parts, limit = family(halved)
    rule = Rule(FIRST, limit, 20)
    for one, counts in zip(parts, halved, strict=True):
        normal = judged(one, one.distances(20), rule).normal
        assert normal is not None
        assert normal.low <= counts[-1] <= normal.high


def test_a_part_that_dies_is_out_and_the_others_are_not() -> None:
    a, b, c = noisy(1, 100), noisy(2, 400), noisy(3, 300)
    a[-1] = a[-1] // 10
    parts, limit = family([a, b, c])
    sides = []
    for one in parts:
        normal = judged(one, one.distances(20), Rule(FIRST, limit, 20)).normal
        assert normal is not None
        sides.append((one.counts[-1] > normal.high) - (one.counts[-1] < normal.low))
    assert sides == [-1, 0, 0]


@pytest.mark.parametrize(("days", "has_range"), [(14, False), (15, True)])
def test_so_many_days_before_are_needed(days: int, has_range: bool) -> None:
    one = part(whole_of(noisy(1, 1000, days)), noisy(2, 100, days))
    assert (one.spans[-1] is not None) == has_range


@pytest.mark.parametrize(("own_days", "has_range"), [(28, False), (29, True)])
def test_a_part_that_came_later_needs_more_days(own_days: int, has_range: bool) -> None:
    counts: list[float | None] = [*[None] * (DAYS - own_days), *noisy(2, 100, own_days)]
    one = part(whole_of(noisy(1, 1000)), counts)
    assert (one.spans[-1] is not None) == has_range


def test_more_parts_need_more_deviations() -> None:
    rng = random.Random(7)  # noqa: S311 - made counts

    def tail(count: int) -> float:
        rows = [[rng.gauss(0, 1) for _ in range(90)] for _ in range(count)]
        return limits(rows, 90).below[-1]

    assert 3.5 <= tail(5) < tail(50) < tail(500) < 8


def test_a_few_parts_that_die_do_not_widen_the_range_of_the_others() -> None:
    rng = random.Random(7)  # noqa: S311 - made counts
    calm = [[rng.gauss(0, 1) for _ in range(90)] for _ in range(200)]
    dying = [*calm[2:], *([-40.0] * 90 for _ in range(2))]
    before, after = limits(calm, 90).below[-1], limits(dying, 90).below[-1]
    assert after < 1.2 * before


def test_what_a_part_did_itself_is_no_news_within_a_bound() -> None:
    shared = Limits([4.0] * 60, [4.0] * 60)
    for worst, limit in ((3.0, 4.0), (6.0, 6.0), (12.0, 12.0), (13.0, 12.0)):
        distances = [*[0.0] * 28, *[-worst] * 3, *[0.0] * 29]
        assert limit_of(shared, distances, 59, -1) == limit
        assert limit_of(shared, distances, 59, 1) == 4.0


@pytest.mark.parametrize(("accidents", "limit"), [(1, 4.0), (2, 4.0), (3, 9.0)])
def test_one_accident_or_two_are_no_excuse(accidents: int, limit: float) -> None:
    shared = Limits([4.0] * 60, [4.0] * 60)
    distances = [*[0.0] * 20, *[-9.0] * accidents, *[0.0] * 40][:60]
    assert limit_of(shared, distances, 59, -1) == limit


def test_the_days_of_the_tail_are_forgotten() -> None:
    distances = [-9.0] * 3 + [0.0] * 57
    shared = Limits([4.0] * 60, [4.0] * 60)
    assert limit_of(shared, distances, 56, -1) == 9.0
    assert limit_of(shared, distances, 57, -1) == 4.0


def test_the_last_week_is_no_excuse() -> None:
    shared = Limits([4.0] * 60, [4.0] * 60)
    distances = [*[0.0] * 38, *[-9.0] * 3, *[0.0] * 19]
    assert limit_of(shared, distances, 47, -1) == 4.0
    assert limit_of(shared, distances, 48, -1) == 9.0


def test_a_level_stays_until_it_is_accepted_or_back() -> None:
    a, b, c = noisy(1, 200), noisy(2, 400), noisy(3, 300)
    fallen = [*a[:-12], *(count / 4 for count in a[-12:])]
    result = judged_last([fallen, b, c])
    assert result.level is not None
    assert (result.level.since, result.level.side) == (
        Rule(FIRST, NO_LIMITS, 20).day(DAYS - 12),
        -1,
    )
    accepted = judged_last([fallen, b, c], [Rule(FIRST, NO_LIMITS, 20).day(DAYS - 4)])
    assert accepted.level is None
    assert accepted.normal.low <= fallen[-1] <= accepted.normal.high
    back = [*a[:-12], *(count / 4 for count in a[-12:-3]), *a[-3:]]
    assert judged_last([back, b, c]).level is None


@pytest.mark.parametrize(("days", "has_level"), [(2, False), (3, True)])
def test_three_days_are_a_level(days: int, has_level: bool) -> None:
    a, b, c = noisy(1, 200), noisy(2, 400), noisy(3, 300)
    fallen = [*a[:-days], *(count / 8 for count in a[-days:])]
    assert (judged_last([fallen, b, c]).level is not None) == has_level


NO_LIMITS = Limits([], [])


def test_a_shift_is_the_one_of_the_same_weekdays() -> None:
    a = [float(100 if d % 7 < 5 else 20) for d in range(DAYS)]
    b = [float(1000)] * DAYS
    fallen = [*a[:-5], *(count / 2 for count in a[-5:])]
    whole = whole_of([x + y for x, y in zip(fallen, b, strict=True)])
    shift = shift_at(part(whole, fallen), DAYS - 5, range(DAYS - 5, DAYS))
    assert shift == pytest.approx(math.log(0.5), abs=0.02)


counts = st.lists(
    st.one_of(st.none(), st.integers(0, 10**6).map(float), st.just(0.0), st.just(1e99)),
    min_size=1, max_size=70,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(counts, st.integers(0, 6), st.floats(0.1, 10))
def test_no_history_is_an_error(values: list[float | None], weekday: int, widen: float) -> None:
    totals = [None if value is None else value * 2 + 3 for value in values]
    nothing = [False] * len(values)
    whole = Whole(totals, totals, nothing, nothing, weekday)
    one = part(whole, values)
    distances = one.distances(20)
    limit = limits([distances], len(values))
    result = judged(one, distances, Rule(FIRST, limit, 20, widen), [FIRST], every_day=True)
    for normal in result.ranges:
        if normal is not None:
            assert 0 <= normal.low <= normal.expected <= normal.high < math.inf


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.permutations(range(5)))
def test_the_order_of_parts_and_what_comes_later_do_not_matter(
    seed: int, order: Sequence[int]
) -> None:
    series = [noisy(seed + n, 50 * (n + 1)) for n in range(5)]
    parts, limit = family(series)
    _, other = family([series[n] for n in order])
    assert limit == other
    earlier, limit_before = family([counts[:-10] for counts in series])
    assert limit_before.below == limit.below[:-10]
    assert earlier[0].spans == list(parts[0].spans[:-10])
