"""Which shape a store has, and how an older one is brought forward.

Changing a table: raise VERSION and add the step that leads from the version before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from checks.errors import HistoryError
from checks.history.tables import DAILY_COUNTS, METADATA, SCHEMA

Step = Callable[[Connection], None]
Steps = Mapping[int, Step]

VERSION = 2


def _remember_counts(connection: Connection) -> None:
    DAILY_COUNTS.create(connection)


#: From each older version, the step to the next.
STEPS: Steps = {1: _remember_counts}


def stored_version(connection: Connection) -> int | None:
    """The store's schema version; None where nothing was ever recorded.

    Raises HistoryError for a store that this version of Andon cannot use.
    """
    if not sa.inspect(connection).has_table(SCHEMA.name):
        return None
    version: int | None = connection.scalar(sa.select(sa.func.max(SCHEMA.c.version)))
    if version is None:
        raise HistoryError("its schema version is missing: move it away, and a new one is begun")
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
