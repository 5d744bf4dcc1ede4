"""Sign-in by OpenID Connect in a real browser: nothing is shown before, and a link survives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Demo
from tests.browser.oidc_provider import CLIENT, Provider
from tests.browser.screens import Screen
from tests.browser.served import Served, free_port

pytestmark = pytest.mark.browser
EMAIL = "mia@example.com"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider(EMAIL) as running:
        yield running


@pytest.fixture(scope="module")
def guarded(
    provider: Provider, pristine: Demo, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The dashboard with `[auth]` in the secrets of the home folder."""
    folder, port = tmp_path_factory.mktemp("guarded"), free_port()
    write_secrets(folder, provider, port)
    server = Served(folder, pristine.config, port=port)
    yield server
    server.stop()


def write_secrets(folder: Path, provider: Provider, port: int) -> None:
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "secrets.toml").write_text(
        f"""
        [auth]
        redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
        cookie_secret = "a cookie secret of at least thirty-two bytes"
        client_id = "{CLIENT}"
        client_secret = "a secret"
        server_metadata_url = "{provider.metadata_url}"
        """,
        encoding="utf-8",
    )


@pytest.fixture
def stranger(guarded: Served, provider: Provider, visit: Callable[..., Screen]) -> Screen:
    """Somebody who is not signed in. The provider is another host, and may be."""
    provider.refuses = False
    screen = visit(guarded)
    screen.expected.append(provider.url)
    return screen


def open_link(screen: Screen, link: str) -> None:
    screen.page.goto(screen.url + link)
    expect(button(screen)).to_be_visible()


def button(screen: Screen):  # type: ignore[no-untyped-def]
    return screen.page.get_by_role("button", name="Sign in")


def test_nothing_is_shown_before_sign_in(stranger: Screen) -> None:
    open_link(stranger, "/history")
    stranger.lacks("web-clickstream")
    stranger.lacks("GREEN")
    expect(stranger.page.locator(".st-key-andon-bar")).to_have_count(0)


def test_a_link_survives_sign_in(stranger: Screen, pristine: Demo) -> None:
    link = f"/volume?pipeline=web-clickstream&date={pristine.day}"
    open_link(stranger, link)
    button(stranger).click()
    stranger.has_title("Volume")
    stranger.says("web-clickstream")
    assert stranger.page.url == stranger.url + link
    stranger.reload()
    stranger.has_title("Volume")  # still signed in


def test_whoever_the_provider_refuses_is_asked_again(stranger: Screen, provider: Provider) -> None:
    provider.refuses = True
    open_link(stranger, "/history?kind=x")
    # The address was the same before: only a new navigation to it shows the refusal.
    with stranger.page.expect_navigation(url="**/history?kind=x"):
        button(stranger).click()
    expect(button(stranger)).to_be_visible()
    stranger.lacks("web-clickstream")
    provider.refuses = False
    button(stranger).click()
    stranger.has_title("History")


def test_a_forged_cookie_signs_nobody_in(stranger: Screen) -> None:
    stranger.page.context.add_cookies(
        [{"name": "_streamlit_user", "value": '{"is_logged_in": true}', "url": stranger.url}]
    )
    open_link(stranger, "/history")
    stranger.lacks("web-clickstream")
