"""The columns of files whose headers may differ: which are mapped, and all of them as one list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from checks.config.model import QuarantineSource

#: The most columns that a page reads; a file may have any number.
MOST_COLUMNS = 60
Key = tuple[str, int]


class Roles(NamedTuple):
    """Positions of the mapped columns; None where one is not mapped or absent."""

    reason: int | None
    moment: int | None
    source: int | None
    event: int | None

    def known(self) -> frozenset[int]:
        """The positions of those that are present."""
        return frozenset(position for position in self if position is not None)


def roles_of(names: tuple[str, ...], source: QuarantineSource) -> Roles:
    """Positions of the mapped columns."""
    return Roles(*(None if name is None else position_of(name, names) for name in _mapping(source)))


def mapped_names(source: QuarantineSource) -> tuple[str, ...]:
    """Every column that is mapped."""
    return tuple(name for name in _mapping(source) if name is not None)


def _mapping(source: QuarantineSource) -> tuple[str | None, ...]:
    return source.reason, source.occurred_at, source.source, source.event_name


def position_of(name: str, names: tuple[str, ...]) -> int | None:
    """Position of a column; case is ignored where that leaves one column only."""
    if name in names:
        return names.index(name)
    same = [i for i, known in enumerate(names) if _folded(known) == _folded(name)]
    return same[0] if len(same) == 1 else None


def spelled(name: str, names: tuple[str, ...]) -> str:
    """A column's name as it is written in a file, unchanged where the file has no such column."""
    position = position_of(name, names)
    return name if position is None else names[position]


def keys_of(names: Sequence[str], mapped: Sequence[str]) -> list[Key]:
    """What identifies a column in all files: its name without case, and its place among equals.

    The first places are those of the mapped columns, which each file may spell in another way.
    """
    mapped_keys = keys_of_mapped(mapped)
    chosen = {position_of(name, tuple(names)): key for name, key in mapped_keys.items()}
    seen = Counter(folded for folded, _ in mapped_keys.values())
    keys = []
    for position, name in enumerate(names):
        folded = _folded(name)
        keys.append(chosen.get(position, (folded, seen[folded])))
        seen[folded] += position not in chosen
    return keys


def keys_of_mapped(mapped: Iterable[str]) -> dict[str, Key]:
    """The key of each mapped column."""
    seen: Counter[str] = Counter()
    keys: dict[str, Key] = {}
    for name in dict.fromkeys(mapped):
        folded = _folded(name)
        keys[name] = folded, seen[folded]
        seen[folded] += 1
    return keys


def common_columns(headers: Iterable[Sequence[str]], mapped: Sequence[str]) -> dict[Key, str]:
    """Every column of some files with its first spelling, in the order of first appearance."""
    columns: dict[Key, str] = {}
    for names in headers:
        for key, name in zip(keys_of(names, mapped), names, strict=True):
            columns.setdefault(key, name.strip() or "(no name)")
    return columns


def common_roles(columns: Mapping[Key, str], source: QuarantineSource) -> Roles:
    """Positions of the mapped columns among those of all files."""
    positions = {key: position for position, key in enumerate(columns)}
    keys = keys_of_mapped(mapped_names(source))
    return Roles(
        *(None if name is None else positions.get(keys[name]) for name in _mapping(source))
    )


def kept_columns(columns: Mapping[Key, str], mapped: Iterable[str]) -> dict[Key, str]:
    """At most `MOST_COLUMNS` of them; the mapped ones are always among them."""
    keys = keys_of_mapped(mapped).values()
    mapped_keys = [key for key in columns if key in keys]
    others = [key for key in columns if key not in mapped_keys]
    kept = {*mapped_keys, *others[: MOST_COLUMNS - len(mapped_keys)]}
    return {key: name for key, name in columns.items() if key in kept}


def _folded(name: str) -> str:
    return name.strip().casefold()
