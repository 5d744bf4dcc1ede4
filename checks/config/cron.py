"""Run times by a cron expression."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from checks.config.problems import InvalidValueError
from checks.core.schedule import MOST_LOADED_DAYS, Schedule
from checks.core.text import spelled_duration

_FIELDS = 5
_ALLOWED = "a cron expression of five fields (minute hour day month weekday), such as 0 6 * * 1-5"
#: The stretch in which the distances between runs are looked at: it has a 29 February.
_FIRST, _LAST = date(2027, 12, 1), date(2029, 3, 1)
#: Runs on so many dates show the shortest distance between two of them.
_MOST_DISTANCES = 120


@dataclass(frozen=True, slots=True)
class CronTimes:
    """Run times by a cron expression.

    A time that clocks skip is due when they have been changed, one that comes twice is due once.
    """

    text: str

    def after(self, moment: datetime) -> datetime:
        """The first run time in a minute after that of `moment`."""
        from cronsim import CronSim

        return next(CronSim(self.text, moment))

    def before(self, moment: datetime) -> datetime:
        """The last run time in a minute before that of `moment`."""
        from cronsim import CronSim

        return next(CronSim(self.text, moment, reverse=True))


def cron_expression(text: str) -> str:
    """The expression in its usual form. Raises InvalidValueError for one that never fires."""
    from cronsim import CronSim, CronSimError

    fields = text.split()
    if len(fields) != _FIELDS:
        raise InvalidValueError(_ALLOWED)
    expression = " ".join(fields)
    try:
        next(CronSim(expression, datetime.combine(_FIRST, datetime.min.time(), UTC)))
    except CronSimError as error:
        raise InvalidValueError(f"{_ALLOWED} ({str(error).lower()})") from None
    except StopIteration:
        raise InvalidValueError(_ALLOWED, f"{text!r}, which never fires") from None
    return expression


def problems_of(text: str, grace: timedelta, *, since_last_run: bool) -> list[tuple[str, str, str]]:
    """Keys, values and what is allowed: for a grace too long, and for too many days at once."""
    schedule = Schedule(ZoneInfo("UTC"), 0, CronTimes(text), grace)
    dates = list(schedule.run_dates(_FIRST, _LAST))
    if len(dates) <= 1:
        dates = [day := schedule.following(_FIRST), schedule.following(day)]
    problems = []
    shortest = min(_distance(schedule, *pair) for pair in pairwise(dates[:_MOST_DISTANCES]))
    if grace >= shortest:
        allowed = f"less than the shortest time between two runs, {spelled_duration(shortest)}"
        problems.append(("grace", spelled_duration(grace), allowed))
    longest = max((second - first).days for first, second in pairwise(dates))
    if since_last_run and longest > MOST_LOADED_DAYS:
        shown = f"since_last_run, with {longest} days between two runs"
        allowed = f"one_day, or runs at most {MOST_LOADED_DAYS} days apart"
        problems.append(("loads", shown, allowed))
    return problems


def _distance(schedule: Schedule, first: date, second: date) -> timedelta:
    due, following = schedule.due(first), schedule.due(second)
    if due is None or following is None:
        raise ValueError("a cron expression gives every run date a time")
    return following - due
