"""Did the pipeline run today?

What: the number of audit-log rows on the run date, up to now.
Why: a run that never started leaves yesterday's numbers on the dashboards, and
every other check would judge those.
Source of the rule: one load a day leaves at least one entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.catalog._audit import strays_details, strays_text
from checks.core.audit_log import AuditLog
from checks.core.model import Facts, Judgement, Layer, Status
from checks.core.text import count_text, day_text, plural
from checks.core.totals import median
from checks.judging.check import Check, Worse

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe
    from checks.judging.readings import Readings


@dataclass(frozen=True, slots=True)
class Params:
    """No parameters of its own."""


def measure(params: Params, data: Readings) -> AuditLog:
    """The log of the run date and the days before it."""
    return data.audit_log()


def judge(params: Params, log: AuditLog, frame: Timeframe) -> Judgement:
    """Red without an entry on the run date, unless all days that the run loads are closed."""
    entries = len(log.today)
    earlier_counts = [
        len(rows) for day, rows in log.entries.items() if day != log.run_date and rows
    ]
    median_entries = median(earlier_counts)
    normal = f", usually {count_text(median_entries)} a day" if median_entries else ""
    day = day_text(frame.run_date)
    details = {
        "entries": entries,
        "daily": [{"date": d, "entries": len(r)} for d, r in sorted(log.entries.items())],
        "first_entry_at": min((entry.run_at for entry in log.today), default=None),
        "last_entry_at": max((entry.run_at for entry in log.today), default=None),
        **strays_details(log),
    }
    message = f"entries={entries} (min 1)"
    is_closed = not entries and frame.closed_run is not None
    if entries:
        status, action = Status.GREEN, "Nothing to do"
        summary = f"The pipeline logged {plural(entries, 'entry', 'entries')} on {day}{normal}"
    elif is_closed:
        status, action = Status.GREEN, "Nothing to do"
        summary = (
            f"The pipeline left no audit-log entry on {day}, and needs none: the days that the run "
            f"loads are {frame.closed_run}"
        )
        message = f"entries=0 ({frame.closed_run})"
    else:
        status = Status.RED
        summary = f"The pipeline left no audit-log entry on {day}{normal}"
        action = (
            f"Start the load of {frame.data_date} (or find out why it did not start), "
            "then run the gate again"
        )
        if log.future:
            action += (
                "; check the clock and the time zone of the system that writes the log, "
                "and warehouse.naive_timestamps"
            )
    summary += strays_text(log)
    return Judgement(
        status, message, summary, action, entries, 1, "entries", details=details,
        facts=Facts(explains_empty_day=status is Status.RED, is_closed=is_closed),
    )  # fmt: skip


CHECK = Check(
    id="log_entry_exists_today",
    layer=Layer.INFRASTRUCTURE,
    order=10,
    metric="entries",
    unit="entries",
    page="runs",
    needs=("audit_log",),
    rule="At least one audit-log entry on the run date, not after now, unless all data dates that "
    "the run loads are in calendar.closed.",
    why="A run that never started leaves yesterday's numbers on the dashboards.",
    advice="Start the load, or find out why the scheduler did not.",
    params=Params,
    measure=measure,
    judge=judge,
    worse=Worse.LOWER,
    never_waived="there is no data to let through",
)
