"""Files of one form as something DuckDB selects text from.

Names that come from files are parameters or quoted by `identifier`; all else is our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from glob import escape
from typing import NamedTuple

from checks.quarantine.drilldown.model import LONGEST_VALUE
from checks.quarantine.formats import csv_broken, csv_source, json_source
from checks.quarantine.records import identifier
from checks.quarantine.shapes import json_path

_FILE = "andon file name"


class Form(NamedTuple):
    """What files must share to be read together. kind: csv, parquet, lines or array.

    packing: what DuckDB calls it.
    """

    kind: str
    names: tuple[str, ...]
    delimiter: str = ""
    packing: str = "uncompressed"


class Part(NamedTuple):
    """Files of one form and one period; period None: their rows tell it by their time."""

    form: Form
    period: int | None
    paths: tuple[str, ...]


class Sql(NamedTuple):
    """A query's text and its parameters."""

    text: str
    parameters: dict[str, object]


def selecting(part: Part, tag: str, positions: Sequence[int | None]) -> Sql:
    """Rows of (period, path, broken, v0, v1, ...): the columns at `positions` as short text."""
    form = part.form
    parameters: dict[str, object] = {f"files{tag}": [escape(path) for path in part.paths]}
    columns = []
    for index, position in enumerate(positions):
        value = "NULL::VARCHAR"
        if position is not None:
            value = _value(form, position, tag, parameters)
        columns.append(f"left({value}, {LONGEST_VALUE}) AS v{index}")
    source, path, broken = _source(form, tag, parameters)
    period = -1 if part.period is None else part.period
    text = (
        f"SELECT {period} AS period, {path} AS path, coalesce({broken}, true) AS broken, "  # noqa: S608
        f"{', '.join(columns) or 'NULL AS nothing'} FROM {source}"
    )
    return Sql(text, parameters)


def _source(form: Form, tag: str, parameters: dict[str, object]) -> tuple[str, str, str]:
    """What stands after FROM; and SQL for a row's file and for whether it is no row."""
    if form.kind == "csv":
        parameters[f"delimiter{tag}"] = form.delimiter
        columns = len(form.names)
        return csv_source(columns, tag, form.packing), "filename", csv_broken(columns)
    if form.kind == "parquet":
        source = f"read_parquet($files{tag}, hive_partitioning=false, filename='{_FILE}')"
        return source, identifier(_FILE), "false"
    source = json_source(form.kind, f"files{tag}", form.packing)
    return source, "filename", "json_type(json) <> 'OBJECT'"


def _value(form: Form, position: int, tag: str, parameters: dict[str, object]) -> str:
    if form.kind == "csv":
        return f"c{position}"
    if form.kind == "parquet":
        return f"CAST({identifier(form.names[position])} AS VARCHAR)"
    parameters[f"member{tag}_{position}"] = json_path(form.names[position])
    return f"json_extract_string(json, $member{tag}_{position})"
