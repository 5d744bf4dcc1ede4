"""Getting at a store: each call is one transaction and ends in time.

Every failure is a HistoryError in one line, because a history must never be the reason for a
verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from sqlalchemy.engine import Connection

from checks.core.errors import AndonError, HistoryError
from checks.core.secrets import secrets_of
from checks.history.faults import told
from checks.history.migrations import (
    OutdatedError,
    bring_forward,
    refuse_outdated,
    stored_version,
)
from checks.history.patience import RESTING, Attempt, Kind, Limits, TimedOutError, attempt
from checks.history.stores import parse_url, store_at

T = TypeVar("T")


class Access:
    """One store, brought forward when it is old. Opening it touches nothing.

    place: names it, without secrets. Raises HistoryError for a URL that names no store.
    """

    def __init__(
        self,
        url: str,
        busy_seconds: float,
        limits: Limits,
        refuse: Callable[[], None] | None = None,
    ) -> None:
        """busy_seconds: how long to wait for another writer. limits: how long for anything.

        refuse: raises HistoryError where the store must not be opened.
        """
        parsed = parse_url(url)
        self._busy_seconds, self._limits, self._refuse = busy_seconds, limits, refuse
        self._secrets = secrets_of(parsed)
        self._store = store_at(parsed)
        self.place = self._store.place

    def read(self, query: Callable[[Connection], T | None], empty: T) -> T:
        """What the query returns; `empty` where that is None, or no store is there yet."""
        why = RESTING.why(self.place)
        if why is not None:
            raise HistoryError(why)

        def work(attempt: Attempt) -> T | None:
            try:
                return self._store.read(lambda it: _if_current(it, query), attempt)
            except OutdatedError:
                self._store.write(bring_forward, attempt)
                return self._store.read(query, attempt)

        found = self._in_time("read", work)
        return empty if found is None else found

    def write(self, change: Callable[[Connection], T]) -> T:
        """What the change returns. Always tried: what people and gates have to say is said once."""

        def work(connection: Connection) -> T:
            bring_forward(connection)
            return change(connection)

        return self._in_time("write", lambda attempt: self._store.write(work, attempt))

    def _in_time(self, kind: Kind, work: Callable[[Attempt], T]) -> T:
        """What `work` returns. Every failure is a HistoryError that names the store."""
        begun = monotonic()
        with attempt(kind, self._limits, self._busy_seconds) as one:
            try:
                found = one.run(lambda: self._allowed(work, one))
            except TimedOutError:
                words = f"it did not answer within {self._limits.of(kind):g} s"
            except Exception as error:  # whatever a store, its driver or what is kept in it raises
                if isinstance(error, AndonError) and type(error) is not HistoryError:
                    raise  # the store is as it should be
                words = self._words(error, one.lock_seconds)
            else:
                RESTING.answered(self.place)
                return found
        failure = f"history {self.place}: {words}"
        RESTING.failed(self.place, failure, monotonic() - begun)
        raise HistoryError(failure)

    def _allowed(self, work: Callable[[Attempt], T], attempt: Attempt) -> T:
        if self._refuse is not None:
            self._refuse()
        return work(attempt)

    def _words(self, error: Exception, waited: float) -> str:
        if isinstance(error, HistoryError):
            return str(error)
        return told(error, self._secrets, waited)


def _if_current(connection: Connection, query: Callable[[Connection], T | None]) -> T | None:
    version = stored_version(connection)
    if version is None:
        return None
    refuse_outdated(version)
    return query(connection)
