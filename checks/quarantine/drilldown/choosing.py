"""Which files hold the rejected rows of some days."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from checks.quarantine.selection import FilePattern, owners_of, select, unsure_files
from checks.quarantine.tally import CannotReadError


@dataclass(slots=True)
class ChosenFiles:
    """Files of one day each (by_day), and files of which only the rows' times say the day (mixed).

    owners: the audit log's source of each file, where its name says it.
    """

    by_day: dict[date, tuple[str, ...]] = field(default_factory=dict)
    mixed: tuple[str, ...] = ()
    owners: dict[str, str] = field(default_factory=dict)

    @property
    def paths(self) -> list[str]:
        """All of them."""
        return [*(path for paths in self.by_day.values() for path in paths), *self.mixed]


def choose_files(
    place: FilePattern,
    days: Sequence[date],
    sources: Mapping[date, tuple[str, ...]],
    *,
    can_filter: bool,
) -> ChosenFiles:
    """The files of every day; the first day is the judged one.

    sources: what was loaded for each day. can_filter: whether rows have a time.
    Raises CannotReadError where the first day's rows cannot be distinguished from others.
    """
    if place.has_day:
        chosen = ChosenFiles({day: tuple(place.files(day)) for day in days})
    else:
        named_days = place.named_days(place.files(*days))
        unsure_files(place, named_days, days[0], can_filter=can_filter)
        days_by_path = named_days.by_path()
        if any(days_by_path.values()):
            chosen = _by_name(days_by_path, days, can_filter=can_filter)
        else:
            chosen = _by_source_or_time(place, days, sources, can_filter=can_filter)
    names = [name for names in sources.values() for name in names]
    chosen.owners = owners_of(place, chosen.paths, names)
    return chosen


def _by_name(
    days_by_path: Mapping[str, frozenset[date]], days: Sequence[date], *, can_filter: bool
) -> ChosenFiles:
    """Choose by days in names; a file that names none, or several, may hold rows of any."""
    by_day = {day: tuple(path for path, on in days_by_path.items() if on == {day}) for day in days}
    requested_days = set(days)
    unsure = tuple(
        path for path, on in days_by_path.items() if not on or (len(on) > 1 and on & requested_days)
    )
    return ChosenFiles(by_day, unsure if can_filter else ())


def _by_source_or_time(
    place: FilePattern,
    days: Sequence[date],
    sources: Mapping[date, tuple[str, ...]],
    *,
    can_filter: bool,
) -> ChosenFiles:
    chosen = ChosenFiles()
    for day in days:
        try:
            selection = select(
                place, [day], sources.get(day, ()), can_filter=can_filter, most_bytes=math.inf
            )
        except CannotReadError:
            if day == days[0]:
                raise
            continue
        if selection.needs_day_filter:
            chosen.mixed = tuple(dict.fromkeys((*chosen.mixed, *selection.files)))
        else:
            chosen.by_day[day] = selection.files
    return chosen
