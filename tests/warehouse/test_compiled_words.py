"""What engines that do not run here say: their errors' causes, and their answers to EXPLAIN."""

from __future__ import annotations

import pytest

from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.warehouse.dialects import profile_for
from checks.warehouse.faults import measurement_error

ERROR_MESSAGES = [
    ("snowflake", "002003 (42S02): SQL compilation error: Object 'X' does not exist or not authorized.", Cause.MISSING_TABLE),
    ("snowflake", "000904 (42000): SQL compilation error: invalid identifier 'NAEM'", Cause.MISSING_COLUMN),
    ("snowflake", "250001 (08001): Incorrect username or password was specified.", Cause.PERMISSION),
    ("snowflake", "000630 (57014): Statement reached its statement or warehouse timeout of 60 second(s)", Cause.TIMEOUT),
    ("snowflake", "Numeric value 'abc' is not recognized", Cause.BAD_VALUE),
    ("bigquery", "404 Not found: Table p:shop.events was not found in location EU", Cause.MISSING_TABLE),
    ("bigquery", "404 Not found: Dataset p:shop was not found", Cause.MISSING_TABLE),
    ("bigquery", "400 Unrecognized name: naem at [1:8]", Cause.MISSING_COLUMN),
    ("bigquery", "403 Access Denied: Table p:shop.events: User does not have permission", Cause.PERMISSION),
    ("bigquery", "Job execution was cancelled: Job timed out after 60s", Cause.TIMEOUT),
    ("redshift", "permission denied for relation stg_events", Cause.PERMISSION),
    ("redshift", 'relation "stg_events" does not exist', Cause.MISSING_TABLE),
    ("redshift", 'column "naem" does not exist', Cause.MISSING_COLUMN),
    ("redshift", "Query cancelled on user's request due to statement timeout", Cause.TIMEOUT),
    ("databricks", "[TABLE_OR_VIEW_NOT_FOUND] The table or view `x` cannot be found.", Cause.MISSING_TABLE),
    ("databricks", "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column `naem` cannot be resolved", Cause.MISSING_COLUMN),
    ("databricks", "[INSUFFICIENT_PERMISSIONS] Insufficient privileges", Cause.PERMISSION),
    ("databricks", "[CAST_INVALID_INPUT] The value 'x' cannot be cast", Cause.BAD_VALUE),
    ("trino", "TrinoUserError(type=USER_ERROR, name=TABLE_NOT_FOUND, message=\"Table 'x' does not exist\")", Cause.MISSING_TABLE),
    ("trino", "TrinoUserError(name=COLUMN_NOT_FOUND, message=\"Column 'naem' cannot be resolved\")", Cause.MISSING_COLUMN),
    ("trino", "TrinoUserError(name=PERMISSION_DENIED, message=\"Access Denied: Cannot select\")", Cause.PERMISSION),
    ("trino", "name=EXCEEDED_TIME_LIMIT, message=\"Query exceeded maximum time limit of 60.00s\"", Cause.TIMEOUT),
    ("clickhousedb", "Code: 60. DB::Exception: Table shop.x does not exist. (UNKNOWN_TABLE)", Cause.MISSING_TABLE),
    ("clickhousedb", "Code: 47. DB::Exception: Unknown expression identifier `naem`. (UNKNOWN_IDENTIFIER)", Cause.MISSING_COLUMN),
    ("clickhousedb", "Code: 497. DB::Exception: andon: Not enough privileges.", Cause.PERMISSION),
    ("clickhousedb", "Code: 159. DB::Exception: Timeout exceeded: elapsed 60 seconds. (TIMEOUT_EXCEEDED)", Cause.TIMEOUT),
    ("mysql", "(1146, \"Table 'shop.x' doesn't exist\")", Cause.MISSING_TABLE),
    ("mysql", "(1054, \"Unknown column 'naem' in 'field list'\")", Cause.MISSING_COLUMN),
    ("mysql", "(1142, \"SELECT command denied to user 'andon'@'%' for table 'x'\")", Cause.PERMISSION),
    ("mysql", "(1045, \"Access denied for user 'andon'@'%' (using password: YES)\")", Cause.PERMISSION),
    ("mysql", "(3024, 'Query execution was interrupted, maximum statement execution time exceeded')", Cause.TIMEOUT),
    ("mysql", "(1205, 'Lock wait timeout exceeded; try restarting transaction')", Cause.LOCKED),
    ("mariadb", "(1969, 'Query execution was interrupted (max_statement_time exceeded)')", Cause.TIMEOUT),
    ("mssql", "('42S02', \"[SQL Server]Invalid object name 'x'. (208)\")", Cause.MISSING_TABLE),
    ("mssql", "('42S22', \"[SQL Server]Invalid column name 'naem'. (207)\")", Cause.MISSING_COLUMN),
    ("mssql", "('28000', \"[SQL Server]Login failed for user 'andon'. (18456)\")", Cause.PERMISSION),
    ("mssql", "('42000', '[SQL Server]The SELECT permission was denied on the object')", Cause.PERMISSION),
    ("mssql", "('42000', '[SQL Server]Lock request time out period exceeded. (1222)')", Cause.LOCKED),
    ("mssql", "('HYT00', '[ODBC Driver 18]Query timeout expired (0)')", Cause.TIMEOUT),
    ("mssql", "('01000', \"[unixODBC][Driver Manager]Can't open lib 'ODBC Driver 18'\")", Cause.CONNECTION),
]  # fmt: skip


@pytest.mark.parametrize(("engine", "message", "cause"), ERROR_MESSAGES)
def test_what_is_wrong_is_known_by_its_words(engine: str, message: str, cause: Cause) -> None:
    error = measurement_error(RuntimeError(message), profile_for(engine).patterns(), ())
    assert error.cause is cause
    assert error.retry is (cause in (Cause.TIMEOUT, Cause.LOCKED, Cause.CONNECTION))


TOO_MUCH = [
    ("bigquery", "Query exceeded limit for bytes billed: 1073741824. 5000000000 or higher required."),
    ("trino", "name=EXCEEDED_SCAN_LIMIT, message=\"Query exceeded scan limit of 1GB\""),
    ("clickhousedb", "Code: 307. DB::Exception: Limit for rows or bytes to read exceeded, max bytes: 1.00 GiB. (TOO_MANY_BYTES)"),
]  # fmt: skip


@pytest.mark.parametrize(("engine", "message"), TOO_MUCH)
def test_a_limit_that_was_reached_names_its_key(engine: str, message: str) -> None:
    profile = profile_for(engine)
    error = profile.explained(measurement_error(RuntimeError(message), profile.patterns(), ()))
    assert isinstance(error, MeasurementError)
    assert not error.retry
    assert "warehouse.max_scan_gib" in error.detail


ANSWERS = [
    ("snowflake", ["GlobalStats:", "partitionsTotal=900", "partitionsAssigned=8", "bytesAssigned=1024"]),
    ("trino", ['{"inputTableColumnInfos": [], "estimate": {"outputRowCount": 8.0, "outputSizeInBytes": 4096.0}}']),
    ("clickhousedb", ["shop", "events", "3", "1200", "5", "shop", "orders", "1", "34", "1"]),
]  # fmt: skip
ESTIMATES = {
    "snowflake": "8 micro-partitions",
    "trino": "4,096 bytes",
    "clickhousedb": "1,234 rows",
}


@pytest.mark.parametrize(("engine", "answer"), ANSWERS)
def test_what_is_read_is_told_in_a_few_words(engine: str, answer: list[str]) -> None:
    profile = profile_for(engine)
    assert profile.estimate(answer) == ESTIMATES[engine]
    assert profile.estimate(["nothing of the kind"]) is None
