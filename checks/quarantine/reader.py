"""Reads files of rejected rows for the gate: counted by reason, with what is wrong with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from checks.config.model import QuarantineSource
from checks.core.text import plural, quoted
from checks.quarantine.columns import mapped_names, roles_of
from checks.quarantine.content import (
    is_row,
    present_columns_text,
    require_header,
    require_mapped,
    torn_rows_reason,
)
from checks.quarantine.formats import Form, Records, bounded_time, counting, records_of
from checks.quarantine.forms import SHAPE, Shape, form_of, objects_of
from checks.quarantine.memory import Faults, InMemoryDuckDb, are_capped, take_faults
from checks.quarantine.tally import CannotReadError, FileTally
from checks.quarantine.times import DayFilter

_CORRECT = "correct the names in the quarantine section, or what writes the file"


class RejectedReader:
    """Counts the rows of files by reason."""

    def __init__(
        self,
        memory: InMemoryDuckDb,
        source: QuarantineSource,
        day: DayFilter | None,
        *,
        is_judged: bool,
    ) -> None:
        """day: for which requests rows count; None where all rows of the files do.

        is_judged: whether rows are judged, so that each tally must say if it is incomplete.
        """
        self._memory, self._source, self._day = memory, source, day
        self._is_judged = is_judged
        self._mapped = mapped_names(source)

    def read(self, files: Mapping[str, str]) -> dict[str, tuple[FileTally, ...]]:
        """The tallies of each file, by its path: one for each of the filter's requests, or one.

        files: names as shown, by path. The tally of a file that cannot be read says so.
        """
        count = len(self._day.requests) if self._day else 1
        self._of_requests = {path: [FileTally() for _ in range(count)] for path in files}
        # What is said of a file as a whole is said of it by its first tally until the end.
        self._tallies = {path: tallies[0] for path, tallies in self._of_requests.items()}
        self._names = files
        csv_files: dict[Form, list[str]] = defaultdict(list)
        for path in files:
            try:
                self._read_or_group(path, csv_files)
            except CannotReadError as error:
                self._fail(path, error)
        for form, paths in csv_files.items():
            self._read_csv_files(form, paths)
        if self._is_judged:
            self._mark_incomplete()
        return {
            path: (first, *(first.with_rows_of(tally) for tally in others))
            for path, (first, *others) in self._of_requests.items()
        }

    def _mark_incomplete(self) -> None:
        for path, tally in self._tallies.items():
            if tally.uncounted and not tally.not_whole:
                lines = plural(tally.uncounted, "line")
                verb = "is not a row" if tally.uncounted == 1 else "are not rows"
                tally.not_whole = f"{lines} of {self._names[path]} {verb}"

    def _read_or_group(self, path: str, csv_files: dict[Form, list[str]]) -> None:
        """Read a file; collect CSV files by form, to be read together."""
        form = form_of(path, self._mapped, self._memory)
        if form is None:
            return
        if form.kind == "csv":
            self._require_header(path, form)
            csv_files[form].append(path)
        elif form.kind == "parquet":
            if self._is_judged:
                require_mapped(form.names, self._mapped, _CORRECT)
            self._check_columns(path, form.names)
            self._add(form, self._counted(form, [path]))
        else:
            self._read_json(path, form)

    def _require_header(self, path: str, form: Form) -> None:
        if self._is_judged:
            require_header(form.names, self._mapped)
        self._check_columns(path, form.names, row=is_row(form.names, self._mapped))

    def _read_csv_files(self, form: Form, paths: Sequence[str]) -> None:
        """Read CSV files together, or each alone where that fails."""
        try:
            rows = self._counted(form, paths)
            faults = take_faults(self._memory)
        except CannotReadError as error:
            if len(paths) == 1:
                self._fail(paths[0], error)
                return
            for path in paths:
                self._read_csv_files(form, [path])
            return
        self._add(form, rows)
        torn_paths = {path for path, *_, several in rows if several} if self._is_judged else set()
        self._check_torn_rows(set(paths) if len(form.names) == 1 else torn_paths, form)
        self._report_faults(paths, form, faults)

    def _report_faults(self, paths: Sequence[str], form: Form, faults: Sequence[Faults]) -> None:
        for path in paths:
            columns = plural(len(form.names), "column")
            self._warn_of_broken_lines(path, f"without exactly {columns}")
        for file in faults:
            self._add_faults(file)
        if are_capped(faults):
            for path in paths:
                self._tallies[path].capped = True

    def _check_torn_rows(self, paths: set[str], form: Form) -> None:
        """Find quotes that are never closed: they make one row of the lines that follow."""
        width, check = len(form.names), self._memory.check
        for path in paths:
            try:
                why = torn_rows_reason(
                    path, form.delimiter, width, check, packed=form.compression == "gzip"
                )
            except CannotReadError as error:
                self._fail(path, error)
                continue
            if why and self._is_judged:
                self._tallies[path].not_whole = f"{self._names[path]} {why}"
            elif why:
                self._tallies[path].warnings.append(f"{self._names[path]} {why}")

    def _warn_of_broken_lines(self, path: str, what: str) -> None:
        tally = self._tallies[path]
        if tally.unreadable:
            counted = "" if self._day else ", counted without a reason"
            tally.warnings.append(
                f"{self._names[path]} has {plural(tally.unreadable, 'line')} {what}{counted}"
            )

    def _add_faults(self, file: Faults) -> None:
        tally = self._tallies[file.path]
        tally.unreadable += file.lines
        tally.uncounted += file.uncounted
        least = "" if file.is_complete else "at least "
        tally.warnings.append(
            f"{self._names[file.path]} has {least}{plural(file.lines, 'line')} that "
            f"{'is' if file.lines == 1 else 'are'} not UTF-8 text or too long to read"
        )

    def _read_json(self, path: str, form: Form) -> None:
        if self._is_judged:
            self._judge_objects(path, form)
        else:
            self._count_objects(path, form)
        self._warn_of_broken_lines(path, "without a JSON object")

    def _judge_objects(self, path: str, form: Form) -> None:
        """Count the objects of a file that are rows."""
        shape, any_row, any_other = objects_of(path, form, self._source, self._memory)
        if any_row:
            require_mapped(form.names, self._mapped, _CORRECT)
        elif any_other:  # objects that contain rows have no columns of their own to check
            form = form._replace(names=())
        self._count_objects(path, form, shape)
        tally = self._tallies[path]
        if tally.uncounted and any_other:
            tally.advice = f"; {SHAPE}"

    def _count_objects(self, path: str, form: Form, shape: Shape | None = None) -> None:
        if form.names:
            self._check_columns(path, form.names)
        self._add(form, self._counted(form, [path], shape))

    def _check_columns(self, path: str, names: tuple[str, ...], *, row: bool = False) -> None:
        """Warn of a missing reason; raise CannotReadError for a missing time that is needed.

        row: whether the names look like the values of a row.
        """
        roles = roles_of(names, self._source)
        present = present_columns_text(names, row=row)
        if self._day and self._source.occurred_at is not None and roles.moment is None:
            missing = f"has no column {quoted(self._source.occurred_at)}"
            raise CannotReadError(f"{missing} for the day; {present}")
        if self._source.reason is not None and roles.reason is None:
            self._tallies[path].warnings.append(
                f"{self._names[path]} has no column {quoted(self._source.reason)}; {present}"
            )

    def _counted(self, form: Form, paths: Sequence[str], shape: Shape | None = None) -> list[Any]:
        """Rows of (path, fate, reason, rows, whether some hold several).

        shape: which objects are not rows, but contain rows; None where that does not matter.
        """
        roles = roles_of(form.names, self._source)
        moment = roles.moment if self._day else None
        records = records_of(form, paths, (roles.reason, moment))
        reason, time = records.values
        records = replace(records, values=(reason, bounded_time(form, moment, time)))
        if shape is not None:
            records = _of_shape(records, shape)
        return self._memory.run(counting(records, self._day), records.parameters)

    def _add(self, form: Form, rows: Sequence[Any]) -> None:
        has_reason = roles_of(form.names, self._source).reason is not None
        for path, code, reason, count, _ in rows:
            fates = self._day.fates(code) if self._day else (code,)
            for tally, fate in zip(self._of_requests[path], fates, strict=True):
                tally.add(fate, reason, count, has_reason=has_reason)

    def _fail(self, path: str, error: CannotReadError) -> None:
        self._tallies[path].fail(f"{self._names[path]} {error}")


def _of_shape(records: Records, shape: Shape) -> Records:
    """Records of JSON, of which those that contain rows are broken."""
    broken = f"{records.broken} OR {shape.sql}"
    return replace(records, broken=broken, parameters=records.parameters | shape.parameters)
