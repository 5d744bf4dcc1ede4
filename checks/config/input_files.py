"""Files that an evaluation reads, none of which Andon may write to.

Whatever name such a file is reached by: a link, a hard link, an open descriptor.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from glob import iglob
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from checks.config.sqlite_urls import file_of, is_in_memory
from checks.config.target import FILE_ENGINES, is_no_file

if TYPE_CHECKING:
    from checks.config.database import AttachedDatabase
    from checks.config.model import Config

#: Suffixes of a database's file and of the files beside it that belong to it.
DATABASE_SUFFIXES = ("", "-wal", "-shm", "-journal", ".wal")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
#: The kind of database that DuckDB's ATTACH may name before a file.
_KIND = re.compile(r"[A-Za-z]\w+:(?!/)")
ROWS = "one of the files that rows are read from"


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Where something would be written: its path, all links followed, and the file there now."""

    path: str
    stat: os.stat_result | None

    @property
    def file_id(self) -> tuple[int, int] | None:
        """Device and inode of the file that is there now."""
        return None if self.stat is None else (self.stat.st_dev, self.stat.st_ino)

    def is_at(self, path: Path | str) -> bool:
        """Whether a path leads to the same place or, by another name, to the same file."""
        with suppress(OSError, ValueError):
            if os.path.realpath(path) == self.path:
                return True
        return self.is_file(path)

    def is_file(self, path: Path | str) -> bool:
        """Whether a path leads to the file that is there now."""
        with suppress(OSError, ValueError):
            return self.stat is not None and os.path.samestat(os.stat(path), self.stat)  # noqa: PTH116
        return False


def place_of(path: Path | str) -> FilePlace:
    """The place that a path leads to; the path as it is, where links cannot be followed."""
    try:
        real = os.path.realpath(path)
    except (OSError, ValueError):
        return FilePlace(str(path), None)
    with suppress(OSError, ValueError):
        return FilePlace(real, Path(real).stat())
    return FilePlace(real, None)


def place_of_descriptor(number: int) -> FilePlace:
    """The place that an open descriptor writes to. Raises OSError where it is not open."""
    return FilePlace(os.path.realpath(f"/dev/fd/{number}"), os.fstat(number))


def input_at(place: FilePlace, config: Config, *, with_rejected: bool = True) -> str | None:
    """The description of the input file at a place; None where an evaluation reads nothing there.

    The history is no input file. with_rejected: also the files of rejected rows, which may be
    many and are no databases.
    """
    file_name = next((name for name, path in _named_files(config) if place.is_at(path)), None)
    patterns = _patterns(config) if with_rejected else _warehouse_patterns(config)
    return file_name or (ROWS if _is_matched(place, patterns) else None)


def is_history(place: FilePlace, config: Config) -> bool:
    """Whether a place is the history's file, or one that belongs to it."""
    return any(place.is_at(path) for path in _database_files(config.history.url, config))


def would_be_read(place: FilePlace, config: Config) -> bool:
    """Whether rows would be read from a file at this place, on whatever day."""
    globs = map(fnmatch.translate, (os.path.realpath(glob) for glob in _patterns(config)))
    return any(re.fullmatch(pattern, place.path) for pattern in globs)


def _named_files(config: Config) -> Iterator[tuple[str, Path]]:
    yield "the configuration", config.path
    for path in _database_files(config.warehouse.url, config):
        yield "the warehouse", path
    for attached in config.warehouse.attach:
        for suffix in DATABASE_SUFFIXES:
            yield "an attached database", Path(f"{_attached_file(attached, config)}{suffix}")


def _attached_file(attached: AttachedDatabase, config: Config) -> Path:
    """The file of a database's `path` or `url`, such as `sqlite:orders.db`."""
    if attached.path is not None:
        return config.path.parent / attached.path
    return Path(_KIND.sub("", attached.url or "", count=1))


def _database_files(url: str, config: Config) -> Iterator[Path]:
    """The file of a URL of an embedded database, and what belongs to it."""
    parsed = sa.make_url(url)
    engine, name = parsed.get_backend_name(), parsed.database or ""
    if engine not in FILE_ENGINES or (engine == "duckdb" and is_no_file(name)):
        return
    if engine == "sqlite" and is_in_memory(parsed):
        return
    path = file_of(parsed) if engine == "sqlite" else Path(name)
    for suffix in DATABASE_SUFFIXES:
        yield config.path.parent / f"{path}{suffix}"


def _is_matched(place: FilePlace, patterns: Iterator[str]) -> bool:
    """Whether the place has a file that a pattern matches now."""
    if place.stat is None:
        return False
    matches = (path for pattern in patterns for path in iglob(pattern, recursive=True))  # noqa: PTH207
    return any(place.is_file(path) for path in matches)


def _patterns(config: Config) -> Iterator[str]:
    """Patterns of `quarantine.files` and `warehouse.files`; a date in them matches anything."""
    yield from _warehouse_patterns(config)
    if config.quarantine is not None and config.quarantine.files is not None:
        yield str(config.path.parent / _PLACEHOLDER.sub("*", config.quarantine.files))


def _warehouse_patterns(config: Config) -> Iterator[str]:
    for pattern in config.warehouse.files:
        yield str(config.path.parent / _PLACEHOLDER.sub("*", pattern))
