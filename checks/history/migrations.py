"""Which shape a store has, and how an older one is brought forward.

Changing a table: raise VERSION and add the step that leads from the version before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from checks.core.errors import HistoryError
from checks.history.tables import (
    ACCEPTANCES,
    DAILY_COUNTS,
    EVALUATIONS,
    METADATA,
    PIPELINES,
    SCHEMA,
    WAIVERS,
)

Step = Callable[[Connection], None]
Steps = Mapping[int, Step]

VERSION = 3


def _remember_counts(connection: Connection) -> None:
    DAILY_COUNTS.create(connection)


def _name_evaluations(connection: Connection) -> None:
    """What was recorded before has no key: it arrived long ago, and arrives no more."""
    column = EVALUATIONS.c.record_key
    if not _has_column(connection, EVALUATIONS.name, column.name):
        kind = column.type.compile(connection.dialect)
        connection.exec_driver_sql(
            f"ALTER TABLE {EVALUATIONS.name} ADD COLUMN {column.name} {kind}"
        )
    next(one for one in EVALUATIONS.indexes if one.unique).create(connection, checkfirst=True)


def _verify_counts(connection: Connection) -> None:
    """Counts that no digest vouches for are measured again where the warehouse has the days."""
    for column in ("gone_at", "digest"):
        if not _has_column(connection, DAILY_COUNTS.name, column):
            connection.exec_driver_sql(f"ALTER TABLE {DAILY_COUNTS.name} ADD COLUMN {column} TEXT")


def _has_column(connection: Connection, table: str, column: str) -> bool:
    return any(one["name"] == column for one in sa.inspect(connection).get_columns(table))


def _name_what_is_waived(connection: Connection) -> None:
    """Waivers that were given before name nothing: they cover by their value until they end."""
    for column in ("subjects", "rearmed_at"):
        if not _has_column(connection, WAIVERS.name, column):
            connection.exec_driver_sql(f"ALTER TABLE {WAIVERS.name} ADD COLUMN {column} TEXT")


def _create_owners(connection: Connection) -> None:
    """A name of before belongs to nobody yet: what is stored under it next takes it."""
    PIPELINES.create(connection, checkfirst=True)


def _to_version_3(connection: Connection) -> None:
    _name_evaluations(connection)
    _verify_counts(connection)
    _name_what_is_waived(connection)
    ACCEPTANCES.create(connection, checkfirst=True)
    _create_owners(connection)


#: From each older version, the step to the next.
STEPS: Steps = {1: _remember_counts, 2: _to_version_3}


def stored_version(connection: Connection) -> int | None:
    """The store's schema version; None where nothing was ever recorded.

    Raises HistoryError for a store that this version of Andon cannot use.
    """
    if not sa.inspect(connection).has_table(SCHEMA.name):
        return None
    version: object = connection.scalar(sa.select(sa.func.max(SCHEMA.c.version)))
    if version is None:
        raise HistoryError("its schema version is missing: move it away, and a new one is begun")
    if not isinstance(version, int):
        raise HistoryError("its schema version is no number: move it away, and a new one is begun")
    if version > VERSION:
        raise HistoryError(
            f"it has schema version {version}, and this andon knows up to {VERSION}: "
            "upgrade andon, or name another store in history.url"
        )
    return version


class OutdatedError(Exception):
    """The store has an older schema. A signal to bring it forward; never shown."""


def refuse_outdated(version: int) -> None:
    """Raises OutdatedError for a version that `bring_forward` must see first."""
    if version < VERSION:
        raise OutdatedError


def bring_forward(connection: Connection) -> None:
    """Create what is missing and take every step up to VERSION, in the caller's transaction.

    Raises HistoryError when a step is missing or the store is newer.
    """
    version = stored_version(connection)
    if version == VERSION:
        return
    if version is None:
        METADATA.create_all(connection)
        connection.execute(sa.insert(SCHEMA).values(version=VERSION))
        return
    for older in range(version, VERSION):
        _step_from(older)(connection)
    connection.execute(sa.update(SCHEMA).values(version=VERSION))


def _step_from(version: int) -> Step:
    if version not in STEPS:
        raise HistoryError(
            f"no way leads from its schema version {version} to {VERSION}: "
            "name another store in history.url"
        )
    return STEPS[version]
