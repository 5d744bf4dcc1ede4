"""Links in the folder of rejected rows that lead out of it: they are not followed, and told.

Whoever may write to that folder would otherwise choose what Andon reads and shows.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from checks.core.text import listed

_MOST_NAMED = 5


class Sorted(NamedTuple):
    """Paths that stay in a folder, and the links by which the others leave it."""

    inside: list[str]
    links: list[str]


def sorted_by_place(paths: Iterable[str], folder: Path) -> Sorted:
    """Which absolute paths stay in a folder, wherever that is itself.

    A link of a file or of any folder on the way counts, and so does `..`: what decides is where
    the path ends. Of each path that leaves, the link is its first part that does.
    """
    real = os.path.realpath(folder)
    folders: dict[str, bool] = {}
    inside, links = list[str](), dict[str, None]()
    for path in paths:
        parent, name = os.path.split(path)
        if parent not in folders:
            folders[parent] = _is_inside(parent, real)
        ends_here = name != ".." and not os.path.islink(path)  # noqa: PTH114  (many paths)
        if folders[parent] and (ends_here or _is_inside(path, real)):
            inside.append(path)
        else:
            links[_first_outside(path, folder, real)] = None
    return Sorted(inside, sorted(links))


def told(names: Sequence[str]) -> str:
    """The warning of links, by their names for a person."""
    lead = "leads" if len(names) == 1 else "lead"
    verb = "is" if len(names) == 1 else "are"
    return f"{listed(names, _MOST_NAMED)} {lead} out of the quarantine folder and {verb} not read"


def _is_inside(path: str, real: str) -> bool:
    return PurePath(os.path.realpath(path)).is_relative_to(real)


def _first_outside(path: str, folder: Path, real: str) -> str:
    """The first part of a path, from the folder on, that is outside."""
    pure = PurePath(path)
    parts = pure.relative_to(folder).parts if pure.is_relative_to(folder) else ()
    at = folder
    for part in parts:
        at = at / part
        if not _is_inside(str(at), real):
            return str(at)
    return path
