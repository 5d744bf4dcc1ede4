"""The interface of rejected rows, whether they are stored in files or in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

#: The most characters that are read of a value, and of a value that rows are grouped by.
LONGEST_VALUE, LONGEST_GROUP = 2_000, 300
#: The most columns that are read; a file may have any number.
MOST_COLUMNS = 60
NO_SOURCE = "(no source)"
NO_EVENT = "(no event name)"
#: Rows without a time of day, and rows of another day in the files of the day.
NO_HOUR, OTHER_DAY = "no time", "another day"

Values = tuple[str | None, ...]


class GroupBy(StrEnum):
    """What rows are grouped by."""

    REASON = "reason"
    SOURCE = "source"
    EVENT = "event"
    HOUR = "hour"
    VALUE = "value"
    PATH = "address without its query"
    CLOCK = "hour as it is written"
    PRESENT = "present or missing"


class Field(NamedTuple):
    """One thing to group by. column: a position, not used by the first four kinds."""

    how: GroupBy
    column: int = -1


class Tallied(NamedTuple):
    """Rows of one period with one value; None stands for a missing value."""

    period: int
    field: int
    value: str | None
    rows: int


@dataclass(frozen=True, slots=True)
class Tally:
    """totals: rows of each period. groups: at most the requested number of values."""

    totals: tuple[int, ...]
    groups: tuple[Tallied, ...]
    undated: int = 0


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters for the rows of the first period.

    exact: columns that `query` must match as a whole, so that personal values cannot be guessed
    letter by letter.
    """

    reason: str | None = None
    source: str | None = None
    event: str | None = None
    hour: str | None = None
    query: str = ""
    exact: frozenset[int] = frozenset()


class Roles(NamedTuple):
    """Positions of the mapped columns; None where one is not mapped or absent."""

    reason: int | None
    moment: int | None
    source: int | None
    event: int | None

    def known(self) -> frozenset[int]:
        """The positions of those that are present."""
        return frozenset(position for position in self if position is not None)


class Rejected(Protocol):
    """Rejected rows of some periods, the judged day first. Values are text of limited length."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""

    @property
    def roles(self) -> Roles:
        """Which of them are mapped."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be read, as sentences to show."""

    @property
    def files(self) -> int | None:
        """How many files were read for the judged day; None where rows come from no files."""

    def sample(self, count: int) -> tuple[Values, ...]:
        """The first rows of every period."""

    def tally(self, fields: Sequence[Field], most: int, *, undated: bool = False) -> Tally:
        """Rows of each period by each field, the most frequent `most` values of each.

        undated: whether rows without a time are counted too; files always count them.
        """

    def total(self, filters: Filters) -> int:
        """How many rows of the first period pass the filters."""

    def rows(self, filters: Filters, offset: int, count: int) -> tuple[Values, ...]:
        """Some of these rows, always in the same order."""
