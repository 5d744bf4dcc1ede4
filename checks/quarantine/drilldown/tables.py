"""Rejected rows in the warehouse, by SELECTs that every engine understands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import QuarantineSource
from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.core.timeframe import midnight
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
from checks.quarantine.tables import rows_without_time
from checks.quarantine.tally import NO_REASON
from checks.warehouse.instants import Instant, bucket, instant
from checks.warehouse.kinds import Kind
from checks.warehouse.texts import number_of, shown

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse import Warehouse

_OUTSIDE = -2
#: Rows to skip beyond which their time is looked for first.
_DEEP = 5_000
#: Kinds that every driver returns plainly.
_PLAIN = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN, Kind.DATE})
#: Columns that rows are ordered by, after their time.
_ORDERED = 8
#: What a missing value is called.
_MISSING = {How.REASON: NO_REASON, How.SOURCE: NO_SOURCE, How.EVENT: NO_EVENT}


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
            values = self._values()
            statement = self._select(period, *values).order_by(*self._order(values)).limit(count)
            rows += [self._shown_row(row) for row in self._warehouse.fetch(statement)]
        return tuple(rows)

    def tally(self, fields: Sequence[Field], most: int, *, undated: bool = False) -> Tally:
        totals = dict.fromkeys(range(len(self._periods)), 0)
        groups: list[Tallied] = []
        for period, _, rows in self._grouped(sa.literal_column("1", sa.Integer), 1):
            totals[period] = rows
        for index, field in enumerate(fields):
            value, kind = self._value(field)
            for period, found, rows in self._grouped(value, most, kind):
                groups.append(Tallied(period, index, self._shown(field, found, kind), rows))
        return Tally(tuple(totals.values()), tuple(groups), self._undated() if undated else 0)

    def _undated(self) -> int:
        """Rows that tell no time, as the gate counts them."""
        day = self._periods[0][0]
        start, end = (midnight(one, self._zone) for one in (day, day + timedelta(days=1)))
        wanted = rows_without_time(self._occurred, start, end)
        counted = sa.select(sa.func.count()).select_from(self._relation.target).where(wanted)
        return int(self._warehouse.fetch(counted)[0][0])

    def total(self, filters: Filters) -> int:
        statement = self._filtered(filters, sa.func.count())
        return int(self._warehouse.fetch(statement)[0][0])

    def rows(self, filters: Filters, offset: int, count: int) -> tuple[Values, ...]:
        values = self._values()
        statement = self._filtered(filters, *values).order_by(*self._order(values))
        if offset > _DEEP and (since := self._moment_at(filters, offset)) is not None:
            earlier = self._filtered(filters, sa.func.count()).where(self._occurred.before(since))
            offset -= int(self._warehouse.fetch(earlier)[0][0])
            statement = statement.where(self._occurred.from_(since))
        found = self._warehouse.fetch(statement.limit(count).offset(offset))
        return tuple(self._shown_row(row) for row in found)

    def _moment_at(self, filters: Filters, offset: int) -> datetime | None:
        """The time of the row so far down: whole rows need not be sorted up to there."""
        time = self._occurred.plain(self._occurred.expression).label("moment")
        statement = self._filtered(filters, time).order_by(self._occurred.expression)
        found = self._warehouse.fetch(statement.limit(1).offset(offset))
        return self._occurred.moment(found[0][0]) if found else None

    def _stored(self, index: int, longest: int) -> tuple[ColumnElement[Any], Kind]:
        """A value as its driver returns it plainly; of text, as much as is wanted.

        Engines spell numbers, times and truth differently as text: `shown` spells them here.
        """
        column, kind = self._relation.column(self.names[index])
        profile = self._warehouse.profile
        if kind in (Kind.NAIVE, Kind.AWARE, Kind.DATE):
            return profile.plain_time(column, kind), kind
        if kind in _PLAIN:
            return column, kind
        return profile.part(profile.as_text(column), 1, longest), Kind.TEXT

    def _values(self) -> list[ColumnElement[Any]]:
        return [
            self._stored(index, LONGEST_VALUE)[0].label(f"v{index}")
            for index in range(len(self.names))
        ]

    def _order(self, values: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
        """By time, then by the first values: always the same, on every engine."""
        profile = self._warehouse.profile
        stored = [self._stored(index, LONGEST_VALUE) for index in range(len(values[:_ORDERED]))]
        parts = [part for value, kind in stored for part in profile.in_order(value, kind)]
        return [self._occurred.expression, *parts]

    def _shown_row(self, row: Sequence[Any]) -> Values:
        kinds = [self._stored(index, 1)[1] for index in range(len(self.names))]
        return tuple(
            shown(value, kind, LONGEST_VALUE) for value, kind in zip(row, kinds, strict=True)
        )

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

    def _grouped(
        self, value: ColumnElement[Any], most: int, kind: Kind = Kind.INTEGER
    ) -> list[tuple[int, Any, int]]:
        """(period, value, rows): the most frequent values of every period, in one query."""
        ranges = periods_of(self._periods, self._zone)
        bounds = [(self._occurred.bound(end), index) for end, index in ranges.edges(_OUTSIDE)]
        period = bucket(self._occurred.expression, bounds, _OUTSIDE)
        spans = [(start, end) for start, end, _ in ranges.spans]
        rows = self._within(spans, period.label("period"), value.label("value"))
        taken = rows.subquery("rejected_rows")
        n = sa.func.count()
        place = sa.func.row_number().over(
            partition_by=taken.c.period,
            order_by=(sa.desc(n), *self._warehouse.profile.in_order(taken.c.value, kind)),
        )
        counted = (
            sa.select(taken.c.period, taken.c.value, n.label("n"), place.label("place"))
            .group_by(taken.c.period, taken.c.value)
            .subquery("counted")
        )
        statement = sa.select(counted.c.period, counted.c.value, counted.c.n)
        found = self._warehouse.fetch(statement.where(counted.c.place <= most))
        return [(int(p), v, int(rows)) for p, v, rows in found]

    def _value(self, field: Field) -> tuple[ColumnElement[Any], Kind]:
        """What rows are counted by, and its kind."""
        named = {
            How.REASON: (self.roles.reason, NO_REASON),
            How.SOURCE: (self.roles.source, NO_SOURCE),
            How.EVENT: (self.roles.event, NO_EVENT),
        }
        if field.how in named:
            return self._named(*named[field.how])
        if field.how is How.HOUR:
            return self._hour(), Kind.INTEGER
        value, kind = self._stored(field.column, LONGEST_GROUP)
        if field.how is How.CLOCK:
            return self._clock(value, kind), Kind.TEXT
        profile = self._warehouse.profile
        if field.how is How.PRESENT:
            there = sa.literal_column("''", sa.String)
            missing = value.is_(None)
            blank = sa.or_(missing, profile.is_blank(value)) if kind is Kind.TEXT else missing
            return sa.case((blank, None), else_=there), Kind.TEXT
        if kind is not Kind.TEXT:
            return value, kind
        if field.how is How.PATH:
            value = profile.without_query(value)
        return sa.case((profile.is_blank(value), None), else_=value), kind

    def _clock(self, value: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
        """The hour as it is written; empty where none is."""
        profile = self._warehouse.profile
        if kind in _PLAIN:
            return sa.literal_column("''", sa.String)
        return profile.part(value if kind is Kind.TEXT else profile.as_text(value), 12, 2)

    def _named(self, column: int | None, missing: str) -> tuple[ColumnElement[Any], Kind]:
        none = sa.literal_column(f"'{missing}'", sa.String)
        if column is None:
            return none, Kind.TEXT
        value, kind = self._stored(column, LONGEST_REASON)
        if kind is not Kind.TEXT:
            return value, kind
        blank = self._warehouse.profile.is_blank(value)
        return sa.case((value.is_(None), none), (blank, none), else_=value), kind

    def _hour(self) -> ColumnElement[Any]:
        """Index of the hour; a DATE tells none."""
        if self._occurred.kind is Kind.DATE:
            return sa.literal_column("-1", sa.Integer)
        edges = hours_of(self._periods[0][0], self._zone).edges(_OUTSIDE)
        bounds = [(self._occurred.bound(end), index) for end, index in edges]
        return bucket(self._occurred.expression, bounds, _OUTSIDE)

    @staticmethod
    def _shown(field: Field, value: Any, kind: Kind) -> str | None:
        if field.how in _MISSING and value is None:
            return _MISSING[field.how]
        if field.how is not How.HOUR:
            return shown(value, kind, LONGEST_REASON)
        hour = int(value)
        return f"{hour:02d}" if hour >= 0 else NO_HOUR if hour == -1 else OTHER_DAY

    def _filtered(self, filters: Filters, *columns: ColumnElement[Any]) -> sa.Select[Any]:
        statement = self._select(0, *columns)
        for how, wanted in (
            (How.REASON, filters.reason), (How.SOURCE, filters.source), (How.EVENT, filters.event),
        ):  # fmt: skip
            if wanted is not None:
                statement = statement.where(self._is(Field(how), wanted))
        if filters.hour is not None:
            statement = statement.where(self._hour() == _hour_index(filters.hour))
        if filters.query:
            statement = statement.where(sa.or_(*self._search(filters)))
        return statement

    def _is(self, field: Field, wanted: str) -> ColumnElement[bool]:
        """Whether a value is the one that is shown as `wanted`."""
        value, kind = self._value(field)
        if wanted == _MISSING[field.how] and kind is not Kind.TEXT:
            return value.is_(None)
        return _same(value, kind, wanted)

    def _search(self, filters: Filters) -> list[ColumnElement[bool]]:
        """Text that contains the query; a number or a truth that is the query.

        Times are looked for as they are shown, but for their fractions.
        """
        tests: list[ColumnElement[bool]] = [sa.false()]
        profile = self._warehouse.profile
        for index in range(len(self.names)):
            value, kind = self._stored(index, LONGEST_VALUE)
            if kind in (Kind.NUMBER, Kind.BOOLEAN):
                tests.append(_same(value, kind, filters.query.lower()))
                continue
            text = value if kind is Kind.TEXT else profile.as_text(value)
            if index in filters.exact:
                same = profile.trimmed(profile.same_case(text, filters.query))
                tests.append(same == filters.query.lower())
            else:
                tests.append(profile.contains(text, filters.query))
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


def _same(value: ColumnElement[Any], kind: Kind, wanted: str) -> ColumnElement[bool]:
    """Whether a value is the one that `shown` spells so; never, where no such value is."""
    if kind is Kind.TEXT:
        return value == sa.bindparam(None, wanted)
    if kind is Kind.BOOLEAN:
        known = {"true": True, "false": False}
        return value == sa.literal(known[wanted]) if wanted in known else sa.false()
    number = number_of(wanted)
    if kind in (Kind.INTEGER, Kind.NUMBER) and number is not None:
        return value == (int(number) if number.is_integer() else number)
    return sa.false()
