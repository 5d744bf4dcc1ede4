"""The two streams: colour, terminals, pipes, encodings, progress."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping

import pytest

from checks.cli.console import Console, reason_of
from checks.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Broken(io.StringIO):
    """A stream that fails with one error."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def write(self, text: str) -> int:
        raise self.error


def console(out: io.TextIOBase | None = None, err: io.TextIOBase | None = None) -> Console:
    return Console(out, err, {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("terminal", "environ", "colored"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
        (True, {"TERM": "xterm"}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": "0"}, False),
        (False, {"FORCE_COLOR": ""}, False),
        (True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (True, {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
    ],
)
def test_colour(terminal: bool, environ: Mapping[str, str], colored: bool) -> None:
    stream = Terminal() if terminal else io.StringIO()
    assert Console(stream, None, environ).colored is colored


def test_a_closed_or_missing_stream_is_no_terminal() -> None:
    closed = Terminal()
    closed.close()
    closed.isatty = lambda: io.StringIO.isatty(closed)  # type: ignore[method-assign]
    assert console(closed, closed).watched is False
    assert console().colored is False


def test_a_closed_standard_output_is_a_failure_that_is_told_once() -> None:
    err = io.StringIO()
    closed = console(None, err)
    closed.out("x")
    closed.out("y")
    assert closed.failed is True
    assert err.getvalue() == "error: cannot write the output: standard output is closed\n"


def test_without_streams_nothing_is_raised() -> None:
    silent = console()
    silent.err("x")
    assert silent.failed is False
    silent.out("x")
    assert silent.failed is True


def test_a_reader_that_had_enough_is_no_failure() -> None:
    it = console(Broken(BrokenPipeError()))
    it.out("x")
    it.out("y")
    assert (it.failed, it.stdout) == (False, None)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("closed")])
def test_lost_output_is_a_failure_that_is_told_once(error: Exception) -> None:
    err = io.StringIO()
    it = console(Broken(error), err)
    it.out("x")
    it.out("y")
    assert it.failed is True
    assert err.getvalue() == f"error: cannot write the output: {reason_of(error)}\n"


def test_a_broken_error_stream_is_left_alone() -> None:
    it = console(None, Broken(BrokenPipeError()))
    it.err("x")
    assert it.stderr is None


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("ascii", b"x RED ... \\xe9\n"), ("latin-1", b"x RED ... \xe9\n"), ("utf-8", None)],
)
def test_glyphs_that_cannot_be_printed(encoding: str, shown: bytes | None) -> None:
    text = "✗ RED … é\n"
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="")
    console(stream).out(text)
    assert raw.getvalue() == (shown or text.encode())


def test_a_lone_surrogate_does_not_crash() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="utf-8")
    console(stream).out("a\udce9")
    assert raw.getvalue() == b"a\\udce9"


def test_problems_are_inert() -> None:
    err = io.StringIO()
    console(None, err).problem("a\n::error::b \x1b[31m")
    assert err.getvalue().count("\n") == 1
    assert "\x1b" not in err.getvalue()


def test_the_reason_of_an_error_is_never_empty() -> None:
    assert reason_of(OSError()) == "OSError"
    assert reason_of(OSError(2, "No such file", "/secret/path")) == "No such file"


def steps(console: Console, patience: float, pause: float = 0.0) -> str:
    assert console.stderr is not None
    with Progress(console, patience) as progress:
        progress("reading stg_events")
        until = time.monotonic() + pause
        while not console.stderr.getvalue() and time.monotonic() < until:  # type: ignore[attr-defined]
            time.sleep(0.01)
        progress("judging\x1b[31m " + "x" * 200)
        drawn: str = console.stderr.getvalue()  # type: ignore[attr-defined]
    return drawn


def test_nobody_watches_no_progress() -> None:
    assert steps(console(None, io.StringIO()), 0.0) == ""


def test_no_progress_within_the_first_second() -> None:
    terminal = Terminal()
    assert steps(console(None, terminal), 60.0) == ""
    assert terminal.getvalue() == ""


def test_a_long_step_is_shown_while_it_lasts() -> None:
    terminal = Terminal()
    drawn = steps(console(None, terminal), 0.5, pause=60.0)
    assert drawn.startswith("\r... reading stg_events ")
    assert max(map(len, drawn.split("\r"))) <= 78
    assert "\x1b" not in drawn
    assert terminal.getvalue().endswith("\r" + " " * 78 + "\r")


def test_a_dumb_terminal_gets_whole_lines() -> None:
    terminal = Terminal()
    drawn = steps(Console(None, terminal, {"TERM": "dumb"}), 0.0)
    assert "\r" not in terminal.getvalue()
    assert drawn.endswith("\n")


def test_progress_without_a_step_draws_nothing() -> None:
    terminal = Terminal()
    with Progress(console(None, terminal), 0.0):
        time.sleep(0.1)
    assert terminal.getvalue() == ""


def test_every_reason_of_a_wait_is_repeated_for_a_watcher() -> None:
    from checks.cli.judging import judge_within
    from checks.core.model import Status
    from tests.cli.fake_engine import report, verdict

    terminal = Terminal()
    missing = verdict("log_entry_exists_today", Status.RED)
    answers = [report(missing), report(missing), report(verdict())]
    assert judge_within(0.05, lambda: answers.pop(0), console(None, terminal)) is not None
    assert "there is no log entry yet; waiting up to" in terminal.getvalue()
