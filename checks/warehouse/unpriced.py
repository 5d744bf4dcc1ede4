"""Lists the purchases of a day that carry no usable revenue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import EventsSource
from checks.errors import MeasurementError
from checks.model import Cause
from checks.timeframe import Timeframe
from checks.warehouse.events import amount_of
from checks.warehouse.instants import instant

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement
    from sqlalchemy.sql.selectable import Subquery

    from checks.warehouse.connection import Warehouse
    from checks.warehouse.dialects.base import Profile
    from checks.warehouse.instants import Instant
    from checks.warehouse.relation import Relation

#: Characters of a value that are fetched: a cell may hold a megabyte.
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class UnpricedPurchase:
    """One purchase, its values as they are stored, cut to 200 characters. None is NULL.

    at: in UTC; a day's midnight in the shop where the column is a DATE.
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
    """How many there are on the data date up to now, and `limit` of them in the order of time.

    The purchases that `missing_revenue` counts. Raises MeasurementError.
    """
    relation = warehouse.relation("events", source)
    occurred = instant(relation, source.occurred_at, warehouse.profile, naive, frame.zone)
    rows = _unpriced(warehouse, relation, source, occurred, frame)
    total = int(warehouse.fetch(sa.select(sa.func.count()).select_from(rows))[0][0])
    columns = (rows.c.moment, rows.c.event_name, rows.c.order_id, rows.c.amount)
    statement = sa.select(*columns).order_by(*columns).limit(limit).offset(offset)
    found = warehouse.fetch(statement) if total > offset else []
    return total, tuple(
        UnpricedPurchase(occurred.moment(moment), *values) for moment, *values in found
    )


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
    name = relation.column(source.name)[0]
    order_id = relation.column(source.order_id)[0] if source.order_id else sa.null()
    return (
        sa.select(
            occurred.plain(occurred.expression).label("moment"),
            _text(name, profile).label("event_name"),
            _text(order_id, profile).label("order_id"),
            _text(relation.column(source.revenue)[0], profile).label("amount"),
        )
        .select_from(relation.target)
        .where(
            occurred.between(frame.start, frame.cut),
            name.in_(source.purchase_names),
            priced.is_(None),
        )
        .subquery("unpriced_purchases")
    )


def _text(column: ColumnElement[Any], profile: Profile) -> ColumnElement[str]:
    return profile.part(profile.as_text(column), 1, _LONGEST)
