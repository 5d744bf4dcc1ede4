"""Every page looks as its references do: two sizes, light and dark, on fixed data at a fixed time.

Texts and boxes are compared everywhere, pictures where browser and fonts are the references' own.
`make references` takes them again after a change that is meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from scripts import references
from scripts.fixed_dashboard import dashboard, write
from scripts.page_blocks import from_text
from scripts.page_pictures import THEMES, Theme, new_page
from scripts.picture_tools import differences as tool_differences
from scripts.picture_tools import tools
from scripts.references import PAGES, Taken
from tests.browser import block_difference, picture_difference
from tests.browser.once import built_once
from tests.browser.screens import Screen

pytestmark = pytest.mark.browser
_MOST_LINES = 12


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the dashboard of which the references are."""
    folder = built_once(tmp_path_factory, "fixed-demo", write)
    with dashboard(folder / "andon.yml", tmp_path_factory.mktemp("pictures-home")) as url:
        yield url


@pytest.fixture(scope="module")
def unlike(browser: Browser) -> list[str]:
    """In what browser and fonts are not those of the references."""
    return tool_differences(references.noted_tools(), tools(browser))


def test_pictures_can_be_compared_here(unlike: list[str]) -> None:
    if unlike:
        pytest.skip(f"only texts and boxes are compared: {'; '.join(unlike)}")
    assert len(list(references.FOLDER.glob("*.webp"))) == len(PAGES) * 4


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_looks_as_its_reference_does(
    browser: Browser, address: str, unlike: list[str], tmp_path: Path, name: str, theme: Theme
) -> None:
    page = new_page(browser, theme)
    screen = Screen(page, address)
    faults: list[str] = []
    for taken in references.take_all(page, address, name, theme):
        faults += block_faults(taken, is_pinned=not unlike)
        if not unlike:
            faults += picture_faults(taken, tmp_path)
    page.close()
    screen.check()
    if faults:
        words = "\n".join([f"{name}, {theme}; meant? `make references`", *faults])
        pytest.fail(words, pytrace=False)


def block_faults(taken: Taken, *, is_pinned: bool) -> list[str]:
    """How the page's texts and boxes differ from the stored ones."""
    stored = from_text(references.blocks_file(taken.name).read_text("utf-8"))
    tolerance = block_difference.SAME_FONTS if is_pinned else block_difference.OTHER_FONTS
    lines = block_difference.differences(stored, taken.blocks, tolerance)
    return _first([f"{taken.name}: {line}" for line in lines])


def picture_faults(taken: Taken, folder: Path) -> list[str]:
    """Where the page differs from its reference; the pictures are kept in the folder then."""
    reference = references.decoded(references.picture_file(taken.name).read_bytes())
    small = references.reduced(taken.png)
    boxes = picture_difference.boxes(reference, small)
    if not boxes:
        return []
    (folder / f"{taken.name}.png").write_bytes(taken.png)
    picture_difference.shown(reference, small).save(folder / f"{taken.name}-difference.png")
    lines = [f"{taken.name}: the picture differs at {box}" for box in boxes]
    return [*_first(lines), f"{taken.name}: the page and the difference are in {folder}"]


def _first(lines: list[str]) -> list[str]:
    more = [f"... and {len(lines) - _MOST_LINES} more"] if len(lines) > _MOST_LINES else []
    return [*lines[:_MOST_LINES], *more]
