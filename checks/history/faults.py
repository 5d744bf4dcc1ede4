"""Database errors as one line for a person, free of secrets, SQL and tracebacks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from sqlalchemy.exc import StatementError

from checks.core.secrets import without_secrets
from checks.core.text import clean

#: The message for something that is no file.
NO_FILE = "cannot be opened; is it a file, in a folder this user may write to?"
#: Exceptions from reading a stored value that Andon did not write.
_UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, RecursionError)
_LONGEST = 240
_NO_DRIVER = "the PostgreSQL driver is missing: pip install '.[postgresql]' in a clone"

_SQLITE: tuple[tuple[str, str], ...] = (
    ("SQLITE_BUSY", "locked by another process for over {waited:g} s"),
    ("SQLITE_LOCKED", "locked by another process for over {waited:g} s"),
    ("SQLITE_READONLY", "read-only for this user"),
    ("SQLITE_CANTOPEN", NO_FILE),
    ("SQLITE_PERM", "this user may not open it"),
    ("SQLITE_FULL", "the disk is full"),
    ("SQLITE_IOERR", "the disk cannot be read or written"),
    ("SQLITE_CORRUPT", "corrupt; move it away, and a new one is created"),
    ("SQLITE_NOTADB", "not an SQLite database; move it away, and a new one is created"),
)
_POSTGRESQL: tuple[tuple[str, str], ...] = (
    ("55P03", "locked by another process for over {waited:g} s"),
    ("57014", "did not answer in time"),
    ("25006", "read-only for this user"),
    ("42501", "this user lacks a permission"),
    ("53100", "the disk is full"),
)


def error_text(error: Exception, secrets: Iterable[str], waited: float) -> str:
    """The error as one line; the driver's own message follows where it says more.

    `waited`: seconds that a lock was waited for.
    """
    original = original_of(error)
    if isinstance(error, _UNREADABLE):  # SQLAlchemy wraps errors from writing
        return f"what is stored cannot be read ({type(error).__name__}); it is damaged"
    known_text = _known_text(original).format(waited=waited)
    if isinstance(original, sqlite3.Error) and known_text:
        return known_text
    driver_text = redacted(_first_line(original), secrets)
    return f"{known_text} ({driver_text})" if known_text else driver_text


def original_of(error: Exception) -> BaseException:
    """The driver's exception, without SQLAlchemy's wrapping."""
    if isinstance(error, StatementError) and error.orig is not None:
        return error.orig
    return error


def sqlite_code(error: Exception) -> str:
    """SQLite's name of the error; empty for an error of anything else."""
    return str(getattr(original_of(error), "sqlite_errorname", None) or "")


def _known_text(original: BaseException) -> str:
    if isinstance(original, ImportError):
        return _NO_DRIVER
    code = str(getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", ""))
    table = _SQLITE if code.startswith("SQLITE") else _POSTGRESQL
    return next((driver_text for prefix, driver_text in table if code.startswith(prefix)), "")


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def redacted(driver_text: str, secrets: Iterable[str]) -> str:
    """A text as one inert line in which every secret is `***`."""
    return clean(without_secrets(driver_text, secrets), _LONGEST)
