"""What the audit log says of a day: no load, or a load twice. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.model import Explanation
from checks.core.text import count_text, load_days_text, plural, quoted, short_day
from checks.core.timeframe import Timeframe, midnight
from checks.core.totals import median
from checks.explaining import kinds
from checks.explaining.wording import names_text
from checks.loads.effective import loads
from checks.loads.repairs import has_ended
from checks.loads.sources import family_of, source_key
from checks.loads.usual_parts import usual_parts

#: The part of the day's events that repeat another one when a load came twice, and at most on a
#: usual day.
_REPEATED, _USUALLY_REPEATED = 0.3, 0.05
_TWICE = 2
#: Sources that evidence names.
MOST_NAMED = 20
#: Surplus rows of the log and repeated events are as many up to this part: some are rejected.
_NEAR = 0.25
#: Of so many sources at most it is told that one of them was loaded twice.
_MOST_CANDIDATES = 3
_MINUTE = timedelta(minutes=1)


def no_load(log: AuditLog, frame: Timeframe, events: int = 0) -> Explanation | None:
    """The load of the day did not run; None where the run date has an entry, or it is not due yet.

    events: of the day; where there are some, only the entry is missing.
    """
    if log.today:
        return None
    minutes = _usual_end(log, frame.zone)
    if minutes is not None and frame.now < on_run_date(log, minutes, frame.zone):
        return None
    done = None if minutes is None else f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}"
    usual_time = f", usually done by {done}" if done else ""
    days = frame.days_of_load
    day = short_day(days[0]) if len(days) == 1 else load_days_text(days)
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


def on_run_date(log: AuditLog, minutes: float, zone: ZoneInfo) -> datetime:
    """The instant of the run date so many minutes after its midnight."""
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
    """
    if repeated is None or not events or repeated[0] < _REPEATED * events:
        return None
    if repeated[1] > _USUALLY_REPEATED * max(usual_events, 1):
        return None
    evidence = {"events": events, "repeated": repeated[0], "usually_repeated": repeated[1]}
    again = [] if log is None else _loaded_again(log)
    twice = _which_twice(again, repeated[0], zone)
    text = f"{count_text(repeated[0])} of {plural(events, 'event')} repeat another one"
    if twice is not None:
        sentence = f"{twice.text}: {text}" if twice.is_open else twice.text
        return Explanation(kinds.LOADED_TWICE, sentence, evidence | twice.evidence)
    return Explanation(kinds.REPEATED_ROWS, text, evidence)


class _Twice(NamedTuple):
    """What is told of the sources that were loaded twice. is_open: whether the repeats follow."""

    text: str
    evidence: dict[str, object]
    is_open: bool = False


def _which_twice(again: Sequence[LoadedAgain], repeated: int, zone: ZoneInfo) -> _Twice | None:
    """The source whose rows are there twice; all of them; or that it is one of two or three.

    again: sources that were loaded again, which may have replaced their rows. A source is named
    only where the others cannot be what repeats.
    """
    alone = [load for load in again if _is_near(load.surplus, repeated)]
    certain = [load for load in alone if _is_certain(load, again, repeated)]
    names = [load.source for load in again]
    if certain:
        return _Twice(_twice_text(certain[0], zone), _of_load(certain[0]))
    if not alone and again and _is_near(sum(load.surplus for load in again), repeated):
        text = f"{count_text(len(again))} sources were loaded twice: {names_text(names)}"
        return _Twice(text, {"sources": names[:MOST_NAMED]})
    if 1 < len(alone) == len(_possible(again, repeated)) <= _MOST_CANDIDATES:
        one_of = sorted(load.source for load in alone)
        first = ", ".join(quoted(name) for name in one_of[:-1])
        return _Twice(
            f"{first} or {quoted(one_of[-1])} was loaded twice", {"one_of": one_of}, is_open=True
        )
    return None


def _possible(again: Sequence[LoadedAgain], repeated: int) -> list[LoadedAgain]:
    """The sources that do not have more surplus rows than there are repeats."""
    return [load for load in again if load.surplus <= (1 + _NEAR) * repeated]


def _is_certain(load: LoadedAgain, again: Sequence[LoadedAgain], repeated: int) -> bool:
    """Whether all others together have too few surplus rows for the repeats."""
    others = [other for other in _possible(again, repeated) if other is not load]
    return sum(other.surplus for other in others) < (1 - _NEAR) * repeated


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
