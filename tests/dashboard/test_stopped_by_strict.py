"""Where amber alone stopped the line, no screen says that the dashboards may be refreshed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from checks.config import load_config
from checks.core.model import Status
from checks.evaluation.summary import strict_stop_text
from checks.history import open_history
from checks.judging.gate import exit_code
from dashboard.look import STRICT
from tests.dashboard.conftest import DAY, NOW
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]
G, A, R, U, W = Status.GREEN, Status.AMBER, Status.RED, Status.UNKNOWN, Status.WAIVED


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("statuses", [(), (G,), (A,), (G, A, A), (R, A), (U, A), (W, A), (W, G)])
def test_what_amber_alone_stopped(statuses: tuple[Status, ...], *, strict: bool) -> None:
    sentence = strict_stop_text(statuses, exit_code(statuses, strict=strict))
    by_amber = strict and A in statuses and R not in statuses and U not in statuses
    assert (sentence is not None) is by_amber
    if sentence:
        count = statuses.count(A)
        warned = "1 check was amber" if count == 1 else f"{count} checks were amber"
        assert sentence == f"the line was stopped: the gate ran with --strict and {warned}"


def recorded(folder: Path, *, strict: bool, amber: tuple[str, ...], at: datetime = NOW) -> None:
    """The day's last gate run once more, with these checks amber and the others green."""
    history = open_history(load_config(folder / "andon.yml").history)
    last = history.report(history.evaluations("web-clickstream", 1, DAY)[0].id)
    checks = tuple(
        replace(verdict, status=A if verdict.id in amber else G, waiver=None)
        for verdict in last.checks
    )
    statuses = [verdict.status for verdict in checks]
    verdict = A if amber else G
    history.record(
        replace(last, checks=checks, evaluated_at=at, verdict=verdict,
                exit_code=exit_code(statuses, strict=strict))
    )  # fmt: skip


WORDS = "the gate ran with --strict and 2 checks were amber. Now 12 of 12"


@pytest.mark.parametrize("path", ["overview", "review"])
def test_the_headline_says_what_the_gate_did(demo: Demo, screen: Open, path: str) -> None:
    folder = demo("all-green")
    recorded(folder, strict=True, amber=("freshness", "event_volume"))
    page = screen(folder, path=path)
    assert "The line was stopped" in page.text
    assert WORDS in page.text
    assert STRICT in page.text
    assert "may be refreshed" not in page.text


def test_the_history_says_which_run_stopped_the_line(demo: Demo, screen: Open) -> None:
    folder = demo("all-green")
    recorded(folder, strict=True, amber=("freshness",))
    page = screen(folder, path="history")
    assert page.text.count(f"! AMBER {STRICT} 1 ! AMBER: freshness") == 1


@pytest.mark.parametrize("path", ["overview", "review", "history"])
def test_amber_that_let_the_line_run_is_as_ever(demo: Demo, screen: Open, path: str) -> None:
    folder = demo("all-green")
    recorded(folder, strict=False, amber=("freshness",))
    page = screen(folder, path=path)
    assert STRICT not in page.text
    assert "The line was stopped" not in page.text
    assert "The dashboards may be refreshed" in page.text
    assert "12 of 12 checks passed" in page.text


def test_the_last_run_counts(demo: Demo, screen: Open) -> None:
    folder = demo("all-green")
    recorded(folder, strict=True, amber=("freshness",), at=NOW.replace(minute=1))
    recorded(folder, strict=False, amber=("freshness",), at=NOW.replace(minute=2))
    assert "The dashboards may be refreshed" in screen(folder).text


def test_red_now_is_the_worse_news(demo: Demo, screen: Open) -> None:
    folder = demo()
    recorded(folder, strict=True, amber=("freshness",))
    page = screen(folder)
    assert "Do not refresh the dashboards: 2 of 12 checks failed" in page.text
    assert STRICT in page.text
