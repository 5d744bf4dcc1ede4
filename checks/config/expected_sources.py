"""The `sources` section: a mapping of the log's expected sources, each with its own keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING

from checks.config.nodes import Entries, Entry, describe, dotted, is_null, read_mapping
from checks.config.sections import read_section
from checks.core.expected_source import ExpectedSource, weekdays_of
from checks.core.settings import setting

if TYPE_CHECKING:
    from checks.config.values import Scope

SECTION = "sources"
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """Sources that the audit log is expected to have an entry of, by name.

    Without this section they are learned from the last weeks, and one that is missing warns.
    """

    match: str | None = setting(
        "The sources' names in the log, as a glob: `*`, `?`, `[...]`, over the whole name, in the "
        "same case. Without it: names that equal the key without their days, digits and file "
        "ending.",
        None,
        example='"events_web_*"',
    )
    expected_by: time | None = setting(
        "The time of day on the run date, in the pipeline's zone, from which on the source is "
        "missing; before it the verdict is unknown. Without it: the time by which "
        "the run itself is missing (`schedule`), else any time.",
        None,
        kind="time_of_day",
        example='"06:00"',
    )
    days: tuple[str, ...] = setting(
        "The weekdays of the run dates on which the source comes.",
        ("daily",),
        kind="week_days",
        example="[monday, thursday]",
    )


def read_sources(entry: Entry, scope: Scope) -> tuple[ExpectedSource, ...]:
    """The listed sources; problems in `scope` where a name or one of its keys cannot be used."""
    entries = read_mapping(entry.node, SECTION, scope.problems)
    if not entries and not is_null(entry.node) and not len(scope.problems):
        scope.problems.add(SECTION, entry.line, "an empty mapping", "at least one source by name")
    sources = [
        source for name, item in entries.items() if (source := _read_source(name, item, scope))
    ]
    _report_same_patterns(sources, entries, scope)
    return tuple(sources)


def _read_source(name: str, item: Entry, scope: Scope) -> ExpectedSource | None:
    key = dotted(SECTION, name)
    if not name.strip() or not name.isprintable() or len(name) > _LONGEST_NAME:
        allowed = f"a name of 1 to {_LONGEST_NAME} printable characters"
        scope.problems.add(key, item.line, "a key that cannot be shown", allowed)
        return None
    settings = read_section(SourceSettings, item, key, scope)
    if settings is None:
        return None
    return ExpectedSource(name, settings.match, settings.expected_by, weekdays_of(settings.days))


def _report_same_patterns(sources: list[ExpectedSource], entries: Entries, scope: Scope) -> None:
    """Report sources that no name of the log could tell apart, and keys that no name equals."""
    from checks.loads.matching import plain_key

    first: dict[tuple[str | None, str], str] = {}
    for source in sources:
        line = entries[source.name].line
        plain = "" if source.match is not None else plain_key(source.name)
        if source.match is None and not plain:
            allowed = "a `match`: without days, digits and separators nothing is left of the key"
            scope.problems.add(dotted(SECTION, source.name), line, "no `match`", allowed)
            continue
        other = first.setdefault((source.match, plain), source.name)
        if other != source.name:
            allowed = f"a `match` that differs from that of {dotted(SECTION, other)}"
            scope.problems.add(
                dotted(SECTION, source.name), line, "a source with the same names", allowed
            )


def report_unmapped(entry: Entry | None, mapped: bool, scope: Scope) -> None:
    """Report sources that are listed although the log's column of them is not mapped."""
    if entry is not None and not is_null(entry.node) and not mapped:
        scope.problems.add(
            SECTION,
            entry.line,
            describe(entry.node),
            "nothing while audit_log.source is not mapped",
        )
