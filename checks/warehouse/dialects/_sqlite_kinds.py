"""The kinds of SQLite's columns by their first rows, as declared types are not enforced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import quoted_name

from checks.warehouse.kinds import Kind

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection
    from sqlalchemy.sql import FromClause

#: How many rows are sampled; in any case values are measured one by one.
SAMPLE = 1000
_DAY = len("2025-03-08")
_FACTS = 5
#: Kinds that a column only gets if a value was seen.
_UNCERTAIN = (Kind.DATE, Kind.BOOLEAN)
_TEXTS = (Kind.TEXT, Kind.LABEL, Kind.NAIVE, Kind.AWARE, Kind.OTHER, Kind.UUID)
#: How many columns one statement samples: SQLite allows 2,000 result columns.
_COLUMNS = 300


def sampled_kinds(
    connection: Connection,
    relation: FromClause,
    names: Sequence[str],
    declared: Mapping[str, Kind],
) -> Mapping[str, Kind]:
    """The kind of each column. Where numbers and text are mixed or bytes are stored, it is
    `Kind.LABEL`."""
    kinds: dict[str, Kind] = {}
    for start in range(0, len(names), _COLUMNS):
        some = names[start : start + _COLUMNS]
        facts = _facts(connection, relation, some)
        for n, name in enumerate(some):
            stored, kind = facts[n * _FACTS : (n + 1) * _FACTS], declared.get(name, Kind.OTHER)
            if kind in _UNCERTAIN and not any(stored):
                stored = _facts(connection, relation, [name], with_values=True)
            kinds[name] = _kind(kind, *stored)
    return kinds


def _facts(
    connection: Connection,
    relation: FromClause,
    names: Sequence[str],
    *,
    with_values: bool = False,
) -> Sequence[Any]:
    """Of each column: whether it holds integers, reals, text, bytes; its longest text.

    with_values: of the first rows in which no column is NULL, however far down they are.
    """
    columns: list[sa.ColumnClause[Any]] = [
        sa.column(quoted_name(name, quote=True)) for name in names
    ]
    rows = sa.select(*columns).select_from(relation)
    if with_values:
        rows = rows.where(*(column.is_not(None) for column in columns))
    facts: list[sa.ColumnElement[Any]] = []
    first = rows.limit(SAMPLE).subquery("first_rows")
    for column in first.c:
        stored = sa.func.typeof(column)
        facts += [
            sa.func.max(stored == "integer"),
            sa.func.max(stored == "real"),
            sa.func.max(stored == "text"),
            sa.func.max(stored == "blob"),
            sa.func.max(sa.case((stored == "text", sa.func.length(column)))),
        ]
    return connection.execute(sa.select(*facts)).one()


def _kind(
    declared: Kind, has_integers: int | None, has_reals: int | None, has_text: int | None,
    has_bytes: int | None, longest: int | None,
) -> Kind:  # fmt: skip
    if has_bytes:
        return Kind.LABEL
    if has_text:
        if has_integers or has_reals:
            return Kind.LABEL
        is_day = declared is Kind.DATE and longest is not None and longest <= _DAY
        return Kind.DATE if is_day else Kind.TEXT
    if has_reals:
        return Kind.NUMBER
    if has_integers:
        return declared if declared in (Kind.NUMBER, Kind.BOOLEAN) else Kind.INTEGER
    return Kind.TEXT if declared in _TEXTS else declared
