"""A pipeline that is old and wide: its pages stay readable, bounded, and lead years back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser import big_demo
from tests.browser.big_demo import CHECK, DAYS, NAMES, SOURCES, last_day, red_days
from tests.browser.once import built_once
from tests.browser.screens import PAGES, WALL, Screen
from tests.browser.served import Served
from tests.browser.test_many_pipelines import _WIDE
from tests.browser.test_ten_seconds import _TEXT, FOLD

pytestmark = pytest.mark.browser
DESK, PHONE = {"width": 1440, "height": FOLD}, {"width": 390, "height": 844}
_ELEMENTS = "document.querySelectorAll('*').length"
#: No page may have more elements, whatever the warehouse holds. The largest is the volume page:
#: 24 figures, and a row for each of 200 names.
MOST_ELEMENTS = 9000
#: The history page has a row a check, not a row a day.
MOST_OF_HISTORY = 2500


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A dashboard over that pipeline."""
    folder = built_once(tmp_path_factory, "big-demo", big_demo.build)
    server = Served(tmp_path_factory.mktemp("served-big"), folder / "andon.yml")
    yield server
    server.stop()
    assert server.complaints == ""


@pytest.fixture
def desk(big: Served, visit: Callable[..., Screen]) -> Screen:
    """A visitor at a desk."""
    return visit(big, viewport=DESK)


@pytest.mark.parametrize("path", [*PAGES, WALL])
def test_a_page_is_bounded_and_fits_a_desk_and_a_phone(desk: Screen, path: str) -> None:
    desk.open(path, date=last_day())
    desk.wait_until_still()
    assert desk.page.evaluate(_ELEMENTS) <= MOST_ELEMENTS
    assert max(desk.page.evaluate(_WIDE)) <= 0
    desk.page.set_viewport_size(PHONE)
    desk.wait_until_still()
    assert max(desk.page.evaluate(_WIDE)) <= 0


def test_the_first_screen_answers_every_question(desk: Screen) -> None:
    desk.open("quarantine", date=last_day(), check=CHECK)
    first = desk.page.locator(".a-card-body").first
    expect(first).to_contain_text(CHECK)  # the red check comes first
    desk.wait_until_still()
    text = desk.page.evaluate(_TEXT, FOLD)
    assert f"{CHECK} rate=0.0582" in text  # what
    assert "red since the gate of" in text  # since when
    assert "Shop app only: " in text  # why
    assert "Ask who sends the rows of Shop app what changed" in text  # what to do
    assert "Nobody is on it" in text  # who
    assert "I am on it" in text


def test_one_of_200_names_is_chosen_and_stays(desk: Screen) -> None:
    name = "search_submitted_17"
    desk.open("volume", date=last_day())
    box = desk.page.get_by_role("combobox", name="Event name")
    box.click()
    box.press_sequentially(name)
    desk.page.get_by_role("option", name=name).first.click()
    desk.wait_until(lambda it: it.parameters.get("event") == name, "the name in the address")
    desk.says("Events per day of one event name")
    desk.reload()
    expect(desk.page.get_by_role("combobox", name="Event name")).to_have_value(re.compile(name))
    assert desk.parameters["event"] == name


def test_200_names_are_listed_and_the_others_counted(desk: Screen) -> None:
    desk.open("volume", date=last_day())
    table = desk.page.locator("table", has_text="search_submitted_17")
    expect(table.locator("tbody tr")).to_have_count(NAMES)
    desk.says("1 more name.")


def test_one_of_twelve_sources_is_chosen_and_stays(desk: Screen) -> None:
    desk.open("runs", date=last_day())
    desk.page.get_by_role("combobox", name="Source").click()
    options = desk.page.get_by_role("option")
    expect(options).to_have_count(SOURCES + 1)
    source = options.nth(7).inner_text()
    options.nth(7).click()
    desk.wait_until(lambda it: it.parameters.get("source") == source, "the source in the address")
    desk.reload()
    desk.lets_choose("Source", source)


def test_failing_days_years_back_are_one_click_apart(desk: Screen) -> None:
    oldest, next_oldest = red_days()[-1], red_days()[-2]
    desk.open("quarantine", date=next_oldest)
    day = desk.page.locator(".a-day")
    expect(day).to_contain_text(f"{next_oldest.day} {next_oldest:%B %Y}")
    desk.page.locator(".st-key-frame-prev-failing button:enabled").first.click()
    desk.wait_until(lambda it: it.parameters["date"] == str(oldest), "the failing day before")
    expect(day).to_contain_text(f"{oldest.day} {oldest:%B %Y}")
    desk.idle()
    desk.page.locator(".st-key-frame-next-failing button:enabled").first.click()
    desk.wait_until(lambda it: it.parameters["date"] == str(next_oldest), "the one after it")
    expect(day).to_contain_text(f"{next_oldest.day} {next_oldest:%B %Y}")


def test_the_history_page_counts_three_years_in_one_row_a_check(desk: Screen) -> None:
    desk.open("history", date=last_day(), period=DAYS)
    desk.says(f"{DAYS} of {DAYS} days have a recorded evaluation.")
    table = desk.page.get_by_role("table", name="How often each check failed")
    cells = table.get_by_role("row", name=re.compile(CHECK)).get_by_role("cell")
    days = [day for day in red_days() if (last_day() - day).days < DAYS]
    expect(cells.nth(1)).to_have_text(str(len(days)))
    desk.wait_until_still()
    assert desk.page.evaluate(_ELEMENTS) <= MOST_OF_HISTORY
