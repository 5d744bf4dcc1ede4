"""Time limits of a history: a verdict waits a few seconds for it, and no longer.

Drivers, servers and file systems may never answer. Each piece of work therefore runs on a daemon
thread of its own, which is stopped when its time is over and, where even that has no effect,
abandoned.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal, TypeVar

T = TypeVar("T")
Kind = Literal["read", "write"]

READ_SECONDS, WRITE_SECONDS = 5.0, 10.0
#: A store that took at least SLOW_SECONDS to fail is not read for REST_SECONDS.
REST_SECONDS, SLOW_SECONDS = 30.0, 1.0
#: The share of an attempt's time to wait for a lock, so that the store's own error is seen.
_LOCK_SHARE = 0.8


class TimedOutError(Exception):
    """The time is over: a signal inside the history; never shown."""


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds for one read and for one write; inside `one_budget` for all reads or writes."""

    read: float = READ_SECONDS
    write: float = WRITE_SECONDS

    def seconds_for(self, kind: Kind) -> float:
        """The limit for one kind of work."""
        return self.read if kind == "read" else self.write


@dataclass(slots=True)
class _TimeSpent:
    """Seconds that the reads and the writes of one evaluation have taken."""

    read: float = 0.0
    write: float = 0.0

    def seconds_for(self, kind: Kind) -> float:
        return self.read if kind == "read" else self.write

    def add(self, kind: Kind, seconds: float) -> None:
        setattr(self, kind, self.seconds_for(kind) + seconds)


_SPENT: ContextVar[_TimeSpent | None] = ContextVar("andon_history_spent", default=None)


@contextmanager
def one_budget() -> Iterator[None]:
    """All reads inside share one limit, and all writes another: for one evaluation."""
    token = _SPENT.set(_TimeSpent())
    try:
        yield
    finally:
        _SPENT.reset(token)


class Attempt:
    """One piece of work on a thread of its own, limited to `seconds`.

    busy_seconds: the longest wait for a lock; less where the attempt itself is shorter.
    """

    def __init__(self, seconds: float, busy_seconds: float) -> None:
        self.seconds = seconds
        self.lock_seconds = min(busy_seconds, _LOCK_SHARE * seconds)
        self._stop: Callable[[], None] | None = None
        self._is_over = False
        self._lock = threading.Lock()

    def set_stop(self, stop: Callable[[], None]) -> None:
        """Set what ends the work. Called at once where the time is over already."""
        with self._lock:
            self._stop, is_over = stop, self._is_over
        if is_over:
            stop()

    def run(self, work: Callable[[], T]) -> T:
        """Return or raise what `work` does. Raises TimedOutError; Ctrl-C interrupts it."""
        if self.seconds <= 0:
            raise TimedOutError
        outcome: dict[str, Any] = {}
        done = threading.Event()

        def task() -> None:
            try:
                outcome["value"] = work()
            except BaseException as error:  # noqa: BLE001  (raised to the caller below)
                outcome["error"] = error
            done.set()

        threading.Thread(target=task, name="andon-history", daemon=True).start()
        self._wait(done)
        if "error" in outcome:
            raise outcome["error"]
        result: T = outcome["value"]
        return result

    def _wait(self, done: threading.Event) -> None:
        is_done = False
        try:
            is_done = done.wait(self.seconds)
        finally:
            if not is_done:
                self._give_up()
        if not is_done:
            raise TimedOutError

    def _give_up(self) -> None:
        with self._lock:
            self._is_over, stop = True, self._stop
        if stop is not None:
            with suppress(Exception):
                stop()


@contextmanager
def attempt(kind: Kind, limits: TimeLimits, busy_seconds: float) -> Iterator[Attempt]:
    """An attempt with the rest of the limit; the time inside counts as spent."""
    spent = _SPENT.get()
    remaining = limits.seconds_for(kind) - (spent.seconds_for(kind) if spent else 0.0)
    started = monotonic()
    try:
        yield Attempt(remaining, busy_seconds)
    finally:
        if spent:
            spent.add(kind, monotonic() - started)


class RecentFailures:
    """Stores that recently took long to fail: reading them fails at once for a while.

    So a page with ten reads does not wait ten times. Shared by all threads.
    """

    def __init__(self) -> None:
        self._until: dict[str, tuple[float, str]] = {}

    def reason(self, store: str) -> str | None:
        """The failure's message, while it is recent; else None."""
        until, message = self._until.get(store, (0.0, ""))
        return message if monotonic() < until else None

    def add(self, store: str, message: str, seconds: float) -> None:
        """Add a failure, if it took long."""
        if seconds >= SLOW_SECONDS:
            self._until[store] = (monotonic() + REST_SECONDS, message)

    def remove(self, store: str) -> None:
        """Remove a store that works again."""
        self._until.pop(store, None)

    def clear(self) -> None:
        """Remove all failures."""
        self._until.clear()


RECENT_FAILURES = RecentFailures()
