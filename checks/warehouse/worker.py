"""Runs every driver call on a thread of its own, so that no driver can exceed the deadline.

Drivers may ignore signals and time-outs while they wait in C code. The main thread waits here
instead: it reacts to Ctrl-C, cancels calls that take too long and, where even that has no effect,
abandons the daemon thread.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, TypeVar

T = TypeVar("T")
_GRACE_SECONDS = 2.0


class DeadlineExceededError(Exception):
    """The time for the whole evaluation is used up."""


class Worker:
    """One daemon thread that executes calls in order, with a common deadline."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._deadline = monotonic() + seconds
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="andon-warehouse", daemon=True)
        self._thread.start()
        self._abandoned = False

    def remaining(self) -> float:
        """Seconds left until the deadline; never negative."""
        return max(0.0, self._deadline - monotonic())

    @contextmanager
    def limited_to(self, seconds: float) -> Iterator[None]:
        """A nearer deadline for the calls made meanwhile."""
        deadline = self._deadline
        self._deadline = min(deadline, monotonic() + seconds)
        try:
            yield
        finally:
            self._deadline = deadline

    def call(self, function: Callable[[], T], cancel: Callable[[], None]) -> T:
        """The function's result, from the worker thread.

        Raises what the function raised, or DeadlineExceededError after calling `cancel`.
        """
        if self._abandoned or not self.remaining():
            raise DeadlineExceededError
        outcome: dict[str, Any] = {}
        done = threading.Event()

        def task() -> None:
            try:
                outcome["value"] = function()
            except BaseException as error:  # noqa: BLE001  (raised to the caller below)
                outcome["error"] = error
            done.set()

        self._calls.put(task)
        self._wait(done, cancel)
        if "error" in outcome:
            raise outcome["error"]
        result: T = outcome["value"]
        return result

    def _wait(self, done: threading.Event, cancel: Callable[[], None]) -> None:
        try:
            if done.wait(self.remaining()):
                return
        except KeyboardInterrupt:
            cancel()
            raise
        cancel()
        self._abandoned = not done.wait(_GRACE_SECONDS)
        raise DeadlineExceededError

    def stop(self, last: Callable[[], None]) -> None:
        """Run `last` on the thread and end it. An abandoned thread does so by itself."""
        self._calls.put(last)
        self._calls.put(None)
        if not self._abandoned:
            self._thread.join(_GRACE_SECONDS)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            call()
