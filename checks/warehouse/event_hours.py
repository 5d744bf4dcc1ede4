"""Events per hour of the wall clock, on the judged day and on the days before it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import EventsSource
from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.core.text import quoted
from checks.core.timeframe import Timeframe, wall_hours
from checks.warehouse.events import NO_NAME
from checks.warehouse.instants import bucket, instant
from checks.warehouse.kinds import Kind
from checks.warehouse.roles import event_name_of

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse.connection import Warehouse
    from checks.warehouse.dialects.base import Profile
    from checks.warehouse.instants import Instant
    from checks.warehouse.relation import Relation

_OUTSIDE = -1


@dataclass(frozen=True, slots=True)
class Slot:
    """One hour of the wall clock on one day, as a half-open range of instants."""

    day: date
    hour: int
    start: datetime
    end: datetime

    @property
    def minutes(self) -> float:
        """The length: 60; 120 or 0 where clocks change; less for an hour that is not over."""
        return (self.end - self.start) / timedelta(minutes=1)


def hour_slots(frame: Timeframe, earlier: Collection[date]) -> list[Slot]:
    """The hours of some earlier days and of the judged one, oldest first.

    Hours are those of the wall clock in the shop's zone: the one that is skipped in
    spring has no length, the one that comes twice in autumn is two hours long.
    While the judged day lasts, its running hour ends now, on every day at the same
    time of day, and its later hours are left out.
    """
    slots: list[Slot] = []
    reach = (frame.data_date - min(earlier, default=frame.data_date)).days
    for day, _, cut in frame.day_slices(reach):
        if day != frame.data_date and day not in earlier:
            continue
        for slot in _slots(day, frame.zone):
            if slot.start < cut < slot.end:
                slots.append(Slot(day, slot.hour, slot.start, cut))
            elif day != frame.data_date or slot.end <= cut:
                slots.append(slot)
    return slots


def _slots(day: date, zone: ZoneInfo) -> list[Slot]:
    hours = enumerate(wall_hours(day, zone))
    return [Slot(day, hour, start, end) for hour, (start, end) in hours]


def read_hours(
    warehouse: Warehouse,
    source: EventsSource,
    slots: list[Slot],
    naive: ZoneInfo,
    zone: ZoneInfo,
    event: str | None,
) -> Mapping[Slot, int]:
    """The events in each slot, of one name or of all: one grouped scan.

    Raises MeasurementError, also for a column without the time of day.
    """
    relation = warehouse.relation("events", source)
    occurred = timed_instant(relation, source.occurred_at, warehouse.profile, naive, zone)
    name = event_name_of(relation, source.name, warehouse.profile)
    within = sa.or_(*(occurred.between(start, end) for start, end in _stretches(slots)))
    rows = (
        sa.select(bucket(occurred.expression, slot_bounds(slots, occurred), _OUTSIDE).label("slot"))
        .select_from(relation.target)
        .where(within, *_name_condition(name, event))
        .subquery(relation.inner_name("events_by_hour"))
    )
    statement = sa.select(rows.c.slot, sa.func.count()).group_by(rows.c.slot)
    counts = {int(slot): int(count) for slot, count in warehouse.fetch(statement)}
    return {slot: counts.get(index, 0) for index, slot in enumerate(slots)}


def timed_instant(
    relation: Relation, column: str, profile: Profile, naive: ZoneInfo, zone: ZoneInfo
) -> Instant:
    """The column as instants. Raises MeasurementError for a DATE, which has no hours."""
    occurred = instant(relation, column, profile, naive, zone)
    if occurred.kind is Kind.DATE:
        raise MeasurementError(
            Cause.BAD_VALUE,
            f"{relation.label}: column {quoted(column)} is a DATE without "
            "a time of day, so there are no hours to compare; map a timestamp",
        )
    return occurred


def _stretches(slots: list[Slot]) -> list[tuple[datetime, datetime]]:
    """The unbroken stretches of time that the slots cover: no more is read of the table."""
    stretches: list[tuple[datetime, datetime]] = []
    for slot in slots:
        if stretches and stretches[-1][1] == slot.start:
            stretches[-1] = (stretches[-1][0], slot.end)
        else:
            stretches.append((slot.start, slot.end))
    return stretches


def _name_condition(name: ColumnElement[Any], event: str | None) -> list[ColumnElement[bool]]:
    """The condition for events of one name; NULL has a name of its own."""
    if event is None:
        return []
    same = name == event
    return [sa.or_(same, name.is_(None)) if event == NO_NAME else same]


def slot_bounds(
    slots: list[Slot], occurred: Instant
) -> list[tuple[sa.BindParameter[datetime], int]]:
    """Ascending (exclusive end, slot); what lies between two slots is outside."""
    bounds: list[tuple[sa.BindParameter[datetime], int]] = []
    covered_until = slots[0].start
    for index, slot in enumerate(slots):
        if slot.start == slot.end:
            continue
        if covered_until < slot.start:
            bounds.append((occurred.bound(slot.start), _OUTSIDE))
        bounds.append((occurred.bound(slot.end), index))
        covered_until = slot.end
    return bounds
