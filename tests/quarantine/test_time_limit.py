"""Reading ends in time, and at once on Ctrl-C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from checks.quarantine.content import Ends
from checks.quarantine.memory import InMemoryDuckDb
from tests.quarantine.conftest import FILE, HEADER, Desk, lines

#: Seconds: far more than a busy machine needs, far less than what is stopped would take.
PATIENCE = 60.0
_ENDLESS = """
SELECT $files[1], $delimiter, NULL, count(*) FROM range(10000000000000) t(i) WHERE hash(i) = 7
"""


@pytest.fixture
def endless(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk whose files take for ever to count."""
    desk.write(FILE, lines("a", "b"))
    monkeypatch.setattr("checks.quarantine.reader.counting", lambda records, day: _ENDLESS)
    return desk


def test_what_takes_too_long_is_stopped(endless: Desk) -> None:
    endless.seconds = 0.5
    started = monotonic()
    rejected = endless.read()
    assert monotonic() - started < PATIENCE
    assert (rejected.rows, rejected.reasons) == (None, ())
    assert rejected.warnings == ("quarantine: the files were not read within 0.5 s",)


def test_the_limit_is_ten_seconds(endless: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checks.quarantine.files.MOST_SECONDS", 0.25)
    assert endless.read().warnings == ("quarantine: the files were not read within 0.25 s",)


@pytest.mark.usefixtures("heeded_signals")
def test_ctrl_c_stops_the_reading(endless: Desk) -> None:
    main = threading.get_ident()
    timer = threading.Timer(0.3, lambda: signal.pthread_kill(main, signal.SIGINT))
    timer.start()
    started = monotonic()
    with pytest.raises(KeyboardInterrupt):
        endless.read()
    assert monotonic() - started < PATIENCE


def test_a_folder_that_hangs_is_left_behind(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def hang(*args: object, **options: object) -> Iterator[str]:
        released.wait(2 * PATIENCE)
        return iter(())

    monkeypatch.setattr("checks.quarantine.selection.glob", hang)
    desk.seconds = 0.1
    started = monotonic()
    assert desk.read().warnings == ("quarantine: the files were not read within 0.1 s",)
    assert monotonic() - started < PATIENCE
    released.set()


def test_no_file_is_begun_once_it_is_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.seconds = 1.0
    begun: list[str] = []
    released = threading.Event()

    def slow(path: str, check: object) -> Ends:
        begun.append(Path(path).name)
        released.wait(1.5)
        return Ends(HEADER.encode(), b"")

    monkeypatch.setattr("checks.quarantine.forms.ends_of", slow)
    for name in (FILE, "events_20250308_other.csv"):
        desk.write(name, lines("a"))
    assert desk.read().warnings == ("quarantine: the files were not read within 1 s",)
    assert begun == [FILE]


def test_what_is_stopped_while_it_begins_does_not_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb

    memory, connect = InMemoryDuckDb(), duckdb.connect

    def late(*words: Any, **options: Any) -> duckdb.DuckDBPyConnection:
        memory.stop()
        return connect(*words, **options)

    monkeypatch.setattr("duckdb.connect", late)
    # It would end by itself, after a minute or more.
    with pytest.raises(duckdb.InterruptException):
        memory.run("SELECT count(*) FROM range(20000000000) t(i) WHERE hash(i) = 7", {})
    memory.close()


def test_stopping_and_closing_before_anything_was_read() -> None:
    memory = InMemoryDuckDb()
    memory.stop()
    memory.close()
