"""Comparing a time column with instants, whatever type the column has."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.core.text import quoted
from checks.core.timeframe import TICK, midnight
from checks.warehouse.dialects.base import Profile
from checks.warehouse.kinds import Kind
from checks.warehouse.partitions import Partitions, partitions
from checks.warehouse.texts import local_of
from checks.warehouse.wall_clock import first_local, first_utc_of_local, utc_of_local

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse.relation import Relation

# Engines count further than Python, and hand out such years as text.
_BEYOND = re.compile(r"\d{5,}-")
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_PORTABLE = Profile()


@dataclass(frozen=True, slots=True)
class Instant:
    """A time column, with bounds in the form that it can be compared with.

    zone: zone of values stored without one. A DATE is a whole day of `zone`.
    partitions: how ranges limit the table's partitions, where it has a mapped column.
    profile: how the engine writes times.
    not_before: a condition that an index serves, where the expression converts the column; it
    holds for every row at or after an instant, and for others.
    stored: the column itself, where the expression converts it.
    text_zone: for text, the zone of times without an offset.
    """

    expression: ColumnElement[Any]
    kind: Kind
    zone: ZoneInfo
    partitions: Partitions | None = None
    profile: Profile = _PORTABLE
    not_before: Callable[[datetime], ColumnElement[bool]] | None = None
    stored: ColumnElement[Any] | None = None
    text_zone: ZoneInfo | None = None

    @property
    def may_be_naive(self) -> bool:
        """Whether a value may be a time of the wall clock, stored without a zone."""
        return self.kind is Kind.NAIVE or self.text_zone is not None

    def bound(self, moment: datetime) -> sa.BindParameter[Any]:
        """An instant as a parameter of the column's own type, so that engines can prune."""
        if self.kind is Kind.AWARE:
            return sa.bindparam(None, moment.astimezone(UTC), self.profile.aware_type)
        local = first_local(moment, self.zone)
        if self.kind is Kind.DATE:
            return sa.bindparam(None, _day_from(local), sa.Date())
        if self.kind is Kind.TEXT:
            return sa.bindparam(None, local.isoformat(" ", "microseconds"), sa.String())
        return sa.bindparam(None, local, self.profile.naive_type)

    def between(self, start: datetime, end: datetime) -> ColumnElement[bool]:
        """The half-open range as a plain predicate on the column."""
        inside = sa.and_(self._at_or_after(start), self.expression < self.bound(end))
        return (
            inside
            if self.partitions is None
            else sa.and_(self.partitions.between(start, end), inside)
        )

    def from_(self, start: datetime) -> ColumnElement[bool]:
        """Everything at or after an instant."""
        later = self._at_or_after(start)
        return later if self.partitions is None else sa.and_(self.partitions.from_(start), later)

    def narrowing(self, start: datetime) -> list[ColumnElement[bool]]:
        """The part of `from_` that partitions and indexes serve; it holds for more rows."""
        parts = [] if self.partitions is None else [self.partitions.from_(start)]
        return parts if self.not_before is None else [*parts, self.not_before(start)]

    def _at_or_after(self, start: datetime) -> ColumnElement[bool]:
        exact = self.expression >= self.bound(start)
        return exact if self.not_before is None else sa.and_(self.not_before(start), exact)

    def before(self, end: datetime) -> ColumnElement[bool]:
        """Everything before an instant."""
        earlier = self.expression < self.bound(end)
        return earlier if self.partitions is None else sa.and_(self.partitions.until(end), earlier)

    def undated(self) -> ColumnElement[bool]:
        """Rows that belong to no day: without a time, or with one that cannot be read.

        On text no index serves it, as invalid times may sort anywhere.
        """
        return self.expression.is_(None)

    def without_time(self, start: datetime, end: datetime) -> list[ColumnElement[bool]]:
        """Rows without a time; in a partitioned table only those of a time range's partitions."""
        parts = [] if self.partitions is None else [self.partitions.between(start, end)]
        return [*parts, self.undated()]

    def far(self, far: datetime, start: datetime) -> list[ColumnElement[bool]]:
        """Rows whose time is so far after now that it is invalid; in a partitioned table only those
        of the partitions from `start` on, as a row may be in the partition of its arrival."""
        parts = [] if self.partitions is None else [self.partitions.from_(start)]
        return [*parts, self._at_or_after(far)]

    def newest(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        """The latest value, in a type that every driver returns plainly."""
        return self.plain(sa.func.max(value))

    def plain(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        """A time of this column, in a type that every driver returns plainly."""
        return self.profile.plain_time(value, self.kind)

    def moment(self, value: object) -> datetime | None:
        """A result of `newest` or `plain` as an instant in UTC.

        A time outside of Python's years is its first or last instant.
        Raises MeasurementError for an invalid time.
        """
        if value is None:
            return None
        if isinstance(value, str):
            if _BEYOND.match(value):
                return _LAST
            value = _parsed(value)
        if not isinstance(value, date):
            raise MeasurementError(Cause.BAD_VALUE, f"{quoted(value)} is not a time")
        try:
            return self._instant_of(value)
        except OverflowError:
            return _LAST if value.year > 1 else _FIRST

    def first_moment(self, value: object, stored: object) -> datetime | None:
        """The earlier instant of a time in an hour that occurs twice; None for any other time.

        value: result of `plain`. stored: the column itself, where the expression converts it.
        """
        local = self._local_of(value, stored)
        if local is None or local.tzinfo is not None:
            return None
        try:
            first = first_utc_of_local(local, self.text_zone or self.zone)
        except OverflowError:
            return None
        return None if first is None else first.replace(tzinfo=UTC)

    def _local_of(self, value: object, stored: object) -> datetime | None:
        """The stored time of the wall clock; None for a value with an offset or a zone."""
        if self.text_zone is not None:
            return local_of(stored)
        if self.kind is not Kind.NAIVE:
            return None
        if isinstance(value, str):
            return None if _BEYOND.match(value) else _parsed(value)
        return value if isinstance(value, datetime) else None

    def _instant_of(self, value: date) -> datetime:
        if not isinstance(value, datetime):
            return midnight(value, self.zone)
        if value.tzinfo is not None:
            return value.astimezone(UTC)
        if self.kind is Kind.AWARE:
            return value.replace(tzinfo=UTC)
        return utc_of_local(value, self.zone).replace(tzinfo=UTC)


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise MeasurementError(Cause.BAD_VALUE, f"{quoted(text)} is not a time") from None


def _day_from(local: datetime) -> date:
    """The first whole day that begins at or after a local time."""
    return (local + timedelta(days=1) - TICK).date()


def instant(
    relation: Relation, name: str, profile: Profile, naive: ZoneInfo, shop: ZoneInfo
) -> Instant:
    """A mapped time column, with the partitions of its table if they are mapped.

    Raises MeasurementError for a type that is not a time.
    """
    column, kind = relation.column(name)
    parts = partitions(relation, relation.partition, profile) if relation.partition else None
    if kind is Kind.DATE:
        not_before = profile.text_not_before(column) if profile.is_typed_by_value else None
        day = profile.day(column)
        return Instant(day, kind, shop, parts, profile, not_before, stored=column)
    if kind in (Kind.NAIVE, Kind.AWARE):
        return Instant(column, kind, naive, parts, profile)
    if kind is Kind.TEXT:
        converted = profile.text_instant(column, naive)
        as_text = isinstance(converted.type, sa.String) or profile.name == "sqlite"
        spelled = Kind.TEXT if as_text else Kind.NAIVE
        not_before = profile.text_not_before(column)
        return Instant(
            converted, spelled, ZoneInfo("UTC"), parts, profile, not_before,
            stored=column, text_zone=naive,
        )  # fmt: skip
    raise MeasurementError(
        Cause.BAD_VALUE,
        f"{relation.label}: column {quoted(name)} is of type {kind.value}; "
        "a timestamp, a date or ISO text is needed",
    )


def bucket(
    value: ColumnElement[Any], bounds: Sequence[tuple[sa.BindParameter[Any], int]], last: int
) -> ColumnElement[int]:
    """Index of the range a value falls into: `bounds` are ascending (exclusive end, index).

    A binary tree of CASEs, so that a value is compared log2(n) times, not n.
    """
    if not bounds:
        return sa.literal_column(str(last), sa.Integer)
    middle = len(bounds) // 2
    end, index = bounds[middle]
    if len(bounds) == 1:
        below: ColumnElement[int] = sa.literal_column(str(index), sa.Integer)
        above: ColumnElement[int] = sa.literal_column(str(last), sa.Integer)
    else:
        below = bucket(value, bounds[:middle], index)
        above = bucket(value, bounds[middle + 1 :], last)
    return sa.case((value < end, below), else_=above)
