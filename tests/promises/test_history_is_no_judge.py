"""The history never changes, delays or prevents a verdict, waivers apart.

Each fault of a store is put in place of a good one; the report must then be what it is without a
history, within the history's own time, with a warning that names the store. Gates are killed, and
clocks are wrong: what was said to be recorded is there once, and the next day is judged as ever.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic, sleep

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks import DataMonitor, Report, evaluate, load_config
from checks.core.model import Status
from checks.history import open_history, owned, time_limits
from checks.history.tables import METADATA
from checks.history.time_limits import TimeLimits
from checks.judging.gate import exit_code
from tests import stalled_server
from tests.engines import named
from tests.shop import DAY, NOW, RUN, Shop, log_entry, purchase

PIPELINE = "shop"
#: What no gate takes unless it waits for an answer that never comes.
FOREVER = 120.0
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["checks.history.store", "checks.monitor", "tests.shop"])
KILLED = 12


@pytest.fixture
def duck(tmp_path: Path) -> Shop:
    return Shop(tmp_path, named("duckdb").warehouse(tmp_path))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Less patience than usual: a fault is waited for as long as it is allowed to."""
    monkeypatch.setattr(owned, "LIMITS", TimeLimits(0.5, 0.5))
    time_limits.RECENT_FAILURES.clear()
    yield
    time_limits.RECENT_FAILURES.clear()


def spoil(shop: Shop) -> None:
    """One red check, which can be waived, and one that is amber."""
    shop.log.rows[-1] = log_entry(DAY, read=1000, quarantined=55)
    shop.events.rows.append(purchase(DAY, 5, revenue=None))
    shop.write()


def essence(report: Report) -> list[object]:
    """What a person acts on. Since when, and who is on it, only a history knows."""
    checks = [
        (verdict.id, verdict.status, verdict.value, verdict.message, verdict.stop)
        for verdict in report.checks
    ]
    return [report.verdict, report.exit_code, *checks]


def without_history(shop: Shop) -> Report:
    return evaluate(shop.config(), date=RUN, now=NOW, use_history=False)


def judged(shop: Shop) -> tuple[Report, Report]:
    """With the history that is there, and without any."""
    begun = monotonic()
    report = shop.run(record=True)
    assert monotonic() - begun < FOREVER
    return report, without_history(shop)


def filled(shop: Shop) -> Path:
    """The file of a history with two days; checkpointed, so that the file alone is whole."""
    monitor, path = DataMonitor(shop.config()), shop.folder / "history.db"
    before = timedelta(days=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owned, "LIMITS", TimeLimits(60.0, 60.0))
        monitor.run(date=RUN - before, now=NOW - before, record=True)
        monitor.run(date=RUN, now=NOW, record=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def _cut(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:length])


def _replaced(path: Path, put: Callable[[Path], object]) -> None:
    path.unlink()
    put(path)


#: Faults of a file: what is done to a good one.
FILES: dict[str, Callable[[Path], object]] = {
    "a byte short": lambda path: _cut(path, path.stat().st_size - 1),
    "half": lambda path: _cut(path, path.stat().st_size // 2),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "no database": lambda path: path.write_bytes(b"date,verdict\n" * 999),
    "a folder": lambda path: _replaced(path, Path.mkdir),
    "a pipe": lambda path: _replaced(path, os.mkfifo),
    "a device": lambda path: _replaced(path, lambda it: it.symlink_to("/dev/zero")),
    "a full device": lambda path: _replaced(path, lambda it: it.symlink_to("/dev/full")),
    "a loop of links": lambda path: _replaced(path, lambda it: it.symlink_to(it)),
    "a folder that is gone": lambda path: _replaced(
        path, lambda it: it.symlink_to(it.parent / "gone" / "history.db")
    ),
    "no schema version": lambda path: _change(path, "DELETE FROM andon_schema"),
    "a newer schema": lambda path: _change(path, "UPDATE andon_schema SET version = 99"),
    "a table is gone": lambda path: _change(path, "DROP TABLE andon_results"),
    "another's table": lambda path: _change(path, "ALTER TABLE andon_waivers DROP COLUMN until"),
}


def _change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)


@pytest.mark.parametrize("fault", FILES)
def test_a_file_that_is_no_history(duck: Shop, fault: str) -> None:
    spoil(duck)
    path = filled(duck)
    FILES[fault](path)
    report, without = judged(duck)
    assert essence(report) == essence(without)
    if fault == "a byte short" and not report.warnings:
        return  # the last byte was of no row
    assert report.warnings != without.warnings
    assert f"history {duck.folder}/" in report.warnings[-1]


def test_a_history_that_holds_every_lock(duck: Shop) -> None:
    spoil(duck)
    path = filled(duck)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        report, without = judged(duck)
    assert essence(report) == essence(without)
    assert any("locked by another process" in warning for warning in report.warnings)


SERVERS = {
    "hangs at connect": stalled_server.silent,
    "stalls after signing in": stalled_server.stalled,
    "three hosts": stalled_server.three_silent_hosts,
}


@pytest.mark.parametrize("fault", SERVERS)
def test_a_server_that_does_not_answer(shop: Shop, fault: str) -> None:
    spoil(shop)
    with SERVERS[fault]() as url:
        shop.settings["history"] = {"url": url}
        report, without = judged(shop)
    assert essence(report) == essence(without)
    warnings = [warning for warning in report.warnings if warning.startswith("history ")]
    assert any("not answer within 0.5 s; no waiver applies" in warning for warning in warnings)
    assert any(
        "not answer within 0.5 s; this evaluation was not recorded" in warning
        for warning in warnings
    )


LOCKS = ("andon_evaluations", "andon_results", "andon_waivers", "andon_schema")


@pytest.mark.parametrize("table", LOCKS)
def test_a_lock_that_is_held_for_ever(duck: Shop, postgresql_server: str, table: str) -> None:
    spoil(duck)
    engine = sa.create_engine(postgresql_server, poolclass=sa.pool.NullPool)
    duck.settings["history"] = {"url": postgresql_server}
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(owned, "LIMITS", TimeLimits(60.0, 60.0))
            assert duck.run(record=True).warnings == ()
        with engine.begin() as other:
            other.exec_driver_sql(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            report, without = judged(duck)
    finally:
        with engine.begin() as other:
            METADATA.drop_all(other)
    assert essence(report) == essence(without)
    assert any("locked by another" in warning or "answer" in warning for warning in report.warnings)


@pytest.mark.parametrize("fault", SERVERS)
def test_the_command_ends_with_its_verdict(duck: Shop, fault: str) -> None:
    """With the limits of every day: 5 s to read, 10 s to record."""
    spoil(duck)
    with SERVERS[fault]() as url:
        duck.settings["history"] = {"url": url}
        duck.config()
        done = subprocess.run(
            [sys.executable, "-m", "checks.cli", "gate", "--config", str(duck.folder / "andon.yml"),
             "--date", str(RUN), "--format", "json"],
            capture_output=True, text=True, timeout=FOREVER, check=False,
        )  # fmt: skip
    report = json.loads(done.stdout)
    without = evaluate(duck.config(), date=RUN, use_history=False)
    assert (done.returncode, report["verdict"]) == (without.exit_code, without.verdict.value)
    warnings_text = " ".join(report["warnings"])
    silence = r"(it did not answer within \d+ s|connection timeout expired)"  # whose is shorter
    assert re.search(f"{silence}; no waiver applies", warnings_text)
    assert re.search(f"{silence}; this evaluation was not recorded", warnings_text)
    assert "Traceback" not in done.stderr


# ---- rows that anybody changed

TABLES = [table for table in METADATA.sorted_tables if table.name != "andon_daily_counts"]
COLUMNS = [(table.name, column.name) for table in TABLES for column in table.columns]
anything = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(max_size=30),
    st.binary(max_size=30),
    st.sampled_from(
        ["2025-03-08", "2025-02-30", "9999-12-31", "2025-03-09T06:12:00", "waived", "GREEN", "NaN",
         "9999-12-31T23:59:59-14:00", "true", "{}", "[]", '{"schema": "andon.gate/1"}', "0.06",
         "[" * 9999, "shop", "quarantine_rate"]
    ),
)  # fmt: skip


OF_EVENTS = (
    "freshness", "volume_zscore", "volume_expected", "event_volume", "volume_trend",
    "missing_revenue", "orphan_orders",
)  # fmt: skip


@cache
def _damaged_shop(folder: Path, has_events: bool) -> tuple[Shop, list[object]]:
    """A shop whose red check is waived, in tables that take anything; and its plain verdicts."""
    (folder / "warehouse.db").touch()
    shop = Shop(folder, f"sqlite:///{folder / 'warehouse.db'}")
    spoil(shop)
    if not has_events:  # which is quick
        for section in ("events", "orders", "sessions"):
            del shop.settings[section]
        shop.settings["checks"] = {name: {"enabled": False} for name in OF_EVENTS}
    path = filled(shop)
    history = open_history(shop.config().history)
    history.give_waiver(PIPELINE, "quarantine_rate", "Mia", "known", RUN, 0.6, DAY, NOW)
    history.acknowledge(PIPELINE, "quarantine_rate", "Mia", "on it", NOW)
    with closing(sqlite3.connect(path)) as connection:
        for table in TABLES:
            # Without types and rules: what is put there stays as it is.
            names = ", ".join(column.name for column in table.columns)
            connection.execute(f"ALTER TABLE {table.name} RENAME TO old")
            connection.execute(f"CREATE TABLE {table.name} ({names})")
            connection.execute(f"INSERT INTO {table.name} SELECT {names} FROM old")
            connection.execute("DROP TABLE old")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(path, folder / "kept.db")
    return shop, essence(without_history(shop))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    """Of the shop without events, and of the one with."""
    return {has_events: tmp_path_factory.mktemp("damaged") for has_events in (False, True)}


def _check_damage(
    folders: dict[bool, Path], table: str, column: str, value: object, *, has_events: bool
) -> None:
    shop, plain = _damaged_shop(folders[has_events], has_events)
    path = shop.folder / "history.db"
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    shutil.copyfile(shop.folder / "kept.db", path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
        connection.commit()
    time_limits.RECENT_FAILURES.clear()
    report = DataMonitor(shop.config()).run(date=RUN, now=NOW)
    checks = {verdict.id: verdict.status for verdict in report.checks}
    if checks["quarantine_rate"] is Status.WAIVED:
        assert report.exit_code == exit_code(
            (verdict.status for verdict in report.checks), strict=False
        )
        waived = [
            Status.RED if verdict.status is Status.WAIVED else verdict.status
            for verdict in report.checks
        ]
        assert waived == [row[1] for row in plain[2:]]  # type: ignore[index]
    else:
        assert essence(report) == plain


@pytest.mark.parametrize(("table", "column"), COLUMNS)
@given(value=anything)
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_stored_the_verdicts_are_those_without_it(
    folders: dict[bool, Path], table: str, column: str, value: object
) -> None:
    _check_damage(folders, table, column, value, has_events=False)


@given(value=anything)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_report_is_stored(folders: dict[bool, Path], value: object) -> None:
    """What it says of rows without a time is read by the checks that count events."""
    _check_damage(folders, "andon_evaluations", "report", value, has_events=True)


# ---- clocks

LATER = "1 evaluation in the history is later than now (2030-01-02): set aside; check the clocks"
WRONG = datetime(2030, 1, 2, 6, 12, tzinfo=UTC)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owned, "LIMITS", TimeLimits(60.0, 60.0))


@pytest.mark.usefixtures("patient")
def test_one_run_in_2030_changes_nothing_but_a_warning(duck: Shop) -> None:
    spoil(duck)
    duck.settings["history"]["keep_days"] = 30
    monitor = DataMonitor(duck.config())
    yesterday = timedelta(days=1)
    monitor.run(date=RUN - yesterday, now=NOW - yesterday, record=True)
    undisturbed = monitor.run(date=RUN, now=NOW)
    monitor.run(date=WRONG.date(), now=WRONG, record=True)
    report = monitor.run(date=RUN, now=NOW, record=True)
    assert essence(report) == essence(undisturbed)
    assert [verdict.since for verdict in report.checks] == [
        verdict.since for verdict in undisturbed.checks
    ]
    assert report.warnings == (*undisturbed.warnings, LATER)
    history = open_history(duck.config().history)
    shown = [evaluation.data_date for evaluation in history.evaluations(PIPELINE, now=NOW)]
    assert shown == [DAY, DAY - yesterday]


@pytest.mark.usefixtures("patient")
def test_since_counts_days_that_were_recorded(duck: Shop) -> None:
    spoil(duck)
    monitor = DataMonitor(duck.config())
    before = timedelta(days=3)
    first = monitor.run(date=RUN - before, now=NOW - before, record=True)
    report = monitor.run(date=RUN, now=NOW)
    status = {verdict.id: verdict.status for verdict in first.checks}
    same = [verdict for verdict in report.checks if verdict.status is status[verdict.id]]
    assert {verdict.since for verdict in same} == {DAY - before}
    assert {verdict.since_days for verdict in same} == {2}
    others = [verdict for verdict in report.checks if verdict.status is not status[verdict.id]]
    assert {(verdict.since, verdict.since_days) for verdict in others} == {(DAY, 1)}
    failing = [
        verdict for verdict in same if verdict.status in (Status.AMBER, Status.UNKNOWN, Status.RED)
    ]
    for verdict in failing:
        assert verdict.summary.endswith(f"since {DAY - before} (2 recorded days).")


# ---- gates that are killed


def gates_for_ever(config: Path, name: int, pipe: Connection) -> None:
    """Gates, one after the other; each says when it was evaluated once it was recorded."""
    monitor = DataMonitor(load_config(config))
    for number in range(10**6):
        now = NOW + timedelta(seconds=name, microseconds=number)
        if not monitor.run(date=RUN, now=now, record=True).warnings:
            pipe.send(now)


def kill_gates(config: Path, times: int, seed: int = 0) -> list[datetime]:
    """What was told as recorded by gates that were killed, each at a random moment.

    Where there is time: `kill_gates(config, 200)`.
    """
    recorded: list[datetime] = []
    chance = random.Random(seed)  # noqa: S311
    for name in range(times):
        receiver, sender = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=gates_for_ever, args=(config, name, sender))
        process.start()
        sender.close()
        recorded.append(receiver.recv())
        until = monotonic() + chance.uniform(0, 0.3)
        while monotonic() < until:
            sleep(0)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(FOREVER)
        with contextlib.suppress(EOFError), receiver:
            while True:
                recorded.append(receiver.recv())
    return recorded


@pytest.mark.usefixtures("patient")
def test_killing_gates_loses_and_doubles_nothing(duck: Shop) -> None:
    duck.write()
    config = duck.config()
    recorded = kill_gates(config.path, KILLED)
    with closing(sqlite3.connect(duck.folder / "history.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    history = open_history(config.history)
    runs = history.all_runs(PIPELINE, DAY)
    moments = [evaluation.evaluated_at for evaluation in runs]
    assert len(moments) == len(set(moments))
    assert set(recorded) <= set(moments)
    assert len(moments) - len(recorded) <= KILLED
    assert len({tuple(evaluation.statuses) for evaluation in runs}) == 1
    for evaluation in runs:
        assert [check.id for check in history.report(evaluation.id).checks] == list(
            evaluation.statuses
        )
    report = DataMonitor(config).run(date=RUN, now=NOW + timedelta(minutes=4), record=True)
    assert (report.verdict, report.warnings) == (Status.GREEN, ())
    assert len(history.all_runs(PIPELINE, DAY)) == len(runs) + 1
