"""Show the board in a browser: what failed, since when, why, and the rows behind it."""

from __future__ import annotations

import json
import os
import secrets
import sys
import tomllib
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.cli import sign_in, values
from checks.cli.console import Console
from checks.cli.parsing import add_configs
from checks.core.environment import CONFIGS, DASHBOARD_OPEN, REQUIRE_SIGN_IN
from checks.core.errors import UsageError
from checks.core.text import quoted
from checks.judging.gate import GREEN, UNKNOWN

if TYPE_CHECKING:
    from checks.cli.serving import ListenAddress
    from checks.cli.sign_in import SignIn

_ROOT = Path(__file__).resolve().parents[3]
_SERVER = _ROOT / "dashboard" / "server"
_SERVE, _APP = _SERVER / "serve.py", _SERVER / "asgi.py"
#: In an installed package, and in a checkout.
_SETTINGS = (
    _ROOT / "dashboard" / ".streamlit" / "config.toml",
    _ROOT / ".streamlit" / "config.toml",
)
_HEALTH = "/_stcore/health"
_STREAMLIT, _COOKIE_SECRET = "STREAMLIT_", "STREAMLIT_SERVER_COOKIE_SECRET"
#: Each viewer's run is a thread of its own. The C library would give many threads a memory arena
#: of their own, which is not freed when they end.
_ARENAS, _MOST_ARENAS = "MALLOC_ARENA_MAX", "2"


def configure(parser: ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add_configs(parser)
    add("--port", type=values.port, default=8501, metavar="N", help="the port (default: 8501)")
    add("--host", type=values.host, default="127.0.0.1", metavar="HOST",
        help="the address (default: 127.0.0.1)")  # fmt: skip
    add(
        "--user-header",
        type=sign_in.header_name,
        metavar="NAME",
        help="who is signed in, as a trusted proxy says in this header, e.g. X-Forwarded-Email",
    )
    add(
        "--allow-anonymous",
        action="store_true",
        help="let everybody in who reaches it, without sign-in; nobody then waives or acknowledges",
    )


def run(args: Namespace, console: Console) -> int:
    """Serve until stopped, which is no error. 2 when the dashboard could not be served."""
    from checks.cli.pipelines import load_all
    from checks.cli.serving import ListenAddress, Server

    address = ListenAddress(args.host, args.port)
    sign_in_kind = sign_in.configured_sign_in(args.user_header, console.environ)
    _require_sign_in(address, sign_in_kind, args.allow_anonymous)
    configs = load_all(args.config)
    _require_streamlit()
    address.require_free()
    environ = {
        _ARENAS: _MOST_ARENAS,
        **_without_settings(console.environ),
        CONFIGS: os.pathsep.join(str(config.path) for config in configs),
        REQUIRE_SIGN_IN: str(sign_in_kind),
        DASHBOARD_OPEN: "" if address.loopback and not args.allow_anonymous else "1",
    }
    with Server(_command(address, sign_in_kind, args, console.environ), environ, console) as server:
        if not server.wait_for(address, _HEALTH):
            return GREEN
        more = ", and at every address of this machine" if address.everywhere else ""
        console.out(f"Andon is at {address.url}{more} (Ctrl-C stops it)\n")
        if server.wait():
            return GREEN
    console.problem("the dashboard stopped unexpectedly")
    return UNKNOWN


def _require_sign_in(address: ListenAddress, kind: SignIn, allowed: bool) -> None:
    if address.loopback or kind or allowed:
        return
    raise UsageError(
        f"--host {quoted(address.host)} lets others see the data, and nobody has to sign in: "
        "configure [auth] in .streamlit/secrets.toml, name a trusted proxy's --user-header, "
        "or add --allow-anonymous (docs/deployment.md)"
    )


def _require_streamlit() -> None:
    if find_spec("streamlit") is None or find_spec("plotly") is None:
        raise UsageError('the dashboard needs Streamlit: pip install ".[dashboard]" in a clone')


def _without_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without Streamlit's settings, except for the secret that signs its cookies.

    That one can be given in no other way; a file beside ours cannot set it either.
    """
    kept = {name: value for name, value in environ.items() if not name.startswith(_STREAMLIT)}
    return {**kept, _COOKIE_SECRET: environ.get(_COOKIE_SECRET) or secrets.token_hex(32)}


def _command(
    address: ListenAddress, kind: SignIn, args: Namespace, environ: Mapping[str, str]
) -> list[str]:
    # -P: nothing is imported from the current folder.
    streamlit = [sys.executable, "-P", str(_SERVE), "run", str(_APP)]
    settings = dict(_settings(_file()))
    headers = {args.user_header: "email"} if kind is sign_in.SignIn.HEADER else {}
    settings |= {
        "server.address": address.host,
        "server.port": address.port,
        "browser.serverPort": address.port,
        "server.trustedUserHeaders": json.dumps(headers),
        "server.allowedHosts": ["*"],
        # The files that were checked here: no other file decides how people sign in.
        "secrets.files": [str(file) for file in sign_in.files(environ)],
    }
    if address.loopback and not kind and not args.allow_anonymous:
        # Against DNS rebinding: a web page whose name resolves to this machine.
        settings["server.allowedHosts"] = [address.host, "localhost", "127.0.0.1", "::1"]
    return [*streamlit, *_flags(settings)]


def _file() -> Path:
    return next((file for file in _SETTINGS if file.is_file()), _SETTINGS[-1])


def _settings(file: Path) -> Iterator[tuple[str, Any]]:
    yield from _leaves(tomllib.loads(file.read_text(encoding="utf-8")))


def _leaves(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _flags(settings: Mapping[str, Any]) -> Iterator[str]:
    for name, value in settings.items():
        for item in value if isinstance(value, list) else [value]:
            yield f"--{name}={str(item).lower() if isinstance(item, bool) else item}"
