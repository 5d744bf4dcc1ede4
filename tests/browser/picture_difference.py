"""Where two pictures of a page differ: boxes, in pixels of the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from scripts.references import SCALE, STEP

#: Rounding a reference's colours costs up to half a step. Pictures of the same page, also from a
#: busy machine, differed by up to 2 more. A difference is twice the two together.
TOLERANCE = 2 * (STEP // 2 + 2)
#: So many pixels of a reference, in one cell, are a difference: a letter has about as many.
_PIXELS = 2
_CELL = 8


class Box(NamedTuple):
    """A part of a page, in its own pixels."""

    left: int
    top: int
    right: int
    bottom: int

    def __str__(self) -> str:
        """As a person says it."""
        return f"x {self.left} to {self.right}, y {self.top} to {self.bottom}"


def boxes(reference: Image.Image, taken: Image.Image) -> list[Box]:
    """The boxes of what differs, the topmost first; none for pictures that are the same."""
    differs = differing_pixels(reference, taken)
    cells = _cells(differs)
    return sorted((_box(group, differs) for group in _groups(cells)), key=lambda box: box.top)


def differing_pixels(reference: Image.Image, taken: Image.Image) -> NDArray[np.bool_]:
    """Whether each pixel differs; what only one of the pictures has does."""
    width, height = (max(pair) for pair in zip(reference.size, taken.size, strict=True))
    differs = np.ones((height, width), dtype=bool)
    width, height = (min(pair) for pair in zip(reference.size, taken.size, strict=True))
    first, second = (
        np.asarray(picture).astype(np.int64)[:height, :width] for picture in (reference, taken)
    )
    differs[:height, :width] = np.abs(first - second).max(axis=2) > TOLERANCE
    return differs


def shown(reference: Image.Image, taken: Image.Image) -> Image.Image:
    """Reference, page and difference side by side; a frame around each box."""
    differs = differing_pixels(reference, taken)
    height, width = differs.shape
    sides = Image.new("RGB", (3 * width, height), "#808080")
    sides.paste(reference, (0, 0))
    sides.paste(taken, (width, 0))
    sides.paste(Image.fromarray(np.where(differs, 255, 0).astype(np.uint8)), (2 * width, 0))
    draw = ImageDraw.Draw(sides)
    for box in boxes(reference, taken):
        left, top, right, bottom = (side // SCALE for side in box)
        draw.rectangle((width + left - 2, top - 2, width + right + 1, bottom + 1), outline="#f0f")
    return sides


def _cells(differs: NDArray[np.bool_]) -> set[tuple[int, int]]:
    """Row and column of each cell in which enough pixels differ."""
    height, width = (-(-side // _CELL) for side in differs.shape)
    padded = np.zeros((height * _CELL, width * _CELL), dtype=bool)
    padded[: differs.shape[0], : differs.shape[1]] = differs
    counts = padded.reshape(height, _CELL, width, _CELL).sum(axis=(1, 3))
    return {(int(row), int(column)) for row, column in np.argwhere(counts >= _PIXELS)}


def _groups(cells: set[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Cells that touch each other, also at a corner, belong together."""
    left = set(cells)
    while left:
        group = [left.pop()]
        for row, column in group:
            near = {(row + down, column + along) for down in (-1, 0, 1) for along in (-1, 0, 1)}
            group += near & left
            left -= near
        yield group


def _box(group: list[tuple[int, int]], differs: NDArray[np.bool_]) -> Box:
    """The box of the differing pixels in a group of cells."""
    rows, columns = zip(*group, strict=True)
    top, left = min(rows) * _CELL, min(columns) * _CELL
    part = differs[top : (max(rows) + 1) * _CELL, left : (max(columns) + 1) * _CELL]
    ys, xs = np.nonzero(part)
    sides = left + xs.min(), top + ys.min(), left + xs.max() + 1, top + ys.max() + 1
    return Box(*(int(side) * SCALE for side in sides))
