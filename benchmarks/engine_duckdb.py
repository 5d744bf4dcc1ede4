"""DuckDB: one file whose rows lie in the order of time, so that most of it is never read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from engine_base import Prepare, Prepared, timed
from engine_data import Size, yardstick_query

_YARDSTICK_QUERY = yardstick_query("TIMESTAMP '{}'")


@contextmanager
def engine(data: Path) -> Iterator[Prepare]:
    """Nothing to start: the rows are made by DuckDB."""
    yield _prepared


def _prepared(size: Size) -> Prepared:
    def query() -> float:
        with duckdb.connect(str(size.database), read_only=True) as connection:
            return timed(lambda: connection.execute(_YARDSTICK_QUERY).fetchall())

    return Prepared(f"duckdb:///{size.database}", query)
