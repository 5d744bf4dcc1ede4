"""Reads each file once, whichever days its rows are searched for."""

from __future__ import annotations

from collections.abc import Sequence

from checks.config.model import QuarantineSource
from checks.quarantine.memory import InMemoryDuckDb
from checks.quarantine.reader import RejectedReader
from checks.quarantine.selection import FilePattern
from checks.quarantine.tally import FileTally
from checks.quarantine.times import DayFilter


class FileReadings:
    """The tallies of files, by time for each request of a filter, or of all their rows."""

    def __init__(
        self,
        memory: InMemoryDuckDb,
        source: QuarantineSource,
        place: FilePattern,
        day: DayFilter,
        *,
        is_judged: bool,
    ) -> None:
        self.place = place
        self._by_time = RejectedReader(memory, source, day, is_judged=is_judged)
        self._whole = RejectedReader(memory, source, None, is_judged=is_judged)
        self._tallies: dict[tuple[str, bool], tuple[FileTally, ...]] = {}

    def read(self, files: Sequence[str], request: int | None) -> dict[str, FileTally]:
        """The tally of each file, by its path; of files that were read before the same again.

        request: the index of the filter's request; None for all rows. The tally of a file that
        cannot be read says so.
        """
        is_by_time = request is not None
        new = [path for path in files if (path, is_by_time) not in self._tallies]
        reader = self._by_time if is_by_time else self._whole
        for path, tallies in reader.read({path: self.place.shown(path) for path in new}).items():
            self._tallies[path, is_by_time] = tallies
        return {path: self._tallies[path, is_by_time][request or 0] for path in files}
