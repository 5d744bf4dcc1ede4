"""DuckDB in memory, to read files with: one connection that writes nothing and can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from checks.quarantine.tally import CannotReadError, StoppedError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "memory_limit": "1GB",
    "temp_directory": "",
    "threads": 1,
}
_DAMAGED = "is damaged or not what its suffix says"


class Memory:
    """The connection, opened when it is first needed. `stop` may come from another thread."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._connection: DuckDBPyConnection | None = None

    def run(self, statement: str, parameters: Mapping[str, object]) -> list[Any]:
        """All rows. Raises CannotReadError for what cannot be read, StoppedError once stopped."""
        import duckdb

        self.check()
        if self._connection is None:
            self._connection = duckdb.connect(":memory:", config=_SETTINGS)
        try:
            return self._connection.execute(statement, dict(parameters)).fetchall()
        except duckdb.InterruptException:
            raise
        except duckdb.Error:
            # A failure may leave the connection unusable; a new one costs little. What DuckDB
            # says is not told: it names the machine's folders and quotes the file.
            self.close()
            raise CannotReadError(_DAMAGED) from None

    def check(self) -> None:
        """Raise StoppedError once stopped."""
        if self._stopped.is_set():
            raise StoppedError

    def stop(self) -> None:
        """Interrupt what runs; nothing more is begun."""
        self._stopped.set()
        if self._connection is not None:
            self._connection.interrupt()

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
