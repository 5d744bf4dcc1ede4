"""A server in a process of its own: started, waited for, stopped, never left running."""

from __future__ import annotations

import ipaddress
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Thread, Timer
from types import FrameType
from typing import Any

from checks.cli.console import Console
from checks.core.environment import DASHBOARD_ATTACHED
from checks.core.errors import UsageError
from checks.core.inert import line
from checks.core.secrets import without_credentials
from checks.core.text import quoted

_POLL_SECONDS = 0.05
_START_SECONDS = 60.0
_STOP_SECONDS = 5.0
_ANSWER_SECONDS = 2.0
_LAST_LINES = 40
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where a server listens."""

    host: str
    port: int

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it. Of names, only localhost counts."""
        try:
            return ipaddress.ip_address(self.host.partition("%")[0]).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"

    @property
    def everywhere(self) -> bool:
        """Whether it listens on every address of the machine."""
        return self.host in ("0.0.0.0", "::")  # noqa: S104  (compared, not bound)

    @property
    def local_host(self) -> str:
        """A host name by which this machine reaches it."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104

    @property
    def url(self) -> str:
        """The address for a browser on this machine."""
        host = self.local_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def require_free(self) -> None:
        """Raises UsageError where nothing can listen on the address."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((self.host, self.port))
                probe.listen(1)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            hint = "; choose another --port" if "in use" in reason else ""
            raise UsageError(
                f"cannot listen on {quoted(self.host)}, port {self.port}: {reason}{hint}"
            ) from None


class Server:
    """One child process. Its standard error goes to the console, its output is discarded.

    While it is entered, a signal that ends this process stops the child first. A signal that was
    ignored before, as by `nohup` and for a shell's background jobs, stays ignored.
    """

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], console: Console
    ) -> None:
        self._console = console
        self._stopping = False
        self._started = False
        self._last_lines: deque[str] = deque(maxlen=_LAST_LINES)
        # A session of its own: Ctrl-C reaches only us, and we stop the child, once.
        self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and file)
            command,
            env={**environ, DASHBOARD_ATTACHED: "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._reader = Thread(target=self._read, daemon=True)
        self._handlers: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Server:
        for number in (signal.Signals[name] for name in _SIGNALS if hasattr(signal, name)):
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._handlers[number] = signal.signal(number, self._on_signal)
        self._reader.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._reader.join(_ANSWER_SECONDS)
        for pipe in (self._process.stdin, self._process.stderr):
            if pipe is not None:
                pipe.close()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def wait_for(self, address: ListenAddress, path: str) -> bool:
        """Wait until the server answers; False where it was stopped meanwhile.

        Raises UsageError with its last output where it ended or never answered.
        """
        end = time.monotonic() + _START_SECONDS
        while self._process.poll() is None and not self._stopping:
            if _answers(address, path):
                self._started = True
                return True
            if time.monotonic() > end:
                self._stop()
                self._process.wait()
                raise UsageError(f"the dashboard did not answer within {_START_SECONDS:.0f} s")
            time.sleep(_POLL_SECONDS)
        self._process.wait()
        if self._stopping:
            return False
        raise UsageError(f"the dashboard did not start: {self._reason()}")

    def wait(self) -> bool:
        """Wait until the process ends; returns whether it was stopped on purpose."""
        self._process.wait()
        self._reader.join(_ANSWER_SECONDS)
        return self._stopping

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop()

    def _stop(self) -> None:
        """Terminate the process; kill it on a second call, or when it does not end in time."""
        with suppress(ProcessLookupError):
            if self._stopping:
                self._process.kill()
                return
            self._stopping = True
            self._process.terminate()
        timer = Timer(_STOP_SECONDS, self._process.kill)
        timer.daemon = True
        timer.start()

    def _read(self) -> None:
        assert self._process.stderr is not None  # noqa: S101  (it is a pipe)
        for raw in self._process.stderr:
            text = line(without_credentials(raw.decode("utf-8", "replace").rstrip()))
            self._last_lines.append(text)
            if self._started and not self._stopping:
                self._console.err(f"{text}\n")

    def _reason(self) -> str:
        """The last line of its output; a traceback ends with the error."""
        self._reader.join(_ANSWER_SECONDS)
        lines = [text for text in self._last_lines if text.strip()]
        return lines[-1].strip() if lines else f"it ended with code {self._process.returncode}"


def _answers(address: ListenAddress, path: str) -> bool:
    connection = HTTPConnection(address.local_host, address.port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
