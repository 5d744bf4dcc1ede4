"""How one file is to be read: its form, by its name and its bytes, and which objects are rows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from glob import escape
from typing import NamedTuple

from checks.config.model import QuarantineSource
from checks.quarantine.columns import spelled
from checks.quarantine.content import Ends, ends_of, header_of
from checks.quarantine.formats import Form, first_objects, json_keys, json_member, parquet_columns
from checks.quarantine.memory import InMemoryDuckDb
from checks.quarantine.naming import format_of
from checks.quarantine.tally import CannotReadError

#: Text on objects that are not rows.
SHAPE = (
    "objects of columns or lists of rows, as pandas writes them unless orient is "
    '"records", are not read; write one object a row, in which mapped members are no objects or '
    "lists"
)
_NESTED = "('OBJECT', 'ARRAY')"
_ALL_NESTED = (
    "len(json_keys(json)) > 0 AND list_has_all(['OBJECT', 'ARRAY'], json_type(json, '$.*'))"
)
_STRING = r'"(\\.|[^"\\])*"'
_WITHOUT_STRINGS = f"regexp_replace(CAST(json AS VARCHAR), '{_STRING}', '', 'g')"
#: A list with an object or a list in it, at any depth. Strings are removed first: they may contain
#: brackets.
_HOLDS_LISTS = rf"regexp_matches({_WITHOUT_STRINGS}, '\[[^\]]*[\[{{]')"


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
    return Form("csv", header.names, header.delimiter, ends.compression)


def _json_form(path: str, ends: Ends, memory: InMemoryDuckDb) -> Form:
    kind = "array" if ends.beginning.lstrip().startswith(b"[") else "lines"
    if kind == "array" and not ends.end.rstrip().endswith(b"]"):
        raise CannotReadError("is cut off or damaged")
    form = Form(kind, (), compression=ends.compression)
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
    query = (
        f"SELECT bool_or(NOT {shape.sql}), bool_or({shape.sql}) "  # noqa: S608
        f"FROM ({first_objects(form)})"
    )
    ((any_row, any_other),) = memory.run(query, {"file": escape(path)} | shape.parameters)
    return Objects(shape, any_row, any_other)


@dataclass(frozen=True, slots=True)
class Shape:
    """SQL for whether the object in `json` is not a row, and its parameters."""

    sql: str
    parameters: dict[str, object]


def shape_of(mapped: Sequence[str]) -> Shape:
    """The rule for objects with these mapped members.

    Not a row is an object with nothing but objects and lists; one whose mapped members are all
    objects or lists; one in which every mapped member occurs somewhere in a list; and one
    without a mapped member that contains a list of objects or lists, at any depth.
    """
    parameters: dict[str, object] = {}
    types, inner = [], []
    for i, name in enumerate(mapped):
        parameters |= {f"member_{i}": json_member(name), f"inner_{i}": _inside_of_lists(name)}
        types.append(f"json_type(json, $member_{i})")
        inner.append(f"len(json_type(json, $inner_{i})) > 0")
    if not mapped:
        return Shape(f"(({_ALL_NESTED}) OR {_HOLDS_LISTS})", parameters)
    present = " OR ".join(f"{kind} IS NOT NULL" for kind in types)
    nested = " AND ".join(f"coalesce({kind}, 'ARRAY') IN {_NESTED}" for kind in types)
    return Shape(
        f"(({_ALL_NESTED}) OR CASE WHEN {present} THEN ({nested}) OR ({' AND '.join(inner)}) "
        f"ELSE {_HOLDS_LISTS} END)",
        parameters,
    )


def _inside_of_lists(key: str) -> str:
    """The path of a member of objects in lists, at any depth.

    `""` and `*` cannot be written in a path: every member then, so that no row is miscounted.
    """
    if key in ("", "*"):
        return "$..*[*].*"
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'$..*[*]."{escaped}"'
