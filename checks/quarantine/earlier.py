"""Whether a day without rows in a table of rejected rows had none, or was never written.

The rule is that of files: what the days before the judged one had.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from checks.core.text import day_text
from checks.core.timeframe import Timeframe
from checks.quarantine.delivery import EARLIER_DAYS, LEAST_DAYS
from checks.quarantine.tally import CannotReadError
from checks.warehouse.instants import bucket

if TYPE_CHECKING:
    from datetime import datetime

    from checks.warehouse.instants import Instant
    from checks.warehouse.relation import Relation

_BETWEEN = -1
_REMEDY = "correct the quarantine section, or map audit_log, whose counts show a day without any"


def earlier_query(relation: Relation, occurred: Instant, frame: Timeframe) -> sa.Select[Any]:
    """Rows of (days before the data date, rejected rows), for the earlier days that have some.

    While the data date lasts, each earlier day ends at the same time of day.
    """
    slices = frame.day_slices(EARLIER_DAYS)[:-1]
    bounds: list[tuple[sa.BindParameter[datetime], int]] = []
    previous_end = slices[0][1]
    for back, (_, start, end) in zip(range(EARLIER_DAYS, 0, -1), slices, strict=True):
        if previous_end < start:
            bounds.append((occurred.bound(start), _BETWEEN))
        bounds.append((occurred.bound(end), back))
        previous_end = end
    rows = (
        sa.select(bucket(occurred.expression, bounds, _BETWEEN).label("back"))
        .select_from(relation.target)
        .where(occurred.between(slices[0][1], slices[-1][2]))
        .subquery(relation.inner_name("earlier_rejected_rows"))
    )
    return sa.select(rows.c.back, sa.func.count()).group_by(rows.c.back)


def no_row(label: str, frame: Timeframe, days_with_rows: set[int]) -> str:
    """Text on why a day without a row had no rejected rows.

    days_with_rows: how many days back there were some, up to EARLIER_DAYS. Raises CannotReadError
    where no day had any, or every one since the oldest of them had.
    """
    what = f"{label} holds no rejected row of {day_text(frame.data_date)}"
    if not days_with_rows:
        nothing = f"{what} or of the {EARLIER_DAYS} days before"
        raise CannotReadError(f"{nothing}; {_REMEDY}")
    since = max(days_with_rows)
    if len(days_with_rows) == since >= LEAST_DAYS:
        each = f"although each of the {since} days before has some"
        raise CannotReadError(f"{what}, {each}; load it again, or map audit_log")
    searched_days = since if len(days_with_rows) < since else EARLIER_DAYS
    return f"{what}, as on {searched_days - len(days_with_rows)} of the {searched_days} days before"


def days_back_with_rows(rows: list[Any]) -> set[int]:
    """How many days back there were rows, from the answer to `earlier_query`."""
    return {int(back) for back, count in rows if int(back) != _BETWEEN and int(count)}
