"""What DuckDB is to select from files of each format."""

from __future__ import annotations

from collections.abc import Sequence
from glob import escape
from typing import NamedTuple

from checks.quarantine.content import Header, position_of
from checks.quarantine.records import Records, identifier

#: Faulty lines of one file that are told apart; there may be more.
MOST_FAULTS = 10_000
_CSV = """read_csv($files, columns={{{columns}}}, auto_detect=false, header=true,
  delim=$delimiter, quote='"', escape='"', nullstr='\x01\x02', strict_mode=false,
  null_padding=true, ignore_errors=true, store_rejects=true, rejects_limit={limit},
  hive_partitioning=false, parallel=false, filename=true)"""
_JSON = {
    "lines": "read_json_objects($file, format='newline_delimited', ignore_errors=true)",
    "array": "read_json_objects($file, format='array')",
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
    names = [f"c{i}" for i in range(layout.columns + 1)]
    last, beyond = names[-2:]
    # Never true. DuckDB 1.5 fails on faulty text in columns of which only some are selected.
    all_selected = f"concat({', '.join(names)}) IS NULL"
    return Records(
        source=_CSV.format(
            columns=", ".join(f"'{name}': 'VARCHAR'" for name in names), limit=MOST_FAULTS
        ),
        path="filename",
        reason=_column(layout.reason),
        moment=_column(layout.moment),
        broken=f"{last} IS NULL OR {beyond} IS NOT NULL OR {all_selected}",
        parameters={"files": [escape(path) for path in paths], "delimiter": layout.delimiter},
    )


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
            parameters[key] = _json_path(names[position])
        columns.append("NULL" if position is None else f"json_extract_string(json, ${key})")
    return Records(
        source=_JSON[kind],
        path="''",
        reason=columns[0],
        moment=columns[1],
        broken="json_type(json) <> 'OBJECT'",
        parameters=parameters,
    )


def json_keys(kind: str) -> str:
    """The query for the keys of the first objects of a file."""
    return (
        "SELECT DISTINCT unnest(json_keys(json)) FROM "  # noqa: S608  (constants only)
        f"(SELECT json FROM {_JSON[kind]} WHERE json_type(json) = 'OBJECT' LIMIT 1000) ORDER BY 1"
    )


def _column(position: int | None) -> str:
    return "NULL" if position is None else f"c{position}"


def _json_path(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'$."{escaped}"'
