"""One configured value: from its YAML node to its declared type, or why not."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from checks.config.declared import Declared, shape_of
from checks.config.environment import expanded
from checks.config.nodes import (
    day,
    found_in,
    is_null,
    is_odd,
    is_time,
    line_of,
    number,
    read_as,
    scalar,
)
from checks.config.problems import Problems, Refused
from checks.core.text import did_you_mean

_BASED = re.compile(r"0[oxb][0-9a-fA-F]+")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NAME = re.compile(r"\w[\w.-]{0,60}")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
#: The same zones, with leap seconds or without: not on every machine, and not what people mean.
_VARIANTS = ("right/", "posix/")
_ZONES_OF_MACHINES = frozenset({"localtime", "posixrules", "Factory"})
_SORTABLE = [["%Y", "%m", "%d", "%H"][:count] for count in range(1, 5)]
_UNSENDABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(slots=True)
class Scope:
    """What reading one file needs to know, and where its problems go."""

    folder: Path
    environ: Mapping[str, str]
    problems: Problems
    engine: str = ""

    def refuse(self, declared: Declared, key: str, node: yaml.Node, why: Refused) -> None:
        """Note that a value cannot be used, without repeating what may be secret."""
        shown = "a value that is not shown" if declared.secret else found_in(node)
        self.problems.add(key, line_of(node), why.found or shown, why.allowed, why.hint)


def read_setting(declared: Declared, node: yaml.Node, key: str, scope: Scope) -> Any:
    """The value of a key; None, and a problem in `scope`, where it cannot be used."""
    if is_null(node) and declared.optional:
        return None
    try:
        if declared.type is tuple:
            return _items(declared, node, key, scope)
        return _READERS[shape_of(declared)](declared, node, scope)
    except Refused as why:
        scope.refuse(declared, key, node, why)
        return None


def default_of(declared: Declared, scope: Scope) -> Any:
    """What a key means that is not given."""
    if declared.kind == "database_url" and isinstance(declared.default, str):
        return _text_of_kind(declared, declared.default, scope)
    return declared.default


def _items(declared: Declared, node: yaml.Node, key: str, scope: Scope) -> tuple[Any, ...]:
    if not isinstance(node, yaml.SequenceNode):
        is_name = isinstance(node, yaml.ScalarNode) and _NAME.fullmatch(node.value)
        raise Refused(declared.allowed, None, f"write [{node.value}]" if is_name else None)
    if not node.value and declared.kind == "event_names" and declared.default:
        raise Refused(f"{declared.allowed}, at least one", "an empty list")
    result: list[Any] = []
    for item in node.value:
        try:
            result.append(_READERS[shape_of(declared)](declared, item, scope))
        except Refused as why:
            scope.refuse(declared, key, item, why)
    return tuple(result)


def _truth(declared: Declared, node: yaml.Node, _: Scope) -> bool:
    value = scalar(node, declared.allowed)
    if not isinstance(value, bool):
        raise Refused(declared.allowed)
    return value


def _whole(declared: Declared, node: yaml.Node, _: Scope) -> int:
    value = number(node, declared.allowed)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused(declared.allowed, None, _number_hint(value))
    _check_limits(declared, value)
    return value


def _number(declared: Declared, node: yaml.Node, _: Scope) -> float:
    value = number(node, declared.allowed)
    if isinstance(value, bool | str):
        raise Refused(declared.allowed, None, _number_hint(value))
    try:
        size = float(value)
    except OverflowError:
        raise Refused(declared.allowed) from None
    if not math.isfinite(size):
        raise Refused(declared.allowed)
    _check_limits(declared, size)
    return value  # as it was written: messages say `max 6h`, not `max 6.0h`


def _check_limits(declared: Declared, value: float) -> None:
    too_low = declared.minimum is not None and value < declared.minimum
    too_high = declared.maximum is not None and value > declared.maximum
    if too_low or too_high or (declared.above is not None and value <= declared.above):
        raise Refused(declared.allowed)


def _number_hint(value: object) -> str | None:
    """YAML reads `"3"`, `1e-3` and `0o7` as text."""
    if not isinstance(value, str):
        return None
    try:
        shown = f"{int(value, 0) if _BASED.fullmatch(value) else float(value):g}"
    except ValueError:
        return None
    return f"write {shown}, without quotes" if re.fullmatch(r"-?[0-9.]+", shown) else None


def _words(declared: Declared, node: yaml.Node, scope: Scope) -> Any:
    return declared.type(_text(declared, node, scope))


def _zone(declared: Declared, node: yaml.Node, scope: Scope) -> ZoneInfo:
    name = _text(declared, node, scope)
    if name in _ZONES_OF_MACHINES or name.startswith(_VARIANTS):
        raise Refused(declared.allowed, f"{name!r}, which is another zone on another machine")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        from zoneinfo import available_timezones

        hint = _meant(name, tuple(sorted(available_timezones())))
        raise Refused(declared.allowed, None, hint) from None


def _day(declared: Declared, node: yaml.Node, _: Scope) -> date:
    return day(node, declared.item_allowed)


def _text(declared: Declared, node: yaml.Node, scope: Scope) -> str:
    allowed = declared.item_allowed
    hint = None if declared.words else "put it in quotes"
    if is_time(node):
        raise Refused(allowed, None, hint)
    value = scalar(node, allowed)
    if not isinstance(value, str):
        is_surprise = (isinstance(value, bool) or is_odd(node)) and not declared.secret
        raise Refused(allowed, read_as(node, value) if is_surprise else None, hint)
    text = expanded(value, scope.environ)
    if not text.strip():
        raise Refused(allowed, None if declared.secret else "empty text")
    unusable = _UNSENDABLE if declared.kind == "query" else _UNPRINTABLE
    if unusable.search(text):
        raise Refused(f"{allowed}, without line breaks and control characters")
    if declared.words and text not in declared.words:
        raise Refused(allowed, None, _meant(text, declared.words))
    return _text_of_kind(declared, text, scope)


def _meant(word: str, known: tuple[str, ...]) -> str | None:
    meant = did_you_mean(word, known)
    return f"did you mean {meant!r}?" if meant else None


def _text_of_kind(declared: Declared, text: str, scope: Scope) -> str:
    match declared.kind:
        case "database_url":
            from checks.config.urls import database_url

            return database_url(text, scope.folder)
        case "http_url":
            from checks.config.urls import http_url

            return http_url(text)
        case "files" | "readable_files" | "path":
            from checks.config.files import located

            return located(declared.kind, text, scope.folder)
        case "alias" | "extension":
            _check_plain_name(declared, text)
        case "holidays":
            from checks.config.calendars import is_known_place

            if not is_known_place(text):
                raise Refused(declared.allowed)
        case "table":
            _check_table(declared, text)
        case "partition_format":
            _check_partition_format(declared, text)
        case "query":
            return _single_select(declared, text, scope)
    return text


def _check_plain_name(declared: Declared, text: str) -> None:
    if not _PLAIN_NAME.fullmatch(text):
        raise Refused(declared.item_allowed)


def _check_table(declared: Declared, text: str) -> None:
    from checks.config.table_names import split_table_name

    if "://" in text:
        raise Refused(declared.allowed, None, "a database's address belongs in warehouse.url")
    try:
        split_table_name(text)
    except ValueError:
        hint = "put parts with other characters in double quotes: '\"my table\"'"
        raise Refused(declared.allowed, None, hint) from None


def _check_partition_format(declared: Declared, text: str) -> None:
    """Its values must sort as the times they spell."""
    directives = re.findall(r"%.?", text)
    if directives not in _SORTABLE:
        raise Refused(declared.allowed)


def _single_select(declared: Declared, text: str, scope: Scope) -> str:
    from checks.config.readonly import problem_of, without_terminator

    why = problem_of(text, scope.engine)
    if why is not None:
        raise Refused(declared.allowed, f"a query that cannot be sent: {why}")
    return without_terminator(text, scope.engine)


_READERS = {
    "truth": _truth,
    "whole": _whole,
    "number": _number,
    "words": _words,
    "zone": _zone,
    "day": _day,
    "text": _text,
}
