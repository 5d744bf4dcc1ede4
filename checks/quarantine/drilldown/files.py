"""Rejected rows in files, read by DuckDB in one connection in memory that writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from glob import escape
from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo

from checks.config.model import QuarantineSource
from checks.quarantine.content import Ends, ends_of, header_of, mapped_names, require_no_row
from checks.quarantine.drilldown.choosing import ChosenFiles
from checks.quarantine.drilldown.columns import common_columns, kept_columns, keys_of, roles_of
from checks.quarantine.drilldown.hours import hours_of, periods_of
from checks.quarantine.drilldown.model import Field, Filters, GroupBy, Roles, Tallied, Tally, Values
from checks.quarantine.drilldown.parts import Form, Part, Sql, faulty, selecting
from checks.quarantine.drilldown.spans import BOARD, SPANS, Progress, Span, batches
from checks.quarantine.drilldown.sql import QueryBuilder
from checks.quarantine.formats import (
    FAULT_TABLES,
    FAULTS,
    MOST_FAULTS,
    MappedColumns,
    json_keys,
    json_shapes,
)
from checks.quarantine.memory import InMemoryDuckDb
from checks.quarantine.naming import format_of
from checks.quarantine.reader import cannot_be_named
from checks.quarantine.selection import Place
from checks.quarantine.shapes import SHAPE, shape_of
from checks.quarantine.tally import CannotReadError, TooLargeError

#: With fewer files, finding the days of each gains nothing; bytes that are read at a time.
_FEW, _BATCH = 2, 32 * 1024 * 1024
_CAPPED = f"more than {MOST_FAULTS:,} lines cannot be read; no more of them are counted"
#: Of small files, so many fields are grouped in one statement.
_FIELDS = 4
#: About how many times larger rows are when gzip is unpacked.
_UNPACKED = 10
_TOO_LARGE = "there are too many rows to group in the allowed memory"
_UNREADABLE = "the files could not be read: one of them may be damaged, or have changed meanwhile"
#: Whether any CSV file was read since faults were taken.
_HAS_FAULTS = f"SELECT count(*) FROM duckdb_tables() WHERE table_name = '{FAULT_TABLES[0]}'"  # noqa: S608


class FileRejected:
    """Reads the chosen files. `stop` may be called from another thread."""

    def __init__(
        self,
        source: QuarantineSource,
        place: Place,
        chosen: ChosenFiles,
        periods: tuple[tuple[date, ...], ...],
        zone: ZoneInfo,
        naive: ZoneInfo,
    ) -> None:
        self._source, self._place, self._chosen = source, place, chosen
        self._periods, self._zone, self._naive = periods, zone, naive
        self._memory = InMemoryDuckDb()
        self._notes: list[str] = []
        self._parts: list[Part] = []
        self._columns: dict[tuple[str, int], str] = {}
        self._are_whole = False  # whether every value of each Parquet file was read
        self._faults: dict[str, int] = {}  # faulty lines of each CSV file that was read completely

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._columns.values())

    @property
    def roles(self) -> Roles:
        return roles_of(self.names, self._source)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self._notes)

    @property
    def files(self) -> int | None:
        return sum(len(part.paths) for part in self._parts if part.period in (0, None))

    def prepare(self) -> None:
        """Read the beginning of every file. `notes` says which cannot be read."""
        if warning := self._place.warning_of_links(*self._days()):
            self._notes.append(warning)
        paths_by_form: dict[tuple[Form, int | None], list[str]] = defaultdict(list)
        for path, period in self._files_with_period():
            self._memory.check()
            try:
                form = self._form_of(path)
            except CannotReadError as error:
                self._leave_out(path, str(error))
                continue
            if form is not None:
                paths_by_form[form, period].append(path)
        self._parts = [
            Part(form, period, tuple(paths)) for (form, period), paths in paths_by_form.items()
        ]
        all_columns = common_columns(part.form.names for part in self._parts)
        self._columns = kept_columns(all_columns, mapped_names(self._source))
        if more := len(all_columns) - len(self._columns):
            self._notes.append(f"{more} more columns are not shown")
        self._drop_files_of_other_days()

    def sample(self, count: int) -> tuple[Values, ...]:
        width, rows = len(self._columns), list[Values]()
        for period in range(len(self._periods)):
            rows += self._query(
                partial(QueryBuilder.sample, period=period, count=count, width=width)
            )
        return tuple(row[:width] for row in rows)

    def tally(self, fields: Sequence[Field], most: int, *, undated: bool = False) -> Tally:
        rows = self._tallied(fields, most)
        totals = {period: n for period, field, _, n in rows if field < 0}
        by_source = {i for i, field in enumerate(fields) if field.how is GroupBy.SOURCE}
        groups: dict[tuple[int, int, str | None], int] = defaultdict(int)
        for period, field, value, n in rows:
            if field >= 0 and period >= 0:
                is_path = field in by_source and self.roles.source is None
                groups[period, field, self._source_of(value) if is_path else value] += n
        return Tally(
            tuple(totals.get(period, 0) for period in range(len(self._periods))),
            tuple(Tallied(*key, n) for key, n in groups.items()),
            totals.get(-1, 0),
        )

    def total(self, filters: Filters) -> int:
        if filters.source is not None:  # reads some files only
            self._learn_faults()
        reads = () if filters.source is not None else self._csv_paths(0, None)
        rows = self._query(lambda ask: ask.total(filters, len(self._columns)), reads)
        return int(rows[0][0]) if rows else 0

    def rows(self, filters: Filters, offset: int, count: int) -> tuple[Values, ...]:
        self._learn_faults()
        width = len(self._columns)
        rows = self._query(lambda ask: ask.rows(filters, width, offset, count))
        return tuple(row[:width] for row in rows)

    def stop(self) -> None:
        """Interrupt the running statement; no other is started."""
        self._memory.stop()

    def close(self) -> None:
        """Close the connection."""
        self._memory.close()

    def _tallied(self, fields: Sequence[Field], most: int) -> list[Any]:
        """Rows of (period, field, value, rows); field -1 is the whole period.

        Each field that is grouped needs some megabytes of memory, so small files are read again
        for every few fields.
        """
        parts = self._parts
        width = _FIELDS if sum(map(_size, parts)) <= _BATCH else len(fields)
        rows = self._tallied_by(fields, most, width)
        # A file may fail in a later statement only: then everything is counted again without it.
        return rows if self._parts is parts else self._tallied_by(fields, most, len(fields))

    def _tallied_by(self, fields: Sequence[Field], most: int, width: int) -> list[Any]:
        """The same with `width` fields in each statement."""
        rows: list[Any] = []
        for first in range(0, max(len(fields), 1), max(width, 1)):
            build = partial(QueryBuilder.tally, fields=fields[first : first + width], most=most)
            rows += [
                (period, field if field < 0 else first + field, value, n)
                for period, field, value, n in self._query(build, self._csv_paths())
            ]
        return rows

    def _drop_files_of_other_days(self) -> None:
        """Of files whose names say no day, keep those that may have rows of the requested days."""
        mixed = [part for part in self._parts if part.period is None]
        column = self._source.occurred_at
        if column is None or sum(len(part.paths) for part in mixed) < _FEW:
            return
        try:
            self._find_spans(mixed, column)
        finally:
            BOARD.report(self._place.pattern, None)
        days = periods_of(self._periods, self._zone)
        kept = []
        for part in self._parts:
            spans = {path: SPANS.get(path, column) for path in part.paths}
            paths = tuple(
                path
                for path, span in spans.items()
                if part.period is not None or span is None or span.touches(days, self._naive)
            )
            if paths:
                kept.append(Part(part.form, part.period, paths))
        self._parts = kept

    def _find_spans(self, parts: Sequence[Part], column: str) -> None:
        """Read the spans that are not known yet, some files at a time, and report the progress."""
        unknown = [
            (part, group, size)
            for part in parts
            for group, size in batches(
                [path for path in part.paths if SPANS.get(path, column) is None], _BATCH
            )
        ]
        done, total = 0, sum(size for _, _, size in unknown)
        for part, group, size in unknown:
            BOARD.report(self._place.pattern, Progress(done, total))
            selection = self._selection(Part(part.form, None, tuple(group)), "")
            try:
                rows = self._run(self._builder_over(selection).spans())
            except CannotReadError:
                rows = []  # the query itself will find out which file it is
            faults = self._pop_faults()
            for path, *ends, first, last, undated in rows:
                aware, local = _pair(*ends[:2]), _pair(*ends[2:])
                undated += faults.get(path, 0)
                SPANS.put(path, column, Span(aware, local, _pair(first, last), undated))
            done += size

    def _days(self) -> list[date]:
        return [day for days in self._periods for day in days]

    def _files_with_period(self) -> list[tuple[str, int | None]]:
        """Every file with its period."""
        files: list[tuple[str, int | None]] = []
        for period, days in enumerate(self._periods):
            for day in days:
                files += [(path, period) for path in self._chosen.by_day.get(day, ())]
        return [*files, *((path, None) for path in self._chosen.mixed)]

    def _form_of(self, path: str) -> Form | None:
        """How to read a file, None where it is empty. Raises CannotReadError."""
        kind = format_of(path)
        if kind is None:
            raise CannotReadError("is neither CSV nor Parquet nor JSON lines, by its suffix")
        if cannot_be_named(path):
            raise CannotReadError("has a name that cannot be opened")
        ends = ends_of(path, self._memory.check)
        if kind == "parquet" or ends.is_parquet:
            described = self._run(
                Sql("DESCRIBE SELECT * FROM read_parquet($file)", {"file": escape(path)})
            )
            return Form("parquet", tuple(str(row[0]) for row in described))
        if not ends.beginning.strip():
            return None
        if kind == "json":
            return self._json_form(path, ends)
        mapped = mapped_names(self._source)
        header = header_of(ends.beginning, mapped)
        require_no_row(header.names, mapped)
        return Form("csv", header.names, header.delimiter, ends.packing)

    def _json_form(self, path: str, ends: Ends) -> Form:
        kind = "array" if ends.beginning.lstrip().startswith(b"[") else "lines"
        if kind == "array" and not ends.end.rstrip().endswith(b"]"):
            raise CannotReadError("is cut off or damaged")
        keys = self._run(Sql(json_keys(kind, ends.packing), {"file": escape(path)}))
        names = tuple(str(key) for (key,) in keys)
        self._require_rows(path, Form(kind, names, packing=ends.packing))
        return Form(kind, names, packing=ends.packing)

    def _require_rows(self, path: str, form: Form) -> None:
        """Raise CannotReadError where none of a JSON file's first objects is a row."""
        columns = MappedColumns(self._source.reason, self._source.occurred_at)
        shape = shape_of(columns.spelled(form.names))
        query = json_shapes(form.kind, shape, form.packing)
        ((any_row, _),) = self._run(Sql(query, {"file": escape(path)} | shape.parameters))
        if any_row is False:
            raise CannotReadError(f"holds no rows: {SHAPE}")

    def _query(
        self, build: Callable[[QueryBuilder], Sql], reads: Sequence[str] = ()
    ) -> tuple[Any, ...]:
        """The rows of one query; where it fails, it is repeated without the damaged files.

        reads: the CSV files that it reads completely, so that their faulty lines become known.
        """
        self._require_whole()
        try:
            return self._query_once(build, reads) if self._parts else ()
        except TooLargeError:
            raise CannotReadError(_TOO_LARGE) from None
        except CannotReadError:
            if not self._drop_damaged():
                raise CannotReadError(_UNREADABLE) from None
        return self._query_once(build, reads) if self._parts else ()

    def _query_once(
        self, build: Callable[[QueryBuilder], Sql], reads: Sequence[str]
    ) -> tuple[Any, ...]:
        rows = self._run(build(self._query_builder()))
        faults = self._pop_faults()
        new = {path: faults.get(path, 0) for path in reads if path not in self._faults}
        self._faults |= new
        if any(new.values()):
            rows = self._run(build(self._query_builder()))
        return tuple(tuple(row) for row in rows)

    def _csv_paths(self, *periods: int | None) -> list[str]:
        """The CSV files of some periods, of all where none is named."""
        parts = [part for part in self._parts if part.form.kind == "csv"]
        return [path for part in parts if not periods or part.period in periods
                for path in part.paths]  # fmt: skip

    def _learn_faults(self) -> None:
        """Read CSV files whose faulty lines are not known yet."""
        if any(path not in self._faults for path in self._csv_paths(0, None)):
            self.total(Filters())

    def _pop_faults(self) -> dict[str, int]:
        """Lines that were left out since the last call, by file: not UTF-8, or too long."""
        ((has_faults,),) = self._run(Sql(_HAS_FAULTS, {}))
        if not has_faults:
            return {}
        faults = {str(path): int(lines) for path, lines, *_ in self._run(Sql(FAULTS, {}))}
        for table in FAULT_TABLES:
            self._run(Sql(f"DROP TABLE {table}", {}))
        if sum(faults.values()) >= MOST_FAULTS and _CAPPED not in self._notes:
            self._notes.append(_CAPPED)
        return faults

    def _require_whole(self) -> None:
        """Leave out damaged Parquet files before anything is counted.

        Each query reads only the columns that it needs, and any may be damaged.
        """
        if self._are_whole:
            return
        self._are_whole = True
        try:
            for part in self._parts:
                if part.form.kind == "parquet":
                    self._read_all(part)
        except CannotReadError:
            self._drop_damaged()

    def _query_builder(self) -> QueryBuilder:
        selections = []
        for i, part in enumerate(self._parts):
            faulty_rows = faulty(part, f"_{i}", self._faults, len(self._columns))
            selections += [
                self._selection(part, f"_{i}"),
                *([] if faulty_rows is None else [faulty_rows]),
            ]
        text = " UNION ALL ".join(f"({part.text})" for part in selections)
        parameters = {name: value for part in selections for name, value in part.parameters.items()}
        return self._builder_over(Sql(text, parameters))

    def _builder_over(self, selection: Sql) -> QueryBuilder:
        day = self._periods[0][0]
        days = periods_of(self._periods, self._zone) if self._chosen.mixed else None
        by_source: dict[str, list[str]] = defaultdict(list)
        for part in self._parts:
            for path in part.paths:
                by_source[self._source_of(path)].append(path)
        hours = hours_of(day, self._zone)
        return QueryBuilder(selection, self.roles, hours, days, self._naive, by_source)

    def _selection(self, part: Part, tag: str) -> Sql:
        positions = {key: index for index, key in enumerate(keys_of(part.form.names))}
        return selecting(part, tag, [positions.get(key) for key in self._columns])

    def _source_of(self, path: str | None) -> str:
        """The audit log's source of a file, else the file's own name."""
        owner = self._chosen.owners.get(path or "")
        return owner if owner is not None else PurePath(self._place.name(path or "")).as_posix()

    def _drop_damaged(self) -> bool:
        """Read every file alone and leave out those that fail; whether there were any."""
        readable: list[Part] = []
        for part in self._parts:
            for path in part.paths:
                alone = Part(part.form, part.period, (path,))
                try:
                    self._read_all(alone)
                except CannotReadError as error:
                    self._leave_out(path, str(error))
                else:
                    readable.append(alone)
        before = sum(len(part.paths) for part in self._parts)
        self._parts = readable
        return len(readable) < before

    def _read_all(self, part: Part) -> None:
        """Read every value, as any column may be damaged. Raises CannotReadError."""
        selected = self._selection(part, "")
        reading = f"SELECT bit_xor(hash(t)) FROM ({selected.text}) t"  # noqa: S608
        self._run(Sql(reading, selected.parameters))

    def _leave_out(self, path: str, why: str) -> None:
        self._notes.append(f"{self._place.shown(path)} {why}")

    def _run(self, query: Sql) -> list[Any]:
        return self._memory.run(query.text, query.parameters)


def _size(part: Part) -> int:
    """Estimated bytes of the rows of some files."""
    size = sum(size for _, size in batches(part.paths, _BATCH))
    return size * _UNPACKED if part.form.packing == "gzip" else size


def _pair(first: Any, last: Any) -> Any:
    return None if first is None else (first, last)
