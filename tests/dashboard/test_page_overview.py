"""The overview: the sentence, the cards, the wall."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]


def test_the_answer_comes_first(demo: Demo, screen: Open) -> None:
    page = screen(demo())
    assert "Do not refresh the dashboards: 2 of 11 checks failed for Saturday 8 March." in page.text
    assert "gate: ✗ RED at 06:12 UTC" in page.text
    assert "now: ✗ RED at 07:10 UTC" in page.text
    assert page.text.index("quarantine_rate") < page.text.index("freshness")
