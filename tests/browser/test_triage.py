"""From the alert's link to the rows, to another day and back, by mouse."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Demo
from tests.browser.screens import Screen

pytestmark = pytest.mark.browser
PIPELINE = "web-clickstream"


def card(screen: Screen, check: str) -> Locator:
    """The card of a failing check."""
    return screen.page.locator(f'[class*="st-key-card-"][class*="{check}"]')


def test_a_card_leads_to_its_rows_and_back(screen: Screen, pristine: Demo) -> None:
    screen.open()
    card(screen, "orphan_orders").get_by_role("link", name="Show the evidence").click()
    screen.has_title("Orphan orders")
    # Two kinds of orphans are to be repaired: a filter would hide one of them.
    parameters = {"pipeline": PIPELINE, "date": str(pristine.day)}
    for _ in range(2):
        screen.lets_choose("Kind", "All")
        screen.wait_until(lambda it: len(it.cells(1)) == 4, "all orphans")
        assert (screen.path, screen.parameters) == ("orphan-orders", parameters)
        screen.reload()
    screen.page.go_back()
    screen.has_title("Overview")
    assert screen.path == ""


def test_a_card_leads_to_the_rejected_rows_of_its_cause(screen: Screen, pristine: Demo) -> None:
    screen.open()
    card(screen, "quarantine_rate").get_by_role("link", name="Show the evidence").click()
    screen.has_title("Quarantine")
    cause = {"column": "browser", "value": "Shop app"}
    parameters = {"pipeline": PIPELINE, "date": str(pristine.day), **cause}
    for _ in range(2):
        assert screen.path == "quarantine"
        assert screen.parameters.items() >= parameters.items()
        screen.says(re.compile(r"1\d\d of 174 rejected rows"))
        screen.says("browser = Shop app")
        screen.wait_until(lambda it: len(it.cells(1)) > 10, "the rejected rows")
        screen.reload()


def test_a_filter_is_in_the_address_and_going_back_takes_it_away(
    screen: Screen, pristine: Demo
) -> None:
    screen.open("orphan-orders", pipeline=PIPELINE, date=pristine.day)
    screen.wait_until(lambda it: len(it.cells(1)) == 4, "all four orphans")
    screen.choose("Kind", "session that does not exist")
    screen.wait_until(lambda it: it.parameters.get("kind") == "unknown_session", "the address")
    screen.wait_until(lambda it: len(it.cells(1)) == 2, "two of them")
    screen.page.go_back()
    screen.wait_until(lambda it: len(it.cells(1)) == 4, "all four again")
    screen.lets_choose("Kind", "All")
    assert screen.parameters == {"pipeline": PIPELINE, "date": str(pristine.day)}
    screen.page.go_forward()
    screen.wait_until(lambda it: len(it.cells(1)) == 2, "two again")
    screen.lets_choose("Kind", "session that does not exist")


def test_a_click_in_a_chart_shows_that_day_and_going_back_the_one_before(
    screen: Screen, pristine: Demo
) -> None:
    first, second = (pristine.day - timedelta(days=back) for back in (4, 6))
    screen.open("volume", pipeline=PIPELINE, date=pristine.day)
    for day in (first, second):
        screen.open_bar("Bars of events per day", str(day))
        screen.says(f"{day.day} {day:%B %Y}")
        screen.idle()
    screen.page.go_back()
    screen.says(f"{first.day} {first:%B %Y}")
    assert screen.parameters == {"pipeline": PIPELINE, "date": str(first)}


def test_a_click_on_a_lamp_opens_its_day(screen: Screen, pristine: Demo) -> None:
    other = pristine.day - timedelta(days=3)
    screen.open()
    screen.page.locator(f'.board button[data-day="{other}"]').first.click()
    screen.says(f"{other.day} {other:%B %Y}")
    assert screen.parameters["date"] == str(other)
    screen.go("Runs")
    assert screen.parameters == {"pipeline": PIPELINE, "date": str(other)}
    expect(screen.page.locator('.board [aria-current="date"]')).to_have_attribute(
        "data-day", str(other)
    )


def test_the_days_beside_and_the_failing_days(screen: Screen, pristine: Demo) -> None:
    days = [str(pristine.day - timedelta(days=back)) for back in range(4)]
    screen.open("volume", pipeline=PIPELINE, date=days[1])

    def press(key: str, day: str) -> None:
        screen.page.locator(f".st-key-frame-{key}").get_by_role("button").click()
        screen.wait_until(lambda it: it.parameters["date"] == day, f"{key} leads to {day}")
        screen.drawn()

    press("next", days[0])
    for day in days[1:]:
        press("prev", day)
    press("next-failing", days[0])
