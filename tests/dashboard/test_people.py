"""Whose name acts carry: who signed in, or the owner at the machine itself, and nobody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.config import load_config
from checks.history import History, open_history
from dashboard.server import people, sign_in
from tests.dashboard.conftest import DAY
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]
ANA = "ana@example.com"
LOCAL = {"Host": "localhost:8501", "Origin": "http://localhost:8501"}

ELSEWHERE = [
    {},
    {"Host": "andon.example.com"},
    {"Host": "10.0.0.7:8501"},
    {"Host": "localhost.example.com:8501"},
    {"Host": "127.0.0.1.example.com"},
    {"Host": "evil@localhost:8501"},
    {"Host": "[::1"},
    {"Host": "127.0.0.1:8501", "Origin": "https://andon.example.com"},
    {"Host": "localhost:8501", "Origin": "http://localhost:3000"},
    {"Host": "localhost:8501", "Origin": "null"},
    *(
        {**LOCAL, name: "x"}
        for name in (
            "X-Forwarded-For", "x-forwarded-host", "X-Forwarded-Proto", "X-Forwarded-Email",
            "Forwarded", "Via", "X-Real-Ip", "CF-Connecting-IP", "True-Client-IP",
            "X-Envoy-External-Address", "X-Original-Host", "X-Amzn-Trace-Id", "X_Forwarded_For",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    "headers",
    [
        LOCAL, {"Host": "127.0.0.1:8501"}, {"host": "LOCALHOST"}, {"Host": "127.8.9.1:1"},
        {"Host": "[::1]:8501", "Origin": "http://[::1]:8501"},
        {**LOCAL, "User-Agent": "x", "Cookie": "via=1"},
    ],
)  # fmt: skip
def test_a_request_of_this_machine(headers: dict[str, str]) -> None:
    assert people.is_direct(headers)


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_a_request_from_elsewhere(headers: dict[str, str]) -> None:
    assert not people.is_direct(headers)


@given(st.text(max_size=40))
def test_whatever_a_host_says_is_no_fault(host: str) -> None:
    people.is_direct({"Host": host})
    assert not people.is_direct({"Host": host, "Via": "1.1 proxy"})
    assert not people.is_direct({"Host": f"{host}.example.com"})


# ---- the pages


def allowing(folder: Path) -> Path:
    file = folder / "andon.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}\ndashboard:\n  allow_waivers: true\n", encoding="utf-8")
    return folder


def history_of(folder: Path) -> History:
    return open_history(load_config(folder / "andon.yml").history)


def labels(page: Screen) -> list[str]:
    return [str(button.label) for button in page.at.button]


def press(page: Screen, label: str) -> Screen:
    next(button for button in page.at.button if button.label == label).click()
    return page.run()


def behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "request_headers", lambda: {**LOCAL, "X-Forwarded-For": "1.2.3.4"})


def let_everybody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANDON_DASHBOARD_OPEN", "1")


def listen_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "listens_at", lambda: "")


def listen_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "listens_at", lambda: "10.0.0.7")


Arrange = Callable[[pytest.MonkeyPatch], None]
STRANGERS = [behind_a_proxy, let_everybody_in, listen_everywhere, listen_for_others]


@pytest.fixture(autouse=True)
def _owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANDON_DASHBOARD_OPEN", raising=False)
    monkeypatch.setenv("ANDON_OWNER", ANA)


@pytest.mark.parametrize("arrange", STRANGERS)
def test_a_stranger_is_not_the_owner(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch, arrange: Arrange
) -> None:
    folder = allowing(demo())
    page = screen(folder, path="history")
    assert f"Give a waiver in the name of {ANA}" in page.text
    arrange(monkeypatch)
    page = screen(folder, path="history")
    assert "nobody is signed in. Sign in, or set $ANDON_OWNER" in page.text
    assert not {"Give the waiver", "Revoke it"} & set(labels(page))
    page = screen(folder)
    assert "I am on it" not in labels(page)
    assert "Sign in to take it." in page.text


@pytest.mark.parametrize("arrange", STRANGERS)
@pytest.mark.parametrize("act", ["give", "revoke", "acknowledge"])
def test_a_form_that_is_still_there_does_nothing(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch, arrange: Arrange, act: str
) -> None:
    """The server decides at the click; a form that was drawn before gives no right."""
    folder = allowing(demo())
    if act == "revoke":
        page = screen(folder, path="history")
        next(field for field in page.at.text_input if field.label == "Reason").set_value("known")
        press(page, "Give the waiver")
    page = screen(folder, path="overview" if act == "acknowledge" else "history")
    if act == "give":
        next(field for field in page.at.text_input if field.label == "Reason").set_value("phones")
    arrange(monkeypatch)
    label = {"give": "Give the waiver", "revoke": "Revoke it", "acknowledge": "I am on it"}[act]
    page = press(page, label)
    waivers = history_of(folder).all_waivers("web-clickstream")
    assert [waiver.revoked_at for waiver in waivers] == ([None] if act == "revoke" else [])
    assert history_of(folder).context("web-clickstream", DAY).acknowledgements == ()
    if act != "acknowledge":
        assert "you may not do that; sign in and try again." in page.text


def test_a_form_of_somebody_else_does_nothing(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = allowing(demo())
    page = screen(folder, path="history")
    next(field for field in page.at.text_input if field.label == "Reason").set_value("phones")
    monkeypatch.setenv("ANDON_OWNER", "jon@example.com")
    press(page, "Give the waiver")
    assert history_of(folder).all_waivers("web-clickstream") == ()


def test_waivers_that_are_no_longer_allowed(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = allowing(demo())
    page = screen(folder, path="history")
    next(field for field in page.at.text_input if field.label == "Reason").set_value("phones")
    file = folder / "andon.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("allow_waivers: true", "allow_waivers: false # no"), "utf-8")
    press(page, "Give the waiver")
    assert history_of(folder).all_waivers("web-clickstream") == ()


def test_where_people_sign_in_the_owner_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    headers: Mapping[str, str] = LOCAL
    monkeypatch.setattr(people, "listens_at", lambda: "127.0.0.1")
    monkeypatch.setattr(people, "request_headers", lambda: headers)
    monkeypatch.setattr(sign_in, "kind", lambda: None)
    assert people.person() == ANA
    monkeypatch.setattr(sign_in, "kind", lambda: sign_in.HEADER)
    monkeypatch.setattr(sign_in, "person", lambda: None)
    assert people.person() is None
    assert not people.may_acknowledge()
