"""Which calendar days a name holds: the one definition, for sources and for files. Pure.

Day and month that are both up to 12, the year last, can be read in two ways. Such a name does not
decide alone: other names of its family that can be read in one way only do.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_CLOCK = r"(?:(?:[01]\d|2[0-3])(?:[0-5]\d(?:[0-5]\d(?:\d{3}){0,3})?)?)?"
#: A day as 20250308 (a time may follow), 2025-03-08, 2025/03/08, 08.03.2025, 03-08-2025, or in
#: folders. What an earlier spelling matched is not read again by a later one.
_SPELLINGS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d)(?P<y>{_YEAR})(?P<m>{_MONTH})(?P<d>{_DAY}){_CLOCK}(?!\d)",
        rf"(?<!\d)(?P<y>{_YEAR})(?P<by>[-_./])(?P<m>{_MONTH})(?P=by)(?P<d>{_DAY})(?!\d)",
        rf"(?<!\d)(?P<first>{_DAY})(?P<by>[-_./])(?P<second>{_DAY})(?P=by)(?P<y>{_YEAR})(?!\d)",
        rf"(?<![a-z])y(?:ear)?=(?P<y>{_YEAR})/m(?:onth)?=(?P<m>\d\d?)/d(?:ay)?=(?P<d>\d\d?)(?!\d)",
    )
)
#: Two days further apart than this are no range of days.
_LONGEST_RANGE = 366

#: What stands for a day in a name without days.
DAY_MARK = "{day}"


class Order(StrEnum):
    """What comes first where the year comes last."""

    DAY = "day first"
    MONTH = "month first"


class _Spelled(NamedTuple):
    """Where in a name a day is, and which day it is by each order in which it is one."""

    start: int
    end: int
    days: Mapping[Order, date]

    @property
    def order(self) -> Order | None:
        """The only order in which it is a day."""
        return next(iter(self.days)) if len(self.days) == 1 else None


class DayNames:
    """The days in names of one family, such as the files of a folder or the sources of a log.

    The order of day and month is told by names that differ in their digits alone, or, where none
    of these can be read in one way only, by all of the names; by nothing where they contradict.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        """names: of the family."""
        by_shape: dict[str, set[Order]] = defaultdict(set)
        for name in names:
            orders = {one.order for one in _spelled(name)} - {None}
            by_shape[_shape(name)] |= {order for order in orders if order is not None}
        self._by_shape = by_shape
        self._of_all = _only({order for orders in by_shape.values() for order in orders})

    def days(self, name: str) -> frozenset[date]:
        """Every day that a name may mean: more than one where it is a range or not sure."""
        return days_in(name, self._order(name))

    def why_unsure(self, name: str) -> str:
        """Why a name tells no single day, in words; it has to mean several."""
        spelled = _spelled(name)
        order = self._order(name) or _only({one.order for one in spelled} - {None})
        days = sorted(self.days(name))
        if order is None and any(len(set(one.days.values())) > 1 for one in spelled):
            return "can be read with the day or the month first"
        return f"names the days from {days[0]} to {days[-1]}"

    def _order(self, name: str) -> Order | None:
        orders = self._by_shape.get(_shape(name))
        return _only(orders) if orders else self._of_all


def days_in(name: str, order: Order | None = None) -> frozenset[date]:
    """Every calendar day that a name may mean; two days beside each other are a range.

    order: of day and month, where it is known; without it a name may be read in both ways.
    """
    spelled = _spelled(name)
    own = _only({one.order for one in spelled} - {None}) or order
    orders = tuple(Order) if own is None else (own,)
    return frozenset(day for one in orders for day in _read(name, spelled, one))


def _spelled(name: str) -> list[_Spelled]:
    """The days in a name, in their order."""
    spelled: list[_Spelled] = []
    for spelling in _SPELLINGS:
        found = ((match, _days_of(match)) for match in spelling.finditer(name))
        spelled += [_Spelled(match.start(), match.end(), days) for match, days in found if days]
        name = spelling.sub(lambda match: " " * len(match[0]), name)
    return sorted(spelled, key=lambda one: one.start)


def _days_of(match: re.Match[str]) -> dict[Order, date]:
    parts = match.groupdict()
    if "first" not in parts:
        day = _day(parts["y"], parts["m"], parts["d"])
        return dict.fromkeys(Order, day) if day is not None else {}
    read = {
        Order.DAY: _day(parts["y"], parts["second"], parts["first"]),
        Order.MONTH: _day(parts["y"], parts["first"], parts["second"]),
    }
    return {order: day for order, day in read.items() if day is not None}


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None  # digits that are no day


def _read(name: str, spelled: Sequence[_Spelled], order: Order) -> set[date]:
    """The days by one order, with those between two that stand in the same part of a path."""
    days: set[date] = set()
    before: tuple[int, date] | None = None
    for one in spelled:
        day = one.days.get(order) or next(iter(one.days.values()))
        days.add(day)
        if before is not None and not re.search(r"[/\\]", name[before[0] : one.start]):
            days |= _between(before[1], day)
        before = one.end, day
    return days


def _between(one: date, other: date) -> set[date]:
    first, last = sorted((one, other))
    count = (last - first).days
    return {first + timedelta(days=n) for n in range(count)} if count <= _LONGEST_RANGE else set()


def _shape(name: str) -> str:
    """A name without its digits."""
    return re.sub(r"\d+", "", name)


def _only(orders: Iterable[Order | None]) -> Order | None:
    """The one order, where there is exactly one."""
    different = set(orders)
    return different.pop() if len(different) == 1 else None


def without_days(name: str) -> str:
    """A name with the same mark for each day that it holds, so that daily names compare."""
    for spelling in _SPELLINGS:
        name = spelling.sub(DAY_MARK, name)
    return name
