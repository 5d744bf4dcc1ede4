"""Texts from the warehouse and the files are shown as texts: on pages, on hover, in downloads."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.hostile import MARKUP, write
from tests.browser.screens import PAGES, WALL, Screen
from tests.browser.served import Served
from tests.shop import DAY

pytestmark = pytest.mark.browser

#: All texts and elements of the page, of shadow roots too. A link may only lead to a page.
_COLLECT = """() => {
  const found = {text: "", wrong: [], count: 0};
  const look = (root) => {
    root.querySelectorAll("*").forEach((one) => {
      found.count += 1;
      if (one.shadowRoot) look(one.shadowRoot);
      for (const name of one.getAttributeNames())
        if (name.startsWith("on")) found.wrong.push(one.outerHTML.slice(0, 200));
      const address = one.getAttribute("href") ?? one.getAttribute("src") ??
        one.getAttribute("xlink:href") ?? one.getAttribute("action");
      // A value may be a filter in a link to one of our own pages, and nothing else.
      const target = address && new URL(address, document.baseURI);
      if (target && !["data:", "blob:"].includes(target.protocol) &&
          target.origin !== location.origin) found.wrong.push(one.outerHTML.slice(0, 200));
      if (one.closest(".stApp") && (["script", "iframe", "object", "embed", "form"]
          .includes(one.localName) && !one.dataset.testid || one.matches(".katex, img[src*=http]")))
        found.wrong.push(one.outerHTML.slice(0, 200));
      if (["style", "script"].includes(one.localName)) return;
      for (const node of one.childNodes) if (node.nodeType === 3) found.text += node.data + "\\n";
    });
  };
  look(document);
  found.pwned = window.pwned;
  found.title = document.title;
  found.strong = [...document.querySelectorAll("strong, b, em, [data-testid=stMarkdown] span")]
    .filter((one) => ["bold", "x"].includes(one.textContent.trim())).map((one) => one.outerHTML);
  return found;
}"""
#: Texts that must be visible on each page, or these tests would prove nothing.
_SEEN = {
    "": (MARKUP[5], MARKUP[6], MARKUP[1], MARKUP[0] + MARKUP[4]),
    "runs": MARKUP,
    "quarantine": (MARKUP[0], MARKUP[6]),
    "volume": MARKUP,
    "revenue": (MARKUP[0], MARKUP[1]),
    "orphan-orders": (MARKUP[0], MARKUP[1], MARKUP[4]),
    "history": (MARKUP[0] + MARKUP[4],),
    WALL: (MARKUP[6],),
}
_BOXES = """(points) => points.map((one) => one.getBoundingClientRect())
  .filter((box) => box.width > 1 && box.height > 1)
  .map((box) => [box.x + box.width / 2, box.y + box.height / 2])"""
#: Pages with figures that have hover texts.
_FIGURES = ("runs", "quarantine", "volume", "revenue", "orphan-orders")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\x00]")


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The dashboard over the hostile shop."""
    folder = tmp_path_factory.mktemp("hostile")
    server = Served(folder, write(folder))
    yield server
    server.stop()
    assert server.complaints == ""


def look(screen: Screen, path: str) -> dict[str, Any]:
    """The content of the page, once it has the texts that it must have."""
    content: dict[str, Any] = {"text": ""}

    def seen(it: Screen) -> bool:
        content.update(it.page.evaluate(_COLLECT))
        return all(text in content["text"] for text in _SEEN[path])

    try:
        screen.wait_until(seen, "")
    except AssertionError:
        missing = [text for text in _SEEN[path] if text not in content["text"]]
        raise AssertionError(f"not seen on {path or '/'}: {missing}") from None
    return content


def hover(screen: Screen, is_enough: Callable[[str], bool]) -> None:
    """Move the mouse over marks of each figure until enough hover texts were shown.

    Not every mark has a hover text, and a figure that is drawn again loses the mouse.
    """
    hover_texts: list[str] = []

    def has_enough(it: Screen) -> bool:
        for figure in it.page.get_by_test_id("stPlotlyChart").all():
            figure.locator("svg.main-svg").first.wait_for(state="attached")
            figure.scroll_into_view_if_needed()
            boxes = figure.locator(".point").evaluate_all(_BOXES)
            for x, y in (boxes[0], boxes[len(boxes) // 2], boxes[-1]) if boxes else ():
                it.page.mouse.move(x - 1, y)
                it.page.mouse.move(x, y)
                hover_texts.extend(figure.locator(".hoverlayer").all_text_contents())
                assert_harmless(it.page.evaluate(_COLLECT))
        return is_enough("".join(hover_texts))

    screen.wait_until(has_enough, "figures that speak")


def _contains_any(expected: tuple[str, ...], hover_text: str) -> bool:
    return bool(hover_text) and any(text in hover_text for text in expected)


def assert_harmless(content: dict[str, Any]) -> None:
    """No script ran, no link leads to another site, and no text became markup."""
    assert (content["pwned"], content["wrong"], content["strong"]) == (None, [], [])
    assert not _BIDI.search(content["text"])
    # A cell of a megabyte is shortened before it is sent.
    assert "Z" * 3000 not in content["text"]


def test_every_page_shows_hostile_texts_as_texts(
    attacked: Served, visit: Callable[..., Screen]
) -> None:
    screen = visit(attacked)
    screen.open(date=DAY)
    for path, title in {**PAGES, WALL: "Review"}.items():
        screen.bar.get_by_role("link", name=title, exact=True).click()
        screen.wait_until(lambda it, path=path: it.path == path, "the page")
        screen.idle()
        assert_harmless(look(screen, path))
        if path in _FIGURES:
            screen.page.locator(".js-plotly-plot .point").first.wait_for(state="attached")
            # What stopped comes first among the event names, and only its text is hostile.
            expected = MARKUP if path == "volume" else ("",)
            hover(screen, partial(_contains_any, expected))
        content = look(screen, path)
        assert_harmless(content)
        assert content["title"] == f"{title} · Andon"
        screen.check()


@pytest.mark.parametrize(
    ("path", "name", "text"),
    [
        ("quarantine", "reason", f"{MARKUP[0]}: missing"),
        ("volume", "event", MARKUP[1]),
    ],
)
def test_a_hostile_value_can_be_chosen_and_shared(
    attacked: Served, visit: Callable[..., Screen], path: str, name: str, text: str
) -> None:
    screen = visit(attacked)
    screen.open(path, **{"date": DAY, name: text})
    expect(screen.page.get_by_role("combobox").and_(
        screen.page.locator(f"input[value*='{text[:9]}']")
    ).first).to_be_visible()  # fmt: skip
    assert screen.parameters[name] == text
    assert_harmless(screen.page.evaluate(_COLLECT))


def test_a_hostile_address_is_told_and_not_obeyed(
    attacked: Served, visit: Callable[..., Screen]
) -> None:
    screen = visit(attacked)
    for parameters in ({"date": MARKUP[1]}, {"pipeline": MARKUP[0]}, {"event": MARKUP[4]}):
        screen.open("volume", **parameters)
        expect(screen.page.get_by_role("alert")).to_be_visible()
        assert_harmless(screen.page.evaluate(_COLLECT))


def test_no_downloaded_cell_is_a_formula(attacked: Served, visit: Callable[..., Screen]) -> None:
    screen = visit(attacked)
    screen.open("quarantine", date=DAY)
    for title in ("Quarantine", "Revenue", "Orphan orders"):
        address = title.lower().replace(" ", "-")
        screen.go(title)
        name, content = screen.download()
        assert name == f"shop-{address}-{DAY}.csv"
        assert content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        cells = [cell for row in rows for cell in row]
        assert any("HYPERLINK" in cell for cell in cells)
        assert any(MARKUP[0] in cell for cell in cells)
        for cell in cells:
            number = re.fullmatch(r"-?[0-9.]+", cell)
            assert number or not re.match(r"\s*[=+\-@＝\t\r]", cell), cell
            assert not _BIDI.search(cell)
            assert len(cell) <= 40_000
