"""How the blocks of a page differ from the stored ones, in sentences that say where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from scripts.page_blocks import TEXT, Block


class Tolerance(NamedTuple):
    """How far a side of a box may be from the stored one: pixels, and a share of its distance from
    the page's corner. `of_texts`: whether the boxes of texts are compared too.
    """

    pixels: int
    share: float
    of_texts: bool


#: With the references' browser and fonts only rounding differs. With others each line is a little
#: higher or lower, and a text may need one line more.
SAME_FONTS = Tolerance(2, 0.0, True)
OTHER_FONTS = Tolerance(40, 0.08, False)


def differences(stored: Sequence[Block], taken: Sequence[Block], tolerance: Tolerance) -> list[str]:
    """What is gone, new or elsewhere, in reading order."""
    keys = [[(block.kind, block.words) for block in blocks] for blocks in (stored, taken)]
    lines: list[str] = []
    for tag, a, b, c, d in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += _moves(stored[a:b], taken[c:d], tolerance)
        else:
            lines += [f"gone: {_named(block)}" for block in stored[a:b]]
            lines += [f"new: {_named(block)}" for block in taken[c:d]]
    return lines


def _moves(stored: Sequence[Block], taken: Sequence[Block], tolerance: Tolerance) -> Iterator[str]:
    for before, after in zip(stored, taken, strict=True):
        if before.kind == TEXT and not tolerance.of_texts:
            continue
        if not _is_near(before, after, tolerance):
            yield f"moved: {_named(before)} is now {_box(after)}"


def _is_near(before: Block, after: Block, tolerance: Tolerance) -> bool:
    sides = zip(_sides(before), _sides(after), strict=True)
    return all(abs(a - b) <= tolerance.pixels + tolerance.share * a for a, b in sides)


def _sides(block: Block) -> tuple[int, int, int, int]:
    return block.x, block.y, block.x + block.width, block.y + block.height


def _named(block: Block) -> str:
    return f"{block.kind} {block.words[:100]!r} {_box(block)}"


def _box(block: Block) -> str:
    left, top, right, bottom = _sides(block)
    return f"at x {left} to {right}, y {top} to {bottom}"
