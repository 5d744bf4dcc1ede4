"""Whether the warehouse still holds what is remembered: a few old days are counted again. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from checks.core.counts import NAME, RememberedCounts, Values, value_text
from checks.core.metrics import STRAY_DAY, SpotCheck

#: A count may differ from the remembered one by this share before both are called different.
TOLERANCE = 0.005
_FURTHEST_WEEKS = 8
_DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True)
class Difference:
    """A day whose count in the warehouse is not the remembered one, in events."""

    day: date
    remembered: int
    counted: int


def days_to_check(
    known: Mapping[date, RememberedCounts], data_date: date, before: date, count: int
) -> list[date]:
    """Which remembered days are counted again, oldest first.

    before: the first day that is measured anyway. Those that were verified longest ago come
    first; among them the same weekday of the last eight weeks, then the rest, the nearest first.
    """
    candidates = [day for day, one in known.items() if day < before and one.is_verified]

    def place(day: date) -> tuple[date, bool, int]:
        back = (data_date - day).days
        alike = back % _DAYS_PER_WEEK == 0 and back <= _FURTHEST_WEEKS * _DAYS_PER_WEEK
        return known[day].counted_at.date(), not alike, back

    return sorted(sorted(candidates, key=place)[:count])


def difference(spot: SpotCheck, known: RememberedCounts, usual: float = 0.0) -> Difference | None:
    """The day, where more than TOLERANCE of its events are other ones; None where it is the same.

    Events that changed their name count once. usual: events of a usual day; a day that had, and
    has, a hundredth of them at most has stray events, which come and go.
    """
    remembered = known.counts.by_dimension[NAME]
    if max(known.counts.total, spot.total) <= STRAY_DAY * usual:
        return None
    total, moved = known.counts.total, _moved(spot, remembered)
    if moved <= TOLERANCE * max(total, spot.total):
        return None
    return Difference(spot.day, total, spot.total)


def _moved(spot: SpotCheck, remembered: Values) -> int:
    """Events that are more or fewer, or have another name."""
    now: Counter[str] = Counter()
    rest = 0
    for name, events in spot.events.items():
        shown = value_text(name)
        if remembered.rest and shown not in remembered.events:
            rest += events
        else:
            now[shown] += events
    names, before = {*now, *remembered.events}, remembered.events
    more, fewer = _sums(now[name] - before.get(name, 0) for name in names)
    apart = rest - remembered.rest
    return max(more + max(0, apart), fewer + max(0, -apart))


def _sums(changes: Iterable[int]) -> tuple[int, int]:
    """What was added, and what was taken away."""
    listed = list(changes)
    return sum(c for c in listed if c > 0), -sum(c for c in listed if c < 0)
