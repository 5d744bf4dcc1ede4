"""Whatever is chosen is in the address: a reload shows the same; what is not there is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from dashboard import data, standing
from dashboard.navigation import titles
from tests.dashboard.conftest import NOW
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]
PATHS = tuple(titles())
_PIPELINES = ["web-clickstream", "other", None, "", "no such pipeline", "<script>", "*a*"]
_DAYS = ["2025-03-08", "2025-03-05", None, "2025-02-30", "yesterday", "9999-12-31", "1969-12-31"]
_FILTERS = {
    "runs": {"source": ["events_20250308.csv", "none"], "ended": ["ok", "none"]},
    "quarantine": {"reason": ["client_id: missing", "none"], "hour": ["7", "25"], "q": ["shop"],
                   "page": ["2", "-1", "x"]},
    "volume": {"event": ["purchase", "none"], "rule": ["zscore", "none"]},
    "revenue": {"page": ["2", "0"]},
    "orphan-orders": {"kind": ["no_session_id", "none"], "q": ["O01"], "page": ["1", "x"]},
    "history": {"period": ["90", "x"], "check": ["freshness", "none"], "from": ["1", "x"]},
    "review": {"rotate": ["30", "4", "x"]},
}  # fmt: skip


def _address(random: Random, path: str) -> dict[str, str]:
    choices = {"pipeline": _PIPELINES, "date": _DAYS, **_FILTERS.get(path, {})}
    chosen = {
        name: random.choice(values) for name, values in choices.items() if random.random() < 0.7
    }
    return {name: value for name, value in chosen.items() if value is not None}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("seed", range(4))
def test_any_address_shows_something_and_the_same_again(
    path: str, seed: int, demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A busy machine may not answer within the seconds that a person waits.
    monkeypatch.setattr(standing, "PATIENCE", 60.0)
    monkeypatch.setattr(standing.of_all, "__defaults__", (60.0,))
    good, bad = demo("all-green"), demo("missing-identity")
    other = good / "other.yml"
    text = (good / "andon.yml").read_text(encoding="utf-8")
    other.write_text(text.replace("pipeline: web-clickstream", "pipeline: other"), "utf-8")
    random = Random(f"{path} {seed}")  # noqa: S311  (addresses, no secrets)
    for _ in range(3):
        address = _address(random, path)
        page = screen(other, bad, path=path, **address)
        assert "<h1" in page.html, address
        requested = {
            name: value for name, value in address.items() if value and name in ("pipeline", "date")
        }
        assert page.parameters.items() >= requested.items(), address
        assert Screen(path, page.parameters).text == page.text, address


@pytest.mark.parametrize("path", PATHS)
def test_a_pipeline_that_is_not_there_leaves_ways_out(path: str, demo: Demo, screen: Open) -> None:
    page = screen(demo("all-green"), path=path, pipeline="no such")
    assert page.text.startswith(titles()[path])
    assert "asks for the pipeline 'no such', which is not configured here" in page.text
    assert [link.replace("\\", "") for link in page.links()[-2:]] == [
        "web-clickstream", "Show the latest day",
    ]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_day_that_is_none_leaves_ways_out(path: str, demo: Demo, screen: Open) -> None:
    page = screen(demo("all-green"), path=path, date="2025-02-30")
    assert page.text.startswith(titles()[path])
    assert "asks for the date '2025-02-30', which is not a date" in page.text
    assert page.links()[-2:] == ["The latest day: Sat 8 March 2025", "Show the latest day"]


def test_what_is_chosen_stays_when_the_page_is_opened_again(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="quarantine")
    page.at.selectbox(key="filter:reason").set_value("client_id: missing")
    page.run()
    page.at.button(key="frame:prev").click()
    page.run()
    page.at.text_input(key="filter:q").set_value("shop")
    page.run()
    assert page.parameters == {
        "date": "2025-03-07", "reason": "client_id: missing", "q": "shop",
    }  # fmt: skip
    assert Screen("quarantine", page.parameters).text == page.text


def test_a_day_that_is_over_is_in_the_past_tense(demo: Demo, screen: Open) -> None:
    folder = demo()
    page = screen(folder, date="2025-03-07")
    assert "The gate let the dashboards be refreshed: 12 of 12 checks passed." in page.text
    assert "Latest: Sat 8 Mar" in page.links()
    page = screen(folder, date="2025-03-08")
    assert "Latest: Sat 8 Mar" not in page.links()


@pytest.mark.parametrize("path", PATHS)
def test_a_red_day_that_is_over(
    path: str, demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = demo()
    monkeypatch.setattr(data, "now", lambda: NOW + timedelta(days=400))
    page = screen(folder, path=path, date="2025-03-08")
    assert "The dashboards were not refreshed" in page.text
    assert "2 of 12 checks failed" in page.text
    assert "Do not refresh" not in page.text
    if path != "review":
        assert "Latest: Sun 12 Apr" in page.links()
    if path in ("overview", "quarantine"):
        assert "had been red since the gate of Sun 9 Mar 06:12" in page.text


def test_failing_days_are_known_however_long_ago(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = demo()
    monkeypatch.setattr(data, "now", lambda: NOW + timedelta(days=600))
    page = screen(folder)
    assert "Numbers on the dashboards: until Fri 7 Mar" in page.text
    page.at.button(key="frame:prev-failing").click()
    page.run()
    assert page.parameters["date"] == "2025-03-08"
