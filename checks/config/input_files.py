"""Files that an evaluation reads: nothing that Andon writes may be one of them.

Neither by name nor by another name of the same file: a link, a hard link, an open descriptor.
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
    from checks.config.model import AttachedDatabase, Config

#: What lies beside a database's file and belongs to it.
BESIDE = ("", "-wal", "-shm", "-journal", ".wal")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
#: The kind of database that DuckDB's ATTACH may name before a file.
_KIND = re.compile(r"[A-Za-z]\w+:(?!/)")
ROWS = "one of the files that rows are read from"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something would be written: its path, all links followed, and what is there now."""

    path: str
    present: os.stat_result | None

    @property
    def file_id(self) -> tuple[int, int] | None:
        """What tells the file that is there now from all others."""
        return None if self.present is None else (self.present.st_dev, self.present.st_ino)

    def is_at(self, path: Path | str) -> bool:
        """Whether a path leads to the same place, or to the same file by another name."""
        with suppress(OSError, ValueError):
            if os.path.realpath(path) == self.path:
                return True
        return self.is_file(path)

    def is_file(self, path: Path | str) -> bool:
        """Whether a path leads to the file that is there now."""
        with suppress(OSError, ValueError):
            return self.present is not None and os.path.samestat(os.stat(path), self.present)  # noqa: PTH116
        return False


def place_of(path: Path | str) -> Place:
    """Where a path leads; as it is, where that cannot be looked up."""
    try:
        real = os.path.realpath(path)
    except (OSError, ValueError):
        return Place(str(path), None)
    with suppress(OSError, ValueError):
        return Place(real, Path(real).stat())
    return Place(real, None)


def place_of_descriptor(number: int) -> Place:
    """What an open descriptor writes to. Raises OSError where it is not open."""
    return Place(os.path.realpath(f"/dev/fd/{number}"), os.fstat(number))


def input_at(place: Place, config: Config, *, with_rejected: bool = True) -> str | None:
    """What a place is of all that an evaluation reads, but for the history; None for no such.

    with_rejected: also the files of rejected rows, which may be many and are no databases.
    """
    named = next((what for what, path in _named_files(config) if place.is_at(path)), None)
    patterns = _globs(config) if with_rejected else _readable(config)
    return named or (ROWS if _is_matched(place, patterns) else None)


def is_history(place: Place, config: Config) -> bool:
    """Whether a place is the history's file, or belongs to it."""
    return any(place.is_at(path) for path in _database_files(config.history.url, config))


def would_be_read(place: Place, config: Config) -> bool:
    """Whether a file at a place would be one that rows are read from, whatever day it is."""
    globs = map(fnmatch.translate, (os.path.realpath(glob) for glob in _globs(config)))
    return any(re.fullmatch(pattern, place.path) for pattern in globs)


def _named_files(config: Config) -> Iterator[tuple[str, Path]]:
    yield "the configuration", config.path
    for path in _database_files(config.warehouse.url, config):
        yield "the warehouse", path
    for attached in config.warehouse.attach:
        for suffix in BESIDE:
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
    for suffix in BESIDE:
        yield config.path.parent / f"{path}{suffix}"


def _is_matched(place: Place, patterns: Iterator[str]) -> bool:
    """Whether a file that is there is one that a pattern means now."""
    if place.present is None:
        return False
    matches = (path for pattern in patterns for path in iglob(pattern, recursive=True))  # noqa: PTH207
    return any(place.is_file(path) for path in matches)


def _globs(config: Config) -> Iterator[str]:
    """Of `quarantine.files` and `warehouse.files`; a date in a pattern stands for anything."""
    yield from _readable(config)
    if config.quarantine is not None and config.quarantine.files is not None:
        yield str(config.path.parent / _PLACEHOLDER.sub("*", config.quarantine.files))


def _readable(config: Config) -> Iterator[str]:
    for pattern in config.warehouse.files:
        yield str(config.path.parent / _PLACEHOLDER.sub("*", pattern))
