"""Access to a store: each call is one transaction and ends in time.

Every failure is a HistoryError of one line, because a history must never decide a verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from sqlalchemy.engine import Connection

from checks.core.errors import AndonError, HistoryError
from checks.core.secrets import secrets_of
from checks.history.faults import error_text
from checks.history.migrations import (
    OutdatedError,
    migrate,
    require_current,
    stored_version,
)
from checks.history.stores import parse_url, store_at
from checks.history.time_limits import (
    RECENT_FAILURES,
    Attempt,
    Kind,
    TimedOutError,
    TimeLimits,
    attempt,
)

T = TypeVar("T")


class Access:
    """One store, migrated when it is old. Creating the object accesses nothing.

    place: the store's name without secrets. Raises HistoryError for a URL that names no store.
    """

    def __init__(
        self,
        url: str,
        busy_seconds: float,
        limits: TimeLimits,
        refuse: Callable[[], None] | None = None,
    ) -> None:
        """busy_seconds: how long to wait for another writer. limits: how long in all.

        refuse: raises HistoryError where the store must not be opened.
        """
        parsed = parse_url(url)
        self._busy_seconds, self._limits, self._refuse = busy_seconds, limits, refuse
        self._secrets = secrets_of(parsed)
        self._store = store_at(parsed)
        self.place = self._store.place

    def read(self, query: Callable[[Connection], T | None], empty: T) -> T:
        """The query's result; `empty` where that is None, or there is no store yet."""
        reason = RECENT_FAILURES.reason(self.place)
        if reason is not None:
            raise HistoryError(reason)

        def work(attempt: Attempt) -> T | None:
            try:
                return self._store.read(lambda it: _if_current(it, query), attempt)
            except OutdatedError:
                self._store.write(migrate, attempt)
                return self._store.read(query, attempt)

        result = self._in_time("read", work)
        return empty if result is None else result

    def write(self, change: Callable[[Connection], T]) -> T:
        """The change's result. Always tried, also after a recent failure: callers do not retry a
        write.
        """

        def work(connection: Connection) -> T:
            migrate(connection)
            return change(connection)

        return self._in_time("write", lambda attempt: self._store.write(work, attempt))

    def _in_time(self, kind: Kind, work: Callable[[Attempt], T]) -> T:
        """The result of `work`. Every failure is a HistoryError that names the store."""
        started = monotonic()
        with attempt(kind, self._limits, self._busy_seconds) as current_attempt:
            try:
                result = current_attempt.run(lambda: self._run_allowed(work, current_attempt))
            except TimedOutError:
                reason = f"it did not answer within {self._limits.seconds_for(kind):g} s"
            except Exception as error:  # whatever a store, its driver or a stored value raises
                if isinstance(error, AndonError) and type(error) is not HistoryError:
                    raise  # nothing is wrong with the store
                reason = self._error_text(error, current_attempt.lock_seconds)
            else:
                RECENT_FAILURES.remove(self.place)
                return result
        failure = f"history {self.place}: {reason}"
        RECENT_FAILURES.add(self.place, failure, monotonic() - started)
        raise HistoryError(failure)

    def _run_allowed(self, work: Callable[[Attempt], T], attempt: Attempt) -> T:
        if self._refuse is not None:
            self._refuse()
        return work(attempt)

    def _error_text(self, error: Exception, waited_seconds: float) -> str:
        if isinstance(error, HistoryError):
            return str(error)
        return error_text(error, self._secrets, waited_seconds)


def _if_current(connection: Connection, query: Callable[[Connection], T | None]) -> T | None:
    version = stored_version(connection)
    if version is None:
        return None
    require_current(version)
    return query(connection)
