"""The pages while the history does not answer: verdicts in time, and why the rest is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from checks.history import owned, time_limits
from checks.history.time_limits import TimeLimits
from dashboard import data
from tests import stalled_server
from tests.dashboard.conftest import DAY
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]
NAME = "web-clickstream"


@pytest.fixture(autouse=True)
def _rested() -> Iterator[None]:
    time_limits.RECENT_FAILURES.clear()
    yield
    time_limits.RECENT_FAILURES.clear()


def stalling(folder: Path, url: str) -> Path:
    """The demo with another history."""
    file = folder / "andon.yml"
    text = file.read_text(encoding="utf-8")
    assert "url: sqlite:///history.db" in text
    file.write_text(text.replace("url: sqlite:///history.db", f"url: {url}"), encoding="utf-8")
    return folder


@pytest.mark.parametrize("path", ["overview", "history"])
def test_a_page_shows_its_verdicts_and_why_the_rest_is_missing(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(owned, "LIMITS", TimeLimits(time_limits.SLOW_SECONDS, 1.0))
    with stalled_server.stalled() as url:
        page = screen(stalling(demo(), url), path=path)
        assert "it did not answer within 1 s" in page.text
        assert data.live_evaluation(NAME, DAY).report.verdict == "red"
    if path == "overview":
        assert "quarantine_rate" in page.text


def test_all_reads_of_a_page_wait_once(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    wait = time_limits.Attempt.run

    def counting(attempt: time_limits.Attempt, work: Callable[[], object]) -> object:
        begun = monotonic()
        try:
            return wait(attempt, work)
        finally:
            waited.append(monotonic() - begun)

    monkeypatch.setattr(owned, "LIMITS", TimeLimits(time_limits.SLOW_SECONDS, 1.0))
    monkeypatch.setattr(time_limits.Attempt, "run", counting)
    with stalled_server.stalled() as url:
        screen(stalling(demo(), url), path="history")
    assert len(waited) == 1
