"""Where a day differs from a usual one: from which hour on, and in which part of its rows."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.core.profiles import HOURS
from checks.explaining.shifts import companion, find_shift, gain_of
from tests.explaining.profiles import all_day, hours, profile_of


def test_the_hour_and_the_part_are_those_that_changed() -> None:
    profile = profile_of(
        {
            "browser": {
                "Shop app": (hours((0, 6, 3), (6, 24, 120)), all_day(3)),
                "Firefox": (all_day(8), all_day(8)),
                "Chrome": (all_day(9), all_day(9)),
            }
        }
    )
    shift = find_shift(profile, 1.0, 1)
    assert shift is not None
    assert (shift.column, shift.value) == ("browser", "Shop app")
    assert (shift.first, shift.last, shift.rows, shift.expected) == (6, 24, 2160, 54.0)
    assert shift.is_alone
    assert not shift.covers(HOURS)


def test_what_ends_again_has_both_ends() -> None:
    ios = hours((0, 9, 50), (12, 24, 50))
    profile = profile_of({"device": {"ios": (ios, all_day(50)), "web": (all_day(60), all_day(60))}})
    shift = find_shift(profile, 1.0, -1)
    assert shift is not None
    assert (shift.value, shift.first, shift.last, shift.rows) == ("ios", 9, 12, 0)


def test_all_rows_alike_are_no_segment() -> None:
    """Each device lost its evening: the largest of them is not to blame."""
    half = hours((0, 16, 100))
    profile = profile_of({"device": {"mobile": (half, all_day(100)), "web": (half, all_day(100))}})
    shift = find_shift(profile, 1.0, -1)
    assert shift is not None
    assert (shift.column, shift.first, shift.last) == (None, 16, 24)


def test_a_part_that_changed_all_day_has_no_hour() -> None:
    profile = profile_of(
        {"device": {"ios": (all_day(2), all_day(50)), "web": (all_day(60), all_day(60))}}
    )
    shift = find_shift(profile, 1.0, -1)
    assert shift is not None
    assert shift.covers(HOURS)
    assert (shift.value, shift.rows, shift.expected) == ("ios", 48, 1200.0)


def test_a_part_that_changed_more_in_some_hours_still_changed_all_day() -> None:
    """Hours before that are above the usual too, so there was no beginning."""
    profile = profile_of(
        {"page": {"/": (hours((0, 3, 9), (3, 24, 40)), all_day(1)), "/a": (all_day(3), all_day(3))}}
    )
    shift = find_shift(profile, 1.0, 1)
    assert shift is not None
    assert (shift.value, shift.covers(HOURS)) == ("/", True)


@pytest.mark.parametrize(("other", "alone"), [(13, True), (17, False)])
def test_only_is_said_where_all_else_is_as_usual(other: int, alone: bool) -> None:
    """240 others are usual: up to 1.3 times as many, and three deviations, is chance: 358."""
    profile = profile_of(
        {"page": {"/": (all_day(300), all_day(2)), "/a": (all_day(other), all_day(10))}}
    )
    shift = find_shift(profile, 1.0, 1)
    assert shift is not None
    assert (shift.value, shift.is_alone) == ("/", alone)


@pytest.mark.parametrize(("ios", "value"), [(74, None), (75, "ios"), (76, "ios")])
def test_a_part_holds_three_quarters_of_the_change(ios: int, value: str | None) -> None:
    """100 rows an hour more in all; both kinds rose, and hold all others back from being usual."""
    profile = profile_of(
        {"device": {"ios": (all_day(10 + ios), all_day(10)),
                    "web": (all_day(50 + 100 - ios), all_day(50))}}
    )  # fmt: skip
    shift = find_shift(profile, 1.0, 1)
    assert (shift.value if shift else None) == value


@pytest.mark.parametrize("side", [1, -1])
def test_a_day_like_the_usual_one_has_no_shift(side: int) -> None:
    profile = profile_of({"device": {"ios": (all_day(5), all_day(5))}})
    assert find_shift(profile, 1.0, side) is None


@pytest.mark.parametrize(("rows", "is_found"), [(24 + 24, False), (24 + 25, True), (24 + 26, True)])
def test_a_rise_is_beyond_five_deviations(rows: int, is_found: bool) -> None:
    """24 are usual, with a deviation of 4.9: more than 24.5 beyond is no chance."""
    spread = (*hours((0, 23, rows // 24))[:23], rows - 23 * (rows // 24))
    profile = profile_of({"page": {"/": (spread, all_day(1)), "/a": (all_day(4), all_day(4))}})
    shift = find_shift(profile, 1.0, 1)
    assert (shift is not None) is is_found


def test_names_with_a_date_explain_nothing() -> None:
    """Each day's file has a name of its own: that all rows are of the new one says nothing."""
    profile = profile_of(
        {"file": {"a_0308.csv": (all_day(60), all_day(0)), "a_0301.csv": (all_day(0), all_day(2))}}
    )
    assert find_shift(profile, 1.0, 1) is None


def test_a_value_of_nearly_all_rows_is_no_special_part() -> None:
    profile = profile_of(
        {"os": {"linux": (all_day(400), all_day(100)), "other": (all_day(1), all_day(1))}}
    )
    assert find_shift(profile, 1.0, 1) is None


def test_the_usual_day_is_scaled() -> None:
    """Twice the rows were read, so twice as many rejected ones are usual."""
    profile = profile_of(
        {"page": {"/": (all_day(20), all_day(10)), "/a": (all_day(4), all_day(2))}}
    )
    assert find_shift(profile, 2.0, 1) is None
    assert find_shift(profile, 1.0, 1) is None  # everything rose alike, all day


def test_few_rows_of_a_usual_day_say_little_about_its_hours() -> None:
    """An hour without any of its few rows is no hour in which one is news."""
    before = hours((7, 8, 20))
    profile = profile_of(
        {"app": {"old": (hours((3, 4, 1), (6, 24, 90)), before), "web": (all_day(40), all_day(40))}}
    )
    shift = find_shift(profile, 1.0, 1)
    assert shift is not None
    assert (shift.value, shift.first) == ("old", 6)


def test_a_part_of_few_rows_has_no_hour_by_chance() -> None:
    """Nothing at night, where one row was to be expected at most: it changed all day."""
    traffic = hours((0, 8, 2), (8, 24, 100))
    app = hours((8, 24, 10))
    profile = profile_of({"app": {"new": (app, all_day(0)), "old": (traffic, traffic)}})
    shift = find_shift(profile, 1.0, 1)
    assert shift is not None
    assert shift.covers(HOURS)


def test_a_companion_is_another_column_that_rose_far_more() -> None:
    profile = profile_of(
        {
            "page": {"/": (all_day(100), all_day(1)), "/a": (all_day(5), all_day(5))},
            "agent": {"phones": (all_day(65), all_day(1)), "bots": (all_day(40), all_day(5))},
        }
    )
    shift = find_shift(profile, 1.0, 1)
    assert shift is not None
    also = companion(profile, 1.0, shift)
    assert (shift.value, also.value if also else None) == ("/", "phones")


def test_the_same_rows_by_another_name_are_no_companion() -> None:
    profile = profile_of(
        {
            "page": {"/": (all_day(100), all_day(1)), "/a": (all_day(5), all_day(5))},
            "path": {"home": (all_day(100), all_day(1)), "a": (all_day(5), all_day(5))},
        }
    )
    shift = find_shift(profile, 1.0, 1)
    assert shift is not None
    assert companion(profile, 1.0, shift) is None


@pytest.mark.parametrize("judged_hours", [7, 24])
def test_hours_that_have_not_come_are_no_change(judged_hours: int) -> None:
    """While the day lasts both days are cut at the same hour."""
    profile = profile_of(
        {"device": {"ios": (hours((0, 3, 40), (3, judged_hours, 0)), hours((0, judged_hours, 40))),
                    "web": (hours((0, judged_hours, 90)),) * 2}},
        judged_hours=judged_hours,
    )  # fmt: skip
    shift = find_shift(profile, 1.0, -1)
    assert shift is not None
    assert (shift.value, shift.first, shift.last) == ("ios", 3, judged_hours)


counts = st.lists(st.integers(0, 300), min_size=HOURS, max_size=HOURS)


@given(
    now=counts, before=counts, others=counts, scale=st.floats(0.2, 5), side=st.sampled_from([1, -1])
)
def test_what_is_told_holds(
    now: list[int], before: list[int], others: list[int], scale: float, side: int
) -> None:
    """Whatever the rows: the numbers are those of the hours, and they are on the right side."""
    profile = profile_of({"a": {"x": (now, before), "y": (others, others)}})
    shift = find_shift(profile, scale, side)
    if shift is None:
        return
    part = profile.total if shift.column is None else profile.columns["a"][shift.value]
    assert 0 <= shift.first < shift.last <= HOURS
    if shift.covers(HOURS):
        assert shift.rows == part.total
    assert shift.rows <= part.total
    assert (shift.rows - shift.expected) * side > 0
    assert shift.rows + shift.rest == profile.total.total


@given(expected=st.floats(0.5, 1e6))
def test_the_usual_count_is_the_least_surprising(expected: float) -> None:
    assert gain_of(expected, expected) == pytest.approx(0, abs=1e-6)
    assert gain_of(2 * expected, expected) > 0
    assert gain_of(0, expected) == pytest.approx(expected)
    assert math.isfinite(gain_of(1e12, 0))


@pytest.mark.parametrize("web", [4, 9, 19, 99])
@pytest.mark.parametrize(("factor", "side"), [(0, -1), (3, 1)])
def test_a_change_of_everything_is_not_blamed_on_the_largest_part(
    web: int, factor: int, side: int
) -> None:
    """Web has 80 to 99 % of the traffic; from 12:00 on all of it changed alike."""
    values = {
        name: (hours((0, 12, rows), (12, 24, rows * factor)), all_day(rows))
        for name, rows in (("web", 20 * web), ("ios", 20))
    }
    shift = find_shift(profile_of({"device": values}), 1.0, side)
    assert shift is not None
    assert (shift.column, shift.first, shift.last) == (None, 12, 24)


def test_the_only_value_of_a_column_is_no_part() -> None:
    profile = profile_of({"event": {"view": (hours((0, 12, 90)), all_day(90))}})
    shift = find_shift(profile, 1.0, -1)
    assert shift is not None
    assert (shift.column, shift.first) == (None, 12)


@pytest.mark.parametrize("factor", [0.5, 2])
def test_a_change_of_the_whole_day_has_no_hour(factor: float) -> None:
    """Chance differs from hour to hour, but no hour is as usual."""
    noise = [0, 7, -6, 3, -2, 8, -7, 1, 5, -4, 0, 6, -3, 2, -8, 4, 1, -1, 7, -5, 3, 0, -6, 2]
    rows = tuple(round(90 * factor) + n for n in noise)
    profile = profile_of(
        {"device": {"ios": (rows, all_day(90)), "web": (all_day(90), all_day(90))}}
    )
    shift = find_shift(profile, 1.0, 1 if factor > 1 else -1)
    assert shift is not None
    assert (shift.value, shift.covers(HOURS)) == ("ios", True)


def test_the_other_way_of_the_others_is_no_only() -> None:
    """Web fell to nothing while ios is four times as much: neither is all that happened."""
    profile = profile_of(
        {"device": {"ios": (all_day(120), all_day(30)), "web": (all_day(0), all_day(50))}}
    )
    shift = find_shift(profile, 1.0, 1)
    assert shift is None or not shift.is_alone


def test_an_hour_that_may_be_another_one_is_about() -> None:
    """Half of the usual from 6 on, and the hour before just as few by chance."""
    ios = hours((0, 5, 100), (5, 6, 79), (6, 24, 50))
    profile = profile_of(
        {"device": {"ios": (ios, all_day(100)), "web": (all_day(90), all_day(90))}}
    )
    shift = find_shift(profile, 1.0, -1)
    assert shift is not None
    assert (shift.value, shift.is_sharp) == ("ios", False)


def test_hours_without_any_row_are_not_added() -> None:
    profile = profile_of(
        {"app": {"new": (hours((20, 21, 300)), hours((3, 4, 1))), "old": (all_day(4), all_day(9))}}
    )
    shift = find_shift(profile, 0.4, 1, is_lenient=True)
    assert shift is not None
    assert (shift.value, shift.first, shift.last) == ("new", 20, 21)
