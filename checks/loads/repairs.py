"""Which entries of one source still count, and which a later one repaired or ended. Pure.

Entries have an order only where their times differ for certain: not at the same time, and not in
the hour that comes twice when clocks go back, if times are stored without an offset.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.endings import FAILED, OK, RUNNING, SILENT, UNHEARD


class Standing(NamedTuple):
    """Entries that were not repaired, and good ones that read nothing after one that read rows.

    Both are newest first.
    """

    entries: list[AuditEntry]
    read_nothing: list[AuditEntry]


def is_open(log: AuditLog, entry: AuditEntry) -> bool:
    """Whether an entry says that its load has not ended, or has a blank status."""
    meaning = log.meaning(entry)
    is_blank = meaning == UNHEARD and not (entry.status or "").strip()
    return meaning == RUNNING or is_blank


def has_ended(log: AuditLog, entry: AuditEntry) -> bool:
    """Whether nothing says that a load failed or has not ended, so that its rows count.

    An unrecognised status does not say so; a blank one does.
    """
    return log.meaning(entry) != FAILED and not is_open(log, entry)


def tied(entries: Iterable[AuditEntry]) -> list[tuple[AuditEntry, ...]]:
    """Entries, newest first, in groups whose inner order is unknown."""
    groups: list[list[AuditEntry]] = []
    first: datetime | None = None
    for entry in entries:
        if first is not None and entry.run_at >= first:
            groups[-1].append(entry)
            first = min(first, entry.earliest)
        else:
            groups.append([entry])
            first = entry.earliest
    return [tuple(group) for group in groups]


def unrepaired(log: AuditLog, entries: Sequence[AuditEntry]) -> Standing:
    """The entries that still count, of loads that replace one another.

    An entry that has not ended counts until there is an end at its time or later; one that failed
    until there is a later good one, or a running retry. A load that read nothing does not repair
    one that read rows.
    """
    meanings = [(entry, log.meaning(entry)) for entry in entries]
    end = max((e.run_at for e, meaning in meanings if meaning in (OK, FAILED)), default=None)
    retry = max((e.earliest for e, meaning in meanings if meaning in (OK, RUNNING)), default=None)
    with_rows = max(
        (
            e.earliest
            for e, meaning in meanings
            if meaning == RUNNING or (meaning == OK and not _is_empty(e))
        ),
        default=None,
    )

    def stands(entry: AuditEntry) -> bool:
        if has_ended(log, entry):
            return True
        if is_open(log, entry):
            return not (_is_from(end, entry.earliest) or _is_after(retry, entry.run_at))
        return not _is_after(with_rows if _has_rows(entry) else retry, entry.run_at)

    return _without_empty(log, [entry for entry in entries if stands(entry)])


def _without_empty(log: AuditLog, standing: list[AuditEntry]) -> Standing:
    """A good entry that read nothing does not count after one that ended and read rows."""
    rows = [e.earliest for e in standing if _has_rows(e) and not is_open(log, e)]
    first = min(rows, default=None)
    empty = [
        entry
        for entry in standing
        if first is not None
        and entry.run_at >= first
        and _is_empty(entry)
        and log.meaning(entry) in (OK, SILENT)
    ]
    return Standing(without(standing, empty), empty)


def unrepaired_parts(
    log: AuditLog, entries: Sequence[AuditEntry], *, all_came: bool, has_starts: bool
) -> list[AuditEntry]:
    """The entries that still count, of loads that add up.

    Failed ones do not if they were repaired, and open ones if they ended.

    all_came: whether there are as many good parts as usual. Otherwise a later good part is another
    part, not a retry. has_starts: whether each part has an entry of its own for its start; an end
    then always closes one of these.
    """
    last = max((e.earliest for e in entries if log.meaning(e) == OK), default=None)
    replaced = [
        entry
        for entry in entries
        if all_came and log.meaning(entry) == FAILED and _is_after(last, entry.run_at)
    ]
    if all_came or has_starts:
        replaced += _closed(log, entries)
    return without(entries, replaced)


def _closed(log: AuditLog, entries: Sequence[AuditEntry]) -> list[AuditEntry]:
    """Entries that had not ended, whose end is an entry at their time or later.

    Each end, good or bad, closes the first open entry, and no other.
    """
    waiting: deque[AuditEntry] = deque()
    closed: list[AuditEntry] = []
    for group in reversed(tied(entries)):
        waiting.extend(entry for entry in group if is_open(log, entry))
        ended = sum(log.meaning(entry) in (OK, FAILED) for entry in group)
        closed += [waiting.popleft() for _ in range(min(ended, len(waiting)))]
    return closed


def without(entries: Iterable[AuditEntry], others: Iterable[AuditEntry]) -> list[AuditEntry]:
    """Entries that are not among others, by their identity."""
    excluded_ids = {id(entry) for entry in others}
    return [entry for entry in entries if id(entry) not in excluded_ids]


def latest_with_rows(entries: Sequence[AuditEntry]) -> tuple[AuditEntry, ...]:
    """The latest entries (several at the same time) of those that read anything; else of all."""
    return tied([entry for entry in entries if not _is_empty(entry)] or entries)[0]


def _is_empty(entry: AuditEntry) -> bool:
    """Whether a load read nothing. With rejected rows the count of 0 is wrong."""
    rejected = entry.rows_quarantined
    return entry.rows_read == 0 and not (isinstance(rejected, int) and rejected)


def _has_rows(entry: AuditEntry) -> bool:
    return isinstance(entry.rows_read, int) and entry.rows_read > 0


def _is_after(moment: datetime | None, other: datetime) -> bool:
    return moment is not None and moment > other


def _is_from(moment: datetime | None, other: datetime) -> bool:
    return moment is not None and moment >= other
