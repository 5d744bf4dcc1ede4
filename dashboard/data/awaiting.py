"""Waiting for several answers at once, and for none of them for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future, wait
from typing import Any, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Awaiting:
    """Readings in progress, each in a thread of its own and at most once at a time.

    A thread whose warehouse hangs ends with the warehouse's own time limit, and never keeps the
    server from ending.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[Hashable, Future[Any]] = {}

    def all(self, readings: Mapping[Key, Callable[[], Any]], patience: float) -> dict[Key, Any]:
        """The answers that are there within so many seconds in all, by key.

        A reading that failed answers with its error; one that takes longer goes on, and is
        answered by a later call. Equal keys are one reading.
        """
        futures = {key: self._start(key, read) for key, read in readings.items()}
        wait(futures.values(), timeout=patience)
        return {
            key: future.exception() or future.result()
            for key, future in futures.items()
            if future.done()
        }

    def _start(self, key: Hashable, read: Callable[[], Any]) -> Future[Any]:
        with self._lock:
            running = self._running.get(key)
            if running is not None:
                return running
            future: Future[Any] = Future()
            self._running[key] = future

        def work() -> None:
            try:
                future.set_result(read())
            except Exception as error:  # noqa: BLE001  (an answer too)
                future.set_exception(error)
            finally:
                with self._lock:
                    self._running.pop(key, None)

        threading.Thread(target=work, name="andon-awaited", daemon=True).start()
        return future
