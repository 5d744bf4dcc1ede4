"""The DuckDB dialect without parts that Andon does not need.

On connecting, the original asks three more in-memory databases what DuckDB can do,
for writing comments and for options in the URL. A read-only gate needs neither, and
starts 60 ms sooner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
from duckdb_sqlalchemy import ConnectionWrapper, Dialect
from sqlalchemy.engine.default import DefaultDialect

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_PLAIN = {"database", "read_only", "config"}


class QuickDialect(Dialect):
    """Connects directly where the URL has no options of its own."""

    supports_statement_cache = True

    def initialize(self, connection: Connection) -> None:
        """Queries nothing: DuckDB's features are known from its version."""
        DefaultDialect.initialize(self, connection)

    def connect(self, *arguments: Any, **options: Any) -> Any:
        """A connection to a file; with other options the dialect's own way."""
        set_options = {key: value for key, value in options.items() if value}
        if arguments or not set_options.keys() <= _PLAIN:
            # The original writes into the configuration, which is that of the next connection too.
            options["config"] = dict(options.get("config") or {})
            return super().connect(*arguments, **options)
        return ConnectionWrapper(duckdb.connect(**set_options))
