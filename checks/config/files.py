"""Names of files: a glob, or a name with the day in it."""

from __future__ import annotations

import re
from pathlib import Path

from checks.config.problems import InvalidValueError

_ALLOWED = 'a glob such as "quarantine/*.csv", or a name with {date:%Y%m%d} in it'
_READABLE = 'a file, a glob such as "lake/*.parquet", or a folder with / at its end'
DATE_FIELD = re.compile(r"\{date:([^{}]*)\}")
_SCHEME = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]+:[/\\]")
# Directives that a date fills; those of a time of day would always read 00.
_DIRECTIVES = "aAbBdejmuUwWyYGVC"


def resolved_pattern(key_kind: str, text: str, folder: Path) -> str:
    """A file or a pattern of files, made absolute, by the kind of its key.

    Raises InvalidValueError.
    """
    if key_kind == "path":
        return str(folder / text)
    return files_pattern(text, folder) if key_kind == "files" else readable_files(text, folder)


def files_pattern(pattern: str, folder: Path) -> str:
    """The pattern, made absolute: relative ones begin in `folder`. Raises InvalidValueError."""
    if not pattern.strip():
        raise InvalidValueError(_ALLOWED, "an empty pattern")
    _check_scheme(pattern)
    _check_fields(pattern)
    _check_brackets(DATE_FIELD.sub("", pattern))
    if Path(pattern).is_absolute():
        return pattern
    from glob import escape  # a folder named `[old]` means itself

    return f"{escape(str(folder))}/{pattern}"


def readable_files(pattern: str, folder: Path) -> str:
    """A file, a glob, or a folder with a slash at its end, made absolute; storage is as it is.

    Raises InvalidValueError for a folder's whole tree that begins at the root.
    """
    if _SCHEME.match(pattern):
        return pattern
    if Path(pattern).is_absolute():
        absolute = pattern
    else:
        from glob import escape  # a folder named `[old]` means itself

        absolute = f"{escape(str(folder))}/{pattern}"
    if not Path(absolute).name:
        raise InvalidValueError(f"{_READABLE}, but not the root folder")
    return absolute


def _check_scheme(pattern: str) -> None:
    """Files are local: `s3://...` would be a folder named `s3:`."""
    if _SCHEME.match(pattern):
        raise InvalidValueError(
            "files on this machine",
            None,
            "mount the storage and name its folder, or map the rows with quarantine.table",
        )


def _check_fields(pattern: str) -> None:
    for match in DATE_FIELD.finditer(pattern):
        _check_format(match[1])
    rest = DATE_FIELD.sub("", pattern)
    if "{" in rest or "}" in rest:
        raise InvalidValueError(
            "only {date:...} in braces", None, "write {date:%Y%m%d} for the day, * for the rest"
        )


def _check_format(text: str) -> None:
    directives = re.findall(r"%(.?)", text)
    if not directives or any(
        directive not in _DIRECTIVES or not directive for directive in directives
    ):
        raise InvalidValueError("date directives such as {date:%Y%m%d} or {date:%Y-%m-%d}")


def _check_brackets(pattern: str) -> None:
    """A set is `[...]`, in which a `]` that comes first is a member."""
    rest = re.sub(r"\[!?\]?+[^\]]*\]", "", pattern)
    if "[" in rest or "]" in rest:
        raise InvalidValueError(f"{_ALLOWED}, with balanced brackets")
