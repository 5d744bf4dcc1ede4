"""How soon pages are complete in Chromium, against a bare Streamlit page.

Every measured load of a page of Andon has one of the bare page beside it, so that a busy
moment hits both: the ratios are comparable between machines, seconds are not.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections import defaultdict
from dataclasses import dataclass, field

from playwright.sync_api import Browser

from dashboard_browser import chromium, visitor
from dashboard_servers import BARE_PAGES, PAGES, Server, andon, bare, demo

WALL_LINK = "Review"
HEADER = """\
| page | charts, tables | cold (goal 3 s) | cold / bare | main thread | main thread / bare \
| first click | click (goal 0.5 s) | click / bare |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |"""


@dataclass(slots=True)
class Times:
    """Seconds of one page, and of the bare page right beside each."""

    cold: list[float] = field(default_factory=list)
    bare_cold: list[float] = field(default_factory=list)
    computed: list[float] = field(default_factory=list)
    bare_computed: list[float] = field(default_factory=list)
    first_click: list[float] = field(default_factory=list)
    click: list[float] = field(default_factory=list)
    bare_click: list[float] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def cold(browser: Browser, server: Server, path: str, title: str | None) -> tuple[float, float]:
    """A new visitor opens one address: the time, and what the browser's main thread computed."""
    with visitor(browser) as somebody:
        return somebody.open(f"{server.url}/{path}", title), somebody.computed()


def measure_cold(browser: Browser, ours: Server, theirs: Server, found: dict[str, Times]) -> None:
    """Every page once, the bare page beside each."""
    for path, title in PAGES.items():
        here = found[path]
        seconds, computed = cold(browser, theirs, "", BARE_PAGES[""])
        here.bare_cold.append(seconds)
        here.bare_computed.append(computed)
        seconds, computed = cold(browser, ours, path, title)
        here.cold.append(seconds)
        here.computed.append(computed)


def measure_clicks(
    browser: Browser, ours: Server, theirs: Server, found: dict[str, Times], tours: int
) -> None:
    """A visitor goes round all pages, again and again; the first time is counted apart."""
    with visitor(browser) as somebody, visitor(browser) as neighbour:
        somebody.open(f"{ours.url}/", PAGES[""])
        neighbour.open(f"{theirs.url}/", BARE_PAGES[""])
        neighbour.click("Second", "Second"), neighbour.click("First", "First")
        somebody.rest(6)  # as somebody who reads; by then the overview has fetched what others need
        for tour in range(tours + 1):
            for path in [*list(PAGES)[1:], ""]:
                here = found[path]
                title = PAGES[path]
                seconds = somebody.click(title or WALL_LINK, title)
                here.counts = somebody.counts()
                (here.click if tour else here.first_click).append(seconds)
                if tour:
                    here.bare_click.append(neighbour.click("Second", "Second"))
                    neighbour.click("First", "First")


def lines(found: dict[str, Times]) -> list[str]:
    """The table; the last line is the bare page."""
    bare_cold = [one for times in found.values() for one in times.bare_cold]
    bare_click = [one for times in found.values() for one in times.bare_click]
    computed = statistics.median(one for times in found.values() for one in times.bare_computed)
    last = _line(
        "bare", "1, 1", _seconds(bare_cold), "", f"{computed:.2f} s", "", "",
        _seconds(bare_click), "",
    )  # fmt: skip
    return [*(_of_page(path, times) for path, times in found.items()), last]


def _of_page(path: str, times: Times) -> str:
    return _line(
        f"/{path}",
        f"{times.counts['charts']}, {times.counts['tables']}",
        _seconds(times.cold),
        _ratio(times.cold, times.bare_cold),
        f"{statistics.median(times.computed):.2f} s",
        _ratio(times.computed, times.bare_computed),
        _seconds(times.first_click),
        _seconds(times.click),
        _ratio(times.click, times.bare_click),
    )


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _seconds(samples: list[float]) -> str:
    return f"{statistics.median(samples):.2f} s (most {max(samples):.2f})"


def _ratio(ours: list[float], theirs: list[float]) -> str:
    pairs = zip(ours, theirs, strict=True)
    return f"{statistics.median(a / b for a, b in pairs):.2f} x"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="cold loads of a page, tours of clicks")
    options = parser.parse_args()
    config = demo()
    found: dict[str, Times] = defaultdict(Times)
    with andon(config) as ours, bare() as theirs, chromium() as browser:
        measure_cold(browser, ours, theirs, defaultdict(Times))  # the first evaluation
        for _ in range(options.runs):
            measure_cold(browser, ours, theirs, found)
        measure_clicks(browser, ours, theirs, found, options.runs)
    print("\n".join((HEADER, *lines(found))))
    print(f"\nload average: {', '.join(f'{one:.1f}' for one in os.getloadavg())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
