"""Whether the warehouse still holds what is remembered: a few old days are counted again. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from checks.core.counts import (
    MOST_NAMES,
    NAME,
    DayCounts,
    RememberedCounts,
    Values,
    largest,
    value_text,
)
from checks.core.metrics import SpotCheck
from checks.core.totals import STRAY_DAY

#: A count may differ from the remembered one by this share before both are called different.
TOLERANCE = 0.005
#: A name differs where its count changed by this share, and by as many events as make a name
#: matter.
LEAST_SHARE = 0.5
_FURTHEST_WEEKS = 8
_DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True)
class Difference:
    """A day whose count in the warehouse is not the remembered one, in events.

    name: the event name that came, went or moved; None where the whole day did.
    """

    day: date
    remembered: int
    counted: int
    name: str | None = None


def days_to_check(
    known: Mapping[date, RememberedCounts], data_date: date, before: date, count: int
) -> list[date]:
    """Which remembered days are counted again, oldest first.

    before: the first day that is measured anyway. Those that were verified longest ago come
    first; among them the same weekday of the last eight weeks, then the rest, the nearest first.
    """
    candidates = [day for day, counts in known.items() if day < before and counts.is_verified]

    def place(day: date) -> tuple[date, bool, int]:
        back = (data_date - day).days
        alike = back % _DAYS_PER_WEEK == 0 and back <= _FURTHEST_WEEKS * _DAYS_PER_WEEK
        return known[day].counted_at.date(), not alike, back

    return sorted(sorted(candidates, key=place)[:count])


def difference(
    spot: SpotCheck, known: RememberedCounts, least: float, usual: float = 0.0
) -> Difference | None:
    """The difference, where more than TOLERANCE of the day's events changed, or one name's did;
    else None.

    least: the fewest events by which a name's change matters. Events that
    changed their name count once. usual: events of a usual day; a day that had, and has, a
    hundredth of them at most has stray events, which come and go.
    """
    remembered = known.counts.by_dimension[NAME]
    if max(known.counts.total, spot.total) <= STRAY_DAY * usual:
        return None
    now, total = _as_remembered(spot, remembered), known.counts.total
    if _moved_events(now, remembered) > TOLERANCE * max(total, spot.total):
        return Difference(spot.day, total, spot.total)
    return _largest_name_difference(spot, remembered, max(least, 1))


def counted_again(spot: SpotCheck, known: RememberedCounts) -> DayCounts:
    """The day with its names as they were just counted; of its dimensions nothing new is known.

    Names that were too many are not told apart now either. A day of which less is there keeps
    what is remembered: a difference so small that it is none is no reason to forget.
    """
    if spot.total < (1 - TOLERANCE) * known.counts.total:
        return known.counts
    now = _as_remembered(spot, known.counts.by_dimension[NAME])
    names = now if now.rest else largest(now.events, MOST_NAMES)
    return DayCounts(spot.day, {**known.counts.by_dimension, NAME: names})


def _as_remembered(spot: SpotCheck, remembered: Values) -> Values:
    """What was just counted; names that were not told apart before are not told apart now."""
    now = Counter(dict.fromkeys(remembered.events, 0) if remembered.rest else {})
    rest = []
    for shown, events in _shown(spot).items():
        if remembered.rest and shown not in remembered.events:
            rest.append(events)
        else:
            now[shown] += events
    return Values(dict(now), sum(rest), max(rest, default=None))


def _shown(spot: SpotCheck) -> Counter[str]:
    counts: Counter[str] = Counter()
    for name, events in spot.events.items():
        counts[value_text(name)] += events
    return counts


def _largest_name_difference(
    spot: SpotCheck, remembered: Values, least: float
) -> Difference | None:
    """The name that moved most, where it moved by at least half and by `least` events.

    A name that was in the rest had at most the rest.
    """
    now, differences = _shown(spot), []
    for name in {*now, *remembered.events}:
        count = now[name]
        before = remembered.events.get(name, min(count, remembered.rest))
        if abs(count - before) >= max(least, LEAST_SHARE * max(count, before)):
            differences.append(Difference(spot.day, before, count, name))
    return max(differences, key=_by_size, default=None)


def _by_size(change: Difference) -> tuple[int, int, str]:
    return abs(change.counted - change.remembered), change.remembered, change.name or ""


def _moved_events(now: Values, remembered: Values) -> int:
    """Events that are more or fewer, or have another name."""
    names, before = {*now.events, *remembered.events}, remembered.events
    more, fewer = _sums(now.events.get(name, 0) - before.get(name, 0) for name in names)
    apart = now.rest - remembered.rest
    return max(more + max(0, apart), fewer + max(0, -apart))


def _sums(changes: Iterable[int]) -> tuple[int, int]:
    """What was added, and what was taken away."""
    listed = list(changes)
    return sum(c for c in listed if c > 0), -sum(c for c in listed if c < 0)
