"""One section of the file: a mapping, read as its dataclass declares."""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import Any, TypeVar

import yaml

from checks.config.declared import SOURCE_KINDS, Declaration, settings_of
from checks.config.nodes import Entries, Entry, describe, dotted, is_null, line_of, read_mapping
from checks.config.values import Scope, default_of, read_setting
from checks.core.text import clean, did_you_mean

T = TypeVar("T")


def read_section(cls: type[T], entry: Entry | None, key: str, scope: Scope) -> T | None:
    """The section as its dataclass; None, and problems in `scope`, where it cannot be built."""
    before = len(scope.problems)
    declared = settings_of(cls)
    entries = read_mapping(entry.node, key, scope.problems) if entry is not None else {}
    if len(scope.problems) > before and not entries:
        return None  # no mapping at all: nothing to report about its keys
    line = entry.line if entry is not None else None
    report_unknown(entries, [setting.name for setting in declared], key, scope)
    values = read_values(declared, entries, key, line, scope)
    _check_source(declared, entries, key, line, scope)
    if len(scope.problems) > before:
        return None
    section = cls(**values)
    report_conflicts(section, declared, entries, key, line, scope)
    return section if len(scope.problems) == before else None


def report_conflicts(
    section: Any,
    declared: tuple[Declaration, ...],
    entries: Entries,
    key: str,
    line: int | None,
    scope: Scope,
) -> None:
    """Report broken rules between keys, from the dataclass's own `problems()`."""
    rules = getattr(section, "problems", None)
    for name, actual, allowed in rules() if rules is not None else ():
        is_default = name not in entries and name in {setting.name for setting in declared}
        shown = f"{clean(actual)} (the default)" if is_default else clean(actual)
        problem_line = entries[name].line if name in entries else line
        scope.problems.add(dotted(key, name), problem_line, shown, allowed)


def read_values(
    declared: tuple[Declaration, ...], entries: Entries, key: str, line: int | None, scope: Scope
) -> dict[str, Any]:
    """The values of all declared keys that are in the file or have a default."""
    values: dict[str, Any] = {}
    for setting in declared:
        if setting.name in entries:
            values[setting.attribute] = _read_value(
                setting, entries[setting.name], dotted(key, setting.name), scope
            )
        elif setting.required:
            scope.problems.add(dotted(key, setting.name), line, "nothing", setting.allowed)
        else:
            values[setting.attribute] = default_of(setting, scope)
    return values


def _read_value(declared: Declaration, entry: Entry, key: str, scope: Scope) -> Any:
    """A single value, a mapping of its own, or a list of such mappings."""
    if is_dataclass(declared.item):
        return _read_list(declared, entry, key, scope)
    if not is_dataclass(declared.type):
        return read_setting(declared, entry.node, key, scope)
    return None if is_null(entry.node) else read_section(declared.type, entry, key, scope)


def _read_list(declared: Declaration, entry: Entry, key: str, scope: Scope) -> tuple[Any, ...]:
    if is_null(entry.node):
        return ()
    if not isinstance(entry.node, yaml.SequenceNode):
        scope.problems.add(key, entry.line, describe(entry.node), declared.allowed)
        return ()
    items = [Entry(line_of(node), node) for node in entry.node.value]
    return tuple(
        read_section(declared.item, item, f"{key}[{number}]", scope)
        for number, item in enumerate(items, 1)
    )


def report_unknown(
    entries: Entries, known: list[str], key: str, scope: Scope, noun: str = "key"
) -> None:
    """Report every undeclared key, with the key that was probably meant."""
    for name, entry in entries.items():
        if name not in known:
            hint = _suggestion(name, known)
            scope.problems.add(
                dotted(key, name), entry.line, f"an unknown {noun}", ", ".join(known), hint
            )


def _suggestion(name: str, known: list[str]) -> str | None:
    if ":" in name:
        return "put a space after the colon"
    meant = did_you_mean(name, known)
    return f"did you mean {meant!r}?" if meant else None


def _check_source(
    declared: tuple[Declaration, ...], entries: Entries, key: str, line: int | None, scope: Scope
) -> None:
    """Of table, query and files, where there is a choice, exactly one has to be set."""
    choices = [setting.name for setting in declared if setting.kind in SOURCE_KINDS]
    chosen = [name for name in choices if name in entries and not is_null(entries[name].node)]
    if choices and len(chosen) != 1:
        actual = " and ".join(chosen) if chosen else f"none of {', '.join(choices)}"
        scope.problems.add(key, line, actual, f"exactly one of {', '.join(choices)}")
