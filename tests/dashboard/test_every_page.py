"""Every page in every story of a shop's life: it draws, says its day, and raises nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.navigation import titles
from tests.dashboard.conftest import NIGHTLY_SCENARIOS
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]
PAGES = tuple(titles())
#: Text that must be on a page in each scenario.
MUST_SAY = {
    ("missing-identity", "quarantine"): ("rate=0.0580 (max 0.05)", "client_id: missing"),
    ("late-load", "volume"): ("✗ RED volume_zscore",),
    ("dead-checkout-pixel", "volume"): ("✗ RED event_volume", "silent=1 (max 0)"),
    ("loaded-twice", "volume"): ("✗ RED volume_zscore",),
    ("lost-revenue", "revenue"): ("✗ RED missing_revenue",),
    ("orphan-orders", "orphan-orders"): ("✗ RED orphan_orders", "orphan_orders=7 (max 0)"),
    ("no-run", "runs"): ("✗ RED log_entry_exists_today", "entries=0 (min 1)"),
}


def test_the_addresses_are_an_interface() -> None:
    assert PAGES == (
        "overview", "runs", "quarantine", "volume", "revenue", "orphan-orders", "history", "review",
    )  # fmt: skip


@pytest.mark.parametrize("scenario", NIGHTLY_SCENARIOS)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_in_a_story(path: str, scenario: str, demo: Demo, screen: Open) -> None:
    page = screen(demo(scenario), path=path)
    assert "8 March" in page.text
    assert not page.at.warning
    assert not page.at.error
    for words in MUST_SAY.get((scenario, path), ()):
        assert words in page.text


@pytest.mark.parametrize("path", PAGES)
def test_a_day_long_before_the_data(path: str, demo: Demo, screen: Open) -> None:
    page = screen(demo(), path=path, date="2019-05-05")
    assert "5 May" in page.text
    assert "NOT RUN" in page.text
    assert "✓ GREEN freshness" not in page.text


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("day", ["yesterday", "2025-13-01", "9999-12-31", "<script>"])
def test_a_bad_date_is_said_and_nothing_shown(
    path: str, day: str, demo: Demo, screen: Open
) -> None:
    page = screen(demo(), path=path, date=day)
    assert "The link asks for" in page.text
    assert "RED" not in page.text
    assert page.links()[-1] == "Show the latest day"


@pytest.mark.parametrize("path", PAGES)
def test_an_unknown_pipeline_is_said_and_nothing_shown(path: str, demo: Demo, screen: Open) -> None:
    page = screen(demo(), path=path, pipeline="web-clickstreem")
    assert "'web-clickstreem', which is not configured here" in page.text
    assert "RED" not in page.text


@pytest.mark.parametrize("path", PAGES)
def test_without_any_history(path: str, demo: Demo, screen: Open) -> None:
    folder = demo()
    (folder / "history.db").unlink()
    page = screen(folder, path=path)
    assert "NOT RUN" in page.text


@pytest.mark.parametrize("path", PAGES)
def test_an_unreachable_warehouse_is_unknown_everywhere(
    path: str, demo: Demo, screen: Open
) -> None:
    folder = demo("all-green")
    (folder / "warehouse.duckdb").unlink()
    page = screen(folder, path=path)
    assert "? UNKNOWN" in page.text
    assert "now: ✓ GREEN" not in page.text
    assert "now ✓ GREEN" not in page.text
    assert "warehouse.duckdb does not exist" in page.text or "connection" in page.text


@pytest.mark.parametrize("path", PAGES)
def test_a_damaged_history_is_said(path: str, demo: Demo, screen: Open) -> None:
    folder = demo("all-green")
    (folder / "history.db").write_bytes(b"no database, but long enough to be taken for one " * 40)
    page = screen(folder, path=path)
    assert "istory" in page.text
    assert "✓ GREEN freshness" in page.text or path != "overview"


@pytest.mark.parametrize("path", PAGES)
def test_a_configuration_with_problems_shows_them(path: str, tmp_path: Path, screen: Open) -> None:
    file = tmp_path / "andon.yml"
    file.write_text("pipeline: shop\nwarehose: {}\n", encoding="utf-8")
    page = screen(file, path=path)
    assert "Andon is not configured." in page.text
    assert "warehose" in page.text
