"""Who gets past: by provider, by a proxy's header, or anybody where nobody has to sign in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

SCRIPT = """
import streamlit as st
from dashboard.server import sign_in
sign_in.require()
st.text(f"inside: {sign_in.person()} {sign_in.can_sign_out()}")
"""
AUTH = {"redirect_uri": "http://x/oauth2callback", "cookie_secret": "x", "client_id": "a"}


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No secrets of whoever runs the tests."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ANDON_REQUIRE_SIGN_IN", raising=False)


def opened(user: dict[str, Any] | None = None, auth: dict[str, Any] | None = None) -> AppTest:
    app = AppTest.from_string(SCRIPT)
    app.user.clear()  # or it would be somebody by default
    app.user.update(user or {})
    if auth is not None:
        app.secrets["auth"] = auth
    app.run()
    assert not app.exception
    return app


def inside(app: AppTest) -> list[str]:
    return [text.value for text in app.text]


def test_where_nobody_has_to_sign_in_nobody_has_a_name() -> None:
    assert inside(opened()) == ["inside: None False"]
    assert inside(opened({"email": "forged@example.com"})) == ["inside: None False"]


@pytest.mark.parametrize("required", ["oidc", "1", "anything"])
def test_by_provider(monkeypatch: pytest.MonkeyPatch, required: str) -> None:
    monkeypatch.setenv("ANDON_REQUIRE_SIGN_IN", required)
    for user in (None, {"email": "mia@example.com"}, {"is_logged_in": False, "email": "m@x"}):
        app = opened(user, AUTH)
        assert inside(app) == []
        assert [button.label for button in app.button] == ["Sign in"]
    app = opened({"is_logged_in": True, "email": "mia@example.com"}, AUTH)
    assert inside(app) == ["inside: mia@example.com True"]


def test_a_configured_provider_is_required_without_being_asked_for() -> None:
    assert inside(opened(None, AUTH)) == []


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"email": "m@x", "name": "Mia"}, "m@x"),
        ({"email": " ", "preferred_username": "mia", "name": "Mia"}, "mia"),
        ({"name": "Mia\n::error"}, "Mia\\u000a::error"),
        ({"sub": "248289761001"}, "248289761001"),
        ({"sub": "248289761001", "name": "Ana"}, "Ana"),
    ],
)
def test_the_name_of_who_signed_in(user: dict[str, Any], name: str) -> None:
    assert inside(opened({"is_logged_in": True, **user}, AUTH)) == [f"inside: {name} True"]


def test_who_has_no_name_at_all_is_not_let_in() -> None:
    assert inside(opened({"is_logged_in": True}, AUTH)) == []


def test_several_providers() -> None:
    auth = {"redirect_uri": "x", "corp": {"client_id": "a"}, "te*am": {"client_id": "b"}}
    labels = [button.label for button in opened(None, auth).button]
    assert labels == ["Sign in with corp", "Sign in with te\\*am"]


@pytest.mark.parametrize("user", [None, {"email": None}, {"email": " "}, {"name": "Mia"}])
def test_without_the_proxys_header_nothing_is_shown(
    monkeypatch: pytest.MonkeyPatch, user: dict[str, Any] | None
) -> None:
    monkeypatch.setenv("ANDON_REQUIRE_SIGN_IN", "header")
    app = opened(user)
    assert inside(app) == []
    assert len(app.button) == 0


def test_the_proxys_header_is_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANDON_REQUIRE_SIGN_IN", "header")
    assert inside(opened({"email": "mia@example.com"})) == ["inside: mia@example.com False"]
