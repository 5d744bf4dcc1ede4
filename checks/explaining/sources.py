"""What the audit log says of each source of a day: it is missing, or short. Pure.

A source is short for itself only where the others are as usual: a fall of all sources has a cause
that no source explains.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
from typing import NamedTuple
from zoneinfo import ZoneInfo

from checks.core.audit_log import AuditLog
from checks.core.day_names import DAY_MARK
from checks.core.model import Explanation
from checks.core.schedule import Schedule
from checks.core.text import about_text, count_text, plural
from checks.core.timeframe import Timeframe, midnight
from checks.core.totals import median
from checks.explaining import kinds
from checks.explaining.loads import MOST_NAMED, on_run_date
from checks.explaining.wording import names_text
from checks.loads.effective import Load, loads
from checks.loads.repairs import has_ended
from checks.loads.sources import lasting_name

#: The days before the run date that say which sources are usual: so many of them at least, and a
#: usual one was on this part of them.
_WEEK, _LEAST_DAYS, _MOST_OF_DAYS = timedelta(days=7), 3, 0.8
#: So many run dates of the same weekday say whether a source comes on it; on more than half.
_SAME_WEEKDAYS, _MOSTLY = 4, 0.5
#: A source is short with less than this part of its smallest earlier load, and with less than this
#: part of what it has beside the other sources.
_SHORT = 0.75
#: Standard deviations of a Poisson count that are left to chance.
_CHANCE = 3.0
_MINUTE = timedelta(minutes=1)
#: Where a day lacks everything, a missing source is told however many rows it has.
_ANY = 1.0


@dataclass(frozen=True, slots=True)
class SourceRows:
    """Rows read of a usual source: on the run date, and on earlier ones.

    name: as its family is called, where it is missing. rows: None where they are not known.
    earlier: by run date. usual_minutes: from midnight to its last entry, the median of the earlier
    run dates.
    """

    name: str
    rows: int | None
    earlier: Mapping[date, int]
    is_missing: bool
    usual_minutes: float

    @property
    def median(self) -> float:
        """Rows of a usual day."""
        return median(self.earlier.values()) or 0.0

    @property
    def lowest(self) -> int:
        """Rows of the smallest earlier load."""
        return min(self.earlier.values(), default=0)

    @property
    def is_short(self) -> bool:
        """Whether the run date has clearly fewer rows than each of the earlier dates."""
        return self.rows is not None and self.rows < _SHORT * self.lowest

    @property
    def read_nothing(self) -> bool:
        """Whether it came without a row, which no earlier load was."""
        return self.rows == 0 and self.lowest > 0

    def on(self, day: date) -> float:
        """Rows of an earlier run date; as usual where they are not known."""
        return self.earlier.get(day, self.median)

    def is_due(self, log: AuditLog, zone: ZoneInfo, now: datetime) -> bool:
        """Whether the time of the run date is over at which it usually has come."""
        return now >= on_run_date(log, self.usual_minutes, zone)


def source_shortage(log: AuditLog, least: float, frame: Timeframe) -> Explanation | None:
    """Sources that are missing or short, where they hold `least` rows of what the day lacks.

    log: the further it goes back, the more it knows of weekdays. frame: a source whose usual time
    is ahead is not missing or short yet.
    """
    sources = source_rows(log, frame.zone, frame.schedule)
    due = [source for source in sources if source.is_due(log, frame.zone, frame.now)]
    missing = [source for source in due if source.is_missing]
    is_enough = sum(source.median for source in missing) >= least
    if missing and (is_enough or least <= _ANY):
        return _missing(missing)
    empty = [source for source in due if source.read_nothing]
    if empty and _lacking(empty) >= least:
        return _short(empty, is_all=len(empty) == len(sources))
    short = [source for source in due if source.is_short]
    others = [source for source in due if source.rows is not None and not source.is_short]
    if short and _lacking(short) >= least and _fell_alone(short, others):
        return _short(short)
    return None


def _lacking(sources: Sequence[SourceRows]) -> float:
    return sum(source.median - (source.rows or 0) for source in sources)


def _fell_alone(short: Sequence[SourceRows], others: Sequence[SourceRows]) -> bool:
    """Whether the short sources have clearly fewer rows beside the others than on any day before.

    A weekday, or a fall of everything, changes all sources alike. Without others nothing tells.
    """
    beside = sum(source.rows or 0 for source in others)
    lowest = min(_ratios(short, others), default=0.0)
    rows, expected = sum(source.rows or 0 for source in short), lowest * beside
    noise = _CHANCE * sqrt(expected * (1 + lowest))
    return rows < _SHORT * expected and rows < expected - noise


def _ratios(short: Sequence[SourceRows], others: Sequence[SourceRows]) -> list[float]:
    """Rows of some sources for each row of the others, on each earlier run date."""
    sums = [
        (sum(source.on(day) for source in short), sum(source.on(day) for source in others))
        for day in {day for source in short for day in source.earlier}
    ]
    return [rows / beside for rows, beside in sums if beside]


def _short(sources: Sequence[SourceRows], *, is_all: bool = False) -> Explanation:
    """is_all: whether they are all sources that are usual, and read nothing."""
    names, many = [source.name for source in sources], len(sources) > 1
    rows, expected = sum(source.rows or 0 for source in sources), sum(s.median for s in sources)
    if is_all and many:
        text = f"All {count_text(len(names))} sources read 0 rows"
    else:
        verb = "are" if many else "is"
        text = f"{names_text(names)} {verb} short: {plural(rows, 'row')}"
    which = {"sources": names[:MOST_NAMED]} if many else {"source": names[0]}
    return Explanation(
        kinds.SOURCE_SHORT,
        f"{text}, {about_text(expected)} usual",
        {**which, "rows": rows, "expected": expected},
    )


def _missing(sources: Sequence[SourceRows]) -> Explanation:
    names = [source.name for source in sources]
    expected = sum(source.median for source in sources)
    verb = "is" if len(names) == 1 else "are"
    return Explanation(
        kinds.SOURCE_MISSING,
        f"{names_text(names)} {verb} missing, {about_text(expected)} rows usual",
        {"sources": names[:MOST_NAMED], "expected": expected},
    )


def source_rows(
    log: AuditLog, zone: ZoneInfo, schedule: Schedule | None = None
) -> list[SourceRows]:
    """Each source that is usual on the run date, by the week before and by the same weekdays.

    Sources are the same by their names without days. schedule: only run dates say what is usual
    that load as many days as the judged one; None: all load one.
    """
    if not log.has_source:
        return []
    today = _by_name(log, log.run_date)
    days = [*_week_before(log.run_date), *_same_weekdays(log.run_date)]
    days_loaded = _days_loaded(schedule, log.run_date)
    earlier = {
        day: _by_name(log, day)
        for day in sorted(days)
        if log.entries.get(day) and _days_loaded(schedule, day) == days_loaded
    }
    usual_days_by_name = (
        (name, _usual_days(earlier, name, first, log.run_date))
        for name, first in sorted(_first_days(log).items())
    )
    return [
        _source(
            name, today.get(name), {day: earlier[day][name] for day in came_on}, zone,
            of_many_days=days_loaded > 1,
        )
        for name, came_on in usual_days_by_name if came_on
    ]  # fmt: skip


def _days_loaded(schedule: Schedule | None, run_date: date) -> int:
    """How many data dates a run loads."""
    return len(schedule.loaded_dates(run_date)) if schedule else 1


def _first_days(log: AuditLog) -> dict[str, date]:
    """The day on which each source came for the first time, as far as the log goes back."""
    first: dict[str, date] = {}
    for day in sorted(log.entries):
        for source in {entry.source for entry in log.entries[day]}:
            name = lasting_name(source)
            if name:
                first.setdefault(name, day)
    return first


def _usual_days(
    earlier: Mapping[date, Collection[str]], name: str, first: date, run_date: date
) -> tuple[date, ...]:
    """The days on which a source came that say what is usual of it; none where it is not usual.

    first: when it came for the first time; weekdays before that say nothing.
    """
    came = {day for day, names in earlier.items() if name in names}
    week = [day for day in _week_before(run_date) if day in earlier]
    same = [day for day in _same_weekdays(run_date) if day in earlier and day >= first]
    if _is_usual(came, week):
        skips = same and sum(day in came for day in same) <= _MOSTLY * len(same)
        return () if skips else tuple(sorted(came.intersection(week)))
    return tuple(sorted(came.intersection(same))) if _is_usual(came, same) else ()


def _week_before(run_date: date) -> list[date]:
    return [run_date - timedelta(days=back) for back in range(1, _WEEK.days + 1)]


def _same_weekdays(run_date: date) -> list[date]:
    return [run_date - back * _WEEK for back in range(1, _SAME_WEEKDAYS + 1)]


def _is_usual(came: Collection[date], days: Sequence[date]) -> bool:
    """Whether a source came on most of these days."""
    return len(days) >= _LEAST_DAYS and sum(d in came for d in days) >= _MOST_OF_DAYS * len(days)


class _OfDay(NamedTuple):
    """A source on a run date: its full name, rows (None: not known), and its last entry."""

    name: str
    rows: int | None
    last: datetime


def _source(
    key: str,
    loaded: _OfDay | None,
    earlier: Mapping[date, _OfDay],
    zone: ZoneInfo,
    *,
    of_many_days: bool,
) -> SourceRows:
    """loaded: of the run date; None where it did not come. of_many_days: whether the run loads
    several days, so that the name of one file of a day is not that of the source."""
    minutes = [(of_day.last - midnight(day, zone)) / _MINUTE for day, of_day in earlier.items()]
    return SourceRows(
        name=key.replace(DAY_MARK, "…") if loaded is None or of_many_days else loaded.name,
        rows=None if loaded is None else loaded.rows,
        earlier={day: of_day.rows for day, of_day in earlier.items() if of_day.rows is not None},
        is_missing=loaded is None,
        usual_minutes=median(minutes) or 0.0,
    )


def _by_name(log: AuditLog, day: date) -> Mapping[str, _OfDay]:
    sources: dict[str, _OfDay] = {}
    for load in loads(log, day):
        key = lasting_name(load.source)
        if not key:
            continue
        rows, last = _rows_of(log, load), max(entry.run_at for entry in load.counted)
        known = sources.get(key)
        if known is not None:
            rows = None if rows is None or known.rows is None else rows + known.rows
            last = max(last, known.last)
        sources[key] = _OfDay(load.source or "", rows, last)
    return sources


def _rows_of(log: AuditLog, load: Load) -> int | None:
    """Rows of the reading with the most rows; None where no entry that ended says so."""
    readings = [
        [entry.rows_read for entry in reading if has_ended(log, entry)] for reading in load.readings
    ]
    counts = [
        sum(rows for rows in reading if isinstance(rows, int))
        for reading in readings
        if reading and all(isinstance(rows, int) for rows in reading)
    ]
    return max(counts, default=None)
