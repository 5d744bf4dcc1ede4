"""What follows from an evaluation that was just recorded, inside the same transaction."""

from __future__ import annotations

from datetime import date

from sqlalchemy.engine import Connection

from checks.core.model import Report, Status
from checks.history import waivers
from checks.history.evaluations import Reader
from checks.history.setting_aside import SetAside


def recorded_days(connection: Connection, report: Report, day: date) -> tuple[date, ...]:
    """The data dates that are recorded and not later than now, newest first; `day` is one."""
    reader = Reader(connection, report.pipeline, report.evaluated_at, SetAside())
    return tuple(sorted({day, *reader.days()}, reverse=True))


def settle(connection: Connection, report: Report, day: date, newest: date) -> None:
    """What green ends: waivers of this day and before; on the newest day, being on it."""
    green = [verdict.id for verdict in report.checks if verdict.status is Status.GREEN]
    if not green:
        return
    waivers.rearm(connection, report.pipeline, green, day, report.evaluated_at)
    if day == newest:  # a look back at better days says nothing about today's trouble
        waivers.close(connection, report.pipeline, green, report.evaluated_at)
