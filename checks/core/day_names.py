"""Which calendar days a name contains: the only definition, for sources and for files. Pure.

With the year last, a day and a month that are both up to 12 are ambiguous. Such a name is read
like the other names of its family that are not ambiguous.
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
#: folders. Text that an earlier spelling matched is not matched again by a later one.
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

#: Replaces each day in a name (`without_days`).
DAY_MARK = "{day}"


class Order(StrEnum):
    """Whether the day or the month comes first, in dates with the year last."""

    DAY = "day first"
    MONTH = "month first"


class _DateMatch(NamedTuple):
    """A date in a name: its position, and the day that it is by each possible order."""

    start: int
    end: int
    days: Mapping[Order, date]

    @property
    def order(self) -> Order | None:
        """The order, where only one is possible."""
        return next(iter(self.days)) if len(self.days) == 1 else None


class DayNames:
    """The days in names of one family, such as the files of a folder or the sources of a log.

    The order of day and month follows from the unambiguous ones among the names that differ in
    digits alone, or, where there are none, among all names; unknown where they contradict.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        """names: of the family."""
        by_shape: dict[str, set[Order]] = defaultdict(set)
        for name in names:
            orders = {date_match.order for date_match in _date_matches(name)} - {None}
            by_shape[_shape(name)] |= {order for order in orders if order is not None}
        self._by_shape = by_shape
        self._common_order = _single_order(
            {order for orders in by_shape.values() for order in orders}
        )

    def days(self, name: str) -> frozenset[date]:
        """Every day that a name may mean: more than one where it is a range or ambiguous."""
        return days_in(name, self._order(name))

    def ambiguity(self, name: str) -> str:
        """The reason why a name means several days, as text; it has to mean several."""
        date_matches = _date_matches(name)
        order = self._order(name) or _single_order(
            {date_match.order for date_match in date_matches} - {None}
        )
        days = sorted(self.days(name))
        if order is None and any(
            len(set(date_match.days.values())) > 1 for date_match in date_matches
        ):
            return "can be read as day-month or as month-day"
        return f"names the days from {days[0]} to {days[-1]}"

    def _order(self, name: str) -> Order | None:
        orders = self._by_shape.get(_shape(name))
        return _single_order(orders) if orders else self._common_order


def days_in(name: str, order: Order | None = None) -> frozenset[date]:
    """Every calendar day that a name may mean; two days beside each other are a range.

    order: of day and month, where it is known; without it a name may be read in both ways.
    """
    date_matches = _date_matches(name)
    known_order = _single_order({date_match.order for date_match in date_matches} - {None}) or order
    orders = tuple(Order) if known_order is None else (known_order,)
    return frozenset(
        day for day_order in orders for day in _days_by_order(name, date_matches, day_order)
    )


def _date_matches(name: str) -> list[_DateMatch]:
    """The dates in a name, in their order."""
    date_matches: list[_DateMatch] = []
    for spelling in _SPELLINGS:
        candidates = ((match, _days_of(match)) for match in spelling.finditer(name))
        date_matches += [
            _DateMatch(match.start(), match.end(), days) for match, days in candidates if days
        ]
        name = spelling.sub(lambda match: " " * len(match[0]), name)
    return sorted(date_matches, key=lambda date_match: date_match.start)


def _days_of(match: re.Match[str]) -> dict[Order, date]:
    parts = match.groupdict()
    if "first" not in parts:
        day = _day(parts["y"], parts["m"], parts["d"])
        return dict.fromkeys(Order, day) if day is not None else {}
    days = {
        Order.DAY: _day(parts["y"], parts["second"], parts["first"]),
        Order.MONTH: _day(parts["y"], parts["first"], parts["second"]),
    }
    return {order: day for order, day in days.items() if day is not None}


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None  # digits that are no day


def _days_by_order(name: str, date_matches: Sequence[_DateMatch], order: Order) -> set[date]:
    """The days by one order, with those between two dates in the same part of a path."""
    days: set[date] = set()
    previous: tuple[int, date] | None = None
    for date_match in date_matches:
        day = date_match.days.get(order) or next(iter(date_match.days.values()))
        days.add(day)
        if previous is not None and not re.search(r"[/\\]", name[previous[0] : date_match.start]):
            days |= _between(previous[1], day)
        previous = date_match.end, day
    return days


def _between(day: date, other: date) -> set[date]:
    first, last = sorted((day, other))
    count = (last - first).days
    return {first + timedelta(days=n) for n in range(count)} if count <= _LONGEST_RANGE else set()


def _shape(name: str) -> str:
    """A name without its digits: names of one shape are spelled alike."""
    return re.sub(r"\d+", "", name)


def _single_order(orders: Iterable[Order | None]) -> Order | None:
    """The order, where there is exactly one."""
    different = set(orders)
    return different.pop() if len(different) == 1 else None


def without_days(name: str) -> str:
    """A name with DAY_MARK for each day in it, so that daily names compare equal."""
    for spelling in _SPELLINGS:
        name = spelling.sub(DAY_MARK, name)
    return name
