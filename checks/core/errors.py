"""Every error that Andon raises on purpose. Each has a message meant for a person."""

from __future__ import annotations

from checks.core.model import Cause, Problem

# Causes that concern the whole warehouse, or whose text has the table's name.
_NAMED = frozenset(
    {Cause.CONNECTION, Cause.LOCKED, Cause.TIMEOUT, Cause.PERMISSION, Cause.MISSING_TABLE}
)


class AndonError(Exception):
    """The base of all errors; the command line prints one in one line and exits 2."""

    exit_code = 2


class UsageError(AndonError):
    """The command or the call requests something impossible (a future data date, ...)."""


class ConfigError(AndonError):
    """The configuration is unusable; `problems` has every problem of the file."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problem.message for problem in problems))


class MeasurementError(AndonError):
    """Something could not be measured. Becomes an `unknown` verdict, never a skip.

    `detail` must be free of secrets and of driver tracebacks. `reading` names what was read,
    where that is known: `audit_log`, `events`, `orders`.
    """

    def __init__(
        self, cause: Cause, detail: str, *, retry: bool = False, reading: str = ""
    ) -> None:
        self.cause = cause
        self.detail = detail
        self.retry = retry
        self.reading = reading
        super().__init__(f"{cause.value}: {detail}")

    @property
    def fault(self) -> str | None:
        """An identifier of the fault: equal for two errors only if the same fault caused both.

        None where that is not known, as the text may be the same for two tables.
        """
        if self.cause in _NAMED:
            return str(self)
        return f"{self.reading}: {self}" if self.reading else None


class ReadOnlyViolation(AndonError):  # noqa: N818
    """Something other than one SELECT was about to be sent to the warehouse."""


class HistoryError(AndonError):
    """The history store could not be read or written. Never changes a verdict."""


class OtherWarehouseError(HistoryError, UsageError):
    """The pipeline's name belongs to another warehouse in this history.

    A HistoryError, as the history is unusable for reading; a UsageError, as storing something in
    it is an impossible request. The message names the store and `andon history adopt`.
    """


def is_interruption(error: BaseException | None) -> bool:
    """Whether Ctrl-C caused an error: DuckDB turns it into a RuntimeError of its own."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None
