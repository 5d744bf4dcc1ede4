"""What DuckDB selects from files of each format."""

from __future__ import annotations

from collections.abc import Sequence
from glob import escape
from typing import NamedTuple

from checks.quarantine.content import OTHER_LINE_ENDS, Header, position_of
from checks.quarantine.records import Records, identifier
from checks.quarantine.shapes import Shape, json_member

#: The most faulty lines of one file that are recorded; there may be more.
MOST_FAULTS = 10_000
_CSV = """read_csv($files{tag}, columns={{{columns}}}, auto_detect=false, header=true,
  delim=$delimiter{tag}, quote='"', escape='"', nullstr='\x01\x02', strict_mode=false,
  null_padding=true, ignore_errors=true, store_rejects=true, rejects_limit={limit},
  hive_partitioning=false, parallel=false, filename=true, compression='{packing}')"""
_JSON = {
    "lines": "format='newline_delimited', ignore_errors=true",
    "array": "format='array'",
}
#: Character class of line ends that only some writers use; DuckDB knows LF and CR only.
_OTHER_ENDS = f"[{OTHER_LINE_ENDS}]"
_ANY_ENDS = f"[\\r\\n\\x00{OTHER_LINE_ENDS}]"


class MappedColumns(NamedTuple):
    """The columns to read, as configured; None where not mapped or not needed."""

    reason: str | None
    moment: str | None

    def mapped(self) -> tuple[str, ...]:
        """The mapped ones."""
        return tuple(name for name in self if name is not None)

    def spelled(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The mapped ones, spelled as in the file where it has them."""
        pairs = zip(self, self.positions(names), strict=True)
        return tuple(
            name if position is None else names[position]
            for name, position in pairs
            if name is not None
        )

    def positions(self, names: tuple[str, ...]) -> tuple[int | None, int | None]:
        """Their positions in a file, None where one is absent."""
        reason, moment = (None if name is None else position_of(name, names) for name in self)
        return reason, moment


class CsvLayout(NamedTuple):
    """What CSV files must share to be read in one go."""

    columns: int
    delimiter: str
    reason: int | None
    moment: int | None
    packing: str = "uncompressed"

    @classmethod
    def from_header(cls, header: Header, columns: MappedColumns, packing: str) -> CsvLayout:
        """The layout of a file with this header."""
        positions = columns.positions(header.names)
        return cls(len(header.names), header.delimiter, *positions, packing)


#: By file: lines with faults, faults, and lines so long that they may hold several rows.
FAULTS = """
SELECT s.file_path, count(DISTINCT e.line), count(*), count(DISTINCT e.line)
  FILTER (CAST(e.error_type AS VARCHAR) IN ('LINE SIZE OVER MAXIMUM', 'UNQUOTED VALUE'))
FROM reject_errors e
JOIN reject_scans s USING (scan_id, file_id) GROUP BY ALL
"""
FAULT_TABLES = ("reject_errors", "reject_scans")


def csv_records(paths: Sequence[str], layout: CsvLayout) -> Records:
    """The lines of CSV files.

    All columns are read as text by position, with one more than in the header. No text is read
    as NULL, so NULL in the last column means that a line is too short, and a value in the extra
    one that it is too long. A broken line that contains other line ends may be several rows; so
    may any broken line in a file of one column.
    """
    text = f"concat({_all(layout.columns)})"
    broken = csv_broken(layout.columns)
    if layout.columns == 1:
        broken += f" OR regexp_matches({text}, '{_OTHER_ENDS}')"
    return Records(
        source=csv_source(layout.columns, packing=layout.packing),
        path="filename",
        reason=_column(layout.reason),
        moment=_column(layout.moment),
        broken=broken,
        several=f"regexp_matches({text}, '{_ANY_ENDS}')",
        parameters={"files": [escape(path) for path in paths], "delimiter": layout.delimiter},
    )


def csv_source(columns: int, tag: str = "", packing: str = "uncompressed") -> str:
    """SQL after FROM for CSV files of so many columns, read as c0, c1, ...

    Parameters: `files` and `delimiter`, with `tag` appended to their names.
    """
    names = (f"'c{i}': 'VARCHAR'" for i in range(columns + 1))
    return _CSV.format(columns=", ".join(names), limit=MOST_FAULTS, tag=tag, packing=packing)


def csv_broken(columns: int) -> str:
    """SQL: whether a line has not exactly so many columns."""
    return f"c{columns - 1} IS NULL OR c{columns} IS NOT NULL OR NOT ({csv_whole(columns)})"


def csv_whole(columns: int) -> str:
    """SQL: always true, and reads every column.

    So each statement leaves out the same lines: DuckDB checks only selected columns for UTF-8, and
    1.5 fails on other text where only some columns are selected.
    """
    return f"concat({_all(columns)}) IS NOT NULL"


def _all(columns: int) -> str:
    return ", ".join(f"c{i}" for i in range(columns + 1))


def json_source(kind: str, files: str = "file", packing: str = "uncompressed") -> str:
    """SQL after FROM for the objects of JSON files; `files` is the parameter's name."""
    how = f"{_JSON[kind]}, compression='{packing}', filename=true"
    return f"read_json_objects(${files}, {how})"


def parquet_records(
    path: str, names: tuple[str, ...], columns: MappedColumns, types: Sequence[str] = ()
) -> Records:
    """The rows of one Parquet file. types: of the columns, as DuckDB names them."""
    reason, moment = columns.positions(names)
    return Records(
        source="read_parquet($file, hive_partitioning=false)",
        path="''",
        reason="NULL" if reason is None else identifier(names[reason]),
        moment="NULL" if moment is None else typed_moment(identifier(names[moment]), types[moment]),
        broken="false",
        several="false",
        parameters={"file": escape(path)},
    )


class JsonFile(NamedTuple):
    """One JSON file. kind: lines or array. names: keys of its first objects."""

    path: str
    kind: str
    names: tuple[str, ...]
    packing: str = "uncompressed"


def json_records(file: JsonFile, columns: MappedColumns, shape: Shape | None = None) -> Records:
    """The objects of one JSON file; a line that is not an object is NULL.

    shape: which objects are not rows, but contain rows; None where that does not matter.
    """
    reason, moment = columns.positions(file.names)
    parameters: dict[str, object] = {"file": escape(file.path)}
    expressions = []
    for key, position in (("reason", reason), ("moment", moment)):
        if position is not None:
            parameters[key] = json_member(file.names[position])
        expressions.append("NULL" if position is None else f"json_extract_string(json, ${key})")
    broken = "json_type(json) <> 'OBJECT'"
    if shape is not None:
        broken += f" OR {shape.sql}"
        parameters |= shape.parameters
    return Records(
        source=json_source(file.kind, packing=file.packing),
        path="''",
        reason=expressions[0],
        moment=expressions[1],
        broken=broken,
        several="true",
        parameters=parameters,
    )


def json_keys(kind: str, packing: str = "uncompressed") -> str:
    """The query for the keys of the first objects of a file."""
    return f"SELECT DISTINCT unnest(json_keys(json)) FROM ({_first(kind, packing)}) ORDER BY 1"  # noqa: S608


def json_shapes(kind: str, shape: Shape, packing: str = "uncompressed") -> str:
    """The query for whether any of a file's first objects is a row, and whether any is not.

    Both are NULL without any object.
    """
    return f"SELECT bool_or(NOT {shape.sql}), bool_or({shape.sql}) FROM ({_first(kind, packing)})"  # noqa: S608


def _first(kind: str, packing: str) -> str:
    source = json_source(kind, packing=packing)
    return f"SELECT json FROM {source} WHERE json_type(json) = 'OBJECT' LIMIT 1000"  # noqa: S608


def typed_moment(column: str, type_: str) -> str:
    """A column to cast to text, with times limited to the years that such text can hold."""
    kind = "TIMESTAMPTZ" if type_.endswith("WITH TIME ZONE") else type_.partition("_")[0]
    if kind not in ("DATE", "TIMESTAMP", "TIMESTAMPTZ"):
        return column
    first, last = (f"{kind} '{day}'" for day in ("0001-01-02", "9999-12-30"))
    return f"least(greatest(CAST({column} AS {kind}), {first}), {last})"


def _column(position: int | None) -> str:
    return "NULL" if position is None else f"c{position}"
