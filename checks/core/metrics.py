"""Measured values of events, orders and rejected rows: what judges judge. Plain data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from checks.core.calendar import Calendar
from checks.core.totals import STRAY_DAY, low_day_events
from checks.core.values import Unmeasured

T = TypeVar("T")
#: What reasons are called that were too many to tell apart.
OTHER_REASONS = "other reasons"


@dataclass(frozen=True, slots=True)
class RejectedRows:
    """What the quarantined rows of the data date say. They judge only where there is no log.

    rows: None where they are not known as a whole. undated: rows without a time that can be
    read, which belong to no day. future: rows after now, which do not count. problem: why
    `rows` may not be judged, None where it may. note: how a count without files came about.
    astray: rows of the day's own files whose time is far from it or after now; they do not count.
    """

    rows: int | None = None
    reasons: tuple[tuple[str, int], ...] = ()
    warnings: tuple[str, ...] = ()
    undated: int = 0
    future: int = 0
    problem: Unmeasured | None = None
    note: str = ""
    astray: int = 0


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

    def of(self, chosen: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> Purchases:
        """The same of chosen days: `chosen` picks them from a series."""
        return replace(
            self,
            rows=chosen(self.rows),
            with_amount=chosen(self.with_amount),
            revenue=chosen(self.revenue),
        )


#: What verdicts call their numbers of rows that belong to no day: recalled by these names.
UNDATED_EVENTS, UNDATED_PURCHASES = "undated_events", "undated_purchases"
UNDATED_ORDERS = "undated_orders"
#: Those whose time lies more than `timeframe.FAR_AHEAD` after now.
FAR_EVENTS, FAR_PURCHASES, FAR_ORDERS = "far_events", "far_purchases", "far_orders"
#: Those of the events' table.
OF_EVENTS = frozenset((UNDATED_EVENTS, UNDATED_PURCHASES, FAR_EVENTS, FAR_PURCHASES))
#: All of these, as a recorded evaluation tells them.
RECALLED = frozenset(
    (UNDATED_EVENTS, UNDATED_PURCHASES, UNDATED_ORDERS, FAR_EVENTS, FAR_PURCHASES, FAR_ORDERS)
)


#: So many new ones are a fault; one or two stray rows are told and no more.
FEWEST_FAR = 3


def _far_rows_that_count(far: int, before: int | None) -> int:
    """New rows of years ahead, where they are more than stray ones."""
    new = far - (before or 0)
    return new if new >= FEWEST_FAR else 0


@dataclass(frozen=True, slots=True)
class Undated:
    """Events that belong to no day: no time is stored, or none that can be read.

    before: how many an evaluation of an earlier data date counted before the day's run, and
    purchases_before of purchases; None where no evaluation is recorded. far: events whose time
    lies more than 366 days after now; from FEWEST_FAR new ones on they count like the others.
    """

    events: int = 0
    purchases: int = 0
    events_before: int | None = None
    purchases_before: int | None = None
    far: int = 0
    far_purchases: int = 0
    far_before: int | None = None
    far_purchases_before: int | None = None

    def new(self, *, of_purchases: bool) -> int:
        """How many came since, of all events or of purchases."""
        if of_purchases:
            undated = self.purchases - (self.purchases_before or 0)
            far = _far_rows_that_count(self.far_purchases, self.far_purchases_before)
        else:
            undated = self.events - (self.events_before or 0)
            far = _far_rows_that_count(self.far, self.far_before)
        return max(0, undated) + far


@dataclass(frozen=True, slots=True)
class SpotCheck:
    """Events by name of an old day, counted again to compare it with what is remembered."""

    day: date
    events: Mapping[str, int]

    @property
    def total(self) -> int:
        """Events of the day."""
        return sum(self.events.values())


@dataclass(frozen=True, slots=True)
class DayDetails:
    """What is read of one day besides its counts: the newest event, odd amounts of purchases."""

    newest: datetime | None = None
    negative: int = 0
    zero: int = 0


@dataclass(frozen=True, slots=True)
class EventCounts:
    """Events of the data date and of the window before it, by event name.

    Every series is aligned with `days`: oldest first, the judged day last.
    `calendar` says which of the days are not like others.
    `newest` is the latest event of the data date that is not after now; it is None
    with `newest_problem` set where the column cannot tell the time of day.
    `spot_checks` are old days that were counted again. `recalled` are days of the window whose
    events the warehouse no longer has: their counts by name are those that are remembered, and
    `rest`, one number a day, is of the names that were too many to be remembered. `missing` are
    days of the window that the warehouse no longer has and nothing remembers: `days` and every
    series are without them. `stands_alone`: whether the warehouse has next to nothing of the days
    before the judged one, which are remembered with events. `earlier` has the details of the days
    before the judged one that the same run loaded.
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
    undated: Undated = field(default_factory=Undated)
    calendar: Calendar = field(default_factory=Calendar)
    spot_checks: tuple[SpotCheck, ...] = ()
    recalled: tuple[date, ...] = ()
    rest: tuple[int, ...] = ()
    missing: tuple[date, ...] = ()
    stands_alone: bool = False
    earlier: Mapping[date, DayDetails] = field(default_factory=dict)

    def until(self, day: date) -> EventCounts:
        """The same with an earlier day of the same run as the judged one."""
        count = self.days.index(day) + 1
        details = self.earlier[day]
        series = {name: counts[:count] for name, counts in self.by_name.items()}
        purchases = self.purchases.of(lambda values: values[:count])
        return replace(
            self,
            days=self.days[:count],
            by_name={name: counts for name, counts in series.items() if any(counts)},
            purchases=replace(purchases, negative=details.negative, zero=details.zero),
            newest=details.newest,
            spot_checks=(),
            earlier={other: self.earlier[other] for other in self.earlier if other < day},
        )

    def last(self, count: int) -> EventCounts:
        """The same of the last `count` days alone; names that do not occur in them are gone."""
        first = self.days[-1] - timedelta(days=count - 1)
        cut = sum(day < first for day in self.days)
        if not cut:
            return self
        series = {name: counts[cut:] for name, counts in self.by_name.items()}
        return replace(
            self,
            days=self.days[cut:],
            by_name={name: counts for name, counts in series.items() if any(counts)},
            purchases=self.purchases.last(len(self.days) - cut),
            has_earlier=self.has_earlier or self.has_real_day(self.totals()[:cut]),
            rest=self.rest[cut:],
            missing=tuple(day for day in self.missing if day >= first),
        )

    def open_window(self, count: int) -> EventCounts:
        """The judged day and the `count` open days before it: no closed day says what is usual."""
        span = self.calendar.days_with_open(self.days[-1], count)
        closed = [day for day in self.days[:-1] if self.calendar.closed_reason(day) is not None]
        return self.last(span + 1)._without(closed)

    def without(self, missing: Collection[date]) -> EventCounts:
        """The same without some of its days, which are missing."""
        return replace(self._without(missing), missing=tuple(sorted(missing)))

    def _without(self, left_out: Collection[date]) -> EventCounts:
        """The same without some of its days."""
        if not left_out:
            return self

        def kept(series: tuple[T, ...]) -> tuple[T, ...]:
            pairs = zip(self.days, series, strict=False)  # a series may be empty
            return tuple(value for day, value in pairs if day not in left_out)

        return replace(
            self,
            days=kept(self.days),
            by_name={name: kept(series) for name, series in self.by_name.items()},
            purchases=self.purchases.of(kept),
            rest=kept(self.rest),
        )

    def totals(self) -> tuple[int, ...]:
        """Events per day over all names."""
        named = (*self.by_name.values(), self.rest) if self.rest else self.by_name.values()
        columns = zip(*named, strict=True)
        return tuple(sum(column) for column in columns) or (0,) * len(self.days)

    def misses_too_many(self) -> bool:
        """Whether no more than half of the window is left, as its other days are missing."""
        return bool(self.missing) and len(self.days) - 1 <= len(self.missing)

    @property
    def judged(self) -> int:
        """Events of the data date."""
        return self.totals()[-1]

    def purchase_seen(self) -> bool:
        """Whether any event named as a purchase occurs in the whole window."""
        return any(self._bought()) or self.purchases.later

    def empty_since(self) -> date | None:
        """The first of the days without any event up to the judged one; None where it has some."""
        empty = None
        for day, total in zip(reversed(self.days), reversed(self.totals()), strict=True):
            if total:
                break
            empty = day
        return empty

    def purchases_ended_before(self) -> date | None:
        """The first day without purchases, where events went on after it before the empty days."""
        empty, silent = self.empty_since(), None
        if empty is None:
            return None
        for day, rows in zip(reversed(self.days), reversed(self.purchases.rows), strict=True):
            if rows:
                return silent if silent is not None and silent < empty else None
            silent = day
        return None

    def usual_purchases(self) -> float:
        """Mean purchases a day in the window before the judged day."""
        window = self._bought()[:-1]
        return sum(window) / len(window) if window else 0.0

    def _bought(self) -> list[int]:
        """Purchases per day, those of recalled days included."""
        if not self.recalled:
            return list(self.purchases.rows)
        named = [self.by_name[n] for n in self.purchase_names if n in self.by_name]
        return [sum(column) for column in zip(*named, strict=True)] or [0] * len(self.days)

    def learning(self) -> int | None:
        """Days of history so far while the window is not filled for the first time, else None.

        Days with stray events before the first real one do not begin it, unless each of them has
        some: then a small shop became a big one.
        """
        window = self.totals()[:-1]
        if not window or self.has_real_day(window[:1]) or self.has_earlier:
            return None
        limit = STRAY_DAY * low_day_events(self.totals())
        first = next((i for i, count in enumerate(window) if count > limit), len(window))
        return None if first < len(window) and all(window[:first]) else len(window) - first

    def has_real_day(self, totals: Iterable[int]) -> bool:
        """Whether any of some days has more than stray events, by what is usual of all."""
        limit = STRAY_DAY * low_day_events(self.totals())
        return any(total > limit for total in totals)


#: The kinds of orphans: orders without a session id, or with one that no session has; purchases
#: that never became an order.
NO_SESSION, UNKNOWN_SESSION, NO_ORDER = "no_session_id", "unknown_session", "purchase_without_order"
ORPHAN_KINDS = (NO_SESSION, UNKNOWN_SESSION, NO_ORDER)


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
    were looked for, None without an end. `ids`, `purchase_ids`: orders and purchases with an
    order id, of which the duplicates are those whose id was there before. `undated`: orders
    without a time that can be read, `undated_before` those that an evaluation of an earlier
    data date counted before the day's run; `future`: orders after now, of which `far` lie years
    after it, `far_before` as `undated_before`. `of_undated_orders`: purchases of the data date
    whose order has no time, or one years after now. `of_one_session`: the most orders that share
    a session id.
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
    ids: int = 0
    purchase_ids: int = 0
    undated: int = 0
    future: int = 0
    of_undated_orders: int = 0
    undated_before: int | None = None
    far: int = 0
    far_before: int | None = None
    of_one_session: int = 0

    @property
    def new_undated(self) -> int:
        """Orders that belong to no day and came since the evaluation of before."""
        undated = max(0, self.undated - (self.undated_before or 0))
        return undated + _far_rows_that_count(self.far, self.far_before)

    @property
    def duplicate_share(self) -> float:
        """The share of orders, or of purchases if it is larger, whose id another one has."""
        return max(
            self.duplicates / self.ids if self.ids else 0.0,
            self.duplicate_purchases / self.purchase_ids if self.purchase_ids else 0.0,
        )
