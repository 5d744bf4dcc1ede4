"""SQLite, in a file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.engines._files import FileEngine, TableContent
from tests.engines.base import Engine


class SQLite(FileEngine):
    """Times are text to it, with an offset where they have one."""

    name = backend = "sqlite"
    #: There is no type; times with an offset are kept as text.
    knows_zones = False
    #: NaN becomes NULL as it is stored.
    keeps_nan = False
    #: A schema is another file.
    has_schemas = False

    def warehouse(self, folder: Path) -> str:
        return f"sqlite:///{folder / 'warehouse.sqlite3'}"

    def dialect(self) -> sa.Dialect:
        return _dialect()

    def write_file(
        self, path: Path, contents: Sequence[TableContent], statements: Sequence[str]
    ) -> None:
        tables = [content.table for content in contents]
        Engine.write(self, f"sqlite:///{path}", tables, statements)

    def type_of(self, declared: Any) -> Any:
        return _Time() if isinstance(declared, sa.DateTime) else declared


class _Time(sa.types.UserDefinedType[Any]):
    """Times as Python's own driver writes them: with an offset where they have one."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "TIMESTAMP"

    def bind_processor(self, dialect: sa.Dialect) -> Any:
        return lambda value: value if value is None else value.isoformat(" ")


@cache
def _dialect() -> sa.Dialect:
    return sa.create_engine("sqlite://", poolclass=sa.pool.NullPool).dialect


ENGINE = SQLite()
