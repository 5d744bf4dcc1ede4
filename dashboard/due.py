"""Whether a missing load is missing yet: before its time it is not due, or awaited."""

from __future__ import annotations

from typing import Final

from checks.config.schedules import schedule_of
from checks.core.model import FAILING, STOPPING, Cause, Verdict, folded
from checks.core.timeframe import Timeframe
from checks.evidence import runs_trend
from checks.judging.due import awaited_text, newest_run_text
from dashboard import look, page

#: The check that fails where no load has come.
_LOAD: Final = "log_entry_exists_today"
_DAYS: Final = 30


def usual_time(context: page.PageContext) -> str | None:
    """`05:40`, where the day's load has not come and is usually done by a time that is ahead.

    None for any other day, where the gate has judged the day already, and where a schedule says
    when runs are due.
    """
    verdict = context.verdict(_LOAD)
    if context.day != context.today or context.gate.latest is not None:
        return None
    if verdict is None or verdict.status not in STOPPING or context.schedule.times is not None:
        return None
    trend = context.answer(runs_trend.read, days=_DAYS).value
    if trend is None or trend.usual_arrival is None or trend.arrival.state != runs_trend.AWAITED:
        return None
    return look.time_of_day(trend.usual_arrival.last)


def is_awaited(context: page.PageContext, verdict: Verdict) -> bool:
    """Whether a check fails only because the day's load is not due yet, or its run may come."""
    if verdict.cause is Cause.NOT_DUE:
        return True
    return _LOAD in (verdict.id, verdict.because) and usual_time(context) is not None


def is_alarm(context: page.PageContext, verdict: Verdict) -> bool:
    """Whether a check asks somebody to do something: it fails, and not for a run that may come."""
    return verdict.status in FAILING and shown_status(context, verdict) is not look.NoGate.AWAITED


def shown_verdict(context: page.PageContext) -> look.Shown:
    """The live verdict; not due yet, or awaited, where nothing else than that stops the line."""
    heads = [head for head, _ in folded(context.report.checks) if head.status in STOPPING]
    if heads and all(is_awaited(context, head) for head in heads):
        return shown_status(context, heads[0])
    return context.report.verdict


def shown_status(context: page.PageContext, verdict: Verdict) -> look.Shown:
    """The status of a check; not due yet, or awaited, where it waits for the load."""
    if verdict.cause is Cause.NOT_DUE:
        return look.NoGate.AWAITED
    return look.NoGate.NOT_DUE if is_awaited(context, verdict) else verdict.status


def awaited_run(context: page.PageContext) -> str:
    """`the run of Monday 06:00 is expected by 08:00`, while it may still come."""
    return awaited_text(_frame(context))


def newest_run(context: page.PageContext) -> str:
    """What a summary ends with where the day is of the newest run, and none is due today."""
    return newest_run_text(_frame(context))


def next_run(context: page.PageContext) -> str | None:
    """`Monday 06:00`: when the run after the newest one is due; None where one is due today, and
    for a day of an older run.
    """
    if not newest_run(context):
        return None
    schedule = context.schedule
    moment = schedule.due(schedule.following(context.run_date))
    return None if moment is None else f"{moment.astimezone(context.zone):%A %H:%M}"


def _frame(context: page.PageContext) -> Timeframe:
    """The shown day and its run, as of the live evaluation."""
    return Timeframe(
        context.run_date, context.day, context.live.evaluated_at, context.zone,
        schedule=schedule_of(context.config),
    )  # fmt: skip
