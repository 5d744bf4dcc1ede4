"""The options that the URL of an embedded database may have: those that change no limit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote

from checks.config.problems import InvalidValueError

_YES_OR_NO = r"true|false|yes|no|on|off|t|f|y|n|1|0"
_ANYTHING = r".+"
#: For each engine its options, in lower case, and their values. A file is opened read-only
#: whatever `mode` and `access_mode` say.
ALLOWED: Mapping[str, Mapping[str, str]] = {
    "sqlite": {
        "uri": _YES_OR_NO,
        "mode": r"ro|rw|rwc|memory",
        "cache": r"private|shared",
        "timeout": r"[0-9]+(\.[0-9]+)?",
    },
    "duckdb": {
        "access_mode": r"read_only|read_write|automatic",
        "threads": r"[0-9]+",
        "memory_limit": _ANYTHING,
        "max_memory": _ANYTHING,
        "temp_directory": _ANYTHING,
        "max_temp_directory_size": _ANYTHING,
        "motherduck_token": _ANYTHING,
    },
}
_DRIVERS = {"sqlite": ("", "pysqlite"), "duckdb": ("",)}
_SHOWN_NAME = re.compile(r"\w{1,40}")


def require_allowed(engine: str, database: str, query: str) -> None:
    """Raises InvalidValueError for an option that is not allowed, or is given twice.

    engine: with its driver, as the URL begins. database, query: as they are written in it.
    """
    name, _, driver = engine.partition("+")
    if driver not in _DRIVERS[name]:
        raise InvalidValueError(f"a URL that begins with {name}:///", "another driver")
    options = parse_qsl(query, keep_blank_values=True)
    names = [_normalised(name, option) for option, _ in options]
    for option, value in options:
        is_twice = names.count(_normalised(name, option)) > 1
        _require_option(name, option, value, is_twice=is_twice)
    if unquote(database).startswith("file:") and re.search("[?#]", unquote(database)):
        raise InvalidValueError(
            "a file name without ? and #", "a value that is not shown, with ? or # in it"
        )


def _normalised(engine: str, option: str) -> str:
    """DuckDB takes its options in any case."""
    return option.lower() if engine == "duckdb" else option


def _require_option(engine: str, option: str, value: str, *, is_twice: bool) -> None:
    allowed = ALLOWED[engine]
    shown = f"the option {option}" if _SHOWN_NAME.fullmatch(option) else "an option"
    pattern = allowed.get(_normalised(engine, option))
    if pattern is None:
        raise InvalidValueError(
            f"only these options of a {engine} URL: {', '.join(allowed)}", shown
        )
    if is_twice:
        raise InvalidValueError("each option of a URL once", f"{shown} twice")
    if not re.fullmatch(pattern, value, re.IGNORECASE):
        raise InvalidValueError(
            f"for {option}: {_allowed_text(pattern)}", f"{shown} with another value"
        )


def _allowed_text(pattern: str) -> str:
    if pattern == _ANYTHING:
        return "a value"
    return "a number" if pattern.startswith("[0-9]") else pattern.replace("|", ", ")
