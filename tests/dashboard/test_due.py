"""Before its usual time a load that has not come is not due yet: no screen says to start it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboard import data
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]
#: The demo's loads are done between 5 and 6 in the morning.
EARLY, LATE = datetime(2025, 3, 9, 3, 0, tzinfo=UTC), datetime(2025, 3, 9, 6, 0, tzinfo=UTC)


def opened(
    folder: Path, screen: Open, monkeypatch: pytest.MonkeyPatch, at: datetime, path: str
) -> Screen:
    monkeypatch.setattr(data, "now", lambda: at)
    (folder / "history.db").unlink(missing_ok=True)
    return screen(folder, path=path)


@pytest.mark.parametrize("path", ["overview", "runs", "volume"])
def test_before_the_usual_time(
    path: str, demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(demo("no-run"), screen, monkeypatch, EARLY, path)
    assert "now: … NOT DUE YET at 03:00 UTC" in page.text
    assert "The load is not due yet: it is usually done by 05:" in page.text
    assert "Do now Start the load" not in page.text
    assert "✗ RED" not in page.text


def test_the_wall_says_so_too(demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(demo("no-run"), screen, monkeypatch, EARLY, "review")
    assert "… NOT DUE YET The load is not due yet" in page.text


@pytest.mark.parametrize("path", ["overview", "runs"])
def test_after_the_usual_time(
    path: str, demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(demo("no-run"), screen, monkeypatch, LATE, path)
    assert "now: ✗ RED at 06:00 UTC" in page.text
    assert "Do now Start the load" in page.text


def test_a_gate_that_judged_the_day_says_that_it_was_due(demo: Demo, screen: Open) -> None:
    page = screen(demo("no-run"))
    assert "NOT DUE YET" not in page.text
    assert "Do now Start the load" in page.text
