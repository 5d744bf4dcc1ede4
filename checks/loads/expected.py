"""Which sources the audit log should have on the run date, and which of them have come. Pure.

The sources are those that the configuration lists, else those that usually come, learned from the
log of the last weeks (`patterns`). A source has come with its first entry, whatever it says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.expected_source import ExpectedSource
from checks.core.timeframe import Timeframe, wall_moment
from checks.loads.families import UNNAMED, ByDate, entries_by_family, shown_family
from checks.loads.matching import matches
from checks.loads.patterns import is_usual, minutes_after_midnight, usual_minutes
from checks.loads.sources import may_be_of

_DAY_MINUTES, _HOUR = 24 * 60, 60


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source that is expected on the run date.

    key: by which waivers know it. name: as messages show it, without quotes. is_listed: whether the
    configuration lists it. has_come: whether the run date has an entry of it. due: the instant from
    which on it is missing. is_due: whether that is over. deadline: the time of day that the
    configuration names. usual_minutes: by when it usually has come, in minutes after midnight.
    last: its last entry of an earlier run date. run_days: how many earlier run dates have entries,
    seen_days on how many of these it came. entries: by run date, the judged one included.
    """

    key: str
    name: str
    is_listed: bool
    has_come: bool
    due: datetime
    is_due: bool
    deadline: time | None
    usual_minutes: float | None
    last: AuditEntry | None
    seen_days: int
    run_days: int
    entries: ByDate

    @property
    def is_missing(self) -> bool:
        """Whether it should have come by now, and has not."""
        return self.is_due and not self.has_come


@dataclass(frozen=True, slots=True)
class Sources:
    """The expected sources, those that nobody listed, and what was learned from.

    unlisted: families with an entry on the run date that no listed source matches, with their
    entries by run date; only where sources are listed. run_dates: earlier ones with entries.
    """

    states: tuple[SourceState, ...]
    unlisted: Mapping[str, ByDate]
    run_dates: tuple[date, ...]

    @property
    def missing(self) -> tuple[SourceState, ...]:
        """Sources that should have come by now."""
        return tuple(state for state in self.states if state.is_missing)

    @property
    def awaited(self) -> tuple[SourceState, ...]:
        """Sources that have not come, and may still come in time."""
        return tuple(state for state in self.states if not state.has_come and not state.is_due)


def expected_sources(
    log: AuditLog, frame: Timeframe, listed: Sequence[ExpectedSource] | None
) -> Sources:
    """The sources of a run: none where all days that it loads are closed.

    log: of the last weeks. listed: None where none are configured.
    """
    run_dates = tuple(sorted(d for d, rows in log.entries.items() if rows and d < log.run_date))
    families = entries_by_family(log)
    if frame.closed_run_reason is not None:
        return Sources((), {}, run_dates)
    if listed is None:
        return Sources(_learned(families, run_dates, frame), {}, run_dates)
    by_source, unlisted = _matched(families, listed)
    states = tuple(
        _listed_state(source, by_source[source.name], run_dates, frame)
        for source in listed
        if is_expected_on(source, frame.run_date)
    )
    return Sources(states, _of_run_date(unlisted, frame.run_date), run_dates)


def is_expected_on(source: ExpectedSource, run_date: date) -> bool:
    """Whether a listed source is expected on a run date."""
    return run_date.weekday() in source.weekdays


def _learned(
    families: Mapping[str, ByDate], run_dates: Sequence[date], frame: Timeframe
) -> tuple[SourceState, ...]:
    return tuple(
        _state(family, shown_family(family), by_date, run_dates, frame)
        for family, by_date in sorted(families.items())
        if is_usual([d for d in by_date if d < frame.run_date], run_dates, frame.run_date)
    )


def _listed_state(
    source: ExpectedSource, by_date: ByDate, run_dates: Sequence[date], frame: Timeframe
) -> SourceState:
    deadline = source.expected_by
    due = frame.expected_by or frame.now
    if deadline is not None:
        due = _deadline(frame, deadline)
    return _state(
        source.name, source.name, by_date, run_dates, frame, due=due, deadline=deadline,
        is_listed=True,
    )  # fmt: skip


def _deadline(frame: Timeframe, clock: time) -> datetime:
    """The instant of a time of day on the run date, never before the run's own time.

    On the next day, where that is before the run's time and the run may still come then.
    """
    moment = wall_moment(frame.run_date, clock, frame.zone)
    first_time = frame.run_schedule.first_time(frame.run_date)
    if first_time is None or frame.expected_by is None or moment >= first_time:
        return moment
    next_day = wall_moment(frame.run_date + timedelta(days=1), clock, frame.zone)
    return next_day if next_day <= frame.expected_by else first_time


def _state(
    key: str,
    name: str,
    by_date: ByDate,
    run_dates: Sequence[date],
    frame: Timeframe,
    *,
    due: datetime | None = None,
    deadline: time | None = None,
    is_listed: bool = False,
) -> SourceState:
    """due: None for the time by which the source usually has come."""
    earlier = {day: entries for day, entries in by_date.items() if day < frame.run_date}
    arrivals = (
        (day, minutes_after_midnight(entries[0].run_at, day, frame.zone))
        for day, entries in earlier.items()
    )
    minutes = usual_minutes(arrivals, frame.run_date)
    days = {*frame.days_of_load, frame.run_date}  # a file may carry the day of its delivery
    due = due or _moment(frame, minutes or 0)
    return SourceState(
        key=key,
        name=name,
        is_listed=is_listed,
        has_come=any(may_be_of(entry.source, days) for entry in by_date.get(frame.run_date, ())),
        due=due,
        is_due=frame.now >= due,
        deadline=deadline,
        usual_minutes=minutes,
        last=earlier[max(earlier)][-1] if earlier else None,
        seen_days=len(earlier),
        run_days=len(run_dates),
        entries=by_date,
    )


def _moment(frame: Timeframe, minutes: float) -> datetime:
    """The instant so many minutes by the wall clock after the run date's midnight."""
    days, rest = divmod(int(minutes), _DAY_MINUTES)
    clock = time(rest // _HOUR, rest % _HOUR)
    return wall_moment(frame.run_date + timedelta(days=days), clock, frame.zone)


def _matched(
    families: Mapping[str, ByDate], listed: Sequence[ExpectedSource]
) -> tuple[dict[str, ByDate], dict[str, ByDate]]:
    """The entries of each listed source, and those of the families that none matches.

    An entry counts for each source that matches it.
    """
    by_source: dict[str, dict[date, list[AuditEntry]]] = {
        source.name: defaultdict(list) for source in listed
    }
    unlisted: dict[str, dict[date, list[AuditEntry]]] = defaultdict(lambda: defaultdict(list))
    matching: dict[str | None, list[str]] = {}
    for family, by_date in families.items():
        for run_date, entries in by_date.items():
            for entry in entries:
                if entry.source not in matching:
                    matching[entry.source] = [s.name for s in listed if matches(s, entry.source)]
                for name in matching[entry.source]:
                    by_source[name][run_date].append(entry)
                if not matching[entry.source]:
                    unlisted[family][run_date].append(entry)
    return (
        {name: _in_order(by_date) for name, by_date in by_source.items()},
        {family: _in_order(by_date) for family, by_date in unlisted.items()},
    )


def _in_order(by_date: Mapping[date, Sequence[AuditEntry]]) -> ByDate:
    """The entries by run date, oldest first."""
    return {
        day: tuple(sorted(entries, key=lambda entry: entry.run_at))
        for day, entries in by_date.items()
    }


def _of_run_date(families: Mapping[str, ByDate], run_date: date) -> dict[str, ByDate]:
    return {
        family: by_date
        for family, by_date in families.items()
        if run_date in by_date and family != UNNAMED
    }
