"""A configured table or query as something to select from, with its columns' kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa
from sqlalchemy.sql.elements import quoted_name

from checks.config.model import Partition
from checks.config.table_names import split_table_name
from checks.core.errors import MeasurementError, ReadOnlyViolation
from checks.core.model import Cause
from checks.core.text import did_you_mean, listed, quoted
from checks.warehouse.kinds import Kind

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.sql import FromClause
    from sqlalchemy.sql.elements import ColumnElement


class Source(Protocol):
    """A mapped section: with a table's name or a query."""

    @property
    def table(self) -> str | None: ...
    @property
    def query(self) -> str | None: ...


def mapped(name: str | None, key: str) -> str:
    """The column of an optional key. Raises MeasurementError where the key is not mapped."""
    if name is None:
        raise MeasurementError(Cause.BAD_VALUE, f"`{key}` is not mapped in andon.yml")
    return name


def select_target(
    source: Source,
    dialect: Dialect,
    alias: str,
    columns: Iterable[str] = (),
    spell: Callable[[str], str] = str,
) -> tuple[FromClause, tuple[str, ...] | None]:
    """The table or query to select from, under an alias, and the parts of its name (None: query).

    `spell` converts a part of a table's name to the engine's spelling. Raises ReadOnlyViolation
    for a query that is not one read-only SELECT.
    """
    listed_columns: list[sa.ColumnClause[Any]] = [
        sa.column(quoted_name(name, quote=True)) for name in columns
    ]
    if source.query is not None:
        return _query(source.query, dialect.name, listed_columns).subquery(alias), None
    names = tuple(spell(part) for part in split_table_name(source.table or ""))
    quote = dialect.identifier_preparer.quote_identifier
    schema = ".".join(quote(part) for part in names[:-1]) or None
    table = sa.table(
        quoted_name(names[-1], quote=True),
        *listed_columns,
        # Each part is quoted already: catalog and schema are two names, not one.
        schema=quoted_name(schema, quote=False) if schema else None,
    )
    return table.alias(alias), names


def _query(
    text: str, dialect: str, columns: list[sa.ColumnClause[Any]]
) -> sa.sql.selectable.TextualSelect:
    from checks.config.readonly import problem_of

    if problem := problem_of(text, dialect):
        raise ReadOnlyViolation(f"a configured query is refused: {problem}")
    # Every colon is text, none a parameter. The line break ends a trailing comment.
    body = text.strip().rstrip(";").replace(":", "\\:") + "\n"
    return sa.text(body).columns(*columns)


@dataclass(frozen=True, slots=True)
class Relation:
    """A selectable with known columns. `label` is its name in messages.

    partition: the mapped partition column. read_as: for columns that are not read as they are
    stored, the expression to read and its kind. inner_prefix: the prefix of names for parts of a
    statement.
    """

    section: str
    label: str
    target: FromClause
    kinds: Mapping[str, Kind]
    partition: Partition | None = None
    read_as: Mapping[str, tuple[ColumnElement[Any], Kind]] = field(default_factory=dict)
    inner_prefix: str = ""

    def inner_name(self, name: str) -> str:
        """A name for a part of a statement over this relation that no mapped table has."""
        return self.inner_prefix + name

    def column(self, name: str) -> tuple[ColumnElement[Any], Kind]:
        """A mapped column and its kind; upper and lower case may differ.

        Raises MeasurementError (missing_column), which names the existing columns.
        """
        actual = self._stored_name(name)
        return self.read_as.get(actual) or (self.target.c[actual], self.kinds[actual])

    def stored(self, name: str) -> ColumnElement[Any]:
        """A mapped column as it is stored. Raises MeasurementError (missing_column)."""
        return self.target.c[self._stored_name(name)]

    def kind_of(self, name: str) -> Kind:
        """The kind of a mapped column as stored. Raises MeasurementError (missing_column)."""
        return self.kinds[self._stored_name(name)]

    def _stored_name(self, name: str) -> str:
        if name in self.kinds:
            return name
        candidates = [known for known in self.kinds if known.casefold() == name.casefold()]
        if len(candidates) == 1:
            return candidates[0]
        near = did_you_mean(name, tuple(self.kinds))
        hint = f"did you mean {quoted(near)}?" if near else f"it has {listed(self.kinds, 12)}"
        raise MeasurementError(
            Cause.MISSING_COLUMN, f"{self.label} has no column {quoted(name)}; {hint}"
        )
