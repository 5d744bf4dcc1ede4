"""The columns of files whose headers may differ, as one list. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from checks.config.model import QuarantineSource
from checks.quarantine.content import position_of
from checks.quarantine.drilldown.model import MOST_COLUMNS, Roles

Key = tuple[str, int]


def keys_of(names: Sequence[str]) -> list[Key]:
    """What identifies a column in all files: its name without case, and its place among equals."""
    seen: Counter[str] = Counter()
    keys = []
    for name in names:
        folded = name.strip().casefold()
        keys.append((folded, seen[folded]))
        seen[folded] += 1
    return keys


def common_columns(headers: Iterable[Sequence[str]]) -> dict[Key, str]:
    """Every column of some files with its first spelling, in the order of first appearance."""
    columns: dict[Key, str] = {}
    for names in headers:
        for key, name in zip(keys_of(names), names, strict=True):
            columns.setdefault(key, name.strip() or "(no name)")
    return columns


def kept_columns(columns: dict[Key, str], mapped: Iterable[str]) -> dict[Key, str]:
    """At most `MOST_COLUMNS` of them; the mapped ones are always among them."""
    mapped_names = {name.strip().casefold() for name in mapped}
    mapped_keys = [key for key in columns if key[0] in mapped_names and key[1] == 0]
    others = [key for key in columns if key not in mapped_keys]
    kept = {*mapped_keys, *others[: MOST_COLUMNS - len(mapped_keys)]}
    return {key: name for key, name in columns.items() if key in kept}


def roles_of(names: tuple[str, ...], source: QuarantineSource) -> Roles:
    """Positions of the mapped columns."""
    mapped = (source.reason, source.occurred_at, source.source, source.event_name)
    return Roles(*(None if name is None else position_of(name, names) for name in mapped))
