"""Statements about waivers and acknowledgements, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from checks.history.records import StoredWaiver
from checks.history.tables import ACKNOWLEDGEMENTS, WAIVERS
from checks.model import Acknowledgement


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
    )
    key: Any = connection.execute(statement).inserted_primary_key
    return int(key[0])


def open_twin(connection: Connection, waiver: StoredWaiver) -> StoredWaiver | None:
    """The same waiver, given before for the same day and neither revoked nor rearmed."""
    same = ("pipeline", "owner", "reason", "until", "up_to", "data_date")
    statement = sa.select(WAIVERS).where(
        WAIVERS.c.check_id == waiver.check,
        WAIVERS.c.revoked_at.is_(None),
        WAIVERS.c.rearmed_on.is_(None),
        *(WAIVERS.c[name].is_not_distinct_from(getattr(waiver, name)) for name in same),
    )
    row = connection.execute(statement.limit(1)).one_or_none()
    return None if row is None else _waiver(row)


def of_pipeline(connection: Connection, pipeline: str) -> tuple[StoredWaiver, ...]:
    """Every waiver ever given, oldest first."""
    statement = sa.select(WAIVERS).where(WAIVERS.c.pipeline == pipeline).order_by(WAIVERS.c.id)
    return tuple(_waiver(row) for row in connection.execute(statement))


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


def rearm(connection: Connection, pipeline: str, green: Collection[str], day: date) -> None:
    """Note that checks waived for `day` or before were found green on `day`.

    Kept with the waiver, so that it outlives the evaluation that is pruned one day.
    """
    connection.execute(
        sa.update(WAIVERS)
        .where(
            WAIVERS.c.pipeline == pipeline,
            WAIVERS.c.check_id.in_(green),
            WAIVERS.c.data_date <= day,
            WAIVERS.c.rearmed_on.is_(None),
        )
        .values(rearmed_on=day)
    )


def acknowledge(connection: Connection, pipeline: str, given: Acknowledgement) -> None:
    """Store who is on it now, in place of whoever was."""
    close(connection, pipeline, (given.check,), given.created_at)
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
    """Close the open acknowledgements of `checks`."""
    connection.execute(
        sa.update(ACKNOWLEDGEMENTS)
        .where(
            ACKNOWLEDGEMENTS.c.pipeline == pipeline,
            ACKNOWLEDGEMENTS.c.check_id.in_(checks),
            ACKNOWLEDGEMENTS.c.closed_at.is_(None),
        )
        .values(closed_at=now)
    )


def open_acknowledgements(connection: Connection, pipeline: str) -> tuple[Acknowledgement, ...]:
    """Who is on what, oldest first."""
    table = ACKNOWLEDGEMENTS.c
    statement = (
        sa.select(table.check_id, table.owner, table.note, table.created_at)
        .where(table.pipeline == pipeline, table.closed_at.is_(None))
        .order_by(table.id)
    )
    return tuple(
        Acknowledgement(check, owner, note, created_at)
        for check, owner, note, created_at in connection.execute(statement)
    )


def _waiver(row: Row[*tuple[Any, ...]]) -> StoredWaiver:
    fields = dict(row._mapping)
    return StoredWaiver(check=fields.pop("check_id"), **fields)
