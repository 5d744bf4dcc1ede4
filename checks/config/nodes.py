"""Reading YAML nodes: mappings with their lines, scalars by YAML's own types.

A number that YAML 1.1 reads otherwise than people do, such as 6:00, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import yaml
from yaml.constructor import SafeConstructor

from checks.config.problems import Problems, Refused
from checks.core.text import clean, quoted


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
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
#: What YAML 1.1, YAML 1.2 and people read as the same number, and numbers that are not finite.
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


def found_in(node: yaml.Node) -> str:
    """A value for a message. URLs are not repeated: they may hold a password."""
    if not isinstance(node, yaml.ScalarNode):
        return "a mapping" if isinstance(node, yaml.MappingNode) else "a list"
    if is_null(node):
        return "nothing"
    if url := _URL.match(node.value):
        return f"a URL that begins with {url[1]}://" if url[1] else "text with a URL in it"
    return quoted(node.value) if node.tag == _TEXT else clean(node.value)


def scalar(node: yaml.Node, allowed: str) -> str | int | float | bool:
    """A scalar as text, number or truth value. Raises Refused for anything else."""
    if not isinstance(node, yaml.ScalarNode):
        raise Refused(allowed)
    if node.tag == _TEXT:
        return str(node.value)
    if node.tag not in (_CORE + "int", _CORE + "float", _CORE + "bool"):
        raise Refused(allowed)
    try:
        value: int | float | bool = SafeConstructor().construct_object(node)
    except (ValueError, LookupError):
        raise Refused(allowed) from None
    return value


def number(node: yaml.Node, allowed: str) -> str | int | float | bool:
    """A scalar as `scalar`, but no number that people read as another one than YAML does.

    Raises Refused for 6:00 (360), 010 (8), 0x10, 0b1, 1_000, and for what is no scalar.
    """
    value = scalar(node, allowed)
    if isinstance(value, int | float) and not isinstance(value, bool) and is_odd(node):
        raise Refused(allowed, read_as(node, value), _meant_number(str(node.value), value))
    return value


def is_odd(node: yaml.Node) -> bool:
    """Whether a number is spelt otherwise than with a sign, digits, a point and an exponent."""
    return _PLAIN_NUMBER.fullmatch(node.value) is None


def read_as(node: yaml.Node, value: float | bool) -> str:
    """A value as it is written and as YAML reads it: `6:00, which YAML reads as 360`."""
    if isinstance(value, bool):
        return f"{found_in(node)}, which YAML reads as {str(value).lower()}"
    shown = value if abs(value) < _HUGE else "a huge number"
    return f"{found_in(node)}, which YAML reads as {shown}"


def _meant_number(text: str, value: float) -> str:
    """The plain number that was probably meant; both where there are two."""
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


def day(node: yaml.Node, allowed: str) -> date:
    """A scalar as a day, in quotes or not. Raises Refused for anything else."""
    if not isinstance(node, yaml.ScalarNode) or node.tag not in (_TIME, _TEXT):
        raise Refused(allowed)
    if not _DAY.fullmatch(node.value):
        raise Refused(allowed)
    try:
        return date.fromisoformat(node.value)
    except ValueError:
        raise Refused(allowed, f"{clean(node.value)}, which no calendar has") from None


def entries(node: yaml.Node, key: str, problems: Problems) -> Entries:
    """A mapping's values by key, merged ones (`<<: *name`) last.

    Reports what is no mapping, keys that are no names, and keys given twice.
    """
    if is_null(node):
        return {}
    if not isinstance(node, yaml.MappingNode) or node.tag != _CORE + "map":
        problems.add(key, line_of(node), _no_mapping(node), "a mapping of keys to values")
        return {}
    result: Entries = {}
    for mapping in _with_merged(node, key, problems):
        for name, entry in _own(mapping, key, problems).items():
            result.setdefault(name, entry)
    return result


def _no_mapping(node: yaml.Node) -> str:
    if not node.tag.startswith(_CORE):
        return "a value with a tag"
    return "a list" if isinstance(node, yaml.SequenceNode) else "a single value"


def _own(node: yaml.MappingNode, key: str, problems: Problems) -> Entries:
    result: Entries = {}
    merges = [name_node for name_node, _ in node.value if name_node.tag == _MERGE]
    for again in merges[1:]:
        problems.add(dotted(key, "<<"), line_of(again), "a second `<<`", "one, with a list")
    for name_node, value in node.value:
        if name_node.tag == _MERGE:
            continue
        name, line = _name(name_node), line_of(name_node)
        if name is None:
            problems.add(key, line, f"{found_in(name_node)} as a key", "a name")
        elif name in result:
            found = f"the same key again (first on line {result[name].line})"
            problems.add(dotted(key, name), line, found, "each key once")
        else:
            result[name] = Entry(line, value)
    return result


def _name(node: yaml.Node) -> str | None:
    return str(node.value) if isinstance(node, yaml.ScalarNode) and node.tag == _TEXT else None


def _with_merged(
    node: yaml.MappingNode, key: str, problems: Problems
) -> Iterator[yaml.MappingNode]:
    """The mapping, then those it merges, each once: aliases may form a circle."""
    waiting: list[yaml.MappingNode] = [node]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting.extend(_merged(one, key, problems))


def _merged(node: yaml.MappingNode, key: str, problems: Problems) -> Iterator[yaml.MappingNode]:
    for name, value in node.value:
        if name.tag != _MERGE:
            continue
        for part in value.value if isinstance(value, yaml.SequenceNode) else [value]:
            if isinstance(part, yaml.MappingNode):
                yield part
            else:
                problems.add(dotted(key, "<<"), line_of(part), found_in(part), "a mapping's alias")


def dotted(key: str, name: str) -> str:
    """`checks.freshness`: where a key is.

    `{url:engine://...}`, without a space, is one long key: only its beginning is shown.
    """
    shown = clean(name.partition(":")[0]) + ":…" if ":" in name else clean(name)
    return f"{key}.{shown}" if key else shown
