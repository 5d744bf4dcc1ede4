"""Whether files of rejected rows can be read at all, of whatever day: folder, formats, columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from checks.config.model import Config, QuarantineSource
from checks.core.text import plural
from checks.quarantine.delivery import require_folders
from checks.quarantine.drilldown.choosing import Chosen
from checks.quarantine.drilldown.files import FileRejected
from checks.quarantine.naming import format_of
from checks.quarantine.selection import NAME_ONE_DAY, Place, unsure_names
from checks.quarantine.tally import CannotReadError
from checks.warehouse.worker import DeadlineExceededError, Worker

_ANY_DAY = date(2000, 1, 1)
_UTC = ZoneInfo("UTC")
_MOST_SECONDS = 10.0
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Layout:
    """The files that the pattern matches on any day, and the columns of the newest of them.

    newest: its name for a person. columns: none where it is empty. problems: why files
    cannot be read, or their days not be told, a sentence each.
    """

    files: int
    newest: str | None = None
    columns: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def layout_of(config: Config, source: QuarantineSource, seconds: float) -> Layout:
    """What is there, from names and the beginning of one file.

    seconds: what is left of the time. Raises CannotReadError where the folder does not exist,
    may not be looked into, or does not answer in time.
    """
    seconds = min(_MOST_SECONDS, seconds)
    worker = Worker(seconds)
    try:
        return worker.call(lambda: _layout(config, source), lambda: None)
    except DeadlineExceededError:
        raise CannotReadError(f"the files were not read within {seconds:g} s") from None
    finally:
        worker.stop(lambda: None)


def _layout(config: Config, source: QuarantineSource) -> Layout:
    place = Place(source.files or "", config.path.parent)
    require_folders(place, _ANY_DAY)
    files = place.files_of_any_day()
    readable = [path for path in files if format_of(path) is not None]
    known = set(readable)
    problems = _unreadable(place, [path for path in files if path not in known])
    problems += _untold_days(config, source, place, readable)
    if not readable:
        return Layout(len(files), problems=tuple(problems))
    newest = max(readable, key=lambda path: (_modified(path), path))
    columns, notes = _columns(config, source, place, newest)
    return Layout(len(files), place.shown(newest), columns, (*problems, *notes))


def _untold_days(
    config: Config, source: QuarantineSource, place: Place, files: list[str]
) -> list[str]:
    """That no row's day can be told, where the rows are judged: without an audit log."""
    if config.audit_log is not None or source.occurred_at is not None or place.has_day:
        return []
    named = place.named_days(_ANY_DAY)
    days = {path: named.of(path) for path in files if path in named.names}
    if unsure := [path for path, of in days.items() if len(of) > 1]:
        return [f"{unsure_names(place, named, unsure)}; {NAME_ONE_DAY}"]
    if not files or any(days.values()):
        return []
    return ["no file's name tells its day, and quarantine.occurred_at is not mapped"]


def _unreadable(place: Place, paths: list[str]) -> list[str]:
    why = "is neither CSV nor Parquet nor JSON lines, by its suffix"
    sentences = [f"{place.shown(path)} {why}" for path in paths[:_MOST_NAMED]]
    more = len(paths) - _MOST_NAMED
    return [*sentences, f"{plural(more, 'more file')} of such suffixes"] if more > 0 else sentences


def _modified(path: str) -> float:
    try:
        return Path(path).stat().st_mtime
    except OSError:
        return 0.0  # reading it will say why


def _columns(
    config: Config, source: QuarantineSource, place: Place, path: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of one file, and why it cannot be read."""
    chosen = Chosen({_ANY_DAY: (path,)})
    naive = config.warehouse.naive_timestamps
    reading = FileRejected(source, place, chosen, ((_ANY_DAY,),), _UTC, naive)
    try:
        reading.prepare()
        return reading.names, reading.notes if not reading.names else ()
    finally:
        reading.close()
