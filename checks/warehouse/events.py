"""Reads the events of the judged day and its window: one fused, grouped scan."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import EventsSource
from checks.core.counts import NO_VALUE
from checks.core.errors import MeasurementError
from checks.core.metrics import DayDetails, EventCounts, Purchases, SpotCheck, Undated
from checks.core.model import Cause
from checks.core.text import quoted
from checks.core.timeframe import Timeframe
from checks.core.totals import low_day_events
from checks.core.values import Unmeasured, as_amount, as_micros
from checks.warehouse.instants import Instant, instant
from checks.warehouse.kinds import Kind
from checks.warehouse.partition_spelling import require_spelled
from checks.warehouse.relation import Relation
from checks.warehouse.roles import LONGEST_NAME, amount_of, event_name_of
from checks.warehouse.slices import (
    FAR,
    FUTURE,
    GAP,
    SPOT,
    UNDATED,
    DaySlices,
    converted_once,
    slice_columns,
    slice_index,
)

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse.connection import Row, Warehouse
    from checks.warehouse.dialects.base import Profile

_RECENT = timedelta(days=40)
#: Half a usual day before the window shows that a shop is not new; no more are ever counted.
_MOST_OLDER = 1_000_000
NO_NAME = NO_VALUE


@dataclass(frozen=True, slots=True)
class EventsQuery:
    """The grouped scan of the judged day and its window, and what reading its rows needs."""

    statement: sa.Select[Any]
    occurred: Instant
    relation: Relation
    slices: DaySlices
    revenue_problem: Unmeasured | None

    def older(self, least: int = 1) -> sa.Select[Any]:
        """How many events are older than the window: stops at so many."""
        probe = sa.select(sa.literal(1).label("present")).select_from(self.relation.target)
        probe = probe.where(self.occurred.before(self.slices[0][1])).limit(least)
        counted = probe.subquery(self.relation.inner_name("older_events"))
        return sa.select(sa.func.count()).select_from(counted)


def events_query(
    warehouse: Warehouse,
    source: EventsSource,
    frame: Timeframe,
    naive: ZoneInfo,
    window_days: int,
    spots: DaySlices | None = None,
    judged_days: int = 1,
) -> EventsQuery:
    """One scan over [window's start, end of the data date) and over what lies after now.

    judged_days: how many days up to the data date are judged. spots: old days that are counted
    again by name, each in a branch and a range of its own.
    Engines prune by the range. Raises MeasurementError for what is not there.
    """
    relation = warehouse.relation("events", source)
    occurred = instant(relation, source.occurred_at, warehouse.profile, naive, frame.zone)
    _refuse_unfinished_dates(occurred, frame, relation, source.occurred_at)
    name = event_name_of(relation, source.name, warehouse.profile)
    amount, problem = _purchase_amount(relation, source, name, warehouse.profile)
    slices = frame.day_slices(window_days)
    rows = _rows(relation, occurred, name, amount, slices, frame)
    first = frame.first_of(judged_days)
    undated = _undated(
        relation, occurred, name, source.purchase_names, (first, frame.end), warehouse.profile
    )
    again = [
        _spot(relation, occurred, name, spot, SPOT - index, warehouse.profile)
        for index, spot in enumerate(spots or ())
    ]
    grouped = sa.union_all(_grouped(rows, occurred, slices, frame.far), undated, *again)
    statement = sa.select(*grouped.subquery(relation.inner_name("grouped_events")).c)
    return EventsQuery(statement, occurred, relation, slices, problem)


def read_events(
    warehouse: Warehouse,
    source: EventsSource,
    frame: Timeframe,
    naive: ZoneInfo,
    window_days: int,
    spots: DaySlices | None = None,
    judged_days: int = 1,
) -> EventCounts:
    """Counts per event name and day, purchases and their amounts, the newest event.

    judged_days: how many days up to the data date are judged: of these the newest event and odd
    amounts are told. spots: old days that are counted again. One scan; only groups come back.
    Raises MeasurementError.
    """
    query = events_query(warehouse, source, frame, naive, window_days, spots, judged_days)
    require_spelled(warehouse, "events", source, query.slices[0][1], frame.end)
    tally = _Tally(
        source.purchase_names, [day for day, _, _ in query.slices], query.occurred,
        spots=[day for day, _, _ in spots or ()], judged_days=judged_days,
    )  # fmt: skip
    for row in warehouse.fetch(query.statement):
        tally.add(row)
    newest = _day_only(query.occurred, query.relation, source.occurred_at)
    events = tally.counts(query.revenue_problem, newest, earlier=False)
    if events.has_real_day(events.totals()[:1]):
        return replace(events, has_earlier=True)
    least = min(_MOST_OLDER, max(1, low_day_events(events.totals()) // 2))
    return replace(events, has_earlier=int(warehouse.fetch(query.older(least))[0][0]) >= least)


def read_newest(
    warehouse: Warehouse, source: EventsSource, end: datetime, naive: ZoneInfo, zone: ZoneInfo
) -> datetime | None:
    """The latest event before an instant, None when there is none.

    Looks at the last weeks first, and at the whole table only where they hold nothing.
    """
    relation = warehouse.relation("events", source)
    occurred = instant(relation, source.occurred_at, warehouse.profile, naive, zone)
    newest = sa.select(occurred.newest(occurred.expression)).select_from(relation.target)
    earlier = newest.where(occurred.before(end))
    for statement in (earlier.where(occurred.from_(end - _RECENT)), earlier):
        rows = warehouse.fetch(statement)
        if rows and rows[0][0] is not None:
            return occurred.moment(rows[0][0])
    return None


def _refuse_unfinished_dates(
    occurred: Instant, frame: Timeframe, relation: Relation, name: str
) -> None:
    if occurred.kind is Kind.DATE and not frame.is_over:
        raise MeasurementError(
            Cause.BAD_VALUE,
            f"{relation.label}: column {quoted(name)} is a DATE, so a day that is not over "
            "cannot be compared with the same part of earlier days",
        )


def _day_only(occurred: Instant, relation: Relation, name: str) -> Unmeasured | None:
    if occurred.kind is not Kind.DATE:
        return None
    return Unmeasured(
        Cause.BAD_VALUE,
        f"{relation.label}: column {quoted(name)} is a DATE without a time of day; "
        "map a timestamp, or set checks.freshness.enabled to false",
    )


def _purchase_amount(
    relation: Relation, source: EventsSource, name: ColumnElement[Any], profile: Profile
) -> tuple[ColumnElement[Any], Unmeasured | None]:
    """The amount of a purchase, NULL for anything else and for what is no finite number."""
    nothing = profile.whole(sa.null())
    if source.revenue is None:
        return nothing, None
    try:
        amount, valid = amount_of(relation, source.revenue, profile)
    except MeasurementError as error:
        return nothing, Unmeasured.of(error)
    is_purchase = name.in_(source.purchase_names)
    condition = is_purchase if valid is None else sa.and_(is_purchase, valid)
    return sa.case((condition, amount), else_=None), None


def _rows(
    relation: Relation,
    occurred: Instant,
    name: ColumnElement[Any],
    amount: ColumnElement[Any],
    slices: DaySlices,
    frame: Timeframe,
) -> sa.Subquery:
    first, cut = slices[0][1], frame.cut
    target, columns = relation.target, {"event_name": name, "amount": amount}
    if occurred.not_before is not None:
        occurred, target = converted_once(occurred, first, relation, columns)
        columns = {key: target.c[key] for key in columns}
    is_read = occurred.from_(first)
    if cut < frame.future:
        at, future = occurred.expression, occurred.bound(frame.future)
        is_read = sa.and_(is_read, sa.or_(at < occurred.bound(cut), at >= future))
    return (
        sa.select(
            *slice_columns(occurred, slices, frame.far),
            occurred.expression.label("moment"),
            *(column.label(key) for key, column in columns.items()),
        )
        .select_from(target)
        .where(is_read)
        .subquery(relation.inner_name("judged_events"))
    )


def _grouped(
    rows: sa.Subquery,
    occurred: Instant,
    slices: DaySlices,
    far: datetime,
) -> sa.Select[Any]:
    value, profile = rows.c.amount, occurred.profile
    index, keys = slice_index(rows, slices, far)
    return sa.select(
        index.label("bucket"),
        profile.part(rows.c.event_name, 1, LONGEST_NAME).label("event_name"),
        sa.func.count().label("events"),
        occurred.newest(rows.c.moment).label("newest"),
        sa.func.count(value).label("with_amount"),
        sa.func.count(sa.case((value < 0, 1))).label("negative"),
        sa.func.count(sa.case((value == 0, 1))).label("zero"),
        profile.total(profile.micros(value)).label("revenue"),
    ).group_by(*keys, rows.c.event_name)


def _undated(
    relation: Relation,
    occurred: Instant,
    name: ColumnElement[Any],
    purchase_names: tuple[str, ...],
    judged: tuple[datetime, datetime],
    profile: Profile,
) -> sa.Select[Any]:
    """One row of the events without a time, in the columns of `_grouped`.

    The place of the amounts holds how many of them are purchases. In a partitioned table only
    the partitions of the judged days are asked.
    """
    is_purchase = sa.case((name.in_(purchase_names), 1))
    none = sa.literal_column("0", sa.Integer)
    return (
        sa.select(
            sa.literal_column(str(UNDATED), sa.Integer).label("bucket"),
            profile.part(sa.func.min(name), 1, LONGEST_NAME).label("event_name"),
            sa.func.count().label("events"),
            occurred.newest(occurred.expression).label("newest"),
            sa.func.count(is_purchase).label("with_amount"),
            none.label("negative"),
            none.label("zero"),
            profile.total(profile.whole(sa.null())).label("revenue"),
        )
        .select_from(relation.target)
        .where(*occurred.without_time(*judged))
    )


def _spot(
    relation: Relation,
    occurred: Instant,
    name: ColumnElement[Any],
    spot: tuple[date, datetime, datetime],
    bucket: int,
    profile: Profile,
) -> sa.Select[Any]:
    """The events of one old day by name, in the columns of `_grouped`."""
    _, start, end = spot
    none = sa.literal_column("0", sa.Integer)
    named = (
        sa.select(name.label("event_name"), occurred.expression.label("moment"))
        .select_from(relation.target)
        .where(occurred.between(start, end))
        .subquery(relation.inner_name("counted_again"))
    )
    return sa.select(
        sa.literal_column(str(bucket), sa.Integer).label("bucket"),
        profile.part(named.c.event_name, 1, LONGEST_NAME).label("event_name"),
        sa.func.count().label("events"),
        occurred.newest(named.c.moment).label("newest"),
        none.label("with_amount"),
        none.label("negative"),
        none.label("zero"),
        profile.total(profile.whole(sa.null())).label("revenue"),
    ).group_by(named.c.event_name)


@dataclass(slots=True)
class _Tally:
    """Gathers the grouped rows into series aligned with the days."""

    purchase_names: tuple[str, ...]
    days: list[date]
    occurred: Instant
    by_name: dict[str, list[int]] = field(default_factory=dict)
    with_amount: list[int] = field(default_factory=list)
    micros: list[int] = field(default_factory=list)
    judged_days: int = 1
    details: dict[int, DayDetails] = field(default_factory=dict)
    future: int = 0
    future_newest: datetime | None = None
    later_purchase: bool = False
    undated: int = 0
    undated_purchases: int = 0
    spots: list[date] = field(default_factory=list)
    counted_again: list[dict[str, int]] = field(default_factory=list)
    far: int = 0
    far_purchases: int = 0

    def __post_init__(self) -> None:
        self.with_amount = [0] * len(self.days)
        self.micros = [0] * len(self.days)
        self.counted_again = [{} for _ in self.spots]

    def add(self, row: Row) -> None:
        index, name, events, newest, with_amount, negative, zero, revenue = row
        index, events = int(index), int(events)
        if index <= SPOT:
            again, key = self.counted_again[SPOT - index], NO_NAME if name is None else str(name)
            again[key] = again.get(key, 0) + events
            return
        if index == UNDATED:
            self.undated, self.undated_purchases = events, int(with_amount)
            return
        if index == GAP:
            self.later_purchase |= name in self.purchase_names
            return
        if index == FAR:
            self.far += events
            self.far_purchases += events if name in self.purchase_names else 0
        if index in (FUTURE, FAR):
            self.future += events
            self.future_newest = _later(self.future_newest, self.occurred.moment(newest))
            return
        key = NO_NAME if name is None else str(name)
        self.by_name.setdefault(key, [0] * len(self.days))[index] += events
        self.with_amount[index] += int(with_amount)
        self.micros[index] += as_micros(revenue)
        if index >= len(self.days) - self.judged_days:
            self._add_details(index, self.occurred.moment(newest), int(negative), int(zero))

    def _add_details(self, index: int, newest: datetime | None, negative: int, zero: int) -> None:
        details = self.details.get(index, DayDetails())
        self.details[index] = DayDetails(
            _later(details.newest, newest), details.negative + negative, details.zero + zero
        )

    def counts(
        self, revenue_problem: Unmeasured | None, newest_problem: Unmeasured | None, earlier: bool
    ) -> EventCounts:
        bought = [s for name, s in self.by_name.items() if name in self.purchase_names]
        rows = [sum(column) for column in zip(*bought, strict=True)] or [0] * len(self.days)
        last = len(self.days) - 1
        judged = self.details.get(last, DayDetails())
        loaded_before = {
            self.days[index]: self.details.get(index, DayDetails())
            for index in range(last + 1 - self.judged_days, last)
        }
        return EventCounts(
            days=tuple(self.days),
            by_name={name: tuple(series) for name, series in sorted(self.by_name.items())},
            purchases=Purchases(
                rows=tuple(rows),
                with_amount=tuple(self.with_amount),
                negative=judged.negative,
                zero=judged.zero,
                revenue=tuple(as_amount(micros) for micros in self.micros),
                later=self.later_purchase,
            ),
            purchase_names=self.purchase_names,
            newest=judged.newest,
            newest_problem=newest_problem,
            revenue_problem=revenue_problem,
            future_events=self.future,
            future_newest=self.future_newest,
            has_earlier=earlier,
            undated=Undated(
                self.undated,
                self.undated_purchases,
                far=self.far,
                far_purchases=self.far_purchases,
            ),
            spot_checks=tuple(map(SpotCheck, self.spots, self.counted_again)),
            earlier=loaded_before,
        )


def _later(first: datetime | None, second: datetime | None) -> datetime | None:
    moments = [moment for moment in (first, second) if moment is not None]
    return max(moments, default=None)
