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
    """Seconds of one page, and of the bare page measured beside it."""

    cold: list[float] = field(default_factory=list)
    bare_cold: list[float] = field(default_factory=list)
    computed: list[float] = field(default_factory=list)
    bare_computed: list[float] = field(default_factory=list)
    first_click: list[float] = field(default_factory=list)
    click: list[float] = field(default_factory=list)
    bare_click: list[float] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def cold(browser: Browser, server: Server, path: str, title: str | None) -> tuple[float, float]:
    """Seconds until a new visitor's page is complete, and processor seconds of its main thread."""
    with visitor(browser) as viewer:
        return viewer.open(f"{server.url}/{path}", title), viewer.computed()


def measure_cold(
    browser: Browser, server: Server, bare_server: Server, times_by_path: dict[str, Times]
) -> None:
    """Open every page once, and the bare page beside each."""
    for path, title in PAGES.items():
        times = times_by_path[path]
        seconds, computed = cold(browser, bare_server, "", BARE_PAGES[""])
        times.bare_cold.append(seconds)
        times.bare_computed.append(computed)
        seconds, computed = cold(browser, server, path, title)
        times.cold.append(seconds)
        times.computed.append(computed)


def measure_clicks(
    browser: Browser,
    server: Server,
    bare_server: Server,
    times_by_path: dict[str, Times],
    tours: int,
) -> None:
    """A visitor clicks through all pages several times; the first tour is counted separately."""
    with visitor(browser) as viewer, visitor(browser) as bare_viewer:
        viewer.open(f"{server.url}/", PAGES[""])
        bare_viewer.open(f"{bare_server.url}/", BARE_PAGES[""])
        bare_viewer.click("Second", "Second"), bare_viewer.click("First", "First")
        viewer.rest(6)  # as somebody who reads; by then the overview has fetched what others need
        for tour in range(tours + 1):
            for path in [*list(PAGES)[1:], ""]:
                times = times_by_path[path]
                title = PAGES[path]
                seconds = viewer.click(title or WALL_LINK, title)
                times.counts = viewer.counts()
                (times.click if tour else times.first_click).append(seconds)
                if tour:
                    times.bare_click.append(bare_viewer.click("Second", "Second"))
                    bare_viewer.click("First", "First")


def lines(times_by_path: dict[str, Times]) -> list[str]:
    """The table; the last line is the bare page."""
    bare_cold = [seconds for times in times_by_path.values() for seconds in times.bare_cold]
    bare_click = [seconds for times in times_by_path.values() for seconds in times.bare_click]
    computed = statistics.median(
        seconds for times in times_by_path.values() for seconds in times.bare_computed
    )
    last = _line(
        "bare", "1, 1", _seconds(bare_cold), "", f"{computed:.2f} s", "", "",
        _seconds(bare_click), "",
    )  # fmt: skip
    return [*(_of_page(path, times) for path, times in times_by_path.items()), last]


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


def _ratio(samples: list[float], bare_samples: list[float]) -> str:
    pairs = zip(samples, bare_samples, strict=True)
    return f"{statistics.median(a / b for a, b in pairs):.2f} x"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="cold loads of a page, tours of clicks")
    options = parser.parse_args()
    config = demo()
    times_by_path: dict[str, Times] = defaultdict(Times)
    with andon(config) as server, bare() as bare_server, chromium() as browser:
        measure_cold(browser, server, bare_server, defaultdict(Times))  # the first evaluation
        for _ in range(options.runs):
            measure_cold(browser, server, bare_server, times_by_path)
        measure_clicks(browser, server, bare_server, times_by_path, options.runs)
    print("\n".join((HEADER, *lines(times_by_path))))
    print(f"\nload average: {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
