"""A day of last summer knows what the gate said then, as it did on the day after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from dashboard import data, page
from tests.dashboard.conftest import DAY, NOW
from tests.dashboard.screen import Screen

UNKNOWN = "not run on this day"


def unknown_days(shown: Screen) -> int:
    """On how many marks of the figures the gate is said not to have run."""
    return sum(str(chart.proto.spec).count(UNKNOWN) for chart in shown.at.get("plotly_chart"))


def test_figures_say_what_the_gate_said(
    demo: Callable[[str], Path], screen: Callable[..., Screen], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = demo("missing-identity")
    then = screen(folder, path="revenue", date=str(DAY))
    monkeypatch.setattr(data, "now", lambda: NOW + timedelta(days=400))
    later = screen(folder, path="revenue", date=str(DAY))
    assert 0 < unknown_days(later) == unknown_days(then)


@pytest.mark.parametrize(
    ("back", "days"), [(-1, 90), (0, 90), (15, 90), (16, 180), (105, 180), (106, 270)]
)
def test_what_is_known_reaches_75_days_before_the_day(back: int, days: int) -> None:
    today = date(2025, 3, 8)
    assert page.recorded_days_needed(today - timedelta(days=back), today) == days


@pytest.mark.parametrize(("back", "ahead"), [(-1, 0), (0, 0), (29, 29), (30, 14), (400, 14)])
def test_a_strip_of_30_days_holds_the_day(back: int, ahead: int) -> None:
    context = page.PageContext.__new__(page.PageContext)
    for name, value in {"day": DAY, "today": DAY + timedelta(days=back)}.items():
        object.__setattr__(context, name, value)
    assert context.until == DAY + timedelta(days=ahead)
    assert (context.until - context.day).days < 30
