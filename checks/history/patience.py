"""How long a history may take: a verdict waits a few seconds for it, and no longer.

Drivers, servers and file systems are free to answer never. Each piece of work is therefore done
on a daemon thread of its own, which is stopped when its time is over and, where even that is
ignored, left behind.
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
#: How long nothing is read from a store that just cost this long to fail, or longer.
REST_SECONDS, SLOW_SECONDS = 30.0, 1.0
#: Of an attempt's time: what a lock may take of it, so that the store's own words are heard.
_OF_LOCKS = 0.8


class TimedOutError(Exception):
    """The time is over. A signal inside the history; never shown."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for one read, and for one write; inside `one_budget` for all of them together."""

    read: float = READ_SECONDS
    write: float = WRITE_SECONDS

    def of(self, kind: Kind) -> float:
        """The limit of one kind of work."""
        return self.read if kind == "read" else self.write


@dataclass(slots=True)
class _Spent:
    """Seconds that one evaluation's reads and writes took so far."""

    read: float = 0.0
    write: float = 0.0

    def of(self, kind: Kind) -> float:
        return self.read if kind == "read" else self.write

    def add(self, kind: Kind, seconds: float) -> None:
        setattr(self, kind, self.of(kind) + seconds)


_SPENT: ContextVar[_Spent | None] = ContextVar("andon_history_spent", default=None)


@contextmanager
def one_budget() -> Iterator[None]:
    """All reads inside share one limit, and all writes another: those of one evaluation."""
    token = _SPENT.set(_Spent())
    try:
        yield
    finally:
        _SPENT.reset(token)


class Attempt:
    """One piece of work on a thread of its own, for so many seconds.

    busy_seconds: the longest wait for a lock; less where the attempt itself is shorter.
    """

    def __init__(self, seconds: float, busy_seconds: float) -> None:
        self.seconds = seconds
        self.lock_seconds = min(busy_seconds, _OF_LOCKS * seconds)
        self._stop: Callable[[], None] | None = None
        self._is_over = False
        self._lock = threading.Lock()

    def stops_by(self, stop: Callable[[], None]) -> None:
        """How to end what is waited for. Called at once when the time is over already."""
        with self._lock:
            self._stop, is_over = stop, self._is_over
        if is_over:
            stop()

    def run(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises. Raises TimedOutError; interruptible by Ctrl-C."""
        if self.seconds <= 0:
            raise TimedOutError
        outcome: dict[str, Any] = {}
        done = threading.Event()

        def task() -> None:
            try:
                outcome["value"] = work()
            except BaseException as error:  # noqa: BLE001  (handed to the caller below)
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
def attempt(kind: Kind, limits: Limits, busy_seconds: float) -> Iterator[Attempt]:
    """An attempt with what is left of the limit; the time inside counts as spent."""
    spent = _SPENT.get()
    left = limits.of(kind) - (spent.of(kind) if spent else 0.0)
    begun = monotonic()
    try:
        yield Attempt(left, busy_seconds)
    finally:
        if spent:
            spent.add(kind, monotonic() - begun)


class Resting:
    """Stores that just cost much time to fail: for a while a read of them fails at once.

    So a page with ten reads does not wait ten times. Shared by all threads.
    """

    def __init__(self) -> None:
        self._until: dict[str, tuple[float, str]] = {}

    def why(self, store: str) -> str | None:
        """What went wrong, while the store rests."""
        until, words = self._until.get(store, (0.0, ""))
        return words if monotonic() < until else None

    def failed(self, store: str, words: str, seconds: float) -> None:
        """Let a store rest whose failure took so long."""
        if seconds >= SLOW_SECONDS:
            self._until[store] = (monotonic() + REST_SECONDS, words)

    def answered(self, store: str) -> None:
        """It answers again."""
        self._until.pop(store, None)

    def forget(self) -> None:
        """As if nothing had failed."""
        self._until.clear()


RESTING = Resting()
