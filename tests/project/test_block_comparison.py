"""The comparison of a page's texts and boxes with the stored ones, whatever the fonts are."""

from __future__ import annotations

import pytest

from scripts.page_blocks import Block, from_text, to_text
from scripts.picture_tools import Tools, differences
from tests.browser import block_difference
from tests.browser.block_difference import OTHER_FONTS, SAME_FONTS

_SENTENCE = "5.8 % of 49,963 rows were quarantined, usually 1.0 %."
BLOCKS = (
    Block("card", 24, 90, 676, 150, ""),
    Block("text", 40, 140, 380, 20, _SENTENCE),
    Block("button", 40, 190, 80, 30, "I am on it"),
    Block("figure", 24, 1000, 676, 300, "Events per day"),
)


def changed(index: int, **values: int | str) -> tuple[Block, ...]:
    """The blocks with another value in one of them."""
    block = BLOCKS[index]._replace(**values)  # type: ignore[arg-type]
    return (*BLOCKS[:index], block, *BLOCKS[index + 1 :])


@pytest.mark.parametrize("tolerance", [SAME_FONTS, OTHER_FONTS])
def test_the_same_blocks_have_no_difference(tolerance: block_difference.Tolerance) -> None:
    assert block_difference.differences(BLOCKS, BLOCKS, tolerance) == []


@pytest.mark.parametrize("tolerance", [SAME_FONTS, OTHER_FONTS])
def test_another_sentence_differs_whatever_the_fonts(
    tolerance: block_difference.Tolerance,
) -> None:
    lines = block_difference.differences(BLOCKS, changed(1, words="All is well."), tolerance)
    assert lines == [
        f"gone: text '{_SENTENCE}' at x 40 to 420, y 140 to 160",
        "new: text 'All is well.' at x 40 to 420, y 140 to 160",
    ]


@pytest.mark.parametrize("tolerance", [SAME_FONTS, OTHER_FONTS])
def test_a_missing_card_differs_whatever_the_fonts(tolerance: block_difference.Tolerance) -> None:
    lines = block_difference.differences(BLOCKS, BLOCKS[1:], tolerance)
    assert lines == ["gone: card '' at x 24 to 700, y 90 to 240"]


def test_a_side_may_be_two_pixels_off_and_not_three() -> None:
    assert block_difference.differences(BLOCKS, changed(0, x=26, width=674), SAME_FONTS) == []
    lines = block_difference.differences(BLOCKS, changed(0, x=27, width=673), SAME_FONTS)
    assert lines == [
        "moved: card '' at x 24 to 700, y 90 to 240 is now at x 27 to 700, y 90 to 240"
    ]


def test_other_fonts_may_move_a_figure_by_some_lines_and_not_by_more() -> None:
    # 40 pixels, and 8 % of 1,000 for its upper side.
    assert block_difference.differences(BLOCKS, changed(3, y=1120), OTHER_FONTS) == []
    assert block_difference.differences(BLOCKS, changed(3, y=1121), OTHER_FONTS) != []


def test_where_a_text_is_depends_on_fonts() -> None:
    moved = changed(1, x=400)
    assert block_difference.differences(BLOCKS, moved, OTHER_FONTS) == []
    assert block_difference.differences(BLOCKS, moved, SAME_FONTS) != []


def test_blocks_are_read_as_they_were_written() -> None:
    assert from_text(to_text(BLOCKS)) == BLOCKS


def test_it_is_said_why_pictures_cannot_be_compared() -> None:
    noted = Tools("150", "Linux x86_64", {"serif": "252.7 1", "monospace": "278.1 1"})
    here = Tools("151", "MacIntel", {"serif": "252.7 2", "monospace": "278.1 1"})
    assert differences(noted, noted) == []
    assert differences(noted, here) == [
        "Chromium 151 is not 150",
        "the platform MacIntel is not Linux x86_64",
        "other fonts for serif",
    ]
