"""Lists the purchases of a day without usable revenue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import EventsSource
from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.core.timeframe import Timeframe
from checks.warehouse.instants import instant
from checks.warehouse.kinds import Kind
from checks.warehouse.roles import amount_of, event_name_of
from checks.warehouse.texts import shown

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement
    from sqlalchemy.sql.selectable import Subquery

    from checks.warehouse.connection import Warehouse
    from checks.warehouse.dialects.base import Profile
    from checks.warehouse.instants import Instant
    from checks.warehouse.relation import Relation

#: How many characters of a value are fetched: a cell may have a megabyte.
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class UnpricedPurchase:
    """One purchase, with values as text (`shown`), cut to 200 characters. None is NULL.

    at: in UTC; midnight in the shop's zone where the column is a DATE.
    """

    at: datetime | None
    name: str | None
    order_id: str | None
    amount: str | None


def read_unpriced(
    warehouse: Warehouse,
    source: EventsSource,
    frame: Timeframe,
    naive: ZoneInfo,
    *,
    limit: int,
    offset: int,
) -> tuple[int, tuple[UnpricedPurchase, ...]]:
    """The number of these purchases on the data date up to now, and `limit` of them by time.

    The purchases that `missing_revenue` counts. Raises MeasurementError.
    """
    relation = warehouse.relation("events", source)
    occurred = instant(relation, source.occurred_at, warehouse.profile, naive, frame.zone)
    rows = _unpriced(warehouse, relation, source, occurred, frame)
    total = int(warehouse.fetch(sa.select(sa.func.count()).select_from(rows))[0][0])
    kinds = [relation.column(n)[1] if n else Kind.TEXT for n in _names(source)]
    rows_fetched = (
        warehouse.fetch(_page(rows, kinds, warehouse.profile, limit, offset))
        if total > offset
        else []
    )
    return total, tuple(
        UnpricedPurchase(
            occurred.moment(moment),
            *(shown(value, kind, _LONGEST) for value, kind in zip(values, kinds, strict=True)),
        )
        for moment, *values in rows_fetched
    )


def _names(source: EventsSource) -> tuple[str | None, str | None, str | None]:
    return source.name, source.order_id, source.revenue


def _page(
    rows: Subquery, kinds: list[Kind], profile: Profile, limit: int, offset: int
) -> sa.Select[Any]:
    """Some of the rows by time and then by their values, the same on every engine."""
    columns = (rows.c.event_name, rows.c.order_id, rows.c.amount)
    pairs = zip(columns, kinds, strict=True)
    order = [part for column, kind in pairs for part in profile.in_order(column, kind)]
    statement = sa.select(rows.c.moment, *columns).order_by(rows.c.moment, *order)
    return statement.limit(limit).offset(offset)


def _unpriced(
    warehouse: Warehouse,
    relation: Relation,
    source: EventsSource,
    occurred: Instant,
    frame: Timeframe,
) -> Subquery:
    if source.revenue is None:
        raise MeasurementError(Cause.BAD_VALUE, "`events.revenue` is not mapped in andon.yml")
    profile = warehouse.profile
    amount, valid = amount_of(relation, source.revenue, profile)
    priced = amount if valid is None else sa.case((valid, amount), else_=None)
    name = event_name_of(relation, source.name, profile)
    return (
        sa.select(
            occurred.plain(occurred.expression).label("moment"),
            *(
                _value(relation, column, profile).label(label)
                for column, label in zip(
                    _names(source), ("event_name", "order_id", "amount"), strict=True
                )
            ),
        )
        .select_from(relation.target)
        .where(
            occurred.between(frame.start, frame.cut),
            name.in_(source.purchase_names),
            priced.is_(None),
        )
        .subquery(relation.inner_name("unpriced_purchases"))
    )


def _value(relation: Relation, name: str | None, profile: Profile) -> ColumnElement[Any]:
    """A column as it is; text is cut to what is shown."""
    if name is None:
        return profile.as_text(sa.null())
    column, kind = relation.column(name)
    return profile.part(profile.as_text(column), 1, _LONGEST) if kind is Kind.TEXT else column
