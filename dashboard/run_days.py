"""The days of one run: how each is shown, and which is the worst.

Each day of a run can stop the line: no board may show a better day of it in place of the worst.
"""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from checks.core.model import STOPPING, Status
from dashboard import due, look, page

#: The worst first. None is a gate that was not run.
ORDER: Final[tuple[look.Shown, ...]] = (
    Status.RED, Status.UNKNOWN, Status.AMBER, Status.WAIVED, None, look.NoGate.NOT_DUE,
    look.NoGate.AWAITED, look.NoGate.NO_RUN, Status.GREEN,
)  # fmt: skip


class RunDay(NamedTuple):
    """One day of a run, as it is shown, and whether it stops the line."""

    context: page.PageContext
    shown: look.Shown
    stops: bool


def days_of(context: page.PageContext) -> list[RunDay]:
    """The days that are judged with the shown one, itself included, oldest first."""
    contexts = [context.on(day) for day in context.run_days]
    return [RunDay(each, shown_status(each), stops(each)) for each in contexts]


def worst_of(context: page.PageContext) -> page.PageContext:
    """The context of the worst day of the shown day's run, of equal ones the newest."""
    if len(context.run_days) == 1:
        return context
    newest_first = reversed(days_of(context))
    return min(newest_first, key=lambda day: (not day.stops, ORDER.index(day.shown))).context


def other_stopping_days(context: page.PageContext) -> list[date]:
    """The other days of the shown day's run that stop the line, oldest first, where it does not."""
    if len(context.run_days) == 1 or stops(context):
        return []
    return [day.context.day for day in days_of(context) if day.stops]


def run_status(context: page.PageContext) -> look.Shown:
    """What the shown day's run is shown as: the day's own status, or that of one that stops it."""
    is_stopped = bool(other_stopping_days(context))
    return shown_status(worst_of(context) if is_stopped else context)


def stops(context: page.PageContext) -> bool:
    """Whether the dashboards must not be refreshed because of the shown day."""
    return shown_status(context) in STOPPING or context.gate.strict_stop is not None


def shown_status(context: page.PageContext) -> look.Shown:
    """The worse of what the gate recorded and what is true now."""
    now = due.shown_verdict(context)
    if now in look.WAITING:
        return now
    if context.is_past and context.gate.latest is not None:
        return _gate_status(context)
    if now is Status.GREEN and any(v.status is Status.WAIVED for v in context.report.checks):
        now = Status.WAIVED
    gate = Status.UNKNOWN if context.gate.problem else _gate_status(context)
    return min((now, gate), key=ORDER.index)


def _gate_status(context: page.PageContext) -> look.Shown:
    latest = context.gate.latest
    if latest is None:
        return None if context.schedule.loads(context.day) else look.NoGate.NO_RUN
    is_waived = latest.verdict is Status.GREEN and Status.WAIVED in latest.statuses.values()
    return Status.WAIVED if is_waived else latest.verdict
