"""The whole server, asked as a browser does: who sees anything, and that every start works."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from websockets.exceptions import InvalidStatus

from tests.dashboard.session import free_port, seen

ROOT = Path(__file__).resolve().parents[2]
REFUSED = b"Nothing is shown"
SHOWN = b"web-clickstream"
START_SECONDS = 60


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., int]]:
    """Starts a command with `--port N` or the like, in a strange folder; gives the port."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*command: str, port_option: str = "--port=", **environ: str) -> int:
        port = free_port()
        process = subprocess.Popen(
            [*command, f"{port_option}{port}"],
            cwd=tmp_path,
            env={**os.environ, "HOME": str(tmp_path), **environ},
            stdout=subprocess.DEVNULL,
        )
        running.append(process)
        end = time.monotonic() + START_SECONDS
        while not alive(port):
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)
        return port

    yield start
    for process in running:
        process.terminate()
        process.wait(timeout=30)


def alive(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def andon(config: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "checks.cli", "dashboard", "--config", str(config), *words]


def test_only_who_brings_the_header_sees_anything(
    demo: Callable[..., Path], started: Callable[..., int]
) -> None:
    port = started(*andon(demo(), "--user-header", "X-Forwarded-Email"))
    nobody = seen(port)
    assert REFUSED in nobody
    assert SHOWN not in nobody
    other = seen(port, **{"X-Forwarded-User": "mia@example.com"})
    assert SHOWN not in other
    mia = seen(port, **{"X-Forwarded-Email": "mia@example.com"})
    assert SHOWN in mia
    assert REFUSED not in mia


def test_without_sign_in_no_other_name_leads_here(
    demo: Callable[..., Path], started: Callable[..., int]
) -> None:
    """A page whose host name was made to lead to 127.0.0.1 gets no session."""
    port = started(*andon(demo()))
    assert SHOWN in seen(port)
    assert SHOWN in seen(port, "localhost", Origin=f"http://localhost:{port}")
    with pytest.raises(InvalidStatus):
        seen(port, "evil.example", Origin=f"http://evil.example:{port}")
    with pytest.raises(InvalidStatus):
        seen(port, Origin="http://evil.example")


def test_plain_streamlit_run_works_from_any_folder(
    demo: Callable[..., Path], started: Callable[..., int]
) -> None:
    """By the console script, which puts no folder of ours on the import path."""
    script = Path(sys.executable).with_name("streamlit")
    flags = ["--server.headless=true", "--browser.gatherUsageStats=false"]
    port = started(
        str(script),
        "run",
        str(ROOT / "dashboard" / "app.py"),
        *flags,
        "--server.address=127.0.0.1",
        port_option="--server.port=",
        ANDON_CONFIG=str(demo() / "andon.yml"),
    )
    assert SHOWN in seen(port)
