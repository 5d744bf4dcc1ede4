"""How often and how long each check was red, over recorded evaluations. Pure.

All numbers count data dates, each as its latest evaluation found it. A date without an
evaluation is no day here: it neither ends an incident nor counts as red.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from checks.core.model import Status
from checks.core.records import StoredEvaluation

Course = list[tuple[date, Status]]


@dataclass(frozen=True, slots=True)
class Incident:
    """A run of consecutive evaluated data dates that begins red.

    `first`: its first red date. `last`: its last red date. `green`: the first green date
    after it, None while it is open. In between a check may be waived, amber or not
    measured: it was not green, so nobody knows it mended. `begin_seen`: False when the check
    was red on the first date of the period, so that it may have begun before.
    """

    first: date
    last: date
    green: date | None
    begin_seen: bool = True

    @property
    def days_to_green(self) -> int | None:
        """Calendar days from the first red date to the first green one; None while open."""
        return None if self.green is None else (self.green - self.first).days


@dataclass(frozen=True, slots=True)
class Statistics:
    """One check over the evaluated data dates of a period.

    `days`: dates on which it was evaluated. `red`, `unknown`, `amber`, `waived`: of these,
    the dates with that status. `incidents`: oldest first; only the last can be open.
    """

    check: str
    days: int
    red: int
    unknown: int
    amber: int
    waived: int
    incidents: tuple[Incident, ...]

    @property
    def open(self) -> Incident | None:
        """The incident that has not ended."""
        last = self.incidents[-1] if self.incidents else None
        return last if last is not None and last.green is None else None

    @property
    def last_red(self) -> date | None:
        """The last red data date."""
        return self.incidents[-1].last if self.incidents else None

    @property
    def mean_days_to_green(self) -> float | None:
        """Mean of `days_to_green` over the incidents seen from begin to end; None without any."""
        seen = [
            days
            for one in self.incidents
            if one.begin_seen and (days := one.days_to_green) is not None
        ]
        return sum(seen) / len(seen) if seen else None


def statistics(evaluations: Iterable[StoredEvaluation]) -> tuple[Statistics, ...]:
    """Each check's statistics, in the order of the newest evaluation that has it.

    `evaluations`: one a data date, in any order, as `History.evaluations` gives them.
    """
    newest_first = sorted(evaluations, key=lambda one: one.data_date, reverse=True)
    checks = dict.fromkeys(check for one in newest_first for check in one.statuses)
    return tuple(
        _of_check(
            check,
            [
                (one.data_date, one.statuses[check])
                for one in reversed(newest_first)
                if check in one.statuses
            ],
        )
        for check in checks
    )


def _of_check(check: str, course: Course) -> Statistics:
    found = [status for _, status in course]
    return Statistics(
        check=check,
        days=len(found),
        red=found.count(Status.RED),
        unknown=found.count(Status.UNKNOWN),
        amber=found.count(Status.AMBER),
        waived=found.count(Status.WAIVED),
        incidents=_incidents(course),
    )


def _incidents(course: Course) -> tuple[Incident, ...]:
    """Oldest first. One begins at a red date and ends at the next green one."""
    found: list[Incident] = []
    reds: list[date] = []
    for day, status in course:
        if status is Status.RED:
            reds.append(day)
        elif status is Status.GREEN and reds:
            found.append(Incident(reds[0], reds[-1], day, reds[0] != course[0][0]))
            reds = []
    if reds:
        found.append(Incident(reds[0], reds[-1], None, reds[0] != course[0][0]))
    return tuple(found)
