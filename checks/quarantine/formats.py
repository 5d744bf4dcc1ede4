"""What DuckDB is to select from files of each format."""

from __future__ import annotations

from collections.abc import Sequence
from glob import escape
from typing import NamedTuple

from checks.quarantine.content import Header, position_of
from checks.quarantine.records import Records, identifier

#: Faulty lines of one file that are told apart; there may be more.
MOST_FAULTS = 10_000
_CSV = """read_csv($files{tag}, columns={{{columns}}}, auto_detect=false, header=true,
  delim=$delimiter{tag}, quote='"', escape='"', nullstr='\x01\x02', strict_mode=false,
  null_padding=true, ignore_errors=true, store_rejects=true, rejects_limit={limit},
  hive_partitioning=false, parallel=false, filename=true)"""
_JSON = {
    "lines": "read_json_objects($file{tag}, format='newline_delimited', ignore_errors=true)",
    "array": "read_json_objects($file{tag}, format='array')",
}


class Wanted(NamedTuple):
    """The columns to read, as configured; None where not mapped or not needed."""

    reason: str | None
    moment: str | None

    def mapped(self) -> tuple[str, ...]:
        """Those that are to be found."""
        return tuple(name for name in self if name is not None)

    def positions(self, names: tuple[str, ...]) -> tuple[int | None, int | None]:
        """Where they are in a file, None where they are not."""
        reason, moment = (None if name is None else position_of(name, names) for name in self)
        return reason, moment


class CsvLayout(NamedTuple):
    """What CSV files must share to be read in one go."""

    columns: int
    delimiter: str
    reason: int | None
    moment: int | None

    @classmethod
    def of(cls, header: Header, wanted: Wanted) -> CsvLayout:
        """The layout of a file with this header."""
        return cls(len(header.names), header.delimiter, *wanted.positions(header.names))


def csv_records(paths: Sequence[str], layout: CsvLayout) -> Records:
    """The lines of CSV files.

    All columns are text by position, and one more than the header has. No text reads
    as NULL, so that NULL in the last column means a line that is too short, and
    anything in the one after it a line that is too long.
    """
    return Records(
        source=csv_source(layout.columns),
        path="filename",
        reason=_column(layout.reason),
        moment=_column(layout.moment),
        broken=csv_broken(layout.columns),
        parameters={"files": [escape(path) for path in paths], "delimiter": layout.delimiter},
    )


def csv_source(columns: int, tag: str = "") -> str:
    """What stands after FROM for CSV files of so many columns, read as c0, c1, ...

    Parameters: `files` and `delimiter`, with the `tag` behind their names.
    """
    names = (f"'c{i}': 'VARCHAR'" for i in range(columns + 1))
    return _CSV.format(columns=", ".join(names), limit=MOST_FAULTS, tag=tag)


def csv_broken(columns: int) -> str:
    """SQL: whether a line has not exactly so many columns."""
    everything = ", ".join(f"c{i}" for i in range(columns + 1))
    # Never true. DuckDB 1.5 fails on faulty text in columns of which only some are selected.
    all_selected = f"concat({everything}) IS NULL"
    return f"c{columns - 1} IS NULL OR c{columns} IS NOT NULL OR {all_selected}"


def json_source(kind: str, tag: str = "") -> str:
    """What stands after FROM for the objects of a JSON file; parameter: `file` with the `tag`."""
    return _JSON[kind].format(tag=tag)


def parquet_records(path: str, names: tuple[str, ...], wanted: Wanted) -> Records:
    """The rows of one Parquet file."""
    reason, moment = wanted.positions(names)
    return Records(
        source="read_parquet($file, hive_partitioning=false)",
        path="''",
        reason="NULL" if reason is None else identifier(names[reason]),
        moment="NULL" if moment is None else identifier(names[moment]),
        broken="false",
        parameters={"file": escape(path)},
    )


def json_records(path: str, names: tuple[str, ...], wanted: Wanted, kind: str) -> Records:
    """The objects of one JSON file; a line that is none is NULL."""
    reason, moment = wanted.positions(names)
    parameters: dict[str, object] = {"file": escape(path)}
    columns = []
    for key, position in (("reason", reason), ("moment", moment)):
        if position is not None:
            parameters[key] = json_path(names[position])
        columns.append("NULL" if position is None else f"json_extract_string(json, ${key})")
    return Records(
        source=json_source(kind),
        path="''",
        reason=columns[0],
        moment=columns[1],
        broken="json_type(json) <> 'OBJECT'",
        parameters=parameters,
    )


def json_keys(kind: str) -> str:
    """The query for the keys of the first objects of a file."""
    objects = f"SELECT json FROM {json_source(kind)} WHERE json_type(json) = 'OBJECT' LIMIT 1000"  # noqa: S608
    return f"SELECT DISTINCT unnest(json_keys(json)) FROM ({objects}) ORDER BY 1"  # noqa: S608


def _column(position: int | None) -> str:
    return "NULL" if position is None else f"c{position}"


def json_path(key: str) -> str:
    """The path of a member of an object, whatever its name."""
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'$."{escaped}"'
