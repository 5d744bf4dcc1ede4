"""One line of an incident's timeline, and rows of equal ones shortened. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from checks.core.model import Status

#: A row of more equal gates is shortened.
_MOST_EQUAL = 3


class TimelineKind(StrEnum):
    """What an entry is about: a load, the gate, or what a person did."""

    LOADED = "loaded"
    GATE = "gate"
    TAKEN = "taken"
    WAIVED = "waived"
    ACCEPTED = "accepted"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened. `lead`, `strong` and `rest` are one sentence, of which `strong` is
    emphasised; they may hold hostile names. `status`: what the gate found; None for all else.
    """

    at: datetime
    kind: TimelineKind
    lead: str = ""
    strong: str = ""
    rest: str = ""
    status: Status | None = None

    @property
    def text(self) -> str:
        """The whole sentence."""
        return f"{self.lead}{self.strong}{self.rest}"


def without_repeats(entries: Sequence[TimelineEntry]) -> tuple[TimelineEntry, ...]:
    """The entries with a row of equal gates shortened: the first, how many the same, the last.

    entries: in the order of time. Gates are equal that said the same of another day; whatever
    happened in between ends a row.
    """
    kept: list[TimelineEntry] = []
    for _, group in groupby(entries, key=_subject):
        row = list(group)
        if len(row) > _MOST_EQUAL:
            count = len(row) - 2
            same = replace(row[-2], rest=f": the same on {count} more days")
            row = [row[0], same, row[-1]]
        kept += row
    return tuple(kept)


def _subject(entry: TimelineEntry) -> tuple[object, ...]:
    """What a gate said, without the day of its data; anything else is unlike every other entry."""
    if entry.kind is not TimelineKind.GATE:
        return (id(entry),)
    return entry.strong, entry.status, entry.rest.partition(" (data of ")[0]
