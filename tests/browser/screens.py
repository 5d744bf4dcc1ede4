"""What a person sees and does in the browser, and errors that the browser reports."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response, expect

#: Every page's address, in the order of the navigation, with its heading.
PAGES = {
    "": "Overview",
    "runs": "Runs",
    "quarantine": "Quarantine",
    "volume": "Volume",
    "revenue": "Revenue",
    "orphan-orders": "Orphan orders",
    "history": "History",
}
WALL = "review"
#: The middle of the tallest bar of a day, on the screen.
_BAR = """(plot, day) => {
  const shown = [...plot.querySelectorAll(".trace.bars")];
  const bars = plot._fullData.filter((one) => one.type === "bar" && one.x?.length);
  const points = (i) => shown[i]?.querySelectorAll(".point") ?? [];
  const boxes = bars.flatMap((bar, i) => [...bar.x].map((x, n) => [x, points(i)[n]]))
    .filter(([x, point]) => String(x).startsWith(day) && point)
    .map(([, point]) => point.getBoundingClientRect())
    .sort((a, b) => b.height - a.height);
  return [boxes[0].x + boxes[0].width / 2, boxes[0].y + boxes[0].height / 2];
}"""
#: Whether the figure handles clicks, and the points under the mouse, according to Plotly.
_LISTENS = "plot => Boolean(plot._ev?._events?.plotly_selected && plot._fullData?.length)"
_HOVERED = "plot => (plot._hoverdata ?? []).map((point) => String(point.x))"
#: The boxes of all elements, including those in shadow roots.
_BOXES = """() => {
  const boxes = [innerWidth, innerHeight, document.fonts.status];
  const measure = (root) => root.querySelectorAll("*").forEach((one) => {
    if (one.shadowRoot) measure(one.shadowRoot);
    const box = one.getBoundingClientRect();
    boxes.push(box.x, box.y, box.width, box.height);
  });
  measure(document.body);
  return boxes.join();
}"""
#: How many parts are not drawn yet: components whose script is still being fetched (the elements
#: beside them are hidden until then), elements of an earlier run, figures without a drawing.
_UNFINISHED = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const figures = all(".stPlotlyChart").filter((one) => one.getBoundingClientRect().width);
  return all('[data-testid="stSkeleton"], [data-stale="true"]').length
    + figures.filter((one) => !one.querySelector(".main-svg")).length;
}"""
#: Number of identical measurements in a row after which nothing moves.
_STILL_COUNT = 6
#: Milliseconds between two checks of a condition.
_TICK = 50
_SECONDS = 1000.0
#: Milliseconds until a click that has changed nothing is repeated.
_CLICK_WAIT = 3000
#: Four times what a busy machine needs, and an upper limit only: nothing waits for it to pass.
PATIENCE = 120 * _SECONDS
expect.set_options(timeout=PATIENCE)


class Screen:
    """One browser page. `faults` collects errors that no page may cause."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.faults: list[str] = []
        #: Parts of errors that a test causes on purpose, such as a stopped server.
        self.expected: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._fault(f"uncaught: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)
        page.on("websocket", lambda socket: self._address(socket.url))
        page.on("popup", lambda popup: self._fault(f"a window opened: {popup.url}"))
        page.on("dialog", self._dialog)

    # ---- going there

    def open(self, path: str = "", **parameters: object) -> Screen:
        """Open an address in a fresh page and wait until it is drawn."""
        query = urlencode({name: str(value) for name, value in parameters.items()})
        self.page.goto(f"{self.url}/{path}{'?' if query else ''}{query}")
        return self.drawn()

    def reload(self) -> Screen:
        """Reload the page, and wait until it is drawn."""
        self.page.reload()
        return self.drawn()

    def drawn(self) -> Screen:
        """Wait until there is a heading, or a sentence that says why not, and the script idles."""
        self.page.locator("h1, .a-note.fault").first.wait_for()
        self.idle()
        return self

    def idle(self) -> None:
        """Wait until the script has run to its end."""
        self.page.locator('.stApp[data-test-script-state="notRunning"]').wait_for()

    def go(self, title: str) -> Screen:
        """Follow a link of the bar by its text."""
        self.bar.get_by_role("link", name=title, exact=True).click()
        self.has_title(title)
        self.idle()
        return self

    # ---- what is there

    @property
    def bar(self):  # type: ignore[no-untyped-def]
        """The links to the pages."""
        return self.page.locator(".st-key-andon-bar")

    @property
    def parameters(self) -> dict[str, str]:
        """The query parameters of the address."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.page.url).query).items()}

    @property
    def path(self) -> str:
        """The page's own part of the address, without slashes."""
        return urlsplit(self.page.url).path.strip("/")

    def has_title(self, title: str) -> None:
        """The page's heading is this one."""
        expect(self.page.locator("h1.a-title")).to_have_text(title)

    def says(self, text: str | re.Pattern[str]) -> None:
        """Wait until a text is on the page."""
        expect(self.page.locator(".stApp")).to_contain_text(text)

    def lacks(self, text: str) -> None:
        """Wait until a text is not on the page."""
        expect(self.page.locator(".stApp")).not_to_contain_text(text)

    def wait_until(self, condition: Callable[[Screen], bool], what: str) -> None:
        """Wait until a condition holds."""
        end = monotonic() + PATIENCE / _SECONDS
        while not condition(self):
            if monotonic() > end:
                raise AssertionError(f"{what}: {self.page.url}")
            self.page.wait_for_timeout(_TICK)

    def wait_until_still(self) -> None:
        """Wait until everything is drawn, and nothing on the page moves or grows any more."""
        seen: list[str] = []

        def same(it: Screen) -> bool:
            if it.page.evaluate(_UNFINISHED):
                seen.clear()
                return False
            seen.append(it.page.evaluate(_BOXES))
            return len(seen) >= _STILL_COUNT and len(set(seen[-_STILL_COUNT:])) == 1

        self.wait_until(same, "nothing moves")

    def lets_choose(self, label: str, value: str) -> None:
        """A select box shows this choice."""
        expect(self.page.get_by_role("combobox", name=label)).to_have_value(value)

    def choose(self, label: str, value: str) -> None:
        """Choose in a select box."""
        self.page.get_by_role("combobox", name=label).click()
        self.page.get_by_role("option", name=value, exact=True).click()

    def cells(self, column: int) -> list[str]:
        """One column of the first list of rows, as a screen reader reads it."""
        table = self.page.locator('[data-testid="stDataFrame"]').first
        return table.locator(f'[role="gridcell"][aria-colindex="{column}"]').all_text_contents()

    def click_bar(self, chart: str, day: str) -> None:
        """Click the bar of a day in the figure with that description, once it handles clicks.

        A figure is drawn again after each run of the page: before that it has no event handler, or
        the bar still moves. Plotly selects what the mouse was over before it was pressed.
        """
        figure = self.page.get_by_role("figure", name=chart)
        figure.locator(".trace.bars .point").first.wait_for()
        plot = figure.locator(".js-plotly-plot")
        self.wait_until(lambda it: bool(plot.evaluate(_LISTENS)), "a figure that can be clicked")
        self.wait_until_still()

        def over(it: Screen) -> bool:
            x, y = plot.evaluate(_BAR, day)
            it.page.mouse.move(x - 1, y)
            it.page.mouse.move(x, y)
            return any(hovered.startswith(day) for hovered in plot.evaluate(_HOVERED))

        self.wait_until(over, f"the mouse over {day}")
        self.page.mouse.down()
        self.page.mouse.up()

    def open_bar(self, chart: str, day: str) -> None:
        """Click the bar of a day until that day is in the address.

        A click that falls into the moment in which a figure is put in place again is lost.
        """
        end = monotonic() + PATIENCE / _SECONDS
        while self.parameters.get("date") != day:
            assert monotonic() < end, f"a click on {day}: {self.page.url}"
            self.click_bar(chart, day)
            self.page.wait_for_timeout(_CLICK_WAIT)

    def download(self) -> tuple[str, bytes]:
        """Name and content of the file behind the page's download button."""
        with self.page.expect_download() as coming:
            self.page.get_by_role("button", name="Download").click()
        return coming.value.suggested_filename, Path(coming.value.path()).read_bytes()

    # ---- what may not be

    def check(self) -> None:
        """Fail for anything that a page may never cause."""
        unexpected = [
            fault for fault in self.faults if not any(part in fault for part in self.expected)
        ]
        assert not unexpected, "\n".join(unexpected)

    def _fault(self, words: str) -> None:
        self.faults.append(words[:500])

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._fault(f"console: {message.text} ({message.location.get('url')})")

    def _request(self, request: Request) -> None:
        self._address(request.url)

    def _address(self, address: str) -> None:
        parts = urlsplit(address)
        own = urlsplit(self.url)
        if parts.scheme in ("http", "https", "ws", "wss", "ftp") and parts.netloc != own.netloc:
            self._fault(f"a request to another host: {address}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self._fault(f"answered with {response.status}: {response.url}")

    def _dialog(self, dialog) -> None:  # type: ignore[no-untyped-def]
        self._fault(f"a dialog: {dialog.message}")
        dialog.dismiss()
