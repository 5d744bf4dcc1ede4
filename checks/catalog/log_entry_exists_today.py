"""Did the pipeline run today?

What: the number of audit-log rows of the run, up to now: those on the run date, with a schedule
until the next run begins.
Why: a run that never started leaves yesterday's numbers on the dashboards, and
every other check would judge those.
Source of the rule: one load a day leaves at least one entry.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

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
    if log.today:
        judgement = _logged(log, frame)
    elif frame.closed_run_reason is not None:
        judgement = _not_needed(frame.closed_run_reason, frame)
    else:
        judgement = _missing(log, frame)
    summary = judgement.summary + strays_text(log)
    details = {**_details(log), **judgement.details}
    return replace(judgement, summary=summary, details=details)


def _logged(log: AuditLog, frame: Timeframe) -> Judgement:
    entry_count, day = len(log.today), day_text(frame.run_date)
    return Judgement(
        Status.GREEN,
        f"entries={entry_count} (min 1)",
        f"The pipeline logged {plural(entry_count, 'entry', 'entries')} on {day}{_normal(log)}",
        "Nothing to do", entry_count, 1, "entries",
    )  # fmt: skip


def _not_needed(reason: str, frame: Timeframe) -> Judgement:
    """A run of closed days may leave nothing."""
    return Judgement(
        Status.GREEN,
        f"entries=0 ({reason})",
        f"The pipeline left no audit-log entry on {day_text(frame.run_date)}, and needs none: the "
        f"days that the run loads are {reason}",
        "Nothing to do", 0, 1, "entries", facts=Facts(is_closed=True),
    )  # fmt: skip


def _missing(log: AuditLog, frame: Timeframe) -> Judgement:
    message, details = "entries=0 (min 1)", {}
    late = lateness(frame)
    if late is not None:
        message += f", {duration_text(late)} late"
        details["late_seconds"] = late.total_seconds()
    day = day_text(frame.run_date)
    action = (
        f"Start the load of {load_days_text(frame.days_of_load)} "
        "(or find out why it did not start), then run the gate again"
    )
    return Judgement(
        Status.RED,
        message,
        f"The pipeline left no audit-log entry on {day}{_normal(log)}{late_text(frame)}",
        action + (_clock_hint(log) if log.future else ""), 0, 1, "entries",
        details=details, facts=Facts(explains_empty_day=True),
    )  # fmt: skip


def _normal(log: AuditLog) -> str:
    """How many entries earlier runs have; empty without any."""
    counts = [len(rows) for day, rows in log.entries.items() if day != log.run_date and rows]
    median_count = median(counts)
    return f", usually {count_text(median_count)} a day" if median_count else ""


def _details(log: AuditLog) -> dict[str, Any]:
    return {
        "entries": len(log.today),
        "daily": [{"date": d, "entries": len(r)} for d, r in sorted(log.entries.items())],
        "first_entry_at": min((entry.run_at for entry in log.today), default=None),
        "last_entry_at": max((entry.run_at for entry in log.today), default=None),
        **strays_details(log),
    }


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
