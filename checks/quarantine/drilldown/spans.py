"""From when to when the rows of a file are, so that only the files of a day are read for it.

What was found once is remembered while the file stays as it is: a folder whose names tell no
day is read as a whole only once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from checks.quarantine.drilldown.hours import Ranges

_MOST_FILES = 50_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """First and last time of a file's rows: with an offset, without one, and as a mere day.

    Times are microseconds since 1970, in UTC and on the clock's face; None where there are
    no such rows. undated: rows without a time that can be read.
    """

    aware: tuple[int, int] | None
    local: tuple[int, int] | None
    days: tuple[str, str] | None
    undated: int

    def touches(self, ranges: Ranges, naive: ZoneInfo) -> bool:
        """Whether a row may lie in one of the ranges; always where a row's time is unknown."""
        if self.undated:
            return True
        if self.days and any(
            self.days[0] <= day.isoformat() <= self.days[1] for day, _ in ranges.days
        ):
            return True
        return any(
            _overlap(self.aware, _micros(start), _micros(end))
            or _overlap(self.local, _face(start, naive), _face(end, naive))
            for start, end, _ in ranges.spans
        )


def _overlap(known: tuple[int, int] | None, start: int, end: int) -> bool:
    return known is not None and known[0] < end and known[1] >= start


def _micros(moment: datetime) -> int:
    return round((moment - _EPOCH).total_seconds() * 1_000_000)


def _face(moment: datetime, zone: ZoneInfo) -> int:
    return _micros(moment.astimezone(zone).replace(tzinfo=UTC))


class SpanMemory:
    """Spans by file and state, for every reading of this process. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[object, ...], Span] = OrderedDict()

    def get(self, path: str, column: str) -> Span | None:
        """What is known of a file as it is now."""
        with self._lock:
            return self._known.get(_state(path, column))

    def put(self, path: str, column: str, span: Span) -> None:
        """Remember; the oldest are forgotten."""
        with self._lock:
            self._known[_state(path, column)] = span
            while len(self._known) > _MOST_FILES:
                self._known.popitem(last=False)


def _state(path: str, column: str) -> tuple[object, ...]:
    try:
        found = Path(path).stat()
    except OSError:
        return path, column
    return path, column, found.st_size, found.st_mtime_ns


SPANS = SpanMemory()


@dataclass(frozen=True, slots=True)
class Progress:
    """Bytes that were read, and those that are to be."""

    done: int
    total: int


class ProgressBoard:
    """How far the search through a folder is, by the folder's pattern."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, Progress] = {}

    def tell(self, pattern: str, progress: Progress | None) -> None:
        """The latest state; None where nothing is searched any more."""
        with self._lock:
            if progress is None:
                self._running.pop(pattern, None)
            else:
                self._running[pattern] = progress

    def of(self, pattern: str) -> Progress | None:
        """What was told last."""
        with self._lock:
            return self._running.get(pattern)


BOARD = ProgressBoard()


def batches(paths: Sequence[str], most_bytes: int) -> list[tuple[list[str], int]]:
    """Files in groups of about so many bytes, each with its size."""
    groups: list[tuple[list[str], int]] = []
    for path in paths:
        size = _size(path)
        if groups and groups[-1][1] + size <= most_bytes:
            groups[-1] = ([*groups[-1][0], path], groups[-1][1] + size)
        else:
            groups.append(([path], size))
    return groups


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0
