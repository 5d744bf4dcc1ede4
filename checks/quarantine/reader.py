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
    require_header,
    require_mapped,
    torn_by,
    what_is_there,
)
from checks.quarantine.formats import (
    FAULT_TABLES,
    FAULTS,
    MOST_FAULTS,
    CsvLayout,
    JsonFile,
    Wanted,
    csv_records,
    json_keys,
    json_records,
    json_shapes,
    parquet_records,
)
from checks.quarantine.memory import Memory
from checks.quarantine.naming import format_of
from checks.quarantine.records import DayFilter, Records, counting
from checks.quarantine.shapes import SHAPE, Shape, shape_of
from checks.quarantine.tally import CannotReadError, FileTally

_CORRECT = "correct the names in the quarantine section, or what writes the file"


class Reader:
    """Counts the rows of files by reason. `stop` may be called from another thread."""

    def __init__(
        self,
        wanted: Wanted,
        day: DayFilter | None,
        judged: QuarantineSource | None = None,
        mapped: Sequence[str] = (),
    ) -> None:
        """judged: what is mapped, where each tally has to say why it is not whole.

        mapped: every column that is mapped, by which a header is known.
        """
        self._judged = judged
        self._header = tuple(mapped) or wanted.mapped()
        self._wanted = wanted
        self._day = day
        self._memory = Memory()

    def read(self, files: Mapping[str, str]) -> dict[str, FileTally]:
        """What each file holds, by its path; `files` maps paths to names for a person.

        A file that cannot be read is told in its tally.
        """
        self._tallies = {path: FileTally() for path in files}
        self._names = files
        sheets: dict[CsvLayout, list[str]] = defaultdict(list)
        for path in files:
            try:
                self._prepare(path, sheets)
            except CannotReadError as error:
                self._fail(path, str(error))
        for layout, paths in sheets.items():
            self._read_sheets(layout, paths)
        if self._judged is not None:
            self._tell_not_whole()
        return self._tallies

    def _tell_not_whole(self) -> None:
        for path, tally in self._tallies.items():
            if tally.uncounted and not tally.not_whole:
                lines = plural(tally.uncounted, "line")
                verb = "is no row" if tally.uncounted == 1 else "are no rows"
                tally.not_whole = f"{lines} of {self._names[path]} {verb}"

    def stop(self) -> None:
        """Interrupt what runs; nothing more is begun."""
        self._memory.stop()

    def close(self) -> None:
        """Let go of the connection."""
        self._memory.close()

    def _prepare(self, path: str, sheets: dict[CsvLayout, list[str]]) -> None:
        """Read a file, or put a CSV file with those of the same layout, to be read together."""
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
                sheets[self._layout(path, ends)].append(path)

    def _layout(self, path: str, ends: Ends) -> CsvLayout:
        header = header_of(ends.beginning, self._header)
        if self._judged is not None:
            require_header(header, self._mapped())
        row = is_row(header.names, self._header)
        self._look_for_columns(path, header.names, row=row)
        return CsvLayout.of(header, self._wanted, ends.packing)

    def _mapped(self) -> tuple[str, ...]:
        """Every mapped column, where the rows are judged."""
        return () if self._judged is None else mapped_names(self._judged)

    def _read_sheets(self, layout: CsvLayout, paths: Sequence[str]) -> None:
        """CSV files together, or each alone where one of them spoils it."""
        try:
            rows = self._count(csv_records(paths, layout))
            faults = self._memory.run(FAULTS, {})
        except CannotReadError as error:
            if len(paths) == 1:
                self._fail(paths[0], str(error))
                return
            for path in paths:
                self._read_sheets(layout, [path])
            return
        for table in FAULT_TABLES:
            self._memory.run(f"DROP TABLE {table}", {})
        for path, *group in rows:
            self._add(path, group, has_reason=layout.reason is not None)
        torn = {path for path, *_, several in rows if several} if self._judged else set()
        self._look_for_torn_rows(set(paths) if layout.columns == 1 else torn, layout)
        self._tell_faults_of(paths, layout, faults)

    def _tell_faults_of(
        self, paths: Sequence[str], layout: CsvLayout, faults: Sequence[Any]
    ) -> None:
        for path in paths:
            self._tell_broken(path, f"without exactly {plural(layout.columns, 'column')}")
        for path, lines, _, uncounted in faults:
            self._tell_faults(path, lines, uncounted)
        if sum(errors for _, _, errors, _ in faults) >= MOST_FAULTS:
            for path in paths:
                self._tallies[path].capped = True

    def _look_for_torn_rows(self, paths: set[str], layout: CsvLayout) -> None:
        """A quote that is never closed makes one row of the lines that follow."""
        is_gzip, check = layout.packing == "gzip", self._memory.check
        for path in paths:
            try:
                why = torn_by(path, layout.delimiter, layout.columns, check, packed=is_gzip)
            except CannotReadError as error:
                self._fail(path, str(error))
                continue
            if why and self._judged is not None:
                self._tallies[path].not_whole = f"{self._names[path]} {why}"
            elif why:
                self._tallies[path].warnings.append(f"{self._names[path]} {why}")

    def _tell_broken(self, path: str, what: str) -> None:
        tally = self._tallies[path]
        if tally.unreadable:
            counted = "" if self._day else ", counted without a reason"
            tally.warnings.append(
                f"{self._names[path]} has {plural(tally.unreadable, 'line')} {what}{counted}"
            )

    def _tell_faults(self, path: str, lines: int, uncounted: int) -> None:
        tally = self._tallies[path]
        tally.unreadable += lines
        tally.uncounted += uncounted
        least = "at least " if lines >= MOST_FAULTS else ""
        tally.warnings.append(
            f"{self._names[path]} has {least}{plural(lines, 'line')} that "
            f"{'is' if lines == 1 else 'are'} not UTF-8 text or too long to read"
        )

    def _read_parquet(self, path: str) -> None:
        source = parquet_records(path, (), Wanted(None, None))
        columns = self._memory.run(f"DESCRIBE SELECT * FROM {source.source}", source.parameters)  # noqa: S608
        names = tuple(str(column[0]) for column in columns)
        require_mapped(names, self._mapped(), _CORRECT)
        self._look_for_columns(path, names)
        types = [str(column[1]) for column in columns]
        self._read_one(path, parquet_records(path, names, self._wanted, types), names)

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
        self._tell_broken(path, "without a JSON object")

    def _judge_objects(self, file: JsonFile, judged: QuarantineSource) -> None:
        """Count the objects of a file, but for those that are no rows."""
        shape = shape_of(Wanted(judged.reason, judged.occurred_at).spelled(file.names))
        query = json_shapes(file.kind, shape, file.packing)
        ((any_row, any_other),) = self._memory.run(
            query, {"file": escape(file.path)} | shape.parameters
        )
        if any_row:
            require_mapped(file.names, self._mapped(), _CORRECT)
        # What holds rows has no columns of its own to look for.
        names = file.names if any_row or not any_other else ()
        self._count_objects(file._replace(names=names), shape)
        tally = self._tallies[file.path]
        if tally.uncounted and any_other:
            tally.advice = f"; {SHAPE}"

    def _count_objects(self, file: JsonFile, shape: Shape | None) -> None:
        if file.names:
            self._look_for_columns(file.path, file.names)
        self._read_one(file.path, json_records(file, self._wanted, shape), file.names)

    def _read_one(self, path: str, records: Records, names: tuple[str, ...]) -> None:
        has_reason = self._wanted.positions(names)[0] is not None
        for _, *group in self._count(records):
            self._add(path, group, has_reason=has_reason)

    def _look_for_columns(self, path: str, names: tuple[str, ...], *, row: bool = False) -> None:
        """Warn of a missing reason; raise CannotReadError for a missing time that is needed.

        row: whether the names look like the values of a row.
        """
        reason, moment = self._wanted.positions(names)
        there = what_is_there(names, row=row)
        if self._wanted.moment is not None and moment is None:
            missing = f"has no column {quoted(self._wanted.moment)}"
            raise CannotReadError(f"{missing} to tell the day by; {there}")
        if self._wanted.reason is not None and reason is None:
            self._tallies[path].warnings.append(
                f"{self._names[path]} has no column {quoted(self._wanted.reason)}; {there}"
            )

    def _count(self, records: Records) -> list[Any]:
        return self._memory.run(counting(records, self._day), records.parameters)

    def _add(self, path: str, group: Sequence[Any], *, has_reason: bool) -> None:
        fate, reason, rows, _ = group
        self._tallies[path].add(fate, reason, rows, has_reason=has_reason)

    def _fail(self, path: str, why: str) -> None:
        self._tallies[path].fail(f"{self._names[path]} {why}")


def cannot_be_named(path: str) -> bool:
    """Whether DuckDB has no spelling for a path: not UTF-8, or a backslash beside a wildcard."""
    foreign = any("\ud800" <= char <= "\udfff" for char in path)
    return foreign or (os.sep == "/" and "\\" in path and escape(path) != path)
