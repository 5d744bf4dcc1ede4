"""What explains a rise of rejected rows: the values that grew beyond their earlier share. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

#: The group of values that were not counted one by one. They explain nothing.
REST = "\x00rest"
MOST_CHANGES = 20
_MOST_OF_COLUMN = 4
#: Standard errors by which a share must have grown; by chance that happens once in 700 times.
_BEYOND_CHANCE = 3.0
#: By how much the new largest group's share must have grown to be reported as a shift.
_SHIFT = 0.1


class Counts(NamedTuple):
    """Rows before, since the rate is above its limit, and on the judged day."""

    before: int
    since: int
    day: int


@dataclass(frozen=True, slots=True)
class ColumnCounts:
    """Rows of one column by group; None stands for a missing value."""

    name: str
    groups: Mapping[str | None, Counts]


@dataclass(frozen=True, slots=True)
class GrownShare:
    """One value whose share grew.

    explained: its rows beyond those expected by the earlier days. part: explained over the whole
    rise. beyond: its rows beyond its earlier share of all rows; values are ranked by this.
    """

    column: str
    group: str | None
    share_before: float
    share_since: float
    share_now: float
    rows: int
    explained: float
    part: float | None
    beyond: float


@dataclass(frozen=True, slots=True)
class Shift:
    """A column whose largest group is another one since the rise."""

    column: str
    before: str | None
    share_before: float
    since: str | None
    share_since: float
    share_since_before: float


@dataclass(frozen=True, slots=True)
class RiseExplanation:
    """expected: rows expected by the share of rejected rows on the earlier days."""

    rows: int
    expected: float
    changes: tuple[GrownShare, ...]
    shifts: tuple[Shift, ...]

    @property
    def rise(self) -> float:
        """Rows beyond what was expected; negative where there are fewer."""
        return self.rows - self.expected

    @property
    def is_rise(self) -> bool:
        """Whether there are more rows than expected, by at least one."""
        return self.rise >= 1


def explain(columns: Sequence[ColumnCounts], totals: Counts, expected: float) -> RiseExplanation:
    """Rank the values of every column by how much of the rise they explain.

    A value that always had most of the rows has most of any rise, and explains nothing. So each
    value is ranked by its rows beyond its earlier share (share now less share before, times the
    rows of the day), and shown with the rows of the rise that it explains. Growth that may be
    chance is left out: below three standard errors of the
    difference of two proportions (NIST Engineering Statistics Handbook, 7.3.3).
    """
    scale = expected / totals.before if totals.before else 0.0
    changes: list[GrownShare] = []
    for column in columns:
        changes += _ranked(_changes(column, totals, scale, totals.day - expected))[:_MOST_OF_COLUMN]
    return RiseExplanation(
        totals.day, expected, tuple(_ranked(changes)[:MOST_CHANGES]), _shifts(columns, totals)
    )


def _ranked(changes: Sequence[GrownShare]) -> list[GrownShare]:
    return sorted(
        changes, key=lambda change: (-change.beyond, change.column, *_order(change.group))
    )


def _order(group: str | None) -> tuple[bool, str]:
    """Among groups of the same size: a missing value comes before an empty one."""
    return group is not None, group or ""


def _changes(column: ColumnCounts, totals: Counts, scale: float, rise: float) -> list[GrownShare]:
    changes = []
    for group, rows in column.groups.items():
        if group == REST or not _has_grown(rows, totals):
            continue
        before, now = _share(rows.before, totals.before), _share(rows.day, totals.day)
        explained = rows.day - rows.before * scale
        changes.append(
            GrownShare(
                column.name, group, before, _share(rows.since, totals.since), now, rows.day,
                explained, explained / rise if rise > 0 else None, (now - before) * totals.day,
            )
        )  # fmt: skip
    return changes


def _has_grown(rows: Counts, totals: Counts) -> bool:
    if not totals.before or not totals.day:
        return False
    before, now = rows.before / totals.before, rows.day / totals.day
    pooled = (rows.before + rows.day) / (totals.before + totals.day)
    error = math.sqrt(pooled * (1 - pooled) * (1 / totals.before + 1 / totals.day))
    return now > before and now - before >= _BEYOND_CHANCE * error


def _shifts(columns: Sequence[ColumnCounts], totals: Counts) -> tuple[Shift, ...]:
    """Columns whose largest group changed, the largest shift first."""
    if not totals.before or not totals.since:
        return ()
    shifts = []
    for column in columns:
        groups = {group: rows for group, rows in column.groups.items() if group != REST}
        if not groups:
            continue
        before = max(groups, key=lambda group: (groups[group].before, *_order(group)))
        since = max(groups, key=lambda group: (groups[group].since, *_order(group)))
        shift = Shift(
            column.name, before, groups[before].before / totals.before, since,
            groups[since].since / totals.since, groups[since].before / totals.before,
        )  # fmt: skip
        grown = shift.share_since - shift.share_since_before
        # Rounded, as 0.21 - 0.11 is below 0.1.
        if before != since and round(grown, 9) >= _SHIFT:
            shifts.append(shift)
    return tuple(
        sorted(
            shifts, key=lambda shift: (shift.share_since_before - shift.share_since, shift.column)
        )
    )


def _share(rows: int, total: int) -> float:
    return rows / total if total else 0.0
