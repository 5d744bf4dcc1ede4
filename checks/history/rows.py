"""Which stored values are usable. Pure.

Nothing in a store is trusted: SQLite keeps any type in any column, and anybody may edit a file. A
row with a value that Andon does not write is damaged: it is reported and not used.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from checks.core.model import Status
from checks.core.records import Closing

Rules = Mapping[str, Callable[[Any], bool]]

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_LARGEST = 2**63
_MOST_CODES = 256


def is_text(value: Any) -> bool:
    """Whether a value is text that can be encoded."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_name(value: Any) -> bool:
    return is_text(value) and bool(value)


def _is_whole(value: Any, least: int, below: int = _LARGEST) -> bool:
    return type(value) is int and least <= value < below


def _is_id(value: Any) -> bool:
    return _is_whole(value, 1)


def _is_day(value: Any) -> bool:
    return type(value) is date


def _is_moment(value: Any) -> bool:
    return isinstance(value, datetime)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _is_status(value: Any) -> bool:
    return isinstance(value, str) and value in _STATUSES


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _or_none(rule: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or rule(value)


_STATUSES = frozenset(status.value for status in Status)
_CLOSINGS = frozenset(closing.value for closing in Closing)

EVALUATION: Rules = {
    "id": _is_id,
    "pipeline": is_text,
    "run_date": _is_day,
    "data_date": _is_day,
    "evaluated_at": _is_moment,
    "verdict": _is_status,
    "exit_code": lambda value: _is_whole(value, 0, _MOST_CODES),
}
RESULT: Rules = {
    "check_id": _is_name,
    "position": lambda value: _is_whole(value, 0),
    "status": _is_status,
    "value": _or_none(_is_number),
    "message": is_text,
}
WAIVER: Rules = {
    "id": _is_id,
    "pipeline": is_text,
    "check_id": _is_name,
    "owner": _is_name,
    "reason": _is_name,
    "until": _is_day,
    "up_to": _or_none(_is_number),
    "data_date": _is_day,
    "created_at": _is_moment,
    "revoked_at": _or_none(_is_moment),
    "revoked_by": _or_none(is_text),
    "rearmed_on": _or_none(_is_day),
    "rearmed_at": _or_none(_is_moment),
    "subjects": _or_none(lambda value: isinstance(value, dict) and bool(value)),
}
ACCEPTANCE: Rules = {
    "id": _is_id,
    "pipeline": is_text,
    "check_id": _is_name,
    "kind": _is_name,
    "subject": _is_name,
    "owner": _is_name,
    "reason": _is_name,
    "data_date": _is_day,
    "created_at": _is_moment,
    "revoked_at": _or_none(_is_moment),
    "revoked_by": _or_none(is_text),
}
ACKNOWLEDGEMENT: Rules = {
    "check_id": _is_name,
    "owner": _is_name,
    "note": is_text,
    "created_at": _is_moment,
    "closed_at": _or_none(_is_moment),
}
INCIDENT: Rules = {
    "id": _is_id,
    "pipeline": is_text,
    "check_id": _is_name,
    "members": lambda value: isinstance(value, tuple),
    "evaluation_id": _is_id,
    "opened_at": _is_moment,
    "opened_on": _is_day,
    "opened_as": _is_status,
    "status": _is_status,
    "value": _or_none(_is_number),
    "expected": _or_none(_is_number),
    "is_stop": lambda value: _is_whole(value, 0, 2),
    "subjects": lambda value: isinstance(value, dict),
    "message": is_text,
    "events": lambda value: isinstance(value, tuple),
    "resolved_at": _or_none(_is_moment),
    "resolved_on": _or_none(_is_day),
    "closed_at": _or_none(_is_moment),
    "closed_as": _or_none(lambda value: isinstance(value, str) and value in _CLOSINGS),
    "closed_by": _or_none(_is_name),
    "note": _or_none(is_text),
}
PIPELINE: Rules = {
    "pipeline": is_text,
    "warehouse": _is_digest,
    "label": _is_name,
    "since": _is_moment,
    "adopted_by": _or_none(_is_name),
}


def damage(row: Mapping[str, Any], rules: Rules) -> tuple[str, ...]:
    """The columns of a row with values that Andon does not write."""
    return tuple(name for name, is_valid in rules.items() if not is_valid(row[name]))
