"""What is read and made stays bounded, however often the numbers are renewed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard import evaluation_cache as module
from dashboard.evaluation_cache import About, Shelf

DAY = date(2025, 3, 8)
FIRST = datetime(2025, 3, 9, 7, 10, tzinfo=UTC)
MEGABYTE = 1024 * 1024


def about(minutes: int = 0, day: date = DAY, pipeline: str = "shop") -> About:
    return About(pipeline, day, FIRST + timedelta(minutes=minutes))


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(64 * MEGABYTE, idle_seconds=1800.0)


def test_a_value_is_made_once(shelf: Shelf) -> None:
    first = shelf.get(about(), "a", object)
    assert shelf.get(about(), "a", object) is first
    assert shelf.get(about(), "b", object) is not first
    assert shelf.get(about(day=date(2025, 3, 7)), "a", object) is not first
    assert shelf.get(about(pipeline="other"), "a", object) is not first
    assert shelf.get(about(minutes=1), "a", object) is not first


def test_weeks_of_renewals_keep_what_two_evaluations_keep(shelf: Shelf) -> None:
    for minute in range(10_000):
        for key in range(5):
            shelf.get(about(minute), key, lambda: ["x"] * 100)
        if minute == 1:
            after_two = len(shelf), shelf.size
    assert (len(shelf), shelf.size) == after_two


def test_a_page_that_is_being_drawn_finds_what_was_before_the_renewal(shelf: Shelf) -> None:
    before = shelf.get(about(), "a", object)
    shelf.get(about(minutes=1), "a", object)
    assert shelf.get(about(), "a", object) is before
    shelf.get(about(minutes=2), "a", object)
    assert shelf.get(about(), "a", object) is not before


def test_a_clock_that_was_set_back_makes_no_difference(shelf: Shelf) -> None:
    shelf.get(about(minutes=60), "a", object)
    for minute in range(3):
        here = about(minute)
        assert shelf.get(here, "a", object) is shelf.get(here, "a", object)
    assert len(shelf) == 2


def test_many_days_and_searches_take_no_more_than_is_allowed() -> None:
    shelf = Shelf(4 * MEGABYTE, idle_seconds=1800.0)
    for number in range(500):
        shelf.get(about(day=DAY - timedelta(days=number % 40)), number, lambda: b"x" * 50_000)
        assert shelf.size <= 4 * MEGABYTE
    assert len(shelf) > 5


def test_what_is_used_stays_when_room_is_needed() -> None:
    shelf = Shelf(4 * MEGABYTE, idle_seconds=1800.0)
    used = shelf.get(about(), "used", object)
    for number in range(100):
        shelf.get(about(), number, lambda: b"x" * 50_000)
        assert shelf.get(about(), "used", object) is used


def test_what_alone_is_too_big_stays_until_the_next() -> None:
    shelf = Shelf(1000, idle_seconds=1800.0)
    big = shelf.get(about(), "big", lambda: b"x" * 5000)
    assert shelf.get(about(), "big", bytes) is big
    shelf.get(about(), "next", bytes)
    assert len(shelf) == 1


def test_what_is_held_counts(shelf: Shelf) -> None:
    shelf.get(about(), "a", lambda: None, held=b"x" * MEGABYTE)
    assert shelf.size > MEGABYTE


def test_what_cannot_be_weighed_counts_as_much(shelf: Shelf) -> None:
    shelf.get(about(), "a", lambda: lambda: None)
    assert shelf.size == MEGABYTE


def test_what_nobody_asks_for_goes(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 0.0
    monkeypatch.setattr(module.time, "monotonic", lambda: moment)
    shelf.get(about(), "a", object)
    moment = 1801.0
    shelf.get(about(pipeline="other"), "b", object)
    assert len(shelf) == 1


def test_an_error_is_not_kept(shelf: Shelf) -> None:
    def fail() -> object:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        shelf.get(about(), "a", fail)
    assert shelf.get(about(), "a", lambda: 3) == 3


def test_viewers_who_come_at_once_wait_for_one_making(shelf: Shelf) -> None:
    begun, go_on, made = threading.Event(), threading.Event(), []

    def make() -> object:
        begun.set()
        go_on.wait(60)
        made.append(1)
        return object()

    found: list[object] = []
    ask: Callable[[], None] = lambda: found.append(shelf.get(about(), "a", make))  # noqa: E731
    viewers = [threading.Thread(target=ask) for _ in range(8)]
    for viewer in viewers:
        viewer.start()
    assert begun.wait(60)
    go_on.set()
    for viewer in viewers:
        viewer.join(60)
    assert len(made) == 1
    assert len({id(one) for one in found}) == 1
