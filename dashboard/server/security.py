"""Security headers of every response, and routes that are closed.

Pure ASGI (https://asgi.readthedocs.io); knows nothing of pages or of `checks`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Open routes of Streamlit: health, the browser's settings, the session, our components.
_OPEN: Final = (
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/stream",
    "/_stcore/bidi-components/",
)
#: Metrics, uploads, the agent API and whatever a later version adds; old components.
_CLOSED: Final = ("/_stcore", "/component", "/app/static")
_METHODS: Final = ("GET", "HEAD")
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)

_ALWAYS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex, nofollow",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), "
    "payment=(), usb=()",
}


def policy(index_html: str) -> str:
    """The Content Security Policy for a page shell: nothing from other origins.

    Inline scripts are refused except those of the shell itself, listed by their hashes. Inline
    styles are allowed, because Streamlit needs them; they can neither run nor fetch anything.
    """
    codes = dict.fromkeys(_INLINE_SCRIPT.findall(index_html))
    scripts = " ".join(f"'sha256-{_hash(code)}'" for code in codes)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: {scripts}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'none'",
            "frame-ancestors 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
        )
    )


class SecurityHeaders:
    """Middleware that adds the headers to every response, refusals and errors included."""

    def __init__(self, app: App, policy: str) -> None:
        self._app = app
        self._headers = {**_ALWAYS, "content-security-policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = self._with_security_headers(
                    scope["path"], message.get("headers", ())
                )
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _with_security_headers(self, path: str, headers: Any) -> list[tuple[bytes, bytes]]:
        added_headers = dict(self._headers)
        existing_headers = [(name.lower(), value) for name, value in headers]
        if path.startswith("/media/") or _is_html(existing_headers):
            added_headers["cache-control"] = "no-store"
        names = {name.encode("latin-1") for name in added_headers}
        added = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in added_headers.items()
        ]
        return [pair for pair in existing_headers if pair[0] not in names] + added


class ClosedRoutes:
    """Middleware that refuses what the dashboard does not need: uploads, metrics, the agent API."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it: 405 for the method, 403 for the path."""
        if scope["type"] == "http" and scope["method"] not in _METHODS:
            await _refuse(send, 405, b"method not allowed\n", [(b"allow", b"GET, HEAD")])
        elif scope["type"] == "http" and is_closed(scope["path"]):
            await _refuse(send, 403, b"closed\n", [])
        else:
            await self._app(scope, receive, send)


def is_closed(path: str) -> bool:
    """Whether requests for that path are refused."""
    if any(
        path == prefix or (prefix.endswith("/") and path.startswith(prefix)) for prefix in _OPEN
    ):
        return False
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in _CLOSED)


async def _refuse(
    send: Send, status: int, body: bytes, extra_headers: list[tuple[bytes, bytes]]
) -> None:
    kind = (b"content-type", b"text/plain; charset=utf-8")
    length = (b"content-length", str(len(body)).encode())
    await send(
        {"type": "http.response.start", "status": status, "headers": [kind, length, *extra_headers]}
    )
    await send({"type": "http.response.body", "body": body})


def _is_html(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(
        name == b"content-type" and value.startswith(b"text/html") for name, value in headers
    )


def _hash(code: str) -> str:
    return base64.b64encode(hashlib.sha256(code.encode("utf-8")).digest()).decode("ascii")
