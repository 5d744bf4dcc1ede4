"""The comparison of pictures with references: it sees each made-up change, and says where."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from scripts.references import decoded, encoded, reduced
from tests.browser import picture_difference
from tests.browser.picture_difference import Box

_FONT = ImageFont.load_default(14)
_SENTENCE = "5.8 % of 49,963 rows were quarantined, usually 1.0 %."
#: Left, top, right, bottom of what is on the made-up page.
CARD, CHIP, TEXT = Box(24, 90, 700, 240), Box(40, 105, 92, 123), Box(40, 140, 420, 160)


def drawn(
    card: Box | None = CARD, chip: Box = CHIP, color: str = "#a4001d", sentence: str = _SENTENCE
) -> Image.Image:
    """A made-up page with a card, a chip and a sentence on it."""
    page = Image.new("RGB", (720, 450), "#ffffff")
    draw = ImageDraw.Draw(page)
    for row in range(8):
        draw.text((30, 260 + 22 * row), f"check number {row} is green", "#14171c", _FONT)
    if card is not None:
        draw.rectangle(card, outline="#dde1e8", fill="#f6f7f9")
        draw.rectangle(chip, fill=color)
        draw.text((TEXT.left, TEXT.top), sentence, "#14171c", _FONT)
    return page


def small(page: Image.Image) -> Image.Image:
    """The page as it is compared."""
    out = io.BytesIO()
    page.save(out, "PNG")
    return reduced(out.getvalue())


REFERENCE = decoded(encoded(small(drawn())))


def boxes_of(page: Image.Image) -> list[Box]:
    return picture_difference.boxes(REFERENCE, small(page))


def shifted(box: Box, by: int) -> Box:
    return Box(box.left + by, box.top, box.right + by, box.bottom)


def test_the_same_page_has_no_difference() -> None:
    assert boxes_of(drawn()) == []


@pytest.mark.parametrize("noise", [-2, 2])
def test_what_a_busy_machine_draws_otherwise_is_no_difference(noise: int) -> None:
    pixels = np.asarray(drawn()).astype(int) + noise
    assert boxes_of(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))) == []


CHANGES: dict[str, tuple[Callable[[], Image.Image], Box]] = {
    "a chip that moved": (lambda: drawn(chip=shifted(CHIP, 6)), CHIP),
    "a chip of another red": (lambda: drawn(color="#d4183a"), CHIP),
    "a green chip": (lambda: drawn(color="#0b6b4f"), CHIP),
    "no card": (lambda: drawn(card=None), CARD),
    "another number": (lambda: drawn(sentence=_SENTENCE.replace("49,963", "49,368")), TEXT),
    "another word": (lambda: drawn(sentence=_SENTENCE.replace("usually", "rarely")), TEXT),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_a_difference_in_its_place(change: str) -> None:
    page, place = CHANGES[change]
    boxes = boxes_of(page())
    assert boxes
    for box in boxes:
        assert place.left - 9 <= box.left < box.right <= place.right + 9
        assert place.top - 9 <= box.top < box.bottom <= place.bottom + 9


def test_the_tolerance_has_a_limit() -> None:
    grey = Image.new("RGB", (16, 16), (100, 100, 100))
    within, beyond = (
        Image.new("RGB", (16, 16), (100 + picture_difference.TOLERANCE + more, 100, 100))
        for more in (0, 1)
    )
    assert picture_difference.boxes(grey, within) == []
    assert picture_difference.boxes(grey, beyond) == [Box(0, 0, 48, 48)]


def test_a_longer_page_differs_below_its_end() -> None:
    longer = Image.new("RGB", (720, 510), "#ffffff")
    longer.paste(drawn(), (0, 0))
    assert boxes_of(longer) == [Box(0, 450, 720, 510)]


def test_changes_apart_from_each_other_are_two_boxes() -> None:
    page = drawn(color="#0b6b4f")
    ImageDraw.Draw(page).rectangle((600, 400, 660, 430), fill="#a4001d")
    chip, below = boxes_of(page)
    assert chip.bottom < below.top
    assert str(below) == "x 600 to 663, y 399 to 432"


def test_the_kept_picture_has_reference_page_and_difference_side_by_side() -> None:
    sides = picture_difference.shown(REFERENCE, small(drawn(color="#0b6b4f")))
    assert sides.size == (3 * REFERENCE.width, REFERENCE.height)
    white = np.argwhere(np.asarray(sides.convert("L"))[:, 2 * REFERENCE.width :] > 128)
    assert len(white) > 50
