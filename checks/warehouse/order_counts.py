"""Counts of orders and purchases by kind, as statements and as what these answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from checks.core.values import as_micros

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement
    from sqlalchemy.sql.selectable import CTE

    from checks.warehouse.dialects.base import Profile

_ROWS = "rows_"
#: The day of counts that belong to no day.
NO_DAY = -1


@dataclass(frozen=True, slots=True)
class Group:
    """Number of rows, the events they stand for, their amount in millionths."""

    rows: int
    events: int
    micros: int


@dataclass(frozen=True, slots=True)
class Counts:
    """All rows, their ids, and each group of rows by kind."""

    total: Group
    ids: int
    distinct_ids: int
    groups: Mapping[str, Group]


def counting(rows: CTE, kinds: Sequence[str], profile: Profile) -> sa.Select[*tuple[Any, ...]]:
    """Ids and distinct ids, then rows, events and amount of all and of each kind.

    One row; where `rows` has a column `day`, one row a day, which is its last column.
    """
    columns: list[Any] = [
        sa.func.count(rows.c.order_id).label("ids"),
        sa.func.count(rows.c.order_id.distinct()).label("distinct_ids"),
        sa.func.count().label(_ROWS),
        sa.func.sum(rows.c.events).label("events"),
        profile.total(rows.c.micros).label("micros"),
    ]
    for kind in kinds:
        columns += [
            sa.func.count(_where(rows, kind, sa.literal(1))).label(f"{kind}_rows"),
            sa.func.sum(_where(rows, kind, rows.c.events)).label(f"{kind}_events"),
            profile.total(_where(rows, kind, rows.c.micros)).label(f"{kind}_micros"),
        ]
    statement = sa.select(*columns).select_from(rows)
    return statement.add_columns(rows.c.day).group_by(rows.c.day) if "day" in rows.c else statement


def only_rows(
    counts: sa.Select[*tuple[Any, ...]],
    profile: Profile,
    rows: ColumnElement[Any],
    day: ColumnElement[Any] | None = None,
) -> Iterator[ColumnElement[Any]]:
    """The columns of a `counting` statement that only counts rows, of a day or of none."""
    for column in counts.selected_columns:
        if column.name == _ROWS:
            yield rows.label(_ROWS)
        elif column.name == "day":
            yield _whole(NO_DAY).label("day") if day is None else day
        elif column.name.endswith("micros"):
            yield profile.total(profile.whole(sa.null())).label(column.name)
        else:
            yield _whole(0).label(column.name)


def part_column(number: int) -> sa.Label[int]:
    """The number of a part of a statement, as its last column."""
    return _whole(number).label("part")


def counts_by_day(
    rows: Iterable[Sequence[Any]], kinds: Sequence[str], *, of_many_days: bool
) -> dict[int, Counts]:
    """What `counting` answered, by the index of the day; one row without a day is the first.

    of_many_days: whether rows end with their day.
    """
    if of_many_days:
        return {int(day): _counts_of(counts, kinds) for *counts, day in rows}
    return dict(enumerate(_counts_of(counts, kinds) for counts in rows))


def counts_by_part(
    rows: Iterable[Sequence[Any]], kinds: Sequence[str], *, of_many_days: bool
) -> dict[int, dict[int, Counts]]:
    """What a statement of several parts answered, by the number of the part, then as
    `counts_by_day`."""
    parts: defaultdict[int, list[Sequence[Any]]] = defaultdict(list)
    for *counts, number in rows:
        parts[int(number)].append(counts)
    return {
        number: counts_by_day(counts, kinds, of_many_days=of_many_days)
        for number, counts in parts.items()
    }


def no_counts(kinds: Sequence[str]) -> Counts:
    """The counts of a day without rows."""
    return Counts(Group(0, 0, 0), 0, 0, {kind: Group(0, 0, 0) for kind in kinds})


def _counts_of(row: Sequence[Any], kinds: Sequence[str]) -> Counts:
    ids, distinct, *counts = row
    total, *groups = (_group(*counts[start : start + 3]) for start in range(0, len(counts), 3))
    return Counts(total, int(ids), int(distinct), dict(zip(kinds, groups, strict=True)))


def _group(rows: object, events: object, micros: object) -> Group:
    return Group(as_micros(rows), as_micros(events), as_micros(micros))


def _whole(number: int) -> ColumnElement[int]:
    return sa.literal_column(str(number), sa.Integer)


def _where(rows: CTE, kind: str, value: ColumnElement[Any]) -> ColumnElement[Any]:
    return sa.case((rows.c.kind == kind, value), else_=None)
