"""Counting the records of files in DuckDB, whatever their format: by fate and reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from checks.core.timeframe import Timeframe
from checks.quarantine.formats import Records
from checks.quarantine.tally import OTHER
from checks.quarantine.times import Scale, placed, timed

#: The most reasons that are counted one by one, and the most characters of one.
MOST_GROUPS = 5_000
LONGEST_REASON = 1_000
_DAY = timedelta(days=1)
#: Rows farther than this from the judged day and its run are of no load near it.
FAR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DayFilter:
    """Which records belong to the judged day, by their own time."""

    frame: Timeframe
    naive: ZoneInfo

    def fate(self) -> str:
        """SQL: counted, other, far, future or undated, by a record's time.

        far: of other days that are not near the judged one.
        """
        frame = self.frame
        far = FAR + abs(frame.run_date - frame.data_date)
        today = frame.now.astimezone(frame.zone).date()
        day, next_day = frame.data_date, frame.data_date + _DAY
        instants = _fates(frame.start - far, frame.start, frame.cut, frame.end + far, frame.future)
        days = _fates(day - far, day, next_day, next_day + far, today + _DAY)
        return placed(instants, days, "'undated'")


def _fates(first: date, start: date, end: date, last: date, future: date) -> Scale:
    """The fates of times.

    first, last: what is near the day; start, end: what is of it, exclusive. What is after now is
    future, however near.
    """
    ends = (
        (first, "'far'"), (start, "'other'"), (end, "'counted'"),
        (min(last, future), "'other'"), (future, "'far'"),
    )  # fmt: skip
    return Scale(ends, "'future'")


def counting(records: Records, day: DayFilter | None) -> str:
    """The query that counts: rows of (path, fate, reason, count, whether some hold several).

    records: with the reason and the time as their values; the time only serves the filter.
    Reasons beyond the `MOST_GROUPS` most frequent are one group, so that the result stays small.
    """
    reason, moment = records.values
    rows = timed("taken", day.naive) if day else "SELECT * FROM taken"
    return f"""
WITH taken AS (
  SELECT {records.path} AS path, coalesce({records.broken}, true) AS broken,
         {records.several} AS several, left({reason}, {LONGEST_REASON}) AS reason,
         {moment} AS moment
  FROM {records.source}),
timed AS ({rows}),
judged AS (
  SELECT path, reason, several, CASE WHEN broken AND several THEN 'uncounted'
    WHEN broken THEN 'unreadable' ELSE {day.fate() if day else "'counted'"} END AS fate
  FROM timed),
grouped AS (
  SELECT path, fate, CASE WHEN fate = 'counted' THEN reason END AS reason, count(*) AS n,
    bool_or(several) AS several
  FROM judged GROUP BY ALL),
ranked AS (SELECT *, row_number() OVER (ORDER BY n DESC) AS place FROM grouped)
SELECT path, fate, CASE WHEN place <= {MOST_GROUPS} THEN reason ELSE '{OTHER}' END AS reason,
       CAST(sum(n) AS BIGINT) AS n, bool_or(several) AS several
FROM ranked GROUP BY ALL
"""  # noqa: S608  (nothing in it comes from data)
