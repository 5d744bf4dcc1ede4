"""Did the run read anything?

What: rows read on the run date, summed over the latest entry of each source.
Why: a load of an empty or missing file succeeds and changes nothing.
Source of the rule: a shop that is open has events; zero rows is never normal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.catalog._audit import (
    bad_count,
    entry_is_missing,
    no_entry,
    skip_without_entry,
    source_name,
)
from checks.check import Check, Worse
from checks.metrics import AuditEntry, AuditLog, BadValue, known
from checks.model import Judgement, Layer, Status, Verdict
from checks.text import day_text, plural

if TYPE_CHECKING:
    from checks.measurements import Measurements
    from checks.timeframe import Timeframe

_METRIC = "rows_read"
_WHAT = "The rows read"


@dataclass(frozen=True, slots=True)
class Params:
    """No parameters of its own."""


def measure(params: Params, data: Measurements) -> AuditLog:
    """The log of the run date."""
    return data.audit_log()


def judge(params: Params, log: AuditLog, frame: Timeframe) -> Judgement:
    """Red when the latest entries together read nothing; unknown for a count that is none."""
    if not log.today:
        return no_entry(_METRIC, _WHAT, log.run_date)
    lowest: list[tuple[AuditEntry, int]] = []
    for tied in log.latest():
        for entry in tied:
            if isinstance(entry.rows_read, BadValue):
                return bad_count(_METRIC, _WHAT, "rows_read", entry, entry.rows_read)
        counts = [(entry, known(entry.rows_read)) for entry in tied]
        lowest.append(min(counts, key=lambda pair: pair[1]))
    return _judgement(log, lowest, frame)


def _judgement(log: AuditLog, lowest: list[tuple[AuditEntry, int]], frame: Timeframe) -> Judgement:
    total = sum(count for _, count in lowest)
    empty = [entry for entry, count in lowest if not count]
    details = {
        "rows_read": total,
        "sources": [_as_details(entry, count) for entry, count in lowest],
        "empty_sources": [entry.source for entry in empty],
        "rows_inserted_unread": log.inserted_problem.detail if log.inserted_problem else None,
    }
    read = f"{plural(total, 'row')} from {plural(len(lowest), 'source')}"
    summary = f"The run of {day_text(frame.run_date)} read {read}"
    status, action = Status.GREEN, "Nothing to do"
    if total and empty:
        summary += f"; {source_name(empty[0])} was empty"
    if not total:
        status = Status.RED
        action = (
            f"Check that the files of {frame.data_date} arrived and are not empty "
            f"({source_name(lowest[0][0])} first), then load them again"
        )
    return Judgement(
        status, f"rows_read={total} (min 1)", summary, action, total, 1, "rows", details=details
    )


def _as_details(entry: AuditEntry, count: int) -> dict[str, Any]:
    """A source's load; `rows_inserted` is None where it is not mapped or no number."""
    inserted = entry.rows_inserted
    return {
        "source": entry.source,
        "run_at": entry.run_at,
        "rows_read": count,
        "rows_inserted": inserted if isinstance(inserted, int) else None,
    }


def guard(judgement: Judgement, verdicts: Mapping[str, Verdict]) -> Judgement:
    """Skipped when the missing entry itself is red."""
    return skip_without_entry(_METRIC) if entry_is_missing(verdicts) else judgement


CHECK = Check(
    id="rows_read",
    layer=Layer.INFRASTRUCTURE,
    order=20,
    metric=_METRIC,
    unit="rows",
    page="runs",
    needs=("audit_log",),
    rule="Rows read on the run date are above 0, over the latest entry per source.",
    why="Loading an empty or missing file succeeds and changes nothing.",
    advice="Check that the input arrived and is not empty, then load it again.",
    params=Params,
    measure=measure,
    judge=judge,
    worse=Worse.LOWER,
    after=("log_entry_exists_today",),
    guard=guard,
)
