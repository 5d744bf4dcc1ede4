"""The head of a page: day, neighbours, filters that stay or go, links that keep the place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from checks import DataMonitor, load_config
from tests.dashboard.conftest import DAY, GATE_AT, RUN
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]


@pytest.mark.parametrize(("name", "day"), [("prev", "2025-03-07"), ("next", "2025-03-09")])
def test_the_neighbouring_days(name: str, day: str, demo: Demo, screen: Open) -> None:
    page = screen(demo(), date="2025-03-08")
    page.at.button(key=f"frame:{name}").click()
    page.run()
    assert page.parameters["date"] == day
    assert page.at.date_input(key="frame:day").value == date.fromisoformat(day)


def test_there_is_no_day_after_today(demo: Demo, screen: Open) -> None:
    page = screen(demo(), date="2025-03-09")
    assert page.at.button(key="frame:next").disabled


def test_failing_days_are_one_click_apart(demo: Demo, screen: Open) -> None:
    folder = demo("all-green")
    page = screen(folder, date="2025-03-08")
    assert page.at.button(key="frame:prev-failing").disabled
    assert page.at.button(key="frame:next-failing").disabled
    red = folder / "andon.yml"
    text = red.read_text(encoding="utf-8")
    red.write_text(text.replace("alert_above: 0.05", "alert_above: 0.0001"), encoding="utf-8")
    for day in (4, 6):
        DataMonitor(load_config(red)).run(date=date(2025, 3, day), now=GATE_AT, record=True)
    page = screen(folder, date="2025-03-08")
    page.at.button(key="frame:prev-failing").click()
    page.run()
    assert page.parameters["date"] == "2025-03-05"
    page.at.button(key="frame:prev-failing").click()
    page.run()
    assert page.parameters["date"] == "2025-03-03"
    page.at.button(key="frame:next-failing").click()
    page.run()
    assert page.parameters["date"] == "2025-03-05"


def test_a_day_chosen_in_the_picker_is_in_the_address(demo: Demo, screen: Open) -> None:
    page = screen(demo())
    page.at.date_input(key="frame:day").set_value(date(2025, 3, 5))
    page.run()
    assert page.parameters["date"] == "2025-03-05"
    assert "Wed 5 March 2025" in page.text


def test_without_a_date_it_is_the_day_of_todays_run(demo: Demo, screen: Open) -> None:
    page = screen(demo())
    assert page.at.date_input(key="frame:day").value == DAY
    assert "Sat 8 March 2025" in page.text
    assert RUN.day == DAY.day + 1


def test_reruns_are_counted(demo: Demo, screen: Open) -> None:
    folder = demo()
    DataMonitor(load_config(folder / "andon.yml")).run(date=RUN, now=GATE_AT, record=True)
    assert "gate: ✗ RED at 06:12 UTC, 2 runs" in screen(folder).text


def test_links_keep_pipeline_and_day(demo: Demo, screen: Open) -> None:
    page = screen(demo(), date="2025-03-07")
    links = {
        str(link.proto.label): str(link.proto.query_string) for link in page.at.get("page_link")
    }
    assert links["Volume"] == "pipeline=web-clickstream&date=2025-03-07"


def test_the_card_links_to_its_evidence_already_filtered(demo: Demo, screen: Open) -> None:
    page = screen(demo())
    queries = [str(link.proto.query_string) for link in page.at.get("page_link")]
    assert any("value=Shop+app" in query and "date=2025-03-08" in query for query in queries)
    # Orphans of two kinds: a filter would hide a part of what is to be repaired.
    assert not any("kind=" in query for query in queries)


def test_another_pipeline_drops_the_filters(demo: Demo, screen: Open) -> None:
    folder = demo("all-green")
    text = (folder / "andon.yml").read_text(encoding="utf-8")
    other = folder / "other.yml"
    other.write_text(text.replace("pipeline: web-clickstream", "pipeline: other"), "utf-8")
    page = screen(folder, other, path="volume", pipeline="web-clickstream",
                  event="purchase", date="2025-03-08")  # fmt: skip
    page.at.selectbox(key="frame:pipeline").set_value("other")
    page.run()
    assert page.parameters["pipeline"] == "other"
    assert "event" not in page.parameters


def test_a_shared_filter_names_its_day(demo: Demo, screen: Open) -> None:
    page = screen(demo(), path="volume")
    assert "date" not in page.parameters
    page.at.selectbox(key="filter:event").set_value("purchase")
    page.run()
    assert page.parameters["event"] == "purchase"
    assert page.parameters["date"] == "2025-03-08"


def test_day_buttons_have_words(demo: Demo, screen: Open) -> None:
    page = screen(demo())
    labels = [page.at.button(key=f"frame:{name}").label for name in ("prev-failing", "prev")]
    assert labels == ["Previous failing day", "Previous day"]
