"""Finds out which of the chosen files are read, how, and with which columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from checks.config.model import QuarantineSource
from checks.quarantine.columns import (
    Key,
    common_columns,
    common_roles,
    kept_columns,
    mapped_names,
)
from checks.quarantine.content import require_no_row
from checks.quarantine.drilldown.choosing import ChosenFiles
from checks.quarantine.drilldown.hours import Periods
from checks.quarantine.drilldown.parts import Part, selecting
from checks.quarantine.drilldown.spans import (
    BOARD,
    SPANS,
    FileState,
    ReadingProgress,
    Span,
    batches,
    state_of,
)
from checks.quarantine.drilldown.sql import span_query
from checks.quarantine.formats import Form
from checks.quarantine.forms import SHAPE, form_of, objects_of
from checks.quarantine.memory import InMemoryDuckDb, take_faults
from checks.quarantine.selection import FilePattern
from checks.quarantine.tally import CannotReadError

#: Bytes that are read at a time.
BATCH = 32 * 1024 * 1024
#: With fewer files, finding the days of each gains nothing.
_FEW = 2


@dataclass(frozen=True, slots=True)
class FileRequest:
    """The files that may hold rows of the periods, and what is mapped in them."""

    source: QuarantineSource
    place: FilePattern
    chosen: ChosenFiles
    periods: Periods


@dataclass(slots=True)
class PreparedFiles:
    """What is read of the chosen files. columns: names as shown. notes: what cannot be read."""

    parts: list[Part] = field(default_factory=list)
    columns: dict[Key, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(self.columns.values())


class FilePreparation:
    """Reads the beginning of every file and, where names say no day, the times of its rows."""

    def __init__(self, memory: InMemoryDuckDb, request: FileRequest) -> None:
        self._memory, self._source, self._place = memory, request.source, request.place
        self._chosen, self._periods = request.chosen, request.periods
        self._mapped = mapped_names(request.source)

    def prepared(self) -> PreparedFiles:
        """The files that have rows of the periods."""
        files = PreparedFiles()
        if warning := self._place.warning_of_links(*self._periods.all_days()):
            files.notes.append(warning)
        files.parts = self._parts(files.notes)
        all_columns = common_columns((part.form.names for part in files.parts), self._mapped)
        files.columns = kept_columns(all_columns, self._mapped)
        if more := len(all_columns) - len(files.columns):
            files.notes.append(f"{more} more columns are not shown")
        moment = common_roles(files.columns, self._source).moment
        if moment is not None:
            files.parts = self._without_other_days(files.parts, list(files.columns)[moment])
        return files

    def _parts(self, notes: list[str]) -> list[Part]:
        paths_by_form: dict[tuple[Form, int | None], list[str]] = defaultdict(list)
        for path, period in self._files_with_period():
            try:
                form = self._form_of(path)
            except CannotReadError as error:
                notes.append(f"{self._place.shown(path)} {error}")
                continue
            if form is not None:
                paths_by_form[form, period].append(path)
        return [Part(form, period, tuple(paths)) for (form, period), paths in paths_by_form.items()]

    def _files_with_period(self) -> list[tuple[str, int | None]]:
        """Every file with its period."""
        files: list[tuple[str, int | None]] = []
        for period, days in enumerate(self._periods.days):
            for day in days:
                files += [(path, period) for path in self._chosen.by_day.get(day, ())]
        return [*files, *((path, None) for path in self._chosen.mixed)]

    def _form_of(self, path: str) -> Form | None:
        """How to read a file, None where it is empty. Raises CannotReadError."""
        form = form_of(path, self._mapped, self._memory)
        if form is None:
            return None
        if form.kind == "csv":
            require_no_row(form.names, self._mapped)
        elif form.kind != "parquet":
            objects = objects_of(path, form, self._source, self._memory)
            if objects.any_row is False:
                raise CannotReadError(f"holds no rows: {SHAPE}")
        return form._replace(types=())  # of which every value is read as text

    def _without_other_days(self, parts: list[Part], moment: Key) -> list[Part]:
        """Of files whose names say no day, keep those that may have rows of the periods."""
        mixed = [part for part in parts if part.period is None]
        if sum(len(part.paths) for part in mixed) < _FEW:
            return parts
        try:
            self._find_spans(mixed, moment)
        finally:
            BOARD.report(self._place.pattern, None)
        ranges = self._periods.ranges()
        kept = []
        for part in parts:
            spans = {path: self._span(path) for path in part.paths}
            paths = tuple(
                path
                for path, span in spans.items()
                if part.period is not None or span is None or span.touches(ranges)
            )
            if paths:
                kept.append(part._replace(paths=paths))
        return kept

    def _find_spans(self, parts: Sequence[Part], moment: Key) -> None:
        """Read the spans that are not known yet, some files at a time, and report the progress."""
        unknown = [
            (part._replace(paths=tuple(group)), size)
            for part in parts
            for group, size in batches(
                [path for path in part.paths if self._span(path) is None], BATCH
            )
        ]
        done, total = 0, sum(size for _, size in unknown)
        for part, size in unknown:
            BOARD.report(self._place.pattern, ReadingProgress(done, total))
            self._read_spans(part, moment)
            done += size

    def _read_spans(self, part: Part, moment: Key) -> None:
        """Read the spans of some files; the query itself will find out which cannot be read."""
        states = {path: self._state(path) for path in part.paths}
        query = span_query(selecting(part, "", [moment], self._mapped), self._periods.naive)
        try:
            rows = self._memory.run(query.text, query.parameters)
        except CannotReadError:
            rows = []
        faults = {file.path: file.lines for file in take_faults(self._memory)}
        for path, first, last, first_day, last_day, undated in rows:
            undated += faults.get(path, 0)
            span = Span(_pair(first, last), _pair(first_day, last_day), undated)
            SPANS.put(states[path], span)

    def _state(self, path: str) -> FileState:
        return state_of(path, self._source.occurred_at or "", self._periods.naive)

    def _span(self, path: str) -> Span | None:
        return SPANS.get(path, self._source.occurred_at or "", self._periods.naive)


def _pair(first: Any, last: Any) -> Any:
    return None if first is None else (first, last)
