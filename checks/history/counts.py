"""Statements about remembered daily counts, inside the caller's transaction.

A row is taken only when its digest says that it is as it was written. Any other is left out, and
its day is counted again. Rows without a digest are not verified: those of the second schema
version, which have another fingerprint too, and those that a later count contradicted. Nor are
those with a name that an earlier version may have cut: it may stand for several.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from checks.core import clock
from checks.core.counts import NAME, DayCounts, RememberedCounts, Values
from checks.core.text import may_be_cut
from checks.core.values import LARGEST_COUNT
from checks.history.moments import TOLERANCE, latest_date_anywhere
from checks.history.tables import DAILY_COUNTS

_C = DAILY_COUNTS.c
_DAMAGED = (
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RecursionError,
)
#: As text, so that one damaged row spoils no other.
_COLUMNS = [
    sa.cast(column, sa.Text)
    for column in (_C.day, _C.counts, _C.first_total, _C.counted_at, _C.changed_at, _C.gone_at,
                   _C.digest)
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Series:
    """Counts of one pipeline by one mapping.

    fingerprint: of what decides what is counted. former: the fingerprint by which the second
    schema version wrote the same series.
    """

    pipeline: str
    fingerprint: str
    former: str = ""


def is_only_of_other_mappings(
    connection: Connection, pipeline: str, fingerprints: Collection[str]
) -> bool:
    """Whether a pipeline's days were counted, and none by one of these mappings."""
    if not fingerprints:
        return False
    statement = sa.select(_C.fingerprint).where(_C.pipeline == pipeline).distinct()
    known = set(connection.execute(statement).scalars())
    return bool(known) and known.isdisjoint(fingerprints)


def between(
    connection: Connection, series: Series, first: date, last: date, now: datetime
) -> dict[date, RememberedCounts]:
    """What is remembered of the days from `first` to `last`.

    Damaged rows are left out, as are those that were counted after both `now` and the clock's time.
    """
    latest = max(now, clock.now()).astimezone(UTC) + TOLERANCE
    known = {} if not series.former else _former(connection, series, first, last)
    for row in _rows(connection, series.pipeline, series.fingerprint, first, last):
        remembered = _read(series, row)
        if remembered is not None and remembered.counted_at <= latest:
            known[remembered.counts.day] = remembered
    return known


def keep(
    connection: Connection,
    series: Series,
    days: Collection[DayCounts],
    gone: Collection[DayCounts],
    now: datetime,
) -> None:
    """Remember days as they were counted now; of those known before, what changed.

    gone: days as they are remembered, of which the warehouse has no event any more.
    """
    if not days and not gone:
        return
    every = [counts.day for counts in (*days, *gone)]
    known = between(connection, series, min(every), max(every), now)
    rows = {}
    for counts in days:
        before = known.get(counts.day)
        # A slower gate must not put back an older count.
        if before is None or not before.is_verified or before.counted_at <= now:
            rows[counts.day] = _counted(counts, before, now)
    for counts in gone:
        before = known.get(counts.day) or RememberedCounts(counts, now, counts.total)
        rows[counts.day] = replace(before, gone_at=before.gone_at or now, counted_at=now)
    _write(connection, series, rows.values())


def doubt(connection: Connection, series: Series) -> None:
    """Let every day be counted again before it is believed; the counts of lost days stay."""
    connection.execute(
        sa.update(DAILY_COUNTS)
        .where(_C.pipeline == series.pipeline, _C.fingerprint == series.fingerprint)
        .values(digest=None)
    )


def prune(connection: Connection, pipeline: str, before: date) -> None:
    """Forget the days before `before`."""
    connection.execute(sa.delete(DAILY_COUNTS).where(_C.pipeline == pipeline, _C.day < before))


def newest_day(connection: Connection, series: Series, now: datetime) -> date | None:
    """The newest remembered day of a series that had events when it was first counted, and is not
    after now.
    """
    newest: date | None = connection.scalar(
        sa.select(sa.func.max(_C.day)).where(
            _C.pipeline == series.pipeline,
            _C.fingerprint == series.fingerprint,
            _C.day <= latest_date_anywhere(now),
            _C.first_total > 0,
        )
    )
    return newest


def _counted(counts: DayCounts, before: RememberedCounts | None, now: datetime) -> RememberedCounts:
    if before is None:
        return RememberedCounts(counts, now, counts.total)
    changed_at = before.changed_at if before.counts == counts else now
    return RememberedCounts(counts, now, before.first_total, changed_at)


def _rows(
    connection: Connection, pipeline: str, fingerprint: str, first: date, last: date
) -> Iterator[tuple[Any, ...]]:
    """Stored days, the oldest first."""
    statement = sa.select(*_COLUMNS).where(
        _C.pipeline == pipeline, _C.fingerprint == fingerprint, _C.day >= first, _C.day <= last
    )
    statement = statement.order_by(_C.day)
    return (tuple(row) for row in connection.execute(statement))


def _former(
    connection: Connection, series: Series, first: date, last: date
) -> dict[date, RememberedCounts]:
    rows = _rows(connection, series.pipeline, series.former, first, last)
    read = (_unverified(row) for row in rows if row[-1] is None)
    return {remembered.counts.day: remembered for remembered in read if remembered is not None}


def _read(series: Series, row: tuple[Any, ...]) -> RememberedCounts | None:
    if row[-1] is None:
        return _unverified(row)
    remembered = _parsed(row)
    if remembered is None or row[-1] != _digest(series, remembered, row[1]):
        return None
    return replace(remembered, is_verified=not _has_cut_name(remembered.counts))


def _has_cut_name(counts: DayCounts) -> bool:
    return any(
        may_be_cut(name) for values in counts.by_dimension.values() for name in values.events
    )


def _unverified(row: tuple[Any, ...]) -> RememberedCounts | None:
    remembered = _parsed(row)
    return None if remembered is None else replace(remembered, is_verified=False)


def _parsed(row: tuple[Any, ...]) -> RememberedCounts | None:
    day, text, first_total, counted_at, changed_at, gone_at, _ = row
    try:
        return RememberedCounts(
            DayCounts(date.fromisoformat(day), _dimensions(json.loads(text))),
            _moment(counted_at),
            _count(int(first_total)),
            None if changed_at is None else _moment(changed_at),
            None if gone_at is None else _moment(gone_at),
        )
    except _DAMAGED:
        return None


def _write(connection: Connection, series: Series, days: Collection[RememberedCounts]) -> None:
    """Put rows in the place of those that are there, which may be damaged in whatever column."""
    if not days:
        return
    connection.execute(
        sa.delete(DAILY_COUNTS).where(
            _C.pipeline == series.pipeline,
            _C.fingerprint == series.fingerprint,
            _C.day.in_([remembered.counts.day for remembered in days]),
        )
    )
    connection.execute(sa.insert(DAILY_COUNTS), [_row(series, remembered) for remembered in days])


def _row(series: Series, remembered: RememberedCounts) -> dict[str, object]:
    text = _written(remembered.counts)
    return {
        "pipeline": series.pipeline,
        "fingerprint": series.fingerprint,
        "day": remembered.counts.day,
        "counts": text,
        "first_total": remembered.first_total,
        "counted_at": remembered.counted_at,
        "changed_at": remembered.changed_at,
        "gone_at": remembered.gone_at,
        "digest": _digest(series, remembered, text),
    }


def _digest(series: Series, remembered: RememberedCounts, text: str) -> str:
    moments = (remembered.counted_at, remembered.changed_at, remembered.gone_at)
    content = [
        series.pipeline, series.fingerprint, remembered.counts.day.isoformat(), text,
        remembered.first_total, *(m and m.astimezone(UTC).isoformat() for m in moments),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


def _written(counts: DayCounts) -> str:
    held = {name: _held(values) for name, values in counts.by_dimension.items()}
    return json.dumps(held, separators=(",", ":"))


def _held(values: Values) -> list[object]:
    largest = [] if values.largest_of_rest is None else [values.largest_of_rest]
    return [dict(values.events), values.rest, *largest]


def _dimensions(held: Any) -> Mapping[str, Values]:
    """Raises one of _DAMAGED for anything but names with whole, non-negative counts."""
    dimensions = {name: _values(*counts) for name, counts in held.items()}
    if NAME not in dimensions:
        raise ValueError("no counts by event name")
    return dimensions


def _values(events: Any, rest: Any, largest_of_rest: Any = None) -> Values:
    return Values(
        {value: _count(count) for value, count in events.items()},
        _count(rest),
        None if largest_of_rest is None else _count(largest_of_rest),
    )


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_COUNT:
        raise ValueError("no count")
    return value


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(UTC)
