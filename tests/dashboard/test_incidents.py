"""Incidents on the history page: open ones, who is on them, the timeline, and closing one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from checks import load_config
from checks.core.errors import HistoryError
from checks.core.model import Status
from checks.core.records import Closing, StoredIncident
from checks.history import History, open_history
from dashboard.server import people
from tests.dashboard.conftest import DAY, GATE_AT, NOW
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]
ANA = "ana@example.com"
PIPELINE = "web-clickstream"
BUTTONS = ["Fixed", "Expected", "False alarm"]
HOSTILE = "<b>Mallory</b> ![x](http://evil.example/a.png) \x1b[31m"


@pytest.fixture(autouse=True)
def _owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANDON_DASHBOARD_OPEN", raising=False)
    monkeypatch.setenv("ANDON_OWNER", ANA)


def history_of(folder: Path) -> History:
    return open_history(load_config(folder / "andon.yml").history)


def incident_of(folder: Path, check: str = "quarantine_rate") -> StoredIncident:
    incidents = history_of(folder).incident_log(PIPELINE).incidents
    return next(incident for incident in incidents if incident.check == check)


def labels(page: Screen) -> list[str]:
    return [str(button.label) for button in page.at.button]


def press(page: Screen, label: str) -> Screen:
    next(button for button in page.at.button if button.label == label).click()
    return page.run()


def note(page: Screen) -> Any:
    return next(field for field in page.at.text_input if field.label.startswith("Close as"))


def rerun(folder: Path, **statuses: Status) -> None:
    """The gate again at 07:05, with other statuses."""
    history = history_of(folder)
    last = history.report(history.evaluations(PIPELINE, 1, DAY)[0].id)
    checks = tuple(
        replace(verdict, status=statuses.get(verdict.id, verdict.status)) for verdict in last.checks
    )
    history.record(replace(last, checks=checks, evaluated_at=NOW - timedelta(minutes=5)))


def test_open_ones_with_age_owner_and_nobody(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="history")
    assert "Open for" in page.text
    assert "58 min" in page.text
    assert "Nobody is on it" in page.text
    assert "Gate RED : quarantine_rate" in page.text  # the verdict is emphasised


def test_who_is_on_it_and_what_happened(demo: Demo, screen: Open) -> None:
    folder = demo()
    history_of(folder).acknowledge(
        PIPELINE, "quarantine_rate", HOSTILE, HOSTILE, GATE_AT + timedelta(minutes=30)
    )
    history_of(folder).give_waiver(
        PIPELINE, "quarantine_rate", "Jon", "known", DAY + timedelta(days=3), None, DAY, NOW,
    )  # fmt: skip
    page = screen(folder, path="history", incident=str(incident_of(folder).id))
    assert "06:42" in page.text
    assert "is on it: “" in page.text
    assert "Waived until Tue 11 Mar by Jon: “known”" in page.text
    assert "Loaded events_" in page.text
    assert "<b>Mallory" not in page.html
    assert "\x1b" not in page.html


def test_a_resolved_one_shows_how_long_it_took(demo: Demo, screen: Open) -> None:
    folder = demo()
    rerun(folder, quarantine_rate=Status.GREEN)
    page = screen(folder, path="history", incident=str(incident_of(folder).id))
    assert "Over in the last 30 days" in page.text
    assert "GREEN (53 min)" in page.text
    assert "nobody said" in page.text


@pytest.mark.parametrize(("label", "closing"), list(zip(BUTTONS, Closing, strict=True)))
def test_an_incident_is_closed_in_the_persons_name(
    demo: Demo, screen: Open, label: str, closing: Closing
) -> None:
    folder = demo()
    page = screen(folder, path="history", incident=str(incident_of(folder).id))
    note(page).set_value("an import test")
    press(page, label)
    incident = incident_of(folder)
    assert (incident.closed_as, incident.closed_by, incident.note, incident.closed_at) == (
        closing, ANA, "an import test", NOW,
    )  # fmt: skip
    assert f"quarantine_rate is closed as {closing} by {ANA}: an import test." in page.text
    commands = [str(element.value) for element in page.at.code]
    is_offered = any(text.startswith("andon waive quarantine_rate") for text in commands)
    assert is_offered is (closing is Closing.EXPECTED)
    assert note(page).value == ""


def test_an_incident_is_closed_beside_its_evidence(demo: Demo, screen: Open) -> None:
    folder = demo()
    page = screen(folder, path="quarantine")
    assert "Timeline UTC" in page.text
    note(page).set_value("an import test")
    press(page, "False alarm")
    assert incident_of(folder).closed_as is Closing.FALSE_ALARM
    assert f"quarantine_rate is closed as false-alarm by {ANA}" in page.text
    assert not any(field.label.startswith("Close as") for field in page.at.text_input)


def test_a_past_day_has_no_incident_to_close(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="quarantine", date=str(DAY - timedelta(days=1)))
    assert "Close the incident" not in page.text
    assert not any(field.label.startswith("Close as") for field in page.at.text_input)


def test_a_refusal_keeps_the_note(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = demo()
    page = screen(folder, path="history", incident=str(incident_of(folder).id))

    def locked(*_: object, **__: object) -> None:
        raise HistoryError("history history.db: locked by another process for over 8 s")

    monkeypatch.setattr(History, "close_incident", locked)
    note(page).set_value("known <b>")
    press(page, "Fixed")
    assert "Not closed: history history.db: locked by another process" in page.text
    assert note(page).value == "known <b>"
    assert incident_of(folder).is_open


def test_a_stranger_closes_nothing(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = demo()
    page = screen(folder, path="history")
    proxied = {"Host": "localhost:8501", "X-Forwarded-For": "1.2.3.4"}
    monkeypatch.setattr(people, "request_headers", lambda: proxied)
    press(page, "Fixed")
    assert "Not closed: you may not do that; sign in and try again." in page.text
    page = screen(folder, path="history")
    assert not set(BUTTONS) & set(labels(page))
    assert "--as fixed" in page.text
    assert all(each.is_open for each in history_of(folder).incident_log(PIPELINE).incidents)


def test_whoever_has_no_name_types_one(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANDON_OWNER")
    folder = demo()
    page = screen(folder, path="history", incident=str(incident_of(folder).id))
    press(page, "Fixed")
    assert "Not closed: the owner must not be empty." in page.text
    fields = [field for field in page.at.text_input if field.label == "Your name"]
    fields[-1].set_value("Mia")
    press(page, "False alarm")
    assert incident_of(folder).closed_by == "Mia"


def test_one_that_somebody_closed_and_that_was_green_asks_no_more(demo: Demo, screen: Open) -> None:
    folder = demo()
    rerun(folder, quarantine_rate=Status.GREEN)
    history_of(folder).close_incident(PIPELINE, "quarantine_rate", Closing.FIXED, "Mia", "", NOW)
    page = screen(folder, path="history", incident=str(incident_of(folder).id))
    assert "fixed by Mia" in page.text
    assert not set(BUTTONS) & set(labels(page))


def test_an_incident_that_is_not_there(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="history", incident="999")
    assert "The link asks for incident '999'" in page.text


def test_nothing_ever_failed(demo: Demo, screen: Open) -> None:
    page = screen(demo("all-green"), path="history")
    assert "No incident is open." in page.text
    assert "Timeline" not in page.text


def test_the_open_incident_of_a_check(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from types import SimpleNamespace

    from dashboard.components import incidents

    folder = demo()
    screen(folder, path="history")
    context: Any = SimpleNamespace(pipeline=PIPELINE)
    opened = incidents.open_incident(context, "quarantine_rate")
    assert opened is not None
    assert opened.opened_at == GATE_AT
    assert incidents.open_incident(context, "freshness") is None
