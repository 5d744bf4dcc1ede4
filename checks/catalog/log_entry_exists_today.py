"""Did the pipeline run today?

What: the number of audit-log rows of the run, up to now: those on the run date, with a schedule
until the next run begins.
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
from checks.core.text import count_text, day_text, duration_text, load_days_text, plural
from checks.core.totals import median
from checks.judging.check import Check, Worse
from checks.judging.due import late_text, lateness

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
    """Red without an entry of the run, unless all days that it loads are closed.

    A run that may still come is not judged.
    """
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
    is_closed = not entries and frame.closed_run_reason is not None
    if entries:
        status, action = Status.GREEN, "Nothing to do"
        summary = f"The pipeline logged {plural(entries, 'entry', 'entries')} on {day}{normal}"
    elif is_closed:
        status, action = Status.GREEN, "Nothing to do"
        summary = (
            f"The pipeline left no audit-log entry on {day}, and needs none: the days that the run "
            f"loads are {frame.closed_run_reason}"
        )
        message = f"entries=0 ({frame.closed_run_reason})"
    else:
        status = Status.RED
        summary = f"The pipeline left no audit-log entry on {day}{normal}{late_text(frame)}"
        action = (
            f"Start the load of {load_days_text(frame.days_of_load)} "
            "(or find out why it did not start), then run the gate again"
        )
        if log.future:
            action += _clock_hint(log)
    summary += strays_text(log)
    late = None if status is not Status.RED else lateness(frame)
    if late is not None:
        message += f", {duration_text(late)} late"
        details["late_seconds"] = late.total_seconds()
    return Judgement(
        status, message, summary, action, entries, 1, "entries", details=details,
        facts=Facts(explains_empty_day=status is Status.RED, is_closed=is_closed),
    )  # fmt: skip


def _clock_hint(log: AuditLog) -> str:
    """Where to look for the reason of entries after now: the zone too, where one is assumed."""
    hint = "; check the clock and the time zone of the system that writes the log"
    if log.naive_zone is None:
        return hint
    return f"{hint}, and audit_log.naive_timestamps ({log.naive_zone})"


CHECK = Check(
    id="log_entry_exists_today",
    layer=Layer.INFRASTRUCTURE,
    order=10,
    metric="entries",
    unit="entries",
    page="runs",
    needs=("audit_log",),
    rule="At least one audit-log entry of the run, not after now: on the run date, or until the "
    "next run of the schedule begins; none where all data dates that the run loads are in "
    "calendar.closed. Nothing is judged while a run may still come: until its time and the grace.",
    why="A run that never started leaves yesterday's numbers on the dashboards.",
    advice="Start the load, or find out why the scheduler did not.",
    params=Params,
    measure=measure,
    judge=judge,
    worse=Worse.LOWER,
    never_waived="there is no data to let through",
)
