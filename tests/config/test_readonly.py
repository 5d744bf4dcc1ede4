"""Only one read-only statement passes."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.config.readonly import problem_of, without_terminator

READING = [
    ("SELECT 1", ""),
    ("select * from t where a > 1 order by b limit 3", "duckdb"),
    ("SELECT 1;", ""),
    ("SELECT 1 ; -- the end", ""),
    ("-- first\nSELECT 1 /* middle */ -- last", "postgresql"),
    ("SELECT 1;;", ""),
    ("(SELECT 1)", ""),
    ("((SELECT 1) UNION (SELECT 2)) ORDER BY 1", "postgresql"),
    ("SELECT a FROM t EXCEPT SELECT a FROM u", "duckdb"),
    ("VALUES (1), (2)", "postgresql+psycopg"),
    ("WITH a AS (SELECT 1 AS x), b AS (SELECT x FROM a) SELECT * FROM b", "snowflake"),
    ("WITH a AS MATERIALIZED (SELECT 1) SELECT * FROM a", "duckdb"),
    ("FROM events", "duckdb"),
    ("SELECT 'DROP TABLE t; DELETE FROM t'", "sqlite"),
    ('SELECT "delete", "update" FROM "insert"', "duckdb"),
    ("SELECT pg_sleep(1)", "postgresql"),
    ("SELECT pg_read_file('x')", "postgresql"),
    ("SELECT nextval FROM t", "postgresql"),
    ("SELECT t.nextval FROM t", "postgresql"),
    ("SELECT replace(a, 'x', 'y') FROM t", "mysql"),
    ("SELECT 1 /*! hint */", "duckdb"),
    ("SELECT TOP 3 [a b] FROM t", "mssql+pyodbc"),
    ("SELECT 1 FROM t", "an_engine_nobody_knows"),
    ("SELECT * FROM read_parquet('x/*.parquet')", "duckdb"),
]

REFUSED = [
    ("", "", "it is empty"),
    ("  -- nothing\n;", "", "it is empty"),
    ("SELECT 1; SELECT 2", "", "it holds 2 statements instead of one"),
    ("SELECT 1; DROP TABLE t; --", "duckdb", "it holds 2 statements instead of one"),
    ("INSERT INTO t VALUES (1)", "", "it is an INSERT statement, not a SELECT"),
    ("UPDATE t SET a = 1", "", "it is an UPDATE statement, not a SELECT"),
    ("DELETE FROM t", "", "it is a DELETE statement, not a SELECT"),
    ("MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE", "", "it is a MERGE statement"),
    ("REPLACE INTO t VALUES (1)", "sqlite", "it is a REPLACE statement, not a SELECT"),
    ("TRUNCATE TABLE t", "postgresql", "it is a TRUNCATE statement, not a SELECT"),
    ("CREATE TABLE t AS SELECT 1", "", "it is a CREATE statement, not a SELECT"),
    ("DROP TABLE t", "", "it is a DROP statement, not a SELECT"),
    ("ALTER TABLE t ADD COLUMN a INT", "", "it is an ALTER statement, not a SELECT"),
    ("COPY t TO 'x.csv'", "duckdb", "it is a COPY statement, not a SELECT"),
    ("PRAGMA writable_schema = 1", "sqlite", "it is a PRAGMA statement, not a SELECT"),
    ("SET a = 1", "", "it is a SET statement, not a SELECT"),
    ("ATTACH 'x.db' AS x", "duckdb", "it is an ATTACH statement, not a SELECT"),
    ("DETACH x", "duckdb", "it is a DETACH statement, not a SELECT"),
    ("EXPORT DATABASE 'x'", "duckdb", "it cannot be parsed (line 1, column 19)"),
    ("CALL f()", "", "it is a CALL statement, not a SELECT"),
    ("EXEC f", "mssql", "it is an EXECUTE statement, not a SELECT"),
    ("EXPLAIN ANALYZE DELETE FROM t", "postgresql", "it is an EXPLAIN statement, not a SELECT"),
    ("GRANT ALL ON t TO u", "postgresql", "it is a GRANT statement, not a SELECT"),
    ("BEGIN", "", "it is a TRANSACTION statement, not a SELECT"),
    ("DO $$ BEGIN END $$", "postgresql", "it is a DO statement, not a SELECT"),
    ("FROM t INSERT OVERWRITE TABLE u SELECT *", "hive", "it is an INSERT statement"),
    ("DESCRIBE t", "duckdb", "it is a DESCRIBE statement, not a SELECT"),
    ("events", "", "it is an expression, not a SELECT"),
    ("1", "", "it is an expression, not a SELECT"),
    ("SELECT", "", "it selects nothing"),
    ("SELECT FROM WHERE", "", "it cannot be parsed"),
    ("SELECT 'open", "", "it cannot be parsed"),
    ("SELECT (" * 2000, "", "it "),
    (
        "WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone",
        "postgresql",
        "it contains a DELETE statement",
    ),
    (
        "SELECT * FROM (WITH a AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM a) AS x",
        "postgresql",
        "it contains an INSERT statement",
    ),
    ("SELECT * INTO copy FROM t", "postgresql", "it is a SELECT INTO, which creates a table"),
    ("SELECT * FROM t FOR UPDATE", "postgresql", "it locks rows"),
    ("SELECT * FROM (SELECT * FROM t FOR SHARE) AS x", "postgresql", "it locks rows"),
    ("SELECT * FROM t WITH (UPDLOCK)", "mssql", "it locks rows"),
    ("FROM enable_logging(storage_path='x')", "duckdb", "it calls enable_logging"),
    ("SELECT * FROM enable_profiling()", "duckdb", "it calls enable_profiling"),
    ("SELECT nextval('s')", "postgresql", "it calls nextval, which does more than read"),
    ("SELECT a FROM t WHERE SETVAL('s', 1) > 0", "postgresql", "it calls setval"),
    ("SELECT pg_catalog.\"nextval\"('s')", "postgresql", "it calls nextval"),
    ("SELECT * FROM pg_terminate_backend(1)", "postgresql", "it calls pg_terminate_backend"),
    ("SELECT pg_cancel_backend(1)", "postgresql", "it calls pg_cancel_backend"),
    ("SELECT lo_import('x')", "postgresql", "it calls lo_import"),
    ("SELECT lo_export(1, 'x')", "postgresql", "it calls lo_export"),
    ("SELECT dblink_exec('c', 'DELETE')", "postgresql", "it calls dblink_exec"),
    ("SELECT load_extension('x')", "sqlite", "it calls load_extension"),
    ("SELECT writefile('x', 1)", "sqlite", "it calls writefile"),
    ("SELECT * FROM postgres_execute('a', 'b')", "duckdb", "it calls postgres_execute"),
    ("SELECT SYSTEM$ABORT_SESSION(1)", "snowflake", "it calls system$abort_session"),
    ("SELECT NEXT VALUE FOR s", "mssql", "it advances a sequence (nextval)"),
    ("SELECT s.NEXTVAL FROM dual", "oracle", "it advances a sequence (nextval)"),
    ("SELECT 1 /*!; DROP TABLE t */", "mysql", "it holds a comment that MySQL executes"),
    ("SELECT 1 /*M! INTO OUTFILE 'x' */", "mariadb", "it holds a comment that MySQL executes"),
    ("SELECT 1 INTO OUTFILE '/tmp/x'", "mysql", "it cannot be parsed"),
]


@pytest.mark.parametrize(("query", "dialect"), READING)
def test_reading_passes(query: str, dialect: str) -> None:
    assert problem_of(query, dialect) is None


@pytest.mark.parametrize(("query", "dialect", "why"), REFUSED)
def test_anything_else_is_refused(query: str, dialect: str, why: str) -> None:
    problem = problem_of(query, dialect)
    assert problem is not None
    assert problem.startswith(why)


WRITES = st.sampled_from(
    ["INSERT INTO t VALUES (1)", "UPDATE t SET a = 1", "DELETE FROM t", "DROP TABLE t"]
)
ENGINES = st.sampled_from(["", "duckdb", "postgresql", "sqlite", "mysql", "snowflake", "bigquery"])


@given(write=WRITES, engine=ENGINES, lead=st.sampled_from(["", "SELECT 1; ", "-- x\n", "/* x */;"]))
def test_a_write_never_passes(write: str, engine: str, lead: str) -> None:
    assert problem_of(lead + write, engine) is not None


@given(write=WRITES.filter(lambda text: "DROP" not in text), depth=st.integers(0, 4))
def test_a_write_is_found_at_any_depth(write: str, depth: int) -> None:
    query = f"WITH w AS ({write} RETURNING *) SELECT * FROM w"
    for level in range(depth):
        query = f"SELECT * FROM ({query}) AS level_{level}"
    assert problem_of(query, "postgresql") is not None


@settings(max_examples=300, deadline=None)
@given(
    query=st.lists(
        st.sampled_from(
            [
                "SELECT",
                "FROM",
                "(",
                ")",
                ",",
                "'",
                '"',
                ";",
                "*",
                "WITH",
                "AS",
                "t",
                "1",
                "--",
                "/*",
                "INTO",
                "UNION",
                "FOR",
                "CASE",
                "END",
                "$$",
                "`",
                "[",
                "{",
                "::",
                "VALUES",
                ".",
            ]
        ),
        max_size=12,
    ).map("\n".join),
    engine=ENGINES,
)
def test_any_text_gets_an_answer(query: str, engine: str) -> None:
    assert problem_of(query, engine) != ""


@settings(max_examples=200, deadline=None)
@given(query=st.text(max_size=40), engine=ENGINES)
def test_any_characters_get_an_answer(query: str, engine: str) -> None:
    assert problem_of(query, engine) != ""


def test_the_answer_and_the_log_repeat_no_values(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    for query in ("CALL login('hunter2')", "SELECT 'hunter2' 'x' FROM FROM", "SELECT 'hunter2"):
        assert "hunter2" not in str(problem_of(query, "postgresql"))
    assert "hunter2" not in caplog.text + "".join(capsys.readouterr())
    assert not logging.getLogger("sqlglot").disabled


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("SELECT 1", "SELECT 1"),
        ("SELECT 1;", "SELECT 1"),
        ("SELECT ';' ; -- done; really\n", "SELECT ';'"),
        ("SELECT 1 -- a; b\n", "SELECT 1 -- a; b"),
    ],
)
def test_the_terminator_is_cut_off(query: str, kept: str) -> None:
    assert without_terminator(query, "duckdb") == kept
