"""Events of the judged day and of one usual day by hour and value: one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import EventsSource
from checks.core.counts import NAME, value_text
from checks.core.errors import MeasurementError
from checks.core.profiles import Cell, DayProfile, HourCounts, Value, hour_counts
from checks.core.timeframe import Timeframe
from checks.warehouse.by_slot import by_slot
from checks.warehouse.event_hours import Slot, hour_slots, slot_bounds, timed_instant
from checks.warehouse.instants import bucket
from checks.warehouse.roles import LONGEST_NAME, amount_of, event_name_of, name_of

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse.connection import Warehouse
    from checks.warehouse.instants import Instant
    from checks.warehouse.relation import Relation

#: How many values of a column are counted apart: those with the most events on both days.
MOST_VALUES = 60
#: The part of the statement that counts rows which repeat another one.
_REPEATED = -1


class EventProfiles(NamedTuple):
    """events: of both days. unpriced: purchases of the judged day without a usable amount, beside
    all purchases of that day.
    """

    events: DayProfile
    unpriced: DayProfile


@dataclass(frozen=True, slots=True)
class EventProfileScan:
    """One statement over two days: each column is a scan of its own, as for the dimensions.

    with_repeated: whether rows that repeat another one (time, name, dimensions and order id) are
    counted too.
    """

    warehouse: Warehouse
    source: EventsSource
    frame: Timeframe
    naive: ZoneInfo
    baseline_day: date
    with_repeated: bool = False

    def read(self) -> EventProfiles:
        """Both profiles. Raises MeasurementError, also where times have no time of day."""
        slots = self._slots()
        events: dict[tuple[int, Value], list[Cell]] = defaultdict(list)
        unpriced: dict[tuple[int, Value], list[Cell]] = defaultdict(list)
        for part, is_kept, index, value, rows, bought, lost in self.warehouse.fetch(self.query()):
            if index < 0:
                continue
            slot, key = slots[int(index)], (int(part), value_text(value) if is_kept else None)
            is_judged = slot.day == self.frame.data_date
            events[key].append(Cell(is_judged, slot.hour, int(rows)))
            if is_judged:
                unpriced[key].append(Cell(True, slot.hour, int(lost)))
                unpriced[key].append(Cell(False, slot.hour, int(bought)))
        return EventProfiles(self._profile(slots, events), self._profile(slots, unpriced))

    def query(self) -> sa.Select[Any]:
        """Rows of (part, is kept, slot, value, events, purchases, those without a usable amount).

        Raises MeasurementError.
        """
        relation = self.warehouse.relation("events", self.source)
        parts = [
            self._by_value(relation, number, name) for number, name in enumerate(self._columns)
        ]
        if self.with_repeated:
            parts.append(self._repeated(relation))
        rows = sa.union_all(*parts).subquery(relation.inner_name("profile"))
        return sa.select(*rows.c)

    @property
    def _columns(self) -> tuple[str, ...]:
        return NAME, *self.source.dimensions

    def _slots(self) -> list[Slot]:
        """The hours of the usual day and of the judged one, up to now where that is not over."""
        slots = hour_slots(self.frame, (self.baseline_day,))
        begun = {slot.hour for slot in slots if slot.day == self.frame.data_date}
        return [slot for slot in slots if slot.hour in begun]

    def _profile(
        self, slots: Sequence[Slot], cells: dict[tuple[int, Value], list[Cell]]
    ) -> DayProfile:
        columns: dict[str, dict[Value, HourCounts]] = {name: {} for name in self._columns}
        for (part, value), counted in cells.items():
            if part >= 0 and value is not None:
                columns[self._columns[part]][value] = hour_counts(counted)
        names = [cell for (part, _), counted in cells.items() if part == 0 for cell in counted]
        repeats = hour_counts(cells.get((_REPEATED, None), ()))
        return DayProfile(
            self.frame.data_date, self.baseline_day, hour_counts(names), columns,
            hours=sum(slot.day == self.frame.data_date for slot in slots),
            skipped=frozenset(
                slot.hour for slot in slots
                if slot.day == self.frame.data_date and slot.start == slot.end
            ),
            repeated=(repeats.total, repeats.baseline_total) if self.with_repeated else None,
        )  # fmt: skip

    def _by_value(self, relation: Relation, part: int, column: str) -> sa.Select[Any]:
        """Events by slot and value; the values that are too many are one, which is not kept."""
        value = self._value(relation, column)
        rows = self._rows(
            relation, value.label("value"), *self._purchases(relation), name="profiled"
        )
        sums = {
            "events": sa.func.count(),
            "bought": sa.func.sum(rows.c.bought),
            "unpriced": sa.func.sum(rows.c.unpriced),
        }
        return by_slot(rows, sums, part, MOST_VALUES, self.warehouse.profile, relation.inner_name)

    def _repeated(self, relation: Relation) -> sa.Select[Any]:
        """Rows by slot that repeat another one: of three equal rows two."""
        keys = [
            self._value(relation, column).label(f"key_{number}")
            for number, column in enumerate(self._columns)
        ]
        if self.source.order_id is not None:
            keys.append(name_of(relation, self.source.order_id, self.warehouse.profile).label("id"))
        moment = self._occurred(relation).expression.label("moment")
        rows = self._rows(relation, moment, *keys, name="compared")
        equal = (
            sa.select(rows.c.slot, (sa.func.count() - 1).label("repeats"))
            .group_by(*rows.c)
            .subquery(relation.inner_name("equal_rows"))
        )
        none = sa.literal_column("0", sa.Integer)
        no_value = self.warehouse.profile.part(
            self.warehouse.profile.as_text(sa.null()), 1, LONGEST_NAME
        )
        return sa.select(
            sa.literal_column(str(_REPEATED), sa.Integer).label("part"), none.label("kept"),
            equal.c.slot, no_value.label("value"), sa.func.sum(equal.c.repeats).label("events"),
            none.label("bought"), none.label("unpriced"),
        ).group_by(equal.c.slot)  # fmt: skip

    def _rows(self, relation: Relation, *columns: sa.Label[Any], name: str) -> sa.Subquery:
        """The slot and some columns of each event of both days."""
        occurred, slots = self._occurred(relation), self._slots()
        days = [
            occurred.between(
                min(slot.start for slot in slots if slot.day == day),
                max(slot.end for slot in slots if slot.day == day),
            )
            for day in (self.baseline_day, self.frame.data_date)
        ]
        slot = bucket(occurred.expression, slot_bounds(slots, occurred), -1).label("slot")
        return (
            sa.select(slot, *columns)
            .select_from(relation.target)
            .where(sa.or_(*days))
            .subquery(relation.inner_name(name))
        )

    def _occurred(self, relation: Relation) -> Instant:
        return timed_instant(
            relation, self.source.occurred_at, self.warehouse.profile, self.naive, self.frame.zone
        )

    def _value(self, relation: Relation, column: str) -> ColumnElement[Any]:
        profile = self.warehouse.profile
        if column == NAME:
            return event_name_of(relation, self.source.name, profile)
        return name_of(relation, column, profile)

    def _purchases(self, relation: Relation) -> tuple[sa.Label[Any], sa.Label[Any]]:
        """1 or 0: whether an event is a purchase, and whether it is one without a usable amount."""
        name = event_name_of(relation, self.source.name, self.warehouse.profile)
        is_purchase = name.in_(self.source.purchase_names)
        bought = sa.case((is_purchase, 1), else_=0).label("bought")
        none = sa.literal_column("0", sa.Integer).label("unpriced")
        if self.source.revenue is None:
            return bought, none
        try:
            amount, valid = amount_of(relation, self.source.revenue, self.warehouse.profile)
        except MeasurementError:
            return bought, none
        usable = amount if valid is None else sa.case((valid, amount), else_=None)
        without = sa.and_(is_purchase, usable.is_(None))
        return bought, sa.case((without, 1), else_=0).label("unpriced")
