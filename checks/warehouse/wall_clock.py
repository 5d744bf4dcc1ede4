"""Converts times of the wall clock to instants and back, also in hours that clocks repeat or skip.

A time that occurs twice means the second; one that clocks skip counts on from before the change.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from checks.core.timeframe import TICK

_SECOND = timedelta(seconds=1)


def utc_of_local(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a time of the wall clock, in UTC without zone. Raises OverflowError."""
    offsets = [local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)]
    return local - min(offset for offset in offsets if offset is not None)


def first_utc_of_local(local: datetime, zone: ZoneInfo) -> datetime | None:
    """The earlier instant of a time that occurs twice, in UTC without zone; None for other times.

    The later one is that of `utc_of_local`. Raises OverflowError.
    """
    offsets = [local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)]
    first, second = (offset or timedelta() for offset in offsets)
    return local - first if first > second else None


def first_local(moment: datetime, zone: ZoneInfo) -> datetime:
    """The earliest time of the wall clock whose `utc_of_local` is at or after an instant.

    A stored time is at or after the instant if and only if it is at or after this one. The
    only exception are times that clocks skip, compared with an instant of the hour after.
    """
    utc = moment.astimezone(UTC)
    before, after = _offset(utc - TICK, zone), _offset(utc, zone)
    local = utc.replace(tzinfo=None) + min(before, after)
    if before <= after and utc_of_local(local, zone) > utc.replace(tzinfo=None):
        # The first time of an hour that occurs twice: no stored time means it.
        return _second_hour(utc, zone)
    return local


def _second_hour(utc: datetime, zone: ZoneInfo) -> datetime:
    """The time at which the wall clock begins to repeat itself, in the nearby change."""
    offset, early = _offset(utc, zone), utc.replace(microsecond=0)
    late = early + timedelta(days=1)
    while late - early > _SECOND:
        middle = early + ((late - early) // 2 // _SECOND) * _SECOND
        early, late = (middle, late) if _offset(middle, zone) == offset else (early, middle)
    return late.replace(tzinfo=None) + _offset(late, zone)


def _offset(utc: datetime, zone: ZoneInfo) -> timedelta:
    return utc.astimezone(zone).utcoffset() or timedelta()
