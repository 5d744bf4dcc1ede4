"""A small shop of each shape whose loads are written one by one, with faults on chosen days.

It has the tables of the demo, so that the demo's configuration of a shape fits, with a few hundred
events a day: 60 days are written in a second. A day has the same events whatever is asked of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path

import duckdb

from checks.demo.shapes import Feed, Shape

_DAY = timedelta(days=1)
#: Events of an ordinary Monday to Sunday, of the first source; the others have a share of it.
_EVENTS = (620, 610, 600, 605, 600, 515, 525)
_SHARES = (1.0, 0.4, 0.2)
_NOISE = 0.03
_HOURS = 24
_TABLES = """
CREATE TABLE pipeline_logs (filename VARCHAR, run_timestamp TIMESTAMP, rows_read BIGINT,
    rows_inserted BIGINT, rows_quarantined BIGINT, status VARCHAR);
CREATE TABLE stg_events ("timestamp" TIMESTAMP, event_name VARCHAR, transaction_id VARCHAR,
    revenue DOUBLE, channel VARCHAR, device VARCHAR, country VARCHAR);
CREATE TABLE fct_attribution (transaction_id VARCHAR, purchase_time TIMESTAMP,
    lc_session_id VARCHAR, revenue DOUBLE);
CREATE TABLE dim_sessions (session_id VARCHAR);
CREATE TABLE rejected_events ("timestamp" TIMESTAMP, reason VARCHAR);
"""
#: The events of all parts: of the events of a day, which are even over it, each nth of those
#: from the first hour until before the last one, `copies` times.
_LOAD = """
CREATE TEMP TABLE loaded AS
SELECT
    part, moment,
    CASE WHEN i % 20 = 0 THEN 'purchase' WHEN i % 5 = 1 THEN 'product_viewed'
        ELSE 'page_viewed' END AS event_name,
    CASE WHEN i % 20 = 0 THEN feed || strftime(midnight, '-%Y%m%d-') || i END AS transaction_id,
    CASE WHEN i % 20 = 0 THEN 20 + i % 7 END AS revenue,
    ['Direct', 'Email', 'Social'][1 + i % 3] AS channel, ['mobile', 'desktop'][1 + i % 2] AS device,
    ['DE', 'AT'][1 + (i // 2) % 2] AS country, i % 100 = 99 AS rejected
FROM (
    SELECT *, midnight + to_milliseconds(CAST(86400000 * (i + 0.5) / events AS BIGINT)) AS moment
    FROM (
        SELECT *, unnest(range(events)) AS i FROM (
            SELECT
                unnest($1::BIGINT[]) AS part, unnest($2::BIGINT[]) AS feed,
                unnest($3::TIMESTAMP[]) AS midnight, unnest($4::BIGINT[]) AS events,
                unnest($5::INTEGER[]) AS first_hour, unnest($6::INTEGER[]) AS last_hour,
                unnest($7::BIGINT[]) AS every, unnest($8::BIGINT[]) AS copies
        )
    )
), LATERAL unnest(range(copies)) AS copy(n)
WHERE i % every = 0 AND moment >= midnight + to_hours(first_hour)
    AND moment < midnight + to_hours(last_hour)
"""
_COUNTS = """
SELECT part, count(*) FILTER (NOT rejected), count(*) FILTER (rejected) FROM loaded GROUP BY part
"""
_STORE = (
    "INSERT INTO rejected_events SELECT moment, 'client_id: missing' FROM loaded WHERE rejected",
    "INSERT INTO stg_events SELECT * EXCLUDE (part, rejected) FROM loaded WHERE NOT rejected "
    "ORDER BY moment, transaction_id",
    "INSERT INTO dim_sessions SELECT DISTINCT 'S' || transaction_id FROM loaded "
    "WHERE transaction_id IS NOT NULL",
    "INSERT INTO fct_attribution SELECT DISTINCT transaction_id, moment, 'S' || transaction_id, "
    "revenue FROM loaded WHERE transaction_id IS NOT NULL",
)


class FaultKind(StrEnum):
    """What can befall a data day."""

    MISSING_RUN = "missing run"
    MISSING_SOURCE = "missing source"
    HALF_SOURCE = "half source"
    DOUBLED_SOURCE = "doubled source"
    FAILED_HOURS = "failed hours"
    OUTAGE = "outage"


@dataclass(frozen=True, slots=True)
class Fault:
    """What befalls a data day, and a single source of it where one is named by its place.

    A load that never ran is missing on every day that it would have brought. An outage: no event
    from noon on. Failed hours: those from 09:00 until 12:00.
    """

    kind: FaultKind
    source: int | None = None

    def befalls(self, source: int) -> bool:
        """Whether a source is concerned."""
        return self.source in (None, source)


Faults = Mapping[date, Fault]


class Shop:
    """The warehouse of a shape in a folder, empty at first.

    config: the text of its `andon.yml`; by default the demo's of that shape.
    """

    def __init__(
        self, folder: Path, shape: Shape, faults: Faults | None = None, config: str | None = None
    ) -> None:
        self.shape = shape
        self.faults = faults or {}
        self.config = folder / "andon.yml"
        self._path = folder / "warehouse.duckdb"
        packaged = files("checks.demo").joinpath(shape.config)
        self.config.write_text(config or packaged.read_text(encoding="utf-8"), encoding="utf-8")
        with duckdb.connect(str(self._path)) as connection:
            connection.execute(_TABLES)

    def load(self, run_dates: Sequence[date], until: datetime | None = None) -> None:
        """Write what the runs of these dates bring; of each only what is loaded by `until`."""
        loads = [
            load
            for run_date in run_dates
            for number, feed in enumerate(self.shape.feeds)
            for load in self._loads(number, feed, run_date)
            if until is None or load.at <= until
        ]
        if loads:
            with duckdb.connect(str(self._path)) as connection:
                _write(connection, loads)

    def _loads(self, number: int, feed: Feed, run_date: date) -> Iterator[_Load]:
        days = self._days(feed, run_date)
        if any(self._is_lost(number, day) for day in days):
            return
        if feed.is_hourly:
            for day in days:
                for hour in range(_HOURS):
                    at = _at(run_date) + timedelta(hours=hour)
                    yield _Load(feed.source, at, (self._part(number, day, hour, hour + 1),))
            return
        for together in [days] if feed.in_one_file and days else [[day] for day in days]:
            parts = tuple(self._part(number, day, 0, _HOURS) for day in together)
            yield _Load(feed.source.format(together[-1]), _at(run_date) + feed.load_at, parts)

    def _days(self, feed: Feed, run_date: date) -> list[date]:
        """The data days that a feed loads on a run date, oldest first."""
        newest = run_date - timedelta(days=self.shape.lag_days)
        if feed.run_date(newest, self.shape.lag_days) != run_date:
            return []
        return sorted(self.shape.days_of_load(feed, newest))

    def _is_lost(self, number: int, day: date) -> bool:
        """Whether the load that would have brought a day never ran."""
        fault = self.faults.get(day)
        lost = (FaultKind.MISSING_RUN, FaultKind.MISSING_SOURCE)
        return fault is not None and fault.kind in lost and fault.befalls(number)

    def _part(self, number: int, day: date, first: int, last: int) -> _Part:
        count = round(_SHARES[number] * _EVENTS[day.weekday()] * (1 + _NOISE * _noise(number, day)))
        part = _Part(number, day, count if self.shape.is_open(day) else 0, first, last)
        fault = self.faults.get(day)
        return part.with_fault(fault.kind) if fault and fault.befalls(number) else part


@dataclass(frozen=True, slots=True)
class _Part:
    """What a load brings of a day: of `count` events those of some hours, each nth, `copies` times.

    failed: the load ended so, and brought nothing.
    """

    feed: int
    day: date
    count: int
    first: int
    last: int
    every: int = 1
    copies: int = 1
    failed: bool = False

    def with_fault(self, kind: FaultKind) -> _Part:
        """The part after a fault of its day."""
        every = 2 if kind is FaultKind.HALF_SOURCE else 1
        copies = 2 if kind is FaultKind.DOUBLED_SOURCE else 1
        last = min(self.last, 12) if kind is FaultKind.OUTAGE else self.last
        failed = kind is FaultKind.FAILED_HOURS and 9 <= self.first < 12
        return _Part(self.feed, self.day, self.count, self.first, last, every, copies, failed)


@dataclass(frozen=True, slots=True)
class _Load:
    """One entry of the log."""

    source: str
    at: datetime
    parts: tuple[_Part, ...]


def _write(connection: duckdb.DuckDBPyConnection, loads: Sequence[_Load]) -> None:
    """Write events, orders, sessions and entries; orders and sessions are there once."""
    parts = [part for load in loads for part in load.parts]
    columns = [
        list(range(len(parts))),
        [part.feed for part in parts],
        [datetime.combine(part.day, time()) for part in parts],
        [0 if part.failed else part.count for part in parts],
        [part.first for part in parts],
        [part.last for part in parts],
        [part.every for part in parts],
        [part.copies for part in parts],
    ]
    connection.execute(_LOAD, columns)
    counts = connection.execute(_COUNTS).fetchall()
    counts_by_part = {part: (accepted, rejected) for part, accepted, rejected in counts}
    entries, place = [], 0
    for load in loads:
        own = [counts_by_part.get(place + n, (0, 0)) for n in range(len(load.parts))]
        place += len(load.parts)
        accepted, rejected = (sum(count) for count in zip(*own, strict=True))
        status = "failed" if any(part.failed for part in load.parts) else "success"
        at = load.at.replace(tzinfo=None)
        entries.append([load.source, at, accepted + rejected, accepted, rejected, status])
    connection.executemany("INSERT INTO pipeline_logs VALUES (?, ?, ?, ?, ?, ?)", entries)
    for statement in _STORE:
        connection.execute(statement)


def _at(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _noise(number: int, day: date) -> float:
    """Evenly distributed in -1..1, always the same for a source and a day."""
    digest = blake2b(f"{number}/{day.isoformat()}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**63 - 1
