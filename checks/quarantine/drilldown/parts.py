"""SQL that selects text from files of one form.

Names that come from files are parameters or quoted by `identifier`; all else is constant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from glob import escape
from typing import NamedTuple

from checks.quarantine.drilldown.model import LONGEST_VALUE
from checks.quarantine.formats import csv_broken, csv_source, csv_whole, json_source
from checks.quarantine.records import identifier
from checks.quarantine.shapes import json_member

#: Name of the column with a row's file; it is extended where another column has that name.
_FILE = "andon file name"


#: The column selected where files have none.
NOTHING = "NULL::VARCHAR AS nothing"


class Form(NamedTuple):
    """What files must have in common to be read together. kind: csv, parquet, lines or array.

    packing: DuckDB's name of the compression.
    """

    kind: str
    names: tuple[str, ...]
    delimiter: str = ""
    packing: str = "uncompressed"


class Part(NamedTuple):
    """Files of one form and one period; None where the period depends on a row's time."""

    form: Form
    period: int | None
    paths: tuple[str, ...]


class Sql(NamedTuple):
    """A query's text and its parameters."""

    text: str
    parameters: dict[str, object]


def selecting(part: Part, tag: str, positions: Sequence[int | None]) -> Sql:
    """Rows of (period, path, broken, v0, v1, ...): the columns at `positions` as short text.

    Every selection from the same files has the same rows, whatever columns are used.
    """
    form = part.form
    parameters: dict[str, object] = {f"files{tag}": [escape(path) for path in part.paths]}
    columns = []
    for index, position in enumerate(positions):
        value = "NULL::VARCHAR"
        if position is not None:
            value = _value(form, position, tag, parameters)
        columns.append(f"left({value}, {LONGEST_VALUE}) AS v{index}")
    source, path, broken = _source(form, tag, parameters)
    whole = f" WHERE {csv_whole(len(form.names))}" if form.kind == "csv" else ""
    text = (
        f"SELECT {_period(part)} AS period, {path} AS path, coalesce({broken}, true) AS broken, "  # noqa: S608
        f"{', '.join(columns) or NOTHING} FROM {source}{whole}"
    )
    return Sql(text, parameters)


def faulty(part: Part, tag: str, faults: Mapping[str, int], width: int) -> Sql | None:
    """Broken rows without values, one for each faulty line that DuckDB leaves out."""
    counts = {path: faults[path] for path in part.paths if faults.get(path)}
    if not counts:
        return None
    values = ", ".join(f"NULL::VARCHAR AS v{index}" for index in range(width))
    text = (
        f"SELECT {_period(part)} AS period, path, true AS broken, {values or NOTHING} "  # noqa: S608
        f"FROM (SELECT path, unnest(range(n)) FROM "
        f"(SELECT unnest($faulty{tag}) AS path, unnest($faults{tag}) AS n))"
    )
    return Sql(text, {f"faulty{tag}": list(counts), f"faults{tag}": list(counts.values())})


def _period(part: Part) -> int:
    return -1 if part.period is None else part.period


def _source(form: Form, tag: str, parameters: dict[str, object]) -> tuple[str, str, str]:
    """SQL after FROM, SQL for a row's file, and SQL for whether it is not a row."""
    if form.kind == "csv":
        parameters[f"delimiter{tag}"] = form.delimiter
        columns = len(form.names)
        return csv_source(columns, tag, form.packing), "filename", csv_broken(columns)
    if form.kind == "parquet":
        name = _free(form.names)
        source = f"read_parquet($files{tag}, hive_partitioning=false, filename='{name}')"
        return source, identifier(name), "false"
    source = json_source(form.kind, f"files{tag}", form.packing)
    return source, "filename", "json_type(json) <> 'OBJECT'"


def _free(names: Sequence[str]) -> str:
    """A name for the column with the file that no other column has."""
    taken = {name.casefold() for name in names}
    name = _FILE
    while name in taken:
        name += "_"
    return name


def _value(form: Form, position: int, tag: str, parameters: dict[str, object]) -> str:
    if form.kind == "csv":
        return f"c{position}"
    if form.kind == "parquet":
        return f"CAST({identifier(form.names[position])} AS VARCHAR)"
    parameters[f"member{tag}_{position}"] = json_member(form.names[position])
    return f"json_extract_string(json, $member{tag}_{position})"
