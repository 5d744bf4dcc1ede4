"""The wall screen: all of it on one screen, at both sizes, without furniture when embedded."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.screens import WALL, Screen

pytestmark = pytest.mark.browser
SIZES: list[ViewportSize] = [{"width": 1920, "height": 1080}, {"width": 3840, "height": 2160}]

#: Every element with text or graphics of its own that is not completely on the screen, and every
#: box that would scroll or that cuts off its content.
_CUT_OFF = """() => {
  const found = [];
  const own = (one) => [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  const look = (root) => root.querySelectorAll("*").forEach((one) => {
    if (one.shadowRoot) look(one.shadowRoot);
    if (!own(one) && !["svg", "rect", "line"].includes(one.localName)) return;
    if (["style", "script", "title"].includes(one.localName) || !one.checkVisibility()) return;
    if (one.closest(".unseen")) return;
    const box = one.getBoundingClientRect();
    if (!box.width || !box.height) return;
    const style = getComputedStyle(one);
    // Less than a sixth of a line is the room above and below letters, not letters.
    const room = parseFloat(style.fontSize) / 6;
    const cut = style.overflow !== "visible" &&
      (one.scrollHeight > one.clientHeight + room || one.scrollWidth > one.clientWidth + 1);
    if (box.left < -1 || box.top < -1 || box.right > innerWidth + 1 ||
        box.bottom > innerHeight + 1 || (one.namespaceURI.endsWith("xhtml") && cut))
      found.push(`${one.localName}.${one.getAttribute("class")} ${one.textContent.slice(0, 80)} ` +
        JSON.stringify(box));
  });
  look(document.querySelector('[data-testid="stMain"]'));
  return found;
}"""
#: The smallest type of the wall, as a part of the screen's height.
_SMALLEST = """() => {
  const sizes = [];
  const own = (one) => [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  const look = (root) => root.querySelectorAll("*").forEach((one) => {
    if (one.shadowRoot) look(one.shadowRoot);
    if (own(one) && !["STYLE", "SCRIPT"].includes(one.tagName) && one.checkVisibility())
      sizes.push(parseFloat(getComputedStyle(one).fontSize));
  });
  look(document.querySelector(".st-key-andon-wall"));
  return Math.min(...sizes) / innerHeight;
}"""
_SCROLLS = """() => [document.documentElement, document.body,
    document.querySelector('[data-testid="stMain"]')]
  .filter((one) => one.scrollHeight > innerHeight || one.scrollWidth > innerWidth)
  .map((one) => [one.localName, one.scrollWidth, one.scrollHeight])"""


@pytest.mark.parametrize("embedded", [False, True], ids=["with the bar", "embedded"])
def test_everything_is_on_the_screen(screen: Screen, embedded: bool) -> None:
    page = screen.page
    page.set_viewport_size(SIZES[0])
    screen.open(WALL, **({"embed": "true"} if embedded else {}))
    screen.says("2 of 12 checks failed")
    expect(page.locator(".w-fail")).to_have_count(2)
    expect(page.locator(".w-lamps i")).to_have_count(30)
    screen.says("evaluated ")
    for size in SIZES:
        page.set_viewport_size(size)
        screen.wait_until_still()
        assert page.evaluate(_SCROLLS) == [], size
        assert page.evaluate(_CUT_OFF) == [], size
        assert page.evaluate(_SMALLEST) >= 0.022 * (1 if embedded else 0.96), size
    assert screen.bar.count() == (0 if embedded else 1)
    if embedded:
        expect(page.locator('[data-testid="stToolbar"], [data-testid="stHeader"]')).to_be_hidden()
