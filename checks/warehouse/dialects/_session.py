"""How an engine is connected to, limited and understood, as most engines are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.warehouse.faults import COMMON

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection

    from checks.config.database import WarehouseConfig

#: What a warehouse's administrator sees in the list of sessions or queries.
APPLICATION = "andon"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one evaluation: its time, its wait for locks, the bytes that a statement reads.

    scan_bytes is None where no limit is set.
    """

    seconds: float
    lock_seconds: float
    scan_bytes: int | None = None

    @property
    def milliseconds(self) -> int:
        """The time in milliseconds for most engines: never 0, which means no limit to them."""
        return max(1, int(self.seconds * 1000))

    @property
    def whole_seconds(self) -> int:
        """The time for engines that count in seconds."""
        return max(1, math.ceil(self.seconds))


class Session:
    """An engine's connection: its arguments, its limits, its errors. `Profile` adds its SQL."""

    #: The engine's name, for people and for finding the SQL parser's dialect.
    name = ""
    #: The prefix that explains a statement without running it (`EXPLAIN`); None: not available.
    explain_prefix: str | None = "EXPLAIN"
    #: Whether the driver imports pandas and the like needlessly, where they are installed.
    starts_faster_alone = False
    #: Whether SQLAlchemy's dialect keeps nothing of one connection that another may not have.
    keeps_engines = False
    #: Whether the engine can refuse a statement that would read more than `Limits.scan_bytes`.
    limits_scans = False
    #: Sent after each statement, to undo whatever it left behind; None: nothing.
    undo: str | None = None
    #: Fragments of this engine's error messages, tried before the common ones.
    faults: tuple[tuple[str, Cause], ...] = ()

    def cause_of(self, error: BaseException) -> Cause | None:
        """The cause by an error's code, which does not depend on the message's language."""
        return None

    def patterns(self) -> tuple[tuple[str, Cause], ...]:
        """Error fragments to try, most specific first."""
        return self.faults + COMMON

    def engine_url(self, url: URL) -> URL:
        """The URL for SQLAlchemy: with another driver of the same engine, where that is better."""
        return url

    def connect_arguments(self, url: URL, limits: Limits) -> dict[str, Any]:
        """Arguments for the driver: read-only mode, a connect time-out, the application's name."""
        return {}

    def check_target(self, url: URL) -> None:
        """Raise MeasurementError early for a target that is clearly unusable."""

    def session_statements(self, limits: Limits) -> tuple[str, ...]:
        """Statements to send on connecting: read-only mode, UTC, a statement time-out.

        Where statements run in one transaction, these are its first ones.
        """
        return ()

    def execution_options(self, limits: Limits) -> dict[str, Any]:
        """SQLAlchemy's execution options for every statement."""
        return {"isolation_level": "AUTOCOMMIT"}

    def opened(self, driver_connection: Any, limits: Limits) -> None:
        """Set up the driver's connection once it is open, where options do not suffice."""

    def limit_access(self, connection: Connection, config: WarehouseConfig) -> None:
        """Keep an embedded engine from files, networks and databases that are not configured.

        Raises MeasurementError for something configured that is missing.
        """

    def is_lock(self, error: BaseException) -> bool:
        """Whether connecting failed only because a writer holds the database."""
        return False

    def known_fault(self, error: BaseException, url: URL) -> MeasurementError | None:
        """A driver's error by the engine's own codes; None where they do not say."""
        return None

    def explained(self, error: MeasurementError) -> MeasurementError:
        """The error with this engine's remedy in its text, where one is known."""
        return error

    def cancel(self, driver_connection: Any) -> None:
        """Stop the running statement; called from another thread."""
        for name in ("cancel", "interrupt"):
            if (stop := getattr(driver_connection, name, None)) is not None:
                stop()
                return

    def estimate(self, answer: Sequence[str]) -> str | None:
        """A short text on how much a statement reads, from the engine's answer to EXPLAIN."""
        return None
