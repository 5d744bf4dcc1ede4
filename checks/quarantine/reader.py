"""Reads files of rejected rows with DuckDB, in one connection in memory that writes nothing."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from glob import escape
from typing import Any

from checks.config.model import QuarantineSource
from checks.core.text import plural, quoted
from checks.quarantine.content import (
    Ends,
    ends_of,
    header_of,
    is_row,
    mapped_names,
    present_columns_text,
    require_header,
    require_mapped,
    torn_rows_reason,
)
from checks.quarantine.formats import (
    FAULT_TABLES,
    FAULTS,
    MOST_FAULTS,
    CsvLayout,
    JsonFile,
    MappedColumns,
    csv_records,
    json_keys,
    json_records,
    json_shapes,
    parquet_records,
)
from checks.quarantine.memory import InMemoryDuckDb
from checks.quarantine.naming import format_of
from checks.quarantine.records import DayFilter, Records, counting
from checks.quarantine.shapes import SHAPE, Shape, shape_of
from checks.quarantine.tally import CannotReadError, FileTally

_CORRECT = "correct the names in the quarantine section, or what writes the file"


class Reader:
    """Counts the rows of files by reason. `stop` may be called from another thread."""

    def __init__(
        self,
        columns: MappedColumns,
        day: DayFilter | None,
        judged: QuarantineSource | None = None,
        mapped: Sequence[str] = (),
    ) -> None:
        """judged: the mapping, where rows are judged and each tally must say if it is incomplete.

        mapped: every mapped column, by which a header is recognised.
        """
        self._judged = judged
        self._header = tuple(mapped) or columns.mapped()
        self._columns = columns
        self._day = day
        self._memory = InMemoryDuckDb()

    def read(self, files: Mapping[str, str]) -> dict[str, FileTally]:
        """The tally of each file, by its path. files: names as shown, by path.

        The tally of a file that cannot be read says so.
        """
        self._tallies = {path: FileTally() for path in files}
        self._names = files
        paths_by_layout: dict[CsvLayout, list[str]] = defaultdict(list)
        for path in files:
            try:
                self._read_or_group(path, paths_by_layout)
            except CannotReadError as error:
                self._fail(path, str(error))
        for layout, paths in paths_by_layout.items():
            self._read_csv_files(layout, paths)
        if self._judged is not None:
            self._mark_incomplete()
        return self._tallies

    def _mark_incomplete(self) -> None:
        for path, tally in self._tallies.items():
            if tally.uncounted and not tally.not_whole:
                lines = plural(tally.uncounted, "line")
                verb = "is not a row" if tally.uncounted == 1 else "are not rows"
                tally.not_whole = f"{lines} of {self._names[path]} {verb}"

    def stop(self) -> None:
        """Interrupt the running statement; no other is started."""
        self._memory.stop()

    def close(self) -> None:
        """Close the connection."""
        self._memory.close()

    def _read_or_group(self, path: str, paths_by_layout: dict[CsvLayout, list[str]]) -> None:
        """Read a file; collect CSV files by layout, to be read together."""
        self._memory.check()
        kind = format_of(path)
        if kind is None:
            raise CannotReadError("is neither CSV nor Parquet nor JSON lines, by its suffix")
        if cannot_be_named(path):
            raise CannotReadError("has a name that cannot be opened")
        ends = ends_of(path, self._memory.check)
        if kind == "parquet" or ends.is_parquet:
            self._read_parquet(path)
        elif ends.beginning.strip():
            if kind == "json":
                self._read_json(path, ends)
            else:
                paths_by_layout[self._csv_layout(path, ends)].append(path)

    def _csv_layout(self, path: str, ends: Ends) -> CsvLayout:
        header = header_of(ends.beginning, self._header)
        if self._judged is not None:
            require_header(header, self._mapped())
        row = is_row(header.names, self._header)
        self._check_columns(path, header.names, row=row)
        return CsvLayout.from_header(header, self._columns, ends.packing)

    def _mapped(self) -> tuple[str, ...]:
        """Every mapped column, where the rows are judged."""
        return () if self._judged is None else mapped_names(self._judged)

    def _read_csv_files(self, layout: CsvLayout, paths: Sequence[str]) -> None:
        """Read CSV files together, or each alone where that fails."""
        try:
            rows = self._count(csv_records(paths, layout))
            faults = self._memory.run(FAULTS, {})
        except CannotReadError as error:
            if len(paths) == 1:
                self._fail(paths[0], str(error))
                return
            for path in paths:
                self._read_csv_files(layout, [path])
            return
        for table in FAULT_TABLES:
            self._memory.run(f"DROP TABLE {table}", {})
        for path, *group in rows:
            self._add(path, group, has_reason=layout.reason is not None)
        torn_paths = {path for path, *_, several in rows if several} if self._judged else set()
        self._check_torn_rows(set(paths) if layout.columns == 1 else torn_paths, layout)
        self._report_faults(paths, layout, faults)

    def _report_faults(
        self, paths: Sequence[str], layout: CsvLayout, faults: Sequence[Any]
    ) -> None:
        for path in paths:
            self._warn_of_broken_lines(path, f"without exactly {plural(layout.columns, 'column')}")
        for path, lines, _, uncounted in faults:
            self._add_faults(path, lines, uncounted)
        if sum(errors for _, _, errors, _ in faults) >= MOST_FAULTS:
            for path in paths:
                self._tallies[path].capped = True

    def _check_torn_rows(self, paths: set[str], layout: CsvLayout) -> None:
        """Find quotes that are never closed: they make one row of the lines that follow."""
        is_gzip, check = layout.packing == "gzip", self._memory.check
        for path in paths:
            try:
                why = torn_rows_reason(
                    path, layout.delimiter, layout.columns, check, packed=is_gzip
                )
            except CannotReadError as error:
                self._fail(path, str(error))
                continue
            if why and self._judged is not None:
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

    def _add_faults(self, path: str, lines: int, uncounted: int) -> None:
        tally = self._tallies[path]
        tally.unreadable += lines
        tally.uncounted += uncounted
        least = "at least " if lines >= MOST_FAULTS else ""
        tally.warnings.append(
            f"{self._names[path]} has {least}{plural(lines, 'line')} that "
            f"{'is' if lines == 1 else 'are'} not UTF-8 text or too long to read"
        )

    def _read_parquet(self, path: str) -> None:
        source = parquet_records(path, (), MappedColumns(None, None))
        columns = self._memory.run(f"DESCRIBE SELECT * FROM {source.source}", source.parameters)  # noqa: S608
        names = tuple(str(column[0]) for column in columns)
        require_mapped(names, self._mapped(), _CORRECT)
        self._check_columns(path, names)
        types = [str(column[1]) for column in columns]
        self._read_records(path, parquet_records(path, names, self._columns, types), names)

    def _read_json(self, path: str, ends: Ends) -> None:
        kind = "array" if ends.beginning.lstrip().startswith(b"[") else "lines"
        if kind == "array" and not ends.end.rstrip().endswith(b"]"):
            raise CannotReadError("is cut off or damaged")
        keys = self._memory.run(json_keys(kind, ends.packing), {"file": escape(path)})
        file = JsonFile(path, kind, tuple(str(key) for (key,) in keys), ends.packing)
        if self._judged is None:
            self._count_objects(file, None)
        else:
            self._judge_objects(file, self._judged)
        self._warn_of_broken_lines(path, "without a JSON object")

    def _judge_objects(self, file: JsonFile, judged: QuarantineSource) -> None:
        """Count the objects of a file that are rows."""
        shape = shape_of(MappedColumns(judged.reason, judged.occurred_at).spelled(file.names))
        query = json_shapes(file.kind, shape, file.packing)
        ((any_row, any_other),) = self._memory.run(
            query, {"file": escape(file.path)} | shape.parameters
        )
        if any_row:
            require_mapped(file.names, self._mapped(), _CORRECT)
        # Objects that contain rows have no columns of their own to check.
        names = file.names if any_row or not any_other else ()
        self._count_objects(file._replace(names=names), shape)
        tally = self._tallies[file.path]
        if tally.uncounted and any_other:
            tally.advice = f"; {SHAPE}"

    def _count_objects(self, file: JsonFile, shape: Shape | None) -> None:
        if file.names:
            self._check_columns(file.path, file.names)
        self._read_records(file.path, json_records(file, self._columns, shape), file.names)

    def _read_records(self, path: str, records: Records, names: tuple[str, ...]) -> None:
        has_reason = self._columns.positions(names)[0] is not None
        for _, *group in self._count(records):
            self._add(path, group, has_reason=has_reason)

    def _check_columns(self, path: str, names: tuple[str, ...], *, row: bool = False) -> None:
        """Warn of a missing reason; raise CannotReadError for a missing time that is needed.

        row: whether the names look like the values of a row.
        """
        reason, moment = self._columns.positions(names)
        present = present_columns_text(names, row=row)
        if self._columns.moment is not None and moment is None:
            missing = f"has no column {quoted(self._columns.moment)}"
            raise CannotReadError(f"{missing} for the day; {present}")
        if self._columns.reason is not None and reason is None:
            self._tallies[path].warnings.append(
                f"{self._names[path]} has no column {quoted(self._columns.reason)}; {present}"
            )

    def _count(self, records: Records) -> list[Any]:
        return self._memory.run(counting(records, self._day), records.parameters)

    def _add(self, path: str, group: Sequence[Any], *, has_reason: bool) -> None:
        fate, reason, rows, _ = group
        self._tallies[path].add(fate, reason, rows, has_reason=has_reason)

    def _fail(self, path: str, why: str) -> None:
        self._tallies[path].fail(f"{self._names[path]} {why}")


def cannot_be_named(path: str) -> bool:
    """Whether DuckDB cannot be given a path: not UTF-8, or a backslash beside a wildcard."""
    foreign = any("\ud800" <= char <= "\udfff" for char in path)
    return foreign or (os.sep == "/" and "\\" in path and escape(path) != path)
