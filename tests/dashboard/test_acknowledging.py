""" "I am on it": the form closes when it is done, and asks for a name once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from checks import DataMonitor, load_config
from checks.core.errors import HistoryError
from checks.core.model import Status
from checks.history import open_history
from dashboard import data
from tests.dashboard.conftest import NOW, RUN
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]
KEY = "ack-{}-web-clickstream-{}-{}"


def take(page: Screen, check: str, note: str, name: str | None = None) -> None:
    if name is not None:
        page.at.text_input(key=KEY.format("name", check, 0)).set_value(name)
    page.at.text_input(key=KEY.format("note", check, 0)).set_value(note)
    forms = [
        each for each in page.at.button if KEY.format("form", check, 0) in str(each.proto.form_id)
    ]
    forms[0].click()
    page.run()


def test_the_form_closes_and_a_toast_says_so(demo: Demo, screen: Open) -> None:
    page = screen(demo())
    take(page, "quarantine_rate", "asked the app team", "Ana *Bee*")
    assert "Ana *Bee* is on it since 07:10: asked the app team" in page.text
    (toast,) = page.at.toast
    assert toast.value == "Ana \\*Bee\\* is on quarantine\\_rate."
    keys = [each.key for each in page.at.text_input]
    # Another form took the place of the one that was open.
    assert KEY.format("note", "quarantine_rate", 0) not in keys
    assert KEY.format("note", "quarantine_rate", 1) in keys
    page.run()
    assert not page.at.toast


def test_the_name_is_asked_for_once(demo: Demo, screen: Open) -> None:
    page = screen(demo())
    take(page, "quarantine_rate", "", "Ana")
    name = page.at.text_input(key=KEY.format("name", "orphan_orders", 0))
    assert name.value == "Ana"
    take(page, "orphan_orders", "both")
    assert page.text.count("Ana is on it since 07:10") == 2


def test_what_a_newer_gate_found_green_is_not_taken(demo: Demo, screen: Open) -> None:
    folder = demo()
    page = screen(folder)
    config = load_config(folder / "andon.yml")
    history = open_history(config.history)
    found = DataMonitor(config).run(date=RUN, now=NOW)
    green = tuple(replace(verdict, status=Status.GREEN) for verdict in found.checks)
    history.record(replace(found, checks=green, evaluated_at=NOW + timedelta(minutes=1)))
    take(page, "quarantine_rate", "", "Ana")
    assert "nobody needs to be on quarantine_rate: it is green for 2025-03-08" in page.text
    assert history.context("web-clickstream", RUN).acknowledgements == ()


def test_what_was_not_stored_is_said_below_the_buttons(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = screen(demo())

    def locked(name: str) -> object:
        raise HistoryError("the history is locked")

    monkeypatch.setattr(data, "history", locked)
    take(page, "quarantine_rate", "", "Ana")
    assert "The acknowledgement was not stored. the history is locked" in page.text
    assert not page.at.toast
    assert KEY.format("note", "quarantine_rate", 0) in [each.key for each in page.at.text_input]
