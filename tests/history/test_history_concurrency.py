"""Many processes at one store, real ones: nothing is lost, and nobody fails."""

from __future__ import annotations

import multiprocessing
import sqlite3
from contextlib import closing
from datetime import timedelta
from multiprocessing.synchronize import Barrier

import pytest

from checks.history import owned
from checks.history.store import History
from checks.history.time_limits import TimeLimits
from tests.history.history_samples import DAY, NOW, PIPELINE, report

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["psycopg", "checks.history.store", "checks.core.serialise"])


def write(url: str, name: str, times: int, start: Barrier) -> None:
    owned.LIMITS = TimeLimits(120.0, 120.0)  # what is tried is that nothing is lost, not how fast
    history = History(url, keep_days=400, busy_seconds=60)
    start.wait(60)
    for _ in range(times):
        history.context(PIPELINE, DAY)
        history.record(report())
        history.acknowledge(PIPELINE, name, name, "", NOW)


def run_writers(url: str, processes: int, times: int) -> None:
    start = PROCESSES.Barrier(processes)
    started = [
        PROCESSES.Process(target=write, args=(url, f"check_{number}", times, start))
        for number in range(processes)
    ]
    for process in started:
        process.start()
    for process in started:
        process.join(120)
    assert [process.exitcode for process in started] == [0] * processes


@pytest.mark.parametrize(("processes", "times"), [(20, 3)])
def test_concurrent_writers_on_a_fresh_store_lose_nothing(
    url: str, processes: int, times: int
) -> None:
    run_writers(url, processes, times)
    history = History(url, keep_days=400)
    runs = history.all_runs(PIPELINE, DAY)
    assert len({run.id for run in runs}) == processes * times
    open_ones = history.context(PIPELINE, DAY + timedelta(days=1)).acknowledgements
    assert sorted(acknowledgement.owner for acknowledgement in open_ones) == sorted(
        f"check_{number}" for number in range(processes)
    )


def test_sqlite_keeps_a_write_ahead_log(sqlite_url: str) -> None:
    History(sqlite_url, keep_days=400).record(report())
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
