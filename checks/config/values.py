"""One configured value: from its YAML node to its declared type, or to a problem."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from checks.config.closed_days import ClosedDays, read_closed_days
from checks.config.declared import Declaration, shape_of
from checks.config.environment import expand_variables
from checks.config.nodes import (
    describe,
    describe_with_reading,
    is_null,
    is_time,
    is_unusual_number,
    line_of,
    read_day,
    read_number,
    read_scalar,
)
from checks.config.problems import InvalidValueError, Problems
from checks.core.text import did_you_mean

_PREFIXED_INTEGER = re.compile(r"0[oxb][0-9a-fA-F]+")
_DURATION = re.compile(
    r"(?:(\d{1,3})\s*d)?\s*(?:(\d{1,4})\s*h)?\s*(?:(\d{1,5})\s*m(?:in)?)?", re.ASCII
)
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NAME = re.compile(r"\w[\w.-]{0,60}")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
#: The same zones, with leap seconds or without: not on every machine, and not what people mean.
_LEAP_SECOND_VARIANTS = ("right/", "posix/")
_MACHINE_ZONES = frozenset({"localtime", "posixrules", "Factory"})
_SORTABLE_FORMATS = [["%Y", "%m", "%d", "%H"][:count] for count in range(1, 5)]
_UNSENDABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(slots=True)
class Scope:
    """The context in which one file is read, and the problems found in it."""

    folder: Path
    environ: Mapping[str, str]
    problems: Problems
    engine: str = ""

    def report(
        self, declared: Declaration, key: str, node: yaml.Node, error: InvalidValueError
    ) -> None:
        """Record that a value cannot be used, without repeating what may be secret."""
        shown = "a value that is not shown" if declared.secret else describe(node)
        self.problems.add(key, line_of(node), error.actual or shown, error.allowed, error.hint)


def read_setting(declared: Declaration, node: yaml.Node, key: str, scope: Scope) -> Any:
    """The value of a key; None, and a problem in `scope`, where it cannot be used."""
    if is_null(node) and declared.optional:
        return None
    try:
        if declared.type is tuple:
            return _read_items(declared, node, key, scope)
        return _READERS[shape_of(declared)](declared, node, scope)
    except InvalidValueError as error:
        scope.report(declared, key, node, error)
        return None


def default_of(declared: Declaration, scope: Scope) -> Any:
    """The value of a key that is not in the file."""
    if declared.kind == "database_url" and isinstance(declared.default, str):
        return _text_of_kind(declared, declared.default, scope)
    return declared.default


def _read_items(declared: Declaration, node: yaml.Node, key: str, scope: Scope) -> tuple[Any, ...]:
    if not isinstance(node, yaml.SequenceNode):
        is_name = isinstance(node, yaml.ScalarNode) and _NAME.fullmatch(node.value)
        raise InvalidValueError(
            declared.allowed, None, f"write [{node.value}]" if is_name else None
        )
    if not node.value and declared.kind == "event_names" and declared.default:
        raise InvalidValueError(f"{declared.allowed}, at least one", "an empty list")
    result: list[Any] = []
    for item in node.value:
        try:
            result.append(_READERS[shape_of(declared)](declared, item, scope))
        except InvalidValueError as error:
            scope.report(declared, key, item, error)
    return tuple(result)


def _read_bool(declared: Declaration, node: yaml.Node, _: Scope) -> bool:
    value = read_scalar(node, declared.allowed)
    if not isinstance(value, bool):
        raise InvalidValueError(declared.allowed)
    return value


def _read_int(declared: Declaration, node: yaml.Node, _: Scope) -> int:
    value = read_number(node, declared.allowed)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidValueError(declared.allowed, None, _number_hint(value))
    _check_limits(declared, value)
    return value


def _read_float(declared: Declaration, node: yaml.Node, _: Scope) -> float:
    value = read_number(node, declared.allowed)
    if isinstance(value, bool | str):
        raise InvalidValueError(declared.allowed, None, _number_hint(value))
    try:
        size = float(value)
    except OverflowError:
        raise InvalidValueError(declared.allowed) from None
    if not math.isfinite(size):
        raise InvalidValueError(declared.allowed)
    _check_limits(declared, size)
    return value  # as it was written: messages say `max 6h`, not `max 6.0h`


def _check_limits(declared: Declaration, value: float) -> None:
    too_low = declared.minimum is not None and value < declared.minimum
    too_high = declared.maximum is not None and value > declared.maximum
    if too_low or too_high or (declared.above is not None and value <= declared.above):
        raise InvalidValueError(declared.allowed)


def _number_hint(value: object) -> str | None:
    """YAML reads `"3"`, `1e-3` and `0o7` as text."""
    if not isinstance(value, str):
        return None
    try:
        shown = f"{int(value, 0) if _PREFIXED_INTEGER.fullmatch(value) else float(value):g}"
    except ValueError:
        return None
    return f"write {shown}, without quotes" if re.fullmatch(r"-?[0-9.]+", shown) else None


def _read_choice(declared: Declaration, node: yaml.Node, scope: Scope) -> Any:
    return declared.type(_read_text(declared, node, scope))


def _read_zone(declared: Declaration, node: yaml.Node, scope: Scope) -> ZoneInfo:
    name = _read_text(declared, node, scope)
    if name in _MACHINE_ZONES or name.startswith(_LEAP_SECOND_VARIANTS):
        raise InvalidValueError(
            declared.allowed, f"{name!r}, which is a different zone on each machine"
        )
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        from zoneinfo import available_timezones

        hint = _suggestion(name, tuple(sorted(available_timezones())))
        raise InvalidValueError(declared.allowed, None, hint) from None


def _read_date(declared: Declaration, node: yaml.Node, _: Scope) -> date:
    return read_day(node, declared.item_allowed)


def _read_closed(declared: Declaration, node: yaml.Node, _: Scope) -> ClosedDays:
    return read_closed_days(node, declared.item_allowed)


def _read_duration(declared: Declaration, node: yaml.Node, scope: Scope) -> timedelta:
    match = _DURATION.fullmatch(_read_text(declared, node, scope).strip())
    if match is None or not any(match.groups()):
        raise InvalidValueError(declared.allowed)
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def _read_text(declared: Declaration, node: yaml.Node, scope: Scope) -> str:
    allowed = declared.item_allowed
    hint = None if declared.allowed_texts else "put it in quotes"
    if is_time(node):
        raise InvalidValueError(allowed, None, hint)
    value = read_scalar(node, allowed)
    if not isinstance(value, str):
        is_misread = (isinstance(value, bool) or is_unusual_number(node)) and not declared.secret
        raise InvalidValueError(
            allowed, describe_with_reading(node, value) if is_misread else None, hint
        )
    text = expand_variables(value, scope.environ)
    if not text.strip():
        raise InvalidValueError(allowed, None if declared.secret else "empty text")
    unusable = _UNSENDABLE if declared.kind == "query" else _UNPRINTABLE
    if unusable.search(text):
        raise InvalidValueError(f"{allowed}, without line breaks and control characters")
    if declared.allowed_texts and text not in declared.allowed_texts:
        raise InvalidValueError(allowed, None, _suggestion(text, declared.allowed_texts))
    return _text_of_kind(declared, text, scope)


def _suggestion(word: str, known: tuple[str, ...]) -> str | None:
    meant = did_you_mean(word, known)
    return f"did you mean {meant!r}?" if meant else None


def _text_of_kind(declared: Declaration, text: str, scope: Scope) -> str:
    match declared.kind:
        case "database_url":
            from checks.config.urls import database_url

            return database_url(text, scope.folder)
        case "http_url":
            from checks.config.urls import http_url

            return http_url(text)
        case "files" | "readable_files" | "path":
            from checks.config.files import resolved_pattern

            return resolved_pattern(declared.kind, text, scope.folder)
        case "cron":
            from checks.config.cron import cron_expression

            return cron_expression(text)
        case "query":
            return _single_select(declared, text, scope)
    _check_text(declared, text)
    return text


def _check_text(declared: Declaration, text: str) -> None:
    """Raises InvalidValueError for a text that its kind does not allow."""
    match declared.kind:
        case "alias" | "extension":
            _check_plain_name(declared, text)
        case "holidays":
            from checks.config.calendars import is_known_place

            if not is_known_place(text):
                raise InvalidValueError(declared.allowed)
        case "table":
            _check_table(declared, text)
        case "partition_format":
            _check_partition_format(declared, text)


def _check_plain_name(declared: Declaration, text: str) -> None:
    if not _PLAIN_NAME.fullmatch(text):
        raise InvalidValueError(declared.item_allowed)


def _check_table(declared: Declaration, text: str) -> None:
    from checks.config.table_names import split_table_name

    if "://" in text:
        raise InvalidValueError(
            declared.allowed, None, "a database's address belongs in warehouse.url"
        )
    try:
        split_table_name(text)
    except ValueError:
        hint = "put parts with other characters in double quotes: '\"my table\"'"
        raise InvalidValueError(declared.allowed, None, hint) from None


def _check_partition_format(declared: Declaration, text: str) -> None:
    """A partition's values have to sort like the times that they spell."""
    directives = re.findall(r"%.?", text)
    if directives not in _SORTABLE_FORMATS:
        raise InvalidValueError(declared.allowed)


def _single_select(declared: Declaration, text: str, scope: Scope) -> str:
    from checks.config.readonly import problem_of, without_terminator

    error = problem_of(text, scope.engine)
    if error is not None:
        raise InvalidValueError(declared.allowed, f"a query that cannot be sent: {error}")
    return without_terminator(text, scope.engine)


_READERS = {
    "bool": _read_bool,
    "int": _read_int,
    "float": _read_float,
    "choice": _read_choice,
    "zone": _read_zone,
    "day": _read_date,
    "duration": _read_duration,
    "closed": _read_closed,
    "text": _read_text,
}
