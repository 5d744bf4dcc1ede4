"""Which files hold the rejected rows of some days."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from checks.quarantine.naming import owner_of, stem_of
from checks.quarantine.selection import NAME_ONE_DAY, Place, select, unsure_names
from checks.quarantine.tally import CannotReadError


@dataclass(slots=True)
class Chosen:
    """Files of one day each, and files in which rows tell their day by their time.

    owners: the audit log's source of each file whose name tells it.
    """

    by_day: dict[date, tuple[str, ...]] = field(default_factory=dict)
    mixed: tuple[str, ...] = ()
    owners: dict[str, str] = field(default_factory=dict)

    @property
    def paths(self) -> list[str]:
        """All of them."""
        return [*(path for paths in self.by_day.values() for path in paths), *self.mixed]


def choose(
    place: Place,
    days: Sequence[date],
    sources: Mapping[date, tuple[str, ...]],
    *,
    can_filter: bool,
) -> Chosen:
    """The files of every day; the first day is the judged one.

    sources: what was loaded of each day. can_filter: whether rows tell their time.
    Raises CannotReadError where the first day's rows cannot be told from others.
    """
    chosen = _chosen(place, days, sources, can_filter=can_filter)
    stems = {stem: name for names in sources.values() for name in names if (stem := stem_of(name))}
    for path in chosen.paths:
        if owner := owner_of(place.name(path), stems):
            chosen.owners[path] = owner
    return chosen


def _chosen(
    place: Place,
    days: Sequence[date],
    sources: Mapping[date, tuple[str, ...]],
    *,
    can_filter: bool,
) -> Chosen:
    if place.has_day:
        return Chosen({day: tuple(place.files(day)) for day in days})
    reading = place.named_days(*days)
    if not can_filter and (unsure := reading.unsure(days[0])):
        raise CannotReadError(f"{unsure_names(place, reading, unsure)}; {NAME_ONE_DAY}")
    named = reading.by_path()
    if any(named.values()):
        return _by_name(named, days, can_filter=can_filter)
    return _by_source_or_time(place, days, sources, can_filter=can_filter)


def _by_name(
    named: Mapping[str, frozenset[date]], days: Sequence[date], *, can_filter: bool
) -> Chosen:
    """Where names tell days, a file without one, or with several, may hold any."""
    by_day = {day: tuple(path for path, on in named.items() if on == {day}) for day in days}
    wanted = set(days)
    unsure = tuple(path for path, on in named.items() if not on or (len(on) > 1 and on & wanted))
    return Chosen(by_day, unsure if can_filter else ())


def _by_source_or_time(
    place: Place,
    days: Sequence[date],
    sources: Mapping[date, tuple[str, ...]],
    *,
    can_filter: bool,
) -> Chosen:
    chosen = Chosen()
    for day in days:
        try:
            found = select(
                place, day, sources.get(day, ()), can_filter=can_filter, most_bytes=math.inf
            )
        except CannotReadError:
            if day == days[0]:
                raise
            continue
        if found.only_day:
            chosen.mixed = tuple(dict.fromkeys((*chosen.mixed, *found.files)))
        else:
            chosen.by_day[day] = found.files
    return chosen
