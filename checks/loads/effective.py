"""Which entries of the audit log count, where a source has several on a run date. Pure.

A source without a name (NULL or blank) is no source: each such entry counts for itself.
Of a source with several entries, what failed or never ended is replaced by a later good entry.
Of the rest:

- a source that usually has more than one good entry a run date is loaded in parts, whatever its
  name looks like: they add up. One that failed or never ended is repaired when there are as many
  good parts as are usual;
- a source whose name holds a day or an hour is a file: its latest entry replaces the others;
- of any other source nobody can tell which is meant: the worse reading counts.

`audit_log.several` in the configuration says it for all sources.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from checks.core.endings import OK
from checks.core.metrics import AuditEntry, AuditLog
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
from checks.loads.sources import may_be_of as may_be_of
from checks.loads.usual_parts import UsualParts, has_starts, usual_parts

REPLACE, ADD = "replace", "add"
#: A source with so many parts may be a preliminary and a final load instead.
TWICE = 2


class Rule(StrEnum):
    """How the entries of one source on a run date make one load."""

    SINGLE = "single"
    REPLACED = "replaced"
    ADDED = "added"
    UNSETTLED = "unsettled"


@dataclass(frozen=True, slots=True)
class Parts:
    """How many good parts a load has, and how many are usual: None where no day before tells."""

    good: int
    usual: float | None

    @property
    def all_came(self) -> bool:
        """Whether there are as many as usual, so that a part that failed was repaired."""
        return self.usual is not None and self.good >= self.usual


@dataclass(frozen=True, slots=True)
class Load:
    """What counts of one source on a run date.

    readings: of each, the entries that add up; of several readings the worse counts, per check.
    endings: the entries whose status counts; of several that share their time the worse.
    replaced: entries that no longer count. read_nothing: those of them that are good, and read
    nothing after one that read rows. All are the newest first.
    parts: of a load in parts, else None. latest_alone: where only the days before say that a load
    is in parts, what it would be if it were not: the readings that are its latest entry.
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
        """Whether what is taken for parts may be a preliminary and a final load."""
        usual = self.parts.usual if self.parts else None
        return bool(self.latest_alone) and usual is not None and usual <= TWICE


def loads(log: AuditLog, day: date | None = None) -> tuple[Load, ...]:
    """The loads of a run date, of the newest entry first."""
    groups = _by_source(log, log.entries.get(day or log.run_date, ()))
    needs_usual = log.several != REPLACE and any(len(group) > 1 for group in groups)
    usual = usual_parts(log) if needs_usual else {}
    return tuple(_load(log, group, usual) for group in groups)


def good_sources(log: AuditLog) -> frozenset[str]:
    """The sources that have an entry on the run date which says that it ended well."""
    keys = (source_key(log, entry.source) for entry in log.today if log.meaning(entry) == OK)
    return frozenset(key for key in keys if key is not None)


def _by_source(log: AuditLog, entries: Sequence[AuditEntry]) -> list[list[AuditEntry]]:
    """The entries of each source, the newest first; what is of no source is by itself."""
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


def _load(log: AuditLog, entries: Sequence[AuditEntry], usual: Mapping[str, UsualParts]) -> Load:
    if len(entries) == 1:
        only = (entries[0],)
        return Load(entries[0].source, Rule.SINGLE, (only,), (only,))
    key = source_key(log, entries[0].source) or ""
    of_family = usual.get(family_of(key))
    rule = _rule(log, key, of_family)
    if rule is Rule.ADDED:
        return _added(log, entries, of_family)
    standing = unrepaired(log, entries)
    if rule is Rule.REPLACED:
        return _latest(entries, standing)
    return _undecided(log, entries, standing)


def _rule(log: AuditLog, key: str, usual: UsualParts | None) -> Rule:
    if log.several == REPLACE:
        return Rule.REPLACED
    if log.several == ADD or (usual is not None and usual.in_parts):
        return Rule.ADDED
    return Rule.REPLACED if names_time(key) else Rule.UNSETTLED


def _added(log: AuditLog, entries: Sequence[AuditEntry], usual: UsualParts | None) -> Load:
    """All parts count, but those that were repaired or that ended."""
    good = sum(log.meaning(entry) == OK for entry in entries)
    parts = Parts(good, usual.good if usual else None)
    starts = has_starts(log, entries, usual)
    standing = unrepaired_parts(log, entries, all_came=parts.all_came, has_starts=starts)
    whole = _rows_of(log, standing)
    alone = latest_with_rows(whole) if log.several is None and len(whole) > 1 else ()
    return Load(
        entries[0].source,
        Rule.ADDED,
        (tuple(whole),),
        tuple((entry,) for entry in standing),
        tuple(without(entries, standing)),
        parts=parts,
        latest_alone=tuple((entry,) for entry in alone),
    )


def _latest(entries: Sequence[AuditEntry], standing: Standing) -> Load:
    """The latest replaces all others; of several that share their time each is a reading."""
    latest = tied(standing.entries)[0]
    return _replaced(entries, standing, (latest,), [(entry,) for entry in latest])


def _undecided(log: AuditLog, entries: Sequence[AuditEntry], standing: Standing) -> Load:
    """The latest alone, or all together; where one entry is left they are the same."""
    groups = tied(standing.entries)
    whole = tuple(_rows_of(log, standing.entries))
    readings = [(entry,) for entry in groups[0]]
    if len(whole) == 1:
        return _replaced(entries, standing, groups, _with(readings, whole))
    return Load(
        entries[0].source,
        Rule.UNSETTLED,
        _with(readings, whole),
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
    """The entries whose rows count: those that ended, if there is any."""
    return [entry for entry in standing if has_ended(log, entry)] or standing


def _with(
    readings: Sequence[tuple[AuditEntry, ...]], whole: tuple[AuditEntry, ...]
) -> tuple[tuple[AuditEntry, ...], ...]:
    return tuple(readings) if whole in readings else (*readings, whole)
