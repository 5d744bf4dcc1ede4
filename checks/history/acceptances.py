"""Statements about acceptances, inside the caller's transaction.

Damaged rows are left out of every result.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from checks.core.records import StoredAcceptance
from checks.history.ignored_rows import IgnoredRows
from checks.history.moments import is_later, latest_date_anywhere
from checks.history.rows import ACCEPTANCE, damage
from checks.history.tables import ACCEPTANCES

_C = ACCEPTANCES.c


def insert(connection: Connection, acceptance: StoredAcceptance) -> int:
    """Store a new acceptance; its own id is ignored. Returns the new id."""
    statement = sa.insert(ACCEPTANCES).values(
        pipeline=acceptance.pipeline,
        check_id=acceptance.check,
        kind=acceptance.kind,
        subject=acceptance.subject,
        owner=acceptance.owner,
        reason=acceptance.reason,
        data_date=acceptance.data_date,
        created_at=acceptance.created_at,
    )
    key: Any = connection.execute(statement).inserted_primary_key
    return int(key[0])


def find_equal(connection: Connection, acceptance: StoredAcceptance) -> StoredAcceptance | None:
    """An unrevoked acceptance of the same subject, with the same owner, reason and day."""
    compared = ("pipeline", "kind", "subject", "owner", "reason", "data_date")
    statement = sa.select(ACCEPTANCES).where(
        _C.check_id == acceptance.check,
        _C.revoked_at.is_(None),
        *(_C[name] == getattr(acceptance, name) for name in compared),
    )
    rows = map(dict, connection.execute(statement.order_by(_C.id)).mappings())
    return next((_acceptance(row) for row in rows if not damage(row, ACCEPTANCE)), None)


def of_pipeline(
    connection: Connection, pipeline: str, ignored: IgnoredRows
) -> tuple[StoredAcceptance, ...]:
    """Every acceptance ever given, oldest first."""
    statement = sa.select(ACCEPTANCES).where(_C.pipeline == pipeline).order_by(_C.id)
    usable = []
    for row in map(dict, connection.execute(statement).mappings()):
        if damage(row, ACCEPTANCE):
            ignored.add_damaged("acceptance")
        else:
            usable.append(_acceptance(row))
    return tuple(usable)


def applicable(
    connection: Connection, pipeline: str, now: datetime, ignored: IgnoredRows
) -> tuple[StoredAcceptance, ...]:
    """The acceptances given by now, for a day that has begun; revoked ones too."""
    usable = []
    for acceptance in of_pipeline(connection, pipeline, ignored):
        if is_later(acceptance.created_at, now) or acceptance.data_date > latest_date_anywhere(now):
            day = max(acceptance.created_at.date(), acceptance.data_date)
            ignored.add_later("acceptance", day)
        else:
            usable.append(acceptance)
    return tuple(usable)


def revoke(
    connection: Connection, acceptance_id: int, pipeline: str, by: str, now: datetime
) -> bool:
    """End an acceptance; False where there is none of that id that was not revoked before."""
    statement = (
        sa.update(ACCEPTANCES)
        .where(_C.id == acceptance_id, _C.pipeline == pipeline, _C.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=by)
    )
    return connection.execute(statement).rowcount > 0


def _acceptance(row: Mapping[str, Any]) -> StoredAcceptance:
    fields = dict(row)
    return StoredAcceptance(check=fields.pop("check_id"), **fields)
