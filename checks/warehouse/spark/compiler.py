"""SQLAlchemy's statements in Spark's SQL: names, types, and the few operators that differ."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import compiler

from checks.warehouse.spark.literals import literal


class SparkNames(compiler.IdentifierPreparer):
    """Every name in backticks, so that none is a keyword."""

    def __init__(self, dialect: Any) -> None:
        super().__init__(dialect, initial_quote="`", escape_quote="`")

    def _requires_quotes(self, value: str) -> bool:
        return True


class SparkTypes(compiler.GenericTypeCompiler):
    """Spark's names of types."""

    def visit_DATETIME(self, type_: Any, **kw: Any) -> str:  # noqa: N802
        return self.visit_TIMESTAMP(type_, **kw)

    def visit_TIMESTAMP(self, type_: Any, **kw: Any) -> str:  # noqa: N802
        return "TIMESTAMP_LTZ" if type_.timezone else "TIMESTAMP_NTZ"

    def visit_VARCHAR(self, type_: Any, **kw: Any) -> str:  # noqa: N802
        return "STRING"

    visit_CHAR = visit_TEXT = visit_NVARCHAR = visit_VARCHAR  # noqa: N815

    def visit_DOUBLE(self, type_: Any, **kw: Any) -> str:  # noqa: N802
        return "DOUBLE"

    visit_FLOAT = visit_REAL = visit_DOUBLE_PRECISION = visit_DOUBLE  # noqa: N815

    def visit_INTEGER(self, type_: Any, **kw: Any) -> str:  # noqa: N802
        return "INT"

    def visit_NUMERIC(self, type_: Any, **kw: Any) -> str:  # noqa: N802
        # A bare DECIMAL has no digits behind the point.
        precision = type_.precision or 38
        scale = type_.scale if type_.scale is not None else 0 if type_.precision else 18
        return f"DECIMAL({precision},{scale})"

    visit_DECIMAL = visit_NUMERIC  # noqa: N815

    def visit_BLOB(self, type_: Any, **kw: Any) -> str:  # noqa: N802
        return "BINARY"


class SparkCompiler(compiler.SQLCompiler):
    """A SELECT in Spark's SQL."""

    def render_literal_value(self, value: Any, type_: Any) -> str:
        text = literal(value)
        return text.replace("%", "%%") if self.preparer._double_percents else text

    def visit_floordiv_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        left, right = self.process(binary.left, **kw), self.process(binary.right, **kw)
        if isinstance(binary.type, sa.Integer):
            return f"{left} DIV {right}"
        return f"FLOOR({left} / {right})"

    def visit_try_cast(self, cast: Any, **kw: Any) -> str:
        return f"TRY_CAST({self.process(cast.clause, **kw)} AS {self.process(cast.typeclause)})"

    def visit_regexp_match_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        return self._infix(binary, "RLIKE", kw)

    def visit_not_regexp_match_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        return self._infix(binary, "NOT RLIKE", kw)

    def visit_is_distinct_from_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        return f"NOT ({self._infix(binary, '<=>', kw)})"

    def visit_is_not_distinct_from_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        return self._infix(binary, "<=>", kw)

    def visit_empty_set_expr(self, element_types: Any, **kw: Any) -> str:
        return f"SELECT {', '.join('NULL' for _ in element_types)} WHERE 1 != 1"

    def limit_clause(self, select: Any, **kw: Any) -> str:
        parts = []
        if select._limit_clause is not None:
            parts.append(f"\n LIMIT {self.process(select._limit_clause, **kw)}")
        if select._offset_clause is not None:
            parts.append(f"\n OFFSET {self.process(select._offset_clause, **kw)}")
        return "".join(parts)

    def _infix(self, binary: Any, word: str, kw: dict[str, Any]) -> str:
        return f"{self.process(binary.left, **kw)} {word} {self.process(binary.right, **kw)}"
