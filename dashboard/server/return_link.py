"""A link survives sign-in.

Streamlit's sign-in always ends at `/`. The page that was asked for last is kept in a cookie
that only the end of the sign-in gets to see, and that end leads there instead.
"""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import quote, unquote

from dashboard.server.security import App, Message, Receive, Scope, Send

COOKIE: Final = "andon_link"
CALLBACK: Final = "/oauth2callback"
_SECONDS: Final = 900
_LONGEST: Final = 3500
#: Printable ASCII without the characters that browsers rewrite into others.
_PLAIN = re.compile(r"/(?![/\\])[!-\[\]-~]*")
#: A path as pages have it: nothing encoded, no dots, so that it is what it seems to be.
_PAGE = re.compile(r"[^%.]*")
_NO_PAGES: Final = (
    "_stcore", "app", "auth", "component", "healthz", "media", "oauth2callback", "static",
)  # fmt: skip


class ReturnLink:
    """Keeps the wanted page in a cookie, and ends a sign-in there."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _changed(scope, message["status"], message.get("headers", ()))
            await send(message)

        await self._app(scope, receive, send_on)


def is_own_page(link: str) -> bool:
    """Whether a link is a path of ours that a person may be sent to: no host, no scheme."""
    path = link.partition("?")[0].partition("#")[0]
    return (
        len(link) <= _LONGEST
        and _PLAIN.fullmatch(link) is not None
        and _PAGE.fullmatch(path) is not None
        and _is_page(_decoded(path))
    )


def _decoded(path: str) -> str:
    """The path as a server may see it that decodes more than once."""
    while (once := unquote(path)) != path:
        path = once
    return path


def _is_page(path: str) -> bool:
    """Whether a decoded path has no host, no way upwards, and no part that is not a page's."""
    parts = path.casefold().removeprefix("/").split("/")
    return (
        "\\" not in path
        and all(parts[:-1])
        and not any(part in (".", "..") or part.partition(";")[0] in _NO_PAGES for part in parts)
    )


def _changed(scope: Scope, status: int, headers: object) -> list[tuple[bytes, bytes]]:
    kept: list[tuple[bytes, bytes]] = list(headers)  # type: ignore[call-overload]
    if scope["path"] == CALLBACK:
        return _led_back(scope, kept) if status in (302, 303, 307) else kept
    link = _asked_for(scope)
    if link is not None:
        kept.append((b"set-cookie", _cookie(scope, quote(link, safe=""), _SECONDS)))
    return kept


def _led_back(scope: Scope, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The end of a sign-in, with the kept page instead of `/`."""
    link = _kept(scope)
    if link is None:
        return headers
    changed = [
        (name, link.encode("ascii") if (name.lower(), value) == (b"location", b"/") else value)
        for name, value in headers
    ]
    return [*changed, (b"set-cookie", _cookie(scope, "", 0))]


def _asked_for(scope: Scope) -> str | None:
    """Path and query of a page that a person opens; None for everything else."""
    given = dict(scope.get("headers", ()))
    if scope["method"] != "GET" or b"text/html" not in given.get(b"accept", b""):
        return None
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
    query = scope.get("query_string", b"").decode("latin-1")
    link = f"{path}?{query}" if query else path
    return link if is_own_page(link) and len(quote(link, safe="")) <= _LONGEST else None


def _kept(scope: Scope) -> str | None:
    cookies: SimpleCookie = SimpleCookie()
    for name, value in scope.get("headers", ()):
        if name == b"cookie":
            try:
                cookies.load(value.decode("latin-1"))
            except CookieError:
                return None
    if COOKIE not in cookies:
        return None
    link = unquote(cookies[COOKIE].value)
    return link if is_own_page(link) else None


def _cookie(scope: Scope, value: str, seconds: int) -> bytes:
    secure = "; Secure" if scope.get("scheme") == "https" else ""
    return (
        f"{COOKIE}={value}; Path={CALLBACK}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    ).encode("ascii")
