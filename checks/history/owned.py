"""A store as one warehouse uses it: reads and writes under a pipeline's name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from typing import TypeVar

from sqlalchemy.engine import Connection

from checks.config.identity import WarehouseIdentity
from checks.history.access import Access
from checks.history.arguments import or_clock
from checks.history.evaluations import EvaluationReader
from checks.history.ignored_rows import IgnoredRows
from checks.history.ownership import Claimant
from checks.history.time_limits import TimeLimits

T = TypeVar("T")

BUSY_SECONDS = 8.0
LIMITS = TimeLimits()


#: A function, as finding out where a file is may hang, for example on a dead disk.
Identify = Callable[[], WarehouseIdentity]


def _same(warehouse: WarehouseIdentity) -> WarehouseIdentity:
    return warehouse


class OwnedStore:
    """A store as one warehouse uses it: each call checks whose the pipeline's name is."""

    def __init__(
        self,
        url: str,
        keep_days: int,
        busy_seconds: float | None = None,
        limits: TimeLimits | None = None,
        warehouse: WarehouseIdentity | Identify | None = None,
        refuse: Callable[[], None] | None = None,
    ) -> None:
        """`busy_seconds`: how long to wait for another writer, by default BUSY_SECONDS.
        `limits`: how long in all.

        warehouse: the warehouse, or a function that identifies it, which is called within the time
        of the first access; without one, rows of any pipeline are read and written.
        refuse: raises HistoryError where the store must not be opened; called within the time of
        each access.
        """
        self._keep_days = keep_days
        busy = BUSY_SECONDS if busy_seconds is None else busy_seconds
        self._access = Access(url, busy, limits or LIMITS, refuse)
        identify = warehouse if callable(warehouse) else None
        if isinstance(warehouse, WarehouseIdentity):
            identify = partial(_same, warehouse)
        self._claimant = Claimant(identify and cache(identify), self._access.place)

    def _read(
        self,
        pipeline: str,
        now: datetime | None,
        query_rows: Callable[[EvaluationReader], T | None],
        empty: T,
    ) -> T:
        moment = or_clock(now)

        def query(connection: Connection) -> T | None:
            self._claimant.require(connection, pipeline)
            return query_rows(EvaluationReader(connection, pipeline, moment, IgnoredRows()))

        return self._access.read(query, empty)

    def _write(self, pipeline: str, now: datetime, change: Callable[[Connection], T]) -> T:
        """Write under a pipeline's name that belongs to the warehouse, or does from now on."""

        def work(connection: Connection) -> T:
            self._claimant.claim(connection, pipeline, now)
            return change(connection)

        return self._access.write(work)
