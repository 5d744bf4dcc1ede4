"""The screen, `gate --format json` and the history say the same, whatever happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from checks import load_config
from checks.core.model import Status
from checks.demo import SCENARIOS
from checks.evaluation.engine import evaluate
from checks.history import open_history
from checks.outputs import render
from dashboard.look import look_of
from tests.dashboard.conftest import DAY, NIGHTLY_SCENARIOS, NOW, RUN
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]


@pytest.mark.parametrize("scenario", NIGHTLY_SCENARIOS)
def test_screen_json_and_history_agree(scenario: str, demo: Demo, screen: Open) -> None:
    folder = demo(scenario)
    config = load_config(folder / "andon.yml")
    document = json.loads(render("json", evaluate(config, date=RUN, now=NOW)))
    recorded = open_history(config.history).all_runs(config.pipeline, DAY)[0]
    page = screen(folder)
    assert document["verdict"] == recorded.verdict.value
    word = look_of(recorded.verdict).word
    assert page.text.count(f"gate: {look_of(recorded.verdict).glyph} {word} at 06:12 UTC") == 1
    assert page.text.count(f"now: {look_of(recorded.verdict).glyph} {word} at 07:10 UTC") == 1
    assert "differ" not in page.text
    for check in document["checks"]:
        status = Status(check["status"])
        assert recorded.statuses[check["id"]] is status
        assert recorded.messages[check["id"]] == check["message"]
        look = look_of(status)
        assert f"{look.glyph} {look.word} {check['id']} {check['message']}" in page.text


@pytest.mark.parametrize("scenario", NIGHTLY_SCENARIOS)
def test_exactly_the_expected_checks_are_red_on_screen(
    scenario: str, demo: Demo, screen: Open
) -> None:
    page = screen(demo(scenario))
    red = [
        check_id
        for check_id in SCENARIOS[scenario].expected_red
        if f"✗ RED {check_id} " in page.text
    ]
    assert red == list(SCENARIOS[scenario].expected_red)
    assert page.text.count("Do now ") >= len(red)
