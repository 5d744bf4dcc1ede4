"""How one file is to be read: its form, by its name and its bytes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from glob import escape
from typing import NamedTuple

from checks.config.model import QuarantineSource
from checks.quarantine.columns import spelled
from checks.quarantine.content import Ends, ends_of, header_of
from checks.quarantine.formats import Form, json_keys, json_shapes, parquet_columns
from checks.quarantine.memory import InMemoryDuckDb
from checks.quarantine.naming import format_of
from checks.quarantine.shapes import Shape, shape_of
from checks.quarantine.tally import CannotReadError


def form_of(path: str, mapped: Sequence[str], memory: InMemoryDuckDb) -> Form | None:
    """How to read a file, None where it is empty.

    mapped: every mapped column, by which a header is recognised. Raises CannotReadError for what
    is no file of rows, StoppedError once reading is stopped.
    """
    memory.check()
    kind = format_of(path)
    if kind is None:
        raise CannotReadError("is neither CSV nor Parquet nor JSON lines, by its suffix")
    if _cannot_be_named(path):
        raise CannotReadError("has a name that cannot be opened")
    ends = ends_of(path, memory.check)
    if kind == "parquet" or ends.is_parquet:
        columns = memory.run(parquet_columns(), {"file": escape(path)})
        names, types = (tuple(str(column[i]) for column in columns) for i in (0, 1))
        return Form("parquet", names, types=types)
    if not ends.beginning.strip():
        return None
    if kind == "json":
        return _json_form(path, ends, memory)
    header = header_of(ends.beginning, mapped)
    return Form("csv", header.names, header.delimiter, ends.packing)


def _json_form(path: str, ends: Ends, memory: InMemoryDuckDb) -> Form:
    kind = "array" if ends.beginning.lstrip().startswith(b"[") else "lines"
    if kind == "array" and not ends.end.rstrip().endswith(b"]"):
        raise CannotReadError("is cut off or damaged")
    form = Form(kind, (), packing=ends.packing)
    keys = memory.run(json_keys(form), {"file": escape(path)})
    return form._replace(names=tuple(str(key) for (key,) in keys))


def _cannot_be_named(path: str) -> bool:
    """Whether DuckDB cannot be given a path: not UTF-8, or a backslash beside a wildcard."""
    foreign = any("\ud800" <= char <= "\udfff" for char in path)
    return foreign or (os.sep == "/" and "\\" in path and escape(path) != path)


class Objects(NamedTuple):
    """Whether any of a JSON file's first objects is a row, and whether any is not, by `shape`.

    Both are None without any object.
    """

    shape: Shape
    any_row: bool | None
    any_other: bool | None


def objects_of(path: str, form: Form, source: QuarantineSource, memory: InMemoryDuckDb) -> Objects:
    """The first objects of a JSON file. Raises CannotReadError."""
    mapped = [name for name in (source.reason, source.occurred_at) if name is not None]
    shape = shape_of([spelled(name, form.names) for name in mapped])
    query = json_shapes(form, shape)
    ((any_row, any_other),) = memory.run(query, {"file": escape(path)} | shape.parameters)
    return Objects(shape, any_row, any_other)
