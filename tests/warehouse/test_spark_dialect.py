"""Spark's SQL, and what its drivers send and say, without a Spark."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.warehouse.dialects._session import Limits
from checks.warehouse.dialects.spark import PROFILE, _kind
from checks.warehouse.faults import measurement_error
from checks.warehouse.kinds import Kind
from checks.warehouse.spark import connect as connect
from checks.warehouse.spark import dbapi
from checks.warehouse.spark import thrift as thrift
from checks.warehouse.spark.dialect import ConnectDialect, ThriftDialect
from checks.warehouse.spark.literals import literal, with_values
from checks.warehouse.spark.transport import ServerAddress

NAIVE = datetime(2025, 3, 8, 1, 2, 3, 4)  # noqa: DTZ001


def sql(statement: Any, dialect: Any = None) -> str:
    """A statement as it is sent, on one line."""
    return " ".join(str(statement.compile(dialect=dialect or ConnectDialect())).split())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "NULL"),
        (True, "true"),
        (7, "7"),
        (-(2**63), "-9223372036854775808"),
        (1.5, "1.5D"),
        (1e300, "1e+300D"),
        (float("nan"), "CAST('NaN' AS DOUBLE)"),
        (float("-inf"), "CAST('-Infinity' AS DOUBLE)"),
        (Decimal("10.10"), "10.10BD"),
        (Decimal("1E+3"), "1000BD"),
        ("plain % ü", "'plain % ü'"),
        ("it's", "CAST(X'69742773' AS STRING)"),
        ("a\\b", "CAST(X'615c62' AS STRING)"),
        ("${env:PATH}", "CAST(X'247b656e763a504154487d' AS STRING)"),
        (date(2025, 3, 8), "DATE '2025-03-08'"),
        (NAIVE, "TIMESTAMP_NTZ '2025-03-08 01:02:03.000004'"),
        (NAIVE.replace(tzinfo=UTC), "TIMESTAMP_LTZ '2025-03-08 01:02:03.000004+00:00'"),
        (
            NAIVE.replace(tzinfo=timezone(timedelta(hours=2))),
            "TIMESTAMP_LTZ '2025-03-07 23:02:03.000004+00:00'",
        ),
    ],
)
def test_values_are_literals_of_their_own_type(value: object, expected: str) -> None:
    assert literal(value) == expected


def test_a_value_without_a_type_is_refused() -> None:
    with pytest.raises(TypeError, match="a list is no value"):
        literal([1])


def test_values_are_put_in_and_percent_signs_are_single() -> None:
    assert with_values("a %% %(x)s", {"x": "%(y)s"}) == "a % '%(y)s'"
    assert with_values("a %%", ()) == "a %"


def test_names_are_quoted_whatever_they_hold() -> None:
    table = sa.table("od`d %s", sa.column("select"), schema="cat")
    assert sql(sa.select(table)) == ("SELECT `cat`.`od``d %s`.`select` FROM `cat`.`od``d %s`")
    assert "`od``d %%s`" in sql(sa.select(table), ThriftDialect())


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        (sa.String(40), "STRING"),
        (sa.Text(), "STRING"),
        (sa.CHAR(3), "STRING"),
        (sa.Integer(), "INT"),
        (sa.BigInteger(), "BIGINT"),
        (sa.Float(), "DOUBLE"),
        (sa.Double(), "DOUBLE"),
        (sa.Numeric(12, 2), "DECIMAL(12,2)"),
        (sa.Numeric(38, 0), "DECIMAL(38,0)"),
        (sa.Numeric(), "DECIMAL(38,18)"),
        (sa.Boolean(), "BOOLEAN"),
        (sa.Date(), "DATE"),
        (sa.DateTime(), "TIMESTAMP_NTZ"),
        (sa.DateTime(timezone=True), "TIMESTAMP_LTZ"),
        (sa.LargeBinary(), "BINARY"),
    ],
)
def test_types(type_: Any, expected: str) -> None:
    assert sql(sa.cast(sa.column("x"), type_)) == f"CAST(`x` AS {expected})"
    assert sql(sa.try_cast(sa.column("x"), type_)) == f"TRY_CAST(`x` AS {expected})"


def test_operators_that_differ() -> None:
    number, text = sa.column("n", sa.Integer), sa.column("t", sa.String)
    assert sql(number // 2) == "`n` DIV ?"
    assert sql(number / 2) == "`n` / ?"
    assert sql(sa.column("d", sa.Double) // 2) == "FLOOR(`d` / ?)"
    assert sql(number % 2, ThriftDialect()) == "`n` %% %(n_1)s"
    assert sql(text.regexp_match("a")) == "`t` RLIKE ?"
    assert sql(~text.regexp_match("a")) == "`t` NOT RLIKE ?"
    assert sql(number.is_distinct_from(1)) == "NOT (`n` <=> ?)"
    assert sql(number.is_not_distinct_from(1)) == "`n` <=> ?"
    assert sql(text.contains("x", autoescape=True)).endswith("ESCAPE '/'")
    assert sql(sa.true()) == "true"


def test_limits_and_offsets() -> None:
    rows = sa.select(sa.column("x"))
    assert sql(rows.limit(1).offset(2)) == "SELECT `x` LIMIT ? OFFSET ?"
    assert sql(rows.offset(2)) == "SELECT `x` OFFSET ?"


def test_literals_in_a_statement_for_a_person() -> None:
    statement = sa.select(sa.literal("50 %").label("x"), sa.literal(date(2025, 1, 1)).label("d"))
    text = str(statement.compile(dialect=ThriftDialect(), compile_kwargs={"literal_binds": True}))
    assert "'50 %%' AS `x`" in text
    assert "DATE '2025-01-01' AS `d`" in text


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "select 'DROP' , (1)",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "WITH x AS (SELECT update FROM t) SELECT ')', `insert` FROM x",
        "DESCRIBE QUERY SELECT 1",
        "DESCRIBE TABLE `a`.`b c`",
        "EXPLAIN SELECT 1",
        "EXPLAIN COST SELECT 1",
        "SHOW TABLES",
        *PROFILE.session_statements(Limits(10, 1)),
    ],
)
def test_what_only_reads_is_sent(statement: str) -> None:
    dbapi.refuse_writes(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE t",
        "INSERT INTO t VALUES (1)",
        "CREATE TABLE t AS SELECT 1",
        "SET spark.sql.ansi.enabled=false",
        "SET TIME ZONE 'UTC'; DROP TABLE t",
        "WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x",
        "WITH x AS (SELECT ')') INSERT INTO t SELECT * FROM x",
        "WITH x AS (SELECT 1) FROM x INSERT INTO t SELECT *",
        "WITH x AS (SELECT 1) /* ( */ INSERT INTO t SELECT * FROM x",
        "WITH x AS (SELECT 1) /* /* */ SELECT ( */ DELETE FROM t",
        "/* a /* b */ SELECT */ DROP TABLE t",
        "-- SELECT\nDROP TABLE t",
        "EXPLAIN ANALYZE INSERT INTO t SELECT 1",
        "FROM t INSERT INTO u SELECT *",
        "USE other",
        "",
        "SELECTED",
    ],
)
def test_nothing_else_is_sent(statement: str) -> None:
    with pytest.raises(dbapi.ProgrammingError, match="refused: only SELECT"):
        dbapi.refuse_writes(statement)
    with pytest.raises(dbapi.ProgrammingError):
        dbapi.Cursor(None).execute(statement)


_HIVE = "org.apache.hive.service.cli.HiveSQLException: Error running query: "
_STACK = "\n\tat org.apache.spark.sql.X.f(X.scala:43)\n\tat java.lang.Thread.run(Thread.java:1)"


@pytest.mark.parametrize(
    ("message", "expected", "cause"),
    [
        (
            f"{_HIVE}[TABLE_OR_VIEW_NOT_FOUND] org.apache.spark.sql.AnalysisException: "
            "[TABLE_OR_VIEW_NOT_FOUND] The table or view `a`.`b c` cannot be found. Verify the "
            "spelling.\nSearch path: [`x`]. SQLSTATE: 42P01; line 1 pos 14;\n'Project" + _STACK,
            "[TABLE_OR_VIEW_NOT_FOUND] The table or view `a`.`b c` cannot be found.",
            Cause.MISSING_TABLE,
        ),
        (
            "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column with name `x` cannot be resolved. Did "
            "you mean one of the following? [`a`]. SQLSTATE: 42703; line 1 pos 7;",
            "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column with name `x` cannot be resolved.",
            Cause.MISSING_COLUMN,
        ),
        (
            "[CAST_INVALID_INPUT] The value 'permission denied' of the type \"STRING\" cannot be "
            "cast. Correct it. SQLSTATE: 22018\n== SQL (line 1, position 8) ==\nSELECT CAST(",
            "[CAST_INVALID_INPUT] The value 'permission denied' of the type \"STRING\" cannot be "
            "cast.",
            Cause.BAD_VALUE,
        ),
        (
            f"{_HIVE}[PARSE_SYNTAX_ERROR] org.apache.spark.sql.catalyst.parser.ParseException: "
            "\n[PARSE_SYNTAX_ERROR] Syntax error at or near 'X'. SQLSTATE: 42601 (line 1, pos 0)"
            "\n\n== SQL ==\nSELEC 'secret'\n^^^" + _STACK,
            "[PARSE_SYNTAX_ERROR] Syntax error at or near 'X'.",
            Cause.BAD_VALUE,
        ),
        (
            "[DIVIDE_BY_ZERO] Division by zero. Use `try_divide`. SQLSTATE: 22012\n==",
            "[DIVIDE_BY_ZERO] Division by zero.",
            Cause.BAD_VALUE,
        ),
        (
            f"{_HIVE}org.apache.hadoop.security.AccessControlException: Permission denied: "
            "user=andon, access=READ, inode=\"/x\"" + _STACK,
            'Permission denied: user=andon, access=READ, inode="/x"',
            Cause.PERMISSION,
        ),
        (
            "(org.apache.spark.SparkSQLException) [OPERATION_CANCELED] Operation has been "
            "canceled. SQLSTATE: HY008\n\nJVM stacktrace:\norg.apache.spark.SparkSQLException",
            "[OPERATION_CANCELED] Operation has been canceled.",
            Cause.TIMEOUT,
        ),
        (
            "[CAST_INVALID_INPUT] The value 'a\nb' of the type \"STRING\" cannot be cast. Correct "
            "it. SQLSTATE: 22018\n== SQL (line 1, position 8) ==",
            "[CAST_INVALID_INPUT] The value 'a b' of the type \"STRING\" cannot be cast.",
            Cause.BAD_VALUE,
        ),
        ("", "no reason was given", Cause.INTERNAL),
    ],
)  # fmt: skip
def test_errors_are_one_sentence_with_a_cause(message: str, expected: str, cause: Cause) -> None:
    error = dbapi.failure(message)
    assert str(error) == expected
    assert measurement_error(error, PROFILE.patterns(), ()).cause is cause


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("timestamp", Kind.AWARE),
        ("timestamp_ltz", Kind.AWARE),
        ("timestamp_ntz", Kind.NAIVE),
        ("date", Kind.DATE),
        ("string", Kind.TEXT),
        ("string collate UTF8_LCASE", Kind.COLLATED),
        ("char(5)", Kind.LABEL),
        ("varchar(5)", Kind.TEXT),
        ("tinyint", Kind.INTEGER),
        ("smallint", Kind.INTEGER),
        ("int", Kind.INTEGER),
        ("bigint", Kind.INTEGER),
        ("float", Kind.NUMBER),
        ("double", Kind.NUMBER),
        ("decimal(12,2)", Kind.NUMBER),
        ("binary", Kind.OTHER),
        ("array<date>", Kind.NESTED),
        ("struct<a:int>", Kind.NESTED),
        ("map<string,int>", Kind.NESTED),
        ("interval day to second", Kind.OTHER),
    ],
)
def test_kinds_of_columns(name: str, kind: Kind) -> None:
    assert _kind(name) is kind


def test_bounds_are_compared_without_a_cast() -> None:
    moment = sa.column("ts", sa.DateTime())
    statement = sa.select(moment).where(moment >= sa.bindparam(None, NAIVE, sa.DateTime()))
    assert sql(statement, ThriftDialect()).endswith("WHERE `ts` >= %(param_1)s")


def test_finite_is_asked_of_a_function_of_the_column() -> None:
    """Files are skipped by a column's largest number, which leaves NaN out of account."""
    assert sql(PROFILE.is_finite(sa.column("x"))) == "abs(CAST(`x` AS DOUBLE)) <= ?"


def test_text_of_a_home_zone_is_moved() -> None:
    expression = PROFILE.text_instant(sa.column("t", sa.String), ZoneInfo("Europe/Berlin"))
    assert "convert_timezone(" in sql(expression)
    assert isinstance(expression.type, sa.DateTime)
    plain = PROFILE.text_instant(sa.column("t", sa.String), ZoneInfo("UTC"))
    assert "convert_timezone(" not in sql(plain)


@pytest.mark.parametrize(
    ("url", "way_in"),
    [
        ({}, "NONE"),
        ({"auth": "nosasl"}, "NOSASL"),
        ({"auth": "KERBEROS"}, "KERBEROS"),
    ],
)
def test_ways_to_sign_in(url: dict[str, str], way_in: str) -> None:
    assert ServerAddress("h", 1, "u", None, url).way_in == way_in
    assert ServerAddress("h", 1, "u", "secret", {}).way_in == "LDAP"


@pytest.mark.parametrize("way", ["NOSASL", "NONE"])
def test_a_password_that_would_not_be_asked_for_is_refused(way: str) -> None:
    pytest.importorskip("thrift")
    with pytest.raises(ValueError, match="takes no password; use auth=LDAP") as caught:
        ServerAddress("h", 1, "u", "secret", {"auth": way}).transport()
    assert "secret" not in str(caught.value)


def test_http_goes_encrypted_where_asked() -> None:
    pytest.importorskip("thrift")
    options = {"transport": "http", "http_path": "/sql/v1", "ssl": "true"}
    client, wire = ServerAddress("h", 443, "u", "secret", options).transport()
    assert client is wire
    assert (client.scheme, client.host, client.path) == ("https", "h", "/sql/v1")
    assert client.context.check_hostname


@pytest.mark.parametrize(
    ("url", "arguments"),
    [
        ("spark://h:1/s?auth=NOSASL", {"host": "h", "port": 1, "schema": "s",
                                       "options": {"auth": "NOSASL"}}),
        ("spark+thrift://u:p@h", {"host": "h", "username": "u", "password": "p", "options": {}}),
        ("spark+connect://h/s?token=t", {"host": "h", "schema": "s", "options": {"token": "t"}}),
    ],
)  # fmt: skip
def test_urls(url: str, arguments: dict[str, Any]) -> None:
    made = sa.make_url(url)
    assert made.get_dialect()().create_connect_args(made) == ([], arguments)


def test_a_missing_driver_is_missed_on_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pyhive", "pyspark", "pyspark.logger"):
        monkeypatch.setitem(sys.modules, name, None)
    for url in ("spark://127.0.0.1:9/x", "spark+connect://127.0.0.1:9/x"):
        engine = sa.create_engine(url)
        with pytest.raises(ModuleNotFoundError):
            engine.connect()


def test_the_profile_imports_no_driver() -> None:
    code = (
        "import sys, checks.warehouse.dialects.spark; "
        "print({'pyspark', 'pyhive', 'thrift', 'grpc', 'pandas', 'pyarrow'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2025-03-08 01:02:03", datetime(2025, 3, 8, 1, 2, 3)),  # noqa: DTZ001
        ("2025-03-08 01:02:03.5", datetime(2025, 3, 8, 1, 2, 3, 500_000)),  # noqa: DTZ001
        ("+290000-01-01 00:00:00", "290000-01-01 00:00:00"),
    ],
)
def test_times_come_back_as_times(text: str, value: object) -> None:
    assert thrift._moment(text) == value


def test_days_beyond_the_calendar_are_text() -> None:
    assert thrift._day("2025-03-08") == date(2025, 3, 8)
    assert thrift._day("+290000-01-01") == "290000-01-01"
    assert connect._day(20_155) == date(2025, 3, 8)
    assert str(connect._day(105_000_000)).startswith("289")
    assert connect._moment(1_741_395_723_000_004) == NAIVE
    assert str(connect._moment(2**62)).startswith("148")


def test_connect_arguments_have_an_end() -> None:
    url = sa.make_url("spark://h/x")
    assert PROFILE.connect_arguments(url, Limits(5, 1))["connect_seconds"] == 5
    assert PROFILE.connect_arguments(url, Limits(500, 1))["connect_seconds"] == 30


def test_a_lost_server_is_a_connection_that_may_come_back() -> None:
    error = dbapi.OperationalError("could not connect to h:1: nobody answers there")
    fault = measurement_error(error, PROFILE.patterns(), ())
    assert isinstance(fault, MeasurementError)
    assert (fault.cause, fault.retry) == (Cause.CONNECTION, True)
