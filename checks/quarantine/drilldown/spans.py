"""First and last times of a file's rows, so that only files with rows of a day are read for it.

They are cached while a file is unchanged: a folder whose names say no day is read completely only
once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

from checks.quarantine.drilldown.hours import Ranges
from checks.quarantine.selection import size_of
from checks.quarantine.times import micros

_MOST_FILES = 50_000


@dataclass(frozen=True, slots=True)
class Span:
    """First and last time of a file's rows: with a time of day, and as a date only.

    Instants are microseconds since 1970 in UTC; None where there are no such rows. undated: rows
    without a time that can be read.
    """

    instants: tuple[int, int] | None
    days: tuple[str, str] | None
    undated: int

    def touches(self, ranges: Ranges) -> bool:
        """Whether a row may lie in one of the ranges; always where a row's time is unknown."""
        if self.undated:
            return True
        if self.days and any(
            self.days[0] <= day.isoformat() <= self.days[1] for day, _ in ranges.days
        ):
            return True
        return any(
            self.instants is not None
            and self.instants[0] < micros(end)
            and self.instants[1] >= micros(start)
            for start, end, _ in ranges.spans
        )


#: A path, how times are read, size and time of change.
FileState: TypeAlias = tuple[object, ...]


class SpanCache:
    """Spans by file and its state, for the whole process. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[FileState, Span] = OrderedDict()

    def get(self, path: str, column: str, naive: ZoneInfo) -> Span | None:
        """The span of a file in its present state, None where it is not known.

        column: of the time. naive: the zone of times without an offset.
        """
        state = state_of(path, column, naive)  # a folder that hangs must not hold the lock
        with self._lock:
            return self._known.get(state)

    def put(self, state: FileState, span: Span) -> None:
        """Store a file's span; the oldest are dropped.

        state: from before the file was read, so that one that grew meanwhile is read again.
        """
        with self._lock:
            self._known[state] = span
            while len(self._known) > _MOST_FILES:
                self._known.popitem(last=False)


def state_of(path: str, column: str, naive: ZoneInfo) -> FileState:
    """A file as it is now, and how its times are read."""
    try:
        status = Path(path).stat()
    except OSError:
        return path, column, naive
    return path, column, naive, status.st_size, status.st_mtime_ns


SPANS = SpanCache()


@dataclass(frozen=True, slots=True)
class ReadingProgress:
    """Bytes read so far, and in total."""

    done: int
    total: int


class ProgressBoard:
    """Progress of the search through each folder, by the folder's pattern."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, ReadingProgress] = {}

    def report(self, pattern: str, progress: ReadingProgress | None) -> None:
        """Store the progress of a search; None where it has ended."""
        with self._lock:
            if progress is None:
                self._running.pop(pattern, None)
            else:
                self._running[pattern] = progress

    def latest(self, pattern: str) -> ReadingProgress | None:
        """The last reported progress; None without a search."""
        with self._lock:
            return self._running.get(pattern)


BOARD = ProgressBoard()


def batches(paths: Sequence[str], most_bytes: int) -> list[tuple[list[str], int]]:
    """Files in groups of about `most_bytes`, each with its size."""
    groups: list[tuple[list[str], int]] = []
    for path in paths:
        size = size_of(path)
        if groups and groups[-1][1] + size <= most_bytes:
            groups[-1] = ([*groups[-1][0], path], groups[-1][1] + size)
        else:
            groups.append(([path], size))
    return groups
