"""Rejected rows in files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property

from checks.config.model import Config, QuarantineSource
from checks.core.audit_log import AuditLog
from checks.core.text import count_text, day_text, plural
from checks.core.timeframe import Timeframe
from checks.quarantine.agreement import (
    difference,
    differences_by_source,
    least_quarantined,
    logged_by_source,
    logged_of_day,
)
from checks.quarantine.delivery import no_file, require_folders
from checks.quarantine.memory import MOST_FAULTS, InMemoryDuckDb, read_in_time
from checks.quarantine.reader import RejectedReader
from checks.quarantine.selection import (
    FilePattern,
    Selection,
    files_around,
    select,
    with_undated_files,
)
from checks.quarantine.tally import UNREADABLE, CannotReadError, FileTally, Findings
from checks.quarantine.times import FAR, DayFilter

MOST_SECONDS = 10.0


class FileSearch:
    """Finds, reads and compares the files of one judged load."""

    def __init__(
        self,
        config: Config,
        source: QuarantineSource,
        frame: Timeframe,
        log: AuditLog | None,
        seconds: float,
    ) -> None:
        """log: None where the rows themselves are judged, and so must be complete.

        seconds: the remaining time of the whole evaluation.
        """
        self._source = source
        self._frame = frame
        self._log = log or AuditLog(frame.run_date, {})
        self._is_judged = log is None
        self._place = FilePattern(source.files or "", config.path.parent)
        self._naive = config.naive_zones.quarantine
        self._seconds = min(MOST_SECONDS, seconds)

    def findings(self) -> Findings:
        """The rows in the files, read within the time limit. Raises CannotReadError."""
        return read_in_time(self._search, self._seconds, f"{self._seconds:g}")

    def _search(self, memory: InMemoryDuckDb) -> Findings:
        """The rows in the files. A link out of the folder is a warning, or makes them unknown."""
        self._memory = memory
        day = self._frame.data_date
        warning = self._place.warning_of_links(day)
        if not warning:
            return self._search_folder()
        try:
            findings = self._search_folder()
        except CannotReadError as error:
            raise CannotReadError(f"{error}; {warning}", error.cause, retry=error.retry) from None
        findings.warnings.append(warning)
        if self._place.has_link_of(day):
            findings.incomplete = findings.incomplete or warning
        return findings

    def _search_folder(self) -> Findings:
        sources = list(logged_by_source(self._log))
        can_filter = self._source.occurred_at is not None
        day = self._frame.data_date
        if self._is_judged:
            require_folders(self._place, day)
            if not can_filter and self._all_name_other_days():
                return self._without_files()
        chosen = select(self._place, day, sources, can_filter=can_filter)
        if self._is_judged:
            chosen = with_undated_files(self._place, day, chosen, can_filter=can_filter)
        if can_filter and not chosen.needs_day_filter and not chosen.owners:
            return self._search_by_name_and_time(chosen)
        if not chosen.files:
            return self._without_files()
        tallies = self._read_all(chosen)
        findings = self._findings_of(chosen, tallies)
        if chosen.needs_day_filter and (misnamed := self._misnamed_files(tallies)):
            findings.warnings.append(self._misnamed_warning(sorted(misnamed)))
        return findings

    def _read_all(self, chosen: Selection) -> dict[str, FileTally]:
        tallies = self._read(chosen.files, by_time=chosen.needs_day_filter)
        if chosen.mixed:
            tallies |= self._read(chosen.mixed, by_time=True)
        return tallies

    def _search_by_name_and_time(self, chosen: Selection) -> Findings:
        """Count files that name the day, unless most of their rows are of other days.

        Such misnamed files are counted by their rows' times, and so are all others then, as they
        may have rows of the day. So they are, too, where the named files have no row at all.
        """
        other_tallies = self._read(chosen.files, by_time=True)
        misnamed = {path for path, tally in other_tallies.items() if tally.is_mostly_of_other_days}
        has_rows = any(tally != FileTally() for tally in other_tallies.values())
        by_name = tuple(path for path in chosen.files if path not in misnamed)
        tallies = {
            path: other_tallies[path] for path in by_name if other_tallies[path].is_all_counted
        }
        if uncertain := [path for path in by_name if path not in tallies]:
            tallies |= self._read(uncertain, by_time=False)
        others = chosen.mixed
        if misnamed or not has_rows:
            others = self._files_beside(by_name, (*sorted(misnamed), *others))
        if others:
            other_tallies = self._read(others, by_time=True)
            certain = misnamed | set(chosen.mixed)
            tallies |= {
                path: tally
                for path, tally in other_tallies.items()
                if path in certain
                or self._may_hold_the_day(path, tally, names_mislead=bool(misnamed))
            }
        if not tallies:
            return self._without_files()
        mixed = tuple(path for path in others if path in tallies)
        findings = self._findings_of(replace(chosen, files=by_name, mixed=mixed), tallies)
        if self._is_judged:
            findings.astray = self._astray_rows(tallies, misnamed, mixed)
        if not misnamed and not has_rows:
            misnamed = self._misnamed_files({path: tallies[path] for path in mixed})
        if misnamed:
            findings.warnings.append(self._misnamed_warning(sorted(misnamed)))
        elif not chosen.files and not (findings.rows or findings.undated or findings.astray):
            return self._without_files()
        return findings

    def _files_beside(self, by_name: Sequence[str], first: Sequence[str]) -> tuple[str, ...]:
        """The `first` files, and all others that may have rows of the day by their times."""
        frame = self._frame
        files = files_around(self._place, frame.data_date, frame.run_date, can_filter=True)
        return tuple(path for path in dict.fromkeys((*first, *files)) if path not in by_name)

    def _astray_rows(
        self, tallies: Mapping[str, FileTally], misnamed: set[str], mixed: Sequence[str]
    ) -> int:
        """Rows far from the day, in files that name it alone or in a short range.

        No rows of other loads are expected there: they may be of the day, rejected for their time.
        """
        ranges = {path for path in mixed if self._is_in_short_range(path)}
        own_tallies = [tally for path, tally in tallies.items() if path in misnamed | ranges]
        return sum(tally.far + tally.future for tally in own_tallies if not tally.failed)

    def _is_in_short_range(self, path: str) -> bool:
        named = self._named_days.get(path, frozenset())
        day = self._frame.data_date
        return bool(named) and min(named) <= day <= max(named) <= min(named) + FAR

    def _may_hold_the_day(self, path: str, tally: FileTally, *, names_mislead: bool) -> bool:
        """Whether another file counts: where it has rows of the day, or does not name other days.

        names_mislead: whether names of files are known not to say the days of their rows.
        """
        has_rows = not tally.failed and tally.counted > 0
        return names_mislead or has_rows or not self._names_other_days(path)

    def _misnamed_files(self, tallies: Mapping[str, FileTally]) -> set[str]:
        """Files that name other days, although most of their rows are of this one."""
        mostly_of_day = [path for path, tally in tallies.items() if tally.counted > tally.other]
        return {path for path in mostly_of_day if self._names_other_days(path)}

    def _names_other_days(self, path: str) -> bool:
        if self._place.has_day:
            return True
        named = self._named_days.get(path, frozenset())
        return bool(named) and self._frame.data_date not in named

    def _misnamed_warning(self, paths: Sequence[str]) -> str:
        return (
            f"most rows of {self._place.shown_first(paths)} are of another day than the name "
            "says (it may be the day of the load): rows of all such files are counted by their own "
            "times"
        )

    def _read(self, files: Sequence[str], *, by_time: bool) -> dict[str, FileTally]:
        day = DayFilter(self._frame, self._naive) if by_time else None
        reader = RejectedReader(self._memory, self._source, day, is_judged=self._is_judged)
        return reader.read({path: self._place.shown(path) for path in files})

    def _without_files(self) -> Findings:
        """The findings without any file, which is right where nothing was quarantined."""
        if self._is_judged:
            return Findings(rows=0, note=no_file(self._place, self._frame.data_date))
        day = self._frame.data_date if self._place.has_day else None
        missing = least_quarantined(self._log, day)
        if not missing:
            return Findings(rows=0 if self._log.today else None)
        raise CannotReadError(
            f"no file matches {self._place.shown_pattern(self._frame.data_date)}, although "
            f"the audit log says that {plural(missing, 'row was', 'rows were')} quarantined"
        )

    def _findings_of(self, chosen: Selection, tallies: Mapping[str, FileTally]) -> Findings:
        findings = Findings(rows=_rows(tallies, chosen), incomplete=_incomplete(tallies))
        for path, tally in tallies.items():
            findings.reasons.update(tally.reasons)
            findings.warnings += tally.warnings
            if tally.unreadable and not chosen.by_time(path) and not tally.failed:
                findings.reasons[UNREADABLE] += tally.unreadable
        findings.future = sum(tally.future for tally in tallies.values())
        if undated := sum(tally.undated for tally in tallies.values()):
            rows = plural(undated, "rejected row has", "rejected rows have")
            findings.warnings.append(f"{rows} no readable time, so the day is not known")
        findings.undated = undated + _unreadable(tallies, chosen)
        findings.warnings += self._differences(chosen, tallies, findings.rows)
        if self._is_judged and self._is_file_missing(tallies):
            findings.note = no_file(self._place, self._frame.data_date)
        return findings

    def _is_file_missing(self, tallies: Mapping[str, FileTally]) -> bool:
        """Whether names say days, but none the judged one, and their files have no row of it.

        Rows in files whose names say no day do not replace the missing file.
        """
        days = self._named_days
        day = self._frame.data_date
        if not any(days.values()) or any(named == {day} for named in days.values()):
            return False
        return not any(tally.counted for path, tally in tallies.items() if days.get(path))

    def _all_name_other_days(self) -> bool:
        """Whether each file names days, and none the judged one."""
        names = self._named_days.values()
        return bool(names) and all(names) and not any(self._frame.data_date in n for n in names)

    @cached_property
    def _named_days(self) -> dict[str, frozenset[date]]:
        """The days in each file's name; empty where the pattern itself contains the day."""
        if self._place.has_day:
            return {}
        return self._place.named_days(self._place.files(self._frame.data_date)).by_path()

    def _differences(
        self, chosen: Selection, tallies: Mapping[str, FileTally], rows: int | None
    ) -> list[str]:
        day = self._frame.data_date
        if chosen.owners:
            by_source: dict[str, dict[str, FileTally]] = defaultdict(dict)
            for path, owner in chosen.owners.items():
                by_source[owner][path] = tallies[path]
            counts = {owner: _rows(files, chosen) for owner, files in by_source.items()}
            return differences_by_source(self._log, counts, day if self._place.has_day else None)
        if rows is None:
            return []
        undated = sum(tally.undated for tally in tallies.values())
        unsure = undated + _unreadable(tallies, chosen)
        what = f"the files of {day_text(day)} hold"
        return difference(what, rows, logged_of_day(self._log, day), unsure)


def _unreadable(tallies: Mapping[str, FileTally], chosen: Selection) -> int:
    """Unreadable lines of files whose rows' times decide the day: any may be of the day."""
    return sum(tally.unreadable for path, tally in tallies.items() if chosen.by_time(path))


def _incomplete(tallies: Mapping[str, FileTally]) -> str | None:
    """Why the rows are not complete; None where they are."""
    faults = [tally.warnings[-1] for tally in tallies.values() if tally.failed]
    if faults:
        more = f"; and {len(faults) - 1} more" if len(faults) > 1 else ""
        return f"{faults[0]}{more}"
    if incomplete := [tally for tally in tallies.values() if tally.not_whole]:
        more = f"; and {len(incomplete) - 1} more" if len(incomplete) > 1 else ""
        return f"{incomplete[0].not_whole}, so the count is incomplete{more}{incomplete[0].advice}"
    if any(tally.capped for tally in tallies.values()):
        return f"more than {count_text(MOST_FAULTS)} lines cannot be read, and were not all counted"
    return None


def _rows(tallies: Mapping[str, FileTally], chosen: Selection) -> int | None:
    """Rows of some files; None where one of them could not be read."""
    total = 0
    for path, tally in tallies.items():
        if tally.failed:
            return None
        total += tally.counted + (0 if chosen.by_time(path) else tally.unreadable)
    return total
