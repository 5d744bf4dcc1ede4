"""The gates of a shop, one after the other, each at its time and with what is loaded by then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from checks.core.model import Report, Status
from checks.monitor import DataMonitor
from tests.pipelines.shop import Shop

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Replay:
    """The recorded reports of consecutive runs, oldest first."""

    reports: tuple[Report, ...]

    def failing(self) -> dict[date, dict[str, Status]]:
        """The red and unknown checks of each data date that has any."""
        days = [
            (day.data_date, _failing(day)) for report in self.reports for day in report.by_day()
        ]
        return {day: failing for day, failing in days if day is not None and failing}

    def status(self, day: date, check: str) -> Status:
        """The status of a check for a data date."""
        reports = (each for report in self.reports for each in report.by_day())
        (judged,) = (report for report in reports if report.data_date == day)
        return next(verdict.status for verdict in judged.checks if verdict.id == check)

    def red(self, day: date) -> set[str]:
        """The checks that are red for a data date."""
        statuses = self.failing().get(day, {})
        return {check for check, status in statuses.items() if status is Status.RED}

    def stops(self) -> list[date | None]:
        """The run dates whose gate stopped the line."""
        return [report.run_date for report in self.reports if report.exit_code != 0]


def replay(shop: Shop, first: date, last: date, *, judged_from: date | None = None) -> Replay:
    """Run the pipeline and its gate on every run date; the gate from `judged_from` on.

    Each report is recorded, so that the next gates remember its counts.
    """
    return Replay(tuple(_reports(shop, first, last, judged_from or first)))


def _reports(shop: Shop, first: date, last: date, judged_from: date) -> Iterator[Report]:
    shop.load(list(shop.shape.run_dates(first, judged_from - _DAY)))
    monitor = DataMonitor(shop.config)
    for run_date in shop.shape.run_dates(judged_from, last):
        gate_at = shop.shape.judged_at(run_date) + timedelta(minutes=5)
        shop.load([run_date], until=gate_at)
        yield monitor.run(now=gate_at, record=True)


def gate(shop: Shop, now: datetime) -> Report:
    """What the gate says at a moment, without recording it."""
    return DataMonitor(shop.config).run(now=now)


def _failing(report: Report) -> dict[str, Status]:
    failing = (Status.RED, Status.UNKNOWN)
    return {check.id: check.status for check in report.checks if check.status in failing}
