"""Reads YAML nodes: mappings with their lines, scalars by YAML's own types.

A number that YAML 1.1 reads otherwise than people do, such as 6:00, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import yaml
from yaml.constructor import SafeConstructor

from checks.config.problems import InvalidValueError, Problems
from checks.core.text import ISO_DAY, clean, quoted


class Entry(NamedTuple):
    """A key's value, and the line of the key."""

    line: int
    node: yaml.Node


Entries = dict[str, Entry]

_CORE = "tag:yaml.org,2002:"
_MERGE = _CORE + "merge"
_NULL = _CORE + "null"
_TIME = _CORE + "timestamp"
_TEXT = _CORE + "str"
#: Numbers that YAML 1.1, YAML 1.2 and people read alike, and those that are not finite.
_PLAIN_NUMBER = re.compile(
    r"[-+]?(?:0|[1-9][0-9]*|[0-9]*\.[0-9]+|[0-9]+\.|[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+"
    r"|\.(?:inf|Inf|INF|nan|NaN|NAN))"
)
_HOURS = re.compile(r"[0-9]+:[0-5]?[0-9]")
_HUGE = 10**15
_OCTAL = re.compile(r"[-+]?0[0-7]+")
_URL = re.compile(r"(?:([A-Za-z][\w+.-]{0,30})|.*)://", re.DOTALL)


def line_of(node: yaml.Node) -> int:
    """The line on which a value begins, counted from 1."""
    return int(node.start_mark.line) + 1


def is_time(node: yaml.Node) -> bool:
    """Whether YAML reads a scalar as a day or a time."""
    return bool(node.tag == _TIME)


def is_null(node: yaml.Node) -> bool:
    """Whether a key was written without a value."""
    return bool(node.tag == _NULL)


def describe(node: yaml.Node) -> str:
    """A value as a message shows it. URLs are not repeated: they may hold a password."""
    if not isinstance(node, yaml.ScalarNode):
        return "a mapping" if isinstance(node, yaml.MappingNode) else "a list"
    if is_null(node):
        return "nothing"
    if url := _URL.match(node.value):
        return f"a URL that begins with {url[1]}://" if url[1] else "text with a URL in it"
    return quoted(node.value) if node.tag == _TEXT else clean(node.value)


def read_scalar(node: yaml.Node, allowed: str) -> str | int | float | bool:
    """A scalar as text, number or truth value. Raises InvalidValueError for anything else."""
    if not isinstance(node, yaml.ScalarNode):
        raise InvalidValueError(allowed)
    if node.tag == _TEXT:
        return str(node.value)
    if node.tag not in (_CORE + "int", _CORE + "float", _CORE + "bool"):
        raise InvalidValueError(allowed)
    try:
        value: int | float | bool = SafeConstructor().construct_object(node)
    except (ValueError, LookupError):
        raise InvalidValueError(allowed) from None
    return value


def read_number(node: yaml.Node, allowed: str) -> str | int | float | bool:
    """As `read_scalar`, but no number that YAML reads differently from people.

    Raises InvalidValueError for 6:00 (360), 010 (8), 0x10, 0b1, 1_000, and for a non-scalar.
    """
    value = read_scalar(node, allowed)
    if isinstance(value, int | float) and not isinstance(value, bool) and is_unusual_number(node):
        raise InvalidValueError(
            allowed, describe_with_reading(node, value), _number_hint(str(node.value), value)
        )
    return value


def is_unusual_number(node: yaml.Node) -> bool:
    """Whether a number is written with more than a sign, digits, a point and an exponent."""
    return _PLAIN_NUMBER.fullmatch(node.value) is None


def describe_with_reading(node: yaml.Node, value: float | bool) -> str:
    """A value as it is written and as YAML reads it: `6:00, which YAML reads as 360`."""
    if isinstance(value, bool):
        return f"{describe(node)}, which YAML reads as {str(value).lower()}"
    shown = value if abs(value) < _HUGE else "a huge number"
    return f"{describe(node)}, which YAML reads as {shown}"


def _number_hint(text: str, value: float) -> str:
    """A hint with the plain number that was probably meant; with both where there are two."""
    if not abs(value) < _HUGE:
        return "write a plain number"
    if _HOURS.fullmatch(text):
        hours, minutes = text.split(":")
        return f"write {int(hours) + int(minutes) / 60:.6g}"
    if ":" in text:
        return "write a plain number"
    if _OCTAL.fullmatch(text) and int(text) != value:
        return f"write {int(text)}, or {value} where octal is meant"
    return f"write {value}"


def read_day(node: yaml.Node, allowed: str) -> date:
    """A scalar as a day, in quotes or not. Raises InvalidValueError for anything else."""
    if not isinstance(node, yaml.ScalarNode) or node.tag not in (_TIME, _TEXT):
        raise InvalidValueError(allowed)
    if not ISO_DAY.fullmatch(node.value):
        raise InvalidValueError(allowed)
    try:
        return date.fromisoformat(node.value)
    except ValueError:
        raise InvalidValueError(
            allowed, f"{clean(node.value)}, which is not a calendar date"
        ) from None


def read_mapping(node: yaml.Node, key: str, problems: Problems) -> Entries:
    """A mapping's values by key, merged ones (`<<: *name`) last.

    Reports values that are no mapping, keys that are no names, and keys written twice.
    """
    if is_null(node):
        return {}
    if not isinstance(node, yaml.MappingNode) or node.tag != _CORE + "map":
        problems.add(key, line_of(node), _no_mapping(node), "a mapping of keys to values")
        return {}
    result: Entries = {}
    for mapping in _with_merged(node, key, problems):
        for name, entry in _own_entries(mapping, key, problems).items():
            result.setdefault(name, entry)
    return result


def _no_mapping(node: yaml.Node) -> str:
    if not node.tag.startswith(_CORE):
        return "a value with a tag"
    return "a list" if isinstance(node, yaml.SequenceNode) else "a single value"


def _own_entries(node: yaml.MappingNode, key: str, problems: Problems) -> Entries:
    result: Entries = {}
    merges = [name_node for name_node, _ in node.value if name_node.tag == _MERGE]
    for merge in merges[1:]:
        problems.add(dotted(key, "<<"), line_of(merge), "a second `<<`", "one `<<` with a list")
    for name_node, value in node.value:
        if name_node.tag == _MERGE:
            continue
        name, line = _key_text(name_node), line_of(name_node)
        if name is None:
            problems.add(key, line, f"{describe(name_node)} as a key", "a name")
        elif name in result:
            actual = f"the same key again (first on line {result[name].line})"
            problems.add(dotted(key, name), line, actual, "each key once")
        else:
            result[name] = Entry(line, value)
    return result


def _key_text(node: yaml.Node) -> str | None:
    return str(node.value) if isinstance(node, yaml.ScalarNode) and node.tag == _TEXT else None


def _with_merged(
    node: yaml.MappingNode, key: str, problems: Problems
) -> Iterator[yaml.MappingNode]:
    """The mapping, then those that it merges, each once: aliases may form a circle."""
    waiting: list[yaml.MappingNode] = [node]
    seen: set[int] = set()
    while waiting:
        mapping = waiting.pop(0)
        if id(mapping) in seen:
            continue
        seen.add(id(mapping))
        yield mapping
        waiting.extend(_merged_mappings(mapping, key, problems))


def _merged_mappings(
    node: yaml.MappingNode, key: str, problems: Problems
) -> Iterator[yaml.MappingNode]:
    for name, value in node.value:
        if name.tag != _MERGE:
            continue
        for part in value.value if isinstance(value, yaml.SequenceNode) else [value]:
            if isinstance(part, yaml.MappingNode):
                yield part
            else:
                problems.add(dotted(key, "<<"), line_of(part), describe(part), "a mapping's alias")


def dotted(key: str, name: str) -> str:
    """A key's full name: `checks.freshness`.

    `{url:engine://...}`, without a space, is one long key: only its beginning is shown.
    """
    shown = clean(name.partition(":")[0]) + ":…" if ":" in name else clean(name)
    return f"{key}.{shown}" if key else shown
