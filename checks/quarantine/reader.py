"""Reads files of rejected rows with DuckDB, in one connection in memory that writes nothing."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from glob import escape
from typing import Any

from checks.quarantine.content import Ends, ends_of, header_of
from checks.quarantine.formats import (
    MOST_FAULTS,
    CsvLayout,
    Wanted,
    csv_records,
    json_keys,
    json_records,
    parquet_records,
)
from checks.quarantine.memory import Memory
from checks.quarantine.naming import format_of
from checks.quarantine.records import DayFilter, Records, counting
from checks.quarantine.tally import CannotReadError, FileTally
from checks.text import listed, plural, quoted

_FAULTS = """
SELECT s.file_path, count(DISTINCT e.line) FROM reject_errors e
JOIN reject_scans s USING (scan_id, file_id) GROUP BY ALL
"""


class Reader:
    """Counts the rows of files by reason. `stop` may be called from another thread."""

    def __init__(self, wanted: Wanted, day: DayFilter | None) -> None:
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
        return self._tallies

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
        if kind == "parquet":
            self._read_parquet(path)
        elif ends.beginning.strip():
            if kind == "json":
                self._read_json(path, ends)
            else:
                sheets[self._layout(path, ends)].append(path)

    def _layout(self, path: str, ends: Ends) -> CsvLayout:
        header = header_of(ends.beginning, self._wanted.mapped())
        self._look_for_columns(path, header.names)
        return CsvLayout.of(header, self._wanted)

    def _read_sheets(self, layout: CsvLayout, paths: Sequence[str]) -> None:
        """CSV files together, or each alone where one of them spoils it."""
        try:
            rows = self._count(csv_records(paths, layout))
            faults = self._memory.run(_FAULTS, {})
        except CannotReadError as error:
            if len(paths) == 1:
                self._fail(paths[0], str(error))
                return
            for path in paths:
                self._read_sheets(layout, [path])
            return
        for table in ("reject_errors", "reject_scans"):
            self._memory.run(f"DROP TABLE {table}", {})
        for path, *group in rows:
            self._add(path, group, has_reason=layout.reason is not None)
        for path in paths:
            self._tell_broken(path, f"without exactly {plural(layout.columns, 'column')}")
        for path, lines in faults:
            self._tell_faults(path, lines)

    def _tell_broken(self, path: str, what: str) -> None:
        tally = self._tallies[path]
        if tally.unreadable:
            counted = "" if self._day else ", counted without a reason"
            tally.warnings.append(
                f"{self._names[path]} has {plural(tally.unreadable, 'line')} {what}{counted}"
            )

    def _tell_faults(self, path: str, lines: int) -> None:
        tally = self._tallies[path]
        tally.unreadable += lines
        least = "at least " if lines >= MOST_FAULTS else ""
        tally.warnings.append(
            f"{self._names[path]} has {least}{plural(lines, 'line')} that "
            f"{'is' if lines == 1 else 'are'} not UTF-8 text or too long to read"
        )

    def _read_parquet(self, path: str) -> None:
        source = parquet_records(path, (), Wanted(None, None))
        columns = self._memory.run(f"DESCRIBE SELECT * FROM {source.source}", source.parameters)  # noqa: S608
        names = tuple(str(column[0]) for column in columns)
        self._look_for_columns(path, names)
        self._read_one(path, parquet_records(path, names, self._wanted), names)

    def _read_json(self, path: str, ends: Ends) -> None:
        kind = "array" if ends.beginning.lstrip().startswith(b"[") else "lines"
        if kind == "array" and not ends.end.rstrip().endswith(b"]"):
            raise CannotReadError("is cut off or damaged")
        keys = self._memory.run(json_keys(kind), {"file": escape(path)})
        names = tuple(str(key) for (key,) in keys)
        if names:
            self._look_for_columns(path, names)
        self._read_one(path, json_records(path, names, self._wanted, kind), names)
        self._tell_broken(path, "without a JSON object")

    def _read_one(self, path: str, records: Records, names: tuple[str, ...]) -> None:
        has_reason = self._wanted.positions(names)[0] is not None
        for _, *group in self._count(records):
            self._add(path, group, has_reason=has_reason)

    def _look_for_columns(self, path: str, names: tuple[str, ...]) -> None:
        """Warn of a missing reason; raise CannotReadError for a missing time that is needed."""
        reason, moment = self._wanted.positions(names)
        there = f"it has {listed(names, 12)}"
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
        fate, reason, rows = group
        self._tallies[path].add(fate, reason, rows, has_reason=has_reason)

    def _fail(self, path: str, why: str) -> None:
        self._tallies[path].fail(f"{self._names[path]} {why}")


def cannot_be_named(path: str) -> bool:
    """Whether DuckDB has no spelling for a path: not UTF-8, or a backslash beside a wildcard."""
    foreign = any("\ud800" <= char <= "\udfff" for char in path)
    return foreign or (os.sep == "/" and "\\" in path and escape(path) != path)
