"""The interface of rejected rows, whether they are stored in files or in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from checks.quarantine.columns import Roles
from checks.quarantine.tally import NO_REASON

#: The most characters that are read of a value, and of a value that rows are grouped by.
LONGEST_VALUE, LONGEST_GROUP = 2_000, 300
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
    TEXT = "value as explanations tell it"
    PATH = "address without its query"
    CLOCK = "hour as it is written"
    LOCAL_HOUR = "hour of the shop's day"
    PRESENT = "present or missing"


#: What a missing value of a mapped column is called.
MISSING = {
    GroupBy.REASON: NO_REASON,
    GroupBy.SOURCE: "(no source)",
    GroupBy.EVENT: "(no event name)",
}


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


class HourTally(NamedTuple):
    """Rows of one hour of one period with one value of a column.

    column: a position; None for all rows. hour: None for rows whose time is in no hour of the
    period's days. is_rest: whether it is all values that were too many.
    """

    period: int
    column: int | None
    value: str | None
    is_rest: bool
    hour: int | None
    rows: int


class HourSpan(NamedTuple):
    """Hours of the shop's day by the wall clock, the last exclusive."""

    first: int
    last: int


class ColumnValues(NamedTuple):
    """Rows with one of these values of a column, as `GroupBy.TEXT` has them.

    column: a position. with_missing: also rows without a value.
    """

    column: int
    values: tuple[str, ...]
    with_missing: bool = False


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters for the rows of the first period.

    exact: columns that `query` must match as a whole, so that personal values cannot be guessed
    letter by letter. hours: of the first period's first day.
    """

    reason: str | None = None
    source: str | None = None
    event: str | None = None
    hour: str | None = None
    query: str = ""
    exact: frozenset[int] = frozenset()
    column_values: ColumnValues | None = None
    hours: HourSpan | None = None

    def by_field(self) -> dict[GroupBy, str]:
        """The requested values, by what rows are grouped by."""
        values = {
            GroupBy.REASON: self.reason,
            GroupBy.SOURCE: self.source,
            GroupBy.EVENT: self.event,
            GroupBy.HOUR: self.hour,
        }
        return {how: value for how, value in values.items() if value is not None}


def mapped_column(how: GroupBy, roles: Roles) -> int | None:
    """The position of the column for one of the fields in `MISSING`."""
    columns = {
        GroupBy.REASON: roles.reason,
        GroupBy.SOURCE: roles.source,
        GroupBy.EVENT: roles.event,
    }
    return columns[how]


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

    def by_hour(self, most: int) -> tuple[HourTally, ...]:
        """Rows of each period by hour, and by hour and value of each column.

        The `most` values of a column with the most rows are kept apart. One statement of a table.
        """

    def total(self, filters: Filters) -> int:
        """How many rows of the first period pass the filters."""

    def rows(self, filters: Filters, offset: int, count: int) -> tuple[Values, ...]:
        """Some of these rows, always in the same order."""
