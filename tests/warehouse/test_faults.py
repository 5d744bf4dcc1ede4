"""What goes wrong with a warehouse: always unknown, with its cause, in time, without secrets."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import duckdb
import pytest
import sqlalchemy as sa

from checks import Report, Status
from checks.core.errors import MeasurementError, ReadOnlyViolation
from checks.core.model import Cause
from checks.core.secrets import spellings, without_secrets
from checks.outputs import formats, render
from checks.warehouse import Warehouse
from checks.warehouse.instants import Instant
from checks.warehouse.kinds import Kind
from checks.warehouse.worker import DeadlineExceededError, Worker
from tests.shop import DAY, Shop, purchase

LOG_CHECKS = {
    "log_entry_exists_today", "rows_read", "run_status", "sources_complete", "quarantine_rate",
}  # fmt: skip


def all_unknown(report: Report, cause: Cause, *, retry: bool) -> str:
    """Assert that every check is unknown for one cause; the first message."""
    assert {v.status for v in report.checks} == {Status.UNKNOWN}
    assert {(v.cause, v.retry) for v in report.checks} == {(cause, retry)}
    assert report.exit_code == 2
    return report.checks[0].message


def test_database_file_is_missing(duck: Shop) -> None:
    message = all_unknown(duck.run(), Cause.CONNECTION, retry=True)
    expected = "entries=unknown (connection: the database file warehouse.duckdb does not exist)"
    assert message == expected


def test_database_file_is_a_folder(duck: Shop) -> None:
    (duck.folder / "warehouse.duckdb").mkdir()
    assert "is not a file" in all_unknown(duck.run(), Cause.CONNECTION, retry=True)


def test_file_is_not_a_database(duck: Shop) -> None:
    (duck.folder / "warehouse.duckdb").write_text("this is no database" * 1000)
    assert "not a valid DuckDB" in all_unknown(duck.run(), Cause.CONNECTION, retry=True)


def test_a_file_that_may_not_be_read(duck: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    duck.write()
    message = 'IO Error: Cannot open file "/a/warehouse.duckdb": Permission denied'

    def refuse(*_: object, **__: object) -> None:
        raise duckdb.IOException(message)

    monkeypatch.setattr("duckdb.connect", refuse)
    assert message in all_unknown(duck.run(), Cause.PERMISSION, retry=False)


@pytest.fixture
def writer(duck: Shop) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the warehouse for writing."""
    duck.write()
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); input()"
    command = [sys.executable, "-c", code, str(duck.folder / "warehouse.duckdb")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_locked_by_its_writer(duck: Shop, writer: subprocess.Popen[str]) -> None:
    duck.set("warehouse", lock_wait_seconds=2)
    steps: list[str] = []
    message = all_unknown(duck.run(progress=steps.append), Cause.LOCKED, retry=True)
    assert "locked by its writer for over 2 s" in message
    assert "waiting for the warehouse's writer to release its lock" in steps


def test_a_writer_that_lets_go_is_waited_for(duck: Shop, writer: subprocess.Popen[str]) -> None:
    def let_go(step: str) -> None:
        """Only when the evaluation waits does the writer end."""
        if "writer" in step:
            writer.communicate("\n")

    assert duck.run(progress=let_go).verdict is Status.GREEN
    assert writer.returncode == 0


def test_the_writer_may_come_in_after_an_evaluation(duck: Shop) -> None:
    duck.write()
    duck.run()
    duckdb.connect(str(duck.folder / "warehouse.duckdb")).close()


@pytest.mark.parametrize(
    ("table", "checks"),
    [
        ("pipeline_logs", LOG_CHECKS),
        ("stg_events", {"freshness", "volume_zscore", "volume_expected", "event_volume",
                        "volume_trend", "missing_revenue", "orphan_orders"}),
        ("fct_attribution", {"orphan_orders"}),
        ("dim_sessions", {"orphan_orders"}),
    ],
)  # fmt: skip
def test_a_missing_table_spoils_only_its_checks(shop: Shop, table: str, checks: set[str]) -> None:
    shop.write(f"DROP TABLE {table}")
    verdicts = shop.verdicts()
    assert {v.id for v in verdicts.values() if v.status is Status.UNKNOWN} == checks
    assert {v.cause for v in verdicts.values() if v.id in checks} == {Cause.MISSING_TABLE}
    assert all(table in verdicts[check].message for check in checks)


@pytest.mark.parametrize(
    ("table", "column", "checks"),
    [
        ("pipeline_logs", "status", {"run_status"}),
        ("stg_events", "revenue", {"missing_revenue"}),
        ("stg_events", "transaction_id", {"orphan_orders"}),
        ("dim_sessions", "session_id", {"orphan_orders"}),
        ("fct_attribution", "lc_session_id", {"orphan_orders"}),
        ("fct_attribution", "revenue", set()),
        ("pipeline_logs", "rows_read", LOG_CHECKS),
    ],
)  # fmt: skip
def test_a_renamed_column_spoils_only_its_checks(
    shop: Shop, table: str, column: str, checks: set[str]
) -> None:
    shop.write(f"ALTER TABLE {table} RENAME COLUMN {column} TO {column}_v2")
    verdicts = shop.verdicts()
    assert {v.id for v in verdicts.values() if v.status is Status.UNKNOWN} == checks
    if not checks:
        assert "orders.revenue" in verdicts["orphan_orders"].details["unread_columns"]
        assert verdicts["orphan_orders"].details["revenue"] is None
        return
    assert {v.cause for v in verdicts.values() if v.id in checks} == {Cause.MISSING_COLUMN}
    message = verdicts[min(checks)].message
    assert f"has no column '{column}'" in message
    assert f"did you mean '{column}_v2'?" in message


def test_a_missing_amount_does_not_hide_an_orphan(shop: Shop) -> None:
    shop.orders.rows[-1]["lc_session_id"] = None
    shop.write("ALTER TABLE fct_attribution RENAME COLUMN revenue TO amount")
    verdict = shop.verdicts()["orphan_orders"]
    assert (verdict.status, verdict.message) == (Status.RED, "orphan_orders=1 (max 0)")


def test_a_missing_inserted_count_spoils_nothing(duck: Shop) -> None:
    duck.set("audit_log", rows_inserted="rows_loaded")
    duck.write()
    verdicts = duck.verdicts()
    assert verdicts["rows_read"].status is Status.GREEN
    assert "has no column 'rows_loaded'" in verdicts["rows_read"].details["rows_inserted_unread"]


def test_a_missing_source_column_spoils_the_log(duck: Shop) -> None:
    duck.set("audit_log", source="file")
    duck.write()
    assert duck.verdicts()["quarantine_rate"].cause is Cause.MISSING_COLUMN


def test_orphans_found_beat_a_kind_that_cannot_be_measured(shop: Shop) -> None:
    shop.events.rows.append(purchase(DAY, 77))
    shop.write("DROP TABLE dim_sessions")
    verdict = shop.verdicts()["orphan_orders"]
    assert (verdict.status, verdict.message) == (Status.RED, "orphan_orders=1 (max 0)")
    assert "unknown_session" in verdict.details["unmeasured"]


def test_a_time_column_of_another_type(duck: Shop) -> None:
    duck.events.columns["timestamp"] = sa.BigInteger()
    for number, row in enumerate(duck.events.rows):
        row["timestamp"] = number
    duck.write()
    verdicts = duck.verdicts()
    assert verdicts["freshness"].cause is Cause.BAD_VALUE
    assert "column 'timestamp' is of type integer" in verdicts["freshness"].message


@pytest.mark.parametrize("text", ["yesterday", "yesterday, I think", "", "2025-13-40 00:00:00"])
def test_a_text_time_that_is_none(shop: Shop, text: str) -> None:
    duck = shop
    duck.events.columns["timestamp"] = sa.String(40)
    for row in duck.events.rows:
        row["timestamp"] = str(row["timestamp"])
    duck.events.rows[-1]["timestamp"] = text
    duck.write()
    assert duck.verdicts()["freshness"].cause is Cause.BAD_VALUE


def test_what_a_driver_returns_is_a_time_or_a_bad_value() -> None:
    occurred = Instant(sa.column("timestamp"), Kind.TEXT, ZoneInfo("UTC"))
    with pytest.raises(MeasurementError, match=r"bad_value: 'yester.*' is not a time"):
        occurred.moment("yester\x1bday")


def test_a_revenue_column_of_an_odd_type(duck: Shop) -> None:
    duck.events.columns["revenue"] = sa.Boolean()
    for row in duck.events.rows:
        row["revenue"] = True
    duck.write()
    verdicts = duck.verdicts()
    assert verdicts["missing_revenue"].cause is Cause.BAD_VALUE
    assert verdicts["orphan_orders"].status is Status.GREEN


#: Seconds: far more than a busy machine needs, far less than what is stopped would take.
PATIENCE = 60.0
SLOW = (
    "SELECT TIMESTAMP '2025-03-08' + INTERVAL (a.i + b.i) MICROSECOND AS \"timestamp\", 'x' AS "
    "event_name, 1.0 AS revenue, md5((a.i * b.i)::VARCHAR) AS transaction_id "
    "FROM range(3000000) a(i), range(3000000) b(i)"
)


def test_a_query_over_the_limit_is_cancelled(duck: Shop) -> None:
    duck.write()
    duck.set("events", table=None, query=SLOW)
    duck.set("warehouse", timeout_seconds=4)
    started = time.monotonic()
    report = duck.run()
    assert time.monotonic() - started < PATIENCE
    verdicts = {v.id: v for v in report.checks}
    assert verdicts["log_entry_exists_today"].status is Status.GREEN
    assert (verdicts["freshness"].cause, verdicts["freshness"].retry) == (Cause.TIMEOUT, True)
    assert "warehouse.timeout_seconds = 4" in verdicts["freshness"].message
    assert report.exit_code == 2


def test_a_driver_that_cannot_be_cancelled_is_left_behind() -> None:
    worker, released = Worker(0.1), threading.Event()
    with pytest.raises(DeadlineExceededError):
        worker.call(lambda: released.wait(PATIENCE), cancel=lambda: None)
    with pytest.raises(DeadlineExceededError):
        worker.call(lambda: None, cancel=lambda: None)
    closed = threading.Event()
    worker.stop(closed.set)
    assert worker._thread.is_alive()
    assert not closed.is_set()
    # Once the driver gives up after all, what it held is closed, and the thread ends.
    released.set()
    worker._thread.join(PATIENCE)
    assert closed.is_set()
    assert not worker._thread.is_alive()


def test_ctrl_c_cancels_the_running_query(monkeypatch: pytest.MonkeyPatch) -> None:
    worker, cancelled = Worker(30), threading.Event()

    def interrupted(self: threading.Event, timeout: float | None = None) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Event, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        worker.call(lambda: None, cancel=cancelled.set)
    assert cancelled.is_set()


PASSWORD = "s3cr€t/p@ss"


def test_a_password_is_never_shown(duck: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "SECRET_URL", "postgresql+psycopg://bob:s3cr%E2%82%ACt%2Fp%40ss@127.0.0.1:1/x"
    )
    duck.set("warehouse", url="${SECRET_URL}", timeout_seconds=5)
    config = duck.config()
    report = duck.run()
    all_unknown(report, Cause.CONNECTION, retry=True)
    shown = [render(name, report) for name in formats()] + [repr(config), str(config)]
    assert not [text for text in shown if "s3cr" in text or "p@ss" in text or "p%40ss" in text]


@pytest.mark.parametrize("spelling", ["s3cr€t/p@ss", "s3cr%E2%82%ACt%2Fp%40ss"])
def test_secrets_in_driver_messages_are_replaced(spelling: str) -> None:
    assert (
        without_secrets(f"could not use {spelling}!", spellings([PASSWORD])) == "could not use ***!"
    )


def test_an_unknown_driver(duck: Shop) -> None:
    duck.set("warehouse", url="mysql+pymysql://u@127.0.0.1/x")
    assert "pymysql" in all_unknown(duck.run(), Cause.CONNECTION, retry=False)


def test_nothing_but_a_select_is_sent(duck: Shop) -> None:
    duck.write()
    with Warehouse(duck.config().warehouse) as warehouse:
        for statement in (sa.text("DROP TABLE stg_events"), sa.delete(sa.table("stg_events"))):
            with pytest.raises(ReadOnlyViolation):
                warehouse.fetch(statement)  # type: ignore[arg-type]


def test_the_session_itself_refuses_to_write(shop: Shop) -> None:
    shop.write()
    with Warehouse(shop.config().warehouse) as warehouse:
        warehouse.check_connection()
        connection = warehouse._connection
        assert connection is not None
        with pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql("CREATE TABLE planted (x INTEGER)")


def test_a_query_made_by_hand_is_refused(duck: Shop) -> None:
    from dataclasses import replace

    duck.write()
    config = duck.config()
    assert config.events is not None
    source = replace(config.events, table=None, query="DELETE FROM stg_events RETURNING *")
    with Warehouse(config.warehouse) as warehouse, pytest.raises(ReadOnlyViolation):
        warehouse.relation("events", source)


def test_a_refused_connection_is_tried_once(duck: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []
    with Warehouse(duck.config().warehouse) as warehouse:
        check = warehouse.profile.check_target
        monkeypatch.setattr(
            warehouse.profile, "check_target", lambda url: (tries.append(1), check(url))
        )
        for _ in range(3):
            with pytest.raises(MeasurementError):
                warehouse.check_connection()
    assert tries == [1]
