"""Which files hold the rejected rows of the judged load."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from glob import escape, glob
from pathlib import Path, PurePath

from checks.config.files import DATE_FIELD
from checks.core.day_names import DayNames, days_in
from checks.core.text import day_text, load_days_text, plural, quoted
from checks.quarantine.links import SortedPaths, links_warning, sorted_by_place
from checks.quarantine.naming import format_of, owner_of, stem_of
from checks.quarantine.tally import CannotReadError

MOST_BYTES = 256 * 1024 * 1024
_DIRECTIVE = re.compile(r"(%.)+")
#: The pattern must differ on each of so many days, or it does not name single days.
_APART, _ANY_DAY = 62, date(2025, 1, 1)


@dataclass(frozen=True, slots=True)
class FilePattern:
    """The configured pattern, always absolute, and the folder that names are shown from."""

    pattern: str
    folder: Path

    @property
    def has_day(self) -> bool:
        """Whether the pattern contains the day; a month or a weekday alone is not enough."""
        return _has_day(self.pattern)

    def pattern_on(self, day: date) -> str:
        """The pattern with a day filled in."""
        return _filled_in(self.pattern, day)

    def files(self, *days: date) -> list[str]:
        """The files in the folder that match the pattern with any of the days filled in."""
        return self._sorted_paths(*days).inside

    def warning_of_links(self, *days: date) -> str:
        """Warning of links out of the folder, which are not followed; empty without any."""
        links = self._sorted_paths(*days).links
        return links_warning([self.name(link) for link in links]) if links else ""

    def has_link_of(self, *days: date) -> bool:
        """Whether a link that is not followed may hold rows of one of the days, by its name."""
        links = self._sorted_paths(*days).links
        days_by_link = [days_in(self.name(link)) for link in links]
        return (self.has_day and bool(links)) or any(
            not named or not named.isdisjoint(days) for named in days_by_link
        )

    def _sorted_paths(self, *days: date) -> SortedPaths:
        paths = _matching(dict.fromkeys(self.pattern_on(day) for day in days))
        return sorted_by_place(paths, self.fixed_folder())

    def files_of_any_day(self) -> list[str]:
        """All files that match the pattern on any day, and perhaps some more."""
        pattern = DATE_FIELD.sub(lambda match: _DIRECTIVE.sub("*", match[1]), self.pattern)
        return sorted_by_place(_matching([pattern]), self.fixed_folder()).inside

    def shown(self, path: str) -> str:
        """A file's name for messages, without the machine's folders."""
        return quoted(self.name(path))

    def shown_first(self, paths: Sequence[str]) -> str:
        """The first file's name for messages, and how many other files there are."""
        more = f" and {plural(len(paths) - 1, 'other file')}" if len(paths) > 1 else ""
        return f"{self.shown(paths[0])}{more}"

    def shown_pattern(self, *days: date) -> str:
        """The pattern as it was written, with the first and the last of the days filled in."""
        texts = dict.fromkeys(self._shown_pattern(day) for day in (days[0], days[-1]))
        return " to ".join(texts)

    def _shown_pattern(self, day: date) -> str:
        pattern = self.pattern.removeprefix(f"{escape(str(self.folder))}/")
        named = pattern if not PurePath(pattern).is_absolute() else PurePath(pattern).name
        return quoted(DATE_FIELD.sub(lambda match: day.strftime(match[1]), named))

    def name(self, path: str) -> str:
        """A path as seen from the configuration's folder, or from where the pattern varies."""
        pure = PurePath(path)
        inside = pure.is_relative_to(self.folder)
        return str(pure.relative_to(self.folder if inside else self.fixed_folder()))

    def named_days(self, files: Iterable[str]) -> NamedDays:
        """The days in the name of each file."""
        names = {path: self.name(path) for path in files}
        return NamedDays(names, DayNames(names.values()))

    def fixed_folder(self) -> Path:
        """The folder below which nothing in the pattern varies."""
        folder_prefix = f"{escape(str(self.folder))}/"
        fixed_part = re.split(r"[*?\[{]", self.pattern.removeprefix(folder_prefix), maxsplit=1)[0]
        return (self.folder / f"{fixed_part}x").absolute().parent


@dataclass(frozen=True, slots=True)
class NamedDays:
    """The names of files by their paths, and the reading of the days in them."""

    names: Mapping[str, str]
    reading: DayNames

    def days_of(self, path: str) -> frozenset[date]:
        """The days that a file's name may mean: none, one, or several."""
        return self.reading.days(self.names[path])

    def by_path(self) -> dict[str, frozenset[date]]:
        """The days of each file."""
        return {path: self.days_of(path) for path in self.names}

    def unsure(self, *days: date) -> list[str]:
        """Files whose names may mean several days, of which some are these and others are not."""
        searched = frozenset(days)
        return [
            path
            for path, named in self.by_path().items()
            if len(named) > 1 and named & searched and not named <= searched
        ]


@dataclass(frozen=True, slots=True)
class Selection:
    """The files to read.

    owners: the audit log's source of each file, where its name says it. needs_day_filter: whether
    the files also have rows of other days, which are left out. mixed: further files that also have
    rows of other days.
    """

    files: tuple[str, ...]
    owners: Mapping[str, str] = field(default_factory=dict)
    needs_day_filter: bool = False
    mixed: tuple[str, ...] = ()

    def by_time(self, path: str) -> bool:
        """Whether the day of a file's rows is read from their times, not from its name."""
        return self.needs_day_filter or path in self.mixed


def select(
    place: FilePattern,
    days: Sequence[date],
    sources: Sequence[str],
    *,
    can_filter: bool,
    most_bytes: float | None = None,
) -> Selection:
    """The files to read of some days; none where nothing matches the pattern.

    days: one, or those of a run, in order. sources: what the judged run loaded. can_filter:
    whether the rows have a time. most_bytes: of files that would have to be searched for the days'
    rows; default MOST_BYTES. Raises CannotReadError where the days' rows cannot be distinguished
    from others.
    """
    files = place.files(*days)
    owners = owners_of(place, files, sources)
    if place.has_day or not files:
        return Selection(tuple(files), owners)
    certain = {
        path: owner for path, owner in owners.items() if _is_one_load(place, path, owner, days)
    }
    if certain:
        return Selection(tuple(certain), certain)
    named = place.named_days(files)
    unsure = unsure_files(place, named, *days, can_filter=can_filter)
    of_days = tuple(path for path in files if _is_of(named.days_of(path), days))
    if of_days:
        if unsure:
            _require_filter(place, unsure, days, MOST_BYTES, can_filter=can_filter)
        return Selection(of_days, mixed=tuple(unsure))
    limit = MOST_BYTES if most_bytes is None else most_bytes
    _require_filter(place, files, days, limit, can_filter=can_filter)
    return Selection(tuple(files), needs_day_filter=True)


def with_undated_files(
    place: FilePattern, day: date, chosen: Selection, *, can_filter: bool
) -> Selection:
    """The selection with the files whose names say no day: they may have rows of the day too.

    Raises CannotReadError where their rows cannot be distinguished from others.
    """
    if place.has_day or chosen.needs_day_filter or not chosen.files:
        return chosen
    files = [path for path in place.files(day) if path not in (*chosen.files, *chosen.mixed)]
    folders = {str(folder) for path in files for folder in PurePath(path).parents}
    mixed = [path for path in files if path not in folders and not days_in(place.name(path))]
    if not mixed:
        return chosen
    if not can_filter:
        raise CannotReadError(
            f"{place.shown_first(mixed)} may also hold rows of {day_text(day)}: the name "
            "contains no day, and quarantine.occurred_at is not mapped; "
            "put the day in the file name"
        )
    _require_filter(place, mixed, [day], MOST_BYTES, can_filter=can_filter)
    return replace(chosen, mixed=(*chosen.mixed, *mixed))


def files_around(
    place: FilePattern, searched: Sequence[date], run_date: date, *, can_filter: bool
) -> tuple[str, ...]:
    """Files that may have rows of some days, whatever day their names say.

    All of them, or where they are too large, those named by the days around these, up to the day
    after the run date. Raises CannotReadError where these are too large as well.
    """
    files = [] if place.has_day else place.files(*searched)
    if not place.has_day and sum(map(size_of, files)) <= MOST_BYTES:
        return tuple(files)
    one_day = timedelta(days=1)
    first, last = searched[0] - one_day, max(run_date, searched[-1] + one_day)
    days = {first + timedelta(days=n) for n in range((last - first).days + 2)}
    if place.has_day:
        files = place.files(*sorted(days))
    else:
        days_by_path = place.named_days(files).by_path()
        files = [
            path
            for path, named_days in days_by_path.items()
            if not named_days or not days.isdisjoint(named_days)
        ]
    _require_filter(place, files, searched, MOST_BYTES, can_filter=can_filter)
    return tuple(files)


def owners_of(place: FilePattern, files: Iterable[str], sources: Iterable[str]) -> dict[str, str]:
    """The audit log's source of each file whose name says it."""
    stems = {stem: source for source in sources if (stem := stem_of(source))}
    return {path: owner for path in files if (owner := owner_of(place.name(path), stems))}


def unsure_files(place: FilePattern, named: NamedDays, *days: date, can_filter: bool) -> list[str]:
    """Files whose names may mean several days, of which some are these and others are not.

    Raises CannotReadError for them where rows have no time that could say it.
    """
    unsure = named.unsure(*days)
    if unsure and not can_filter:
        raise CannotReadError(unsure_names(place, named, unsure))
    return unsure


def unsure_names(place: FilePattern, named: NamedDays, unsure: Sequence[str]) -> str:
    """Text on why names that may mean several days do not say the day of their rows."""
    why = named.reading.ambiguity(named.names[unsure[0]])
    return (
        f"the name of {place.shown_first(unsure)} {why}, and quarantine.occurred_at is not "
        "mapped, so the days of the rows are not known; "
        "name each file by one day, the year first: 2025-03-08"
    )


def _is_of(named: frozenset[date], days: Sequence[date]) -> bool:
    """Whether a name says days, and only some of these."""
    return bool(named) and named <= frozenset(days)


def _is_one_load(place: FilePattern, path: str, owner: str, days: Sequence[date]) -> bool:
    """Whether a file belongs to one load of its source, not to earlier ones as well."""
    named = days_in(place.name(path))
    stem = stem_of(owner)
    if days_in(stem) or not named.isdisjoint(days):
        return True
    return not named and any(char.isdigit() for char in stem)


def _require_filter(
    place: FilePattern,
    files: Sequence[str],
    days: Sequence[date],
    most_bytes: float,
    *,
    can_filter: bool,
) -> None:
    advice = "put the day in the file name"
    text = day_text(days[0]) if len(days) == 1 else load_days_text(days)
    if not can_filter:
        raise CannotReadError(
            f"no name among {plural(len(files), 'file')} matching {place.shown_pattern(*days)} "
            f"contains {text}, and quarantine.occurred_at is not mapped; {advice}"
        )
    size = sum(size_of(path) for path in files)
    if size > most_bytes:
        raise CannotReadError(
            f"{plural(len(files), 'file')} of {size / 1024**2:,.0f} MB would have to be read to "
            f"find the rows of {text}; {advice}"
        )


def size_of(path: str) -> int:
    """A file's size in bytes; 0 where it cannot be asked for."""
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0  # reading it will say why


@lru_cache(maxsize=64)
def _has_day(pattern: str) -> bool:
    spelled = {_filled_in(pattern, _ANY_DAY + timedelta(days=n)) for n in range(_APART)}
    return len(spelled) == _APART


def _filled_in(pattern: str, day: date) -> str:
    return DATE_FIELD.sub(lambda match: escape(day.strftime(match[1])), pattern)


def _matching(patterns: Iterable[str]) -> list[str]:
    paths = {
        path
        for pattern in patterns
        for path in glob(pattern, recursive=True)  # noqa: PTH207  (absolute)
        if "**" not in pattern or not Path(path).is_dir()  # which such a pattern goes through
    }
    names = sorted(str(Path(path).absolute()) for path in paths)
    return [path for path in names if not _is_marker(PurePath(path).name)]


def _is_marker(name: str) -> bool:
    """Files such as `_SUCCESS`, which writers leave beside the data."""
    return name.startswith("_") and format_of(name) is None
