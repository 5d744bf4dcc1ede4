"""A source that the audit log is expected to have an entry of, as the configuration lists it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time

#: The days of a week, as `date.weekday()` numbers them.
WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY_DAY = frozenset(range(7))
#: Words for several of them.
_SEVERAL = {"daily": EVERY_DAY, "weekdays": frozenset(range(5)), "weekends": frozenset((5, 6))}
#: A weekday's name may be cut to so many letters.
_SHORT_NAME = 3


@dataclass(frozen=True, slots=True)
class ExpectedSource:
    """One source under `sources`.

    name: its key, as messages call it. match: a glob over the whole names of the log's sources;
    None: names that equal the key without their days, digits and file ending. expected_by: the time
    of day on the run date from which on it is missing; None: when the run is. weekdays: of the run
    dates on which it comes, 0 for Monday.
    """

    name: str
    match: str | None = None
    expected_by: time | None = None
    weekdays: frozenset[int] = EVERY_DAY


def weekdays_of(words: Iterable[str]) -> frozenset[int]:
    """The days of the week, 0 for Monday, by words in any case: `weekends`, `monday`, `mon`.

    Raises ValueError for another word.
    """
    days: set[int] = set()
    for word in words:
        folded = word.casefold()
        days |= _SEVERAL.get(folded) or {_weekday(folded)}
    return frozenset(days)


def _weekday(folded: str) -> int:
    for number, name in enumerate(WEEKDAY_NAMES):
        if folded in (name, name[:_SHORT_NAME]):
            return number
    raise ValueError(f"{folded!r} is no day of the week")
