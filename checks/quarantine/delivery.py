"""Whether a day without a file, or without rows in a table, had no rejected rows.

Else they were never delivered: what the days before the judged one had says so.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from glob import glob, has_magic
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from checks.core.model import Cause
from checks.core.text import day_text, quoted
from checks.core.timeframe import Timeframe
from checks.quarantine.selection import FilePattern
from checks.quarantine.tally import CannotReadError
from checks.warehouse.instants import bucket

if TYPE_CHECKING:
    from checks.warehouse.instants import Instant
    from checks.warehouse.relation import Relation

#: The days before the judged one whose files say what a missing file means.
EARLIER_DAYS = 14
#: With a file on each of so many days, a day without one is suspicious.
LEAST_DAYS = 3
_BETWEEN = -1
_REMEDY_OF_TABLE = (
    "correct the quarantine section, or map audit_log, whose counts show a day without any"
)
_REMEDY = "write an empty file on a day without rejected rows"


def require_folders(place: FilePattern, day: date) -> None:
    """Raise CannotReadError for a folder that does not exist, or that may not be read.

    For both, `glob` only says that nothing matches.
    """
    fixed = place.fixed_folder()
    if not fixed.is_dir():
        what = "is not a folder" if fixed.exists() else "does not exist"
        raise CannotReadError(f"the folder {_shown_folder(place, fixed)} {what}")
    for folder in _folders(place.pattern_on(day)):
        if not os.access(folder, os.R_OK | os.X_OK):
            detail = f"the folder {_shown_folder(place, folder)} cannot be listed: no permission"
            raise CannotReadError(detail, Cause.PERMISSION)


def no_file(place: FilePattern, day: date) -> str:
    """Text on why a day without a file had no rejected rows.

    Raises CannotReadError where no day has a file, or where every day since the oldest file has
    one: then this day's may not have been delivered. Older files may have been deleted.
    """
    earlier = [day - timedelta(days=back) for back in range(1, EARLIER_DAYS + 1)]
    days_with_files = _days_with_files(place, earlier)
    file_count = len(days_with_files)
    what = f"no file matches {place.shown_pattern(day)}"
    if not place.has_day:
        if not place.files(day):
            raise CannotReadError(f"{what}; correct quarantine.files, or {_REMEDY}")
        what += f" and names {day_text(day)}"
    if not file_count:
        nothing = f"{what} or one of the {EARLIER_DAYS} days before"
        raise CannotReadError(f"{nothing}; correct quarantine.files, or {_REMEDY}")
    since = (day - min(days_with_files)).days
    if file_count == since >= LEAST_DAYS:
        each = f"although each of the {since} days before has one"
        raise CannotReadError(f"{what}, {each}; load it again, or {_REMEDY}")
    searched_days = since if file_count < since else EARLIER_DAYS
    return f"{what}, as on {searched_days - file_count} of the {searched_days} days before"


def earlier_query(relation: Relation, occurred: Instant, frame: Timeframe) -> sa.Select[Any]:
    """Rows of (days before the data date, rejected rows), for the earlier days that have some.

    While the data date lasts, each earlier day ends at the same time of day.
    """
    slices = _earlier_slices(frame)
    bounds: list[tuple[sa.BindParameter[datetime], int]] = []
    previous_end = slices[0][1]
    for back, (_, start, end) in zip(range(EARLIER_DAYS, 0, -1), slices, strict=True):
        if previous_end < start:
            bounds.append((occurred.bound(start), _BETWEEN))
        bounds.append((occurred.bound(end), back))
        previous_end = end
    rows = (
        sa.select(bucket(occurred.expression, bounds, _BETWEEN).label("back"))
        .select_from(relation.target)
        .where(occurred.between(slices[0][1], slices[-1][2]))
        .subquery(relation.inner_name("earlier_rejected_rows"))
    )
    return sa.select(rows.c.back, sa.func.count()).group_by(rows.c.back)


@dataclass(frozen=True, slots=True)
class EarlierDays:
    """The days before each of several data dates, as stretches of time that they share.

    frames: the data dates, consecutive and oldest first. A day that is before several of them is
    in the same stretches; while the newest lasts, it has one more edge.
    """

    frames: tuple[Timeframe, ...]

    def query(self, relation: Relation, occurred: Instant) -> sa.Select[Any]:
        """Rows of (stretch, rejected rows), for the stretches that have some."""
        edges = self._edges()
        bounds = [(occurred.bound(edge), index) for index, edge in enumerate(edges)]
        rows = (
            sa.select(bucket(occurred.expression, bounds, _BETWEEN).label("stretch"))
            .select_from(relation.target)
            .where(occurred.between(edges[0], edges[-1]))
            .subquery(relation.inner_name("earlier_rejected_rows"))
        )
        return sa.select(rows.c.stretch, sa.func.count()).group_by(rows.c.stretch)

    def with_rows(self, frame: Timeframe, rows: Iterable[Sequence[Any]]) -> set[int]:
        """How many days before a frame's data date there were rows, from the answer to `query`."""
        edges = self._edges()
        ends = {edges[int(stretch)] for stretch, count in rows if int(count) and int(stretch) > 0}
        slices = _earlier_slices(frame)
        return {
            back
            for back, (_, start, end) in zip(range(EARLIER_DAYS, 0, -1), slices, strict=True)
            if any(start < edge <= end for edge in ends)
        }

    def _edges(self) -> list[datetime]:
        slices = [day_slice for frame in self.frames for day_slice in _earlier_slices(frame)]
        return sorted({edge for _, start, end in slices for edge in (start, end)})


def _earlier_slices(frame: Timeframe) -> list[tuple[date, datetime, datetime]]:
    return frame.day_slices(EARLIER_DAYS)[:-1]


def no_row(label: str, frame: Timeframe, days_with_rows: set[int]) -> str:
    """Text on why a day without a row had no rejected rows.

    days_with_rows: how many days back there were some, up to EARLIER_DAYS. Raises CannotReadError
    where no day had any, or every one since the oldest of them had.
    """
    what = f"{label} holds no rejected row of {day_text(frame.data_date)}"
    if not days_with_rows:
        nothing = f"{what} or of the {EARLIER_DAYS} days before"
        raise CannotReadError(f"{nothing}; {_REMEDY_OF_TABLE}")
    since = max(days_with_rows)
    if len(days_with_rows) == since >= LEAST_DAYS:
        each = f"although each of the {since} days before has some"
        raise CannotReadError(f"{what}, {each}; load it again, or map audit_log")
    searched_days = since if len(days_with_rows) < since else EARLIER_DAYS
    return f"{what}, as on {searched_days - len(days_with_rows)} of the {searched_days} days before"


def days_back_with_rows(rows: list[Any]) -> set[int]:
    """How many days back there were rows, from the answer to `earlier_query`."""
    return {int(back) for back, count in rows if int(back) != _BETWEEN and int(count)}


def _folders(pattern: str) -> list[Path]:
    """The folders that `glob` reads for a pattern."""
    folders: dict[str, None] = {}
    for parent in PurePath(pattern).parents:
        folders.update(dict.fromkeys(glob(str(parent), recursive=True)))  # noqa: PTH207  (a pattern)
        if not has_magic(str(parent)):
            break
    return [Path(path) for path in folders if Path(path).is_dir()]


def _days_with_files(place: FilePattern, days: list[date]) -> set[date]:
    if place.has_day:
        return {day for day in days if place.files(day)}
    named_days = place.named_days(place.files(*days)).by_path().values()
    return {day for of_file in named_days for day in of_file} & set(days)


def _shown_folder(place: FilePattern, folder: Path) -> str:
    """A folder's name for messages, without the machine's folders above it."""
    inside = folder.is_relative_to(place.folder)
    return quoted(folder.relative_to(place.folder) if inside else folder.name)
