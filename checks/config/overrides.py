"""Single settings of checks replaced for one run, read by the same rules as the file's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from checks.config.catalog import read_checks
from checks.config.declared import settings_of
from checks.config.loading import report_missing_sections
from checks.config.model import Config
from checks.config.nodes import Entries, Entry, is_null, read_mapping
from checks.config.problems import Problems, make_problem
from checks.config.source import compose
from checks.config.values import Scope
from checks.core.errors import ConfigError
from checks.core.model import Problem
from checks.core.text import clean

if TYPE_CHECKING:
    from checks.judging.check import Check

OPTION = "--set"
_TAG = "tag:yaml.org,2002:"
_MARK = yaml.Mark(OPTION, 0, 0, 0, None, 0)
_ONE_VALUE = "one value, written as in andon.yml"


class Override(NamedTuple):
    """`checks.CHECK.NAME=VALUE`: the value is still text, as YAML."""

    check: str
    name: str
    value: str

    @property
    def key(self) -> str:
        """Where the setting is in the file."""
        return f"checks.{clean(self.check)}.{clean(self.name)}"


class SettingChange(NamedTuple):
    """A setting's key, its present value, and the one that replaces it."""

    key: str
    now: Any
    changed: Any


def with_overrides(
    config: Config,
    overrides: Sequence[Override],
    environ: Mapping[str, str],
    checks: tuple[Check, ...],
) -> Config:
    """The configuration as if its file held the overrides.

    Raises ConfigError with every override that the file could not hold either.
    """
    scope = Scope(config.path.parent, environ, Problems(OPTION))
    file_sections = read_mapping(compose(config.path), "", scope.problems)
    merged = _merge_overrides(file_sections.get("checks"), overrides, scope)
    _raise_problems(scope.problems)
    checks_read = read_checks(merged, checks, scope)
    report_missing_sections(file_sections, checks, checks_read, scope)
    _raise_problems(scope.problems)
    settings = {
        name: check.settings for name, check in checks_read.items() if check.settings is not None
    }
    return replace(config, checks=settings)


def changes(
    config: Config, changed: Config, overrides: Sequence[Override]
) -> tuple[SettingChange, ...]:
    """What each override replaces, in the overrides' order."""
    return tuple(
        SettingChange(
            override.key, setting_value(config, override), setting_value(changed, override)
        )
        for override in overrides
    )


def setting_value(config: Config, override: Override) -> Any:
    """The present value of the setting that an override names. Raises LookupError."""
    settings = config.checks[override.check]
    for section in (settings, settings.params):
        for declared in settings_of(type(section)):
            if declared.name == override.name:
                return getattr(section, declared.attribute)
    raise LookupError(override.key)


def _merge_overrides(entry: Entry | None, overrides: Sequence[Override], scope: Scope) -> Entry:
    """The `checks` section with the overrides in it, in new nodes: aliases share the old ones."""
    line = entry.line if entry is not None else 1
    merged = _entries_of(entry, "checks", scope)
    seen: set[str] = set()
    for override in overrides:
        if override.key in seen:
            scope.problems.add(override.key, None, "the same key again", "each key once")
        seen.add(override.key)
        check_entries = _entries_of(merged.get(override.check), f"checks.{override.check}", scope)
        check_entries[override.name] = Entry(line, _parse_value(override, scope))
        merged[override.check] = Entry(line, _mapping_node(check_entries))
    return Entry(line, _mapping_node(merged))


def _entries_of(entry: Entry | None, key: str, scope: Scope) -> Entries:
    if entry is None or is_null(entry.node):
        return {}
    return read_mapping(entry.node, key, scope.problems)


def _parse_value(override: Override, scope: Scope) -> yaml.Node:
    nothing = yaml.ScalarNode(_TAG + "null", "", _MARK, _MARK)
    try:
        # Python's own parser: deep nesting raises an exception and does not end the process.
        node: yaml.Node | None = yaml.compose(override.value, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        scope.problems.add(override.key, None, "text that is not YAML", _ONE_VALUE)
        return nothing
    return nothing if node is None else node


def _mapping_node(entries: Entries) -> yaml.MappingNode:
    pairs = [
        (yaml.ScalarNode(_TAG + "str", name, _MARK, _MARK), entry.node)
        for name, entry in entries.items()
    ]
    return yaml.MappingNode(_TAG + "map", pairs, _MARK, _MARK)


def _raise_problems(problems: Problems) -> None:
    """Raises ConfigError with the problems, without lines: a command line has none."""
    if len(problems):
        raise ConfigError(tuple(_without_line(problem) for problem in problems.in_order()))


def _without_line(problem: Problem) -> Problem:
    return make_problem(
        OPTION, None, problem.key, problem.found or "", problem.allowed or "", problem.hint
    )
