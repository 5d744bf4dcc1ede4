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
from checks.config.nodes import Entries, Entry, entries, is_null
from checks.config.problems import Problems, problem
from checks.config.source import compose
from checks.config.values import Scope
from checks.core.errors import ConfigError
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


class Change(NamedTuple):
    """A setting's key, what it is, and what it was replaced by."""

    key: str
    now: Any
    changed: Any


def overridden(
    config: Config,
    overrides: Sequence[Override],
    environ: Mapping[str, str],
    checks: tuple[Check, ...],
) -> Config:
    """The configuration as if its file held the overrides.

    Raises ConfigError with every override that the file could not hold either.
    """
    scope = Scope(config.path.parent, environ, Problems(OPTION))
    given = entries(compose(config.path), "", scope.problems)
    merged = _merged(given.get("checks"), overrides, scope)
    _raise_any(scope.problems)
    found = read_checks(merged, checks, scope)
    report_missing_sections(given, checks, found, scope)
    _raise_any(scope.problems)
    settings = {name: one.settings for name, one in found.items() if one.settings is not None}
    return replace(config, checks=settings)


def changes(config: Config, changed: Config, overrides: Sequence[Override]) -> tuple[Change, ...]:
    """What each override replaces, in the given order."""
    return tuple(
        Change(one.key, setting_of(config, one), setting_of(changed, one)) for one in overrides
    )


def setting_of(config: Config, override: Override) -> Any:
    """The present value of the setting that an override names. Raises LookupError."""
    settings = config.checks[override.check]
    for holder in (settings, settings.params):
        for one in settings_of(type(holder)):
            if one.name == override.name:
                return getattr(holder, one.attribute)
    raise LookupError(override.key)


def _merged(entry: Entry | None, overrides: Sequence[Override], scope: Scope) -> Entry:
    """The `checks` section with the overrides in it: new nodes, as aliases share the old ones."""
    line = entry.line if entry is not None else 1
    merged = _own(entry, "checks", scope)
    seen: set[str] = set()
    for one in overrides:
        if one.key in seen:
            scope.problems.add(one.key, None, "the same key again", "each key once")
        seen.add(one.key)
        own = _own(merged.get(one.check), f"checks.{one.check}", scope)
        own[one.name] = Entry(line, _value(one, scope))
        merged[one.check] = Entry(line, _mapping(own))
    return Entry(line, _mapping(merged))


def _own(entry: Entry | None, key: str, scope: Scope) -> Entries:
    if entry is None or is_null(entry.node):
        return {}
    return entries(entry.node, key, scope.problems)


def _value(override: Override, scope: Scope) -> yaml.Node:
    nothing = yaml.ScalarNode(_TAG + "null", "", _MARK, _MARK)
    try:
        # Python's own parser: deep nesting ends in an exception and not in the process's end.
        node: yaml.Node | None = yaml.compose(override.value, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        scope.problems.add(override.key, None, "text that is not YAML", _ONE_VALUE)
        return nothing
    return nothing if node is None else node


def _mapping(given: Entries) -> yaml.MappingNode:
    pairs = [
        (yaml.ScalarNode(_TAG + "str", name, _MARK, _MARK), entry.node)
        for name, entry in given.items()
    ]
    return yaml.MappingNode(_TAG + "map", pairs, _MARK, _MARK)


def _raise_any(problems: Problems) -> None:
    """What was found, told without lines: a command line has none."""
    if len(problems):
        raise ConfigError(
            tuple(
                problem(OPTION, None, one.key, one.found or "", one.allowed or "", one.hint)
                for one in problems.in_order()
            )
        )
