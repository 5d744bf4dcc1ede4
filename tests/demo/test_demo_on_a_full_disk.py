"""A demo that the disk has no room for is refused in one line, and leaves nothing behind."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest


def _limited(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [4_096, 300_000, 2_000_000])
def test_a_demo_without_room_says_so(tmp_path: Path, size: int) -> None:
    words = [sys.executable, "-m", "checks.cli", "demo", "--events-per-day", "20000"]
    done = subprocess.run(
        [*words, "--days", "20"], cwd=tmp_path, capture_output=True, text=True, check=False,
        preexec_fn=lambda: _limited(size),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == "error: cannot write the demo to 'demo': File too large"
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
