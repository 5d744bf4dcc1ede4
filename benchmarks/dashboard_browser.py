"""One visitor in Chromium: how long until a page is complete, by the browser's own clock.

Complete: the heading is there, the script has run, no placeholder and nothing outdated is on
the page, every chart has its marks, every table its grid, every component its content; and it
is so in two frames one after the other. The time is that of the first of the two.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
_VIEW: ViewportSize = {"width": 1366, "height": 768}
_MAX_MILLISECONDS = 60_000.0
_WATCH = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium: the one of ANDON_BROWSER, or one on the path. Raises RuntimeError without."""
    configured = os.environ.get("ANDON_BROWSER")
    executable = (
        shutil.which(configured)
        if configured
        else next(filter(None, map(shutil.which, _NAMES)), None)
    )
    if executable is None:
        raise RuntimeError("there is no Chromium: install one, or name it in ANDON_BROWSER")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Somebody who was never here: a profile of its own, with an empty cache."""
    context = browser.new_context(viewport=_VIEW)
    context.add_init_script(_WATCH)
    page = context.new_page()
    page.set_default_timeout(_MAX_MILLISECONDS)
    yield Visitor(page)
    context.close()


class Visitor:
    """Opens addresses and follows links; times are in seconds."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._meter = page.context.new_cdp_session(page)
        self._meter.send("Performance.enable", {"timeDomain": "threadTicks"})

    def open(self, url: str, title: str | None) -> float:
        """From the start of the navigation until the page of that heading is complete."""
        self._page.goto(url, wait_until="commit")
        return self._complete(title)

    def click(self, link: str, title: str | None) -> float:
        """From the click on a link of that text until the page of that heading is complete."""
        self._page.get_by_role("link", name=link, exact=True).first.click()
        return self._complete(title) - self._clicked()

    def computed(self) -> float:
        """Processor seconds of the page's main thread so far; a busy machine hardly moves them."""
        metrics = self._meter.send("Performance.getMetrics")["metrics"]
        return next(
            float(metric["value"]) for metric in metrics if metric["name"] == "TaskDuration"
        )

    def counts(self) -> dict[str, int]:
        """How much is on the page: charts, tables, elements."""
        counts: dict[str, int] = self._page.evaluate("() => window.andonWatch.counts()")
        return counts

    def rest(self, seconds: float) -> None:
        """Leave the page alone for a while."""
        self._page.wait_for_timeout(seconds * 1000)

    def _complete(self, title: str | None) -> float:
        script = "title => window.andonWatch.complete(title)"
        seconds = float(self._page.evaluate(script, title)) / 1000
        # A page that failed is soon complete.
        if error := self._page.evaluate("() => window.andonWatch.fault()"):
            raise RuntimeError(f"{self._page.url} says: {error}")
        return seconds

    def _clicked(self) -> float:
        return float(self._page.evaluate("() => window.andonWatch.clicked")) / 1000
