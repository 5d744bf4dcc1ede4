"""Whether files of rejected rows can be read at all, on any day: folder, formats, columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from checks.config.model import Config, QuarantineSource
from checks.core.text import plural
from checks.quarantine.delivery import require_folders
from checks.quarantine.drilldown.choosing import ChosenFiles
from checks.quarantine.drilldown.hours import Periods
from checks.quarantine.drilldown.preparing import FilePreparation, FileRequest
from checks.quarantine.memory import InMemoryDuckDb, read_in_time
from checks.quarantine.naming import format_of
from checks.quarantine.selection import FilePattern, unsure_names

_ANY_DAY = date(2000, 1, 1)
_UTC = ZoneInfo("UTC")
_MOST_SECONDS = 10.0
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Layout:
    """The files that the pattern matches on any day, and the columns of the newest of them.

    newest_name: its name as shown. columns: empty where the file is. problems: sentences on why
    files cannot be read, or their days are not known.
    """

    files: int
    newest_name: str | None = None
    columns: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def layout_of(config: Config, source: QuarantineSource, seconds: float) -> Layout:
    """The layout, from the names of files and the beginning of one of them.

    seconds: the remaining time. Raises CannotReadError where the folder does not exist, may not
    be read, or does not answer in time.
    """
    seconds = min(_MOST_SECONDS, seconds)
    return read_in_time(lambda memory: _layout(config, source, memory), seconds, f"{seconds:g}")


def _layout(config: Config, source: QuarantineSource, memory: InMemoryDuckDb) -> Layout:
    place = FilePattern(source.files or "", config.path.parent)
    require_folders(place, _ANY_DAY)
    files = place.files_of_any_day()
    readable = [path for path in files if format_of(path) is not None]
    readable_paths = set(readable)
    problems = _unreadable(place, [path for path in files if path not in readable_paths])
    problems += _unknown_days(config, source, place, readable)
    if not readable:
        return Layout(len(files), problems=tuple(problems))
    newest = max(readable, key=lambda path: (_modified(path), path))
    columns, notes = _columns(source, place, newest, memory)
    return Layout(len(files), place.shown(newest), columns, (*problems, *notes))


def _unknown_days(
    config: Config, source: QuarantineSource, place: FilePattern, files: list[str]
) -> list[str]:
    """A problem where rows are judged (without an audit log) and their day is not known."""
    if config.audit_log is not None or source.occurred_at is not None or place.has_day:
        return []
    names = place.named_days(place.files(_ANY_DAY))
    days = {path: names.days_of(path) for path in files if path in names.names}
    if unsure := [path for path, named_days in days.items() if len(named_days) > 1]:
        return [unsure_names(place, names, unsure)]
    if not files or any(days.values()):
        return []
    return ["no file name contains the day, and quarantine.occurred_at is not mapped"]


def _unreadable(place: FilePattern, paths: list[str]) -> list[str]:
    reason = "is neither CSV nor Parquet nor JSON lines, by its suffix"
    sentences = [f"{place.shown(path)} {reason}" for path in paths[:_MOST_NAMED]]
    more = len(paths) - _MOST_NAMED
    return [*sentences, f"{plural(more, 'more file')} of such suffixes"] if more > 0 else sentences


def _modified(path: str) -> float:
    try:
        return Path(path).stat().st_mtime
    except OSError:
        return 0.0  # reading it will say why


def _columns(
    source: QuarantineSource, place: FilePattern, path: str, memory: InMemoryDuckDb
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of one file, or the notes on why it cannot be read."""
    chosen = ChosenFiles({_ANY_DAY: (path,)})
    periods = Periods(((_ANY_DAY,),), _UTC, _UTC)
    files = FilePreparation(memory, FileRequest(source, place, chosen, periods)).prepared()
    return files.names, () if files.names else tuple(files.notes)
