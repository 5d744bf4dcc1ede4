"""A dashboard as people start it: `andon dashboard` in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from threading import Timer

from tests.signals import heeded

#: Far more than a busy machine needs; nothing waits for them to pass.
_START_SECONDS = 240.0
_STOP_SECONDS = 80.0


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """One running dashboard over some configurations, with `folder` as its home."""

    def __init__(self, folder: Path, *configs: Path, port: int | None = None) -> None:
        self.folder = folder
        self.configs = configs
        self.port = port or free_port()
        self._errors = folder / f"server-{self.port}.log"
        self._process = self._start()

    @property
    def url(self) -> str:
        """The address of the overview, without the last slash."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def complaints(self) -> str:
        """What the server wrote to standard error: nothing without errors."""
        return self._errors.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """Stop it as Ctrl-C does; it must end by itself."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_STOP_SECONDS)
        finally:
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()

    def restart(self) -> None:
        """Start it again on the same port."""
        self.stop()
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        words = [word for config in self.configs for word in ("--config", str(config))]
        command = ["dashboard", *words, "--port", str(self.port)]
        environ = {name: value for name, value in os.environ.items() if "ANDON" not in name}
        with self._errors.open("a") as errors, heeded():  # it is stopped as Ctrl-C does
            process = subprocess.Popen(
                [sys.executable, "-m", "checks.cli", *command],
                env=environ | {"HOME": str(self.folder), "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._await(process)
        return process

    def _await(self, process: subprocess.Popen[str]) -> None:
        """Wait for the line that says where it is."""
        assert process.stdout is not None
        timer = Timer(_START_SECONDS, process.kill)
        timer.start()
        try:
            line = process.stdout.readline()
        finally:
            timer.cancel()
        if self.url not in line:
            process.kill()
            process.wait()
            process.stdout.close()
            raise AssertionError(f"the dashboard did not start: {line!r} {self.complaints}")
