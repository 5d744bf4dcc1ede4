"""Shared by both drivers: errors and their messages, allowed statements, results."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

Description = list[tuple[Any, ...]]
Row = tuple[Any, ...]

apilevel = "2.0"
threadsafety = 1


class Error(Exception):
    """The base of all errors."""


class DatabaseError(Error):
    """The server could not do it."""


class OperationalError(DatabaseError):
    """The server could not be reached, or was lost."""


class ProgrammingError(DatabaseError):
    """The statement is wrong, or is refused."""


class DataError(DatabaseError):
    """A value is wrong."""


_CLASSES = {"22": DataError, "42": ProgrammingError, "08": OperationalError}
_CLASS = re.compile(r"\[([A-Z][A-Z0-9_]{3,}(?:\.[A-Z0-9_]+)*)\] ")
_SQLSTATE = re.compile(r"SQLSTATE: ([0-9A-Z]{5})")
_JAVA = re.compile(r"^(?:Error running query:|(?:[\w$]+\.)+[\w$]+:|\([\w.$]+\))\s*")
_STATE_FOLLOWS = re.compile(r"\s+SQLSTATE:")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_READS = re.compile(
    r"(SELECT|WITH|SHOW|DESCRIBE QUERY\s+(SELECT|WITH)|DESCRIBE TABLE"
    r"|EXPLAIN\s+((EXTENDED|FORMATTED|COST)\s+)?(SELECT|WITH))\b",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"SET (TIME ZONE 'UTC'|spark\.sql\.ansi\.enabled=true"
    r"|spark\.sql\.thriftServer\.queryTimeout=\d+)"
)
_TOKEN = re.compile(
    r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`|--[^\n]*|/\*|\*/|[()]|\w+|.", re.DOTALL
)
_WRITES = frozenset(("INSERT", "MERGE", "UPDATE", "DELETE"))


def failure(message: str) -> DatabaseError:
    """A server's message as an exception: one line, without statement and stack trace."""
    state = _SQLSTATE.search(message)
    kind = _CLASSES.get(state[1][:2], DatabaseError) if state else DatabaseError
    return kind(error_text(message))


def error_text(message: str) -> str:
    """The error class and the first sentence of a server's message."""
    error_class = _CLASS.search(message)
    if error_class is None:
        return _sentence(_without_java(message)) or "no reason was given"
    # The Thrift server repeats the class, before Java's name of it.
    text = message[
        message.rfind(error_class[0], 0, error_class.end() + 240) + len(error_class[0]) :
    ]
    return f"[{error_class[1]}] {_sentence(text)}"


def _sentence(text: str) -> str:
    """The first sentence as one line, even if a value in it has several."""
    parts = _STATE_FOLLOWS.split(text.strip(), maxsplit=1)
    known = parts[0] if len(parts) > 1 else parts[0].partition("\n")[0]
    return " ".join(_SENTENCE.split(known, maxsplit=1)[0].split())


def _without_java(message: str) -> str:
    text = message.strip()
    while (shorter := _JAVA.sub("", text)) != text:
        text = shorter
    return text


def refuse_writes(statement: str) -> None:
    """Spark has no read-only sessions, so a statement that does more than read is not sent.

    Raises ProgrammingError for anything that is not known to only read.
    """
    if _OWN.fullmatch(statement):
        return
    if _READS.match(statement) and not _writes_behind(statement):
        return
    raise ProgrammingError("refused: only SELECT statements are sent to this warehouse")


def _writes_behind(statement: str) -> bool:
    """Whether an INSERT or the like follows a WITH: Spark allows that."""
    depth = comment = 0
    for token in _TOKEN.findall(statement):
        if token in ("/*", "*/"):
            comment += 1 if token == "/*" else -1  # noqa: S105
        elif not comment:
            depth += {"(": 1, ")": -1}.get(token, 0)
            if depth <= 0 and token.upper() in _WRITES:
                return True
    return False


class Cursor:
    """A statement's result, fetched as a whole: Andon reads groups, not tables."""

    arraysize = 1
    rowcount = -1
    lastrowid = None

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._rows: list[Row] = []
        self.description: Description | None = None

    def execute(self, statement: str, parameters: Any = None) -> None:
        """Run one reading statement. Raises an Error of this module."""
        refuse_writes(statement)
        self.description, self._rows = self._connection.run(statement, parameters)

    def fetchone(self) -> Row | None:
        """The next row, None after the last."""
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int | None = None) -> Sequence[Row]:
        """The next rows."""
        count = size or self.arraysize
        taken, self._rows = self._rows[:count], self._rows[count:]
        return taken

    def fetchall(self) -> Sequence[Row]:
        """The remaining rows."""
        taken, self._rows = self._rows, []
        return taken

    def close(self) -> None:
        """Does nothing: no resource is open."""
        self._rows = []
