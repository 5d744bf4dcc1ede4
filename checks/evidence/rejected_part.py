"""A part of a day's rejected rows, as explanations tell it and as an address names it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from checks.core.model import Explanation
from checks.core.profiles import HOURS as HOURS_OF_DAY
from checks.quarantine.drilldown.model import HourSpan

#: The parameters of an address: a column and its value, or a column without one; hours.
COLUMN: Final = "column"
VALUE: Final = "value"
MISSING: Final = "missing"
HOURS: Final = "hours"
PARAMETERS: Final = (COLUMN, VALUE, MISSING, HOURS)
_SPAN: Final = re.compile(r"(\d{1,2})-(\d{1,2})", re.ASCII)


class ValueGroup(NamedTuple):
    """A column by its shown name, and a group of its values; None stands for missing ones."""

    column: str
    group: str | None


class NoPartError(ValueError):
    """An address that names no part of the rows: which of its parameters is wrong, and how."""


@dataclass(frozen=True, slots=True)
class RejectedPart:
    """The rows with a group of values, in a span of hours; None where all of them are meant."""

    values: ValueGroup | None = None
    hours: HourSpan | None = None

    @property
    def is_all(self) -> bool:
        """Whether no row is left out."""
        return self.values is None and self.hours is None

    def parameters(self) -> dict[str, str]:
        """The part as parameters of an address."""
        parameters = {}
        if self.values is not None:
            column, group = self.values
            parameters = {MISSING: column} if group is None else {COLUMN: column, VALUE: group}
        if self.hours is not None:
            parameters[HOURS] = f"{self.hours.first}-{self.hours.last}"
        return parameters


#: All rows of the day.
ALL_ROWS: Final = RejectedPart()


class ExplainedPart(NamedTuple):
    """The part that an explanation is about, how many rows it has, and the column of its companion,
    which is told beside it.
    """

    part: RejectedPart
    rows: int
    companion: str | None = None


def explained_part(explanation: Explanation | None) -> ExplainedPart | None:
    """What an explanation of rejected rows is about; None where it tells no part of them."""
    evidence = explanation.evidence if explanation is not None else {}
    rows, column, hours = evidence.get("rows"), evidence.get("column"), evidence.get("hours")
    if not isinstance(rows, int):
        return None
    group = evidence["reason"] if "reason" in evidence else evidence.get("value")
    part = RejectedPart(
        None if column is None else ValueGroup(str(column), group),
        None if hours is None else HourSpan(*hours),
    )
    return None if part.is_all else ExplainedPart(part, rows, _companion(evidence))


def _companion(evidence: Mapping[str, Any]) -> str | None:
    """The column of the part that is told beside the explained one."""
    also = evidence.get("also")
    return str(also["column"]) if also is not None else None


def part_of_address(parameters: Mapping[str, str]) -> RejectedPart:
    """The part that an address names. Raises NoPartError."""
    return RejectedPart(_values_of_address(parameters), _hours_of_address(parameters.get(HOURS)))


def _values_of_address(parameters: Mapping[str, str]) -> ValueGroup | None:
    column, group, missing = (parameters.get(name) for name in (COLUMN, VALUE, MISSING))
    if missing is not None and (column is not None or group is not None):
        raise NoPartError(f"rows with a `{VALUE}` and with a `{MISSING}` one at once")
    if missing is not None:
        return ValueGroup(missing, None)
    if (column is None) != (group is None):
        lacking = VALUE if group is None else COLUMN
        raise NoPartError(f"a part of the rows without naming the `{lacking}`")
    return None if column is None else ValueGroup(column, group)


def _hours_of_address(text: str | None) -> HourSpan | None:
    if text is None:
        return None
    written = _SPAN.fullmatch(text)
    span = HourSpan(*map(int, written.groups())) if written else HourSpan(0, 0)
    if not span.first < span.last <= HOURS_OF_DAY:
        raise NoPartError(f"the hours {text[:40]!r}, which are not like 6-24")
    return span
