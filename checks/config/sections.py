"""One section of the file: a mapping read by a dataclass's declarations."""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import Any, TypeVar

import yaml

from checks.config.declared import SOURCE_KINDS, Declared, settings_of
from checks.config.nodes import Entries, Entry, dotted, entries, found_in, is_null, line_of
from checks.config.values import Scope, default_of, read_setting
from checks.core.text import clean, did_you_mean

T = TypeVar("T")


def read_section(cls: type[T], entry: Entry | None, key: str, scope: Scope) -> T | None:
    """The section as its dataclass; None, and problems in `scope`, where it cannot be built."""
    before = len(scope.problems)
    declared = settings_of(cls)
    given = entries(entry.node, key, scope.problems) if entry is not None else {}
    if len(scope.problems) > before and not given:
        return None  # no mapping at all: its keys need no further word
    line = entry.line if entry is not None else None
    report_unknown(given, [one.name for one in declared], key, scope)
    values = read_values(declared, given, key, line, scope)
    _check_source(declared, given, key, line, scope)
    if len(scope.problems) > before:
        return None
    built = cls(**values)
    report_conflicts(built, declared, given, key, line, scope)
    return built if len(scope.problems) == before else None


def report_conflicts(
    built: Any,
    declared: tuple[Declared, ...],
    given: Entries,
    key: str,
    line: int | None,
    scope: Scope,
) -> None:
    """Rules between keys are the dataclass's own: `problems()` names key, found, allowed."""
    rules = getattr(built, "problems", None)
    for name, found, allowed in rules() if rules is not None else ():
        is_default = name not in given and name in {one.name for one in declared}
        shown = f"{clean(found)} (the default)" if is_default else clean(found)
        at = given[name].line if name in given else line
        scope.problems.add(dotted(key, name), at, shown, allowed)


def read_values(
    declared: tuple[Declared, ...], given: Entries, key: str, line: int | None, scope: Scope
) -> dict[str, Any]:
    """The values of all declared keys that are given or have a default."""
    values: dict[str, Any] = {}
    for one in declared:
        if one.name in given:
            values[one.attribute] = _read_one(one, given[one.name], dotted(key, one.name), scope)
        elif one.required:
            scope.problems.add(dotted(key, one.name), line, "nothing", one.allowed)
        else:
            values[one.attribute] = default_of(one, scope)
    return values


def _read_one(declared: Declared, entry: Entry, key: str, scope: Scope) -> Any:
    """A single value, a mapping of its own, or a list of such mappings."""
    if is_dataclass(declared.item):
        return _read_list(declared, entry, key, scope)
    if not is_dataclass(declared.type):
        return read_setting(declared, entry.node, key, scope)
    return None if is_null(entry.node) else read_section(declared.type, entry, key, scope)


def _read_list(declared: Declared, entry: Entry, key: str, scope: Scope) -> tuple[Any, ...]:
    if is_null(entry.node):
        return ()
    if not isinstance(entry.node, yaml.SequenceNode):
        scope.problems.add(key, entry.line, found_in(entry.node), declared.allowed)
        return ()
    items = [Entry(line_of(node), node) for node in entry.node.value]
    return tuple(
        read_section(declared.item, item, f"{key}[{number}]", scope)
        for number, item in enumerate(items, 1)
    )


def report_unknown(
    given: Entries, known: list[str], key: str, scope: Scope, what: str = "key"
) -> None:
    """Note every key that no declaration knows, with the one that was probably meant."""
    for name, entry in given.items():
        if name not in known:
            hint = _meant(name, known)
            scope.problems.add(
                dotted(key, name), entry.line, f"an unknown {what}", ", ".join(known), hint
            )


def _meant(name: str, known: list[str]) -> str | None:
    if ":" in name:
        return "put a space behind the colon"
    meant = did_you_mean(name, known)
    return f"did you mean {meant!r}?" if meant else None


def _check_source(
    declared: tuple[Declared, ...], given: Entries, key: str, line: int | None, scope: Scope
) -> None:
    """What has a table, a query or files to choose from takes exactly one of them."""
    choices = [one.name for one in declared if one.kind in SOURCE_KINDS]
    chosen = [name for name in choices if name in given and not is_null(given[name].node)]
    if choices and len(chosen) != 1:
        found = " and ".join(chosen) if chosen else f"none of {', '.join(choices)}"
        scope.problems.add(key, line, found, f"exactly one of {', '.join(choices)}")
