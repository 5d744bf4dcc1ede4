"""Values as single lines that no terminal and no CI log interprets as a command."""

from __future__ import annotations

import re

from checks.core.text import clean

_LONGEST = 2000
# CI runners act on `::name` where a line (or a wrapped line) begins, and on `##[name]` or
# `##vso[` anywhere in it.
_COMMAND = re.compile(r"(?:(?<=\s)|^):(?=:)|#(?=#)")


def line(value: object) -> str:
    """One value as one inert line; dangerous characters become visible escapes."""
    return _COMMAND.sub(_escaped, clean(value, _LONGEST))


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
