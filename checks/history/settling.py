"""Consequences of a recorded evaluation for waivers and acknowledgements, in its transaction."""

from __future__ import annotations

from datetime import date

from sqlalchemy.engine import Connection

from checks.core.model import Report, Status
from checks.history import waivers
from checks.history.evaluations import EvaluationReader
from checks.history.ignored_rows import IgnoredRows


def recorded_days(connection: Connection, report: Report, day: date) -> tuple[date, ...]:
    """The recorded data dates up to now, newest first; `day` is one of them."""
    reader = EvaluationReader(connection, report.pipeline, report.evaluated_at, IgnoredRows())
    return tuple(sorted({day, *reader.days()}, reverse=True))


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
