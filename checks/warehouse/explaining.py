"""How the engine would run a statement, and how much it would read, without running it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ClauseElement, Executable

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.sql.compiler import SQLCompiler


@dataclass(frozen=True, slots=True)
class StatementPlan:
    """One statement as it is sent, and the engine's plan.

    estimate: how much it reads, None where the engine does not say. plan: the engine's own
    output, line by line.
    """

    sql: str
    estimate: str | None = None
    plan: tuple[str, ...] = ()


class Explain(Executable, ClauseElement):
    """`EXPLAIN SELECT ...`, with the statement's own parameters."""

    inherit_cache = False

    def __init__(self, prefix: str, statement: sa.Select[Any]) -> None:
        self.prefix, self.statement = prefix, statement


@compiles(Explain)
def _explain(element: Explain, compiler: SQLCompiler, **options: Any) -> str:
    return f"{element.prefix} {compiler.process(element.statement, **options)}"


def sql_of(statement: sa.Select[Any], dialect: Dialect) -> str:
    """The statement as text for a person, its parameters written out where the dialect can."""
    try:
        return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    except (sa.exc.CompileError, NotImplementedError):
        return str(statement.compile(dialect=dialect))


def lines_of(rows: list[Any]) -> tuple[str, ...]:
    """The engine's answer, line by line."""
    cells = (str(value) for row in rows for value in row if value is not None)
    return tuple(line for cell in cells for line in cell.splitlines())
