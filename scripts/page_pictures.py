"""Pages of the fixed dashboard in a browser, complete and still, and pictures of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal, NamedTuple, TypeAlias

from playwright.sync_api import Browser, Page, sync_playwright

from scripts.browser import find
from scripts.fixed_dashboard import DAY

Theme: TypeAlias = Literal["light", "dark"]

THEMES: Final[tuple[Theme, ...]] = ("light", "dark")
ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run")
#: The ages of numbers and the clock of the wall are counted each second by the browser: no more.
_NO_SECONDS: Final = """() => {
  const every = window.setInterval.bind(window);
  window.setInterval = (call, time, ...rest) => time === 1000 ? 0 : every(call, time, ...rest);
}"""
_DRAWN: Final = """() => {
  const all = selector => [...document.querySelectorAll(selector)];
  const app = document.querySelector('.stApp[data-test-script-state="notRunning"]');
  const head = document.querySelector('h1, .wall');
  const waiting = all('[data-testid="stSkeleton"], [data-testid="stSpinner"], [data-stale="true"]');
  const empty = all('.stPlotlyChart').filter(chart => !chart.querySelector('.main-svg .nsewdrag'));
  return !!app && !!head && !waiting.length && !empty.length && document.fonts.status === 'loaded';
}"""
#: The boxes of all elements, those in shadow roots too, and the colours of the page.
_SHAPE: Final = """() => {
  const shape = [innerWidth, innerHeight];
  const measure = root => root.querySelectorAll('*').forEach(each => {
    if (each.shadowRoot) measure(each.shadowRoot);
    const box = each.getBoundingClientRect();
    shape.push(box.x, box.y, box.width, box.height, each.getAttribute('style'));
  });
  measure(document.body);
  const hash = [...shape.join()].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) | 0, 7);
  return `${shape.length} ${hash}`;
}"""
_HEIGHT: Final = """() => {
  const page = document.querySelector('[data-testid="stMainBlockContainer"]');
  return Math.ceil(page.getBoundingClientRect().height);
}"""
_MAX_SECONDS: Final = 120.0
#: The viewport of a tall view, in which most pages fit: growing takes time.
_TALL: Final = 2400
_TICK: Final = 50
#: So many equal shapes in a row, a tick apart, and nothing moves any more.
_STILL: Final = 6


class View(NamedTuple):
    """A page and its viewport; `tall`: the picture is as high as the page."""

    page: str
    query: str = ""
    width: int = 1366
    height: int = 768
    tall: bool = True


@contextmanager
def launched() -> Iterator[Browser]:
    """A Chromium; ends the program with a message where there is none."""
    browser_path = find()
    if browser_path is None:
        raise SystemExit("there is no Chromium: install one, or name it in ANDON_BROWSER")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
        yield browser
        browser.close()


def new_page(browser: Browser, theme: Theme) -> Page:
    """A visitor whose language, zone and theme are fixed, and for whom no second passes."""
    page = browser.new_page(
        color_scheme=theme, locale="en-GB", timezone_id="UTC", reduced_motion="reduce"
    )
    page.add_init_script(f"({_NO_SECONDS})()")
    return page


def show(page: Page, address: str, view: View) -> None:
    """Open the view, and wait until it is complete."""
    path = "" if view.page == "overview" else view.page
    _resize(page, view)
    page.goto(f"{address}/{path}?date={DAY}{view.query}")
    settle(page)


def resize(page: Page, view: View) -> None:
    """Show the same page in this view's viewport, and wait until it is complete."""
    _resize(page, view)
    settle(page)


def picture(page: Page, view: View) -> bytes:
    """A PNG of the view that is shown."""
    height = page.evaluate(_HEIGHT) if view.tall else view.height
    if height > _TALL:
        page.set_viewport_size({"width": view.width, "height": height})
        settle(page)
    return page.screenshot(
        animations="disabled", clip={"x": 0, "y": 0, "width": view.width, "height": height}
    )


def take(browser: Browser, address: str, view: View, theme: Theme) -> bytes:
    """A PNG of one view."""
    page = new_page(browser, theme)
    try:
        show(page, address, view)
        return picture(page, view)
    finally:
        page.close()


def _resize(page: Page, view: View) -> None:
    height = _TALL if view.tall else view.height
    page.set_viewport_size({"width": view.width, "height": height})


def settle(page: Page) -> None:
    """Wait until everything is drawn and nothing moves."""
    end, shapes = time.monotonic() + _MAX_SECONDS, [""]
    while time.monotonic() < end:
        page.wait_for_function(_DRAWN, timeout=_MAX_SECONDS * 1000)
        shape = page.evaluate(_SHAPE)
        shapes = [*shapes, shape] if shape == shapes[-1] else [shape]
        if len(shapes) >= _STILL and page.evaluate(_DRAWN):
            return
        page.wait_for_timeout(_TICK)
    raise SystemExit(f"{page.url} was not complete in {_MAX_SECONDS:g} s")
