"""Links that lead out of the folder of rejected rows: they are reported, and not followed.

Otherwise whoever may write to that folder would choose what Andon reads and shows.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from checks.core.text import listed

_MOST_NAMED = 5


class SortedPaths(NamedTuple):
    """Paths that stay in a folder, and the links by which the others leave it."""

    inside: list[str]
    links: list[str]


def sorted_by_place(paths: Iterable[str], folder: Path) -> SortedPaths:
    """Absolute paths split into those that stay in a folder, and the links out of it.

    Links of files and folders and `..` are resolved: what counts is where a path ends. The link
    of a path that leaves the folder is its first part outside.
    """
    real_folder = os.path.realpath(folder)
    folders: dict[str, bool] = {}
    inside, links = list[str](), dict[str, None]()
    for path in paths:
        parent, name = os.path.split(path)
        if parent not in folders:
            folders[parent] = _is_inside(parent, real_folder)
        is_plain = name != ".." and not os.path.islink(path)  # noqa: PTH114  (many paths)
        if folders[parent] and (is_plain or _is_inside(path, real_folder)):
            inside.append(path)
        else:
            links[_first_outside(path, folder, real_folder)] = None
    return SortedPaths(inside, sorted(links))


def links_warning(names: Sequence[str]) -> str:
    """The warning of links, by their names as shown."""
    lead = "leads" if len(names) == 1 else "lead"
    verb = "is" if len(names) == 1 else "are"
    return f"{listed(names, _MOST_NAMED)} {lead} out of the quarantine folder and {verb} not read"


def _is_inside(path: str, real_folder: str) -> bool:
    return PurePath(os.path.realpath(path)).is_relative_to(real_folder)


def _first_outside(path: str, folder: Path, real_folder: str) -> str:
    """The first part of a path, from the folder on, that is outside."""
    pure = PurePath(path)
    parts = pure.relative_to(folder).parts if pure.is_relative_to(folder) else ()
    current = folder
    for part in parts:
        current = current / part
        if not _is_inside(str(current), real_folder):
            return str(current)
    return path
