"""Names of tables as people write them."""

from __future__ import annotations

import re

_PART = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([^".\s][^".]*?))\s*(\.|$)')
_MOST_PARTS = 3


def split_table_name(name: str) -> tuple[str, ...]:
    """The parts of `[catalog.][schema.]name`; a part with a dot is written `"in quotes"`.

    Raises ValueError for anything else.
    """
    parts: list[str] = []
    position = 0
    while position < len(name) or (parts and name.endswith(".")):
        match = _PART.match(name, position)
        if match is None:
            raise ValueError(f"{name!r} is not of the form [catalog.][schema.]name")
        parts.append((match[1] or match[2]).replace('""', '"'))
        position = match.end()
        if not match[3]:
            break
    if not 1 <= len(parts) <= _MOST_PARTS or position < len(name):
        raise ValueError(f"{name!r} is not of the form [catalog.][schema.]name")
    return tuple(parts)
