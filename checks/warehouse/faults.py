"""Driver errors as causes that a person can act on, free of secrets and tracebacks."""

from __future__ import annotations

from collections.abc import Iterable

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.core.secrets import without_secrets
from checks.core.text import clean

#: Causes that may be gone at the next attempt.
RETRYABLE = frozenset({Cause.CONNECTION, Cause.LOCKED, Cause.TIMEOUT})
_LONGEST = 240

#: Fragments of error messages, most specific first; those of an engine come before these.
COMMON: tuple[tuple[str, Cause], ...] = (
    ("permission denied", Cause.PERMISSION),
    ("insufficient privilege", Cause.PERMISSION),
    ("access denied", Cause.PERMISSION),
    ("not authorized", Cause.PERMISSION),
    ("password authentication failed", Cause.PERMISSION),
    ("no password supplied", Cause.PERMISSION),
    ("database is locked", Cause.LOCKED),
    ("lock timeout", Cause.LOCKED),
    ("canceling statement due to", Cause.TIMEOUT),
    ("timed out", Cause.TIMEOUT),
    ("timeout", Cause.TIMEOUT),
    ("no such table", Cause.MISSING_TABLE),
    ("table or view not found", Cause.MISSING_TABLE),
    ("table_or_view_not_found", Cause.MISSING_TABLE),
    ("no such column", Cause.MISSING_COLUMN),
    ("could not connect", Cause.CONNECTION),
    ("connection refused", Cause.CONNECTION),
    ("connection failed", Cause.CONNECTION),
    ("could not translate host", Cause.CONNECTION),
    ("server closed the connection", Cause.CONNECTION),
    ("terminating connection", Cause.CONNECTION),
    ("unable to open database", Cause.CONNECTION),
    ("file is not a database", Cause.CONNECTION),
)


def classify(message: str, patterns: Iterable[tuple[str, Cause]]) -> Cause | None:
    """The cause of the first fragment that occurs in the message, if any."""
    folded = message.casefold()
    return next((cause for fragment, cause in patterns if fragment in folded), None)


def first_line(error: BaseException) -> str:
    """A driver's message, without its hints, SQL excerpt and SQLAlchemy's wrapping."""
    original = getattr(error, "orig", None) or error
    lines = str(original).strip().splitlines()
    return lines[0] if lines else type(original).__name__


def measurement_error(
    error: BaseException,
    patterns: Iterable[tuple[str, Cause]],
    secrets: Iterable[str],
    known: Cause | None = None,
) -> MeasurementError:
    """A driver's error as a MeasurementError. known: its cause, if known from its code."""
    message = str(getattr(error, "orig", None) or error)
    cause = known or classify(message, patterns) or _cause_of_class(error)
    detail = clean(without_secrets(first_line(error), secrets), _LONGEST)
    return MeasurementError(cause, detail, retry=cause in RETRYABLE)


def _cause_of_class(error: BaseException) -> Cause:
    """The cause by the standard classes of database errors, for an unknown message."""
    by_class = {
        "OperationalError": Cause.CONNECTION,
        "InterfaceError": Cause.CONNECTION,
        "TimeoutError": Cause.TIMEOUT,
        "DataError": Cause.BAD_VALUE,
        "ProgrammingError": Cause.BAD_VALUE,
        "NotSupportedError": Cause.BAD_VALUE,
        "OverflowError": Cause.BAD_VALUE,
        "ValueError": Cause.BAD_VALUE,
    }
    names = (base.__name__ for base in type(error).__mro__)
    return next((by_class[name] for name in names if name in by_class), Cause.INTERNAL)
