"""Measured values: what judges judge. Plain data, no engine's types."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from checks.calendar import Calendar
from checks.errors import MeasurementError
from checks.model import Cause
from checks.text import quoted


@dataclass(frozen=True, slots=True)
class BadValue:
    """A value that is not what it should be, described for a person."""

    text: str


Count: TypeAlias = int | BadValue


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """Why one part of a measurement is missing while the rest is there."""

    cause: Cause
    detail: str
    retry: bool = False

    @classmethod
    def of(cls, error: MeasurementError) -> Unmeasured:
        return cls(error.cause, error.detail, error.retry)

    def error(self) -> MeasurementError:
        return MeasurementError(self.cause, self.detail, retry=self.retry)


def as_count(value: object) -> Count:
    """A number of rows as a non-negative int; anything else says what it is instead."""
    if value is None:
        return BadValue("NULL")
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return BadValue(f"{quoted(value)}, not a number")
    if not math.isfinite(value):
        return BadValue(f"{value}")
    if value != int(value):
        return BadValue(f"{value}, not a whole number")
    return int(value) if value >= 0 else BadValue(f"{int(value)}, below zero")


def known(count: Count) -> int:
    """A count that was looked at before. Raises ValueError for one that is none."""
    if isinstance(count, BadValue):
        raise ValueError(count.text)
    return count


def as_micros(value: object) -> int:
    """What an engine returned for an amount in millionths; NULL (the sum of nothing) is 0."""
    return 0 if value is None else int(value if isinstance(value, int | float) else str(value))


def as_amount(micros: int) -> float:
    """Millionths of the currency's unit as an amount, to 4 decimals."""
    return round(micros / 1_000_000, 4)


def total_amount(amounts: Iterable[float]) -> float:
    """The sum of amounts, to 4 decimals."""
    return round(math.fsum(amounts), 4)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the pipeline's own log."""

    source: str | None
    run_at: datetime
    rows_read: Count
    rows_quarantined: Count
    rows_inserted: Count | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class AuditLog:
    """The log of the run date, and of the days before it for comparison.

    `entries` maps each run date to its rows, oldest first. `has_source` and
    `has_status` say whether those columns are mapped.
    """

    run_date: date
    entries: Mapping[date, tuple[AuditEntry, ...]]
    has_source: bool = True
    status_problem: Unmeasured | None = None
    inserted_problem: Unmeasured | None = None
    has_status: bool = True

    @property
    def today(self) -> tuple[AuditEntry, ...]:
        """All entries of the run date."""
        return self.entries.get(self.run_date, ())

    def latest(self, day: date | None = None) -> tuple[tuple[AuditEntry, ...], ...]:
        """The entries that count on a day, grouped by source.

        With a source mapped: its latest entry, or several that share that time.
        Without: every entry, each in a group of its own.
        """
        entries = self.entries.get(day or self.run_date, ())
        if not self.has_source:
            return tuple((entry,) for entry in entries)
        newest: dict[str | None, list[AuditEntry]] = {}
        for entry in sorted(entries, key=lambda entry: entry.run_at, reverse=True):
            tied = newest.setdefault(entry.source, [])
            if not tied or tied[0].run_at == entry.run_at:
                tied.append(entry)
        return tuple(tuple(tied) for tied in newest.values())


@dataclass(frozen=True, slots=True)
class RejectedRows:
    """What the quarantined rows of the data date say. Explains, never judges."""

    rows: int | None = None
    reasons: tuple[tuple[str, int], ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Purchases:
    """Purchase events per day of the window, the judged day last.

    `later`: while the judged day lasts, whether earlier days have some at a later time of day.
    """

    rows: tuple[int, ...]
    with_amount: tuple[int, ...]
    negative: int = 0
    zero: int = 0
    revenue: tuple[float, ...] = ()
    later: bool = False

    def last(self, count: int) -> Purchases:
        """The same of the last `count` days alone."""
        return replace(
            self,
            rows=self.rows[-count:],
            with_amount=self.with_amount[-count:],
            revenue=self.revenue[-count:],
        )


@dataclass(frozen=True, slots=True)
class EventCounts:
    """Events of the data date and of the window before it, by event name.

    Every series is aligned with `days`: oldest first, the judged day last.
    `calendar` says which of the days are not like others.
    `newest` is the latest event of the data date that is not after now; it is None
    with `newest_problem` set where the column cannot tell the time of day.
    """

    days: tuple[date, ...]
    by_name: Mapping[str, tuple[int, ...]]
    purchases: Purchases
    purchase_names: tuple[str, ...]
    newest: datetime | None = None
    newest_problem: Unmeasured | None = None
    revenue_problem: Unmeasured | None = None
    future_events: int = 0
    future_newest: datetime | None = None
    has_earlier: bool = True
    calendar: Calendar = field(default_factory=Calendar)

    def last(self, count: int) -> EventCounts:
        """The same of the last `count` days alone; names that do not occur in them are gone."""
        cut = len(self.days) - count
        if cut <= 0:
            return self
        series = {name: counts[cut:] for name, counts in self.by_name.items()}
        return replace(
            self,
            days=self.days[cut:],
            by_name={name: counts for name, counts in series.items() if any(counts)},
            purchases=self.purchases.last(count),
            has_earlier=self.has_earlier or any(self.totals()[:cut]),
        )

    def totals(self) -> tuple[int, ...]:
        """Events per day over all names."""
        columns = zip(*self.by_name.values(), strict=True)
        return tuple(sum(column) for column in columns) or (0,) * len(self.days)

    @property
    def judged(self) -> int:
        """Events of the data date."""
        return self.totals()[-1]

    def purchase_seen(self) -> bool:
        """Whether any event named as a purchase occurs in the whole window."""
        return any(self.purchases.rows) or self.purchases.later

    def usual_purchases(self) -> float:
        """Mean purchases a day in the window before the judged day."""
        window = self.purchases.rows[:-1]
        return sum(window) / len(window) if window else 0.0

    def learning(self) -> int | None:
        """Days of history so far while the window is not filled for the first time, else None."""
        window = self.totals()[:-1]
        if not window or window[0] or self.has_earlier:
            return None
        first = next((i for i, count in enumerate(window) if count), len(window))
        return len(window) - first


@dataclass(frozen=True, slots=True)
class OrphanKind:
    """Orders that cannot be attributed for one reason, and the revenue in the dark."""

    kind: str
    count: int
    revenue: float | None = None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """Orders of the data date and what is wrong with them.

    `kinds` holds the kinds that were measured; `problems` why others were not;
    `absent` the kinds whose mapping is not there; `unread` why a column that only
    adds detail (an id, an amount) could not be read. `lookback_days`: how far back sessions
    were looked for, None without an end.
    """

    orders: int
    revenue: float | None
    duplicates: int
    kinds: tuple[OrphanKind, ...]
    problems: Mapping[str, Unmeasured] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    purchases: int | None = None
    duplicate_purchases: int = 0
    unread: Mapping[str, str] = field(default_factory=dict)
    lookback_days: int | None = None


def mean(values: Iterable[float]) -> float:
    """Arithmetic mean; raises ValueError for nothing."""
    items = list(values)
    if not items:
        raise ValueError("mean of nothing")
    return math.fsum(items) / len(items)


def sample_deviation(values: Iterable[float]) -> float:
    """Sample standard deviation (n - 1); raises ValueError for fewer than two values."""
    items = list(values)
    if len(items) < 2:
        raise ValueError("deviation of fewer than two values")
    centre = mean(items)
    return math.sqrt(math.fsum((item - centre) ** 2 for item in items) / (len(items) - 1))


def median(values: Iterable[float]) -> float | None:
    """Median, None for nothing."""
    items = sorted(values)
    if not items:
        return None
    middle = len(items) // 2
    return items[middle] if len(items) % 2 else (items[middle - 1] + items[middle]) / 2
