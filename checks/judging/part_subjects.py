r"""By what an acceptance knows a part of the events: an event name, a value, a group of rare ones.

`page_viewed`, `device=ios`, `rare values of device`. No two parts have the same subject: an event
that is called `device=ios` is `device\=ios`, and one that is called as a group is has a backslash
before it. Only a value has a `=` without one. Pure.
"""

from __future__ import annotations

import re

from checks.core.counts import NAME
from checks.core.subjects import subject_name

#: How a group is called, after any number of backslashes.
_AS_A_GROUP = re.compile(r"\\*rare (event names$|values of )")


def part_subject(dimension: str, value: str, *, is_group: bool = False) -> str:
    """The subject of a value of a dimension, of an event name, or of the group with this name."""
    if is_group:
        return subject_name(_escaped(value))
    if dimension == NAME:
        return subject_name(_name_text(value))
    return subject_name(f"{_escaped(dimension)}={value}")


def _name_text(name: str) -> str:
    text = _escaped(name) if "=" in name else name
    return f"\\{text}" if _AS_A_GROUP.match(text) else text


def _escaped(text: str) -> str:
    """The text with a backslash before each `=`, and before each backslash."""
    return text.replace("\\", "\\\\").replace("=", "\\=")
