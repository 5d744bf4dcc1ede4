"""What every chart by day shows besides its numbers: waivers, the calendar, releases; no data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checks import DataMonitor, Status, load_config
from checks.history import open_history
from dashboard.components import wall_bars
from tests.dashboard.conftest import DAY, GATE_AT, NOW, RUN
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]
#: The first figure by day of each page, and the scenario in which its check fails.
CHARTS = {
    "quarantine": ("missing-identity", "quarantine_rate", 0),
    "volume": ("late-load", "volume_expected", 0),
    "revenue": ("lost-revenue", "missing_revenue", 0),
}


def figure(page: Screen, index: int = 0) -> dict[str, Any]:
    drawn: dict[str, Any] = json.loads(page.at.get("plotly_chart")[index].proto.spec)
    return drawn


def bars(drawn: dict[str, Any]) -> dict[str, Any]:
    """The bars of the days themselves, which have a pattern."""
    return next(
        trace for trace in drawn["data"]
        if trace["type"] == "bar" and "pattern" in trace.get("marker", {})
    )  # fmt: skip


def signs(drawn: dict[str, Any]) -> list[tuple[str, str]]:
    notes = drawn["layout"].get("annotations", ())
    return [(note["text"], note.get("hovertext", "")) for note in notes]


def waive(folder: Path, check: str) -> None:
    config = load_config(folder / "andon.yml")
    open_history(config.history).give_waiver(
        pipeline=config.pipeline, check=check, owner="ana", reason="known", until=RUN,
        up_to=None, data_date=DAY, now=GATE_AT,
    )  # fmt: skip
    DataMonitor(config).run(date=RUN, now=NOW, record=True)


def change_config(folder: Path, text: str) -> Path:
    file = folder / "andon.yml"
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("path", CHARTS)
def test_a_waived_day_looks_waived(path: str, demo: Demo, screen: Open) -> None:
    scenario, check, index = CHARTS[path]
    folder = demo(scenario)
    red = bars(figure(screen(folder, path=path), index))
    waive(folder, check)
    drawn = figure(screen(folder, path=path), index)
    waived = bars(drawn)
    assert (red["marker"]["pattern"]["shape"][-1], waived["marker"]["pattern"]["shape"][-1]) == (
        "", ".",
    )  # fmt: skip
    assert waived["marker"]["color"][-1] != red["marker"]["color"][-1]
    assert waived["marker"]["line"]["width"][-1] > 0
    glyphs = [text for trace in drawn["data"] for text in trace.get("text") or ()]
    assert glyphs[-1] == "<b>~</b>"


def test_a_waived_day_of_orphans_looks_waived(demo: Demo, screen: Open) -> None:
    folder = demo()
    waive(folder, "orphan_orders")
    drawn = figure(screen(folder, path="orphan-orders"))
    glyphs = [text for trace in drawn["data"] for text in trace.get("text") or ()]
    assert glyphs == ["<b>~</b>"]


def test_a_waived_day_of_the_wall_looks_waived() -> None:
    statuses = (Status.WAIVED, Status.RED, Status.GREEN)
    days = tuple(wall_bars.Bar(DAY, 1.0, status) for status in statuses)
    drawn = str(wall_bars.markup(wall_bars.Bars("x", "1", days)))
    assert [drawn.count(f'<i class="{word}">') for word in ("waived", "failed")] == [1, 1]
    assert drawn.count("<i>") == 1


@pytest.mark.parametrize("path", ["quarantine", "volume", "revenue", "orphan-orders", "runs"])
def test_every_chart_by_day_has_the_calendar_and_releases(
    path: str, demo: Demo, screen: Open
) -> None:
    folder = change_config(
        demo(),
        "\ncalendar:\n  days: [{name: <b>Sale</b>, from: 2025-03-05}]\n"
        "  tracking_releases: [2025-03-03]\n",
    )
    shown = signs(figure(screen(folder, path=path)))
    assert ("◆", "5 March: &lt;b&gt;Sale&lt;/b&gt;") in shown
    assert [text for text, _ in shown].count("tracking changed") == 1


def test_a_day_before_all_data_has_no_empty_figure(demo: Demo, screen: Open) -> None:
    page = screen(demo("all-green"), path="volume", date="2024-06-01")
    assert "No event on any of these days." in page.text
    assert not page.at.get("plotly_chart")


def test_a_young_shop_fills_its_figure(demo: Demo, screen: Open) -> None:
    """Forty days of data, of the sixty that are drawn."""
    drawn = figure(screen(demo("all-green"), path="volume"))
    assert drawn["layout"]["xaxis"]["type"] == "date"
    assert drawn["layout"]["xaxis"]["range"][0].startswith("2025-01-2")
