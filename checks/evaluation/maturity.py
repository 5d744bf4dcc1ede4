"""An old pipeline is no longer learning: what it cannot compare is unknown. Pure.

A check that compares days is skipped while a young shop fills its first days. In a pipeline that
is older than that, the days before are missing, and to skip it would let every day pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from checks.core.calendar import Calendar
from checks.core.model import Cause, Judgement, Status
from checks.judging.check import Check
from checks.judging.unmeasured import unknown

#: Statuses that show that a check saw events.
_MEASURED = (Status.GREEN, Status.AMBER)
_ACTION = (
    "Find out why the days before are not in the events table; if it keeps only a few days, "
    "run the gate every day and record it, so that they are remembered"
)
# While a day lasts, days are compared up to the same time of day, of which nothing is remembered.
_ACTION_WHILE_IT_LASTS = (
    "Find out why the days before are not in the events table; if it keeps only a few days, "
    "judge days that are over (data_lag_days: 1): unfinished days are not remembered"
)


def with_learning_limited(
    judgements: Mapping[str, Judgement],
    checks: Mapping[str, Check],
    evidence_of_age: Callable[[int], str | None],
    *,
    is_over: bool = True,
) -> dict[str, Judgement]:
    """The judgements, where `learning` is unknown if the pipeline is older than what it takes.

    evidence_of_age: what shows that the pipeline is older than so many days; None without any.
    is_over: whether the judged day is over, so that days before it are remembered.
    """
    action = _ACTION if is_over else _ACTION_WHILE_IT_LASTS
    return {
        id_: _unknown_if_older(judgement, checks[id_].metric, evidence_of_age, action)
        for id_, judgement in judgements.items()
    }


def _unknown_if_older(
    judgement: Judgement, metric: str, evidence_of_age: Callable[[int], str | None], action: str
) -> Judgement:
    needed = judgement.learning_days
    if judgement.status is not Status.SKIPPED or needed is None:
        return judgement
    if (evidence := evidence_of_age(needed)) is None:
        return judgement
    return unknown(
        metric, Cause.BAD_VALUE,
        f"fewer than {needed} days with events before, although {evidence}",
        what="The volume", action=action, reading="events", details=judgement.details,
        facts=judgement.facts,
    )  # fmt: skip


def recorded_before(
    statuses: Mapping[str, tuple[tuple[date, Status], ...]],
    checks: Mapping[str, Check],
    data_date: date,
    days: int,
    calendar: Calendar,
) -> str | None:
    """The oldest recorded evaluation that saw events, where it is older than so many open days.

    statuses: those of earlier data dates by check, the newest first.
    """
    seen = [
        day
        for id_, past in statuses.items()
        if id_ in checks and checks[id_].counts and not checks[id_].compares_days
        for day, status in past
        if status in _MEASURED and calendar.closed_reason(day) is None
    ]
    span = calendar.days_with_open(data_date, days)
    if not seen or min(seen) >= data_date - timedelta(days=span):
        return None
    return f"events were judged on {min(seen)}"
