"""Database errors as one line for a person, free of secrets, SQL and tracebacks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from sqlalchemy.exc import StatementError

from checks.core.secrets import without_secrets
from checks.core.text import clean

#: Said of what is there and is no file.
NO_FILE = "cannot be opened; is it a file, in a folder this user may write to?"
#: What reading a stored value raises that Andon did not write.
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
    ("SQLITE_CORRUPT", "corrupt; move it away, and a new one is begun"),
    ("SQLITE_NOTADB", "not an SQLite database; move it away, and a new one is begun"),
)
_POSTGRESQL: tuple[tuple[str, str], ...] = (
    ("55P03", "locked by another process for over {waited:g} s"),
    ("57014", "did not answer in time"),
    ("25006", "read-only for this user"),
    ("42501", "this user lacks a permission"),
    ("53100", "the disk is full"),
)


def told(error: Exception, secrets: Iterable[str], waited: float) -> str:
    """The error in one line; the driver's own words follow where they say more.

    `waited`: seconds that a lock was waited for.
    """
    original = original_of(error)
    if isinstance(error, _UNREADABLE):  # of what is written, the error is wrapped
        return f"what is stored cannot be read ({type(error).__name__}); it is damaged"
    known = _known(original).format(waited=waited)
    if isinstance(original, sqlite3.Error) and known:
        return known
    words = redacted(_first_line(original), secrets)
    return f"{known} ({words})" if known else words


def original_of(error: Exception) -> BaseException:
    """What the driver raised, without SQLAlchemy's wrapping."""
    if isinstance(error, StatementError) and error.orig is not None:
        return error.orig
    return error


def sqlite_code(error: Exception) -> str:
    """SQLite's own name of the error, empty for any other."""
    return str(getattr(original_of(error), "sqlite_errorname", None) or "")


def _known(original: BaseException) -> str:
    if isinstance(original, ImportError):
        return _NO_DRIVER
    code = str(getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", ""))
    table = _SQLITE if code.startswith("SQLITE") else _POSTGRESQL
    return next((words for prefix, words in table if code.startswith(prefix)), "")


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def redacted(words: str, secrets: Iterable[str]) -> str:
    """`words` as one inert line in which every secret is `***`."""
    return clean(without_secrets(words, secrets), _LONGEST)
