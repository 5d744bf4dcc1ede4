"""Twenty gates at one history, at the same moment: each keeps its report and reads the others'."""

from __future__ import annotations

import json
import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from checks import DataMonitor, Report, load_config
from checks.core.model import Status
from checks.core.serialise import to_dict
from checks.history import open_history, owned
from checks.history.postgresql import _WRITERS
from checks.history.store import History
from checks.history.time_limits import TimeLimits
from tests.shop import DAY, NOW, RUN, Shop, order, purchase

GATES = 20
PIPELINE = "shop"
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["psycopg", "checks.history.store", "checks.monitor", "checks.core.serialise", "tests.shop"]
)
NOT_RECORDED = "this evaluation was not recorded"


def text_of(report: Report) -> str:
    """As a history keeps it."""
    return json.dumps(to_dict(report), separators=(",", ":"))


@pytest.fixture
def busy_shop(tmp_path: Path, url: str) -> Shop:
    """Orphan orders for two days, somebody on it; unpriced purchases, waived since yesterday."""
    (tmp_path / "warehouse.db").touch()
    shop = Shop(tmp_path, f"sqlite:///{tmp_path / 'warehouse.db'}")
    shop.settings["history"] = {"url": url}
    for day in (DAY, DAY - timedelta(days=1)):
        shop.orders.rows.append(order(day, 3, session="lost"))
        shop.events.rows += [purchase(day, number, revenue=None) for number in range(3)]
    shop.write()
    monitor = DataMonitor(shop.config())
    yesterday, until = DAY - timedelta(days=1), DAY + timedelta(days=3)
    before = monitor.run(date=yesterday + timedelta(days=1), now=NOW, record=True)
    assert before.warnings == ()
    history = History(url, keep_days=400)
    history.acknowledge(PIPELINE, "orphan_orders", "Mia", "on it", NOW)
    history.give_waiver(
        PIPELINE, "missing_revenue", "Jon", "known outage", until, None, yesterday, NOW
    )
    return shop


def gate(config: Path, number: int, start: Barrier, folder: Path, reads: bool) -> None:
    """One gate; what it returned is left in the folder, and then it `reads` all there is."""
    owned.LIMITS, owned.BUSY_SECONDS = (
        TimeLimits(120.0, 120.0),
        120.0,
    )  # twenty at once, a busy machine
    loaded = load_config(config)
    start.wait(120)
    report = DataMonitor(loaded).run(date=RUN, now=NOW + timedelta(seconds=number), record=True)
    (folder / f"{number}.json").write_text(text_of(report), encoding="utf-8")
    if reads:
        read_everything(open_history(loaded.history), report)


def read_everything(history: History, report: Report) -> None:
    """As pages do, while other gates write."""
    runs = history.all_runs(PIPELINE, DAY)
    (own,) = (run for run in runs if run.evaluated_at == report.evaluated_at)
    assert text_of(history.report(own.id)) == text_of(report)
    assert history.evaluations(PIPELINE)[0].id >= own.id
    assert history.latest(PIPELINE, "orphan_orders") == (DAY, Status.RED, 1.0)
    seen = history.context(PIPELINE, DAY)
    assert [acknowledgement.owner for acknowledgement in seen.acknowledgements] == ["Mia"]
    assert [waiver.rearmed_on for waiver in seen.waivers] == [None]
    assert history.all_waivers(PIPELINE) == seen.waivers


def run_gates(shop: Shop, *, reads: bool) -> dict[int, dict[str, Any]]:
    """What each gate returned."""
    config, folder = shop.folder / "andon.yml", shop.folder / "reports"
    folder.mkdir()
    start = PROCESSES.Barrier(GATES)
    started = [
        PROCESSES.Process(target=gate, args=(config, number, start, folder, reads))
        for number in range(GATES)
    ]
    for process in started:
        process.start()
    for process in started:
        process.join(120)
    assert [process.exitcode for process in started] == [0] * GATES
    return {int(file.stem): json.loads(file.read_text()) for file in folder.iterdir()}


def stored(url: str) -> dict[int, str]:
    """The text of every report of the day, as it lies in the store, by its id."""
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        statement = sa.text("SELECT id, report FROM andon_evaluations WHERE data_date = :day")
        return {row[0]: row[1] for row in connection.execute(statement, {"day": str(DAY)})}


def test_twenty_gates_lose_and_change_nothing(busy_shop: Shop, url: str) -> None:
    returned = run_gates(busy_shop, reads=True)
    assert [report["warnings"] for report in returned.values()] == [[]] * GATES
    kept = stored(url)
    expected = [json.dumps(report, separators=(",", ":")) for report in returned.values()]
    assert sorted(kept.values()) == sorted(expected)
    history = History(url, keep_days=400)
    assert {id_: text_of(history.report(id_)) for id_ in kept} == kept
    assert len(history.all_runs(PIPELINE, DAY)) == GATES
    for report in returned.values():
        checks = {check["id"]: check for check in report["checks"]}
        assert checks["orphan_orders"]["since"] == str(DAY - timedelta(days=1))
        assert checks["orphan_orders"]["acknowledgement"]["owner"] == "Mia"
        assert checks["missing_revenue"]["status"] == "waived"
    tomorrow = history.context(PIPELINE, DAY + timedelta(days=1))
    assert [acknowledgement.owner for acknowledgement in tomorrow.acknowledgements] == ["Mia"]
    assert tomorrow.statuses["orphan_orders"] == (
        (DAY, Status.RED), (DAY - timedelta(days=1), Status.RED),
    )  # fmt: skip


@contextmanager
def holding(url: str, statement: str) -> Iterator[sa.Connection]:
    """Somebody who holds a lock; the connection that may look and end others is another one."""
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as holder, engine.connect() as other:
        holder.exec_driver_sql(statement)
        yield other.execution_options(isolation_level="AUTOCOMMIT")


END_WAITING = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'"""
END_ALL = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


def ended(connection: sa.Connection) -> None:
    """End the one that waits, as soon as it does."""
    until = time.monotonic() + 120
    while not connection.exec_driver_sql(END_WAITING).scalar():
        assert time.monotonic() < until, "nobody waits for the lock"
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("lock", "warning"),
    [
        (f"SELECT pg_advisory_xact_lock({_WRITERS})", NOT_RECORDED),
        ("LOCK TABLE andon_waivers IN ACCESS EXCLUSIVE MODE", "`since` is not known"),
    ],
)
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_connection_that_is_ended_is_a_warning(
    busy_shop: Shop, url: str, lock: str, warning: str
) -> None:
    monitor = DataMonitor(busy_shop.config())
    undisturbed = monitor.run(date=RUN, now=NOW)
    reports: list[Report] = []
    thread = threading.Thread(
        target=lambda: reports.append(monitor.run(date=RUN, now=NOW, record=True))
    )
    with holding(url, lock) as other:
        thread.start()
        ended(other)
    thread.join(30)
    (report,) = reports
    (only_warning,) = report.warnings
    assert warning in only_warning
    assert (report.verdict, report.exit_code) == (undisturbed.verdict, undisturbed.exit_code)
    values = [(check.id, check.value) for check in undisturbed.checks]
    assert [(check.id, check.value) for check in report.checks] == values
    assert len(stored(url)) == (warning != NOT_RECORDED)
    assert monitor.run(date=RUN, now=NOW, record=True).warnings == ()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_gates_while_connections_are_ended_all_the_time(busy_shop: Shop, url: str) -> None:
    done = threading.Event()

    def disturb() -> None:
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not done.wait(0.05):
                connection.exec_driver_sql(END_ALL)

    disturbing = threading.Thread(target=disturb)
    disturbing.start()
    try:
        returned = run_gates(busy_shop, reads=False)
    finally:
        done.set()
        disturbing.join(30)
    assert {(report["verdict"], report["exit_code"]) for report in returned.values()} == {
        ("red", 1)
    }
    # Cut off after it was kept and before it was told so: a gate then warns for nothing. What
    # it warned of before, such as waivers that it could not read, is kept.
    texts = [json.dumps(_as_kept(report), separators=(",", ":")) for report in returned.values()]
    kept = stored(url)
    assert set(kept.values()) <= set(texts)
    assert len(set(kept.values())) == len(kept) >= sum(not r["warnings"] for r in returned.values())
    assert sum(bool(report["warnings"]) for report in returned.values()) > 0


def _as_kept(report: dict[str, Any]) -> dict[str, Any]:
    after = (NOT_RECORDED, "the daily counts were not remembered")
    before = [
        warning for warning in report["warnings"] if not any(words in warning for words in after)
    ]
    return report | {"warnings": before}
