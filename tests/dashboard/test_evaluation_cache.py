"""What is read and made stays bounded, however often the numbers are renewed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard import evaluation_cache as module
from dashboard.evaluation_cache import EvaluationCache, EvaluationKey

DAY = date(2025, 3, 8)
FIRST = datetime(2025, 3, 9, 7, 10, tzinfo=UTC)
MEGABYTE = 1024 * 1024


def evaluation(minutes: int = 0, day: date = DAY, pipeline: str = "shop") -> EvaluationKey:
    return EvaluationKey(pipeline, day, FIRST + timedelta(minutes=minutes))


@pytest.fixture
def cache() -> EvaluationCache:
    return EvaluationCache(64 * MEGABYTE, idle_seconds=1800.0)


def test_a_value_is_made_once(cache: EvaluationCache) -> None:
    first = cache.get(evaluation(), "a", object)
    assert cache.get(evaluation(), "a", object) is first
    assert cache.get(evaluation(), "b", object) is not first
    assert cache.get(evaluation(day=date(2025, 3, 7)), "a", object) is not first
    assert cache.get(evaluation(pipeline="other"), "a", object) is not first
    assert cache.get(evaluation(minutes=1), "a", object) is not first


def test_weeks_of_renewals_keep_what_two_evaluations_keep(cache: EvaluationCache) -> None:
    for minute in range(10_000):
        for key in range(5):
            cache.get(evaluation(minute), key, lambda: ["x"] * 100)
        if minute == 1:
            after_two = len(cache), cache.size
    assert (len(cache), cache.size) == after_two


def test_a_page_that_is_being_drawn_finds_what_was_before_the_renewal(
    cache: EvaluationCache,
) -> None:
    before = cache.get(evaluation(), "a", object)
    cache.get(evaluation(minutes=1), "a", object)
    assert cache.get(evaluation(), "a", object) is before
    cache.get(evaluation(minutes=2), "a", object)
    assert cache.get(evaluation(), "a", object) is not before


def test_a_clock_that_was_set_back_makes_no_difference(cache: EvaluationCache) -> None:
    cache.get(evaluation(minutes=60), "a", object)
    for minute in range(3):
        renewed = evaluation(minute)
        assert cache.get(renewed, "a", object) is cache.get(renewed, "a", object)
    assert len(cache) == 2


def test_many_days_and_searches_take_no_more_than_is_allowed() -> None:
    cache = EvaluationCache(4 * MEGABYTE, idle_seconds=1800.0)
    for number in range(500):
        cache.get(evaluation(day=DAY - timedelta(days=number % 40)), number, lambda: b"x" * 50_000)
        assert cache.size <= 4 * MEGABYTE
    assert len(cache) > 5


def test_what_is_used_stays_when_room_is_needed() -> None:
    cache = EvaluationCache(4 * MEGABYTE, idle_seconds=1800.0)
    used = cache.get(evaluation(), "used", object)
    for number in range(100):
        cache.get(evaluation(), number, lambda: b"x" * 50_000)
        assert cache.get(evaluation(), "used", object) is used


def test_what_alone_is_too_big_stays_until_the_next() -> None:
    cache = EvaluationCache(1000, idle_seconds=1800.0)
    big = cache.get(evaluation(), "big", lambda: b"x" * 5000)
    assert cache.get(evaluation(), "big", bytes) is big
    cache.get(evaluation(), "next", bytes)
    assert len(cache) == 1


def test_what_is_held_counts(cache: EvaluationCache) -> None:
    cache.get(evaluation(), "a", lambda: None, keep_alive=b"x" * MEGABYTE)
    assert cache.size > MEGABYTE


def test_what_cannot_be_weighed_counts_as_much(cache: EvaluationCache) -> None:
    cache.get(evaluation(), "a", lambda: lambda: None)
    assert cache.size == MEGABYTE


def test_what_nobody_asks_for_goes(cache: EvaluationCache, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 0.0
    monkeypatch.setattr(module.time, "monotonic", lambda: moment)
    cache.get(evaluation(), "a", object)
    moment = 1801.0
    cache.get(evaluation(pipeline="other"), "b", object)
    assert len(cache) == 1


def test_an_error_is_not_kept(cache: EvaluationCache) -> None:
    def fail() -> object:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cache.get(evaluation(), "a", fail)
    assert cache.get(evaluation(), "a", lambda: 3) == 3


def test_viewers_who_come_at_once_wait_for_one_making(cache: EvaluationCache) -> None:
    begun, go_on, made = threading.Event(), threading.Event(), []

    def make() -> object:
        begun.set()
        go_on.wait(60)
        made.append(1)
        return object()

    values: list[object] = []
    read: Callable[[], None] = lambda: values.append(cache.get(evaluation(), "a", make))  # noqa: E731
    viewers = [threading.Thread(target=read) for _ in range(8)]
    for viewer in viewers:
        viewer.start()
    assert begun.wait(60)
    go_on.set()
    for viewer in viewers:
        viewer.join(60)
    assert len(made) == 1
    assert len({id(value) for value in values}) == 1
