"""Consequences of a recorded evaluation for waivers and acknowledgements, in its transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy.engine import Connection

from checks.core.model import Report, Status, Verdict
from checks.history import waivers
from checks.history.evaluations import EvaluationReader
from checks.history.ignored_rows import IgnoredRows

_BY_WEIGHT = (
    Status.RED, Status.UNKNOWN, Status.AMBER, Status.WAIVED, Status.GREEN, Status.SKIPPED,
)  # fmt: skip


def recorded_days(connection: Connection, report: Report, day: date) -> tuple[date, ...]:
    """The recorded data dates up to now, newest first; `day` is one of them."""
    reader = EvaluationReader(connection, report.pipeline, report.evaluated_at, IgnoredRows())
    return tuple(sorted({day, *reader.days()}, reverse=True))


def by_worst_day(report: Report) -> Report:
    """A report of several data dates as one of the newest of them, each check as on its worst day.

    A check is green only where it is green for all of them.
    """
    if not report.days:
        return report
    worst: dict[str, Verdict] = {}
    for day in reversed(report.days):
        for verdict in day.checks:
            known = worst.get(verdict.id)
            if known is None or _weight(verdict) < _weight(known):
                worst[verdict.id] = verdict
    newest = report.days[-1]
    return replace(report, data_date=newest.data_date, checks=tuple(worst.values()), days=())


def _weight(verdict: Verdict) -> int:
    """The smaller, the more it says: a judged day says more than a closed or skipped one."""
    return len(_BY_WEIGHT) if verdict.facts.is_closed else _BY_WEIGHT.index(verdict.status)


def settle(connection: Connection, report: Report, day: date, newest: date) -> None:
    """End what green checks end: waivers up to this day; on the newest day, acknowledgements."""
    green = [
        verdict.id
        for verdict in report.checks
        if verdict.status is Status.GREEN and not verdict.facts.is_closed
    ]
    if not green:
        return
    waivers.rearm(connection, report.pipeline, green, day, report.evaluated_at)
    if day == newest:  # an evaluation of an earlier day says nothing about today's failure
        waivers.close(connection, report.pipeline, green, report.evaluated_at)
