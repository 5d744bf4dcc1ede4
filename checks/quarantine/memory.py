"""DuckDB in memory, for reading files: a connection that writes nothing and ends in time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from checks.core.model import Cause
from checks.quarantine.tally import CannotReadError, StoppedError, TooLargeError
from checks.warehouse.worker import DeadlineExceededError, Worker

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

T = TypeVar("T")
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "memory_limit": "1GB",
    "temp_directory": "",
    "threads": 1,
}
#: The most errors in lines that DuckDB records of one statement, over all its files.
MOST_FAULTS = 10_000
_FAULT_TABLES = ("reject_errors", "reject_scans")
#: Whether any CSV file was read since faults were taken.
_HAS_FAULTS = f"SELECT count(*) FROM duckdb_tables() WHERE table_name = '{_FAULT_TABLES[0]}'"  # noqa: S608
_FAULTS = """
SELECT s.file_path, count(DISTINCT e.line), count(*), count(DISTINCT e.line)
  FILTER (CAST(e.error_type AS VARCHAR) IN ('LINE SIZE OVER MAXIMUM', 'UNQUOTED VALUE'))
FROM reject_errors e
JOIN reject_scans s USING (scan_id, file_id) GROUP BY ALL
"""
_INTERRUPT_SECONDS = 0.05
_TOO_LARGE = "needs more memory to be read than is allowed"
_DAMAGED = "is damaged or not what its suffix says"


class InMemoryDuckDb:
    """A connection, opened when first needed. `stop` may be called from another thread."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._connection: DuckDBPyConnection | None = None

    def run(self, statement: str, parameters: Mapping[str, object]) -> list[Any]:
        """All rows. Raises CannotReadError for what cannot be read, StoppedError once stopped, and
        DuckDB's InterruptException where a statement is stopped while it runs.
        """
        self._idle.clear()  # before the check: whoever stops it sees one or the other
        try:
            self.check()
            return self._run(statement, parameters)
        finally:
            self._idle.set()

    def _run(self, statement: str, parameters: Mapping[str, object]) -> list[Any]:
        import duckdb

        if self._connection is None:
            self._connection = duckdb.connect(":memory:", config=_SETTINGS)
            self._connection.execute("SET TimeZone = 'UTC'")
        try:
            return self._connection.execute(statement, dict(parameters)).fetchall()
        except duckdb.InterruptException:
            raise
        except duckdb.OutOfMemoryException:
            self.close()
            raise TooLargeError(_TOO_LARGE) from None
        except duckdb.Error:
            # A failure may leave the connection unusable; a new one costs little. DuckDB's
            # message is not shown: it names the machine's folders and quotes the file.
            self.close()
            raise CannotReadError(_DAMAGED) from None

    def check(self) -> None:
        """Raise StoppedError once stopped."""
        if self._stopped.is_set():
            raise StoppedError

    def stop(self) -> None:
        """Interrupt the running statement; no other is started."""
        self._stopped.set()
        threading.Thread(target=self._interrupt, name="andon-stopping", daemon=True).start()

    def _interrupt(self) -> None:
        """Interrupt until nothing runs: an interrupt before the statement starts has no effect."""
        while not self._idle.is_set():
            if (connection := self._connection) is not None:
                with suppress(Exception):  # closed meanwhile: nothing runs
                    connection.interrupt()
            self._idle.wait(_INTERRUPT_SECONDS)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def read_in_time(read: Callable[[InMemoryDuckDb], T], seconds: float, limit: str) -> T:
    """The result of `read`. limit: the seconds as shown.

    It runs on a thread that can be abandoned, as even listing a network folder may hang. Raises
    what `read` raises, or CannotReadError once the time is used up.
    """
    memory, worker = InMemoryDuckDb(), Worker(seconds)
    try:
        return worker.call(lambda: read(memory), memory.stop)
    except DeadlineExceededError:
        late = f"the files were not read within {limit} s"
        raise CannotReadError(late, Cause.TIMEOUT, retry=True) from None
    finally:
        worker.stop(memory.close)


class Faults(NamedTuple):
    """The lines of a CSV file that DuckDB leaves out: no UTF-8 text, or too long.

    errors: all that is wrong with them. uncounted: lines so long that they may hold several rows.
    """

    path: str
    lines: int
    errors: int
    uncounted: int

    @property
    def is_complete(self) -> bool:
        """Whether every faulty line of the file was recorded."""
        return self.lines < MOST_FAULTS


def take_faults(memory: InMemoryDuckDb) -> list[Faults]:
    """The faulty lines of the files that were read since the last call. Raises CannotReadError."""
    ((has_faults,),) = memory.run(_HAS_FAULTS, {})
    if not has_faults:
        return []
    faults = [Faults(*row) for row in memory.run(_FAULTS, {})]
    for table in _FAULT_TABLES:
        memory.run(f"DROP TABLE {table}", {})
    return faults


def are_capped(faults: Sequence[Faults]) -> bool:
    """Whether there may be more faulty lines than were recorded."""
    return sum(file.errors for file in faults) >= MOST_FAULTS
