"""Whether a table has rows of a period: stops counting as soon as there are enough."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.warehouse.instants import instant

if TYPE_CHECKING:
    from checks.warehouse.connection import Warehouse
    from checks.warehouse.relation import Source

#: This many rows are never stray ones, however big the table: no more are counted.
_MOST = 1_000_000


def has_rows(
    warehouse: Warehouse,
    section: str,
    source: Source,
    column: str,
    *,
    naive: ZoneInfo,
    zone: ZoneInfo,
    end: datetime,
    start: datetime | None = None,
    least: int = 1,
) -> bool:
    """Whether a mapped table has at least `least` rows with a time from `start` to before `end`.

    column: the time. naive: zone of times stored without one. zone: the shop's. Raises
    MeasurementError.
    """
    relation = warehouse.relation(section, source)
    at = instant(relation, column, warehouse.profile, naive, zone)
    in_period = at.before(end) if start is None else at.between(start, end)
    needed = min(least, _MOST)
    probe = sa.select(sa.literal(1).label("present")).select_from(relation.target)
    probe = probe.where(in_period).limit(needed)
    if needed > 1:
        probe = sa.select(sa.func.count()).select_from(
            probe.subquery(relation.inner_name("enough_rows"))
        )
        return int(warehouse.fetch(probe)[0][0]) >= needed
    return bool(warehouse.fetch(probe))
