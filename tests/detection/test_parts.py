"""Parts of a whole: what is normal of each, with one budget of alarms."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.detection.part_levels import Judged, Rule, judged, shift_with_whole
from checks.detection.part_limits import Limits, limit_of, limits
from checks.detection.parts import Part, Span, Whole, part, shift_at

FIRST = date(2025, 1, 6)
DAYS = 100
NO_LIMITS = Limits([], [])


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


def judged_last(series: Sequence[Sequence[float]], accepted: Sequence[date] = ()) -> Judged:
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
        sides.append(normal.side_of(one.counts[-1]))
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


def level_series(
    days: int, factor: float, after: int = 0, factor_after: float = 1.0
) -> list[float]:
    """A part that is at another level for some days, and at a next one on the days after it."""
    counts = noisy(1, 200)
    end = DAYS - after
    level = [count * factor for count in counts[end - days : end]]
    return [*counts[: end - days], *level, *(count * factor_after for count in counts[end:])]


def others() -> list[list[float]]:
    return [noisy(2, 400), noisy(3, 300)]


def day_of(index: int) -> date:
    return Rule(FIRST, NO_LIMITS, 20).day(index)


@pytest.mark.parametrize("noise", [0.05, 0.1])
@pytest.mark.parametrize(("factor", "next_factor"), [(0.1, 6), (0, 6), (6, 0.1), (6, 0)])
def test_beyond_the_other_side_is_the_next_level(
    noise: float, factor: float, next_factor: float
) -> None:
    rng = random.Random(3)  # noqa: S311 - made counts
    series = [[round(size * rng.gauss(1, noise)) for _ in range(DAYS)] for size in (300, 900, 500)]
    first = DAYS - 8
    fallen = [
        *series[0][: first - 10],
        *(count * factor for count in series[0][first - 10 : first]),
    ]
    fallen += [count * next_factor for count in series[0][first:]]
    for days in range(1, 9):
        known = [counts[: first + days] for counts in (fallen, *series[1:])]
        result = judged_last(known)
        side = 1 if next_factor > 1 else -1
        assert result.normal is not None
        assert side * (known[0][-1] - result.normal.expected) > 0
        assert not result.normal.low <= known[0][-1] <= result.normal.high, days
        if days > 3:
            assert result.level is not None
            assert (result.level.since, result.level.side) == (day_of(first), side)


def test_an_acceptance_is_of_the_side_of_its_own_day() -> None:
    first = DAYS - 6
    series = [level_series(10, 0.1, 6, 4), *others()]
    result = judged_last(series, [day_of(first + 2)])
    (level,) = result.accepted.values()
    assert (level.since, level.accepted_on) == (day_of(first), day_of(first + 2))
    assert result.level is None
    assert result.normal.low <= series[0][-1] <= result.normal.high
    before = judged_last(series, [day_of(first - 3)])
    (level,) = before.accepted.values()
    assert (level.since, level.accepted_on) == (day_of(first - 10), day_of(first - 3))
    assert level.factor == pytest.approx(0.1, rel=0.2)
    assert before.normal.high < series[0][-1]


def test_the_second_day_back_ends_a_level() -> None:
    for back, is_held in ((1, True), (2, False)):
        result = judged_last([level_series(12, 0.25, back), *others()])
        assert (result.level is not None) == is_held


def test_a_level_that_is_over_says_nothing_of_later_days() -> None:
    calm, after = judged_last([level_series(0, 1), *others()]), judged_last(
        [level_series(35, 0.2, 10), *others()]
    )  # fmt: skip
    assert after.level is None
    assert after.normal.expected == pytest.approx(calm.normal.expected, rel=0.2)
    assert after.normal.low > 0.6 * calm.normal.low


def test_an_outage_says_nothing_of_later_days() -> None:
    counts: list[float | None] = [*noisy(1, 200)]
    whole = whole_of([count + 1000 for count in noisy(1, 200)])
    for days in (1, 3, 10):
        empty = [*counts[: -days - 1], *[0.0] * days, counts[-1]]
        unknown = [*counts[: -days - 1], *[None] * days, counts[-1]]
        assert part(whole, empty).spans[-1] == part(whole, unknown).spans[-1]


def test_days_without_events_count_where_few_are_expected() -> None:
    counts: list[float | None] = [float(3 + d % 3) for d in range(DAYS)]
    whole = whole_of([1000.0] * DAYS)
    empty = [*counts[:-4], 0.0, 0.0, 0.0, counts[-1]]
    span, calm = part(whole, empty).spans[-1], part(whole, counts).spans[-1]
    assert span is not None
    assert calm is not None
    assert span.expected < calm.expected


@pytest.mark.parametrize(("days", "is_followed"), [(2, False), (7, True)])
def test_the_level_of_a_part_follows_in_days_not_in_weeks(days: int, is_followed: bool) -> None:
    """A small step that is no level: nothing of it is expected on the next day, most in a week."""
    shares = []
    for seed in range(8):
        counts, rest = noisy(seed, 500), noisy(seed + 50, 5000)
        stepped = [*counts[: -days - 1], *(count * 1.15 for count in counts[-days - 1 :])]
        whole = [a + b for a, b in zip(counts, rest, strict=True)]
        stepped_whole = [a + b for a, b in zip(stepped, rest, strict=True)]
        before = part(whole_of(whole), counts).spans[-1]
        after = part(whole_of(stepped_whole), stepped).spans[-1]
        assert before is not None
        assert after is not None
        shares.append(math.log(after.expected / before.expected) / math.log(1.15))
    share = sum(shares) / len(shares)
    assert (share > 0.5) == is_followed, share
    assert 0.15 < share < 0.42 or is_followed, share


def test_all_parts_share_one_budget_of_both_sides() -> None:
    """Of parts with the tail that is drawn on, one or two days in 90 are out of range."""
    rng, days, number = random.Random(11), 9000, 12  # noqa: S311 - made counts
    rows = [
        [rng.choice((-1, 1)) * rng.expovariate(1.0) for _ in range(days)] for _ in range(number)
    ]
    shared = limits(rows, days)
    out = sum(
        any(row[day] > shared.above[day] or -row[day] > shared.below[day] for row in rows)
        for day in range(60, days)
    )
    assert 1 <= out / (days - 60) * 90 < 2


def test_what_was_normal_before_an_accepted_level_stays_as_it_was() -> None:
    counts = level_series(12, 0.25)
    whole = whole_of([count + 1000 for count in counts])
    one = part(whole, counts)
    shifted = one.shifted([(DAYS - 12, math.log(0.25))])
    assert shifted.spans[: DAYS - 12] == one.spans[: DAYS - 12]
    first = shifted.spans[DAYS - 12]
    assert first is not None
    assert first.expected == pytest.approx(counts[DAYS - 12], rel=0.3)


def test_of_a_bounded_day_only_the_most_is_known() -> None:
    """It is below the range where even that is, and says nothing of later days."""
    counts: list[float | None] = [*noisy(1, 200)]
    whole = whole_of([count + 1000 for count in noisy(1, 200)])
    known, day = part(whole, counts), DAYS - 5
    span = known.spans[day]
    assert span is not None
    counts[day] = None
    for most, is_below in ((0.9 * span.low, True), (1.1 * span.low, False), (5 * span.high, False)):
        one = part(whole, counts, {day: most})
        distance = one.distances(20)[day]
        assert (distance is not None and distance < 0) == is_below
        assert is_below or distance is None
        assert one.spans[-1] == part(whole, counts).spans[-1]


def test_a_level_of_bounded_days() -> None:
    """Days that may have been anything neither make nor end it."""
    a, (b, c) = noisy(1, 200), others()
    whole = whole_of([sum(day) for day in zip(a, b, c, strict=True)])
    since = DAYS - 10

    def last(bound: float, last_bound: float) -> Judged:
        counts = [*a[:since], *[None] * 10]
        bounds = {**dict.fromkeys(range(since, DAYS - 1), bound), DAYS - 1: last_bound}
        parts = [part(whole, counts, bounds), part(whole, b), part(whole, c)]
        limit = limits([one.distances(20) for one in parts], DAYS)
        return judged(parts[0], parts[0].distances(20), Rule(FIRST, limit, 20))

    for last_bound in (9.0, 190.0):
        level = last(9, last_bound).level
        assert level is not None
        assert (level.since, level.side) == (day_of(since), -1)
    assert last(190, 9).level is None


@pytest.mark.parametrize(("count", "is_above"), [(0, False), (30, False), (70, True)])
def test_an_accepted_part_with_few_events_may_only_surge(count: float, is_above: bool) -> None:
    counts = level_series(20, 0.03)
    counts[-1] = count
    result = judged_last([counts, *others()], [day_of(DAYS - 12)])
    assert result.normal.expected < 20
    assert result.normal.low == 0
    assert (result.normal.high < count) == is_above


def test_a_part_that_nobody_accepted_has_no_range_at_few_events() -> None:
    few = [count * 0.03 for count in noisy(1, 200)]
    assert judged_last([[*few[:-3], 150.0, 150.0, 150.0], *others()]).level is None


@pytest.mark.parametrize(
    ("fallen_at", "share"),
    [(-15, 0.0), (0, 1.0), (5, 0.0)],
)
def test_what_a_level_of_the_whole_changed(fallen_at: int, share: float) -> None:
    """A part that fell long before, or later, is not at the level of the whole."""
    since, until = DAYS - 20, DAYS - 10
    a = noisy(1, 200)
    fallen = [*a[: since + fallen_at], *(count * 0.1 for count in a[since + fallen_at :])]
    series = [fallen, *others()]
    halved = [[*counts[:since], *(count / 2 for count in counts[since:])] for counts in series]
    parts, limit = family(halved)
    shift = shift_with_whole(parts[0], parts[0].distances(20), Rule(FIRST, limit, 20), since, until)
    assert shift == pytest.approx(share * math.log(0.1), abs=0.3)


def test_an_accepted_level_of_a_part_is_what_the_whole_s_is_compared_with() -> None:
    since, until = DAYS - 20, DAYS - 10
    series = [
        [*noisy(1, 200)[: since - 15], *(c * 0.2 for c in noisy(1, 200)[since - 15 :])],
        *others(),
    ]
    parts, limit = family(series)
    shift = shift_with_whole(
        parts[0], parts[0].distances(20), Rule(FIRST, limit, 20), since, until, [day_of(since - 8)]
    )
    assert shift == pytest.approx(0, abs=0.3)
