"""`andon dashboard`: what it serves, to whom, and how it starts and ends."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from checks.cli import serving
from checks.cli.commands import dashboard
from checks.cli.console import Console
from checks.cli.serving import ListenAddress
from checks.core.environment import DASHBOARD_ATTACHED
from tests.cli.andon_results import Andon
from tests.cli.fake_engine import CONFIG

#: Seconds. Far more than a busy machine needs; nothing waits for it to pass.
PATIENCE = 120.0
SECRETS = """
[auth]
redirect_uri = "https://andon.example.com/oauth2callback"
cookie_secret = "not-to-be-shown"
client_id = "andon"
client_secret = "not-to-be-shown"
server_metadata_url = "https://login.example.com/.well-known/openid-configuration"
"""


class FakeServer:
    """In place of the process: remembers how it was started, and ends as told."""

    started: list[FakeServer]
    answers = True
    is_stopped = True

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], console: object) -> None:
        self.command = list(command)
        self.environ = dict(environ)
        self.started.append(self)

    def __enter__(self) -> FakeServer:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def wait_for(self, address: ListenAddress, path: str) -> bool:
        return self.answers

    def wait(self) -> bool:
        return self.is_stopped

    def flags(self, name: str) -> list[str]:
        return [word.partition("=")[2] for word in self.command if word.startswith(f"--{name}=")]


@pytest.fixture
def server(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> type[FakeServer]:
    """A fresh FakeServer for this test; no secrets of the person who runs it."""
    fake = type("Fake", (FakeServer,), {"started": []})
    monkeypatch.setattr(serving, "Server", fake)
    monkeypatch.setattr(ListenAddress, "require_free", lambda self: None)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("STREAMLIT_SECRETS_FILES", raising=False)
    return fake


def write_secrets(folder: Path, text: str = SECRETS) -> Path:
    (folder / ".streamlit").mkdir(exist_ok=True)
    path = folder / ".streamlit" / "secrets.toml"
    path.write_text(text, encoding="utf-8")
    return path


def write_config(path: Path, pipeline: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(CONFIG.replace("pipeline: shop", f"pipeline: {pipeline}"), encoding="utf-8")
    return path


def test_it_says_where_it_is_and_stopping_it_is_no_fault(
    andon: Andon, folder: Path, server: type[FakeServer]
) -> None:
    result = andon("dashboard")
    assert (result.code, result.err) == (0, "")
    assert result.out == "Andon is at http://127.0.0.1:8501 (Ctrl-C stops it)\n"
    (started,) = server.started
    assert started.environ["ANDON_CONFIGS"] == str(folder / "andon.yml")
    assert started.environ["ANDON_REQUIRE_SIGN_IN"] == ""
    assert started.environ["ANDON_DASHBOARD_OPEN"] == ""
    assert started.command[:2] == [sys.executable, "-P"]
    assert started.command[2].endswith("dashboard/server/serve.py")
    assert started.command[3] == "run"
    assert started.command[4].endswith("dashboard/server/asgi.py")
    assert all(Path(started.command[place]).is_file() for place in (2, 4))


def test_stopped_before_it_answered(andon: Andon, server: type[FakeServer]) -> None:
    server.answers = False
    assert andon("dashboard") == type(andon("dashboard"))(0, "", "")


def test_a_server_that_ends_by_itself_is_a_fault(andon: Andon, server: type[FakeServer]) -> None:
    server.is_stopped = False
    result = andon("dashboard")
    assert (result.code, result.err) == (2, "error: the dashboard stopped unexpectedly\n")


@pytest.mark.parametrize(
    ("words", "url"),
    [
        (("--port", "1"), "http://127.0.0.1:1 ("),
        (("--port=65535", "--host", "localhost"), "http://localhost:65535 ("),
        (("--host", "::1"), "http://[::1]:8501 ("),
        (("--host", "0.0.0.0", "--allow-anonymous"),
         "http://127.0.0.1:8501, and at every address of this machine ("),
        (("--host", "::", "--allow-anonymous"),
         "http://[::1]:8501, and at every address of this machine ("),
    ],
)  # fmt: skip
def test_the_address(
    andon: Andon, server: type[FakeServer], words: tuple[str, ...], url: str
) -> None:
    assert andon("dashboard", *words).out.startswith(f"Andon is at {url}")


def test_several_pipelines(andon: Andon, folder: Path, server: type[FakeServer]) -> None:
    write_config(folder / "all" / "b.yml", "b")
    write_config(folder / "all" / "a.yaml", "a")
    (folder / "all" / "notes.txt").write_text("x", encoding="utf-8")
    words = ("--config", "andon.yml", "--config", "all", "--config", str(folder / "all" / "b.yml"))
    assert andon("dashboard", *words).code == 0
    paths = server.started[0].environ["ANDON_CONFIGS"].split(os.pathsep)
    assert paths == [str(folder / name) for name in ("andon.yml", "all/a.yaml", "all/b.yml")]


def test_every_bad_file_is_told_at_once(
    andon: Andon, folder: Path, server: type[FakeServer]
) -> None:
    (folder / "empty").mkdir()
    (folder / "bad.yml").write_text("pipeline: 7\nevnts: {}\n", encoding="utf-8")
    words = [word for name in ("gone.yml", "empty", "bad.yml") for word in ("--config", name)]
    result = andon("dashboard", *words)
    assert (result.code, result.out, server.started) == (2, "", [])
    assert "gone.yml: found no such file" in result.err
    assert "empty: no *.yml or *.yaml file in this folder" in result.err
    assert "bad.yml:2: evnts" in result.err


def test_two_pipelines_of_one_name(andon: Andon, folder: Path, server: type[FakeServer]) -> None:
    write_config(folder / "other.yml", "shop")
    result = andon("dashboard", "--config", "andon.yml", "--config", "other.yml")
    assert (result.code, server.started) == (2, [])
    assert "two pipelines are named 'shop'" in result.err
    assert f"{folder / 'andon.yml'} and {folder / 'other.yml'}" in result.err


def test_a_path_that_a_list_cannot_hold(
    andon: Andon, folder: Path, server: type[FakeServer]
) -> None:
    write_config(folder / f"a{os.pathsep}b.yml", "x")
    assert "a path with ':' in it" in andon("dashboard", "--config", f"a{os.pathsep}b.yml").err


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True),
        ("LOCALHOST", True), ("0.0.0.0", False), ("::", False), ("10.0.0.7", False),
        ("126.255.255.255", False), ("128.0.0.0", False), ("::2", False),
        ("localhost.example.com", False), ("127.0.0.1.example.com", False),
    ],
)  # fmt: skip
def test_what_only_this_machine_can_reach(
    andon: Andon, server: type[FakeServer], host: str, loopback: bool
) -> None:
    assert ListenAddress(host, 1).loopback is loopback
    result = andon("dashboard", "--host", host)
    assert result.code == (0 if loopback else 2)
    assert len(server.started) == loopback
    assert ("nobody has to sign in" in result.err) is not loopback
    assert loopback or f"--host '{host}' lets others" in result.err


@pytest.mark.parametrize(
    ("words", "required"),
    [
        (("--allow-anonymous",), ""),
        (("--user-header", "X-Forwarded-Email"), "header"),
        ((), "oidc"),
    ],
)
def test_what_lets_others_in(
    andon: Andon, folder: Path, server: type[FakeServer], words: tuple[str, ...], required: str
) -> None:
    if required == "oidc":
        write_secrets(folder)
    assert andon("dashboard", "--host", "0.0.0.0", *words).code == 0
    (started,) = server.started
    assert started.environ["ANDON_REQUIRE_SIGN_IN"] == required
    assert started.environ["ANDON_DASHBOARD_OPEN"] == "1"
    assert started.flags("server.allowedHosts") == ["*"]


def test_the_header_of_a_proxy(andon: Andon, server: type[FakeServer]) -> None:
    andon("dashboard", "--user-header", "X-Forwarded-Email")
    (started,) = server.started
    (headers,) = started.flags("server.trustedUserHeaders")
    assert json.loads(headers) == {"X-Forwarded-Email": "email"}
    result = andon("dashboard", "--user-header", "X Forwarded\n")
    assert "expected the name of a header such as X-Forwarded-Email" in result.err


def test_who_lets_everybody_in_knows_nobody(andon: Andon, server: type[FakeServer]) -> None:
    """On loopback too: a proxy in front of it lets strangers in."""
    andon("dashboard", "--allow-anonymous")
    assert server.started[0].environ["ANDON_DASHBOARD_OPEN"] == "1"


def test_no_other_name_may_lead_to_a_board_without_sign_in(
    andon: Andon, server: type[FakeServer]
) -> None:
    andon("dashboard", "--host", "127.0.0.2")
    hosts = server.started[0].flags("server.allowedHosts")
    assert hosts == ["127.0.0.2", "localhost", "127.0.0.1", "::1"]


@pytest.mark.parametrize("place", ["folder", "home", "listed"])
def test_sign_in_is_found_where_streamlit_looks(
    andon: Andon,
    folder: Path,
    server: type[FakeServer],
    place: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_secrets(Path(os.environ["HOME"]) if place == "home" else folder)
    if place == "listed":
        monkeypatch.setenv("STREAMLIT_SECRETS_FILES", str(path.rename(folder / "s.toml")))
    andon("dashboard")
    assert server.started[0].environ["ANDON_REQUIRE_SIGN_IN"] == "oidc"


def lacking(name: str) -> str:
    return "\n".join(line for line in SECRETS.splitlines() if not line.startswith(f"{name} ="))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        *((lacking(key), f"sign-in lacks auth.{key}\n") for key in
          ("redirect_uri", "cookie_secret", "client_secret", "server_metadata_url")),
        (lacking("client_id"), "sign-in lacks auth.client_id"),
        (SECRETS.replace("/oauth2callback", "/"), "redirect_uri must end with /oauth2callback"),
        (SECRETS.replace("client_id", "[auth.corp]\nclient_id").replace("client_secret", "x"),
         "sign-in lacks auth.corp.client_secret"),
        ("[auth]\n", "[auth] is empty"),
        ("auth = 1\n", "[auth] is empty"),
        ("[auth", "not a TOML file"),
    ],
)  # fmt: skip
def test_a_sign_in_that_cannot_work_is_told_at_the_start(
    andon: Andon, folder: Path, server: type[FakeServer], text: str, message: str
) -> None:
    write_secrets(folder, text)
    result = andon("dashboard")
    assert (result.code, server.started) == (2, [])
    assert message in result.err
    assert "secrets.toml" in result.err
    assert "not-to-be-shown" not in result.err


def test_a_provider_with_a_name(andon: Andon, folder: Path, server: type[FakeServer]) -> None:
    write_secrets(folder, SECRETS.replace("client_id", "[auth.corp]\nclient_id"))
    andon("dashboard")
    assert server.started[0].environ["ANDON_REQUIRE_SIGN_IN"] == "oidc"


def test_secrets_without_sign_in(andon: Andon, folder: Path, server: type[FakeServer]) -> None:
    write_secrets(folder, "[warehouse]\npassword = 'x'\n")
    andon("dashboard")
    assert server.started[0].environ["ANDON_REQUIRE_SIGN_IN"] == ""


@pytest.mark.parametrize("library", ["streamlit", "plotly"])
def test_a_missing_library_is_named_with_its_extra(
    andon: Andon, server: type[FakeServer], monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setattr(dashboard, "find_spec", lambda name: None if name == library else object())
    result = andon("dashboard")
    assert (result.code, result.out, server.started) == (2, "", [])
    assert result.err == (
        'error: the dashboard needs Streamlit: pip install ".[dashboard]" in a clone\n'
    )


def test_sign_in_without_its_library(
    andon: Andon, folder: Path, server: type[FakeServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_secrets(folder)
    monkeypatch.setattr("checks.cli.sign_in.find_spec", lambda name: None)
    assert 'sign-in needs Authlib: pip install ".[dashboard]" in a clone' in andon("dashboard").err


@pytest.mark.parametrize("word", ["0", "65536", "-1", "http", "8501.0", "٨"])
def test_a_port_is_a_number(andon: Andon, server: type[FakeServer], word: str) -> None:
    result = andon("dashboard", f"--port={word}")
    assert "expected a port from 1 to 65535" in result.err


#: Of Streamlit's settings those that may be anything: limits and timing that open nothing, the
#: watching of files, which is off, labels of metrics and the agent API, which are closed, and
#: lists of colours and fonts. A new one of a new version is looked at, and put here or set.
OTHERS_MAY_SET = {
    "logger.messageFormat", "runner.cacheBackgroundRefreshMaxWorkers",
    "runner.cacheBackgroundRefreshTTLMultiplier", "runner.cacheHashSeed",
    "runner.connectionDefaultTTL", "runner.enforceSerializableSessionState",
    "runner.enumCoercion", "runner.fastReruns", "runner.parallelMaxWorkers",
    "runner.postScriptGC", "global.disableWidgetStateDuplicationWarning",
    "global.maxCachedMessageAge", "global.minCachedMessageSize",
    "global.suppressDeprecationWarnings", "server.agentMaxSessions", "server.agentPreviewRows",
    "server.agentSessionTTL", "server.agentWaitTimeout", "server.folderWatchBlacklist",
    "server.folderWatchList", "server.maxCacheDataSize", "server.unsafeMetricsUserAttributes",
    "server.websocketPingInterval",
}  # fmt: skip
#: Prints each setting as the server has it, a line of JSON each.
SHOW = """
import json, sys
from streamlit import config
from streamlit.web import bootstrap, cli
shown = lambda *a, **k: print(json.dumps({key: option.value for key, option in
    config.get_config_options().items() if key != "server.cookieSecret"}
    | {"server.cookieSecret": config.get_option("server.cookieSecret")}, default=str))
bootstrap.run_asgi_app = bootstrap.run = shown
cli.main(prog_name="streamlit")
"""


#: Prints the threads of a server that is about to listen. {serve} is what serves.
THREADS = """
import threading
from streamlit.web.server.starlette import starlette_server
starlette_server.UvicornRunner.run = lambda self: print(
    *(thread.name for thread in threading.enumerate() if thread is not threading.main_thread()))
{serve}
"""
OURS = "import runpy, sys; runpy.run_path(sys.argv.pop(1), run_name='__main__')"
STREAMLITS = "import sys; sys.argv.pop(1); from streamlit.web import cli; cli.main()"


@pytest.mark.parametrize(("serve", "watches"), [(OURS, False), (STREAMLITS, True)])
def test_no_thread_watches_settings_files(
    andon: Andon, folder: Path, server: type[FakeServer], serve: str, watches: bool
) -> None:
    """Should Streamlit's own command not watch any more, dashboard/server/serve.py may go."""
    andon("dashboard")
    (started,) = server.started
    environ = {name: value for name, value in started.environ.items() if name != DASHBOARD_ATTACHED}
    done = subprocess.run(
        [sys.executable, "-P", "-c", THREADS.format(serve=serve), *started.command[2:]],
        cwd=folder, env=environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert bool(done.stdout.split()) is watches


def test_its_threads_share_their_memory(andon: Andon, server: type[FakeServer]) -> None:
    andon("dashboard")
    assert server.started[0].environ["MALLOC_ARENA_MAX"] == "2"


def hostile(kind: str, value: object) -> str:
    """A setting that is not ours, as TOML."""
    if kind == "list":
        return '["http://evil.example"]'
    if isinstance(value, bool) or kind == "bool":
        return str(not value).lower()
    return {"int": "7", "float": "7.5"}.get(kind, '"evil.example"')


def settings_with(started: FakeServer, folder: Path, **environ: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-P", "-c", SHOW, *started.command[3:]],
        cwd=folder, env={**started.environ, **environ}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    settings: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return settings


@pytest.mark.parametrize("place", ["folder", "home", "environment"])
@pytest.mark.parametrize("words", [(), ("--allow-anonymous", "--host", "0.0.0.0")])
def test_our_settings_win_over_every_other(
    andon: Andon,
    folder: Path,
    server: type[FakeServer],
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    words: tuple[str, ...],
) -> None:
    from streamlit import config

    ours = {
        key: option
        for key, option in config.get_config_options().items()
        if not key.startswith("theme.") and key not in OTHERS_MAY_SET
    }
    tables: dict[str, list[str]] = {}
    for key, option in ours.items():
        section, _, name = key.partition(".")
        kind = "list" if option.multiple else getattr(option.type, "__name__", "str")
        word = '{Evil = "email"}' if name == "trustedUserHeaders" else hostile(kind, option.value)
        tables.setdefault(section, []).append(f"{name} = {word}")
    text = "".join(f"[{name}]\n" + "\n".join(lines) + "\n" for name, lines in tables.items())
    if place == "environment":
        for key, option in ours.items():
            if key != "server.cookieSecret":
                monkeypatch.setenv(option.env_var, "7")
        monkeypatch.setenv("STREAMLIT_SECRETS_FILES", "s.toml")
    andon("dashboard", "--port", "8600", *words)
    (started,) = server.started
    inherited = [name for name in started.environ if name.startswith("STREAMLIT_")]
    assert inherited == ["STREAMLIT_SERVER_COOKIE_SECRET"]
    plain = settings_with(started, folder)
    if place != "environment":
        into = folder if place == "folder" else Path(os.environ["HOME"])
        (into / ".streamlit").mkdir(exist_ok=True)
        (into / ".streamlit" / "config.toml").write_text(text, encoding="utf-8")
    settings = settings_with(started, folder)
    assert {key: (plain[key], settings[key]) for key in ours if settings[key] != plain[key]} == {}
    assert settings["server.port"] == 8600
    assert settings["server.corsAllowedOrigins"] == ["http://localhost"]
    local = ["127.0.0.1", "localhost", "127.0.0.1", "::1"]
    assert settings["server.allowedHosts"] == (["*"] if words else local)
    for key, value in dashboard._settings(dashboard._file()):
        if key != "server.address":
            assert str(settings[key]).lower() == str(value).lower(), key
    assert [file for file in settings["secrets.files"] if "evil" in file] == []


# ---- as a process


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def running(folder: Path, port: int, heeded_signals: None) -> Iterator[subprocess.Popen[str]]:
    """`andon dashboard` in a process of its own, once it has said where it is."""
    process = subprocess.Popen(
        [sys.executable, "-m", "checks.cli", "dashboard", "--port", str(port)],
        cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        first_line = process.stdout.readline()
        assert first_line == f"Andon is at http://127.0.0.1:{port} (Ctrl-C stops it)\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def get(port: int, path: str) -> Any:
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
        return answer.read()


def gone(port: int) -> bool:
    """Whether nothing listens there any more, before long."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            get(port, "/healthz")
        except (URLError, OSError):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_it_serves_until_a_signal_and_leaves_nothing_behind(
    running: subprocess.Popen[str], port: int, name: str
) -> None:
    assert json.loads(get(port, "/healthz")) == {"status": "ok"}
    running.send_signal(getattr(signal, name))
    assert running.communicate(timeout=PATIENCE) == ("", "")
    assert running.returncode == 0
    assert gone(port)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("ignored", [False, True])
def test_a_signal_that_was_ignored_stays_ignored(
    heeded_signals: None, name: str, ignored: bool
) -> None:
    """As `nohup` starts it, or a shell that is not interactive in the background."""
    number = getattr(signal, name)
    before = signal.getsignal(number)
    if ignored:
        signal.signal(number, signal.SIG_IGN)
    try:
        console = Console(None, io.StringIO(), {})
        with serving.Server([sys.executable, "-c", "input()"], os.environ, console):
            assert (signal.getsignal(number) is signal.SIG_IGN) is ignored
            assert signal.getsignal(number) != before
        assert signal.getsignal(number) == (signal.SIG_IGN if ignored else before)
    finally:
        signal.signal(number, before)


def test_the_server_ends_even_when_the_command_is_killed(
    running: subprocess.Popen[str], port: int
) -> None:
    running.kill()
    assert gone(port)


def test_a_port_in_use(andon: Andon, folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = andon("dashboard", "--port", str(port))
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"error: cannot listen on '127.0.0.1', port {port}: "
        "address already in use; choose another --port\n"
    )


def test_a_host_that_is_not_ours(andon: Andon) -> None:
    result = andon("dashboard", "--host", "nowhere.invalid", "--allow-anonymous")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "cannot listen on 'nowhere.invalid', port 8501" in result.err


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise ValueError('postgresql://u:geheim@h/d')", "ValueError: postgresql://***@h/d"),
        ("import sys; sys.exit(3)", "it ended with code 3"),
    ],
)
def test_a_server_that_does_not_start_says_why(
    andon: Andon, monkeypatch: pytest.MonkeyPatch, port: int, code: str, message: str
) -> None:
    monkeypatch.setattr(dashboard, "_command", lambda *_: [sys.executable, "-c", code])
    result = andon("dashboard", "--port", str(port))
    assert (result.code, result.out) == (2, "")
    assert result.err == f"error: the dashboard did not start: {message}\n"


def test_a_server_that_never_answers_is_given_up(
    andon: Andon, monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    monkeypatch.setattr(serving, "_START_SECONDS", 0.3)
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(dashboard, "_command", lambda *_: command)
    result = andon("dashboard", "--port", str(port))
    assert (result.code, result.out) == (2, "")
    assert result.err == "error: the dashboard did not answer within 0 s\n"


STUBBORN = """
import http.server, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
        print("an error\\x1b[31m", file=sys.stderr, flush=True)
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


def test_a_server_that_does_not_stop_is_made_to(
    andon: Andon, monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    """It answers, talks, and ignores the signal: its error is shown, and it ends."""

    def command(*_: object) -> list[str]:
        return [sys.executable, "-c", STUBBORN, str(port)]

    errors: list[str] = []
    original_err = Console.err

    def err(console: Console, text: str) -> None:
        original_err(console, text)
        errors.append(text)

    monkeypatch.setattr(Console, "err", err)

    class StoppedServer(serving.Server):
        def wait(self) -> bool:
            get(port, "/")
            until = time.monotonic() + PATIENCE
            while not any("an error" in words for words in errors):
                assert time.monotonic() < until
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGTERM)
            return super().wait()

    monkeypatch.setattr(dashboard, "_command", command)
    monkeypatch.setattr(serving, "_STOP_SECONDS", 0.3)
    monkeypatch.setattr(serving, "Server", StoppedServer)
    result = andon("dashboard", "--port", str(port))
    assert (result.code, result.out.count("\n")) == (0, 1)
    assert "an error\\x1b[31m\n" in result.err or "an error" in result.err
    assert "\x1b" not in result.err
