"""Loads the whole file: reads every section, checks rules between sections, builds one Config."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import yaml

from checks.config.catalog import ReadCheck, read_checks
from checks.config.declared import settings_of
from checks.config.expected_sources import SECTION, read_sources, report_unmapped
from checks.config.model import Config
from checks.config.nodes import Entries, is_null, read_mapping
from checks.config.problems import Problems
from checks.config.sections import read_section, read_values, report_unknown
from checks.config.source import compose, locate, shown_name
from checks.config.urls import engine_of
from checks.config.values import Scope
from checks.core.errors import ConfigError
from checks.core.settings import setting
from checks.judging.check import Check


@dataclass(frozen=True, slots=True)
class Basics:
    """The keys at the top of the file that are single values."""

    pipeline: str = setting("The pipeline's name, as reports show it.", example="web-clickstream")
    timezone: ZoneInfo = setting(
        "The shop's time zone; a day is midnight to midnight there.",
        ZoneInfo("UTC"),
        kind="timezone",
    )
    data_lag_days: int = setting(
        "Days from the data date to the run date: with 1, the run of the 9th loads the data "
        "of the 8th.",
        1,
        minimum=0,
        maximum=3650,
    )


class Section(NamedTuple):
    """A key at the top of the file that is a mapping."""

    name: str
    shape: type[Any]
    optional: bool


@cache
def sections() -> tuple[Section, ...]:
    """The sections of a Config, in its order."""
    result = []
    for name, hint in typing.get_type_hints(Config).items():
        bases = typing.get_args(hint) or (hint,)
        if is_dataclass(bases[0]) and isinstance(bases[0], type):
            result.append(Section(name, bases[0], optional=type(None) in bases))
    return tuple(result)


def load(path: str | Path | None, environ: Mapping[str, str], checks: tuple[Check, ...]) -> Config:
    """The configuration in `path`, for the given catalog of checks.

    Raises ConfigError with every problem of the file.
    """
    file = locate(path, environ)
    root = compose(file)
    absolute = file.absolute()
    scope = Scope(absolute.parent, environ, Problems(shown_name(file)))
    values = _read(root, checks, scope)
    if len(scope.problems):
        raise ConfigError(scope.problems.in_order())
    return Config(path=absolute, **values)


def _read(root: yaml.Node, checks: tuple[Check, ...], scope: Scope) -> dict[str, Any]:
    entries = read_mapping(root, "", scope.problems)
    if not entries:
        if not len(scope.problems):
            scope.problems.add("", None, "an empty mapping", "a mapping with `pipeline:`")
        return {}
    basics = settings_of(Basics)
    known = [
        *(declared.name for declared in basics),
        *(declared.name for declared in sections()),
        SECTION,
        "checks",
    ]
    report_unknown(entries, known, "", scope)
    values = read_values(basics, entries, "", None, scope)
    values |= _read_sections(entries, scope)
    values |= _read_expected_sources(entries, scope)
    checks_read = read_checks(entries.get("checks"), checks, scope)
    report_missing_sections(entries, checks, checks_read, scope)
    return values | {"checks": {name: check.settings for name, check in checks_read.items()}}


def _read_sections(mapped_sections: Entries, scope: Scope) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for section in sections():
        entry = mapped_sections.get(section.name)
        if section.optional and (entry is None or is_null(entry.node)):
            values[section.name] = None
            continue
        values[section.name] = read_section(section.shape, entry, section.name, scope)
        if section.name == "warehouse" and values["warehouse"] is not None:
            scope.engine = engine_of(values["warehouse"].url)  # later sections may hold queries
    return values


def _read_expected_sources(entries: Entries, scope: Scope) -> dict[str, Any]:
    """The listed sources, which are a mapping by name; nothing where there are none."""
    entry = entries.get(SECTION)
    if entry is None or is_null(entry.node):
        return {}
    report_unmapped(entry, _is_given(entries, "audit_log.source"), scope)
    return {SECTION: read_sources(entry, scope)}


def report_missing_sections(
    mapped_sections: Entries,
    checks: tuple[Check, ...],
    checks_read: Mapping[str, ReadCheck],
    scope: Scope,
) -> None:
    """Report sections that are missing although an enabled check needs them."""
    enabled = [check for check in checks if checks_read[check.id].enabled]
    for name in ("audit_log", "events", "orders"):
        if _is_given(mapped_sections, name):
            continue
        check_ids = [
            check.id
            for check in enabled
            if name in check.needs and not _has_alternatives(check, mapped_sections)
        ]
        if check_ids:
            allowed = _or_disabled("a mapping", check_ids) + _alternatives_text(checks, check_ids)
            scope.problems.add(name, None, "nothing", allowed)
    _report_missing_keys(mapped_sections, enabled, scope)


def _has_alternatives(check: Check, mapped_sections: Entries) -> bool:
    """Whether everything that a check can use instead of its needs is mapped."""
    return bool(check.alternatives) and all(
        _is_given(mapped_sections, name) for name in check.alternatives
    )


def _alternatives_text(checks: tuple[Check, ...], check_ids: list[str]) -> str:
    """The sections that would do as well, for the checks that have alternatives."""
    return "".join(
        f"; for {check.id}, {' and '.join(check.alternatives)} can be mapped instead"
        for check in checks
        if check.id in check_ids and check.alternatives
    )


def _report_missing_keys(mapped_sections: Entries, enabled: Sequence[Check], scope: Scope) -> None:
    """Report keys of mapped sections that are missing although an enabled check needs them."""
    checks_by_key: dict[str, list[str]] = {}
    for check in enabled:
        for required in check.requires:
            section = required.key.partition(".")[0]
            if _is_given(mapped_sections, section) and all(
                _is_given(mapped_sections, key) for key in required.where
            ):
                checks_by_key.setdefault(required.key, []).append(check.id)
    for key, check_ids in checks_by_key.items():
        if not _is_given(mapped_sections, key):
            line = mapped_sections[key.partition(".")[0]].line
            scope.problems.add(key, line, "nothing", _or_disabled("a column's name", check_ids))


def _or_disabled(allowed: str, check_ids: Sequence[str]) -> str:
    return f"{allowed}, or `enabled: false` for each check that needs it: {', '.join(check_ids)}"


def _is_given(mapped_sections: Entries, key: str) -> bool:
    """Whether a section, or a key of one (`audit_log.status`), is in the file with a value."""
    section, _, name = key.partition(".")
    entry = mapped_sections.get(section)
    if entry is None or is_null(entry.node):
        return False
    if not name or not isinstance(entry.node, yaml.MappingNode):
        return True  # that it is no mapping is reported already
    keys = read_mapping(entry.node, section, Problems(""))
    return name in keys and not is_null(keys[name].node)
