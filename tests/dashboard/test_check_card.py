"""The command at the end of an action is code on a card, whatever the names in it are called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.core.model import Status, Verdict
from checks.core.shell import accept_command
from dashboard.components.check_card import _with_command
from dashboard.markup import tag
from tests.cli.fake_engine import verdict


def failing(action: str, *names: str, check: str = "event_volume") -> Verdict:
    return replace(verdict(check, Status.RED), action=action, subjects={"event": names})


@pytest.mark.parametrize(
    ("name", "css"),
    [
        ("cart", "command"),
        ("it's <b>", "command"),
        ("x; if it is retired: andon accept y, and so on", "command long"),
        ("a\u202eb", "command"),
    ],
)
def test_the_command_is_code(name: str, css: str) -> None:
    command = accept_command("event_volume", (name,))
    parts = _with_command(failing(f"Test {name}; if it is retired: {command}", name))
    assert parts == (f"Test {name}; if it is retired: ", tag("code", command, class_=css))


@pytest.mark.parametrize(
    ("action", "check"),
    [
        ("Test 'x: andon accept event_volume cart --reason TEXT' now", "event_volume"),
        ("Do this: andon accept event_volume other --reason TEXT", "event_volume"),
        ("Do this: andon accept freshness cart --reason TEXT", "freshness"),
    ],
)
def test_what_only_looks_like_it_is_text(action: str, check: str) -> None:
    assert _with_command(failing(action, "cart", check=check)) == (action,)


def test_the_command_for_the_whole_volume_is_code_too() -> None:
    command = "andon accept volume_expected --reason TEXT"
    verdict = failing(f"Load it; if it is the new level, accept it: {command}", "low since x",
                      check="volume_expected")  # fmt: skip
    assert _with_command(verdict)[1] == tag("code", command, class_="command")
