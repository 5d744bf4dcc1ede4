"""An address that is no page: a sentence, and links to the pages there are.

Streamlit answers at every address with its app, which then opens a dialog of its own over another
page. Pure ASGI; knows the pages' names and titles alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from dashboard import navigation
from dashboard.markup import Html, tag
from dashboard.server.security import App, Message, Receive, Scope, Send

_LONGEST: Final = 80
_STYLE: Final = Html(
    "<style>:root{color-scheme:light dark}body{font:400 16px/1.5 system-ui,sans-serif;"
    "max-width:44rem;margin:12vh auto;padding:0 1rem;color:light-dark(#14171c,#e8ecf2);"
    "background:light-dark(#fff,#0f1216)}a{color:light-dark(#0b5394,#7cc0ff)}"
    "h1{font-size:22px;overflow-wrap:anywhere}</style>"
)


class UnknownPages:
    """Middleware that answers 404 where Streamlit would answer with its app for no page."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or _is_page(scope["path"]):
            await self._app(scope, receive, send)
        elif scope["path"].strip("/") == navigation.HOME:
            await _redirect(send, scope.get("query_string", b""))
        else:
            await self._app(scope, receive, _Replacing(scope["path"], send))


class _Replacing:
    """Sends our own page in place of any other HTML."""

    def __init__(self, path: str, send: Send) -> None:
        self._body = page(path, navigation.titles()).encode("utf-8")
        self._send = send
        self._is_replaced = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_html(message):
            self._is_replaced = True
            length = (b"content-length", str(len(self._body)).encode())
            kind = (b"content-type", b"text/html; charset=utf-8")
            await self._send({**message, "status": 404, "headers": [kind, length]})
        elif not self._is_replaced:
            await self._send(message)
        elif not message.get("more_body"):
            await self._send({"type": "http.response.body", "body": self._body})


def page(path: str, titles: Mapping[str, str]) -> str:
    """The page for an address that is none."""
    links = [
        tag("li", tag("a", title, href=f"/{'' if name == navigation.HOME else quote(name)}"))
        for name, title in titles.items()
    ]
    error = f"There is no page {path[:_LONGEST]!r}."
    return "<!doctype html>" + tag(
        "html",
        tag("head", tag("title", "No such page · Andon"), _STYLE),
        tag("body", tag("h1", error), tag("p", "These are the pages:"), tag("ul", *links)),
        lang="en",
    )


def _is_page(path: str) -> bool:
    name = path.strip("/")
    return not name or (name in navigation.titles() and name != navigation.HOME)


def _is_html(message: Message) -> bool:
    return message["status"] == 200 and any(
        name.lower() == b"content-type" and value.startswith(b"text/html")
        for name, value in message.get("headers", ())
    )


async def _redirect(send: Send, query: bytes) -> None:
    """The overview answers at `/`; its parameters are kept."""
    target = b"/" + (b"?" + query if query else b"")
    headers = [(b"location", target), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 307, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
