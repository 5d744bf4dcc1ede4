"""Which entries of the audit log count, where a source has several on a run date. Pure.

An entry without a source (NULL or blank) counts for itself.
Where a source has several, an entry that failed or never ended is replaced by a later good one.
Of the rest:

- a source that usually has more than one good entry a run date is loaded in parts, whatever its
  name: they add up. A part that failed or never ended is repaired when there are as many good
  parts as usual;
- a source whose name holds a day or an hour is a file: its latest entry replaces the others;
- for any other source it is unknown which is meant: the worse reading counts.

`audit_log.several` in the configuration decides it for all sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.endings import OK
from checks.loads.repairs import (
    Standing,
    has_ended,
    latest_with_rows,
    tied,
    unrepaired,
    unrepaired_parts,
    without,
)
from checks.loads.sources import family_of, names_time, source_key
from checks.loads.usual_parts import UsualParts, has_starts, usual_parts

REPLACE, ADD = "replace", "add"
#: A source with this many parts may be a preliminary and a final load instead.
TWICE = 2


class Rule(StrEnum):
    """How the entries of one source on a run date make one load."""

    SINGLE = "single"
    REPLACED = "replaced"
    ADDED = "added"
    UNSETTLED = "unsettled"


@dataclass(frozen=True, slots=True)
class Parts:
    """How many good parts a load has, and how many are usual: None without earlier days."""

    good: int
    usual_count: float | None

    @property
    def all_came(self) -> bool:
        """Whether there are as many as usual, so that a part that failed has been repaired."""
        return self.usual_count is not None and self.good >= self.usual_count


@dataclass(frozen=True, slots=True)
class Load:
    """The entries of one source on a run date that count.

    readings: possible sets of entries that add up; of several readings the worse counts, per
    check. endings: the entries whose status counts; of several at the same time the worse counts.
    replaced: entries that no longer count. read_nothing: those of them that are good, but read
    nothing after one that read rows. All are newest first.
    parts: of a load in parts, else None. latest_alone: where only earlier days suggest that a load
    is in parts, the readings that it would have otherwise: each of its latest entries.
    """

    source: str | None
    rule: Rule
    readings: tuple[tuple[AuditEntry, ...], ...]
    endings: tuple[tuple[AuditEntry, ...], ...]
    replaced: tuple[AuditEntry, ...] = ()
    read_nothing: tuple[AuditEntry, ...] = ()
    parts: Parts | None = None
    latest_alone: tuple[tuple[AuditEntry, ...], ...] = ()

    @property
    def counted(self) -> tuple[AuditEntry, ...]:
        """The entries of all readings, each once."""
        entries = {id(entry): entry for reading in self.readings for entry in reading}
        return tuple(entries.values())

    @property
    def may_be_twice(self) -> bool:
        """Whether its parts may really be a preliminary and a final load."""
        usual_count = self.parts.usual_count if self.parts else None
        return bool(self.latest_alone) and usual_count is not None and usual_count <= TWICE


def loads(log: AuditLog, day: date | None = None) -> tuple[Load, ...]:
    """The loads of a run date, the one with the newest entry first."""
    run_date = day or log.run_date
    return loads_of_runs(log, (run_date,))[run_date]


def loads_of_runs(log: AuditLog, run_dates: Iterable[date]) -> dict[date, tuple[Load, ...]]:
    """The loads of several run dates, by the parts that are usual before the log's own one."""
    groups = {day: _by_source(log, log.entries.get(day, ())) for day in run_dates}
    has_several = any(len(group) > 1 for of_day in groups.values() for group in of_day)
    baseline_by_family = usual_parts(log) if has_several and log.several != REPLACE else {}
    return {
        day: tuple(_load(log, group, baseline_by_family) for group in of_day)
        for day, of_day in groups.items()
    }


def good_sources(log: AuditLog) -> frozenset[str]:
    """The sources with an entry on the run date that ended well."""
    keys = (source_key(log, entry.source) for entry in log.today if log.meaning(entry) == OK)
    return frozenset(key for key in keys if key is not None)


def _by_source(log: AuditLog, entries: Sequence[AuditEntry]) -> list[list[AuditEntry]]:
    """The entries of each source, newest first; an entry without a source is by itself."""
    named: dict[str, list[AuditEntry]] = {}
    groups: list[list[AuditEntry]] = []
    for entry in sorted(entries, key=lambda entry: entry.run_at, reverse=True):
        key = source_key(log, entry.source)
        if key is not None and key in named:
            named[key].append(entry)
            continue
        groups.append([entry])
        if key is not None:
            named[key] = groups[-1]
    return groups


def _load(
    log: AuditLog, entries: Sequence[AuditEntry], baseline_by_family: Mapping[str, UsualParts]
) -> Load:
    if len(entries) == 1:
        only = (entries[0],)
        return Load(entries[0].source, Rule.SINGLE, (only,), (only,))
    key = source_key(log, entries[0].source) or ""
    baseline = baseline_by_family.get(family_of(key))
    rule = _rule(log, key, baseline)
    if rule is Rule.ADDED:
        return _added(log, entries, baseline)
    standing = unrepaired(log, entries)
    if rule is Rule.REPLACED:
        return _latest(entries, standing)
    return _undecided(log, entries, standing)


def _rule(log: AuditLog, key: str, baseline: UsualParts | None) -> Rule:
    if log.several == REPLACE:
        return Rule.REPLACED
    if log.several == ADD or (baseline is not None and baseline.in_parts):
        return Rule.ADDED
    return Rule.REPLACED if names_time(key) else Rule.UNSETTLED


def _added(log: AuditLog, entries: Sequence[AuditEntry], baseline: UsualParts | None) -> Load:
    """All parts count, except those that were repaired, and starts of those that ended."""
    good = sum(log.meaning(entry) == OK for entry in entries)
    parts = Parts(good, baseline.good if baseline else None)
    starts = has_starts(log, entries, baseline)
    standing = unrepaired_parts(log, entries, all_came=parts.all_came, has_starts=starts)
    with_rows = _rows_of(log, standing)
    alone = latest_with_rows(with_rows) if log.several is None and len(with_rows) > 1 else ()
    return Load(
        entries[0].source,
        Rule.ADDED,
        (tuple(with_rows),),
        tuple((entry,) for entry in standing),
        tuple(without(entries, standing)),
        parts=parts,
        latest_alone=tuple((entry,) for entry in alone),
    )


def _latest(entries: Sequence[AuditEntry], standing: Standing) -> Load:
    """The latest replaces all others; of several at the same time each is a reading."""
    latest = tied(standing.entries)[0]
    return _replaced(entries, standing, (latest,), [(entry,) for entry in latest])


def _undecided(log: AuditLog, entries: Sequence[AuditEntry], standing: Standing) -> Load:
    """Either the latest alone or all together; with one entry left both are the same."""
    groups = tied(standing.entries)
    all_entries = tuple(_rows_of(log, standing.entries))
    readings = [(entry,) for entry in groups[0]]
    if len(all_entries) == 1:
        return _replaced(entries, standing, groups, _with_reading(readings, all_entries))
    return Load(
        entries[0].source,
        Rule.UNSETTLED,
        _with_reading(readings, all_entries),
        tuple(groups),
        tuple(without(entries, standing.entries)),
        tuple(standing.read_nothing),
    )


def _replaced(
    entries: Sequence[AuditEntry],
    standing: Standing,
    endings: Sequence[tuple[AuditEntry, ...]],
    readings: Sequence[tuple[AuditEntry, ...]],
) -> Load:
    kept = [entry for group in endings for entry in group]
    return Load(
        entries[0].source,
        Rule.REPLACED,
        tuple(readings),
        tuple(endings),
        tuple(without(entries, kept)),
        tuple(standing.read_nothing),
    )


def _rows_of(log: AuditLog, standing: Sequence[AuditEntry]) -> Sequence[AuditEntry]:
    """The entries whose rows count: those that ended, if there are any."""
    return [entry for entry in standing if has_ended(log, entry)] or standing


def _with_reading(
    readings: Sequence[tuple[AuditEntry, ...]], all_entries: tuple[AuditEntry, ...]
) -> tuple[tuple[AuditEntry, ...], ...]:
    return tuple(readings) if all_entries in readings else (*readings, all_entries)
