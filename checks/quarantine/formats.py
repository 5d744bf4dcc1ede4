"""What DuckDB selects from files of each format.

All SQL here is made of positions and constants; names that come from files are quoted by
`_identifier` or are parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from glob import escape
from typing import NamedTuple

from checks.quarantine.content import OTHER_LINE_ENDS
from checks.quarantine.memory import MOST_FAULTS
from checks.quarantine.tally import LONGEST_REASON, MOST_GROUPS, OTHER
from checks.quarantine.times import DayFilter, timed

_CSV = """read_csv($files{tag}, columns={{{columns}}}, auto_detect=false, header=true,
  delim=$delimiter{tag}, quote='"', escape='"', nullstr='\x01\x02', strict_mode=false,
  null_padding=true, ignore_errors=true, store_rejects=true, rejects_limit={limit},
  hive_partitioning=false, parallel=false, filename=true, compression='{compression}')"""
_JSON = {
    "lines": "format='newline_delimited', ignore_errors=true",
    "array": "format='array'",
}
#: Character class of line ends that only some writers use; DuckDB knows LF and CR only.
_OTHER_ENDS = f"[{OTHER_LINE_ENDS}]"
_ANY_ENDS = f"[\\r\\n\\x00{OTHER_LINE_ENDS}]"
#: Name of the column with a row's file; it is extended where another column has that name.
_FILE = "andon file name"


class Form(NamedTuple):
    """What files must have in common to be read together. kind: csv, parquet, lines or array.

    names: of JSON, the keys of its first objects. compression: DuckDB's name of the compression.
    types: of Parquet's columns, as DuckDB names them.
    """

    kind: str
    names: tuple[str, ...]
    delimiter: str = ""
    compression: str = "uncompressed"
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Records:
    """SQL for the records of some files.

    source: SQL after FROM, with its `parameters`. path: the file of a record. values: columns as
    text, NULL where the files have none. broken: which records could not be parsed. several: which
    may contain more than one record.

    From the same files always the same records are read, whatever columns are used.
    """

    source: str
    path: str
    values: tuple[str, ...]
    broken: str
    several: str
    parameters: dict[str, object]


def records_of(
    form: Form, paths: Sequence[str], positions: Sequence[int | None], tag: str = ""
) -> Records:
    """The records of files of one form, with the values of the columns at `positions`.

    tag: a suffix for the names of parameters.
    """
    parameters: dict[str, object] = {f"files{tag}": [escape(path) for path in paths]}
    values = tuple(
        "NULL::VARCHAR" if position is None else _value(form, position, tag, parameters)
        for position in positions
    )
    if form.kind == "csv":
        parameters[f"delimiter{tag}"] = form.delimiter
        return _csv_records(form, values, tag, parameters)
    if form.kind == "parquet":
        name = _unused_name(form.names)
        source = f"read_parquet($files{tag}, hive_partitioning=false, filename='{name}')"
        return Records(source, _identifier(name), values, "false", "false", parameters)
    source = _json_source(form, f"files{tag}")
    return Records(source, "filename", values, "json_type(json) <> 'OBJECT'", "true", parameters)


def _csv_records(
    form: Form, values: tuple[str, ...], tag: str, parameters: dict[str, object]
) -> Records:
    """The lines of CSV files.

    All columns are read as text by position, with one more than in the header. No text is read
    as NULL, so NULL in the last column means that a line is too short, and a value in the extra
    one that it is too long. A broken line that contains other line ends may be several rows; so
    may any broken line in a file of one column.

    Every column is read always: DuckDB checks only selected columns for UTF-8, and 1.5 fails on
    other text where only some columns are selected.
    """
    width = len(form.names)
    text = f"concat({', '.join(f'c{i}' for i in range(width + 1))})"
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width + 1))
    source = _CSV.format(columns=columns, limit=MOST_FAULTS, tag=tag, compression=form.compression)
    broken = f"c{width - 1} IS NULL OR c{width} IS NOT NULL"
    if width == 1:
        broken += f" OR regexp_matches({text}, '{_OTHER_ENDS}')"
    return Records(
        source=f"{source} WHERE {text} IS NOT NULL",
        path="filename",
        values=values,
        broken=broken,
        several=f"regexp_matches({text}, '{_ANY_ENDS}')",
        parameters=parameters,
    )


def _value(form: Form, position: int, tag: str, parameters: dict[str, object]) -> str:
    if form.kind == "csv":
        return f"c{position}"
    if form.kind == "parquet":
        return f"CAST({_identifier(form.names[position])} AS VARCHAR)"
    parameters[f"value{tag}_{position}"] = json_member(form.names[position])
    return f"json_extract_string(json, $value{tag}_{position})"


def bounded_time(form: Form, position: int | None, value: str) -> str:
    """A value of `Records`, with Parquet's times limited to the years that such text can hold."""
    if not form.types or position is None:
        return value
    type_ = form.types[position]
    kind = "TIMESTAMPTZ" if type_.endswith("WITH TIME ZONE") else type_.partition("_")[0]
    if kind not in ("DATE", "TIMESTAMP", "TIMESTAMPTZ"):
        return value
    first, last = (f"{kind} '{day}'" for day in ("0001-01-02", "9999-12-30"))
    column = f"CAST({_identifier(form.names[position])} AS {kind})"
    return f"CAST(least(greatest({column}, {first}), {last}) AS VARCHAR)"


def parquet_columns() -> str:
    """The query for the names and types of the columns of `$file`."""
    return "DESCRIBE SELECT * FROM read_parquet($file, hive_partitioning=false)"


def json_keys(form: Form) -> str:
    """The query for the keys of the first objects of `$file`."""
    return f"SELECT DISTINCT unnest(json_keys(json)) FROM ({first_objects(form)}) ORDER BY 1"  # noqa: S608


def first_objects(form: Form) -> str:
    """The query for the first objects of `$file`, as `json`."""
    source = _json_source(form, "file")
    return f"SELECT json FROM {source} WHERE json_type(json) = 'OBJECT' LIMIT 1000"  # noqa: S608


def _json_source(form: Form, files: str) -> str:
    """SQL after FROM for the objects of JSON files; `files` is the parameter's name."""
    how = f"{_JSON[form.kind]}, compression='{form.compression}', filename=true"
    return f"read_json_objects(${files}, {how})"


def json_member(key: str) -> str:
    """The JSON pointer (RFC 6901) of a member of an object, whatever its name."""
    return f"/{key.replace('~', '~0').replace('/', '~1')}"


def _unused_name(names: Sequence[str]) -> str:
    """A name for the column with the file that no other column has."""
    taken = {name.casefold() for name in names}
    name = _FILE
    while name in taken:
        name += "_"
    return name


def _identifier(name: str) -> str:
    """A column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def counting(records: Records, day: DayFilter | None) -> str:
    """The query that counts: rows of (path, fate, reason, count, whether some hold several).

    records: with the reason and the time as their values; the time only serves the filter.
    Reasons beyond the `MOST_GROUPS` most frequent are one group, so that the result stays small.
    """
    reason, moment = records.values
    rows = timed("taken", day.naive) if day else "SELECT * FROM taken"
    is_counted = day.is_counted("fate") if day else "fate = 'counted'"
    most = MOST_GROUPS * (len(day.requests) if day else 1)
    return f"""
WITH taken AS (
  SELECT {records.path} AS path, coalesce({records.broken}, true) AS broken,
         {records.several} AS several, left({reason}, {LONGEST_REASON}) AS reason,
         {moment} AS moment
  FROM {records.source}),
timed AS ({rows}),
judged AS (
  SELECT path, reason, several, CASE WHEN broken AND several THEN 'uncounted'
    WHEN broken THEN 'unreadable' ELSE {day.fate() if day else "'counted'"} END AS fate
  FROM timed),
grouped AS (
  SELECT path, fate, CASE WHEN {is_counted} THEN reason END AS reason, count(*) AS n,
    bool_or(several) AS several
  FROM judged GROUP BY ALL),
ranked AS (SELECT *, row_number() OVER (ORDER BY n DESC) AS place FROM grouped)
SELECT path, fate, CASE WHEN place <= {most} THEN reason ELSE '{OTHER}' END AS reason,
       CAST(sum(n) AS BIGINT) AS n, bool_or(several) AS several
FROM ranked GROUP BY ALL
"""  # noqa: S608  (nothing in it comes from data)
