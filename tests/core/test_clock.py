"""One module reads the system's date, and the tests set what it says."""

from __future__ import annotations

import ast
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests import moment

ROOT = Path(__file__).resolve().parents[2]
#: Reads the date on purpose: the module itself, and what sets it.
CLOCKS = {"checks/core/clock.py", "tests/moment.py", "tests/moved_clock/sitecustomize.py"}
#: Tokens of a sign-in are as old as the libraries that check them say.
CLOCKS |= {"tests/browser/oidc_provider.py", "tests/core/test_clock.py"}
_READERS = {
    "datetime": {"now", "today", "utcnow"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime"},
}


def readings(source: str) -> list[str]:
    """Every expression that reads the system's date, as `line: expression`."""
    return [
        f"{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and node.attr in _READERS.get(ast.unparse(node.value).rpartition(".")[2], ())
    ]


@pytest.mark.parametrize("folder", ["checks", "dashboard", "pages", "tests"])
def test_nothing_else_reads_the_systems_date(folder: str) -> None:
    files = [path for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts]
    assert files
    calls = {
        name: read
        for path in files
        if (name := path.relative_to(ROOT).as_posix()) not in CLOCKS
        and (read := readings(path.read_text(encoding="utf-8")))
    }
    assert calls == {}


@pytest.mark.parametrize(
    "source",
    ["datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "dt.date.today()",
     "time.time()", "field(default_factory=datetime.now)"],
)  # fmt: skip
def test_the_guard_sees_each_of_them(source: str) -> None:
    assert readings(source)


@pytest.mark.parametrize("source", ["clock.now()", "time.monotonic()", "moment.today()", "now()"])
def test_the_guard_lets_the_rest_pass(source: str) -> None:
    assert readings(source) == []


def test_every_test_begins_at_the_same_moment() -> None:
    assert moment.today() == moment.USUAL.date()


def test_the_clock_goes_on_and_comes_back() -> None:
    before = moment.now()
    with moment.at(moment.ODD_DAYS["29 February"]):
        assert str(moment.today()) == "2028-02-29"
        first = moment.now()
        assert moment.now() >= first
    assert timedelta() <= moment.now() - before < timedelta(hours=1)


@pytest.mark.odd_days
def test_a_process_has_the_same_clock() -> None:
    code = "from checks.core import clock; print(clock.now().isoformat())"
    before = moment.now()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert before <= datetime.fromisoformat(done.stdout.strip()) <= moment.now()
