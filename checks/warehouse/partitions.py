"""Limits a partitioned table to the partitions of a time range."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from checks.config.model import Partition
from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.core.text import quoted
from checks.warehouse.kinds import Kind

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse.dialects.base import Profile
    from checks.warehouse.relation import Relation


@dataclass(frozen=True, slots=True)
class Partitions:
    """A partition column, and the format of the times in it.

    Bounds are those of the range in UTC, widened by the margin: a partition may be a day of
    any zone, or the day on which a row arrived. They leave out only partitions that have no row
    of the range, and compare the bare column, so that engines prune.
    """

    column: ColumnElement[Any]
    kind: Kind
    setting: Partition
    profile: Profile

    def from_(self, start: datetime) -> ColumnElement[bool]:
        """The partitions that may have rows at or after an instant."""
        return self.column >= self.floor(start)

    def floor(self, start: datetime) -> sa.BindParameter[Any]:
        """The first partition that may have rows at or after an instant."""
        return self._bound(start.astimezone(UTC) - self._margin)

    def until(self, end: datetime) -> ColumnElement[bool]:
        """The partitions that may have rows before an instant."""
        return self.column <= self._bound(end.astimezone(UTC) + self._margin)

    def between(self, start: datetime, end: datetime) -> ColumnElement[bool]:
        """The partitions that may have rows of a range."""
        return sa.and_(self.from_(start), self.until(end))

    @property
    def _margin(self) -> timedelta:
        return timedelta(days=self.setting.margin_days)

    def _bound(self, moment: datetime) -> sa.BindParameter[Any]:
        if self.kind is Kind.DATE:
            return sa.bindparam(None, moment.date(), sa.Date())
        if self.kind is Kind.AWARE:
            return sa.bindparam(None, _day(moment), self.profile.aware_type)
        if self.kind is Kind.NAIVE:
            return sa.bindparam(None, _day(moment).replace(tzinfo=None), self.profile.naive_type)
        text = moment.strftime(self.setting.format)
        if self.kind is Kind.TEXT:
            return sa.bindparam(None, text, sa.String())
        return sa.bindparam(None, int(text), sa.BigInteger())


def _day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def partitions(relation: Relation, setting: Partition, profile: Profile) -> Partitions:
    """The partition column of a mapped table.

    Raises MeasurementError where it is missing, or its type does not fit the format.
    """
    column, kind = relation.column(setting.column)
    if relation.kind_of(setting.column) is kind:
        column = relation.stored(setting.column)
    if kind in (Kind.OTHER, Kind.NUMBER, Kind.BOOLEAN, Kind.UUID):
        raise MeasurementError(
            Cause.BAD_VALUE,
            f"{relation.label}: partition column {quoted(setting.column)} is of type {kind.value}; "
            "a date, a timestamp, text or a whole number is needed",
        )
    if kind is Kind.INTEGER and not date(2025, 1, 1).strftime(setting.format).isdecimal():
        raise MeasurementError(
            Cause.BAD_VALUE,
            f"{relation.label}: partition column {quoted(setting.column)} is a whole number, and "
            f"the format {quoted(setting.format)} does not spell one; write such as '%Y%m%d'",
        )
    return Partitions(column, kind, setting, profile)
