"""An address that is no page: a sentence and links, not another page under a dialog."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.navigation import titles
from dashboard.server.unknown_page import UnknownPages

_APP = "<!doctype html><title>the app</title>"


async def anything(request: Request) -> Response:
    if request.url.path.startswith("/media"):
        return PlainTextResponse("a,b")
    if request.url.path == "/oauth2callback":
        return RedirectResponse("/", 302)
    if request.url.path == "/refused":
        return HTMLResponse("refused", 403)
    return HTMLResponse(_APP)


@pytest.fixture
def client() -> TestClient:
    route = Route("/{path:path}", anything)
    app = Starlette(routes=[route], middleware=[Middleware(UnknownPages)])
    return TestClient(app, follow_redirects=False)


@pytest.mark.parametrize("path", ["/", *(f"/{name}" for name in titles() if name != "overview")])
def test_pages_are_the_app(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (200, _APP)


@pytest.mark.parametrize("path", ["/no-such-page", "/quarantin", "/quarantine/x", "/<b>", "/Runs"])
def test_no_page_is_said_with_links_to_all(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "There is no page" in answer.text
    assert "<b>" not in answer.text
    assert _APP not in answer.text
    for name, title in titles().items():
        assert f'<a href="/{"" if name == "overview" else name}">{title}</a>' in answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)


@pytest.mark.parametrize(
    ("path", "status"), [("/media/x.csv", 200), ("/oauth2callback", 302), ("/refused", 403)]
)
def test_what_is_no_page_of_the_app_stays(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert "There is no page" not in answer.text


@pytest.mark.parametrize(
    ("path", "target"),
    [("/overview", "/"), ("/overview/?pipeline=a%26b&date=2025-03-08",
                          "/?pipeline=a%26b&date=2025-03-08")],
)  # fmt: skip
def test_the_overviews_own_name_leads_to_it(client: TestClient, path: str, target: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (307, target)
