"""Rejected rows in the warehouse, by SELECTs that every engine understands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import QuarantineSource
from checks.errors import MeasurementError
from checks.model import Cause
from checks.quarantine.drilldown.columns import common_columns, kept_columns, roles_of
from checks.quarantine.drilldown.hours import hours_of, periods_of
from checks.quarantine.drilldown.model import (
    LONGEST_GROUP,
    LONGEST_VALUE,
    NO_EVENT,
    NO_HOUR,
    NO_SOURCE,
    OTHER_DAY,
    Field,
    Filters,
    How,
    Roles,
    Tallied,
    Tally,
    Values,
)
from checks.quarantine.records import LONGEST_REASON
from checks.quarantine.tally import NO_REASON
from checks.warehouse.instants import Instant, bucket, instant
from checks.warehouse.kinds import Kind

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse import Warehouse

_OUTSIDE = -2


class TableRejected:
    """Asks the warehouse. Raises MeasurementError, as every question to it does."""

    files: int | None = None
    notes: tuple[str, ...] = ()

    def __init__(
        self,
        warehouse: Warehouse,
        source: QuarantineSource,
        periods: tuple[tuple[date, ...], ...],
        zone: ZoneInfo,
        naive: ZoneInfo,
    ) -> None:
        self._warehouse, self._zone, self._periods = warehouse, zone, periods
        self._relation = warehouse.relation("quarantine", source)
        self._occurred = _occurred(warehouse, self._relation, source, naive, zone)
        mapped = (source.reason, source.occurred_at, source.source, source.event_name)
        everything = common_columns([tuple(self._relation.kinds)])
        self.names: tuple[str, ...] = tuple(
            kept_columns(everything, [name for name in mapped if name]).values()
        )
        self.roles: Roles = roles_of(self.names, source)

    def sample(self, count: int) -> tuple[Values, ...]:
        rows: list[Values] = []
        for period in range(len(self._periods)):
            statement = self._select(period, *self._texts()).limit(count)
            rows += [_values(row) for row in self._warehouse.fetch(statement)]
        return tuple(rows)

    def tally(self, fields: Sequence[Field], most: int) -> Tally:
        totals = dict.fromkeys(range(len(self._periods)), 0)
        groups: list[Tallied] = []
        for period, _, rows in self._grouped(sa.literal_column("1", sa.Integer), 1):
            totals[period] = rows
        for index, field in enumerate(fields):
            for period, value, rows in self._grouped(self._value(field), most):
                groups.append(Tallied(period, index, self._shown(field, value), rows))
        return Tally(tuple(totals.values()), tuple(groups))

    def total(self, filters: Filters) -> int:
        statement = self._filtered(filters, sa.func.count())
        return int(self._warehouse.fetch(statement)[0][0])

    def rows(self, filters: Filters, offset: int, count: int) -> tuple[Values, ...]:
        texts = self._texts()
        statement = self._filtered(filters, *texts).order_by(self._occurred.expression, *texts[:8])
        found = self._warehouse.fetch(statement.limit(count).offset(offset))
        return tuple(_values(row) for row in found)

    def _text(self, index: int, longest: int) -> ColumnElement[Any]:
        column, kind = self._relation.column(self.names[index])
        profile = self._warehouse.profile
        text = column if kind is Kind.TEXT else profile.as_text(column)
        return profile.part(text, 1, longest)

    def _texts(self) -> list[ColumnElement[Any]]:
        return [
            self._text(index, LONGEST_VALUE).label(f"v{index}") for index in range(len(self.names))
        ]

    def _select(self, period: int, *columns: ColumnElement[Any]) -> sa.Select[Any]:
        """Columns of the rows of one period's days."""
        spans = [(s, e) for s, e, i in periods_of(self._periods, self._zone).spans if i == period]
        return self._within(spans, *columns)

    def _within(
        self, spans: Sequence[tuple[datetime, datetime]], *columns: ColumnElement[Any]
    ) -> sa.Select[Any]:
        ranges = [self._occurred.between(start, end) for start, end in _merged(spans)]
        where = sa.or_(*ranges) if ranges else sa.false()
        return sa.select(*columns).select_from(self._relation.target).where(where)

    def _grouped(self, value: ColumnElement[Any], most: int) -> list[tuple[int, Any, int]]:
        """(period, value, rows): the most frequent values of every period, in one query."""
        ranges = periods_of(self._periods, self._zone)
        bounds = [(self._occurred.bound(end), index) for end, index in ranges.edges(_OUTSIDE)]
        period = bucket(self._occurred.expression, bounds, _OUTSIDE)
        spans = [(start, end) for start, end, _ in ranges.spans]
        rows = self._within(spans, period.label("period"), value.label("value"))
        taken = rows.subquery("rejected_rows")
        n = sa.func.count()
        place = sa.func.row_number().over(
            partition_by=taken.c.period, order_by=(sa.desc(n), taken.c.value)
        )
        counted = (
            sa.select(taken.c.period, taken.c.value, n.label("n"), place.label("place"))
            .group_by(taken.c.period, taken.c.value)
            .subquery("counted")
        )
        statement = sa.select(counted.c.period, counted.c.value, counted.c.n)
        found = self._warehouse.fetch(statement.where(counted.c.place <= most))
        return [(int(p), v, int(rows)) for p, v, rows in found]

    def _value(self, field: Field) -> ColumnElement[Any]:
        named = {
            How.REASON: (self.roles.reason, NO_REASON),
            How.SOURCE: (self.roles.source, NO_SOURCE),
            How.EVENT: (self.roles.event, NO_EVENT),
        }
        if field.how in named:
            return self._named(*named[field.how])
        if field.how is How.HOUR:
            return self._hour()
        text = self._text(field.column, LONGEST_GROUP)
        blank = sa.func.trim(text) == ""
        if field.how is How.CLOCK:
            return self._warehouse.profile.part(text, 12, 2)
        if field.how is How.PRESENT:
            return sa.case((text.is_(None), None), (blank, None), else_=sa.literal_column("''"))
        return sa.case((blank, None), else_=text)

    def _named(self, column: int | None, missing: str) -> ColumnElement[Any]:
        none = sa.literal_column(f"'{missing}'", sa.String)
        if column is None:
            return none
        text = self._text(column, LONGEST_REASON)
        return sa.case((text.is_(None), none), (sa.func.trim(text) == "", none), else_=text)

    def _hour(self) -> ColumnElement[Any]:
        """Index of the hour; a DATE tells none."""
        if self._occurred.kind is Kind.DATE:
            return sa.literal_column("-1", sa.Integer)
        edges = hours_of(self._periods[0][0], self._zone).edges(_OUTSIDE)
        bounds = [(self._occurred.bound(end), index) for end, index in edges]
        return bucket(self._occurred.expression, bounds, _OUTSIDE)

    @staticmethod
    def _shown(field: Field, value: Any) -> str | None:
        if field.how is not How.HOUR:
            return None if value is None else str(value)
        hour = int(value)
        return f"{hour:02d}" if hour >= 0 else NO_HOUR if hour == -1 else OTHER_DAY

    def _filtered(self, filters: Filters, *columns: ColumnElement[Any]) -> sa.Select[Any]:
        statement = self._select(0, *columns)
        for how, wanted in (
            (How.REASON, filters.reason), (How.SOURCE, filters.source), (How.EVENT, filters.event),
        ):  # fmt: skip
            if wanted is not None:
                statement = statement.where(self._value(Field(how)) == sa.bindparam(None, wanted))
        if filters.hour is not None:
            statement = statement.where(self._hour() == _hour_index(filters.hour))
        if filters.query:
            statement = statement.where(sa.or_(*self._search(filters)))
        return statement

    def _search(self, filters: Filters) -> list[ColumnElement[bool]]:
        wanted = filters.query.lower()
        tests: list[ColumnElement[bool]] = [sa.false()]
        for index in range(len(self.names)):
            text = sa.func.lower(self._text(index, LONGEST_VALUE), type_=sa.String)
            if index in filters.exact:
                tests.append(sa.func.trim(text) == wanted)
            else:
                tests.append(self._warehouse.profile.contains(text, wanted))
        return tests


def _occurred(
    warehouse: Warehouse, relation: Any, source: QuarantineSource, naive: ZoneInfo, zone: ZoneInfo
) -> Instant:
    if source.occurred_at is None:
        raise MeasurementError(
            Cause.BAD_VALUE,
            "quarantine.occurred_at is not mapped, so that a day's rows cannot be told",
        )
    return instant(relation, source.occurred_at, warehouse.profile, naive, zone)


def _hour_index(hour: str) -> int:
    if hour.isdecimal():
        return int(hour)
    return -1 if hour == NO_HOUR else _OUTSIDE


def _merged(spans: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Ranges that touch, as one."""
    merged: list[tuple[datetime, datetime]] = []
    for start, end in spans:
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _values(row: Sequence[Any]) -> Values:
    return tuple(None if value is None else str(value) for value in row)
