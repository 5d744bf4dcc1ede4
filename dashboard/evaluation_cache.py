"""What was read and made of the latest evaluations, once for all viewers, and bounded in size.

A new evaluation of a day makes everything of the one before the last outdated: it is let go of
at once, so that a server that runs for weeks holds what it held on its first day.
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

#: Pages that are being drawn while the numbers are renewed still need those before.
_EVALUATIONS = 2
#: An object in memory takes up to so many times the bytes of its pickle.
_TIMES = 8
#: What is counted for an entry on top, and for one that cannot be pickled.
_ENTRY, _UNKNOWN = 1024, 1024 * 1024


class About(NamedTuple):
    """Which evaluation something belongs to: that of a day, made at a moment."""

    pipeline: str
    day: date
    at: datetime


@dataclass(slots=True)
class _Slot:
    used: float
    lock: threading.Lock = field(default_factory=threading.Lock)
    size: int = 0
    held: object = None
    made: bool = False
    value: Any = None


class Shelf:
    """Values by evaluation and key. The least recently used go first; the newest stays."""

    def __init__(self, most_bytes: int, idle_seconds: float) -> None:
        self._most_bytes, self._idle_seconds = most_bytes, idle_seconds
        self._lock = threading.Lock()
        self._slots: OrderedDict[tuple[About, Hashable], _Slot] = OrderedDict()
        self._latest: dict[tuple[str, date], list[About]] = {}

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def size(self) -> int:
        """About how many bytes of memory its values take; rather too many than too few."""
        return sum(slot.size for slot in list(self._slots.values()))

    def get(self, about: About, key: Hashable, make: Callable[[], Any], held: object = None) -> Any:
        """The value, made where it is not there; several who ask at once wait for one making.

        `held` stays as long as the value does: what `key` knows by its identity.
        """
        slot = self._slot(about, key)
        with slot.lock:
            if not slot.made:
                slot.value, slot.held = make(), held
                slot.made = True
                self._weigh(slot)
        return slot.value

    def _slot(self, about: About, key: Hashable) -> _Slot:
        with self._lock:
            slot = self._slots.get((about, key))
            if slot is None:
                self._renew(about)
                slot = self._slots[about, key] = _Slot(used=0.0)
            slot.used = time.monotonic()
            self._slots.move_to_end((about, key))
            return slot

    def _renew(self, about: About) -> None:
        """Let go of what is outdated or unused before something is added.

        Which evaluation is the latest is told by when it came: a clock may be set back.
        """
        latest = self._latest.setdefault(about[:2], [])
        if about not in latest:
            latest.append(about)
            del latest[:-_EVALUATIONS]
        oldest = time.monotonic() - self._idle_seconds
        for place, slot in list(self._slots.items()):
            if place[0] not in self._latest[place[0][:2]] or slot.used < oldest:
                del self._slots[place]
        seen = {one[:2] for one, _ in self._slots} | {about[:2]}
        self._latest = {which: found for which, found in self._latest.items() if which in seen}

    def _weigh(self, slot: _Slot) -> None:
        slot.size = _size((slot.held, slot.value))
        with self._lock:
            total = self.size
            while total > self._most_bytes and len(self._slots) > 1:
                total -= self._slots.popitem(last=False)[1].size


#: What cannot be pickled says it with one of these.
_REFUSALS = (pickle.PicklingError, AttributeError, TypeError, ValueError, RecursionError)


def _size(value: object) -> int:
    try:
        return _ENTRY + _TIMES * len(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
    except _REFUSALS:
        return _UNKNOWN
