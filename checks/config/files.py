"""Names of files: a glob, or a name with the day in it."""

from __future__ import annotations

import re
from pathlib import Path

from checks.config.problems import Refused

_ALLOWED = 'a glob such as "quarantine/*.csv", or a name with {date:%Y%m%d} in it'
_FIELD = re.compile(r"\{date:([^{}]*)\}")
# Directives that a date fills; those of a time of day would always read 00.
_DIRECTIVES = "aAbBdejmuUwWyYGVC"


def files_pattern(pattern: str, folder: Path) -> str:
    """The pattern, made absolute: relative ones begin in `folder`. Raises Refused."""
    if not pattern.strip():
        raise Refused(_ALLOWED, "an empty pattern")
    _check_fields(pattern)
    _check_brackets(_FIELD.sub("", pattern))
    if Path(pattern).is_absolute():
        return pattern
    from glob import escape  # a folder named `[old]` means itself

    return f"{escape(str(folder))}/{pattern}"


def _check_fields(pattern: str) -> None:
    for match in _FIELD.finditer(pattern):
        _check_format(match[1])
    rest = _FIELD.sub("", pattern)
    if "{" in rest or "}" in rest:
        raise Refused(
            "only {date:...} in braces", None, "write {date:%Y%m%d} for the day, * for the rest"
        )


def _check_format(text: str) -> None:
    directives = re.findall(r"%(.?)", text)
    if not directives or any(one not in _DIRECTIVES or not one for one in directives):
        raise Refused("a date's directives, such as {date:%Y%m%d} or {date:%Y-%m-%d}")


def _check_brackets(pattern: str) -> None:
    """A set is `[...]`, in which a `]` that comes first is a member."""
    rest = re.sub(r"\[!?\]?+[^\]]*\]", "", pattern)
    if "[" in rest or "]" in rest:
        raise Refused(f"{_ALLOWED}, with balanced brackets")
