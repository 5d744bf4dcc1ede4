"""The schema version of a store, and how an older store is migrated.

To change a table: raise VERSION and add the step from the version before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from checks.core.errors import HistoryError
from checks.history.incident_table import INCIDENTS
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

VERSION = 4


def _create_daily_counts(connection: Connection) -> None:
    DAILY_COUNTS.create(connection)


def _add_record_keys(connection: Connection) -> None:
    """Older evaluations have no key and need none: they will not be recorded again."""
    column = EVALUATIONS.c.record_key
    if not _has_column(connection, EVALUATIONS.name, column.name):
        kind = column.type.compile(connection.dialect)
        connection.exec_driver_sql(
            f"ALTER TABLE {EVALUATIONS.name} ADD COLUMN {column.name} {kind}"
        )
    next(index for index in EVALUATIONS.indexes if index.unique).create(connection, checkfirst=True)


def _add_count_columns(connection: Connection) -> None:
    """Counts without a digest are measured again where the warehouse still has the days."""
    for column in ("gone_at", "digest"):
        if not _has_column(connection, DAILY_COUNTS.name, column):
            connection.exec_driver_sql(f"ALTER TABLE {DAILY_COUNTS.name} ADD COLUMN {column} TEXT")


def _has_column(connection: Connection, table: str, column: str) -> bool:
    return any(existing["name"] == column for existing in sa.inspect(connection).get_columns(table))


def _add_waiver_columns(connection: Connection) -> None:
    """Older waivers have no subjects: they are limited by the value alone until they end."""
    for column in ("subjects", "rearmed_at"):
        if not _has_column(connection, WAIVERS.name, column):
            connection.exec_driver_sql(f"ALTER TABLE {WAIVERS.name} ADD COLUMN {column} TEXT")


def _create_owners(connection: Connection) -> None:
    """Older names have no owner yet: the first warehouse to store something claims the name."""
    PIPELINES.create(connection, checkfirst=True)


def _to_version_3(connection: Connection) -> None:
    _add_record_keys(connection)
    _add_count_columns(connection)
    _add_waiver_columns(connection)
    ACCEPTANCES.create(connection, checkfirst=True)
    _create_owners(connection)


def _create_incidents(connection: Connection) -> None:
    """What is red already gets its incident with the next recorded evaluation."""
    INCIDENTS.create(connection, checkfirst=True)


#: From each older version, the step to the next.
STEPS: Steps = {1: _create_daily_counts, 2: _to_version_3, 3: _create_incidents}


def stored_version(connection: Connection) -> int | None:
    """The store's schema version; None for a store in which nothing was ever recorded.

    Raises HistoryError for a store that this version of Andon cannot use.
    """
    if not sa.inspect(connection).has_table(SCHEMA.name):
        return None
    version: object = connection.scalar(sa.select(sa.func.max(SCHEMA.c.version)))
    if version is None:
        raise HistoryError("its schema version is missing: move it away, and a new one is created")
    if not isinstance(version, int):
        raise HistoryError(
            "its schema version is not a number: move it away, and a new one is created"
        )
    if version > VERSION:
        raise HistoryError(
            f"it has schema version {version}, and this andon knows up to {VERSION}: "
            "upgrade andon, or name another store in history.url"
        )
    return version


class OutdatedError(Exception):
    """The store has an older schema: a signal to migrate it; never shown."""


def require_current(version: int) -> None:
    """Raises OutdatedError for a version that has to be migrated first."""
    if version < VERSION:
        raise OutdatedError


def migrate(connection: Connection) -> None:
    """Create missing tables and run every step up to VERSION, in the caller's transaction.

    Raises HistoryError where a step is missing or the store is newer.
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
            f"its schema version {version} cannot be migrated to {VERSION}: "
            "name another store in history.url"
        )
    return STEPS[version]
