"""The server that `andon dashboard` starts: Streamlit's app with our security rules.

`streamlit run dashboard/app.py` shows the same pages without them, for development.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ROOT = str(_HERE.parent.parent)
# `streamlit run` puts this folder on the import path, where our names could hide
# those of other packages.
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != _HERE]
if _ROOT not in sys.path:
    sys.path.insert(0, _ROOT)

from starlette.middleware import Middleware  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.responses import FileResponse, HTMLResponse, JSONResponse  # noqa: E402
from starlette.routing import Route  # noqa: E402
from streamlit.starlette import App  # noqa: E402

from checks.core.environment import DASHBOARD_ATTACHED  # noqa: E402
from dashboard import navigation  # noqa: E402
from dashboard.server import shell, sign_in  # noqa: E402
from dashboard.server.return_link import ReturnLink  # noqa: E402
from dashboard.server.security import ClosedRoutes, SecurityHeaders, policy  # noqa: E402
from dashboard.server.unknown_page import UnknownPages  # noqa: E402

_SHELL, _HOME = shell.page_shell(), shell.home_shell()


async def _page(request: Request) -> HTMLResponse:
    return HTMLResponse(_HOME if request.url.path == "/" else _SHELL)


async def _icon(request: Request) -> FileResponse:
    return FileResponse(_HERE.parent / "icon.png")


async def _healthz(request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if os.environ.get(DASHBOARD_ATTACHED):
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()

# Only errors: the command prints the server's address itself.
logging.getLogger("uvicorn.error").setLevel(logging.ERROR)

app = App(
    _HERE.parent / "app.py",
    routes=[
        Route("/healthz", _healthz),
        Route("/favicon.png", _icon),
        *(Route(f"/{name}", _page) for name in ("", *navigation.titles())),
    ],
    middleware=[
        # Streamlit's own shell answers at other paths, with a script of its own.
        Middleware(SecurityHeaders, policy=policy(shell.streamlit_shell() + _HOME)),
        Middleware(ClosedRoutes),
        Middleware(UnknownPages),
        *([Middleware(ReturnLink)] if sign_in.kind() == sign_in.OIDC else []),
    ],
)
