"""A cache, bounded in size, of what was read and built for the latest evaluations.

Only the two latest evaluations of a day are kept; what belongs to older ones is dropped at once,
so that a server that runs for weeks needs no more memory than on its first day.
"""

from __future__ import annotations

import pickle
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

#: Evaluations kept for a day: a page drawn during a refresh still needs the previous one.
_EVALUATIONS = 2
#: An object takes up to so many times the size of its pickle in memory.
_SIZE_FACTOR = 8
#: Added to each value's size; and the size assumed of a value that cannot be pickled.
_OVERHEAD_BYTES, _UNPICKLABLE_BYTES = 1024, 1024 * 1024


class EvaluationKey(NamedTuple):
    """The evaluation of a pipeline's day at one time: what cached values belong to."""

    pipeline: str
    day: date
    evaluated_at: datetime


@dataclass(slots=True)
class _Slot:
    used_at: float
    lock: threading.Lock = field(default_factory=threading.Lock)
    size: int = 0
    keep_alive: object = None
    is_made: bool = False
    value: Any = None


class EvaluationCache:
    """Values by evaluation and key. The least recently used are evicted first, the newest never."""

    def __init__(self, most_bytes: int, idle_seconds: float) -> None:
        self._most_bytes, self._idle_seconds = most_bytes, idle_seconds
        self._lock = threading.Lock()
        self._slots: OrderedDict[tuple[EvaluationKey, Hashable], _Slot] = OrderedDict()
        self._latest: dict[tuple[str, date], list[EvaluationKey]] = {}

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def size(self) -> int:
        """An upper estimate of the memory of all values, in bytes."""
        return sum(slot.size for slot in list(self._slots.values()))

    def get(
        self,
        evaluation: EvaluationKey,
        key: Hashable,
        make: Callable[[], Any],
        keep_alive: object = None,
    ) -> Any:
        """The value of a key; `make` builds it once, also for threads that ask at the same time.

        `keep_alive` is held as long as the value: objects that `key` identifies by their id().
        """
        slot = self._slot(evaluation, key)
        with slot.lock:
            if not slot.is_made:
                slot.value, slot.keep_alive = make(), keep_alive
                slot.is_made = True
                self._update_size(slot)
        return slot.value

    def _slot(self, evaluation: EvaluationKey, key: Hashable) -> _Slot:
        with self._lock:
            slot = self._slots.get((evaluation, key))
            if slot is None:
                self._evict_outdated(evaluation)
                slot = self._slots[evaluation, key] = _Slot(used_at=0.0)
            slot.used_at = time.monotonic()
            self._slots.move_to_end((evaluation, key))
            return slot

    def _evict_outdated(self, evaluation: EvaluationKey) -> None:
        """Drop what is outdated or unused before something is added.

        The latest evaluation is the one that was added last: a clock may be set back.
        """
        latest = self._latest.setdefault(evaluation[:2], [])
        if evaluation not in latest:
            latest.append(evaluation)
            del latest[:-_EVALUATIONS]
        oldest = time.monotonic() - self._idle_seconds
        for slot_key, slot in list(self._slots.items()):
            if slot_key[0] not in self._latest[slot_key[0][:2]] or slot.used_at < oldest:
                del self._slots[slot_key]
        pipeline_days = {cached[:2] for cached, _ in self._slots} | {evaluation[:2]}
        self._latest = {
            pipeline_day: evaluations
            for pipeline_day, evaluations in self._latest.items()
            if pipeline_day in pipeline_days
        }

    def _update_size(self, slot: _Slot) -> None:
        slot.size = _estimated_size((slot.keep_alive, slot.value))
        with self._lock:
            total = self.size
            while total > self._most_bytes and len(self._slots) > 1:
                total -= self._slots.popitem(last=False)[1].size


#: Raised for what cannot be pickled.
_PICKLE_ERRORS = (pickle.PicklingError, AttributeError, TypeError, ValueError, RecursionError)


def _estimated_size(value: object) -> int:
    try:
        return _OVERHEAD_BYTES + _SIZE_FACTOR * len(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
    except _PICKLE_ERRORS:
        return _UNPICKLABLE_BYTES
