"""Statements about waivers and acknowledgements, inside the caller's transaction.

What is damaged is left out of every answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from checks.core.model import Acknowledgement
from checks.core.records import StoredWaiver
from checks.core.text import clean
from checks.history.moments import TOLERANCE, is_later, today
from checks.history.rows import ACKNOWLEDGEMENT, WAIVER, damage
from checks.history.setting_aside import SetAside
from checks.history.tables import ACKNOWLEDGEMENTS, WAIVERS

_A = ACKNOWLEDGEMENTS.c
_LONGEST_ID = 40


def give(connection: Connection, waiver: StoredWaiver) -> int:
    """Store a new waiver; its own id is ignored. Returns the id given."""
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


def open_twin(connection: Connection, waiver: StoredWaiver) -> StoredWaiver | None:
    """The same waiver, given before for the same day and neither revoked nor rearmed."""
    same = ("pipeline", "owner", "reason", "until", "up_to", "data_date", "subjects")
    statement = sa.select(WAIVERS).where(
        WAIVERS.c.check_id == waiver.check,
        WAIVERS.c.revoked_at.is_(None),
        WAIVERS.c.rearmed_on.is_(None),
        *(WAIVERS.c[name].is_not_distinct_from(getattr(waiver, name)) for name in same),
    )
    rows = map(dict, connection.execute(statement.order_by(WAIVERS.c.id)).mappings())
    return next((_waiver(row) for row in rows if not damage(row, WAIVER)), None)


def of_pipeline(
    connection: Connection, pipeline: str, now: datetime, aside: SetAside
) -> tuple[StoredWaiver, ...]:
    """Every waiver ever given, oldest first. One that was rearmed later than now was not."""
    statement = sa.select(WAIVERS).where(WAIVERS.c.pipeline == pipeline).order_by(WAIVERS.c.id)
    found = []
    for row in map(dict, connection.execute(statement).mappings()):
        if columns := damage(row, WAIVER):
            aside.waivers.append((clean(row["id"], _LONGEST_ID), columns))
            continue
        waiver = _waiver(row)
        if _is_rearmed_later(waiver, now):
            waiver = replace(waiver, rearmed_on=None, rearmed_at=None)
        found.append(waiver)
    return tuple(found)


def applicable(
    connection: Connection, pipeline: str, now: datetime, aside: SetAside
) -> tuple[StoredWaiver, ...]:
    """Those that were given by now, for a day that has come; revoked ones too."""
    found = []
    for waiver in of_pipeline(connection, pipeline, now, aside):
        if is_later(waiver.created_at, now) or waiver.data_date > today(now):
            aside.add_later("waiver", max(waiver.created_at.date(), waiver.data_date))
        else:
            found.append(waiver)
    return tuple(found)


def revoke(connection: Connection, waiver_id: int, pipeline: str, by: str, now: datetime) -> bool:
    """End a waiver; False when there is none such that was not revoked before."""
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
    """Note that checks waived for `day` or before were found green on `day`.

    What says so of a day that has not come, by a wrong clock, is replaced.

    Kept with the waiver, so that it outlives the evaluation that is pruned one day.
    """
    connection.execute(
        sa.update(WAIVERS)
        .where(
            WAIVERS.c.pipeline == pipeline,
            WAIVERS.c.check_id.in_(green),
            WAIVERS.c.data_date <= day,
            WAIVERS.c.rearmed_on.is_(None)
            | (WAIVERS.c.rearmed_on > max(day, today(now)))
            | (WAIVERS.c.rearmed_at > now + TOLERANCE),
        )
        .values(rearmed_on=day, rearmed_at=now)
    )


def _is_rearmed_later(waiver: StoredWaiver, now: datetime) -> bool:
    """Whether a waiver was rearmed for a day that has not come, or by a clock that is ahead."""
    if waiver.rearmed_on is not None and waiver.rearmed_on > today(now):
        return True
    return waiver.rearmed_at is not None and is_later(waiver.rearmed_at, now)


def acknowledge(connection: Connection, pipeline: str, given: Acknowledgement) -> None:
    """Store who is on it now, in place of whoever was."""
    _close(connection, pipeline, (given.check,), given.created_at)
    connection.execute(
        sa.insert(ACKNOWLEDGEMENTS).values(
            pipeline=pipeline,
            check_id=given.check,
            owner=given.owner,
            note=given.note,
            created_at=given.created_at,
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
    """One that was closed later than now, by a wrong clock, is open."""
    is_open = _A.closed_at.is_(None) | (_A.closed_at > now + TOLERANCE)
    connection.execute(
        sa.update(ACKNOWLEDGEMENTS)
        .where(_A.pipeline == pipeline, _A.check_id.in_(checks), is_open, *where)
        .values(closed_at=now)
    )


def open_acknowledgements(
    connection: Connection, pipeline: str, now: datetime, aside: SetAside
) -> tuple[Acknowledgement, ...]:
    """Who is on what, oldest first."""
    statement = (
        sa.select(*(_A[name] for name in ACKNOWLEDGEMENT))
        .where(_A.pipeline == pipeline)
        .order_by(_A.id)
    )
    found = []
    for row in map(dict, connection.execute(statement).mappings()):
        if damage(row, ACKNOWLEDGEMENT):
            aside.add_damaged("acknowledgement")
        elif row["closed_at"] is not None and not is_later(row["closed_at"], now):
            continue
        elif is_later(row["created_at"], now):
            aside.add_later("acknowledgement", row["created_at"].date())
        else:
            found.append(
                Acknowledgement(row["check_id"], row["owner"], row["note"], row["created_at"])
            )
    return tuple(found)


def _waiver(row: Mapping[str, Any]) -> StoredWaiver:
    fields = dict(row)
    return StoredWaiver(check=fields.pop("check_id"), **fields)
