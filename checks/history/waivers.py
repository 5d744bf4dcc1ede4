"""Statements about waivers and acknowledgements, inside the caller's transaction.

Damaged rows are left out of every result.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from checks.core.model import Acknowledgement
from checks.core.records import StoredAcknowledgement, StoredWaiver
from checks.core.text import clean
from checks.history.ignored_rows import IgnoredRows
from checks.history.moments import TOLERANCE, is_later, latest_date_anywhere
from checks.history.rows import ACKNOWLEDGEMENT, WAIVER, damage
from checks.history.tables import ACKNOWLEDGEMENTS, WAIVERS

_A = ACKNOWLEDGEMENTS.c
_LONGEST_ID = 40


def insert(connection: Connection, waiver: StoredWaiver) -> int:
    """Store a new waiver; its own id is ignored. Returns the new id."""
    statement = sa.insert(WAIVERS).values(
        pipeline=waiver.pipeline,
        check_id=waiver.check,
        owner=waiver.owner,
        reason=waiver.reason,
        until=waiver.until,
        up_to=waiver.up_to,
        data_date=waiver.data_date,
        created_at=waiver.created_at,
        subjects=waiver.subjects,
    )
    key: Any = connection.execute(statement).inserted_primary_key
    return int(key[0])


def find_equal(connection: Connection, waiver: StoredWaiver) -> StoredWaiver | None:
    """An equal waiver, given before for the same day and neither revoked nor rearmed."""
    compared = ("pipeline", "owner", "reason", "until", "up_to", "data_date", "subjects")
    statement = sa.select(WAIVERS).where(
        WAIVERS.c.check_id == waiver.check,
        WAIVERS.c.revoked_at.is_(None),
        WAIVERS.c.rearmed_on.is_(None),
        *(WAIVERS.c[name].is_not_distinct_from(getattr(waiver, name)) for name in compared),
    )
    rows = map(dict, connection.execute(statement.order_by(WAIVERS.c.id)).mappings())
    return next((_waiver(row) for row in rows if not damage(row, WAIVER)), None)


def of_pipeline(
    connection: Connection, pipeline: str, now: datetime, ignored: IgnoredRows
) -> tuple[StoredWaiver, ...]:
    """Every waiver ever given, oldest first. Rearming that is dated after now is ignored."""
    statement = sa.select(WAIVERS).where(WAIVERS.c.pipeline == pipeline).order_by(WAIVERS.c.id)
    usable = []
    for row in map(dict, connection.execute(statement).mappings()):
        if columns := damage(row, WAIVER):
            ignored.waivers.append((clean(row["id"], _LONGEST_ID), columns))
            continue
        waiver = _waiver(row)
        if _is_rearmed_later(waiver, now):
            waiver = replace(waiver, rearmed_on=None, rearmed_at=None)
        usable.append(waiver)
    return tuple(usable)


def applicable(
    connection: Connection, pipeline: str, now: datetime, ignored: IgnoredRows
) -> tuple[StoredWaiver, ...]:
    """The waivers given by now, for a day that has begun; revoked ones too."""
    usable = []
    for waiver in of_pipeline(connection, pipeline, now, ignored):
        if is_later(waiver.created_at, now) or waiver.data_date > latest_date_anywhere(now):
            ignored.add_later("waiver", max(waiver.created_at.date(), waiver.data_date))
        else:
            usable.append(waiver)
    return tuple(usable)


def revoke(connection: Connection, waiver_id: int, pipeline: str, by: str, now: datetime) -> bool:
    """End a waiver; False where there is none of that id that was not revoked before."""
    statement = (
        sa.update(WAIVERS)
        .where(
            WAIVERS.c.id == waiver_id,
            WAIVERS.c.pipeline == pipeline,
            WAIVERS.c.revoked_at.is_(None),
        )
        .values(revoked_at=now, revoked_by=by)
    )
    return connection.execute(statement).rowcount > 0


def rearm(
    connection: Connection, pipeline: str, green: Collection[str], day: date, now: datetime
) -> None:
    """Record that checks waived for `day` or before were green on `day`.

    An earlier record for a day that has not begun, by a wrong clock, is replaced.

    Stored with the waiver, so that it outlives the evaluation, which will be pruned.
    """
    connection.execute(
        sa.update(WAIVERS)
        .where(
            WAIVERS.c.pipeline == pipeline,
            WAIVERS.c.check_id.in_(green),
            WAIVERS.c.data_date <= day,
            WAIVERS.c.rearmed_on.is_(None)
            | (WAIVERS.c.rearmed_on > max(day, latest_date_anywhere(now)))
            | (WAIVERS.c.rearmed_at > now + TOLERANCE),
        )
        .values(rearmed_on=day, rearmed_at=now)
    )


def _is_rearmed_later(waiver: StoredWaiver, now: datetime) -> bool:
    """Whether a waiver was rearmed for a day that has not begun, or by a clock that is ahead."""
    if waiver.rearmed_on is not None and waiver.rearmed_on > latest_date_anywhere(now):
        return True
    return waiver.rearmed_at is not None and is_later(waiver.rearmed_at, now)


def acknowledge(connection: Connection, pipeline: str, acknowledgement: Acknowledgement) -> None:
    """Store who works on a check now, replacing whoever did."""
    _close(connection, pipeline, (acknowledgement.check,), acknowledgement.created_at)
    connection.execute(
        sa.insert(ACKNOWLEDGEMENTS).values(
            pipeline=pipeline,
            check_id=acknowledgement.check,
            owner=acknowledgement.owner,
            note=acknowledgement.note,
            created_at=acknowledgement.created_at,
        )
    )


def close(connection: Connection, pipeline: str, checks: Collection[str], now: datetime) -> None:
    """Close the open acknowledgements of `checks` that were given by now."""
    _close(connection, pipeline, checks, now, _A.created_at <= now + TOLERANCE)


def _close(
    connection: Connection,
    pipeline: str,
    checks: Collection[str],
    now: datetime,
    *where: sa.ColumnElement[bool],
) -> None:
    """Close acknowledgements. One that was closed after now, by a wrong clock, counts as open."""
    is_open = _A.closed_at.is_(None) | (_A.closed_at > now + TOLERANCE)
    connection.execute(
        sa.update(ACKNOWLEDGEMENTS)
        .where(_A.pipeline == pipeline, _A.check_id.in_(checks), is_open, *where)
        .values(closed_at=now)
    )


def open_acknowledgements(
    connection: Connection, pipeline: str, now: datetime, ignored: IgnoredRows
) -> tuple[Acknowledgement, ...]:
    """The open acknowledgements, oldest first."""
    return tuple(
        Acknowledgement(stored.check, stored.owner, stored.note, stored.created_at)
        for stored in acknowledgements(connection, pipeline, now, ignored)
        if stored.closed_at is None
    )


def acknowledgements(
    connection: Connection, pipeline: str, now: datetime, ignored: IgnoredRows
) -> tuple[StoredAcknowledgement, ...]:
    """Every acknowledgement, oldest first. A closing that is dated after now is ignored."""
    statement = (
        sa.select(*(_A[name] for name in ACKNOWLEDGEMENT))
        .where(_A.pipeline == pipeline)
        .order_by(_A.id)
    )
    usable = []
    for row in map(dict, connection.execute(statement).mappings()):
        if damage(row, ACKNOWLEDGEMENT):
            ignored.add_damaged("acknowledgement")
            continue
        closed_at = row["closed_at"]
        if closed_at is not None and is_later(closed_at, now):
            closed_at = None
        if closed_at is None and is_later(row["created_at"], now):
            ignored.add_later("acknowledgement", row["created_at"].date())
            continue
        usable.append(
            StoredAcknowledgement(
                row["check_id"], row["owner"], row["note"], row["created_at"], closed_at
            )
        )
    return tuple(usable)


def _waiver(row: Mapping[str, Any]) -> StoredWaiver:
    fields = dict(row)
    return StoredWaiver(check=fields.pop("check_id"), **fields)
