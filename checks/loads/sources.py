"""How the sources of an audit log are identified. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from functools import lru_cache

from checks.core.audit_log import AuditLog
from checks.core.day_names import DAY_MARK, days_in, without_days

#: A longer name may be cut, so that two sources could look alike: each entry counts for itself.
LONGEST_SOURCE = 1000
#: The key of all entries in a log without sources, where the configuration says that it has only
#: one source. No name is blank.
ONLY_SOURCE = ""

_HOUR = re.compile(r"(?<![a-z])(?:hour|hr|hh)[=_-]?(?:[01]?\d|2[0-3])(?!\d)", re.IGNORECASE)

#: A time behind the day in a name: with seconds and what follows them, or marked by a T or a colon.
_HOURS = r"(?:[01]\d|2[0-3])"
_CLOCK = rf"{_HOURS}[:_.-]?[0-5]\d"
_SECONDS = r"[:_.-]?[0-5]\d(?:[.,_]?\d{1,9})?"
_TIME_OF_DAY = re.compile(
    re.escape(DAY_MARK)
    + rf"(?:[-_T. ]?{_CLOCK}{_SECONDS}|T{_CLOCK}|[-_ ]?{_HOURS}:[0-5]\d|T{_HOURS})"
    + r"(?:Z|[+-]\d\d:?\d\d)?(?!\d)"
)


def source_key(log: AuditLog, source: str | None) -> str | None:
    """The key that all entries of one source share; None for an entry without a source.

    A log without sources has a single one if `several` says how its entries count.
    """
    if not log.has_source:
        return None if log.several is None else ONLY_SOURCE
    name = (source or "").strip()
    return name if name and len(name) <= LONGEST_SOURCE else None


@lru_cache(maxsize=20_000)
def family_of(key: str) -> str:
    """The part of a source's name that stays the same from day to day: the name without days."""
    return without_days(key)


def lasting_name(source: str | None) -> str | None:
    """The name of a source that is the same every day: without the days in it.

    A time of day with seconds is removed with its day. A shorter number stays: it may be a shop's.
    """
    return None if source is None else _TIME_OF_DAY.sub(DAY_MARK, without_days(source.strip()))


def without_digits(source: str | None) -> str | None:
    """A source's name without its digits, so that daily files compare."""
    return None if source is None else re.sub(r"\d+", "", source)


def may_be_of(source: str | None, days: Collection[date]) -> bool:
    """Whether a source's name contains one of the days, or no day at all."""
    named = days_in(source or "")
    return not named or not named.isdisjoint(days)


def names_time(source: str) -> bool:
    """Whether a source's name contains a day or an hour, so that it is loaded once."""
    return bool(days_in(source)) or _HOUR.search(source) is not None
