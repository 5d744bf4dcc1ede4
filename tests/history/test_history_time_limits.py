"""Whatever a store does, it is waited for so long, and not once more for each question."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from time import monotonic

import pytest
import sqlalchemy as sa

from checks.core.errors import HistoryError
from checks.history import postgresql, time_limits
from checks.history.background import BackgroundThread
from checks.history.store import History
from checks.history.time_limits import (
    Attempt,
    RecentFailures,
    TimedOutError,
    TimeLimits,
    one_budget,
)
from tests import stalled_server
from tests.history.history_samples import DAY, NOW, PIPELINE, report

#: A limit that a test can wait for, and one that it never reaches unless nothing ends.
SHORT, FOREVER = 0.2, 60.0
Server = Callable[[], AbstractContextManager[str]]
STALLS = [stalled_server.silent, stalled_server.stalled, stalled_server.three_silent_hosts]


@pytest.fixture(autouse=True)
def _rested() -> Iterator[None]:
    time_limits.RECENT_FAILURES.clear()
    yield
    time_limits.RECENT_FAILURES.clear()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    begun = monotonic()
    yield
    assert monotonic() - begun < seconds


def history(url: str, read: float = SHORT, write: float = SHORT) -> History:
    return History(url, keep_days=400, limits=TimeLimits(read, write))


def threads_end() -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("andon-history"):
            thread.join(FOREVER)
            assert not thread.is_alive()


def test_the_limits_that_are_documented() -> None:
    assert (TimeLimits().read, TimeLimits().write) == (5.0, 10.0)


@pytest.mark.parametrize("server", STALLS)
def test_a_server_that_stalls_is_left_behind(server: Server) -> None:
    with server() as url, within(FOREVER):
        with pytest.raises(HistoryError, match=r"^history \S+: it did not answer within 0\.2 s$"):
            history(url).context(PIPELINE, DAY)
        with pytest.raises(HistoryError, match=r"it did not answer within 0\.3 s$"):
            history(url, write=0.3).record(report())
    threads_end()


def test_a_server_that_stalls_is_hung_up_on() -> None:
    """Else a dashboard collects a thread for each question, for good."""
    with stalled_server.stalled() as url:
        with pytest.raises(HistoryError):
            history(url, read=1.0).context(PIPELINE, DAY)
        threads_end()


def test_time_that_a_trigger_takes(postgresql_url: str) -> None:
    """The server ends the statement itself, before the time is over."""
    plain = History(postgresql_url, keep_days=400)
    plain.record(report())
    with sa.create_engine(postgresql_url, poolclass=sa.pool.NullPool).begin() as other:
        other.exec_driver_sql(
            "CREATE FUNCTION andon_slow() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN PERFORM pg_sleep(3600); RETURN NEW; END'"
        )
        other.exec_driver_sql(
            "CREATE TRIGGER slow BEFORE INSERT ON andon_evaluations "
            "FOR EACH ROW EXECUTE FUNCTION andon_slow()"
        )
    with within(FOREVER), pytest.raises(HistoryError, match="did not answer"):
        history(postgresql_url, write=1.0).record(report())
    threads_end()
    assert len(plain.all_runs(PIPELINE, DAY)) == 1


def test_after_one_time_out_reads_fail_at_once_and_writes_are_tried() -> None:
    with stalled_server.silent() as url:
        slow = history(url, read=time_limits.SLOW_SECONDS)
        with pytest.raises(HistoryError) as first:
            slow.context(PIPELINE, DAY)
        begun = monotonic()
        for _ in range(100):
            with pytest.raises(HistoryError) as again:
                History(url, keep_days=400).evaluations(PIPELINE)
            assert str(again.value) == str(first.value)
        assert monotonic() - begun < time_limits.READ_SECONDS
        with pytest.raises(HistoryError, match=r"within 0\.2 s"):
            slow.acknowledge(PIPELINE, "freshness", "Mia", "", NOW)


def test_a_write_that_is_answered_ends_the_rest(sqlite_url: str) -> None:
    store = History(sqlite_url, keep_days=400)
    place = sqlite_url.removeprefix("sqlite:///")
    time_limits.RECENT_FAILURES.add(place, "slow", time_limits.SLOW_SECONDS)
    with pytest.raises(HistoryError, match=r"^slow$"):
        store.pipelines()
    store.record(report())
    assert store.pipelines() == (PIPELINE,)


def test_how_long_a_store_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time_limits, "monotonic", lambda: now[0])
    failures = RecentFailures()
    failures.add("a", "words", time_limits.SLOW_SECONDS - 0.001)
    assert failures.reason("a") is None
    failures.add("a", "words", time_limits.SLOW_SECONDS)
    assert (failures.reason("a"), failures.reason("b")) == ("words", None)
    now[0] += time_limits.REST_SECONDS - 0.001
    assert failures.reason("a") == "words"
    now[0] += 0.001
    assert failures.reason("a") is None


def test_reads_of_one_evaluation_share_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time_limits, "monotonic", lambda: now[0])

    def seconds_of(kind: time_limits.Kind, takes: float) -> float:
        with time_limits.attempt(kind, TimeLimits(), 9) as current:
            now[0] += takes
        return current.seconds

    assert [seconds_of("read", 3.0) for _ in range(2)] == [5.0, 5.0]
    with one_budget():
        assert [seconds_of("read", 2.0) for _ in range(4)] == [5.0, 3.0, 1.0, -1.0]
        assert [seconds_of("write", 4.0), seconds_of("write", 4.0)] == [10.0, 6.0]
    assert seconds_of("read", 0.0) == 5.0


def test_without_time_nothing_is_begun() -> None:
    begun = count()
    with pytest.raises(TimedOutError):
        Attempt(0.0, 1).run(lambda: next(begun))
    assert next(begun) == 0


def test_what_is_waited_for_late_is_stopped_at_once() -> None:
    current, stopped, go = Attempt(0.01, 1), threading.Event(), threading.Event()

    def work() -> None:
        go.wait(FOREVER)
        current.set_stop(stopped.set)

    with pytest.raises(TimedOutError):
        current.run(work)
    go.set()
    assert stopped.wait(FOREVER)


def test_a_stop_that_fails_hides_nothing() -> None:
    go = threading.Event()
    current = Attempt(0.05, 1)

    def work() -> None:
        current.set_stop(lambda: (_ for _ in ()).throw(OSError()))
        go.wait(FOREVER)

    with pytest.raises(TimedOutError):
        current.run(work)
    go.set()
    threads_end()


def test_locks_take_less_than_the_attempt() -> None:
    assert Attempt(5.0, 8.0).lock_seconds == 4.0
    assert Attempt(10.0, 8.0).lock_seconds == 8.0
    assert Attempt(10.0, 0.2).lock_seconds == 0.2


@pytest.mark.parametrize(
    ("hosts", "seconds", "limit"), [(1, 5.0, 4), (1, 10.0, 8), (3, 10.0, 2), (1, 0.1, 2)]
)
def test_connecting_leaves_time_for_the_next_host(hosts: int, seconds: float, limit: int) -> None:
    several = "&".join(f"host=h{number}:5432" for number in range(hosts))
    store = postgresql.PostgresqlStore(sa.make_url(f"postgresql:///db?{several}"))
    assert store._connect_arguments(Attempt(seconds, 1))["connect_timeout"] == limit


def test_a_name_that_nobody_resolves_stops_no_other_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: go.wait(FOREVER))
    with within(FOREVER), pytest.raises(HistoryError, match="did not answer"):
        history("postgresql://andon@history.example.invalid/db").pipelines()
    go.set()


def loop(path: Path) -> None:
    path.symlink_to(path)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def bound(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


@pytest.mark.parametrize("put", [loop, pipe, device, bound, Path.mkdir])
@pytest.mark.parametrize("is_write", [False, True])
def test_what_is_no_file(tmp_path: Path, put: Callable[[Path], None], is_write: bool) -> None:
    path = tmp_path / "h.db"
    put(path)
    store = History(f"sqlite:///{path}", keep_days=400)
    with within(FOREVER), pytest.raises(HistoryError, match=r"^history \S+h\.db: \S+") as raised:
        store.record(report()) if is_write else store.context(PIPELINE, DAY)
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize("error", [RuntimeError("loop"), OSError(errno.ELOOP, "loop")])
def test_a_link_that_leads_to_itself_is_said(
    tmp_path: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python 3.13 raises another error for it."""
    path = tmp_path / "h.db"
    loop(path)
    store = History(f"sqlite:///{path}", keep_days=400)

    def resolve(path: Path, *, strict: bool = False) -> Path:
        raise error

    monkeypatch.setattr(Path, "resolve", resolve)
    with pytest.raises(HistoryError, match="its symbolic link leads to itself"):
        store.context(PIPELINE, DAY)


def test_a_link_to_nowhere_is_no_history_yet(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "h.db")
    store = History(f"sqlite:///{tmp_path / 'link.db'}", keep_days=400)
    assert store.pipelines() == ()
    store.record(report())
    assert (tmp_path / "h.db").is_file()
    assert store.pipelines() == (PIPELINE,)


def test_aside_hands_over_what_is_raised_and_does_not_wait() -> None:
    go = threading.Event()
    with BackgroundThread() as background:
        failing = background.submit(int, "x")
        hanging = background.submit(go.wait, FOREVER)
        cancelled = background.submit(int, "1")
        assert cancelled.cancel()
    assert not hanging.done()
    go.set()
    assert hanging.result(FOREVER)
    with pytest.raises(ValueError, match="invalid literal"):
        failing.result(FOREVER)


READS = """
import sys
sys.path[:0] = [{folder!r}]
from datetime import date
from checks.core.errors import HistoryError
from checks.history.time_limits import TimeLimits
from checks.history.store import History
print("begun", flush=True)
try:
    History({url!r}, 400, limits=TimeLimits({seconds}, 1)).context("p", date(2025, 3, 8))
except HistoryError as error:
    print(error)
"""


def reading(url: str, seconds: float) -> subprocess.Popen[str]:
    code = READS.format(folder=str(Path.cwd()), url=url, seconds=seconds)
    return subprocess.Popen(
        [sys.executable, "-X", "dev", "-W", "error", "-c", code],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("server", STALLS)
def test_ctrl_c_ends_the_wait(server: Server, heeded_signals: None) -> None:
    with server() as url, within(FOREVER), reading(url, FOREVER) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=FOREVER)
    # Seen on a busy machine: the interpreter ends with 1 after the same traceback.
    assert process.returncode in (-signal.SIGINT, 1)
    assert errors.rstrip().endswith("KeyboardInterrupt")


@pytest.mark.parametrize("server", STALLS)
def test_what_is_left_behind_makes_no_noise(server: Server) -> None:
    with server() as url, within(FOREVER), reading(url, SHORT) as process:
        output, errors = process.communicate(timeout=FOREVER)
    assert "did not answer within 0.2 s" in output
    assert (process.returncode, errors) == (0, "")
