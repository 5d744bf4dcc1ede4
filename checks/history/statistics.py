"""How often and how long each check was red, over recorded evaluations. Pure.

All numbers count data dates, each by its latest evaluation. A date without an evaluation is
ignored: it neither ends an episode nor counts as red.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from checks.core.model import Status
from checks.core.records import StoredEvaluation

StatusSeries = list[tuple[date, Status]]


@dataclass(frozen=True, slots=True)
class Episode:
    """A run of consecutive evaluated data dates that begins red.

    `first`: its first red date. `last`: its last red date. `green`: the first green date
    after it, None while it is open. In between the check may be waived, amber or unknown: it was
    not green, so it is not known to be fixed. `is_begin_known`: False where the check was red on
    the first date of the period, so that the episode may have begun before.
    """

    first: date
    last: date
    green: date | None
    is_begin_known: bool = True

    @property
    def days_to_green(self) -> int | None:
        """Calendar days from the first red date to the first green one; None while open."""
        return None if self.green is None else (self.green - self.first).days


@dataclass(frozen=True, slots=True)
class Statistics:
    """One check over the evaluated data dates of a period.

    `days`: dates on which it was evaluated. `red`, `unknown`, `amber`, `waived`: of these,
    the dates with that status. `episodes`: oldest first; only the last can be open.
    """

    check: str
    days: int
    red: int
    unknown: int
    amber: int
    waived: int
    episodes: tuple[Episode, ...]

    @property
    def open_episode(self) -> Episode | None:
        """The episode that has not ended."""
        last = self.episodes[-1] if self.episodes else None
        return last if last is not None and last.green is None else None

    @property
    def last_red(self) -> date | None:
        """The last red data date."""
        return self.episodes[-1].last if self.episodes else None

    @property
    def mean_days_to_green(self) -> float | None:
        """The mean of `days_to_green` over episodes seen from beginning to end; or None."""
        seen = [
            days
            for episode in self.episodes
            if episode.is_begin_known and (days := episode.days_to_green) is not None
        ]
        return sum(seen) / len(seen) if seen else None


def statistics(evaluations: Iterable[StoredEvaluation]) -> tuple[Statistics, ...]:
    """Each check's statistics, in the order of the newest evaluation that has it.

    `evaluations`: one a data date, in any order, as `History.evaluations` gives them.
    """
    newest_first = sorted(evaluations, key=lambda evaluation: evaluation.data_date, reverse=True)
    checks = dict.fromkeys(check for evaluation in newest_first for check in evaluation.statuses)
    return tuple(
        _check_statistics(
            check,
            [
                (evaluation.data_date, evaluation.statuses[check])
                for evaluation in reversed(newest_first)
                if check in evaluation.statuses
            ],
        )
        for check in checks
    )


def _check_statistics(check: str, series: StatusSeries) -> Statistics:
    statuses = [status for _, status in series]
    return Statistics(
        check=check,
        days=len(statuses),
        red=statuses.count(Status.RED),
        unknown=statuses.count(Status.UNKNOWN),
        amber=statuses.count(Status.AMBER),
        waived=statuses.count(Status.WAIVED),
        episodes=_episodes(series),
    )


def _episodes(series: StatusSeries) -> tuple[Episode, ...]:
    """Episodes, oldest first. One begins on a red date and ends on the next green one."""
    episodes: list[Episode] = []
    reds: list[date] = []
    for day, status in series:
        if status is Status.RED:
            reds.append(day)
        elif status is Status.GREEN and reds:
            episodes.append(Episode(reds[0], reds[-1], day, reds[0] != series[0][0]))
            reds = []
    if reds:
        episodes.append(Episode(reds[0], reds[-1], None, reds[0] != series[0][0]))
    return tuple(episodes)
