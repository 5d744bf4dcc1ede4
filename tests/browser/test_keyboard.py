"""Everything that the mouse can do, the keyboard can; and where the focus is can be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Demo
from tests.browser.screens import PAGES, Screen
from tests.browser.served import Served

pytestmark = pytest.mark.browser

#: The focused element, also in shadow roots: its text, and whether the focus is visible.
_FOCUS = """() => {
  let one = document.activeElement;
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const marked = [one, one.parentElement, one.parentElement?.parentElement].some((it) => {
    const look = it && getComputedStyle(it);
    return look && (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0 ||
      look.boxShadow !== "none");
  });
  return {
    words: (one.getAttribute("aria-label") || one.innerText || one.textContent || "").trim(),
    name: one.localName, key: one.closest('[class*="st-key"]')?.className ?? "",
    seen: marked || ["input", "textarea"].includes(one.localName),
    shown: box.width > 0 && box.height > 0 && style.visibility !== "hidden",
  };
}"""


@pytest.fixture(scope="module")
def owned(own_demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A dashboard over a demo of this file's own."""
    server = Served(tmp_path_factory.mktemp("owned"), own_demo.config)
    yield server
    server.stop()
    assert server.complaints == ""


def tab_to(screen: Screen, words: str, key: str = "", most: int = 80) -> list[str]:
    """Press Tab until what has the focus says so; what had it on the way. All of it is seen."""
    passed = []
    for _ in range(most):
        screen.page.keyboard.press("Tab")
        focus = screen.page.evaluate(_FOCUS)
        # The whole page is a stop, as it scrolls; a table draws its own ring.
        if focus is None or focus["name"] in ("main", "canvas"):
            continue
        assert focus["seen"], f"nobody sees the focus on {focus}"
        if focus["words"].startswith(words) and key in focus["key"]:
            return passed
        passed.append(focus["words"])
    raise AssertionError(f"no Tab leads to {words!r}: {passed}")


def test_tab_leads_to_all_pages_in_their_order_and_enter_opens_one(
    screen: Screen, pristine: Demo
) -> None:
    screen.open(date=pristine.day)
    passed = tab_to(screen, "Review")
    assert [words for words in passed if words in PAGES.values()] == list(PAGES.values())
    screen.open(date=pristine.day)
    tab_to(screen, "Volume")
    screen.page.keyboard.press("Enter")
    screen.has_title("Volume")
    assert screen.parameters["date"] == str(pristine.day)


def test_the_skip_link_leads_past_the_bar(screen: Screen) -> None:
    screen.open()
    screen.page.keyboard.press("Tab")
    assert screen.page.evaluate(_FOCUS)["words"] == "Skip to main content"
    screen.page.keyboard.press("Enter")
    assert screen.page.evaluate(
        "!!document.activeElement.closest('main, [data-testid=stMain]') || location.hash.length > 1"
    )


def test_the_lamps_are_one_stop_and_arrows_walk_them(screen: Screen, pristine: Demo) -> None:
    screen.open(date=pristine.day)
    board = screen.page.locator(".board")
    board.locator("button").first.wait_for()
    passed = tab_to(screen, "gate, ")
    screen.page.keyboard.press("ArrowLeft")
    screen.page.keyboard.press("ArrowLeft")
    screen.page.keyboard.press("ArrowDown")
    screen.page.keyboard.press("ArrowUp")
    other = pristine.day - timedelta(days=2)
    focus = screen.page.evaluate(_FOCUS)
    assert focus["words"].startswith(f"gate, {other:%a} {other.day} {other:%B %Y}")
    assert focus["seen"]
    assert not any(words.startswith("gate, ") for words in passed)
    screen.page.keyboard.press("Enter")
    screen.wait_until(lambda it: it.parameters["date"] == str(other), "the day of the lamp")
    screen.says(f"{other.day} {other:%B %Y}")


def test_a_day_and_a_filter_without_a_mouse(screen: Screen, pristine: Demo) -> None:
    screen.open("orphan-orders", date=pristine.day)
    screen.wait_until(lambda it: len(it.cells(1)) == 4, "the orphans")
    tab_to(screen, "Kind")
    screen.page.keyboard.press("ArrowDown")
    options = screen.page.get_by_role("option")
    options.first.wait_for()
    screen.page.keyboard.type("no session")
    expect(options).to_have_count(1)
    screen.page.keyboard.press("Enter")
    screen.wait_until(lambda it: it.parameters.get("kind") == "no_session_id", "the filter")
    screen.page.evaluate("document.activeElement.blur()")
    screen.reload()
    tab_to(screen, "", key="st-key-frame-prev ")
    screen.page.keyboard.press("Enter")
    before = str(pristine.day - timedelta(days=1))
    screen.wait_until(lambda it: it.parameters["date"] == before, "the day before")
    assert screen.parameters["kind"] == "no_session_id"


def test_somebody_says_that_she_is_on_it_without_a_mouse(
    owned: Served, visit: Callable[..., Screen]
) -> None:
    screen = visit(owned)
    screen.open()
    tab_to(screen, "I am on it")
    screen.page.keyboard.press("Enter")
    # The browser fetches what draws a text field when the first one is needed.
    screen.page.get_by_label("Your name").wait_for()
    tab_to(screen, "Your name")
    screen.page.keyboard.type("Ana **Bee** <b>")
    tab_to(screen, "What is known so far")
    screen.page.keyboard.type("asked the app team")
    screen.page.keyboard.press("Enter")
    screen.says("Ana **Bee** <b> is on it since")
    screen.says("asked the app team")
    screen.open("review")
    screen.says("Ana **Bee** <b> is on it")
