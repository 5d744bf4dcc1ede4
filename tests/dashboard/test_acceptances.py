"""Accepting on the history page that an event is retired: who may, what follows, revoking it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checks import DataMonitor, load_config
from checks.core.errors import HistoryError
from checks.core.model import Status
from checks.history import History, StoredAcceptance, open_history
from dashboard.server import people
from tests.dashboard.conftest import DAY, NOW, RUN
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]
ANA = "ana@example.com"
DEAD = "dead-checkout-pixel"
BUTTON = "Accept it"


@pytest.fixture(autouse=True)
def _owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANDON_DASHBOARD_OPEN", raising=False)
    monkeypatch.setenv("ANDON_OWNER", ANA)


@pytest.fixture
def allowing(demo: Demo) -> Path:
    """A shop one of whose event names is dead; people may decide on screen."""
    folder = demo(DEAD)
    file = folder / "andon.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}\ndashboard:\n  allow_waivers: true\n", encoding="utf-8")
    return folder


def accepted(folder: Path) -> tuple[StoredAcceptance, ...]:
    history = open_history(load_config(folder / "andon.yml").history)
    return history.all_acceptances("web-clickstream")


def labels(page: Screen) -> list[str]:
    return [str(button.label) for button in page.at.button]


def press(page: Screen, label: str) -> Screen:
    next(button for button in page.at.button if button.label == label).click()
    return page.run()


def reason(page: Screen) -> Any:
    return [field for field in page.at.text_input if field.label == "Reason"][-1]


def test_what_failed_is_accepted_in_the_persons_name(allowing: Path, screen: Open) -> None:
    page = screen(allowing, path="history")
    assert f"Accept as it is now in the name of {ANA}" in page.text
    reason(page).set_value("the step was removed")
    press(page, BUTTON)
    (acceptance,) = accepted(allowing)
    assert (acceptance.check, acceptance.owner) == ("event_volume", ANA)
    assert (acceptance.reason, acceptance.data_date) == ("the step was removed", DAY)
    assert f"Acceptance 1 holds: event_volume no longer fails for event {acceptance.subject}" in (
        page.text
    )
    assert "not revoked" in page.text
    report = DataMonitor(load_config(allowing / "andon.yml")).run(date=RUN, now=NOW)
    status = {verdict.id: verdict.status for verdict in report.checks}["event_volume"]
    assert status is not Status.RED
    assert BUTTON not in labels(page)  # nothing else fails that may be accepted
    volume = screen(allowing, path="volume").text
    assert "□ retired" in volume
    assert "✗ no events" not in volume


def test_an_acceptance_is_revoked(allowing: Path, screen: Open) -> None:
    page = screen(allowing, path="history")
    reason(page).set_value("the step was removed")
    press(page, BUTTON)
    press(page, "Revoke it")
    assert accepted(allowing)[0].revoked_by == ANA
    assert "Acceptance 1 is revoked: its check is judged as usual again." in page.text
    assert BUTTON in labels(page)


def test_a_refusal_keeps_what_was_typed(
    allowing: Path, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = screen(allowing, path="history")
    press(page, BUTTON)
    assert "Not accepted: the reason must not be empty." in page.text

    def locked(*_: object, **__: object) -> None:
        raise HistoryError("history history.db: locked by another process for over 8 s")

    monkeypatch.setattr(History, "accept", locked)
    reason(page).set_value("known <b>")
    press(page, BUTTON)
    assert "Not accepted: history history.db: locked by another process" in page.text
    assert reason(page).value == "known <b>"
    assert accepted(allowing) == ()


def test_a_stranger_accepts_nothing(
    allowing: Path, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = screen(allowing, path="history")
    reason(page).set_value("phones")
    proxied = {"Host": "localhost:8501", "X-Forwarded-For": "1.2.3.4"}
    monkeypatch.setattr(people, "request_headers", lambda: proxied)
    press(page, BUTTON)
    assert "Not accepted: you may not do that; sign in and try again." in page.text
    assert accepted(allowing) == ()
    page = screen(allowing, path="history")
    assert BUTTON not in labels(page)
    assert re.search(r"andon accept event_volume [a-z_]+ --reason", page.text)


def test_where_it_is_not_allowed_the_command_is_named(demo: Demo, screen: Open) -> None:
    page = screen(demo(DEAD), path="history")
    assert BUTTON not in labels(page)
    assert "andon acceptances revoke NUMBER" in page.text


def test_nothing_is_said_where_there_is_nothing_to_accept(demo: Demo, screen: Open) -> None:
    assert "andon accept" not in screen(demo(), path="history").text
