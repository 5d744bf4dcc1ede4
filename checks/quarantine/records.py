"""Counting the records of files in DuckDB, whatever their format: by fate and reason.

Every piece of SQL here is written from positions and from our own constants;
names that come from data or configuration are quoted by `identifier` or are parameters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from checks.quarantine.tally import OTHER
from checks.timeframe import Timeframe

#: Reasons that are told apart while counting, and their length in characters.
MOST_GROUPS = 5_000
LONGEST_REASON = 1_000
_HAS_OFFSET = r":\d\d(\.\d+)?\s*(Z|UTC|[+-]\d\d(:?\d\d)?)$"


@dataclass(frozen=True, slots=True)
class Records:
    """SQL for the records of some files.

    source: what stands after FROM, with its `parameters`. path: the file of a record.
    reason and moment: columns, NULL where the files have none. broken: which records
    could not be taken apart.
    """

    source: str
    path: str
    reason: str
    moment: str
    broken: str
    parameters: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DayFilter:
    """Which records belong to the judged day, by their own time."""

    frame: Timeframe
    naive: ZoneInfo

    def fate(self) -> str:
        """SQL: counted, other or undated, from the text in `moment`."""
        start, end = self.frame.start, self.frame.end
        local = [at.astimezone(self.naive).replace(tzinfo=None) for at in (start, end)]
        inside = (
            f"CASE WHEN length(moment) = 10 THEN TRY_CAST(moment AS DATE) = "
            f"DATE '{self.frame.data_date}' "
            f"WHEN regexp_matches(moment, '{_HAS_OFFSET}') THEN "
            f"{_within('TIMESTAMPTZ', start.isoformat(), end.isoformat())} "
            f"ELSE {_within('TIMESTAMP', local[0].isoformat(), local[1].isoformat())} END"
        )
        return f"CASE {inside} WHEN true THEN 'counted' WHEN false THEN 'other' ELSE 'undated' END"


def _within(kind: str, start: str, end: str) -> str:
    value = f"TRY_CAST(moment AS {kind})"
    return f"({value} >= {kind} '{start}' AND {value} < {kind} '{end}')"


def identifier(name: str) -> str:
    """A column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def counting(records: Records, day: DayFilter | None) -> str:
    """The query that counts: rows of (path, fate, reason, count).

    Reasons beyond the `MOST_GROUPS` most frequent come as one, so that the answer
    stays small whatever the files hold.
    """
    fate = day.fate() if day else "'counted'"
    return f"""
WITH taken AS (
  SELECT {records.path} AS path, coalesce({records.broken}, true) AS broken,
         left(CAST({records.reason} AS VARCHAR), {LONGEST_REASON}) AS reason,
         upper(trim(CAST({records.moment} AS VARCHAR))) AS moment
  FROM {records.source}),
judged AS (
  SELECT path, reason, CASE WHEN broken THEN 'unreadable' ELSE {fate} END AS fate FROM taken),
grouped AS (
  SELECT path, fate, CASE WHEN fate = 'counted' THEN reason END AS reason, count(*) AS n
  FROM judged GROUP BY ALL),
ranked AS (SELECT *, row_number() OVER (ORDER BY n DESC) AS place FROM grouped)
SELECT path, fate, CASE WHEN place <= {MOST_GROUPS} THEN reason ELSE '{OTHER}' END AS reason,
       CAST(sum(n) AS BIGINT) AS n
FROM ranked GROUP BY ALL
"""  # noqa: S608  (nothing in it comes from data; see above)
