"""A dashboard that shows the same whenever it is started: a demo of a fixed date, a fixed clock."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from socket import socket
from typing import Final

from checks import DataMonitor, load_config
from checks.demo import write_demo
from checks.history import open_history

DAY: Final = date(2025, 3, 8)
RUN: Final = date(2025, 3, 9)
DAYS: Final = 31
GATE_AT: Final = clock_time(6, 12, tzinfo=UTC)
SEEN_AT: Final = datetime(2025, 3, 9, 6, 41, tzinfo=UTC)
NOW: Final = datetime(2025, 3, 9, 7, 10, tzinfo=UTC)
_MAX_SECONDS: Final = 120.0


def write(folder: Path) -> Path:
    """Write the demo with a gate run each morning and an acknowledgement; its configuration."""
    path = write_scenario(folder, "missing-identity")
    config = load_config(path)
    open_history(config.history).acknowledge(
        config.pipeline, "quarantine_rate", "Ana Wolf", "asked the app team", SEEN_AT
    )
    return path


def write_scenario(folder: Path, scenario: str) -> Path:
    """Write a demo with a gate run each morning; its configuration."""
    demo = write_demo(folder, today=RUN, scenario=scenario, backfill_days=0)
    config = load_config(demo.config)
    for back in range(DAYS - 1, -1, -1):
        day = RUN - timedelta(days=back)
        DataMonitor(config).run(date=day, now=datetime.combine(day, GATE_AT), record=True)
    return demo.config


@contextmanager
def dashboard(config: Path, home: Path) -> Iterator[str]:
    """Run a dashboard over the demo; its address."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    script = Path(__file__).with_name("dashboard_at.py")
    environ = {name: value for name, value in os.environ.items() if "ANDON" not in name}
    server = subprocess.Popen(
        [sys.executable, str(script), NOW.isoformat(), str(port), str(config)],
        env=environ | {"HOME": str(home), "TZ": "UTC"}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(server, f"{address}/healthz")
        yield address
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(server: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + _MAX_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310  (our own server)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit("the dashboard did not start")
