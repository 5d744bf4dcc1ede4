"""Every error Andon raises on purpose. Each carries a message meant for a person."""

from __future__ import annotations

from checks.core.model import Cause, Problem

# Of the whole warehouse, or with the table's name in the text.
_NAMED = frozenset(
    {Cause.CONNECTION, Cause.LOCKED, Cause.TIMEOUT, Cause.PERMISSION, Cause.MISSING_TABLE}
)


class AndonError(Exception):
    """Base of all of them; the command line prints it in one line and exits 2."""

    exit_code = 2


class UsageError(AndonError):
    """The command or the call asks for something impossible (a future data date, ...)."""


class ConfigError(AndonError):
    """The configuration is unusable; carries every problem of the file at once."""

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
        """The fault behind it: equal for two errors only if the same one stopped both.

        None where that cannot be told, since the text may be the same of two tables.
        """
        if self.cause in _NAMED:
            return str(self)
        return f"{self.reading}: {self}" if self.reading else None


class ReadOnlyViolation(AndonError):  # noqa: N818  (what it is, not that it is one)
    """Something other than one SELECT was about to be sent to the warehouse."""


class HistoryError(AndonError):
    """The history store could not be read or written. Never changes a verdict."""


class OtherWarehouseError(HistoryError, UsageError):
    """The pipeline's name belongs to another warehouse in this history.

    To a reader the history is as good as none; to whoever wants to store something, the call asks
    for something impossible. The message names the store and `andon history adopt`.
    """


def is_interruption(error: BaseException | None) -> bool:
    """Whether Ctrl-C is behind an error: DuckDB turns it into a RuntimeError of its own."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None
