"""Statements about remembered daily counts, inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from checks.counts import DayCounts, RememberedCounts, Values
from checks.history.tables import DAILY_COUNTS

_C = DAILY_COUNTS.c
_DAMAGED = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


def between(
    connection: Connection, pipeline: str, fingerprint: str, first: date, last: date
) -> dict[date, RememberedCounts]:
    """What is remembered of the days from `first` to `last`; damaged rows are left out.

    They are counted again then, as days that were never counted.
    """
    rows = connection.execute(
        sa.select(_C.day, _C.counts, _C.first_total, _C.counted_at, _C.changed_at).where(
            *_series(pipeline, fingerprint), _C.day >= first, _C.day <= last
        )
    )
    found = {}
    for day, text, first_total, counted_at, changed_at in rows:
        counts = _read(day, text)
        if counts is not None:
            found[day] = RememberedCounts(counts, counted_at, first_total, changed_at)
    return found


def keep(
    connection: Connection,
    pipeline: str,
    fingerprint: str,
    days: Collection[DayCounts],
    now: datetime,
) -> None:
    """Remember days as they were counted now; of those known before, what changed."""
    if not days:
        return
    first, last = min(one.day for one in days), max(one.day for one in days)
    known = between(connection, pipeline, fingerprint, first, last)
    for one in days:
        before = known.get(one.day)
        if before is None:
            _insert(connection, pipeline, fingerprint, one, now)
        elif before.counted_at <= now:  # a slower gate must not put back an older count
            changed = {} if before.counts == one else {"changed_at": now}
            _update(connection, pipeline, fingerprint, one, {"counted_at": now, **changed})


def prune(connection: Connection, pipeline: str, before: date) -> None:
    """Forget the days before `before`."""
    connection.execute(sa.delete(DAILY_COUNTS).where(_C.pipeline == pipeline, _C.day < before))


def newest_day(connection: Connection, pipeline: str) -> date | None:
    """The newest day that is remembered."""
    newest: date | None = connection.scalar(
        sa.select(sa.func.max(_C.day)).where(_C.pipeline == pipeline)
    )
    return newest


def _series(pipeline: str, fingerprint: str) -> Iterable[sa.ColumnElement[bool]]:
    return _C.pipeline == pipeline, _C.fingerprint == fingerprint


def _insert(
    connection: Connection, pipeline: str, fingerprint: str, one: DayCounts, now: datetime
) -> None:
    # A row that is there all the same is damaged, or was kept by another gate just now.
    connection.execute(
        sa.delete(DAILY_COUNTS).where(*_series(pipeline, fingerprint), _C.day == one.day)
    )
    connection.execute(
        sa.insert(DAILY_COUNTS).values(
            pipeline=pipeline, fingerprint=fingerprint, day=one.day, counts=_written(one),
            first_total=one.total, counted_at=now,
        )
    )  # fmt: skip


def _update(
    connection: Connection,
    pipeline: str,
    fingerprint: str,
    one: DayCounts,
    moments: Mapping[str, datetime],
) -> None:
    connection.execute(
        sa.update(DAILY_COUNTS)
        .where(*_series(pipeline, fingerprint), _C.day == one.day)
        .values(counts=_written(one), **moments)
    )


def _written(one: DayCounts) -> str:
    held = {name: [dict(v.events), v.rest] for name, v in one.by_dimension.items()}
    return json.dumps(held, separators=(",", ":"))


def _read(day: date, text: str) -> DayCounts | None:
    try:
        held: Mapping[str, Any] = json.loads(text)
        values = {name: _values(*one) for name, one in held.items()}
        counts = DayCounts(day, values)
        return counts if counts.total >= 0 else None
    except _DAMAGED:
        return None


def _values(events: Mapping[str, Any], rest: Any) -> Values:
    return Values({str(value): int(count) for value, count in events.items()}, int(rest))
