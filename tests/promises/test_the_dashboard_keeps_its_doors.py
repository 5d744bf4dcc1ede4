"""Promise: what is open in the dashboard is what its command opened.

Proved on the whole server, with a hostile configuration in its folder and its home, and as a
browser talks to it: strangers act in nobody's name, no other page gets data, downloads are at
addresses that cannot be computed and end with their session. Folders of rejected rows, forms and
every single setting have their own tests, in tests/quarantine, tests/dashboard and tests/cli.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import (
    MemoryMediaFileStorage,
    _calculate_file_id,
)
from websockets.exceptions import InvalidStatus

from checks.demo import write_demo
from tests.dashboard.session import free_port, messages

START_SECONDS = 120
OWNER = "owner@example.com"
FORM = b"Give a waiver"
HOSTILE = """
[server]
corsAllowedOrigins = ["http://evil.example"]
enableCORS = false
enableXsrfProtection = false
enableStaticServing = true
maxUploadSize = 500
baseUrlPath = "x"
address = "0.0.0.0"
allowedHosts = ["evil.example"]
trustedUserHeaders = {X-Evil = "email"}
[browser]
serverAddress = "evil.example"
[client]
showErrorDetails = "full"
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo in which waivers may be given on screen."""
    folder = tmp_path_factory.mktemp("doors") / "demo"
    write_demo(folder, today=date(2025, 3, 9), scenario="missing-identity", days=20,
               events_per_day=2000, backfill_days=0)  # fmt: skip
    file = folder / "andon.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}\ndashboard:\n  allow_waivers: true\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def serve(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., int]]:
    """Starts `andon dashboard` in a folder with hostile settings; one server for each option."""
    running: dict[tuple[str, ...], tuple[int, subprocess.Popen[bytes]]] = {}

    def start(*words: str) -> int:
        if words not in running:
            folder = tmp_path_factory.mktemp("start")
            (folder / ".streamlit").mkdir()
            (folder / ".streamlit" / "config.toml").write_text(HOSTILE, encoding="utf-8")
            port = free_port()
            command = [sys.executable, "-m", "checks.cli", "dashboard", "--config", str(demo)]
            environ = {"HOME": str(folder), "ANDON_OWNER": OWNER,
                       "STREAMLIT_SERVER_ENABLE_CORS": "false"}  # fmt: skip
            process = subprocess.Popen(
                [*command, f"--port={port}", *words], cwd=folder,
                env={**os.environ, **environ}, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            running[words] = port, process
            end = time.monotonic() + START_SECONDS
            while status(port, "/healthz") != 200:
                assert process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.1)
        return running[words][0]

    yield start
    for _, process in running.values():
        process.terminate()
        process.wait(timeout=30)


def status(port: int, path: str) -> int:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except OSError:
        return 0


def words_of(messages_sent: list[ForwardMsg]) -> bytes:
    return b"".join(message.SerializeToString() for message in messages_sent)


def downloads(messages_sent: list[ForwardMsg]) -> list[str]:
    elements = [element.delta.new_element for element in messages_sent]
    return [element.download_button.url for element in elements
            if element.WhichOneof("type") == "download_button"]  # fmt: skip


DAY = "date=2025-03-08"


def test_the_owner_is_who_sits_at_the_machine(serve: Callable[..., int]) -> None:
    port = serve()
    local = words_of(messages(port, page="history", query=DAY))
    assert FORM in local
    assert OWNER.encode() in local
    for header in ({"X-Forwarded-For": "203.0.113.7"}, {"Via": "1.1 proxy"}):
        content = words_of(messages(port, page="history", query=DAY, **header))
        assert FORM not in content
        assert OWNER.encode() not in content
        assert b"nobody is signed in. Sign in, or" in content


def test_who_lets_everybody_in_lets_nobody_act(serve: Callable[..., int]) -> None:
    content = words_of(messages(serve("--allow-anonymous"), page="history", query=DAY))
    assert FORM not in content
    assert b"nobody is signed in. Sign in, or" in content


@pytest.mark.parametrize("words", [(), ("--allow-anonymous",)])
def test_no_setting_beside_ours_lets_another_page_in(
    serve: Callable[..., int], words: tuple[str, ...]
) -> None:
    port = serve(*words)
    with pytest.raises(InvalidStatus):
        messages(port, Origin="http://evil.example")
    assert status(port, "/_stcore/health") == 200  # no path in front
    with urlopen(f"http://127.0.0.1:{port}/_stcore/host-config", timeout=10) as answer:
        assert b"evil" not in answer.read()


def test_a_download_is_one_sessions_alone_and_ends_with_it(serve: Callable[..., int]) -> None:
    port = serve()
    served: list[int] = []

    def fetch(messages_sent: list[ForwardMsg]) -> None:
        served.extend(status(port, url) for url in downloads(messages_sent))

    first = downloads(messages(port, page="quarantine", query=DAY, while_open=fetch))
    second = downloads(messages(port, page="quarantine", query=DAY, while_open=fetch))
    assert served == [200, 200]
    assert len(first) == len(second) == 1
    assert first != second  # though content, name and type are the same
    end = time.monotonic() + START_SECONDS
    while status(port, first[0]) == 200 or status(port, second[0]) == 200:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert [status(port, url) for url in (*first, *second)] == [404, 404]


def test_an_address_cannot_be_computed_from_what_is_in_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from streamlit import runtime

    from dashboard import downloads as ours

    storage = MemoryMediaFileStorage("/media")
    files = MediaFileManager(storage)
    fake = type("Runtime", (), {"media_file_mgr": files})()
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: fake)
    monkeypatch.setattr(ours, "_session", lambda: ours._Session("dontcare", "0" * 64))
    kind = ours.private("text/csv")
    url = files.add(b"a,b\n", kind, "0", "rows.csv", is_for_static_download=True)
    assert _calculate_file_id(b"a,b\n", "text/csv", "rows.csv") not in url
    file = storage.get_file(url.rpartition("/")[2])
    assert (file.content, file.filename) == (b"a,b\n", "rows.csv")
    ours.remove("another")
    assert storage._files_by_id
    ours.remove("dontcare")
    assert not storage._files_by_id
