"""Which files hold the rejected rows of the judged load."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from glob import escape, glob
from pathlib import Path, PurePath

from checks.quarantine.naming import days_in, format_of, owner_of, stem_of
from checks.quarantine.tally import CannotReadError
from checks.text import day_text, plural, quoted

MOST_BYTES = 256 * 1024 * 1024
_FIELD = re.compile(r"\{date:([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Place:
    """The configured pattern, always absolute, and the folder that names are shown from."""

    pattern: str
    folder: Path

    @property
    def has_day(self) -> bool:
        """Whether the name has the day in it."""
        return _FIELD.search(self.pattern) is not None

    def files(self, day: date) -> list[str]:
        """Everything that the pattern matches, with the day filled in."""
        pattern = _FIELD.sub(lambda match: escape(day.strftime(match[1])), self.pattern)
        found = sorted(str(Path(path).absolute()) for path in glob(pattern, recursive=True))  # noqa: PTH207  (absolute)
        return [path for path in found if not _is_marker(PurePath(path).name)]

    def shown(self, path: str) -> str:
        """A file's name for a person: never with the machine's folders."""
        return quoted(self.name(path))

    def shown_pattern(self, day: date) -> str:
        """The pattern as it was written, with the day filled in."""
        pattern = self.pattern.removeprefix(f"{escape(str(self.folder))}/")
        named = pattern if not PurePath(pattern).is_absolute() else PurePath(pattern).name
        return quoted(_FIELD.sub(lambda match: day.strftime(match[1]), named))

    def name(self, path: str) -> str:
        """A path as seen from the configuration's folder, or from where the pattern varies."""
        pure = PurePath(path)
        inside = pure.is_relative_to(self.folder)
        return str(pure.relative_to(self.folder if inside else self._fixed_folder()))

    def _fixed_folder(self) -> PurePath:
        fixed = re.split(r"[*?\[{]", self.pattern, maxsplit=1)[0]
        return Path(f"{fixed}x").absolute().parent


@dataclass(frozen=True, slots=True)
class Selection:
    """What to read.

    owners: the audit log's source of each file whose name tells it.
    only_day: rows of other days are in the files too, and have to be left out.
    """

    files: tuple[str, ...]
    owners: Mapping[str, str] = field(default_factory=dict)
    only_day: bool = False


def select(
    place: Place,
    day: date,
    sources: Sequence[str],
    *,
    can_filter: bool,
    most_bytes: float | None = None,
) -> Selection:
    """The files to read of a day; none where nothing matches the pattern.

    sources: what the judged run loaded. can_filter: whether the rows tell their time.
    most_bytes: of files in which the day's rows would have to be looked for; else MOST_BYTES.
    Raises CannotReadError where the day's rows cannot be told from others.
    """
    files = place.files(day)
    stems = {stem: source for source in sources if (stem := stem_of(source))}
    owned = {path: owner for path in files if (owner := owner_of(place.name(path), stems))}
    if place.has_day or not files:
        return Selection(tuple(files), owned)
    sure = {path: owner for path, owner in owned.items() if _is_one_load(place, path, owner, day)}
    if sure:
        return Selection(tuple(sure), sure)
    of_day = tuple(path for path in files if day in days_in(place.name(path)))
    if of_day:
        return Selection(of_day)
    limit = MOST_BYTES if most_bytes is None else most_bytes
    _require_filter(place, files, day, limit, can_filter=can_filter)
    return Selection(tuple(files), only_day=True)


def _is_one_load(place: Place, path: str, owner: str, day: date) -> bool:
    """Whether a file belongs to one load of its source, not to all that were before it."""
    days = days_in(place.name(path))
    stem = stem_of(owner)
    if days_in(stem) or day in days:
        return True
    return not days and any(char.isdigit() for char in stem)


def _require_filter(
    place: Place, files: Sequence[str], day: date, most_bytes: float, *, can_filter: bool
) -> None:
    advice = "put the day in the file name"
    if not can_filter:
        raise CannotReadError(
            f"no name of {plural(len(files), 'file')} that {place.shown_pattern(day)} matches "
            f"tells {day_text(day)}, and quarantine.occurred_at is not mapped; {advice}"
        )
    size = sum(_size(path) for path in files)
    if size > most_bytes:
        raise CannotReadError(
            f"{plural(len(files), 'file')} of {size / 1024**2:,.0f} MB would have to be read to "
            f"find the rows of {day_text(day)}; {advice}"
        )


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0  # reading it will say why


def _is_marker(name: str) -> bool:
    """Files such as `_SUCCESS`, which writers leave beside the data."""
    return name.startswith("_") and format_of(name) is None
