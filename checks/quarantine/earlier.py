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
_REMEDY = "correct the quarantine section, or map audit_log, whose counts tell a day without any"


def earlier_query(relation: Relation, occurred: Instant, frame: Timeframe) -> sa.Select[Any]:
    """Rows of (days before the data date less one, rejected rows), of the days that have some.

    While the data date lasts, each earlier day ends at the same time of day.
    """
    slices = frame.day_slices(EARLIER_DAYS)[:-1]
    bounds: list[tuple[sa.BindParameter[datetime], int]] = []
    reached = slices[0][1]
    for back, (_, start, end) in zip(range(EARLIER_DAYS, 0, -1), slices, strict=True):
        if reached < start:
            bounds.append((occurred.bound(start), _BETWEEN))
        bounds.append((occurred.bound(end), back))
        reached = end
    rows = (
        sa.select(bucket(occurred.expression, bounds, _BETWEEN).label("back"))
        .select_from(relation.target)
        .where(occurred.between(slices[0][1], slices[-1][2]))
        .subquery(relation.inner_name("earlier_rejected_rows"))
    )
    return sa.select(rows.c.back, sa.func.count()).group_by(rows.c.back)


def no_row(label: str, frame: Timeframe, having: set[int]) -> str:
    """Why a day without a row had no rejected rows, in words.

    having: how many days before it there were some, up to EARLIER_DAYS. Raises CannotReadError
    where no day had any, or every one from the oldest on that did.
    """
    what = f"{label} holds no rejected row of {day_text(frame.data_date)}"
    if not having:
        nothing = f"{what} or of the {EARLIER_DAYS} days before"
        raise CannotReadError(f"{nothing}; {_REMEDY}")
    since = max(having)
    if len(having) == since >= LEAST_DAYS:
        each = f"although each of the {since} days before has some"
        raise CannotReadError(f"{what}, {each}; load it again, or map audit_log")
    looked_at = since if len(having) < since else EARLIER_DAYS
    return f"{what}, as on {looked_at - len(having)} of the {looked_at} days before"


def days_having(rows: list[Any]) -> set[int]:
    """How many days back there were rows, from the answer to `earlier_query`."""
    return {int(back) for back, count in rows if int(back) != _BETWEEN and int(count)}
