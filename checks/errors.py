"""Every error Andon raises on purpose. Each carries a message meant for a person."""

from __future__ import annotations

from checks.model import Cause, Problem


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

    `detail` must be free of secrets and of driver tracebacks.
    """

    def __init__(self, cause: Cause, detail: str, *, retry: bool = False) -> None:
        self.cause = cause
        self.detail = detail
        self.retry = retry
        super().__init__(f"{cause.value}: {detail}")


class ReadOnlyViolation(AndonError):  # noqa: N818  (what it is, not that it is one)
    """Something other than one SELECT was about to be sent to the warehouse."""


class HistoryError(AndonError):
    """The history store could not be read or written. Never changes a verdict."""


def is_interruption(error: BaseException | None) -> bool:
    """Whether Ctrl-C is behind an error: DuckDB turns it into a RuntimeError of its own."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None
