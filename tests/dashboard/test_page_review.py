"""The wall screen: one line for each cause."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]


def test_what_follows_shares_the_line_of_its_cause(demo: Demo, screen: Open) -> None:
    page = screen(demo("no-run"), path="review")
    followers = "4 follow from it: freshness, volume_zscore, volume_expected, event_volume"
    assert followers in page.text
    assert page.html.count('class="w-fail ') == 1


def test_what_follows_from_a_change_is_no_change_of_its_own(demo: Demo, screen: Open) -> None:
    page = screen(demo("no-run"), path="review")
    assert "log_entry_exists_today is red now (was green)" in page.text
    assert "freshness is red now" not in page.text


def test_every_cause_has_its_own_line(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="review")
    assert page.html.count('class="w-fail ') == 2
    assert "follow" not in page.text


def test_a_warehouse_that_is_gone_is_one_line(demo: Demo, screen: Open) -> None:
    folder = demo()
    (folder / "warehouse.duckdb").unlink()
    page = screen(folder, path="review")
    assert page.html.count('class="w-fail ') == 1
    assert "passed" not in page.text
    assert "11 follow from it: rows_read" in page.text
