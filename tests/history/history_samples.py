"""Reports to put into a history, and a user whom permissions bind."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from checks.core.model import Layer, Number, Report, Severity, Status, Verdict, worst
from checks.judging.gate import exit_code

PIPELINE = "web-clickstream"
DAY = date(2025, 3, 8)
NOW = datetime(2025, 3, 9, 6, 12, tzinfo=UTC)


def verdict(check: str, status: Status, value: Number | None = 0.5, message: str = "") -> Verdict:
    return Verdict(
        id=check,
        layer=Layer.BUSINESS,
        status=status,
        stop=False,
        severity=Severity.RED,
        value=value,
        threshold=1,
        unit="rows",
        message=message or f"{check}={value}",
        summary="A sentence.",
        action="Do this.",
        details={"series": [1, 2.5, None]},
    )


def report(
    day: date | None = DAY,
    pipeline: str = PIPELINE,
    now: datetime = NOW,
    **statuses: Status,
) -> Report:
    """A report on `day` with one check per keyword, by default a red `freshness`."""
    checks = tuple(
        verdict(check, status) for check, status in (statuses or {"freshness": Status.RED}).items()
    )
    worst_status = worst(check.status for check in checks)
    return Report(
        pipeline=pipeline,
        run_date=None if day is None else day + timedelta(days=1),
        data_date=day,
        evaluated_at=now,
        verdict=worst_status,
        exit_code=exit_code(check.status for check in checks),
        summary="do not refresh the dashboards",
        checks=checks,
    )


@contextmanager
def unprivileged() -> Iterator[None]:
    """As a user whom file permissions bind: root is not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
