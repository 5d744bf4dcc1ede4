"""Rejected rows in files, read by DuckDB in one connection in memory that writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import PurePath
from typing import Any

from checks.quarantine.columns import Roles, common_roles, mapped_names
from checks.quarantine.drilldown.model import (
    Field,
    Filters,
    GroupBy,
    HourTally,
    Tallied,
    Tally,
    Values,
)
from checks.quarantine.drilldown.parts import Part, Sql, faulty, selecting
from checks.quarantine.drilldown.preparing import BATCH, FilePreparation, FileRequest
from checks.quarantine.drilldown.spans import batches
from checks.quarantine.drilldown.sql import QueryBuilder
from checks.quarantine.memory import MOST_FAULTS, InMemoryDuckDb, are_capped, take_faults
from checks.quarantine.tally import CannotReadError, TooLargeError

_CAPPED = f"more than {MOST_FAULTS:,} lines cannot be read; no more of them are counted"
#: Of small files, so many fields are grouped in one statement.
_FIELDS = 4
#: About how many times larger rows are when gzip is unpacked.
_UNPACKED = 10
_TOO_LARGE = "there are too many rows to group in the allowed memory"
_UNREADABLE = "the files could not be read: one of them may be damaged, or have changed meanwhile"


class FileRejected:
    """Reads the chosen files."""

    def __init__(self, memory: InMemoryDuckDb, request: FileRequest) -> None:
        self._memory, self._place = memory, request.place
        self._chosen, self._periods = request.chosen, request.periods
        files = FilePreparation(memory, request).prepared()
        self._parts, self._notes, self._columns = files.parts, files.notes, files.columns
        self.names: tuple[str, ...] = files.names
        self.roles: Roles = common_roles(files.columns, request.source)
        self._mapped = mapped_names(request.source)
        self._are_whole = False  # whether every value of each Parquet file was read
        self._faults: dict[str, int] = {}  # faulty lines of each CSV file that was read completely

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self._notes)

    @property
    def files(self) -> int | None:
        return sum(len(part.paths) for part in self._parts if part.period in (0, None))

    def sample(self, count: int) -> tuple[Values, ...]:
        width, rows = len(self._columns), list[Values]()
        for period in self._periods.indices:
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
            tuple(totals.get(period, 0) for period in self._periods.indices),
            tuple(Tallied(*key, n) for key, n in groups.items()),
            totals.get(-1, 0),
        )

    def by_hour(self, most: int) -> tuple[HourTally, ...]:
        columns = range(len(self.names))
        groups: list[HourTally] = []
        for first in range(0, max(len(columns), 1), _FIELDS):
            chosen = columns[first : first + _FIELDS]
            rows = self._query(
                partial(QueryBuilder.by_hour, columns=chosen, most=most), self._csv_paths()
            )
            groups += [
                HourTally(period, None if column < 0 else column, value, is_rest, hour, n)
                for period, column, value, is_rest, hour, n in rows
                if column >= 0 or not first
            ]
        return tuple(groups)

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

    def _tallied(self, fields: Sequence[Field], most: int) -> list[Any]:
        """Rows of (period, field, value, rows); field -1 is the whole period.

        Each field that is grouped needs some megabytes of memory, so small files are read again
        for every few fields.
        """
        parts = self._parts
        width = _FIELDS if sum(map(_size, parts)) <= BATCH else len(fields)
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

    def _query(
        self, build: Callable[[QueryBuilder], Sql], reads: Sequence[str] = ()
    ) -> tuple[Any, ...]:
        """The rows of one query; where it fails, it is repeated without the damaged files.

        reads: the CSV files that it reads completely, so that their faulty lines become known.
        """
        self._require_whole()
        try:
            return self._query_readable(build, reads)
        except TooLargeError:
            raise CannotReadError(_TOO_LARGE) from None
        except CannotReadError:
            raise CannotReadError(_UNREADABLE) from None

    def _query_readable(
        self, build: Callable[[QueryBuilder], Sql], reads: Sequence[str]
    ) -> tuple[Any, ...]:
        try:
            return self._query_once(build, reads) if self._parts else ()
        except TooLargeError:
            raise
        except CannotReadError:
            if not self._drop_damaged():
                raise
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
        """Lines that were left out since the last call, by file."""
        faults = take_faults(self._memory)
        if are_capped(faults) and _CAPPED not in self._notes:
            self._notes.append(_CAPPED)
        return {file.path: file.lines for file in faults}

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
                selecting(part, f"_{i}", self._columns, self._mapped),
                *([] if faulty_rows is None else [faulty_rows]),
            ]
        text = " UNION ALL ".join(f"({part.text})" for part in selections)
        parameters = {name: value for part in selections for name, value in part.parameters.items()}
        by_source: dict[str, list[str]] = defaultdict(list)
        for part in self._parts:
            for path in part.paths:
                by_source[self._source_of(path)].append(path)
        return QueryBuilder(
            Sql(text, parameters), self.roles, self._periods, by_source,
            by_time=bool(self._chosen.mixed),
        )  # fmt: skip

    def _source_of(self, path: str | None) -> str:
        """The audit log's source of a file, else the file's own name."""
        owner = self._chosen.owners.get(path or "")
        return owner if owner is not None else PurePath(self._place.name(path or "")).as_posix()

    def _drop_damaged(self) -> bool:
        """Read every file alone and leave out those that fail; whether there were any."""
        before = self._parts
        readable = [part._replace(paths=self._readable_paths(part)) for part in before]
        self._parts = [part for part in readable if part.paths]
        return self._parts != before

    def _readable_paths(self, part: Part) -> tuple[str, ...]:
        """The files that can be read; of the others there are notes."""
        readable = []
        for path in part.paths:
            try:
                self._read_all(part._replace(paths=(path,)))
            except CannotReadError as error:
                self._leave_out(path, str(error))
            else:
                readable.append(path)
        return tuple(readable)

    def _read_all(self, part: Part) -> None:
        """Read every value, as any column may be damaged. Raises CannotReadError."""
        selected = selecting(part, "", self._columns, self._mapped)
        reading = f"SELECT bit_xor(hash(t)) FROM ({selected.text}) t"  # noqa: S608
        self._run(Sql(reading, selected.parameters))

    def _leave_out(self, path: str, why: str) -> None:
        self._notes.append(f"{self._place.shown(path)} {why}")

    def _run(self, query: Sql) -> list[Any]:
        return self._memory.run(query.text, query.parameters)


def _size(part: Part) -> int:
    """Estimated bytes of the rows of some files."""
    size = sum(size for _, size in batches(part.paths, BATCH))
    return size * _UNPACKED if part.form.compression == "gzip" else size
