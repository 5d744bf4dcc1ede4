"""A server that runs for weeks holds what it held on its first day. Counted, not timed."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Thread
from types import BuiltinMethodType, MethodType, SimpleNamespace
from typing import Any

import pytest

from dashboard import data, garbage_collection
from dashboard.data import kept, reading
from tests.dashboard.conftest import NOW
from tests.dashboard.screen import Screen

NAME = "web-clickstream"
Demo = Callable[..., Path]
Open = Callable[..., Screen]
PAGES = (
    "overview", "runs", "quarantine", "volume", "revenue", "orphan-orders", "history", "review",
)  # fmt: skip
#: Refreshes until everything that stays in memory exists, and those that are measured afterwards.
FIRST, MORE = 3, 6
_METHODS = (MethodType, BuiltinMethodType)
#: Objects, of tens of thousands; a page that leaks at each refresh would leave hundreds.
FEW = 40


class Weeks:
    """Pages that stay open while their numbers are renewed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *pages: Screen) -> None:
        self._pages, self._moment = pages, NOW
        monkeypatch.setattr(data, "now", lambda: self._moment)

    def renew(self, times: int) -> None:
        """The numbers are measured again, and all pages draw them."""
        for _ in range(times):
            self._moment += timedelta(seconds=61)
            for function, seconds in ((data._evaluate, 60.0), (data._gate, 5.0), (data._days, 5.0)):
                data._cached(function, seconds).clear()
            for page in self._pages:
                page.run()


def objects() -> Counter[str]:
    """The objects that the garbage collector looks after, by type.

    Without methods: coverage keeps some of each thread, and each run of a page is a thread.
    """
    gc.unfreeze()
    gc.collect()
    instances = (instance for instance in gc.get_objects() if not isinstance(instance, _METHODS))
    return Counter(
        f"{type(instance).__module__}.{type(instance).__qualname__}" for instance in instances
    )


@pytest.mark.parametrize("paths", [PAGES[:4], PAGES[4:]])
def test_no_page_leaves_anything_at_a_renewal(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch, paths: tuple[str, ...]
) -> None:
    first = screen(demo(), path=paths[0])
    weeks = Weeks(monkeypatch, first, *(Screen(path, {}) for path in paths[1:]))
    weeks.renew(FIRST)
    before, kept, size = objects(), len(data.evaluation_cache()), data.evaluation_cache().size
    weeks.renew(MORE)
    grown = objects() - before
    assert grown.total() < FEW * MORE, grown.most_common(9)
    assert len(data.evaluation_cache()) == kept
    assert data.evaluation_cache().size < size * 1.1


def test_a_session_keeps_as_many_values_however_often_it_is_drawn(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = screen(demo(), path="quarantine")
    weeks = Weeks(monkeypatch, page)
    weeks.renew(1)
    before = keys(page)
    weeks.renew(MORE)
    assert keys(page) == before


def keys(page: Screen) -> set[str]:
    return set(iter(page.at.session_state))


def test_recorded_evaluations_that_are_read_again_are_the_same(demo: Demo, screen: Open) -> None:
    """Or each session would hold its own: they look at different times."""
    screen(demo())
    first = data._days(NAME, 0, data.due_day(data.pipeline(NAME).config), 90, 0).evaluations
    again = data._days(NAME, 0, data.due_day(data.pipeline(NAME).config), 90, 1).evaluations
    assert len(first) > 5
    assert all(evaluation is other for evaluation, other in zip(first, again, strict=True))
    assert len(kept._EVALUATIONS) <= kept._MOST_EVALUATIONS


def test_another_evaluation_under_a_known_number_is_not_taken_for_it(
    demo: Demo, screen: Open
) -> None:
    """A history may be put back from a copy."""
    screen(demo())
    (known, *_) = data._days(NAME, 0, data.due_day(data.pipeline(NAME).config), 90, 0).evaluations
    other = replace(known, exit_code=7)
    assert kept.shared([other]) == (other,)
    assert kept.shared([known])[0].exit_code == known.exit_code


def test_what_lives_is_out_of_the_collectors_sight_and_garbage_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[str] = []
    for name in ("unfreeze", "collect", "freeze"):
        monkeypatch.setattr(gc, name, lambda *_, name=name: calls.append(name))
    garbage_collection.freeze_survivors.clear()
    garbage_collection.freeze_survivors()
    garbage_collection.freeze_survivors()
    assert calls == ["unfreeze", "collect", "freeze"]


def config_for(url: str) -> Any:
    """As much of a configuration as taking turns needs."""
    return SimpleNamespace(warehouse=SimpleNamespace(url=url))


@pytest.mark.parametrize(
    ("url", "together"),
    [("duckdb:///shop.duckdb", 1), ("duckdb://", 1), ("postgresql://db/shop", 5)],
)
def test_what_is_read_in_this_process_is_read_one_after_the_other(url: str, together: int) -> None:
    """The memory of a reading is let go of before the next one takes its own."""
    inside, most, all_in = [0], [0], Barrier(5)

    def read() -> None:
        with reading.one_reader_at_a_time(config_for(url)):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            with suppress(BrokenBarrierError):
                all_in.wait(60 if together == 5 else 0.01)
            inside[0] -= 1

    readers = [Thread(target=read) for _ in range(5)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(60)
    assert most == [together]


def test_a_slow_reading_is_not_waited_for_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_READER_WAIT_SECONDS", 0.01)
    config = config_for("duckdb://")
    with (
        reading.one_reader_at_a_time(config),
        reading.one_reader_at_a_time(config),
    ):  # the second came while the first reads
        pass
    assert not reading._READER_LOCK.locked()
