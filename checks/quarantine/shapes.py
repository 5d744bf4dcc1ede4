"""Which JSON objects are not rows, but contain rows: as columns, or as lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
_TEXTLESS = f"regexp_replace(CAST(json AS VARCHAR), '{_STRING}', '', 'g')"
#: A list with an object or a list in it, at any depth. Strings are removed: they may look alike.
_HOLDS_LISTS = rf"regexp_matches({_TEXTLESS}, '\[[^\]]*[\[{{]')"


@dataclass(frozen=True, slots=True)
class Shape:
    """SQL for whether the object in `json` is not a row, and its parameters."""

    sql: str
    parameters: dict[str, object]


def shape_of(mapped: Sequence[str]) -> Shape:
    """The rule for objects with these mapped members.

    Not a row is an object with nothing but objects and lists; one whose mapped members are all
    objects or lists; one with a list of objects that have all of the mapped members; and one
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


def json_member(key: str) -> str:
    """The JSON pointer (RFC 6901) of a member of an object, whatever its name."""
    return f"/{key.replace('~', '~0').replace('/', '~1')}"


def _inside_of_lists(key: str) -> str:
    """The path of a member of objects in lists, at any depth.

    `""` and `*` cannot be written in a path: every member then, so that no row is miscounted.
    """
    if key in ("", "*"):
        return "$..*[*].*"
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'$..*[*]."{escaped}"'
