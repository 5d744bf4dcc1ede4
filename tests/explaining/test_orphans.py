"""What most orphans have in common that most orders have not."""

from __future__ import annotations

import pytest

from checks.core.model import Explanation
from checks.core.profiles import DayProfile, HourCounts
from checks.explaining.orphans import ORPHANS
from checks.explaining.shares import shared_part
from tests.explaining.profiles import DAY, all_day, hours, profile_of


def explained_by(profile: DayProfile) -> Explanation | None:
    """What explains the orphans of a profile."""
    return shared_part(profile, ORPHANS)


def spread(**channels: tuple[tuple[int, ...], tuple[int, ...]]) -> DayProfile:
    """Orphans and all orders by channel."""
    return profile_of({"channel": channels})


def test_a_channel_that_holds_them_all() -> None:
    profile = spread(email=(hours((3, 11, 1)), all_day(1)), direct=(all_day(0), all_day(9)))
    explained = explained_by(profile)
    assert explained is not None
    assert (explained.kind, explained.text) == (
        "segment", "email only: all 8 orphans, but 10.0 % of the orders",
    )  # fmt: skip


def test_since_an_hour() -> None:
    profile = spread(
        email=(hours((20, 24, 1)), all_day(5)), direct=(hours((20, 24, 1)), all_day(5))
    )
    explained = explained_by(profile)
    assert explained is not None
    assert explained.text == "Since 20:00: all 8 orphans, but 16.7 % of the orders"


def test_most_of_them() -> None:
    profile = spread(email=(hours((0, 10, 1)), all_day(1)), direct=(hours((3, 5, 1)), all_day(30)))
    explained = explained_by(profile)
    assert explained is not None
    assert explained.text == (
        "From 00:00 to 10:00, mostly email: 10 of 12 orphans, but 1.3 % of the orders"
    )


def test_four_orders_have_no_common_cause() -> None:
    """By chance some part of the day holds so few of them."""
    profile = spread(email=(hours((3, 7, 1)), all_day(2)), direct=(all_day(0), all_day(12)))
    assert explained_by(profile) is None


def test_orphans_everywhere_have_no_common_cause() -> None:
    profile = spread(email=(all_day(1), all_day(10)), direct=(all_day(1), all_day(10)))
    assert explained_by(profile) is None


@pytest.mark.parametrize(("orphans", "holds"), [(8, False), (9, True), (10, True)])
def test_nine_tenths_are_nearly_all(orphans: int, holds: bool) -> None:
    profile = DayProfile(DAY, DAY, HourCounts(hours((3, 4, orphans)), hours((3, 4, 10))), {})
    explained = explained_by(profile)
    assert (explained is not None) is holds
    if explained is not None:
        assert explained.text == f"{orphans} of 10 orders are orphans"


def test_a_single_order_is_not_all_of_them() -> None:
    profile = DayProfile(DAY, DAY, HourCounts(hours((3, 4, 1)), hours((3, 4, 1))), {})
    assert explained_by(profile) is None


def test_some_hours_alone() -> None:
    """Three hours of the afternoon, though orders come all day."""
    profile = spread(
        email=(hours((13, 16, 3)), all_day(5)), direct=(hours((13, 16, 4)), all_day(6))
    )
    explained = explained_by(profile)
    assert explained is not None
    assert explained.text == "From 13:00 to 16:00: all 21 orphans, but 12.5 % of the orders"


def test_without_any_order_there_is_nothing_to_explain() -> None:
    assert explained_by(DayProfile(DAY, DAY, HourCounts(), {})) is None


def test_many_orphans_are_no_arithmetic_fault() -> None:
    """Five thousand of six thousand have more combinations than a float can hold."""
    profile = spread(email=(all_day(208), all_day(210)), direct=(all_day(42), all_day(400)))
    explained = explained_by(profile)
    assert explained is not None
    assert explained.text.startswith("Mostly email: 4,992 of 6,000 orphans")


@pytest.mark.parametrize("email", [3, 4, 5, 6, 7])
def test_a_channel_of_about_half_of_the_orders_needs_no_hours(email: int) -> None:
    """Some hours of it would hold fewer than half of the orders, by their choice alone."""
    profile = spread(email=(all_day(email), all_day(email)), direct=(all_day(0), all_day(5)))
    explained = explained_by(profile)
    assert explained is not None
    assert explained.text.startswith(f"email only: all {24 * email} orphans, but ")
    assert explained.evidence["hours"] is None


@pytest.mark.parametrize(("stray", "holds"), [(1, True), (2, False)])
def test_a_part_of_more_than_half_has_nearly_all_of_them(stray: int, holds: bool) -> None:
    """One in twenty of the others, while half of its own are."""
    profile = spread(email=(all_day(15), all_day(30)), direct=(hours((0, 24, stray)), all_day(20)))
    assert (explained_by(profile) is not None) is holds


def test_a_part_of_nearly_all_orders_is_no_special_one() -> None:
    profile = spread(email=(all_day(40), all_day(100)), direct=(all_day(0), all_day(10)))
    assert explained_by(profile) is None


@pytest.mark.parametrize(("before", "holds"), [(0, True), (1, True), (4, False), (8, False)])
def test_hours_begin_where_the_orders_before_are_rarely_affected(before: int, holds: bool) -> None:
    profile = spread(
        email=(hours((0, 8, before), (8, 24, 9)), all_day(10)), direct=(all_day(0), all_day(30))
    )
    explained = explained_by(profile)
    assert explained is not None
    assert (explained.evidence["hours"] == [8, 24]) is holds


def test_few_orders_before_are_no_beginning() -> None:
    """With four expected before the first one, none is chance."""
    profile = spread(
        email=(hours((0, 2, 0), (2, 24, 2)), all_day(2)), direct=(all_day(0), all_day(5))
    )
    explained = explained_by(profile)
    assert explained is not None
    assert explained.text == "email only: all 44 orphans, but 28.6 % of the orders"
