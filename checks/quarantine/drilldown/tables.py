"""Rejected rows in the warehouse, by SELECTs that every engine understands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from checks.config.model import QuarantineSource
from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.core.profiles import HOURS
from checks.quarantine.columns import (
    Roles,
    common_columns,
    kept_columns,
    mapped_names,
    roles_of,
)
from checks.quarantine.drilldown.hours import OUTSIDE, UNKNOWN, Periods, merged
from checks.quarantine.drilldown.model import (
    LONGEST_GROUP,
    LONGEST_VALUE,
    MISSING,
    NO_HOUR,
    OTHER_DAY,
    ColumnValues,
    Field,
    Filters,
    GroupBy,
    HourSpan,
    HourTally,
    Tallied,
    Tally,
    Values,
    mapped_column,
)
from checks.quarantine.tables import rows_without_time
from checks.quarantine.tally import LONGEST_REASON
from checks.warehouse.by_slot import by_slot
from checks.warehouse.instants import Instant, bucket, instant
from checks.warehouse.kinds import Kind
from checks.warehouse.roles import text_of
from checks.warehouse.texts import number_of, shown

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse import Warehouse

#: From this offset on, the time of the first row is looked up before rows are read.
_DEEP = 5_000
#: Of these kinds columns are counted by hour and value, at most so many: each is a scan.
_COUNTED = frozenset({Kind.TEXT, Kind.INTEGER, Kind.BOOLEAN, Kind.UUID})
_MOST_COUNTED = 20
#: The number of the part that counts all rows.
_EVERY = -1
#: Kinds that every driver returns plainly.
_PLAIN = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN, Kind.DATE})
#: Columns that rows are ordered by, after their time.
_ORDERED = 8


class TableRejected:
    """Reads from the warehouse. Every method that queries it raises MeasurementError."""

    files: int | None = None
    notes: tuple[str, ...] = ()

    def __init__(
        self,
        warehouse: Warehouse,
        source: QuarantineSource,
        periods: Periods,
    ) -> None:
        self._warehouse, self._periods = warehouse, periods
        self._relation = warehouse.relation("quarantine", source)
        self._occurred = _occurred(warehouse, self._relation, source, periods)
        all_columns = common_columns([tuple(self._relation.kinds)], mapped_names(source))
        self.names: tuple[str, ...] = tuple(
            kept_columns(all_columns, mapped_names(source)).values()
        )
        self.roles: Roles = roles_of(self.names, source)

    def sample(self, count: int) -> tuple[Values, ...]:
        rows: list[Values] = []
        for period in self._periods.indices:
            values = self._values()
            statement = self._select(period, *values).order_by(*self._order(values)).limit(count)
            rows += self._as_text(self._warehouse.fetch(statement))
        return tuple(rows)

    def tally(self, fields: Sequence[Field], most: int, *, undated: bool = False) -> Tally:
        totals = dict.fromkeys(self._periods.indices, 0)
        groups: list[Tallied] = []
        for period, _, rows in self._grouped(sa.literal_column("1", sa.Integer), 1):
            totals[period] = rows
        for index, field in enumerate(fields):
            value, kind = self._value(field)
            for period, group_value, rows in self._grouped(value, most, kind):
                groups.append(Tallied(period, index, self._shown(field, group_value, kind), rows))
        return Tally(tuple(totals.values()), tuple(groups), self._undated() if undated else 0)

    def _undated(self) -> int:
        """Rows without a time, as the gate counts them."""
        hours = self._periods.hours().spans
        condition = rows_without_time(self._occurred, hours[0][0], hours[-1][1])
        counted = sa.select(sa.func.count()).select_from(self._relation.target).where(condition)
        return int(self._warehouse.fetch(counted)[0][0])

    def by_hour(self, most: int) -> tuple[HourTally, ...]:
        edges = self._periods.slots().edges()
        bounds = [(self._occurred.bound(end), index) for end, index in edges]
        slot = bucket(self._occurred.expression, bounds, OUTSIDE).label("slot")
        spans = [(start, end) for start, end, _ in self._periods.ranges().spans]
        every = sa.literal_column("''", sa.String)
        values = {_EVERY: every} | {i: self._value_text(i) for i in self._counted_columns()}
        name = self._relation.inner_name("rejected_by_hour")
        parts = []
        for column, value in values.items():
            rows = self._within(spans, slot, value.label("value")).subquery(name)
            sums = {"rejected": sa.func.count()}
            profile = self._warehouse.profile
            parts.append(by_slot(rows, sums, column, most, profile, self._relation.inner_name))
        groups = sa.union_all(*parts).subquery(self._relation.inner_name("profile"))
        return tuple(
            self._tally_of(*row)
            for row in self._warehouse.fetch(sa.select(*groups.c))
            if row[2] >= 0
        )

    def _tally_of(
        self, column: int, is_kept: int, slot: int, value: object, rows: int
    ) -> HourTally:
        """A group as the page and the gate know it. slot: period * 24 + hour, or the day alone."""
        period, hour = divmod(int(slot), HOURS)
        known = None if self._occurred.kind is Kind.DATE else hour
        every = int(column) == _EVERY
        text = None if every or value is None else str(value)
        is_rest = not every and not int(is_kept)
        return HourTally(period, None if every else int(column), text, is_rest, known, int(rows))

    def _counted_columns(self) -> list[int]:
        """The columns whose values may say something: text, whole numbers, true and false."""
        kinds = [self._relation.column(name)[1] for name in self.names]
        return [i for i, kind in enumerate(kinds) if kind in _COUNTED][:_MOST_COUNTED]

    def _value_text(self, column: int) -> ColumnElement[Any]:
        """A column as text; NULL where it is blank."""
        stored, kind = self._relation.column(self.names[column])
        profile = self._warehouse.profile
        value = profile.part(text_of(stored, kind, profile), 1, LONGEST_GROUP)
        return sa.case((profile.is_blank(value), None), else_=value)

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
        rows = self._warehouse.fetch(statement.limit(count).offset(offset))
        return tuple(self._as_text(rows))

    def _moment_at(self, filters: Filters, offset: int) -> datetime | None:
        """The time of the row at an offset, so that whole rows need not be sorted up to it."""
        time = self._occurred.plain(self._occurred.expression).label("moment")
        statement = self._filtered(filters, time).order_by(self._occurred.expression)
        rows = self._warehouse.fetch(statement.limit(1).offset(offset))
        return self._occurred.moment(rows[0][0]) if rows else None

    def _stored(self, index: int, longest: int) -> tuple[ColumnElement[Any], Kind]:
        """A column as a driver returns it unchanged; text is cut to `longest` characters.

        Engines write numbers, times and booleans differently as text, so `shown` formats them.
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

    def _as_text(self, rows: Iterable[Sequence[Any]]) -> list[Values]:
        kinds = [self._stored(index, 1)[1] for index in range(len(self.names))]
        return [
            tuple(shown(value, kind, LONGEST_VALUE) for value, kind in zip(row, kinds, strict=True))
            for row in rows
        ]

    def _select(self, period: int, *columns: ColumnElement[Any]) -> sa.Select[Any]:
        """Columns of the rows of one period's days."""
        spans = [(s, e) for s, e, i in self._periods.ranges().spans if i == period]
        return self._within(spans, *columns)

    def _within(
        self, spans: Sequence[tuple[datetime, datetime]], *columns: ColumnElement[Any]
    ) -> sa.Select[Any]:
        ranges = [self._occurred.between(start, end) for start, end in merged(spans)]
        where = sa.or_(*ranges) if ranges else sa.false()
        return sa.select(*columns).select_from(self._relation.target).where(where)

    def _grouped(
        self, value: ColumnElement[Any], most: int, kind: Kind = Kind.INTEGER
    ) -> list[tuple[int, Any, int]]:
        """(period, value, rows): the most frequent values of every period, in one query."""
        ranges = self._periods.ranges()
        bounds = [(self._occurred.bound(end), index) for end, index in ranges.edges()]
        period = bucket(self._occurred.expression, bounds, OUTSIDE)
        spans = [(start, end) for start, end, _ in ranges.spans]
        selected = self._within(spans, period.label("period"), value.label("value"))
        taken = selected.subquery("rejected_rows")
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
        rows = self._warehouse.fetch(statement.where(counted.c.place <= most))
        return [(int(p), v, int(count)) for p, v, count in rows]

    def _value(self, field: Field) -> tuple[ColumnElement[Any], Kind]:
        """What rows are counted by, and its kind."""
        if field.how in MISSING:
            return self._text_or(mapped_column(field.how, self.roles), MISSING[field.how])
        if field.how is GroupBy.HOUR:
            return self._hour(), Kind.INTEGER
        if field.how is GroupBy.LOCAL_HOUR:
            return self._hour(of_all_days=True), Kind.INTEGER
        if field.how is GroupBy.TEXT:
            return self._value_text(field.column), Kind.TEXT
        value, kind = self._stored(field.column, LONGEST_GROUP)
        if field.how is GroupBy.CLOCK:
            return self._clock(value, kind), Kind.TEXT
        profile = self._warehouse.profile
        if field.how is GroupBy.PRESENT:
            present = sa.literal_column("''", sa.String)
            missing = value.is_(None)
            blank = sa.or_(missing, profile.is_blank(value)) if kind is Kind.TEXT else missing
            return sa.case((blank, None), else_=present), Kind.TEXT
        if kind is not Kind.TEXT:
            return value, kind
        if field.how is GroupBy.PATH:
            value = profile.without_query(value)
        return sa.case((profile.is_blank(value), None), else_=value), kind

    def _clock(self, value: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
        """The hour as it is written; empty where there is none."""
        profile = self._warehouse.profile
        if kind in _PLAIN:
            return sa.literal_column("''", sa.String)
        return profile.part(value if kind is Kind.TEXT else profile.as_text(value), 12, 2)

    def _text_or(self, column: int | None, missing: str) -> tuple[ColumnElement[Any], Kind]:
        none = sa.literal_column(f"'{missing}'", sa.String)
        if column is None:
            return none, Kind.TEXT
        value, kind = self._stored(column, LONGEST_REASON)
        if kind is not Kind.TEXT:
            return value, kind
        blank = self._warehouse.profile.is_blank(value)
        return sa.case((value.is_(None), none), (blank, none), else_=value), kind

    def _hour(self, *, of_all_days: bool = False) -> ColumnElement[Any]:
        """Index of the hour; UNKNOWN for a DATE, which has none.

        of_all_days: of whichever day of the periods; else of the judged one.
        """
        if self._occurred.kind is Kind.DATE:
            return sa.literal_column(str(UNKNOWN), sa.Integer)
        hours = self._periods.every_hour() if of_all_days else self._periods.hours()
        edges = hours.edges()
        bounds = [(self._occurred.bound(end), index) for end, index in edges]
        return bucket(self._occurred.expression, bounds, OUTSIDE)

    @staticmethod
    def _shown(field: Field, value: Any, kind: Kind) -> str | None:
        if field.how in MISSING and value is None:
            return MISSING[field.how]
        if field.how is GroupBy.LOCAL_HOUR:
            return f"{int(value):02d}" if int(value) >= 0 else None
        if field.how is not GroupBy.HOUR:
            return shown(value, kind, LONGEST_REASON)
        hour = int(value)
        return f"{hour:02d}" if hour >= 0 else NO_HOUR if hour == UNKNOWN else OTHER_DAY

    def _filtered(self, filters: Filters, *columns: ColumnElement[Any]) -> sa.Select[Any]:
        statement = self._select(0, *columns)
        for how, text in filters.by_field().items():
            by_hour = how is GroupBy.HOUR
            test = self._hour() == _hour_number(text) if by_hour else self._equals(Field(how), text)
            statement = statement.where(test)
        if filters.column_values is not None:
            statement = statement.where(self._has_value(filters.column_values))
        if filters.hours is not None:
            statement = statement.where(self._is_in(filters.hours))
        if filters.query:
            statement = statement.where(sa.or_(*self._search(filters)))
        return statement

    def _has_value(self, chosen: ColumnValues) -> ColumnElement[bool]:
        """Whether a row has one of some values of a column, or none at all."""
        value = self._value_text(chosen.column)
        tests = [value.is_(None)] if chosen.with_missing else []
        return sa.or_(*tests, *([value.in_(chosen.values)] if chosen.values else []), sa.false())

    def _is_in(self, hours: HourSpan) -> ColumnElement[bool]:
        """Whether a row's time of day is in these hours; a date alone is in none."""
        span = self._periods.span_of(*hours)
        if span is None or self._occurred.kind is Kind.DATE:
            return sa.false()
        return self._occurred.between(*span)

    def _equals(self, field: Field, text: str) -> ColumnElement[bool]:
        """Whether a value is the one that is shown as `text`."""
        value, kind = self._value(field)
        if text == MISSING[field.how] and kind is not Kind.TEXT:
            return value.is_(None)
        return _same(value, kind, text)

    def _search(self, filters: Filters) -> list[ColumnElement[bool]]:
        """Text that contains the query; a number or a boolean that equals it.

        Times are searched as they are shown, but without fractions of a second.
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
                same = profile.trimmed(profile.with_letters_lowered(text, filters.query))
                tests.append(same == filters.query.lower())
            else:
                tests.append(profile.contains(text, filters.query))
        return tests


def _occurred(
    warehouse: Warehouse, relation: Any, source: QuarantineSource, periods: Periods
) -> Instant:
    if source.occurred_at is None:
        raise MeasurementError(
            Cause.BAD_VALUE,
            "quarantine.occurred_at is not mapped, so the rows of a day cannot be found",
        )
    return instant(relation, source.occurred_at, warehouse.profile, periods.naive, periods.zone)


def _hour_number(hour: str) -> int:
    if hour.isdecimal():
        return int(hour)
    return UNKNOWN if hour == NO_HOUR else OUTSIDE


def _same(value: ColumnElement[Any], kind: Kind, text: str) -> ColumnElement[bool]:
    """Whether a value is the one that `shown` formats as `text`; false where there is none."""
    if kind is Kind.TEXT:
        return value == sa.bindparam(None, text)
    if kind is Kind.BOOLEAN:
        known = {"true": True, "false": False}
        return value == sa.literal(known[text]) if text in known else sa.false()
    number = number_of(text)
    if kind in (Kind.INTEGER, Kind.NUMBER) and number is not None:
        return value == (int(number) if number.is_integer() else number)
    return sa.false()
