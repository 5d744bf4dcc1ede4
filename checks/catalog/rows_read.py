"""Did the run read anything?

What: rows read on the run date, summed over the loads of all sources.
Why: a load of an empty or missing file succeeds and changes nothing.
Source of the rule: a shop that is open has events; zero rows is never normal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from checks.catalog._audit import (
    bad_count,
    skipped_without_entry,
    source_name,
    with_loads,
    without_entry,
)
from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.model import Facts, Judgement, Layer, Status
from checks.core.subjects import SOURCE, names_of
from checks.core.text import day_text, load_days_text, plural, short_list
from checks.core.values import BadValue, known
from checks.judging.check import Check, LoadFact, Required, Worse
from checks.loads.effective import loads
from checks.loads.sources import lasting_name, may_be_of

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe
    from checks.judging.readings import Readings

_METRIC = "rows_read"
_WHAT = "The rows read"


@dataclass(frozen=True, slots=True)
class Params:
    """No parameters of its own."""


def measure(params: Params, data: Readings) -> AuditLog:
    """The log of the run date."""
    return data.audit_log()


@dataclass(frozen=True, slots=True)
class SourceRows:
    """What one source's load read: the entries that count together, and their rows."""

    entries: tuple[AuditEntry, ...]
    rows: int

    @property
    def newest(self) -> AuditEntry:
        """The load's newest entry."""
        return self.entries[0]


def judge(params: Params, log: AuditLog, frame: Timeframe) -> Judgement:
    """Red when all loads together read nothing on an open day; unknown for an invalid count."""
    if not log.today:
        return without_entry(_METRIC, _WHAT, log.run_date, frame.closed_run_reason)
    day_loads = loads(log)
    lowest: list[SourceRows] = []
    for load in day_loads:
        for entry in load.counted:
            if isinstance(entry.rows_read, BadValue):
                bad = bad_count(_METRIC, _WHAT, "rows_read", entry, entry.rows_read)
                return with_loads(bad, day_loads)
        sums = [SourceRows(r, sum(known(e.rows_read) for e in r)) for r in load.readings]
        lowest.append(min(sums, key=lambda reading: reading.rows))
    return with_loads(_judgement(log, lowest, frame), day_loads)


def _judgement(log: AuditLog, lowest: list[SourceRows], frame: Timeframe) -> Judgement:
    total = sum(source.rows for source in lowest)
    empty = [source.newest for source in lowest if not source.rows]
    details = {
        "rows_read": total,
        "sources": [_as_details(s, frame) for s in sorted(lowest, key=lambda source: source.rows)],
        "empty_sources": [entry.source for entry in empty],
        "rows_inserted_unread": log.inserted_problem.detail if log.inserted_problem else None,
    }
    read = f"{plural(total, 'row')} from {plural(len(lowest), 'source')}"
    summary = f"The run of {day_text(frame.run_date)} read {read}"
    status, action, message = Status.GREEN, "Nothing to do", f"rows_read={total} (min 1)"
    if total and empty:
        summary += f"; {source_name(empty[0])} was empty"
    is_closed = not total and frame.closed_run_reason is not None
    if is_closed:
        message = f"rows_read=0 ({frame.closed_run_reason})"
        summary += f", as the days that it loads are {frame.closed_run_reason}"
    elif not total:
        status = Status.RED
        action = (
            f"Check that the files of {load_days_text(frame.days_of_load)} arrived and are not "
            "empty "
            f"({short_list([source_name(source.newest) for source in lowest])}), "
            "then load them again"
        )
    return Judgement(
        status, message, summary, action, total, 1, "rows", details=details,
        subjects={SOURCE: names_of(lasting_name(entry.source) for entry in empty)},
        facts=Facts(explains_empty_day=status is Status.RED and _may_be_of_run(lowest, frame),
                    is_closed=is_closed),
    )  # fmt: skip


def _as_details(source: SourceRows, frame: Timeframe) -> dict[str, Any]:
    """A source's load; `rows_inserted` is None where it is not mapped or not a number."""
    name = source.newest.source
    inserted = [entry.rows_inserted for entry in source.entries]
    whole = [count for count in inserted if isinstance(count, int)]
    return {
        "source": name,
        "names_other_days": not may_be_of(name, frame.days_of_load),
        "run_at": source.newest.run_at,
        "rows_read": source.rows,
        "rows_inserted": sum(whole) if len(whole) == len(inserted) else None,
    }


def _may_be_of_run(sources: Iterable[SourceRows], frame: Timeframe) -> bool:
    """Whether the load of a source may be of a day that the run loads, by the source's name."""
    return any(may_be_of(source.newest.source, frame.days_of_load) for source in sources)


CHECK = Check(
    id="rows_read",
    layer=Layer.INFRASTRUCTURE,
    order=20,
    metric=_METRIC,
    unit="rows",
    page="runs",
    needs=("audit_log",),
    rule="Rows read on the run date are above 0, over the loads of all sources, unless all data "
    "dates that the run loads are in calendar.closed.",
    requires=(Required("audit_log.rows_read"),),
    why="Loading an empty or missing file succeeds and changes nothing.",
    advice="Check that the input arrived and is not empty, then load it again.",
    params=Params,
    measure=measure,
    judge=judge,
    load_facts=(LoadFact.READ,),
    worse=Worse.LOWER,
    subject_kinds=(SOURCE,),
    after=("log_entry_exists_today",),
    guard=partial(skipped_without_entry, _METRIC),
)
