"""Counting the records of files in DuckDB, whatever their format: by fate and reason.

All SQL here is made of positions and constants; names that come from data or configuration are
quoted by `identifier` or are parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

from checks.core.timeframe import Timeframe
from checks.quarantine.tally import OTHER
from checks.warehouse.texts import BLANKS, LOCAL_TIME, OFFSET_TIME

#: The most reasons that are counted one by one, and the most characters of one.
MOST_GROUPS = 5_000
LONGEST_REASON = 1_000
_DAY = timedelta(days=1)
#: Rows farther than this from the judged day and its run are of no load near it.
FAR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Records:
    """SQL for the records of some files.

    source: SQL after FROM, with its `parameters`. path: the file of a record. reason, moment:
    columns, NULL where the files have none. broken: which records could not be parsed.
    several: which may contain more than one record.
    """

    source: str
    path: str
    reason: str
    moment: str
    broken: str
    several: str
    parameters: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DayFilter:
    """Which records belong to the judged day, by their own time."""

    frame: Timeframe
    naive: ZoneInfo

    def fate(self) -> str:
        """SQL: counted, other, far, future or undated, from the text in `moment`.

        far: of other days that are not near the judged one.
        """
        frame = self.frame
        far = FAR + abs(frame.run_date - frame.data_date)
        bounds = (frame.start, frame.cut, frame.future, frame.start - far, frame.end + far)
        instants = [at.astimezone(UTC).replace(tzinfo=None) for at in bounds]
        today = frame.now.astimezone(frame.zone).date()
        day, next_day = frame.data_date, frame.data_date + _DAY
        days = (day, next_day, today + _DAY, day - far, next_day + far)
        return (
            f"CASE WHEN {is_day('moment')} THEN {_fate(day_in('moment'), 'DATE', days)} "
            f"ELSE {_fate(instant_in('moment', self.naive), 'TIMESTAMP', instants)} END"
        )


def is_day(column: str) -> str:
    """SQL: whether text is a date alone, which is a whole day of the shop."""
    return f"(length({_trimmed(column)}) = 10 AND {is_local(column)})"


def is_local(column: str) -> str:
    """SQL: whether text is a time without an offset, or a date, by the rule for text in tables."""
    return f"coalesce(regexp_full_match({column}, '{LOCAL_TIME}'), false)"


def is_aware(column: str) -> str:
    """SQL: whether text is a time with an offset, by the rule for text in tables."""
    return f"coalesce(regexp_full_match({column}, '{OFFSET_TIME}'), false)"


def day_in(column: str) -> str:
    """SQL: text as a date, NULL where it is not one."""
    return f"TRY_CAST({_trimmed(column)} AS DATE)"


def time_in(column: str, kind: str) -> str:
    """SQL: text as a TIMESTAMP or TIMESTAMPTZ, without checking its format."""
    return f"TRY_CAST({_trimmed(column)} AS {kind})"


def instant_in(column: str, naive: ZoneInfo) -> str:
    """SQL: text as an instant in UTC, by the rule for text in tables; else NULL.

    The session has to be in UTC.
    """
    import sqlalchemy as sa

    from checks.warehouse.dialects.duckdb import PROFILE, compiled

    return compiled(PROFILE.text_instant(sa.column(column, sa.String), naive))


def _trimmed(column: str) -> str:
    return f"trim({column}, '{BLANKS}')"


def _fate(value: str, kind: str, bounds: Sequence[date]) -> str:
    """SQL for the fate of a value.

    bounds: start and end of the day, start of the future, first and last that are near the day.
    """
    start, end, future, first, last = (f"{kind} '{bound.isoformat()}'" for bound in bounds)
    return (
        f"CASE WHEN {value} IS NULL THEN 'undated' WHEN {value} >= {future} THEN 'future' "
        f"WHEN {value} >= {start} AND {value} < {end} THEN 'counted' "
        f"WHEN {value} >= {first} AND {value} < {last} THEN 'other' ELSE 'far' END"
    )


def identifier(name: str) -> str:
    """A column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def counting(records: Records, day: DayFilter | None) -> str:
    """The query that counts: rows of (path, fate, reason, count, whether some hold several).

    Reasons beyond the `MOST_GROUPS` most frequent are one group, so that the result stays small.
    """
    fate = day.fate() if day else "'counted'"
    return f"""
WITH taken AS (
  SELECT {records.path} AS path, coalesce({records.broken}, true) AS broken,
         {records.several} AS several,
         left(CAST({records.reason} AS VARCHAR), {LONGEST_REASON}) AS reason,
         CAST({records.moment} AS VARCHAR) AS moment
  FROM {records.source}),
judged AS (
  SELECT path, reason, several, CASE WHEN broken AND several THEN 'uncounted'
    WHEN broken THEN 'unreadable' ELSE {fate} END AS fate FROM taken),
grouped AS (
  SELECT path, fate, CASE WHEN fate = 'counted' THEN reason END AS reason, count(*) AS n,
    bool_or(several) AS several
  FROM judged GROUP BY ALL),
ranked AS (SELECT *, row_number() OVER (ORDER BY n DESC) AS place FROM grouped)
SELECT path, fate, CASE WHEN place <= {MOST_GROUPS} THEN reason ELSE '{OTHER}' END AS reason,
       CAST(sum(n) AS BIGINT) AS n, bool_or(several) AS several
FROM ranked GROUP BY ALL
"""  # noqa: S608  (nothing in it comes from data; see above)
