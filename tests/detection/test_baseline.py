"""Which days say what is usual."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from checks.core.calendar import Calendar, SpecialDay
from checks.detection.baseline import Baseline, baseline
from tests.catalog.samples import DAY, weekly, window

WEEKLY = dict(zip(window(61), weekly(61), strict=True))


def changed(*changes: tuple[int, int]) -> dict[date, int]:
    return WEEKLY | {DAY - timedelta(days=back): count for back, count in changes}


def strict(totals: dict[date, int], calendar: Calendar | None = None) -> Baseline:
    """Without the days that were red."""
    return baseline(totals, DAY, calendar or Calendar(), leave_out_red=True)


def test_usual_days_all_count() -> None:
    chosen = baseline(WEEKLY, DAY, Calendar())
    assert chosen.left_out == {}
    assert chosen.kept == {day: count for day, count in WEEKLY.items() if day < DAY}


def test_the_judged_day_and_later_ones_never_count() -> None:
    tomorrow = {DAY + timedelta(days=1): 7}
    for today in (0, 10**9):
        chosen = baseline(changed((0, today)) | tomorrow, DAY, Calendar())
        assert chosen == baseline(WEEKLY, DAY, Calendar())


def test_an_outage_and_a_double_load_are_left_out_with_the_reason() -> None:
    chosen = strict(changed((4, 0), (9, 2100)))
    empty, doubled = DAY - timedelta(days=4), DAY - timedelta(days=9)
    assert set(chosen.left_out) == {empty, doubled}
    assert chosen.left_out[empty] == "no events"
    assert chosen.left_out[doubled].startswith("out of its normal range, ")


def test_only_an_outage_is_left_out_unless_red_days_are_to_be() -> None:
    chosen = baseline(changed((4, 0), (9, 2100), (2, 250)), DAY, Calendar())
    assert chosen.left_out == {DAY - timedelta(days=4): "no events"}


def test_what_was_normal_is_known_of_every_day_that_has_history() -> None:
    chosen = baseline(WEEKLY, DAY, Calendar(), every=True)
    assert set(chosen.normal) == set(sorted(WEEKLY)[7:-1])
    assert all(
        normal_range.low <= WEEKLY[day] <= normal_range.high
        for day, normal_range in chosen.normal.items()
    )


def test_two_broken_days_are_left_out_and_three_are_a_level() -> None:
    two = strict(changed((2, 250), (1, 250)))
    three = strict(changed((3, 250), (2, 250), (1, 250)))
    assert len(two.left_out) == 2
    assert two.level is None
    assert three.level is not None
    assert set(three.left_out.values()) == {"at another level since 5 March"}


def test_days_on_different_sides_are_no_level() -> None:
    chosen = strict(changed((3, 250), (2, 2500), (1, 250)))
    assert len(chosen.left_out) == 3
    assert chosen.level is None


def test_days_without_events_are_no_level() -> None:
    chosen = baseline(changed(*((back, 0) for back in range(1, 9))), DAY, Calendar())
    assert len(chosen.left_out) == 8
    assert chosen.level is None


def test_the_calendar_comes_first() -> None:
    day = DAY - timedelta(days=4)
    for mark in (SpecialDay("Sale", 3.0), SpecialDay("Labor Day")):
        chosen = baseline(changed((4, 0)), DAY, Calendar({day: mark}))
        assert chosen.left_out == {day: mark.name}


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.dictionaries(st.integers(-3, 90), st.integers(0, 10**9), max_size=60))
def test_every_day_before_is_kept_or_left_out(counts: dict[int, int]) -> None:
    totals = {DAY - timedelta(days=back): count for back, count in counts.items()}
    chosen = baseline(totals, DAY, Calendar())
    before = {day for day in totals if day < DAY}
    assert set(chosen.kept) | set(chosen.left_out) == before
    assert not set(chosen.kept) & set(chosen.left_out)
    assert all(chosen.kept[day] == totals[day] for day in chosen.kept)


NOISY = st.lists(
    st.one_of(st.integers(700, 1300), st.sampled_from([0, 1, 300, 500, 1500, 2500, 10**7])),
    min_size=20,
    max_size=126,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(NOISY, st.sampled_from([0.7, 1.0, 2.0]), st.booleans(), st.sets(st.integers(0, 100)))
def test_days_that_need_no_range_of_their_own_are_judged_the_same(
    counts: list[int], widen: float, leave_out_red: bool, special: set[int]
) -> None:
    totals = {DAY - timedelta(days=back): count for back, count in enumerate(counts, start=1)}
    marks = Calendar({DAY - timedelta(days=back): SpecialDay("Sale", 3.0) for back in special})
    accepted = {DAY - timedelta(days=3): -1, DAY - timedelta(days=30): 1}

    def chosen(every: bool) -> Baseline:
        return baseline(
            totals, DAY, marks, widen,
            leave_out_red=leave_out_red, every=every, accepted=accepted,
        )  # fmt: skip

    quick, whole = chosen(every=False), chosen(every=True)
    assert quick == replace(whole, normal=quick.normal)
    assert quick.normal.items() <= whole.normal.items()


def test_few_ranges_are_computed_for_ordinary_days() -> None:
    ordinary = {day: count + (day.toordinal() * 7919) % 50 for day, count in WEEKLY.items()}
    chosen = baseline(ordinary, DAY, Calendar())
    assert len(chosen.normal) <= 14
