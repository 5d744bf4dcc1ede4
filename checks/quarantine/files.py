"""Rejected rows that the pipeline wrote to files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from checks.config.model import Config, QuarantineSource
from checks.metrics import AuditLog
from checks.quarantine.agreement import (
    differing,
    differs,
    logged_by_source,
    logged_of_day,
    quarantined_of,
)
from checks.quarantine.formats import Wanted
from checks.quarantine.reader import Reader
from checks.quarantine.records import DayFilter
from checks.quarantine.selection import Place, Selection, select
from checks.quarantine.tally import UNREADABLE, CannotReadError, FileTally, Findings
from checks.text import day_text, plural
from checks.timeframe import Timeframe
from checks.warehouse.worker import DeadlineExceededError, Worker

MOST_SECONDS = 10.0


class FileSearch:
    """Finds, reads and compares the files of one judged load."""

    def __init__(
        self,
        config: Config,
        source: QuarantineSource,
        frame: Timeframe,
        log: AuditLog,
        seconds: float,
    ) -> None:
        """seconds: what is left of the whole evaluation's time."""
        self._source = source
        self._frame = frame
        self._log = log
        self._place = Place(source.files or "", config.path.parent)
        self._naive = config.warehouse.naive_timestamps
        self._seconds = min(MOST_SECONDS, seconds)
        self._reader: Reader | None = None

    def findings(self) -> Findings:
        """What the files hold, within the time limit. Raises CannotReadError.

        Even looking for files may hang, on a folder of the network, so that all of
        it runs on a thread that can be left behind.
        """
        worker = Worker(self._seconds)
        try:
            return worker.call(self._search, self._stop)
        except DeadlineExceededError:
            raise CannotReadError(f"the files were not read within {self._seconds:g} s") from None
        finally:
            worker.stop(self._close)

    def _stop(self) -> None:
        if self._reader is not None:
            self._reader.stop()

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()

    def _search(self) -> Findings:
        sources = list(logged_by_source(self._log))
        can_filter = self._source.occurred_at is not None
        day = self._frame.data_date
        chosen = select(self._place, day, sources, can_filter=can_filter)
        if not chosen.files:
            return self._nothing()
        moment = self._source.occurred_at if chosen.only_day else None
        day_filter = DayFilter(self._frame, self._naive) if chosen.only_day else None
        self._reader = Reader(Wanted(self._source.reason, moment), day_filter)
        names = {path: self._place.shown(path) for path in chosen.files}
        return self._summed(chosen, self._reader.read(names))

    def _nothing(self) -> Findings:
        """No file: right where nothing was quarantined."""
        day = self._frame.data_date if self._place.has_day else None
        missing = quarantined_of(self._log, day)
        if not missing:
            return Findings(rows=0 if self._log.today else None)
        raise CannotReadError(
            f"no file matches {self._place.shown_pattern(self._frame.data_date)}, although "
            f"the audit log says that {plural(missing, 'row was', 'rows were')} quarantined"
        )

    def _summed(self, chosen: Selection, tallies: Mapping[str, FileTally]) -> Findings:
        found = Findings(rows=_rows(tallies.values(), chosen))
        for tally in tallies.values():
            found.reasons.update(tally.reasons)
            found.warnings += tally.warnings
            if tally.unreadable and not chosen.only_day and not tally.failed:
                found.reasons[UNREADABLE] += tally.unreadable
        if undated := sum(tally.undated for tally in tallies.values()):
            rows = plural(undated, "rejected row has", "rejected rows have")
            found.warnings.append(f"{rows} no time that can be read, so that the day is not known")
        found.warnings += self._differences(chosen, tallies, found.rows)
        return found

    def _differences(
        self, chosen: Selection, tallies: Mapping[str, FileTally], rows: int | None
    ) -> list[str]:
        day = self._frame.data_date
        if chosen.owners:
            by_source: dict[str, list[FileTally]] = defaultdict(list)
            for path, owner in chosen.owners.items():
                by_source[owner].append(tallies[path])
            counts = {owner: _rows(files, chosen) for owner, files in by_source.items()}
            return differing(self._log, counts, day if self._place.has_day else None)
        undated = sum(tally.undated for tally in tallies.values())
        # A line that cannot be read may be of the day.
        unsure = sum(tally.unreadable for tally in tallies.values()) if chosen.only_day else 0
        if rows is None:
            return []
        what = f"the files of {day_text(day)} hold"
        return differs(what, rows, logged_of_day(self._log, day), undated + unsure)


def _rows(tallies: Iterable[FileTally], chosen: Selection) -> int | None:
    """Rows of some files; None where one of them could not be read."""
    total = 0
    for tally in tallies:
        if tally.failed:
            return None
        total += tally.counted + (0 if chosen.only_day else tally.unreadable)
    return total
