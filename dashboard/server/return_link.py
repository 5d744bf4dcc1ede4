"""After sign-in a person gets to the page they asked for.

Streamlit's sign-in always ends at `/`. The page that was requested last is kept in a cookie that
is sent to the sign-in callback only, and the callback redirects there instead.
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
#: The path of a page: nothing encoded and no dots, so that it can mean nothing else.
_PAGE = re.compile(r"[^%.]*")
_NO_PAGES: Final = (
    "_stcore", "app", "auth", "component", "healthz", "media", "oauth2callback", "static",
)  # fmt: skip


class ReturnLink:
    """Middleware that keeps the requested page in a cookie and redirects there after sign-in."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _changed_headers(
                    scope, message["status"], message.get("headers", ())
                )
            await send(message)

        await self._app(scope, receive, send_with_cookie)


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
    """The path decoded until it no longer changes, as some servers do."""
    while (decoded := unquote(path)) != path:
        path = decoded
    return path


def _is_page(path: str) -> bool:
    """Whether a decoded path has no host, no `..` and no part that belongs to no page."""
    parts = path.casefold().removeprefix("/").split("/")
    return (
        "\\" not in path
        and all(parts[:-1])
        and not any(part in (".", "..") or part.partition(";")[0] in _NO_PAGES for part in parts)
    )


def _changed_headers(scope: Scope, status: int, headers: object) -> list[tuple[bytes, bytes]]:
    changed: list[tuple[bytes, bytes]] = list(headers)  # type: ignore[call-overload]
    if scope["path"] == CALLBACK:
        return _redirected_to_link(scope, changed) if status in (302, 303, 307) else changed
    link = _requested_page(scope)
    if link is not None:
        changed.append((b"set-cookie", _cookie(scope, quote(link, safe=""), _SECONDS)))
    return changed


def _redirected_to_link(
    scope: Scope, headers: list[tuple[bytes, bytes]]
) -> list[tuple[bytes, bytes]]:
    """The headers of the sign-in callback, redirecting to the kept page instead of `/`."""
    link = _link_from_cookie(scope)
    if link is None:
        return headers
    changed = [
        (name, link.encode("ascii") if (name.lower(), value) == (b"location", b"/") else value)
        for name, value in headers
    ]
    return [*changed, (b"set-cookie", _cookie(scope, "", 0))]


def _requested_page(scope: Scope) -> str | None:
    """Path and query of a page that a person opens; None for everything else."""
    request_headers = dict(scope.get("headers", ()))
    if scope["method"] != "GET" or b"text/html" not in request_headers.get(b"accept", b""):
        return None
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
    query = scope.get("query_string", b"").decode("latin-1")
    link = f"{path}?{query}" if query else path
    return link if is_own_page(link) and len(quote(link, safe="")) <= _LONGEST else None


def _link_from_cookie(scope: Scope) -> str | None:
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
