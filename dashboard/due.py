"""Whether a missing load is missing yet: before its usual time it is not due."""

from __future__ import annotations

from typing import Final

from checks.core.model import STOPPING, Verdict, folded
from checks.evidence import runs_trend
from dashboard import look, page

#: The check that fails where no load has come.
_LOAD: Final = "log_entry_exists_today"
_DAYS: Final = 30


def usual_time(context: page.PageContext) -> str | None:
    """`05:40`, where the day's load has not come and is usually done by a time that is ahead.

    None for any other day, and where the gate has judged the day already.
    """
    verdict = context.verdict(_LOAD)
    if context.day != context.today or context.gate.latest is not None:
        return None
    if verdict is None or verdict.status not in STOPPING:
        return None
    trend = context.answer(runs_trend.read, days=_DAYS).value
    if trend is None or trend.usual_arrival is None or trend.arrival.state != runs_trend.AWAITED:
        return None
    return look.time_of_day(trend.usual_arrival.last)


def is_awaited(context: page.PageContext, verdict: Verdict) -> bool:
    """Whether a check fails only because the day's load is not due yet."""
    return _LOAD in (verdict.id, verdict.because) and usual_time(context) is not None


def shown_verdict(context: page.PageContext) -> look.Shown:
    """The live verdict; not due yet where nothing else than the awaited load stops the line."""
    heads = [head for head, _ in folded(context.report.checks) if head.status in STOPPING]
    if heads and all(is_awaited(context, head) for head in heads):
        return look.NoGate.NOT_DUE
    return context.report.verdict


def shown_status(context: page.PageContext, verdict: Verdict) -> look.Shown:
    """The status of a check; not due yet where it waits for the load."""
    return look.NoGate.NOT_DUE if is_awaited(context, verdict) else verdict.status
