"""Whether a configured query is exactly one statement that only reads."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp

#: SQLAlchemy's names of dialects for which the parser has other names.
_PARSER_NAMES = {
    "postgresql": "postgres",
    "mssql": "tsql",
    "mariadb": "mysql",
    "awsathena": "athena",
    "clickhousedb": "clickhouse",
    "cockroachdb": "postgres",
    "crate": "postgres",
    "impala": "hive",
}
_EXECUTABLE_COMMENTS = ("/*!", "/*M!")
_SEQUENCE_DIALECTS = ("oracle", "snowflake")
#: Functions that a SELECT may call and that change something; not those that sleep or read files.
_WRITING_FUNCTIONS = frozenset(
    (
        "nextval", "setval", "set_config", "pg_terminate_backend", "pg_cancel_backend",
        "pg_reload_conf", "pg_rotate_logfile", "pg_promote", "pg_switch_wal",
        "pg_create_restore_point", "pg_notify", "pg_logical_emit_message", "pg_file_write",
        "pg_file_rename", "pg_file_unlink", "pg_stat_reset", "pg_stat_reset_shared",
        "pg_import_system_collations", "pg_drop_replication_slot",
        "pg_create_physical_replication_slot", "pg_create_logical_replication_slot",
        "pg_advisory_lock", "pg_advisory_xact_lock", "pg_try_advisory_lock",
        "pg_try_advisory_xact_lock", "pg_advisory_lock_shared", "pg_advisory_xact_lock_shared",
        "pg_try_advisory_lock_shared", "pg_try_advisory_xact_lock_shared", "lo_import",
        "lo_export", "lo_create", "lo_creat",
        "lo_unlink", "lo_put", "lo_from_bytea", "lowrite", "lo_truncate", "dblink", "dblink_exec",
        "dblink_send_query", "load_extension", "writefile", "edit", "fts3_tokenizer", "get_lock",
        "sys_exec", "sys_eval", "openquery", "openrowset", "opendatasource", "postgres_execute",
        "mysql_execute", "postgres_attach", "sqlite_attach", "checkpoint", "force_checkpoint",
        "enable_logging", "disable_logging", "truncate_duckdb_logs", "enable_profiling",
        "disable_profiling",
    )
)  # fmt: skip
_LOCKING_HINTS = ("UPDLOCK", "XLOCK", "TABLOCKX")
_WRITING_PREFIXES = ("system$",)


def problem_of(query: str, dialect: str = "") -> str | None:
    """The reason why `query` may not be sent to a warehouse; None for one read-only statement.

    `dialect` is SQLAlchemy's name of the engine. Comments and one semicolon at the
    end are allowed. The result is a plain clause that repeats none of the query's values.
    """
    engine = _parser_name(dialect)
    if engine in ("", "mysql") and any(mark in query for mark in _EXECUTABLE_COMMENTS):
        return "it holds a comment that MySQL executes (/*! ... */)"
    statements = _parsed(query, engine)
    if isinstance(statements, str):
        return statements
    if not statements:
        return "it is empty"
    if len(statements) > 1:
        return f"it holds {len(statements)} statements instead of one"
    return _kind_problem(statements[0]) or _nested_problem(statements[0], engine)


def without_terminator(query: str, dialect: str = "") -> str:
    """A query that `problem_of` accepts, without its semicolon and what follows it."""
    import sqlglot
    from sqlglot import TokenType

    tokens = sqlglot.tokenize(query, read=_parser_name(dialect) or None)
    ends = [token.start for token in tokens if token.token_type is TokenType.SEMICOLON]
    return query[: ends[0]].rstrip() if ends else query.rstrip()


def _parser_name(dialect: str) -> str:
    from sqlglot import Dialect

    name = dialect.partition("+")[0].lower()
    name = _PARSER_NAMES.get(name, name)
    return name if Dialect.get(name) is not None else ""


def _parsed(query: str, engine: str) -> list[exp.Expr] | str:
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import ParseError, SqlglotError

    try:
        with _quiet():
            statements = sqlglot.parse(query, read=engine or None)
    except ParseError as error:
        where = error.errors[0] if error.errors else {}
        place = f" (line {where['line']}, column {where['col']})" if where.get("line") else ""
        return f"it cannot be parsed{place}"
    except SqlglotError:
        return "it cannot be parsed"
    except RecursionError:
        return "it is nested too deeply"
    # Comments behind the last semicolon are no statement.
    return [
        statement
        for statement in statements
        if statement is not None and not isinstance(statement, exp.Semicolon)
    ]


@contextmanager
def _quiet() -> Iterator[None]:
    """Silences the parser, which logs statements that it does not know: they may hold secrets."""
    logger = logging.getLogger("sqlglot")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _kind_problem(statement: exp.Expr) -> str | None:
    from sqlglot import exp

    inner = statement
    while isinstance(inner, exp.Subquery) and not inner.args.get("pivots"):
        inner = inner.this
    if isinstance(inner, exp.Select) and not inner.expressions and not inner.args.get("from_"):
        return "it selects nothing"
    if isinstance(inner, exp.Select | exp.SetOperation | exp.Values | exp.Subquery):
        return None
    return f"it is {_described(statement)}, not a SELECT"


def _nested_problem(statement: exp.Expr, engine: str) -> str | None:
    """The first part, however deep, that writes, locks or has an effect."""
    for node in statement.walk():
        if why := _node_problem(node, engine):
            return why
    return None


def _node_problem(node: exp.Expr, engine: str) -> str | None:
    from sqlglot import exp

    if isinstance(node, exp.Into):
        return "it is a SELECT INTO, which creates a table"
    if isinstance(node, exp.Lock) or _is_locking_hint(node):
        return "it locks rows (FOR UPDATE, FOR SHARE or a locking hint)"
    if isinstance(node, _writing_nodes()):
        return f"it contains {_described(node)}"
    if isinstance(node, exp.NextValueFor) or _is_sequence_column(node, engine):
        return "it advances a sequence (nextval)"
    if isinstance(node, exp.Func) and (name := _writing_function(node)):
        return f"it calls {name}, which does more than read"
    return None


def _writing_nodes() -> tuple[type[exp.Expr], ...]:
    from sqlglot import exp

    return (
        exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.MultitableInserts, exp.Create,
        exp.Drop, exp.Alter, exp.TruncateTable, exp.Copy, exp.Pragma, exp.Set, exp.Attach,
        exp.Detach, exp.Execute, exp.Command,
    )  # fmt: skip


def _described(node: exp.Expr) -> str:
    """A statement by its first word: `an INSERT statement`."""
    from sqlglot import exp

    if isinstance(node, exp.Condition | exp.Alias | exp.Tuple) and not isinstance(node, exp.Query):
        return "an expression"
    word = {"multitableinserts": "insert", "truncatetable": "truncate"}.get(node.key, node.key)
    if isinstance(node, exp.Command) and str(node.this).isalpha():
        word = str(node.this)
    return f"{'an' if word[0] in 'aeiouAEIOU' else 'a'} {word.upper()} statement"


def _writing_function(function: exp.Func) -> str | None:
    """The function's name if it changes something; the parser's own functions only read."""
    from sqlglot import exp

    if not isinstance(function, exp.Anonymous):
        return None
    name = function.name.casefold()
    return name if name in _WRITING_FUNCTIONS or name.startswith(_WRITING_PREFIXES) else None


def _is_locking_hint(node: exp.Expr) -> bool:
    """SQL Server writes `FROM t WITH (UPDLOCK)`."""
    from sqlglot import exp

    return isinstance(node, exp.WithTableHint) and any(
        hint.name.upper() in _LOCKING_HINTS for hint in node.expressions
    )


def _is_sequence_column(node: exp.Expr, engine: str) -> bool:
    """Oracle and Snowflake write `orders_seq.NEXTVAL`, which looks like a column."""
    from sqlglot import exp

    return (
        engine in _SEQUENCE_DIALECTS
        and isinstance(node, exp.Column)
        and node.name.casefold() == "nextval"
    )
