"""`andon` as a process of its own: pipes, encodings, signals, imports."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.signals import heeded

FAKE = str(Path(__file__).with_name("fake_engine.py"))


def start(folder: Path, *words: str, **environ: str) -> subprocess.Popen[bytes]:
    with heeded():
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=folder,
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


def finished(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    """How it ended. One that does not end is killed: left behind, it would fail a later test."""
    try:
        out, err = process.communicate(timeout=240)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
    return process.returncode, (out or b"").decode("utf-8"), err.decode("utf-8")


@pytest.mark.parametrize(("status", "code"), [("red", 1), ("green", 0)])
def test_a_closed_pipe_keeps_the_verdict(folder: Path, status: str, code: int) -> None:
    process = start(folder, FAKE, status, "gate", "--no-record")
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    assert finished(process)[::2] == (code, "")


def test_help_into_a_closed_pipe(folder: Path) -> None:
    process = start(folder, "-m", "checks.cli", "--help")
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    assert finished(process)[::2] == (0, "")


def shell(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", line, sys.executable, FAKE],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(("status", "code"), [("red", 1), ("green", 2)])
def test_a_full_disk_is_not_green(folder: Path, status: str, code: int) -> None:
    done = shell(folder, f'"$0" "$1" {status} gate --no-record > /dev/full')
    assert done.returncode == code
    assert done.stderr == "error: cannot write the output: No space left on device\n"


def test_closed_streams_keep_the_verdict(folder: Path) -> None:
    assert shell(folder, '"$0" "$1" red gate --no-record >&- 2>&-').returncode == 1


@pytest.mark.parametrize("environ", [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "cp437"}])
def test_an_encoding_without_glyphs(folder: Path, environ: dict[str, str]) -> None:
    code, out, err = finished(start(folder, FAKE, "red", "gate", "--no-record", **environ))
    assert (code, err) == (1, "")
    assert "x RED" in out


def test_the_c_locale(folder: Path) -> None:
    environ = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    code, out, err = finished(start(folder, FAKE, "green", "gate", "--no-record", **environ))
    assert (code, err) == (0, "")
    assert "GREEN" in out


SLOW = """
import sys, time
sys.path.insert(0, {folder!r})
from tests.cli.fake_engine import FakeEngine
engine = FakeEngine()
def evaluate(config, **asked):
    print("started", flush=True)
    time.sleep(600)
engine.evaluate = evaluate
sys.modules["checks.evaluation.engine"] = engine.module()
from checks.cli import main
sys.exit(main(["gate", "--report", "json=a.json"]))
"""


def test_ctrl_c_ends_a_process_in_one_line(folder: Path) -> None:
    process = start(folder, "-c", SLOW.format(folder=str(Path(FAKE).parent)))
    assert process.stdout is not None
    first_line = process.stdout.readline()
    if first_line != b"started\n":
        process.kill()
        raise AssertionError((first_line, *finished(process)))
    process.send_signal(signal.SIGINT)
    assert finished(process) == (130, "", "interrupted\n")
    assert [path.name for path in folder.iterdir()] == ["andon.yml"]


SLOW_IMPORTS = (
    "sqlalchemy",
    "duckdb",
    "yaml",
    "sqlglot",
    "difflib",
    "checks.catalog",
    "checks.evaluation.engine",
)


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["gate", "--help"], ["waive", "-h"]])
def test_asking_for_help_imports_nothing_heavy(folder: Path, words: list[str]) -> None:
    code = (
        "import sys; from checks.cli import main\n"
        f"assert main({words!r}) == 0\n"
        f"print('heavy:', [name for name in {SLOW_IMPORTS!r} if name in sys.modules])"
    )
    status, out, err = finished(start(folder, "-c", code))
    assert (status, err) == (0, "")
    assert out.endswith("heavy: []\n")


def test_a_folder_that_is_gone_is_one_problem(folder: Path) -> None:
    (folder / "gone").mkdir()
    line = 'cd gone; rmdir ../gone; "$0" "$1" green gate --config andon.yml --report json=x.json'
    done = shell(folder, line)
    assert done.returncode == 2
    assert "no such file" in done.stderr
    assert "internal error" not in done.stderr
