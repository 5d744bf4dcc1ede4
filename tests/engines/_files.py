"""Engines whose databases are files. What a file holds already is not written again.

Most tests change one table of the healthy shop. A new file is a copy of that shop's, and a table
is written when it is not the one that was written last.
"""

from __future__ import annotations

import atexit
import os
import pickle
import shutil
import tempfile
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from tests.engines.base import Engine

if TYPE_CHECKING:
    from tests.shop import Table

_SECOND = 10**9


class TableContent(NamedTuple):
    """A table as it is written: the statement that creates it, and its rows.

    pickled: None where the rows cannot be compared.
    """

    table: Table
    statement: str
    pickled: bytes | None

    def is_in(self, written: Mapping[str, TableContent]) -> bool:
        """Whether exactly this was written."""
        before = written.get(self.table.name)
        return (
            before is not None
            and self.pickled is not None
            and (before.statement, before.pickled) == (self.statement, self.pickled)
        )


class _Written(NamedTuple):
    """The tables of a file, which are these for as long as it has this time of change."""

    contents: Mapping[str, TableContent]
    changed_at: int


class FileEngine(Engine):
    """Writes what is not in the file yet. Tables that others wrote meanwhile are written over."""

    def __init__(self) -> None:
        self._written: dict[Path, _Written] = {}
        self._healthy: Path | None = None

    @abstractmethod
    def dialect(self) -> sa.Dialect:
        """What statements are compiled for."""

    @abstractmethod
    def write_file(
        self, path: Path, contents: Sequence[TableContent], statements: Sequence[str]
    ) -> None:
        """Create tables anew and fill them, then run statements of a test's own."""

    def write(self, url: str, tables: Sequence[Table], statements: Sequence[str] = ()) -> None:
        database = sa.make_url(url)
        path = Path(database.database or ":memory:")
        if database.query or path.name == ":memory:" or any(table.schema for table in tables):
            self._written.pop(path, None)
            super().write(url, tables, statements)
            return
        contents = {table.name: self._content(table) for table in tables}
        before = self._contents_before(path, contents)
        missing = [content for content in contents.values() if not content.is_in(before)]
        if missing or statements:
            self.write_file(path, missing, statements)
        self._remember(path, {} if statements else contents)

    def _contents_before(
        self, path: Path, contents: Mapping[str, TableContent]
    ) -> Mapping[str, TableContent]:
        """What is known to be in a file; a new one is a copy of the healthy shop's."""
        if path.exists():
            written = self._written.get(path)
            is_known = written is not None and written.changed_at == path.stat().st_mtime_ns
            return written.contents if written is not None and is_known else {}
        healthy = self._healthy_file()
        known = self._written[healthy].contents
        if not known.keys() <= contents.keys():
            return {}
        shutil.copyfile(healthy, path)
        return known

    def _healthy_file(self) -> Path:
        """The healthy shop's tables, written once in this process."""
        if self._healthy is None:
            from tests.shop import healthy_tables

            folder = tempfile.mkdtemp(prefix="andon-healthy-")
            atexit.register(shutil.rmtree, folder)
            self._healthy = Path(folder) / f"healthy.{self.name}"
            contents = {table.name: self._content(table) for table in healthy_tables()}
            self.write_file(self._healthy, list(contents.values()), ())
            self._remember(self._healthy, contents)
        return self._healthy

    def _content(self, table: Table) -> TableContent:
        statement = sa.schema.CreateTable(self.declared(table, sa.MetaData()))
        return TableContent(
            table, str(statement.compile(dialect=self.dialect())), _pickled(table.rows)
        )

    def _remember(self, path: Path, contents: Mapping[str, TableContent]) -> None:
        """Set a time that no other writer sets: one may follow within the clock's step."""
        changed_at = path.stat().st_mtime_ns - _SECOND
        os.utime(path, ns=(changed_at, changed_at))
        self._written[path] = _Written(contents, path.stat().st_mtime_ns)


def _pickled(rows: object) -> bytes | None:
    try:
        return pickle.dumps(rows)
    except Exception:  # noqa: BLE001  (values of tests may be of any class)
        return None
