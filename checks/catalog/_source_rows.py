"""The rows that each expected source read, against what is usual of it. Pure.

On a run on which the other sources together are out of their normal range, a source that merely
goes with them is no finding.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from checks.core.audit_log import AuditEntry, AuditLog
from checks.detection import ExpectedRange
from checks.detection.normal import normal_range
from checks.loads.effective import Load, loads_of_runs
from checks.loads.expected import SourceState
from checks.loads.patterns import minutes_after_midnight
from checks.loads.repairs import has_ended

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe


#: How many sources have their rows judged: half a millisecond each.
MOST_SOURCES = 200


#: Entries of at least two different numbers of days show whether rows grow with them.
_FEWEST_KINDS = 2


class Rows(NamedTuple):
    """Rows read of a source on a run date: by the readings of its loads with fewest and most."""

    fewest: int
    most: int


@dataclass(frozen=True, slots=True)
class SourceVolume:
    """A source whose rows on the run date can be compared. normal: what is usual of it."""

    state: SourceState
    rows: Rows
    normal: ExpectedRange

    @property
    def side(self) -> int:
        """-1 below its range, 1 above it; 0 inside, also where only one reading is outside."""
        sides = {self.normal.side_of(self.rows.fewest), self.normal.side_of(self.rows.most)}
        return sides.pop() if len(sides) == 1 else 0

    @property
    def edges(self) -> tuple[int, int]:
        """The smallest and the largest normal number of rows."""
        return math.ceil(self.normal.low), math.floor(self.normal.high)


def source_volumes(
    log: AuditLog,
    states: Sequence[SourceState],
    frame: Timeframe,
    *,
    least_rows: float,
    widen: float,
) -> list[SourceVolume]:
    """Every source that came and has a normal range of at least `least_rows` expected rows.

    None where the log has only one expected source: its rows are the volume of the day. Of more
    than MOST_SOURCES, those with the most rows on the run date.
    """
    if len(states) == 1:
        return []
    states = _largest(states, frame.run_date)
    rows = rows_by_source(comparable(log, frame), states)
    volumes = []
    for state in states:
        today = rows[state.key].get(frame.run_date)
        normal = _normal(_most(rows[state.key]), frame, widen)
        if today is not None and normal is not None and normal.expected >= least_rows:
            ratio = _others_ratio(rows, state.key, frame)
            volumes.append(SourceVolume(state, today, normal.moved_with(ratio)))
    return volumes


def _largest(states: Sequence[SourceState], run_date: date) -> Sequence[SourceState]:
    if len(states) <= MOST_SOURCES:
        return states

    def rows_of(state: SourceState) -> int:
        counts = (entry.rows_read for entry in state.entries.get(run_date, ()))
        return sum(count for count in counts if isinstance(count, int))

    return sorted(states, key=rows_of, reverse=True)[:MOST_SOURCES]


def comparable(log: AuditLog, frame: Timeframe) -> AuditLog:
    """The log, its earlier runs up to the same time of day while the run's own time lasts."""
    if frame.now >= frame.run_bounds()[1]:
        return log
    until = minutes_after_midnight(frame.now, frame.run_date, frame.zone)

    def came_by_now(run_date: date, entry: AuditEntry) -> bool:
        return minutes_after_midnight(entry.run_at, run_date, frame.zone) <= until

    return replace(
        log,
        entries={
            day: entries
            if day == log.run_date
            else tuple(entry for entry in entries if came_by_now(day, entry))
            for day, entries in log.entries.items()
        },
    )


def rows_by_source(log: AuditLog, states: Iterable[SourceState]) -> dict[str, dict[date, Rows]]:
    """Rows by a source's key and run date; a date is missing where they are not known."""
    keys: dict[str | None, list[str]] = defaultdict(list)
    rows: dict[str, dict[date, Rows]] = {}
    for state in states:
        rows[state.key] = {}
        for name in {entry.source for entries in state.entries.values() for entry in entries}:
            keys[name].append(state.key)
    theirs = {
        day: tuple(entry for entry in entries if entry.source in keys)
        for day, entries in log.entries.items()
    }
    for run_date, day_loads in loads_of_runs(replace(log, entries=theirs), theirs).items():
        by_key: dict[str, list[Rows | None]] = defaultdict(list)
        for load in day_loads:
            for key in keys.get(load.source, ()):
                by_key[key].append(_rows_of(log, load))
        for key, parts in by_key.items():
            known = [part for part in parts if part is not None]
            if len(known) == len(parts):
                rows[key][run_date] = Rows(sum(r.fewest for r in known), sum(r.most for r in known))
    return rows


def _rows_of(log: AuditLog, load: Load) -> Rows | None:
    """The rows of a load whose entries all ended well enough to count; None where not known."""
    if not all(has_ended(log, entry) for tied in load.endings for entry in tied):
        return None
    sums = []
    for reading in load.readings:
        counts = [entry.rows_read for entry in reading if isinstance(entry.rows_read, int)]
        if len(counts) < len(reading):
            return None
        sums.append(sum(counts))
    return Rows(min(sums), max(sums)) if sums else None


def _most(rows: Mapping[date, Rows]) -> dict[date, int]:
    return {run_date: of_date.most for run_date, of_date in rows.items()}


def _normal(rows: Mapping[date, int], frame: Timeframe, widen: float = 1.0) -> ExpectedRange | None:
    """The normal range of the run date, by what the earlier runs read.

    Where a source has the more rows the more days it had not come, as a file of Monday that holds
    the weekend, each earlier count is as if it were of as many days as the run date's.
    """
    days = _days_of_entries((*rows, frame.run_date), frame)
    earlier = {
        run_date: count
        for run_date, count in rows.items()
        if run_date < frame.run_date and frame.calendar.special_day(_key(run_date, frame)) is None
    }
    grows = _grows_with_days(earlier, days)
    history = {
        _key(run_date, frame): round(count * days[frame.run_date] / days[run_date])
        if grows
        else count
        for run_date, count in earlier.items()
        if not grows or run_date in days
    }
    return normal_range(history, _key(frame.run_date, frame), frame.calendar, widen)


def _key(run_date: date, frame: Timeframe) -> date:
    """The day that a run stands for: the newest open one that it loads, else the newest one."""
    loaded = frame.run_schedule.loaded_dates(run_date)
    open_days = [day for day in loaded if frame.calendar.closed_reason(day) is None]
    return (open_days or loaded)[-1]


def _days_of_entries(run_dates: Iterable[date], frame: Timeframe) -> dict[date, int]:
    """For each run date how many open days there are since the one before it; at least one.

    Nothing is known of the first one.
    """
    days = {}
    for previous, run_date in pairwise(sorted(set(run_dates))):
        first = previous + timedelta(days=1 - frame.run_schedule.lag_days)
        stretch = (first + timedelta(days=n) for n in range((run_date - previous).days))
        days[run_date] = max(1, sum(frame.calendar.closed_reason(day) is None for day in stretch))
    return days


def _grows_with_days(rows: Mapping[date, int], days: Mapping[date, int]) -> bool:
    """Whether entries of more days have more rows: by more than half of that factor.

    rows: by run date. days: of how many days each is.
    """
    by_days: dict[int, list[int]] = defaultdict(list)
    for run_date, count in rows.items():
        if run_date in days:
            by_days[days[run_date]].append(count)
    median_rows = {number: median(counts) for number, counts in by_days.items() if len(counts) > 1}
    if len(median_rows) < _FEWEST_KINDS:
        return False
    few, many = min(median_rows), max(median_rows)
    return median_rows[few] > 0 and median_rows[many] / median_rows[few] > math.sqrt(many / few)


def _others_ratio(rows: Mapping[str, Mapping[date, Rows]], key: str, frame: Timeframe) -> float:
    """How many times the expected the other sources read together, where that is out of range."""
    totals: Counter[date] = Counter()
    for other, by_date in rows.items():
        if other != key:
            totals.update(_most(by_date))
    normal = _normal(totals, frame)
    today = totals.get(frame.run_date)
    return 1.0 if today is None or normal is None else normal.ratio_beyond(today)


def out_of_range(volumes: Collection[SourceVolume]) -> list[SourceVolume]:
    """The sources that left their own range, the farthest first."""
    outside = [volume for volume in volumes if volume.side]
    return sorted(outside, key=lambda v: -abs(v.rows.most - v.normal.expected))
