"""What a statement may cost: how each engine is told, and what refuses to be told."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from checks import Status
from checks.core.model import Cause
from checks.warehouse.dialects import profile_for
from checks.warehouse.dialects._session import Limits
from tests.shop import Shop

LIMITS = Limits(seconds=60.2, lock_seconds=2.5, scan_bytes=5 * 2**30)
FREE = Limits(seconds=60.2, lock_seconds=2.5)


def test_an_engine_without_a_limit_refuses_one(shop: Shop) -> None:
    shop.write()
    shop.set("warehouse", max_scan_gib=5)
    report = shop.run()
    assert {(v.status, v.cause, v.retry) for v in report.checks} == {
        (Status.UNKNOWN, Cause.CONNECTION, False)
    }
    assert "warehouse.max_scan_gib is set, but" in report.checks[0].message
    assert report.exit_code == 2


def arguments(name: str, limits: Limits) -> dict[str, Any]:
    """What a driver is connected with, settings inside of it flattened."""
    driver_arguments = profile_for(name).connect_arguments(
        sa.make_url(f"{name}://host/shop"), limits
    )
    inside = [value for value in driver_arguments.values() if isinstance(value, dict)]
    return driver_arguments | {key: value for mapping in inside for key, value in mapping.items()}


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("clickhousedb", "max_bytes_to_read", 5 * 2**30),
        ("trino", "query_max_scan_physical_bytes", f"{5 * 2**30}B"),
    ],
)
def test_bytes_are_limited_where_that_is_asked_for(name: str, key: str, value: object) -> None:
    assert profile_for(name).limits_scans
    assert arguments(name, LIMITS)[key] == value
    assert key not in arguments(name, FREE)


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("postgresql", "application_name", "andon"),
        ("snowflake", "QUERY_TAG", "andon"),
        ("snowflake", "STATEMENT_TIMEOUT_IN_SECONDS", 61),
        ("redshift", "application_name", "andon"),
        ("databricks", "user_agent_entry", "andon"),
        ("trino", "source", "andon"),
        ("trino", "query_max_run_time", "61s"),
        ("clickhousedb", "log_comment", "andon"),
        ("clickhousedb", "max_execution_time", 61),
        ("clickhousedb", "readonly", 2),
        ("mysql", "program_name", "andon"),
        ("mssql", "APP", "andon"),
        ("mssql", "ApplicationIntent", "ReadOnly"),
    ],
)
def test_an_administrator_sees_who_asks_and_time_is_limited(
    name: str, key: str, value: object
) -> None:
    assert arguments(name, FREE)[key] == value


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("postgresql", "SET LOCAL statement_timeout = 60200"),
        ("postgresql", "SET LOCAL lock_timeout = 2500"),
        ("postgresql", "SAVEPOINT andon"),
        ("sqlite", "PRAGMA query_only = ON"),
        ("spark", "SET spark.sql.thriftServer.queryTimeout=61"),
        ("redshift", "SET readonly = 1"),
        ("redshift", "SET query_group = 'andon'"),
        ("databricks", "SET STATEMENT_TIMEOUT = 61"),
        ("mysql", "SET SESSION TRANSACTION READ ONLY"),
        ("mysql", "START TRANSACTION READ ONLY"),
        ("mysql", "SAVEPOINT andon"),
        ("mariadb", "START TRANSACTION READ ONLY"),
        ("mysql", "SET SESSION max_execution_time = 60200"),
        ("mariadb", "SET SESSION max_statement_time = 60.200"),
        ("mssql", "SET LOCK_TIMEOUT 2500"),
    ],
)
def test_sessions_are_read_only_and_end(name: str, statement: str) -> None:
    assert statement in profile_for(name).session_statements(FREE)


@pytest.mark.parametrize("name", ["postgresql", "mysql", "mariadb"])
def test_what_is_gone_back_to_is_set_last(name: str) -> None:
    """So that no setting of the session is undone with a statement."""
    profile = profile_for(name)
    assert profile.session_statements(FREE)[-1] == "SAVEPOINT andon"
    assert profile.undo == "ROLLBACK TO SAVEPOINT andon"


@pytest.mark.parametrize("name", ["redshift", "sqlite", "duckdb", "mssql", "trino"])
def test_engines_without_savepoints_are_sent_none(name: str) -> None:
    profile = profile_for(name)
    assert profile.undo is None
    assert not [s for s in profile.session_statements(FREE) if "SAVEPOINT" in s]


@pytest.mark.parametrize("seconds", [0.0001, 0.0])
def test_no_time_left_is_never_no_limit(seconds: float) -> None:
    limits = Limits(seconds, 0.0)
    assert (limits.milliseconds, limits.whole_seconds) == (1, 1)
