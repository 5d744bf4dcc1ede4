"""What the server sends with every page, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.screens import PATIENCE, Screen
from tests.browser.served import Served

pytestmark = pytest.mark.browser


def test_the_browser_is_told_to_fetch_and_run_nothing_from_elsewhere(screen: Screen) -> None:
    answer = screen.page.goto(f"{screen.url}/volume")
    assert answer is not None
    rules = dict(
        rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";")
    )
    assert rules["default-src"] == rules["connect-src"] == rules["base-uri"] == "'self'"
    assert rules["frame-ancestors"] == rules["frame-src"] == rules["object-src"] == "'none'"
    assert "unsafe" not in rules["script-src"]
    assert "http" not in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    screen.drawn()
    # The browser enforces it: neither inline scripts nor pictures from elsewhere.
    screen.expected += ["Content Security Policy", "192.0.2.1"]
    screen.page.evaluate("""() => {
      window.refused = [];
      document.addEventListener("securitypolicyviolation",
        (told) => window.refused.push(told.effectiveDirective));
      const script = document.createElement("script");
      script.textContent = "window.pwned = 1";
      const picture = new Image();
      picture.src = "http://192.0.2.1/x.png";
      document.body.append(script, picture);
    }""")
    screen.page.wait_for_function("window.refused.length > 1")
    obeyed = screen.page.evaluate("[window.refused.sort(), window.pwned]")
    assert obeyed == [["img-src", "script-src-elem"], None]


@pytest.fixture
def elsewhere(served: Served) -> Iterator[str]:
    """The address of a page of somebody else that puts the board into a frame."""
    words = f'<iframe src="{served.url}/" width=900 height=600></iframe>'.encode()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(words)

        def log_message(self, *words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_no_other_page_can_frame_the_board(browser: Browser, elsewhere: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    with page.expect_console_message(lambda it: "frame" in it.text.lower()) as message:
        page.goto(elsewhere)
    assert "frame-ancestors" in message.value.text or "X-Frame-Options" in message.value.text
    assert not page.frame_locator("iframe").locator(".stApp").count()
    context.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/_stcore/metrics", 403),
        ("PUT", "/_stcore/upload_file/session/file", 405),
        ("POST", "/_stcore/upload_file", 405),
        ("GET", "/_stcore/upload_file/session/file", 403),
        ("GET", "/app/static/secrets.toml", 403),
        ("GET", "/_stcore/health", 200),
    ],
)
def test_what_the_board_does_not_need_is_closed(
    served: Served, method: str, path: str, status: int
) -> None:
    connection = HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE / 1000)
    connection.request(method, path, body=None if method == "GET" else b"x")
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("x-frame-options")) == (status, "DENY")
    connection.close()


@pytest.mark.parametrize(
    ("origin", "status"), [("http://evil.test", 403), ("https://127.0.0.1.evil.test", 403)]
)
def test_no_other_page_can_open_a_session(served: Served, origin: str, status: int) -> None:
    connection = HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE / 1000)
    connection.request("GET", "/_stcore/stream", headers={
        "Origin": origin, "Connection": "Upgrade", "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    })  # fmt: skip
    assert connection.getresponse().status == status
    connection.close()


def test_icon_and_fonts_are_the_boards_own(screen: Screen) -> None:
    screen.open()
    icon = screen.page.locator('link[rel*="icon"]').last.get_attribute("href") or ""
    assert icon.startswith((f"{screen.url}/", "/", "data:", "./"))
    fonts = screen.page.evaluate("[...document.fonts].filter(f => f.status === 'error').length")
    assert fonts == 0
    expect(screen.page.locator(".a-status")).to_be_visible()
