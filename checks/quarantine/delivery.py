"""Whether a day without a file had no rejected rows, or its file was never delivered."""

from __future__ import annotations

import os
from datetime import date, timedelta
from glob import glob, has_magic
from pathlib import Path, PurePath

from checks.core.model import Cause
from checks.core.text import day_text, quoted
from checks.quarantine.selection import Place
from checks.quarantine.tally import CannotReadError

#: The days before the judged one whose files say what a missing file means.
EARLIER_DAYS = 14
#: With a file on each of so many days, a day without one is suspicious.
LEAST_DAYS = 3
_REMEDY = "write an empty file on a day without rejected rows"


def require_folders(place: Place, day: date) -> None:
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


def no_file(place: Place, day: date) -> str:
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


def _folders(pattern: str) -> list[Path]:
    """The folders that `glob` reads for a pattern."""
    folders: dict[str, None] = {}
    for parent in PurePath(pattern).parents:
        folders.update(dict.fromkeys(glob(str(parent), recursive=True)))  # noqa: PTH207  (a pattern)
        if not has_magic(str(parent)):
            break
    return [Path(path) for path in folders if Path(path).is_dir()]


def _days_with_files(place: Place, days: list[date]) -> set[date]:
    if place.has_day:
        return {day for day in days if place.files(day)}
    named_days = place.named_days(*days).by_path().values()
    return {day for of_file in named_days for day in of_file} & set(days)


def _shown_folder(place: Place, folder: Path) -> str:
    """A folder's name for messages, without the machine's folders above it."""
    inside = folder.is_relative_to(place.folder)
    return quoted(folder.relative_to(place.folder) if inside else folder.name)
