"""The server's rules, without a browser: headers, closed routes, the link that survives sign-in."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.server import shell
from dashboard.server.return_link import COOKIE, ReturnLink, is_own_page
from dashboard.server.security import ClosedRoutes, SecurityHeaders, is_closed, policy

SHELL = shell.page_shell()


async def page(request: Request) -> Response:
    return HTMLResponse("<p>page</p>", headers={"Cache-Control": "max-age=60", "X-Own": "kept"})


async def media(request: Request) -> Response:
    return PlainTextResponse("a,b\n")


async def callback(request: Request) -> Response:
    to = request.query_params.get("to", "/")
    status = int(request.query_params.get("status", "302"))
    return RedirectResponse(to, status) if status < 400 else PlainTextResponse("no", status)


async def broken(request: Request) -> Response:
    raise ValueError("a fault")


@pytest.fixture
def client() -> TestClient:
    app = Starlette(
        routes=[
            Route("/oauth2callback", callback),
            Route("/media/{name}", media),
            Route("/broken", broken),
            Route("/{path:path}", page, methods=["GET", "HEAD", "POST", "PUT"]),
        ],
        middleware=[
            Middleware(SecurityHeaders, policy=policy(SHELL)),
            Middleware(ClosedRoutes),
            Middleware(ReturnLink),
        ],
    )
    return TestClient(app, follow_redirects=False, headers={"Accept": "text/html,*/*"})


# ---- headers


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/media/x.csv", 200), ("/_stcore/metrics", 403), ("/oauth2callback", 302)],
)
def test_every_answer_has_the_headers(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-security-policy"] == policy(SHELL)
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]


def test_pages_and_downloads_are_not_kept_on_disk(client: TestClient) -> None:
    answer = client.get("/quarantine")
    assert answer.headers.get_list("cache-control") == ["no-store"]
    assert answer.headers["x-own"] == "kept"
    assert client.get("/media/x.csv").headers["cache-control"] == "no-store"
    assert "cache-control" not in client.get("/_stcore/metrics").headers


def test_the_policy_lets_nothing_in_from_elsewhere() -> None:
    rules = dict(rule.split(" ", 1) for rule in policy(SHELL).split("; "))
    assert rules["default-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["object-src"] == rules["frame-src"] == "'none'"
    assert rules["connect-src"] == "'self'"
    every = " ".join(rules.values())
    assert "http" not in every
    assert "*" not in every
    assert "unsafe-eval" not in every
    assert "unsafe-inline" not in rules["script-src"]


def test_the_shells_own_inline_scripts_may_run_and_no_other() -> None:
    scripts = re.findall(r"<script>(.*?)</script>", SHELL, re.DOTALL)
    assert scripts
    for code in scripts:
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy(SHELL)
    assert policy(SHELL).count("sha256-") == len(scripts)
    assert "sha256" not in policy('<script type="module" src="./a.js"></script>')
    assert "script-src 'self' blob:;" in policy("")


def test_the_shell_is_streamlits_with_our_name_and_place() -> None:
    assert "<title>Andon</title>" in SHELL
    assert SHELL.count("BACKEND_BASE_URL:window.location.origin") == 1
    assert SHELL.index("BACKEND_BASE_URL") < SHELL.index('type="module"')
    assert "service-desc" not in SHELL
    assert "/_stcore/agent" not in SHELL
    # Streamlit's own is served at other paths; both shells' scripts may run.
    assert policy(shell.streamlit_shell() + SHELL).count("sha256-") == 2


# ---- closed routes


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics", "/_stcore/metrics/", "/_stcore/upload_file/a/b", "/_stcore",
        "/_stcore/agent/openapi.json", "/_stcore/agent/interact", "/_stcore/agent/mcp",
        "/_stcore/script-health-check", "/_stcore/whatever-comes-next", "/_stcore/healthy",
        "/component/x/index.html", "/app/static/x.js",
    ],
)  # fmt: skip
def test_closed(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (403, "closed\n")


@pytest.mark.parametrize(
    "path",
    [
        "/", "/quarantine", "/orphan-orders", "/components", "/healthz", "/static/js/index.js",
        "/_stcore/health", "/_stcore/host-config", "/_stcore/stream",
        "/_stcore/bidi-components/x/y.js", "/media/x.csv", "/favicon.png",
    ],
)  # fmt: skip
def test_open(client: TestClient, path: str) -> None:
    assert not is_closed(path)
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_is_sent_to_it(client: TestClient, method: str) -> None:
    answer = client.request(method, "/")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.headers["x-frame-options"] == "DENY"


def test_head_is_answered(client: TestClient) -> None:
    assert client.head("/").status_code == 200


# ---- the link that survives sign-in


def signed_in(client: TestClient, **more: str) -> Response:
    """The answer that ends a sign-in, after whatever the client asked for before."""
    return client.get("/oauth2callback", params=more)  # type: ignore[return-value]


@pytest.mark.parametrize(
    "link",
    [
        "/quarantine", "/quarantine?date=2025-03-08&reason=client_id%3A+missing", "/?date=x",
        "/orphan-orders?q=%C3%BC%20%3Cb%3E&page=2", "/volume?next=//evil.example", "/a/b",
    ],
)  # fmt: skip
def test_a_sign_in_ends_at_the_page_that_was_asked_for(client: TestClient, link: str) -> None:
    cookie = client.get(link).headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}={quote(link, safe='')};")
    assert "; Path=/oauth2callback; Max-Age=900; HttpOnly; SameSite=Lax" in cookie
    answer = signed_in(client)
    assert answer.headers["location"] == link
    assert f"{COOKIE}=" in answer.headers["set-cookie"]
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert signed_in(client).headers["location"] == "/"  # once


def test_the_last_page_counts(client: TestClient) -> None:
    client.get("/quarantine?date=2025-03-08")
    client.get("/")
    assert signed_in(client).headers["location"] == "/"


def test_only_pages_that_a_person_opens_are_kept(client: TestClient) -> None:
    client.get("/quarantine")
    client.get("/static/js/index.js")
    client.get("/_stcore/health")
    client.get("/favicon.png")
    client.get("/media/x.csv")
    client.get("/volume", headers={"Accept": "*/*"})
    client.head("/volume")
    client.get("/auth/login?provider=x")
    assert signed_in(client).headers["location"] == "/quarantine"


@pytest.mark.parametrize("more", [{"to": "https://login.example.com/"}, {"to": "/else"}])
def test_another_end_stays_what_it_is(client: TestClient, more: dict[str, str]) -> None:
    client.get("/quarantine")
    assert signed_in(client, **more).headers["location"] == more["to"]


def test_an_end_without_redirect_keeps_the_link(client: TestClient) -> None:
    client.get("/quarantine")
    assert "location" not in signed_in(client, status="400").headers
    assert signed_in(client).headers["location"] == "/quarantine"


def test_over_https_the_cookie_stays_there(client: TestClient) -> None:
    client.base_url = client.base_url.copy_with(scheme="https")
    assert client.get("/volume").headers["set-cookie"].endswith("; Secure")


HOSTILE = [
    "//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)", "",
    "quarantine", "/a\r\nSet-Cookie: x=y", "/a b", "/\tevil", "/\x00", "/ü", "/a\\b",
    "/oauth2callback?code=x", "/oauth2callback", "/auth/login", "/_stcore/stream", "/media/x",
    "/static/x", "/healthz", "/favicon.png", "/" + "a" * 3500, "///evil.example",
    "/%61uth/logout", "/%2561uth/logout", "/AUTH/logout", "/Auth", "/oauth2%63allback",
    "/OAuth2Callback?code=x", "/x/../auth/logout", "/x/%2e%2e/auth/logout", "/./auth/logout",
    "/volume//evil.example", "/volume//", "/auth;x/logout", "/AUTH;x", "/volume/..", "/a/./b",
    "/%5cevil.example", "/%2fevil.example", "/base/auth/logout", "/%", "/_%73tcore/stream",
]  # fmt: skip


@pytest.mark.parametrize("link", HOSTILE)
def test_no_sign_in_ends_elsewhere(client: TestClient, link: str) -> None:
    assert not is_own_page(link)
    client.cookies.set(COOKIE, quote(link, safe=""), path="/oauth2callback")
    assert signed_in(client).headers["location"] == "/"


@pytest.mark.parametrize("cookie", ["=", "a;;b=", f"{COOKIE}", f"{COOKIE}=%ff", f"{COOKIE}=\xff"])
def test_a_mangled_cookie_is_no_fault(client: TestClient, cookie: str) -> None:
    answer = client.get("/oauth2callback", headers={"Cookie": cookie.encode("latin-1")})
    assert (answer.status_code, answer.headers["location"]) == (302, "/")


def test_a_link_that_no_cookie_can_hold_is_not_kept(client: TestClient) -> None:
    assert "set-cookie" not in client.get("/volume?q=" + "a" * 3500).headers
    assert "set-cookie" not in client.get("/volume?q=" + "%2F" * 900).headers
    assert "set-cookie" in client.get("/volume?q=" + "a" * 3000).headers


@given(st.text(max_size=60))
def test_whatever_is_kept_stays_here(link: str) -> None:
    if is_own_page(link):
        assert re.fullmatch(r"/([^/\\].*)?", link)
        assert link.isascii()
        assert link.isprintable()
        assert " " not in link


def _encoded(text: str, which: list[bool], times: int) -> str:
    """A text with some of its characters percent-encoded, over and over."""
    for _ in range(times):
        text = "".join(
            f"%{ord(char):02{'x' if number % 2 else 'X'}}" if chosen else char
            for number, (char, chosen) in enumerate(
                zip(text, [*which, *[False] * len(text)], strict=False)
            )
        )
    return text


CLOSED = ["auth/logout", "oauth2callback", "_stcore/stream", "media/x", "static/x", "healthz",
          "app/static/x", "component/x", "../auth/logout", "x/../auth", "\\\\evil",
          "/evil"]  # fmt: skip


@given(
    st.sampled_from(CLOSED), st.lists(st.booleans(), max_size=15), st.integers(0, 4),
    st.sampled_from([str, str.upper, str.title, str.swapcase]),
    st.sampled_from(["/", "/base/", "//", "/./", "/x/../"]),
    st.sampled_from(["", "?a=b", "#x", "/"]),
)  # fmt: skip
def test_no_spelling_of_a_closed_path_is_a_page(
    path: str, which: list[bool], times: int, case: Callable[[str], str], before: str, after: str
) -> None:
    assert not is_own_page(before + _encoded(case(path), which, times) + after)


@pytest.mark.parametrize("link", ["/", "/volume", "/quarantine?source=a%2Fb%2F..&x=//y", "/a/b/",
                                  "/runs?next=/auth/logout#auth"])  # fmt: skip
def test_pages_of_ours_are_kept(link: str) -> None:
    assert is_own_page(link)


def test_other_protocols_pass() -> None:
    with TestClient(Starlette(middleware=[Middleware(ReturnLink), Middleware(ClosedRoutes)])):
        pass  # its lifespan went through
