"""The board of several pipelines: none hides another, whatever happens to one of them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard import data, standing
from dashboard.navigation import titles
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]
PIPELINE_PAGES = tuple(path for path in titles() if path not in ("overview", "review"))


def second(folder: Path, name: str) -> Path:
    """The same pipeline under another name, without any recorded gate."""
    text = (folder / "andon.yml").read_text(encoding="utf-8")
    file = folder / f"{name}.yml"
    file.write_text(text.replace("pipeline: web-clickstream", f"pipeline: {name}"), "utf-8")
    return file


def rows(page: Screen) -> list[str]:
    """The names of the pipelines on the board, in their order."""
    return re.findall(r"<h2><(?:a|span)[^>]*>([^<]+)</", page.html)


def test_a_row_says_why_since_when_and_who(demo: Demo, screen: Open) -> None:
    page = screen(demo(), second(demo("all-green"), "other"))
    assert rows(page) == ["web-clickstream", "other"]
    assert "✗ RED web-clickstream quarantine_rate and 1 more, of 12 checks" in page.text
    assert "Shop app only: " in page.text
    assert "Red since 06:12 (58 min)" in page.text
    assert "Nobody is on it Owner data-platform" in page.text
    assert "Numbers on the dashboards: until Fri 7 Mar" in page.text


def test_a_gate_that_was_not_run_is_no_green(demo: Demo, screen: Open) -> None:
    page = screen(demo("all-green"), second(demo("all-green"), "other"))
    assert rows(page) == ["other", "web-clickstream"]
    assert "○ NOT RUN other" in page.text
    assert "No gate has run for this day" in page.text


def test_who_is_on_it(demo: Demo, screen: Open) -> None:
    folder = demo("no-run")
    page = screen(folder, second(demo("all-green"), "other"))
    assert "Nobody is on it" in page.text
    data.history("web-clickstream").acknowledge(
        "web-clickstream", "log_entry_exists_today", "Ana", "asked <b>them</b>", data.now()
    )
    data.invalidate("web-clickstream")
    page.run()
    assert "Ana is on it since 07:10: “asked <b>them</b>”" in page.text
    assert "1 of 2 pipelines must not be refreshed. Somebody is on it." in page.text


def test_each_lamp_is_a_link_with_the_whole_address(demo: Demo, screen: Open) -> None:
    page = screen(demo(), second(demo("all-green"), "other"))
    lamps = re.findall(
        r'class="mini-lamp[^>]*?href="([^"]*)"|href="([^"]*)"[^>]*mini-lamp', page.html
    )
    addresses = ["".join(pair) for pair in lamps]
    assert len(addresses) == 60
    assert "./?pipeline=web-clickstream&amp;date=2025-03-08" in addresses
    assert "./?pipeline=other&amp;date=2025-02-07" in addresses


def test_a_gate_that_stopped_the_line_stays_red_when_all_is_well_now(
    demo: Demo, screen: Open
) -> None:
    folder = demo("orphan-orders")
    file = folder / "andon.yml"
    text = file.read_text(encoding="utf-8").replace("alert_above: 0,", "alert_above: 10,")
    file.write_text(text, encoding="utf-8")
    page = screen(second(demo("all-green"), "other"), folder)
    assert rows(page) == ["web-clickstream", "other"]
    assert "✗ RED web-clickstream" in page.text
    assert "The gate stopped the line; now every check passes: run it again" in page.text
    assert "gate ✗ RED, now ✓ GREEN" in page.text


@pytest.mark.parametrize("path", PIPELINE_PAGES)
def test_no_page_shows_one_of_several_unasked(path: str, demo: Demo, screen: Open) -> None:
    page = screen(
        second(demo("all-green"), "other"), demo("no-run"), path=path, date="2025-03-08", kind="x"
    )
    assert rows(page) == ["web-clickstream", "other"]
    (link,) = re.findall(r'href="([^"]*)">web-clickstream<', page.html)
    assert link == f"{path}?date=2025-03-08&amp;kind=x&amp;pipeline=web-clickstream"


@pytest.mark.parametrize("path", ["overview", "review"])
def test_a_day_of_all_of_them_that_is_over(path: str, demo: Demo, screen: Open) -> None:
    page = screen(demo(), second(demo("no-run"), "other"), path=path, date="2025-03-07")
    assert "None of 2 pipelines were stopped on Fri 7 March 2025" in page.text
    assert "must not be refreshed" not in page.text
    assert "Had been green since" in page.text
    assert "✓ GREEN Green since" not in page.text


def test_a_warehouse_that_hangs_keeps_no_other_from_being_shown(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate, is_released = data.evaluate, threading.Event()

    def hanging(config: Any, **options: Any) -> Any:
        if config.pipeline == "hangs":
            is_released.wait(60)
        return evaluate(config, **options)

    monkeypatch.setattr(data, "evaluate", hanging)
    monkeypatch.setattr(standing, "PATIENCE", 2.0)
    # Other readers wait for one that reads DuckDB, but not for long.
    monkeypatch.setattr("dashboard.data.reading._READER_WAIT_SECONDS", 0.05)
    try:
        page = screen(second(demo("all-green"), "hangs"), demo("all-green"))
        assert rows(page) == ["hangs", "web-clickstream"]
        assert "? UNKNOWN hangs" in page.text
        assert "still being measured" in page.text
        assert "✓ GREEN web-clickstream" in page.text
    finally:
        is_released.set()


@pytest.mark.parametrize("path", ["overview", "review"])
def test_an_evaluation_that_breaks_is_unknown(
    path: str, demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate = data.evaluate

    def breaking(config: Any, **options: Any) -> Any:
        if config.pipeline == "breaks":
            raise RuntimeError("secret words")
        return evaluate(config, **options)

    monkeypatch.setattr(data, "evaluate", breaking)
    page = screen(second(demo("all-green"), "breaks"), demo("all-green"), path=path)
    assert "internal error: RuntimeError" in page.text
    assert "secret words" not in page.text
    assert "✓ GREEN" in page.text
    assert page.text.index("? UNKNOWN") < page.text.index("✓ GREEN")


def test_a_chosen_pipeline_can_be_left_again(demo: Demo, screen: Open) -> None:
    page = screen(demo(), second(demo("all-green"), "other"), pipeline="other", date="2025-03-07")
    assert "now: ✓ GREEN" in page.text
    page.at.selectbox(key="frame:pipeline").set_value("")
    page.run()
    assert page.parameters == {"date": "2025-03-07"}
    assert sorted(rows(page)) == ["other", "web-clickstream"]


def test_the_numbers_reach_until_the_last_released_day(demo: Demo, screen: Open) -> None:
    screen(demo())
    outcomes = data.outcomes("web-clickstream")
    assert outcomes.released == date(2025, 3, 7)
    assert [outcome.day for outcome in outcomes.days][:2] == [date(2025, 3, 8), date(2025, 3, 7)]
    assert outcomes.failing_beside(date(2025, 3, 7)) == (None, date(2025, 3, 8))
    assert outcomes.failing_beside(date(2026, 12, 1)) == (date(2025, 3, 8), None)
