"""The wall screen: its type can be read at five metres, its turns, its grid of tiles."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard import data
from dashboard.components import ticker, wall, wall_many
from dashboard.look import STYLE
from tests.dashboard.conftest import NOW
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]

#: A 43-inch screen, 16 to 9, seen from five metres.
_DIAGONAL_MM, _DISTANCE_MM = 43 * 25.4, 5000.0
#: Source Sans: the height of a capital letter in its own size.
_CAPITAL = 0.66
#: What normal eyesight (20/20) tells apart, in minutes of arc.
_ARC_MINUTES = 5.0
_LEAST_U = 2.2


def arc_minutes(size_in_u: float) -> float:
    """The angle of a capital letter of so many hundredths of the screen's height."""
    height = _DIAGONAL_MM * 9 / math.hypot(16, 9)
    letter = height * size_in_u / 100 * _CAPITAL
    return math.degrees(math.atan(letter / _DISTANCE_MM)) * 60


def test_the_smallest_type_is_read_at_five_metres() -> None:
    assert arc_minutes(_LEAST_U) >= _ARC_MINUTES
    assert arc_minutes(2.0) < _ARC_MINUTES


def _sizes(text: str) -> list[float]:
    """Every type size in units of the screen."""
    sizes = re.findall(r"font(?:-size)?:[^;}]*?var\(--u[^)]*\) \* ([\d.]+)\)", text)
    return [float(size) for size in sizes]


def test_no_type_of_the_wall_is_smaller() -> None:
    sheet = STYLE.read_text(encoding="utf-8").partition("@media (max-width: 700px)")[0]
    sizes = _sizes(sheet) + _sizes(ticker._CLOCK_CSS)
    assert len(sizes) > 25
    assert min(sizes) >= _LEAST_U
    scales = re.findall(r"--(?:name|cause|who): ([\d.]+)", sheet)
    assert scales
    assert min(map(float, scales)) >= _LEAST_U
    assert re.search(r"font-size: calc\(var\(--u\) \* max\(2\.2, ", sheet)


@pytest.mark.parametrize(
    ("elapsed", "screen"), [(0, 0), (14, 0), (16, 1), (30, 1), (59, 2), (90, 0), (100.5, 0)]
)
def test_whose_turn_it_is(elapsed: float, screen: int) -> None:
    assert wall.turn(30, elapsed, 3) == screen


@pytest.mark.parametrize(
    ("count", "columns"), [(1, 2), (6, 2), (7, 3), (12, 3), (13, 4), (20, 4), (21, 5), (99, 5)]
)
def test_columns_of_tiles(count: int, columns: int) -> None:
    assert wall_many.columns_for(count) == columns


def _second(folder: Path, name: str) -> Path:
    text = (folder / "andon.yml").read_text(encoding="utf-8")
    file = folder / f"{name}.yml"
    file.write_text(text.replace("pipeline: web-clickstream", f"pipeline: {name}"), "utf-8")
    return file


@pytest.mark.parametrize("seconds", ["4", "3601", "0", "-5", "30.5", "soon", "99999", "³0"])
def test_a_rotation_that_is_none_is_said(seconds: str, demo: Demo, screen: Open) -> None:
    page = screen(demo("all-green"), path="review", rotate=seconds)
    assert "not a number of seconds from 5 to 3600" in page.text
    assert "✓ GREEN" in page.text


@pytest.mark.parametrize("seconds", ["5", "3600"])
def test_the_shortest_and_the_longest_rotation(seconds: str, demo: Demo, screen: Open) -> None:
    page = screen(demo("all-green"), path="review", rotate=seconds)
    assert "The link asks for" not in page.text


def test_it_goes_round_the_pipelines(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = demo("all-green"), demo("no-run")
    page = screen(_second(good, "alpha"), _second(bad, "beta"), path="review", rotate="30")
    assert 'class="wall many"' in page.html
    for seconds, name in ((30, "alpha"), (60, "beta")):
        monkeypatch.setattr(data, "now", lambda seconds=seconds: NOW + timedelta(seconds=seconds))
        page.run()
        assert 'class="wall one"' in page.html
        assert f"<b>{name}</b>" in page.html
    monkeypatch.setattr(data, "now", lambda: NOW + timedelta(seconds=90))
    assert 'class="wall many"' in page.run().html


def test_a_tile_for_each_pipeline_the_worst_first(demo: Demo, screen: Open) -> None:
    good, bad = demo("all-green"), demo("no-run")
    broken = good / "broken.yml"
    broken.write_text("pipeline: 7\n", encoding="utf-8")
    page = screen(good, _second(bad, "beta"), broken, path="review")
    tiles = re.findall(r'class="w-tile (s-[a-z-]+)-tile', page.html)
    assert tiles == ["s-red", "s-unknown", "s-green"]
    assert "2 of 3 pipelines must not be refreshed" in page.text
    assert "numbers until Sat 8 Mar" in page.text


def test_one_pipeline_says_why_and_until_when(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="review")
    assert "Do not refresh the dashboards" in page.text
    assert "2 of 12 checks failed" in page.text
    assert "gate 06:12 and now the same" in page.text
    assert "10 passed" in page.text
    assert "Numbers on the dashboards: until Fri 7 Mar" in page.text


def test_a_gate_that_stopped_the_line_is_no_green_wall(demo: Demo, screen: Open) -> None:
    folder = demo("orphan-orders")
    file = folder / "andon.yml"
    text = file.read_text(encoding="utf-8").replace("alert_above: 0,", "alert_above: 10,")
    file.write_text(text, encoding="utf-8")
    page = screen(folder, path="review")
    assert 'class="w-head s-red"' in page.html
    assert "The gate stopped the line" in page.text
    assert "now 12 of 12 checks passed, run the gate again" in page.text
