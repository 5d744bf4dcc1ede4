"""A link opens what it names, from cold; what it asks for and is not there is said."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Demo
from tests.browser.screens import PAGES, Screen

pytestmark = pytest.mark.browser
PIPELINE = "web-clickstream"


@pytest.mark.parametrize("path", PAGES)
def test_a_cold_link_shows_its_page_and_its_day(screen: Screen, pristine: Demo, path: str) -> None:
    before = pristine.day - timedelta(days=2)
    screen.open(path, pipeline=PIPELINE, date=before)
    screen.has_title(PAGES[path])
    screen.says(f"{before.day} {before:%B %Y}")
    expect(screen.page.locator(".a-status")).to_contain_text(re.compile("gate: .*now: ", re.DOTALL))
    assert screen.path == path
    assert screen.parameters == {"pipeline": PIPELINE, "date": str(before)}
    for chart in screen.page.locator(".js-plotly-plot").all():
        expect(chart.locator("svg.main-svg").first).to_be_visible()


@pytest.mark.parametrize(
    ("path", "parameters", "words"),
    [
        ("", {"date": "yesterday"}, "the date 'yesterday', which is not a date"),
        ("volume", {"event": "no_such_event"}, "event name 'no_such_event', which is not found"),
        ("quarantine", {"reason": "no_such_reason"}, "reason 'no_such_reason', which is not found"),
    ],
)  # fmt: skip
def test_what_a_link_asks_for_and_is_not_there_is_said(
    screen: Screen, path: str, parameters: dict[str, str], words: str
) -> None:
    screen.open(path, **parameters)
    expect(screen.page.get_by_role("alert").filter(has_text=words)).to_be_visible()
    assert screen.parameters.items() >= parameters.items()  # nothing is silently replaced


def test_an_address_that_is_no_page_says_so(screen: Screen) -> None:
    screen.expected += ["404"]
    screen.page.goto(f"{screen.url}/no-such-page")
    expect(screen.page.get_by_role("heading")).to_have_text("There is no page '/no-such-page'.")
    screen.page.get_by_role("link", name="Volume").click()
    screen.drawn()
    screen.has_title("Volume")
