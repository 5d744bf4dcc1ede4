"""The items of `calendar.closed`: weekdays, days, stretches of days, and public holidays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from checks.config.nodes import describe, read_day, read_mapping, read_scalar
from checks.config.problems import InvalidValueError, Problems
from checks.core.text import clean, did_you_mean

if TYPE_CHECKING:
    import yaml

    from checks.config.nodes import Entries

#: Monday first, as `date.weekday` counts.
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOLIDAYS = "holidays"
ALLOWED = (
    "a weekday, a day such as 2026-12-25, {from: 2026-08-01, to: 2026-08-14}, or "
    f"{HOLIDAYS} (those of calendar.holidays)"
)
_FIRST, _LAST = "from", "to"


class ClosedDays(NamedTuple):
    """Days on which no events are expected. Of weekday, first and last, and holidays one is set.

    weekday: 0 for Monday. first, last: both included.
    """

    weekday: int | None = None
    first: date | None = None
    last: date | None = None
    of_holidays: bool = False

    def has_day(self, day: date) -> bool:
        """Whether it lists a day by its date."""
        return self.first is not None and self.last is not None and self.first <= day <= self.last

    @property
    def text(self) -> str:
        """How the configuration spells it."""
        if self.weekday is not None:
            return WEEKDAYS[self.weekday]
        if self.of_holidays:
            return HOLIDAYS
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


def read_closed_days(node: yaml.Node, allowed: str) -> ClosedDays:
    """One item of the list. Raises InvalidValueError for anything that it does not allow."""
    import yaml

    if isinstance(node, yaml.MappingNode):
        return _stretch(node)
    if not isinstance(node, yaml.ScalarNode):
        raise InvalidValueError(allowed)
    if node.value[:1].isdigit():
        day = read_day(node, allowed)
        return ClosedDays(first=day, last=day)
    word = read_scalar(node, allowed)
    if not isinstance(word, str):
        raise InvalidValueError(allowed, f"{describe(node)}, which is no word")
    return _named(word, allowed)


def problems_of(closed: Sequence[ClosedDays], holidays: str | None) -> list[tuple[str, str, str]]:
    """What is wrong with the list as a whole: (key, actual, allowed)."""
    twice = next((item for i, item in enumerate(closed) if item in closed[:i]), None)
    if twice is not None:
        return [("closed", f"{twice.text} twice", "each item once")]
    if {item.weekday for item in closed} >= set(range(len(WEEKDAYS))):
        return [("closed", "all seven weekdays", "at most six: no day would be judged")]
    if holidays is None and any(item.of_holidays for item in closed):
        needed = "holidays only with calendar.holidays, such as `holidays: DE-BE`"
        return [("closed", HOLIDAYS, needed)]
    return []


def _named(word: str, allowed: str) -> ClosedDays:
    name = word.strip().casefold()
    if name == HOLIDAYS:
        return ClosedDays(of_holidays=True)
    if name in WEEKDAYS:
        return ClosedDays(weekday=WEEKDAYS.index(name))
    known = (*WEEKDAYS, HOLIDAYS)
    abbreviated = [full for full in known if len(name) > 1 and full.startswith(name)]
    meant = abbreviated[0] if len(abbreviated) == 1 else did_you_mean(name, known)
    raise InvalidValueError(allowed, None, f"did you mean {meant!r}?" if meant else None)


def _stretch(node: yaml.MappingNode) -> ClosedDays:
    allowed = "{from: 2026-08-01, to: 2026-08-14}"
    entries = _entries(node, allowed)
    for name in (_FIRST, _LAST):
        if name not in entries:
            raise InvalidValueError(allowed, f"a mapping without `{name}`")
    first, last = (_day(entries, name) for name in (_FIRST, _LAST))
    if last < first:
        raise InvalidValueError(f"`to` from {first} on", f"to: {last}")
    return ClosedDays(first=first, last=last)


def _entries(node: yaml.MappingNode, allowed: str) -> Entries:
    problems = Problems("")
    entries = read_mapping(node, "", problems)
    for problem in problems.in_order():
        raise InvalidValueError(allowed, problem.found)
    for name in entries:
        if name not in (_FIRST, _LAST):
            meant = did_you_mean(name, (_FIRST, _LAST))
            hint = f"did you mean {meant!r}?" if meant else None
            raise InvalidValueError(allowed, f"the unknown key {clean(name)!r}", hint)
    return entries


def _day(entries: Entries, name: str) -> date:
    node = entries[name].node
    allowed = f"`{name}` as a day, such as 2026-08-01"
    try:
        return read_day(node, allowed)
    except InvalidValueError as error:
        raise InvalidValueError(allowed, f"{name}: {error.actual or describe(node)}") from None
