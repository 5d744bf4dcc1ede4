"""What the audit log says of a day: no load, a load twice, a source missing or short. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.day_names import DAY_MARK
from checks.core.model import Explanation
from checks.core.text import about_text, count_text, plural, quoted, short_day
from checks.core.timeframe import Timeframe, midnight
from checks.core.totals import median
from checks.explaining import kinds
from checks.explaining.wording import names_text
from checks.loads.effective import Load, loads
from checks.loads.repairs import has_ended
from checks.loads.sources import family_of, lasting_name, source_key
from checks.loads.usual_parts import usual_parts

#: Earlier run dates that say which sources are usual, and on what part of them a usual one was.
_LEAST_DAYS, _MOST_OF_DAYS = 3, 0.8
#: A source is short with less than this part of its smallest earlier load, and of a usual one.
_SHORT = 0.75
#: The part of the day's events that repeat another one when a load came twice, and at most on a
#: usual day.
_REPEATED, _USUALLY_REPEATED = 0.3, 0.05
_TWICE = 2
#: Sources that evidence names.
_MOST_NAMED = 20
#: Surplus rows of the log and repeated events are as many up to this part: some are rejected.
_NEAR = 0.25
_MINUTE = timedelta(minutes=1)
#: Where a day lacks everything, a missing source is told however many rows it has.
_ANY = 1.0


@dataclass(frozen=True, slots=True)
class SourceRows:
    """Rows read of a usual source: on the run date, and on earlier ones.

    name: as its family is called, where it is missing. rows: None where they are not known.
    usual_minutes: from midnight to its last entry, the median of the earlier run dates.
    """

    name: str
    rows: int | None
    earlier: tuple[int, ...]
    is_missing: bool
    usual_minutes: float

    @property
    def median(self) -> float:
        """Rows of a usual day."""
        return median(self.earlier) or 0.0

    @property
    def is_short(self) -> bool:
        """Whether the run date has clearly fewer rows than each of the earlier dates."""
        return self.rows is not None and self.rows < _SHORT * min(self.earlier, default=0)

    def is_due(self, log: AuditLog, zone: ZoneInfo, now: datetime) -> bool:
        """Whether the time of the run date is over at which it usually has come."""
        return now >= _on_run_date(log, self.usual_minutes, zone)


def no_load(log: AuditLog, frame: Timeframe, events: int = 0) -> Explanation | None:
    """The load of the day did not run; None where the run date has an entry, or it is not due yet.

    events: of the day; where there are some, only the entry is missing.
    """
    if log.today:
        return None
    minutes = _usual_end(log, frame.zone)
    if minutes is not None and frame.now < _on_run_date(log, minutes, frame.zone):
        return None
    done = None if minutes is None else f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}"
    usual_time = f", usually done by {done}" if done else ""
    day = short_day(frame.data_date)
    text = (
        f"The load of {day} left no entry in the log"
        if events
        else f"The load of {day} did not run"
    )
    return Explanation(
        kinds.NO_LOAD, text + usual_time, {"data_date": frame.data_date, "usual_end": done}
    )


def _usual_end(log: AuditLog, zone: ZoneInfo) -> float | None:
    """The median time of day of the last entry of the earlier run dates, in minutes."""
    return median(
        (entries[-1].run_at - midnight(day, zone)) / _MINUTE
        for day, entries in log.entries.items()
        if entries and day < log.run_date
    )


def _on_run_date(log: AuditLog, minutes: float, zone: ZoneInfo) -> datetime:
    return midnight(log.run_date, zone) + timedelta(minutes=minutes)


def loaded_twice(
    log: AuditLog | None,
    events: int,
    repeated: tuple[int, int] | None,
    usual_events: int,
    zone: ZoneInfo,
) -> Explanation | None:
    """A source was loaded twice, and its rows are there twice; else only that rows are repeated.

    repeated: events of the judged and of the usual day that repeat another one. Equal numbers of
    rows in the log alone are no evidence.
    """  # fmt: skip
    if repeated is None or not events or repeated[0] < _REPEATED * events:
        return None
    if repeated[1] > _USUALLY_REPEATED * max(usual_events, 1):
        return None
    evidence = {"events": events, "repeated": repeated[0], "usually_repeated": repeated[1]}
    again = [] if log is None else _loaded_again(log)
    explaining = [load for load in again if _is_near(load.surplus, repeated[0])]
    if explaining:
        return Explanation(
            kinds.LOADED_TWICE, _twice_text(explaining[0], zone), evidence | _of_load(explaining[0])
        )
    if again and _is_near(sum(load.surplus for load in again), repeated[0]):
        names = names_text([load.source for load in again])
        return Explanation(
            kinds.LOADED_TWICE,
            f"{count_text(len(again))} sources were loaded twice: {names}",
            evidence | {"sources": [load.source for load in again[:_MOST_NAMED]]},
        )
    text = f"{count_text(repeated[0])} of {plural(events, 'event')} repeat another one"
    return Explanation(kinds.REPEATED_ROWS, text, evidence)


class LoadedAgain(NamedTuple):
    """A source with at least twice its usual entries. surplus: rows beyond one load."""

    source: str
    entries: tuple[AuditEntry, ...]
    times: int
    usual_count: float
    surplus: float


def _loaded_again(log: AuditLog) -> list[LoadedAgain]:
    """The sources that have at least twice as many good entries as usual."""
    parts_by_family = usual_parts(log)
    sources = []
    for load in loads(log):
        key = source_key(log, load.source)
        if not key:
            continue
        entries = sorted(
            (entry for entry in (*load.counted, *load.replaced) if has_ended(log, entry)),
            key=lambda entry: entry.run_at,
        )
        parts = parts_by_family.get(family_of(key))
        usual_count = parts.good if parts is not None and parts.in_parts else 1
        rows = sum(entry.rows_read for entry in entries if isinstance(entry.rows_read, int))
        if len(entries) >= _TWICE * usual_count:
            times = round(len(entries) / usual_count)
            surplus = rows * (times - 1) / times
            sources.append(LoadedAgain(key, tuple(entries), times, usual_count, surplus))
    return sources


def _is_near(rows: float, repeated: int) -> bool:
    """Whether so many surplus rows make so many repeats; some of them are rejected."""
    return abs(rows - repeated) <= _NEAR * repeated


def _twice_text(load: LoadedAgain, zone: ZoneInfo) -> str:
    times = "twice" if load.times == _TWICE else f"{load.times} times"
    text = f"Loaded {times}: {quoted(load.source)}"
    if load.usual_count > 1:
        usual_entries = count_text(load.usual_count)
        return f"{text}, {plural(len(load.entries), 'entry', 'entries')}, {usual_entries} usual"
    clocks = [f"{entry.run_at.astimezone(zone):%H:%M}" for entry in load.entries]
    return f"{text} at {', '.join(clocks[:-1])} and {clocks[-1]}{_rows_text(load.entries)}"


def _of_load(load: LoadedAgain) -> dict[str, object]:
    return {
        "source": load.source,
        "loaded_at": [entry.run_at for entry in load.entries],
        "rows_read": [e.rows_read if isinstance(e.rows_read, int) else None for e in load.entries],
    }


def _rows_text(entries: Sequence[AuditEntry]) -> str:
    counts = {entry.rows_read for entry in entries if isinstance(entry.rows_read, int)}
    if len(counts) == 1 and all(isinstance(entry.rows_read, int) for entry in entries):
        return f", the same {plural(counts.pop(), 'row')}"
    return ""


def source_shortage(log: AuditLog, least: float, frame: Timeframe) -> Explanation | None:
    """Sources that are missing or short, where they hold `least` rows of what the day lacks.

    frame: a source whose usual time is ahead is not missing or short yet.
    """
    zone, now = frame.zone, frame.now
    sources = source_rows(log, zone)
    due = [source for source in sources if source.is_due(log, zone, now)]
    missing = [source for source in due if source.is_missing]
    is_enough = sum(source.median for source in missing) >= least
    if missing and (is_enough or least <= _ANY):
        return _missing(missing)
    short = max(
        (source for source in due if source.is_short),
        key=lambda source: source.median - (source.rows or 0),
        default=None,
    )
    if short is None or short.median - (short.rows or 0) < least:
        return None
    return Explanation(
        kinds.SOURCE_SHORT,
        f"{quoted(short.name)} is short: {plural(short.rows or 0, 'row')}, "
        f"{about_text(short.median)} usual",
        {"source": short.name, "rows": short.rows, "expected": short.median},
    )


def _missing(sources: Sequence[SourceRows]) -> Explanation:
    names = [source.name for source in sources]
    expected = sum(source.median for source in sources)
    verb = "is" if len(names) == 1 else "are"
    return Explanation(
        kinds.SOURCE_MISSING,
        f"{names_text(names)} {verb} missing, {about_text(expected)} rows usual",
        {"sources": names[:_MOST_NAMED], "expected": expected},
    )


def source_rows(log: AuditLog, zone: ZoneInfo) -> list[SourceRows]:
    """Each usual source: one that was loaded on most of the earlier run dates.

    Sources are the same by their names without days.
    """
    if not log.has_source:
        return []
    by_day = {day: _by_name(log, day) for day, entries in log.entries.items() if entries}
    today = by_day.pop(log.run_date, {})
    days = sorted(day for day in by_day if day < log.run_date)
    names = {key for day in days for key in by_day[day]}
    sources = []
    for key in sorted(names):
        earlier = [(day, by_day[day][key]) for day in days if key in by_day[day]]
        if len(days) < _LEAST_DAYS or len(earlier) < _MOST_OF_DAYS * len(days):
            continue
        loaded = today.get(key)
        minutes = [(of_day.last - midnight(day, zone)) / _MINUTE for day, of_day in earlier]
        sources.append(
            SourceRows(
                name=key.replace(DAY_MARK, "…") if loaded is None else loaded.name,
                rows=None if loaded is None else loaded.rows,
                earlier=tuple(day.rows for _, day in earlier if day.rows is not None),
                is_missing=loaded is None,
                usual_minutes=median(minutes) or 0.0,
            )
        )
    return sources


class _OfDay(NamedTuple):
    """A source on a run date: its full name, rows (None: not known), and its last entry."""

    name: str
    rows: int | None
    last: datetime


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
