"""Events per day by the values of one column: a narrow, grouped scan of whole days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import EventsSource
from checks.core.counts import Values, value_text
from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.core.text import quoted
from checks.warehouse.instants import instant
from checks.warehouse.kinds import Kind
from checks.warehouse.roles import LONGEST_NAME, event_name_of, name_of
from checks.warehouse.slices import DaySlices, converted_once, slice_columns, slice_index

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse.connection import Warehouse
    from checks.warehouse.dialects.base import Profile

_KINDS = (Kind.TEXT, Kind.INTEGER, Kind.BOOLEAN)


@dataclass(frozen=True, slots=True)
class ValueScan:
    """Events of each slice's day by the values of one column.

    naive: zone of times stored without one. zone: the shop's. column: None where no name is
    mapped. most: how many values, those with the most events over all days, are kept apart.
    """

    warehouse: Warehouse
    source: EventsSource
    column: str | None
    slices: DaySlices
    naive: ZoneInfo
    zone: ZoneInfo
    most: int

    def read(self) -> dict[date, Values]:
        """The values of each day, also of days without events.

        A value that is kept apart has 0 events on the days that it has none of, also beside a rest.
        Raises MeasurementError.
        """
        statement, is_truth = self.query(), self._column[1] is Kind.BOOLEAN
        kept: list[Counter[str]] = [Counter() for _ in self.slices]
        rest, largest = [0] * len(self.slices), [0] * len(self.slices)
        for index, is_kept, value, events, most in self.warehouse.fetch(statement):
            if index < 0:
                continue
            if is_kept:
                shown = value_text(bool(value) if is_truth and value is not None else value)
                kept[index][shown] += int(events)
            else:
                rest[index] += int(events)
                largest[index] = int(most)
        none = dict.fromkeys(chain.from_iterable(kept), 0)
        return {
            day: Values({**none, **counts}, more, most) if more else Values(dict(counts))
            for (day, _, _), counts, more, most in zip(
                self.slices, kept, rest, largest, strict=True
            )
        }

    def query(self) -> sa.Select[Any]:
        """Rows of (slice's index, whether the value is kept apart, value, events, those of the
        largest value).

        Raises MeasurementError for a missing table or column, and for a dimension of another type.
        """
        value, kind = self._column
        profile = self.warehouse.profile
        relation, slices = self.warehouse.relation("events", self.source), self.slices
        occurred = instant(relation, self.source.occurred_at, profile, self.naive, self.zone)
        target, columns = relation.target, {"value": value}
        if occurred.not_before is not None:
            occurred, target = converted_once(occurred, slices[0][1], relation, columns)
            columns = {"value": target.c["value"]}
        rows = (
            sa.select(*slice_columns(occurred, slices), columns["value"].label("value"))
            .select_from(target)
            .where(occurred.between(slices[0][1], slices[-1][2]))
            .subquery(relation.inner_name("counted_events"))
        )
        index, keys = slice_index(rows, slices)
        grouped = (
            sa.select(index.label("day"), rows.c.value, sa.func.count().label("events"))
            .group_by(*keys, rows.c.value)
            .subquery(relation.inner_name("values_by_day"))
        )
        return _largest(grouped, self.most, kind, profile, relation.inner_name)

    @property
    def _column(self) -> tuple[ColumnElement[Any], Kind]:
        relation, profile = self.warehouse.relation("events", self.source), self.warehouse.profile
        if self.column is None or self.column == self.source.name:
            return event_name_of(relation, self.column, profile), Kind.TEXT
        value, kind = relation.column(self.column)
        by_value = profile.is_typed_by_value and kind in (Kind.TEXT, Kind.INTEGER)
        if kind is Kind.UUID or by_value:
            return name_of(relation, self.column, profile), Kind.TEXT
        if kind not in _KINDS:
            raise MeasurementError(
                Cause.BAD_VALUE,
                f"{relation.label}: column {quoted(self.column)} is of type {kind.value}; a "
                "dimension is text, a whole number or true and false",
            )
        return value, kind


def _largest(
    grouped: sa.Subquery,
    most: int,
    kind: Kind,
    profile: Profile,
    inner_name: Callable[[str], str],
) -> sa.Select[Any]:
    """The groups of the values with the most events, and one group a day of all others."""
    total = sa.func.sum(grouped.c.events).over(partition_by=grouped.c.value)
    totalled = sa.select(*grouped.c, total.label("total")).subquery(inner_name("totalled"))
    order = (totalled.c.total.desc(), *profile.in_order(totalled.c.value, kind))
    place = sa.func.dense_rank().over(order_by=order)
    ranked = sa.select(*totalled.c, place.label("place")).subquery(inner_name("ranked"))
    is_kept = ranked.c.place <= most
    kept_or_rest = sa.select(
        ranked.c.day,
        ranked.c.events,
        sa.case((is_kept, 1), else_=0).label("kept"),
        sa.case((is_kept, ranked.c.value), else_=None).label("value"),
    ).subquery(inner_name("told_apart"))
    events = sa.func.sum(kept_or_rest.c.events).label("events")
    largest = sa.func.max(kept_or_rest.c.events).label("largest")
    value = kept_or_rest.c.value
    shown = profile.part(value, 1, LONGEST_NAME).label("value") if kind is Kind.TEXT else value
    return sa.select(kept_or_rest.c.day, kept_or_rest.c.kept, shown, events, largest).group_by(
        kept_or_rest.c.day, kept_or_rest.c.kept, kept_or_rest.c.value
    )
