"""An evaluation is kept once, however often and whenever it arrives, and wholly or not at all."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic, sleep

import pytest
import sqlalchemy as sa

from checks.core.errors import HistoryError
from checks.core.model import Status
from checks.history.store import History
from checks.history.time_limits import RECENT_FAILURES, TimeLimits
from tests.history.history_samples import DAY, NOW, PIPELINE, report

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["psycopg", "checks.history.store", "checks.core.serialise"])
#: How many processes are killed; call `kill_many` with more where there is time.
KILLED = 12
CHECKS = {f"check_{number}": Status.RED for number in range(12)}


def test_what_arrives_again_is_not_recorded_again(history: History) -> None:
    first = history.record(report(freshness=Status.RED), key="a")
    assert history.record(report(freshness=Status.GREEN), key="a") == first
    other = history.record(report(freshness=Status.RED), key="b")
    assert [evaluation.id for evaluation in history.all_runs(PIPELINE, DAY)] == [other, first]
    assert history.latest(PIPELINE, "freshness") == (DAY, Status.RED, 0.5)


def test_each_record_has_a_key_of_its_own(history: History) -> None:
    assert history.record(report()) != history.record(report())


def test_the_store_itself_keeps_a_key_once(url: str) -> None:
    History(url, keep_days=400).record(report(), key="a")
    copied = (
        "INSERT INTO andon_evaluations (pipeline, run_date, data_date, evaluated_at, verdict, "
        "exit_code, report, record_key) SELECT pipeline, run_date, data_date, evaluated_at, "
        "verdict, exit_code, report, record_key FROM andon_evaluations"
    )
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as other:
        other.exec_driver_sql(copied)


def test_a_record_that_lands_late_counts_once(postgresql_url: str) -> None:
    """It was given up on, and is recorded again: whichever comes first, there is one."""
    history = History(postgresql_url, keep_days=400, limits=TimeLimits(5.0, 0.5))
    history.record(report(DAY - timedelta(days=1)))
    engine = sa.create_engine(postgresql_url, poolclass=sa.pool.NullPool)
    with engine.begin() as other:
        other.exec_driver_sql("LOCK TABLE andon_evaluations IN EXCLUSIVE MODE")
        with pytest.raises(HistoryError):
            history.record(report(), key="a")
    RECENT_FAILURES.clear()
    patient = History(postgresql_url, keep_days=400)
    evaluation = patient.record(report(), key="a")
    for thread in threading.enumerate():
        if thread.name == "andon-history":
            thread.join(60)
    assert [evaluation.id for evaluation in patient.all_runs(PIPELINE, DAY)] == [evaluation]


def record_for_ever(url: str, name: str, pipe: Connection) -> None:
    """Records, and says what was recorded."""
    history = History(url, keep_days=400)
    number = 0
    while True:
        key = f"{name}-{number}"
        history.record(report(pipeline=PIPELINE, **CHECKS), key=key)
        pipe.send(key)
        number += 1


def kill_many(path: Path, times: int, seed: int = 0) -> list[str]:
    """What was told as recorded by processes that were killed, each at a random moment."""
    keys: list[str] = []
    chance = random.Random(seed)  # noqa: S311
    for number in range(times):
        receiver, sender = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(
            target=record_for_ever, args=(f"sqlite:///{path}", f"p{number}", sender)
        )
        process.start()
        sender.close()
        keys.append(receiver.recv())  # it is at work
        until = monotonic() + chance.uniform(0, 0.05)
        while monotonic() < until:
            sleep(0)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(60)
        with contextlib.suppress(EOFError), receiver:
            while True:
                keys.append(receiver.recv())
    return keys


def stored_keys(path: Path) -> list[str]:
    """Every key, after the file and each evaluation were found whole."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = connection.execute(
            "SELECT record_key, count(r.check_id) FROM andon_evaluations e "
            "LEFT JOIN andon_results r ON r.evaluation_id = e.id GROUP BY e.id"
        ).fetchall()
        orphans = "SELECT count(*) FROM andon_results WHERE evaluation_id NOT IN "
        assert connection.execute(f"{orphans} (SELECT id FROM andon_evaluations)").fetchone() == (
            0,
        )
    assert {count for _, count in rows} == {len(CHECKS)}
    return [key for key, _ in rows]


def test_killing_loses_and_doubles_nothing(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    recorded_keys = kill_many(path, KILLED)
    keys = stored_keys(path)
    assert len(keys) == len(set(keys))
    assert set(recorded_keys) <= set(keys)
    # The one that each was at work on may have been kept before it could say so.
    assert len(keys) - len(recorded_keys) <= KILLED
    history = History(f"sqlite:///{path}", keep_days=400)
    last = history.record(report(now=NOW, **CHECKS))
    assert history.all_runs(PIPELINE, DAY)[0].id == last
    assert len(history.all_runs(PIPELINE, DAY)) == len(keys) + 1
