"""The two servers that are compared: `andon dashboard` over a demo, and a bare Streamlit app."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "bench-data"
#: Every page's address with its heading; the wall has a sentence as its heading.
PAGES = {
    "": "Overview",
    "runs": "Runs",
    "quarantine": "Quarantine",
    "volume": "Volume",
    "revenue": "Revenue",
    "orphan-orders": "Orphan orders",
    "history": "History",
    "review": None,
}
BARE_PAGES = {"": "First", "second": "Second"}
_START_SECONDS, _STOP_SECONDS = 60.0, 20.0
_KIB_PER_MIB = 1024
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_BARE_SETTINGS = (
    "--server.headless=true",
    "--server.address=127.0.0.1",
    "--server.fileWatcherType=none",
    "--browser.gatherUsageStats=false",
)


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory of a process in MiB: resident set size, and proportional set size."""

    resident: float
    proportional: float


class Server:
    """One running server; stopped at the end of its `with` block."""

    def __init__(self, *command: str, settings: tuple[str, ...] = ()) -> None:
        self._port = _free_port()
        self._log = DATA / f"server-{self._port}.log"
        arguments = [*command, *(setting.format(port=self._port) for setting in settings)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip

    def __enter__(self) -> Server:
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._stop()
                raise RuntimeError(f"the server did not start: {self._log.read_text()}")
            time.sleep(0.1)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()
        self._log.unlink(missing_ok=True)

    @property
    def url(self) -> str:
        """Its address, without the last slash."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def stream(self) -> str:
        """The address of its websocket."""
        return f"ws://127.0.0.1:{self._port}/_stcore/stream"

    def cpu_seconds(self) -> float:
        """The time that its processes have computed so far, in user and system mode."""
        return sum(_cpu_ticks(pid) for pid in self._pids()) / _TICKS_PER_SECOND

    def memory(self) -> Memory:
        """What the process that serves holds now."""
        sizes = _sizes(self._pids()[-1])
        return Memory(sizes["Rss"] / _KIB_PER_MIB, sizes["Pss"] / _KIB_PER_MIB)

    def resident(self) -> float:
        """The resident memory of the process that serves, in MiB; cheap to ask often."""
        pages = Path(f"/proc/{self._pids()[-1]}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * _PAGE / _KIB_PER_MIB**2

    def _pids(self) -> list[int]:
        """The command, and Streamlit where the command has started it."""
        pids = [self._process.pid]
        for pid in pids:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
            pids += [int(child) for child in children.split()]
        return pids

    def _answers(self) -> bool:
        try:
            connection = HTTPConnection("127.0.0.1", self._port, timeout=5)
            connection.request("GET", "/_stcore/health")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False

    def _stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def andon(config: Path) -> Server:
    """`andon dashboard`, as everybody starts it."""
    command = str(Path(sys.executable).with_name("andon"))
    return Server(command, "dashboard", "--config", str(config), settings=("--port={port}",))


def bare() -> Server:
    """The yardstick, served by plain Streamlit."""
    command = str(Path(sys.executable).with_name("streamlit"))
    script = str(HERE / "dashboard_bare.py")
    return Server(
        command, "run", script, settings=("--server.port={port}", *_BARE_SETTINGS)
    )  # fmt: skip


def demo() -> Path:
    """The configuration of a demo of the default size that ends today; written once a day."""
    today = datetime.now(UTC).date()
    folder = DATA / f"dashboard-{today}"
    if not (folder / "andon.yml").exists():
        _write(folder, today)
    return folder / "andon.yml"


def _write(folder: Path, today: date) -> None:
    unfinished = DATA / "dashboard-unfinished"
    for old in (unfinished, *DATA.glob("dashboard-20*")):
        shutil.rmtree(old, ignore_errors=True)
    DATA.mkdir(exist_ok=True)
    print("writing a demo of 60 days x 50,000 events ...", file=sys.stderr, flush=True)
    command = str(Path(sys.executable).with_name("andon"))
    done = subprocess.run(
        [command, "demo", "--dir", str(unfinished), "--date", str(today)],
        stdout=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    if done.returncode not in (0, 1):  # 1: the demo's day is red, as it should be
        raise RuntimeError(f"andon demo ended with {done.returncode}")
    unfinished.rename(folder)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _cpu_ticks(pid: int) -> int:
    """utime and stime of proc(5)'s stat; the name before them may hold spaces."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _sizes(pid: int) -> dict[str, int]:
    """The sums of proc(5)'s smaps_rollup, in KiB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    lines = (line.split() for line in text.splitlines()[1:])
    return {words[0].rstrip(":"): int(words[1]) for words in lines}
