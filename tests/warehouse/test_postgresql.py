"""PostgreSQL on a bad day: roles, passwords, locks, time-outs, servers that go away."""

from __future__ import annotations

import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from checks import Report, Status, Verdict
from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.outputs import formats, render
from checks.warehouse import Warehouse
from checks.warehouse.dialects.postgresql import PROFILE
from tests.shop import DAY, NOW, RUN, Shop
from tests.warehouse.answers import EVENTS, ORDERS, REJECTED, RUNS, evidence_of
from tests.warehouse.conftest import shop_on
from tests.warehouse.scenarios import prepare

PASSWORD = "hunter2 s3cr€t"
#: Seconds: far more than a busy machine needs, far less than what is stopped would take.
PATIENCE = 60.0
SLOW = "SELECT *, pg_sleep(30)::text AS slept FROM stg_events"
EVENT_CHECKS = {
    "freshness", "volume_zscore", "volume_expected", "event_volume", "volume_trend",
    "missing_revenue",
}  # fmt: skip


@pytest.fixture
def postgres(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    """A shop on PostgreSQL."""
    return shop_on("postgresql", request, tmp_path)


@contextmanager
def administrator(shop: Shop) -> Iterator[Callable[..., list[Any]]]:
    """Somebody else at the same database, who may do everything."""
    engine = sa.create_engine(shop.url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:

        def ask(statement: str) -> list[Any]:
            result = connection.exec_driver_sql(statement)
            return list(result) if result.returns_rows else []

        yield ask
    engine.dispose()


def as_role(shop: Shop, role: str, password: str | None = None) -> None:
    """Let the gate ask as a role: by TCP where a password has to be told."""
    url = sa.make_url(shop.url).set(username=role, password=password)
    if password is not None:
        url = url.set(host="127.0.0.1", port=int(str(url.query["port"])), query={})
    shop.set("warehouse", url=url.render_as_string(hide_password=False))


def role_of(shop: Shop) -> str:
    """A role of the test's own."""
    return f"role_{sa.make_url(shop.url).database}"[:60]


def unknown(report: Report, cause: Cause, checks: set[str] | None = None) -> list[Verdict]:
    """The checks that could not be measured: for this cause, in one line, without secrets."""
    unknown_checks = [verdict for verdict in report.checks if verdict.status is Status.UNKNOWN]
    assert {verdict.cause for verdict in unknown_checks} == {cause}
    retry = cause in (Cause.CONNECTION, Cause.LOCKED, Cause.TIMEOUT)
    assert {verdict.retry for verdict in unknown_checks} == {retry}
    assert checks is None or {verdict.id for verdict in unknown_checks} == checks
    red = any(verdict.status is Status.RED for verdict in report.checks)
    assert report.exit_code == (1 if red else 2)
    for verdict in unknown_checks:
        assert "\n" not in verdict.message
        assert "Traceback" not in verdict.message
    shown = [render(name, report) for name in formats()]
    assert not [text for text in shown if "hunter2" in text]
    return unknown_checks


def everything(report: Report, cause: Cause) -> str:
    """Assert that no check could be measured; the first message."""
    unknown_checks = unknown(report, cause)
    assert len(unknown_checks) == len(report.checks)
    return unknown_checks[0].message


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Assert that something does not take longer."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


@pytest.mark.parametrize("host", ["127.0.0.1:1", "no-such-host.invalid:5432"])
def test_a_host_that_is_not_there(postgres: Shop, host: str) -> None:
    postgres.set(
        "warehouse", url=f"postgresql+psycopg://bob:hunter2@{host}/shop", timeout_seconds=5
    )
    with within(PATIENCE):
        everything(postgres.run(), Cause.CONNECTION)


def test_a_host_that_accepts_and_never_answers(postgres: Shop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+psycopg://bob:hunter2@127.0.0.1:{silent.getsockname()[1]}/shop"
        postgres.set("warehouse", url=url, timeout_seconds=2)
        with within(PATIENCE):
            report = postgres.run()
    assert {verdict.cause for verdict in report.checks} <= {Cause.TIMEOUT, Cause.CONNECTION}
    unknown(report, report.checks[0].cause or Cause.INTERNAL)


def test_a_password_is_asked_for_and_a_wrong_one_refused(postgres: Shop) -> None:
    role = role_of(postgres)
    postgres.write(
        f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'", f"GRANT pg_read_all_data TO {role}"
    )
    as_role(postgres, role, PASSWORD)
    assert postgres.run().exit_code == 0
    as_role(postgres, role, f"{PASSWORD}x")
    everything(postgres.run(), Cause.PERMISSION)


def test_a_role_that_does_not_exist(postgres: Shop) -> None:
    postgres.write()
    as_role(postgres, "nobody_of_that_name")
    everything(postgres.run(), Cause.PERMISSION)


def test_a_database_that_does_not_exist(postgres: Shop) -> None:
    url = sa.make_url(postgres.url).set(database="no_such_database")
    postgres.set("warehouse", url=url.render_as_string(hide_password=False))
    assert "no_such_database" in everything(postgres.run(), Cause.CONNECTION)


@pytest.mark.parametrize("name", ["lake.stg_events", "stg_evnets", "other.public.stg_events"])
def test_a_schema_a_table_or_a_catalog_that_does_not_exist(postgres: Shop, name: str) -> None:
    postgres.write()
    postgres.set("events", table=name)
    unknown(postgres.run(), Cause.MISSING_TABLE, EVENT_CHECKS | {"orphan_orders"})


def test_a_column_that_a_query_does_not_find(postgres: Shop) -> None:
    postgres.write()
    postgres.set("events", table=None, query="SELECT *, nothing FROM stg_events")
    unknown(postgres.run(), Cause.MISSING_COLUMN, EVENT_CHECKS | {"orphan_orders"})


def test_permission_on_one_table_and_on_a_schema(postgres: Shop) -> None:
    role = role_of(postgres)
    postgres.write(
        f"CREATE ROLE {role} LOGIN",
        f"GRANT SELECT ON pipeline_logs, stg_events, fct_attribution TO {role}",
        "CREATE SCHEMA lake",
        "CREATE TABLE lake.logs AS SELECT * FROM pipeline_logs",
    )
    as_role(postgres, role)
    unknown(postgres.run(), Cause.PERMISSION, {"orphan_orders"})
    postgres.set("audit_log", table="lake.logs")
    log_checks = {
        "log_entry_exists_today", "rows_read", "run_status", "sources_complete", "quarantine_rate",
    }  # fmt: skip
    unknown(postgres.run(), Cause.PERMISSION, log_checks | {"orphan_orders"})


def test_messages_in_another_language_have_the_same_causes(postgres: Shop) -> None:
    """Causes come from codes, not from words: here there are none of the known ones."""
    from checks.warehouse.dialects.postgresql import PROFILE

    codes = {
        "42501": Cause.PERMISSION, "28P01": Cause.PERMISSION, "42P01": Cause.MISSING_TABLE,
        "3F000": Cause.MISSING_TABLE, "42703": Cause.MISSING_COLUMN, "55P03": Cause.LOCKED,
        "57014": Cause.TIMEOUT, "57P01": Cause.CONNECTION, "53300": Cause.CONNECTION,
        "22P02": Cause.BAD_VALUE, "42883": Cause.BAD_VALUE, "25006": Cause.PERMISSION,
    }  # fmt: skip
    import psycopg

    for code, cause in codes.items():
        error = psycopg.errors.lookup(code)("etwas ging schief")
        wrapped = sa.exc.DBAPIError("SELECT 1", {}, error)
        assert PROFILE.cause_of(wrapped) is cause, code
    assert PROFILE.cause_of(ValueError("x")) is None


def test_exactly_these_grants_suffice(postgres: Shop) -> None:
    """CONNECT, USAGE and SELECT: for the evaluation, and for every page."""
    prepare(postgres)
    role, database = role_of(postgres), sa.make_url(postgres.url).database
    postgres.write(
        f"CREATE ROLE {role} LOGIN",
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {database} TO {role}",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
    )
    questions = {**EVENTS, **ORDERS, **RUNS, **REJECTED}
    as_owner = evidence_of(postgres.config(), questions, DAY, NOW)
    owners = postgres.run()
    as_role(postgres, role)
    assert evidence_of(postgres.config(), questions, DAY, NOW) == as_owner
    readers = postgres.run()
    assert [v.message for v in readers.checks] == [v.message for v in owners.checks]
    assert Status.UNKNOWN not in {v.status for v in readers.checks}


def test_a_session_cannot_write_whatever_a_query_says(postgres: Shop) -> None:
    postgres.write(
        "CREATE FUNCTION plant() RETURNS text LANGUAGE plpgsql AS "
        "$$ BEGIN CREATE TABLE planted (x int); RETURN 'x'; END $$",
        "CREATE FUNCTION flee() RETURNS text LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM set_config('transaction_read_only', 'off', false); "
        "PERFORM set_config('default_transaction_read_only', 'off', false); "
        "INSERT INTO dim_sessions VALUES ('planted'); RETURN 'x'; END $$",
    )
    for function in ("plant", "flee"):
        postgres.set("events", table=None, query=f"SELECT *, {function}() AS y FROM stg_events")
        for _ in range(2):
            postgres.run()
    with administrator(postgres) as ask:
        assert ask("SELECT to_regclass('planted')") == [(None,)]
        assert ask("SELECT count(*) FROM dim_sessions WHERE session_id = 'planted'") == [(0,)]


def active(ask: Callable[..., list[Any]]) -> list[Any]:
    """The gate's sessions: state, statement, zone."""
    return ask(
        "SELECT pid, state, query FROM pg_stat_activity "
        "WHERE application_name = 'andon' AND datname = current_database()"
    )


def eventually(test: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """What a test says as soon as it holds."""
    until = time.monotonic() + seconds
    while not (value := test()):
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.02)
    return value


def running(shop: Shop) -> tuple[threading.Thread, list[Report]]:
    """An evaluation on a thread."""
    reports: list[Report] = []
    thread = threading.Thread(target=lambda: reports.append(shop.run()))
    thread.start()
    return thread, reports


def test_a_query_over_the_limit_is_stopped_on_the_server(postgres: Shop) -> None:
    postgres.write()
    postgres.set("events", table=None, query=SLOW)
    postgres.set("warehouse", timeout_seconds=1)
    with within(PATIENCE):
        report = postgres.run()
    unknown(report, Cause.TIMEOUT)
    assert EVENT_CHECKS.issubset(v.id for v in report.checks if v.status is Status.UNKNOWN)
    with administrator(postgres) as ask:
        eventually(lambda: not [row for row in active(ask) if row[1] == "active"])


def test_the_server_stops_a_statement_that_nobody_cancels(
    postgres: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.write()
    postgres.set("events", table=None, query=SLOW)
    postgres.set("warehouse", timeout_seconds=1)
    with Warehouse(postgres.config().warehouse) as warehouse:
        monkeypatch.setattr(warehouse.profile, "cancel", lambda connection: None)
        with pytest.raises(MeasurementError) as caught:
            warehouse.fetch(sa.select(sa.func.pg_sleep(30)))
    assert caught.value.cause is Cause.TIMEOUT
    with administrator(postgres) as ask:
        eventually(lambda: not [row for row in active(ask) if row[1] == "active"])


@pytest.mark.parametrize("when", ["while it runs", "between two queries"])
def test_a_session_that_the_server_ends(postgres: Shop, when: str) -> None:
    postgres.write()
    with Warehouse(postgres.config().warehouse) as warehouse, administrator(postgres) as ask:
        warehouse.check_connection()
        pid = eventually(lambda: active(ask))[0][0]
        end = f"SELECT pg_terminate_backend({pid})"
        if when == "while it runs":
            threading.Timer(0.3, lambda: ask(end)).start()
            statement = sa.select(sa.func.pg_sleep(2 * PATIENCE))
        else:
            ask(end)
            statement = sa.select(sa.func.count()).select_from(sa.table("stg_events"))
        with within(PATIENCE), pytest.raises(MeasurementError) as caught:
            warehouse.fetch(statement)
        assert (caught.value.cause, caught.value.retry) == (Cause.CONNECTION, True)
        assert "\n" not in caught.value.detail
        with within(PATIENCE), pytest.raises(MeasurementError) as again:
            warehouse.fetch(sa.select(sa.literal(1)))
        assert again.value.cause is Cause.CONNECTION


def test_a_table_that_a_writer_locks(postgres: Shop) -> None:
    postgres.write()
    postgres.set("warehouse", lock_wait_seconds=0.5)
    engine = sa.create_engine(postgres.url, poolclass=sa.pool.NullPool)
    with engine.begin() as writer:
        writer.exec_driver_sql("LOCK TABLE dim_sessions IN ACCESS EXCLUSIVE MODE")
        with within(PATIENCE):
            report = postgres.run()
    engine.dispose()
    unknown(report, Cause.LOCKED, {"orphan_orders"})


def test_a_server_that_ends_idle_transactions_is_told(postgres: Shop) -> None:
    postgres.write()
    name = sa.make_url(postgres.url).database
    with administrator(postgres) as ask:
        ask(f"ALTER DATABASE {name} SET idle_in_transaction_session_timeout = '50ms'")
        with Warehouse(postgres.config().warehouse) as warehouse:
            warehouse.check_connection()
            ours = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'andon'"
            eventually(lambda: [()] if not ask(ours) else [])
            for _ in range(2):
                with pytest.raises(MeasurementError) as caught:
                    warehouse.fetch(sa.select(sa.literal(1)))
                assert caught.value.cause is Cause.TIMEOUT
                assert caught.value.retry
                assert "its idle_in_transaction_session_timeout" in caught.value.detail
        ask(f"ALTER DATABASE {name} RESET idle_in_transaction_session_timeout")
    assert postgres.run().exit_code == 0


@pytest.mark.parametrize(
    ("words", "setting"),
    [
        ("FATAL: terminating connection due to idle-in-transaction timeout",
         "idle_in_transaction_session_timeout"),
        ("terminating connection due to transaction timeout", "transaction_timeout"),
        ("FATAL: idle transaction timeout", "idle_in_transaction_session_timeout"),
        ("canceling statement due to statement timeout", None),
        ("canceling statement due to lock timeout", None),
    ],
)  # fmt: skip
def test_time_outs_of_a_session_name_their_setting(words: str, setting: str | None) -> None:
    error = MeasurementError(Cause.CONNECTION, words)
    explained = PROFILE.explained(error)
    assert (explained is error) == (setting is None)
    assert setting is None or f"by its {setting}, " in explained.detail


def test_nothing_is_prepared_or_left_in_the_session(postgres: Shop) -> None:
    """A pooler hands the session to others."""
    postgres.write()
    with Warehouse(postgres.config().warehouse) as warehouse:
        for _ in range(12):
            warehouse.fetch(sa.select(sa.literal(1)))
        prepared = sa.select(sa.func.count()).select_from(sa.text("pg_prepared_statements"))
        assert warehouse.fetch(prepared)[0][0] == 0
        changed = "pg_settings WHERE source = 'session' AND name <> 'transaction_isolation'"
        names = {row[0] for row in warehouse.fetch(sa.select(sa.text(f"name FROM {changed}")))}
        assert names >= {"TimeZone", "statement_timeout", "lock_timeout"}
        assert warehouse._connection is not None
        session: Any = warehouse._connection.connection.driver_connection
        session.rollback()
        settings = ("TimeZone", "statement_timeout", "lock_timeout")
        left = [session.execute(f"SHOW {name}").fetchone()[0] for name in settings]
    assert left == ["Asia/Kathmandu", "0", "0"]


def test_one_evaluation_opens_one_connection_in_utc(postgres: Shop) -> None:
    """A writer holds the log, so that the session can be looked at while it waits."""
    postgres.write()
    opened: list[tuple[str | None, Any]] = []

    def connected(connection: Any, record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            return  # the history's
        opened.append((connection.info.get_parameters().get("application_name"), connection))

    engine = sa.create_engine(postgres.url, poolclass=sa.pool.NullPool)
    sa.event.listen(sa.pool.Pool, "connect", connected)
    try:
        with engine.begin() as writer:
            writer.exec_driver_sql("LOCK TABLE pipeline_logs IN ACCESS EXCLUSIVE MODE")
            opened.clear()
            thread, reports = running(postgres)
            with administrator(postgres) as ask:
                eventually(lambda: [row for row in active(ask) if "pipeline_logs" in row[2]])
                assert len(active(ask)) == 1
        thread.join(20)
    finally:
        sa.event.remove(sa.pool.Pool, "connect", connected)
        engine.dispose()
    assert reports[0].exit_code == 0
    connections = [connection for name, connection in opened if name == "andon"]
    assert [connection.closed for connection in connections] == [True]


@pytest.mark.parametrize("zone", [False, True])
def test_the_session_is_in_utc_whatever_the_server_is(postgres: Shop, zone: bool) -> None:
    for row in postgres.events.rows:
        row["timestamp"] = row["timestamp"].replace(tzinfo=UTC if zone else None)
    postgres.events.columns["timestamp"] = sa.DateTime(timezone=zone)
    postgres.write()
    with administrator(postgres) as ask:
        assert ask("SHOW TimeZone")[0][0] == "Asia/Kathmandu"
    with Warehouse(postgres.config().warehouse) as warehouse:
        rows = warehouse.fetch(sa.select(sa.func.current_setting("TimeZone")))
        assert [tuple(row) for row in rows] == [("UTC",)]
    assert postgres.verdicts(date=RUN)["freshness"].message == "lag=0.7h (max 6h)"
