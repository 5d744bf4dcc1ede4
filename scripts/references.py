"""The references of the pages: small pictures, their texts and boxes, and what they were made with.

`renew` writes them into tests/golden/pages; browser tests compare pages with them.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page

from scripts import page_blocks
from scripts.page_blocks import Block
from scripts.page_pictures import THEMES, Theme, View, new_page, picture, resize, show
from scripts.picture_tools import Tools, tools

FOLDER: Final = Path(__file__).resolve().parent.parent / "tests" / "golden" / "pages"
PAGES: Final = (
    "overview", "runs", "quarantine", "volume", "revenue", "orphan-orders", "history", "review",
)  # fmt: skip
SIZES: Final = ((1440, 900), (1920, 1080))
#: A reference has a third of the picture's width and height, and every 16th value of each colour.
SCALE: Final = 3
STEP: Final = 16
_TOOLS: Final = FOLDER / "made_with.json"


class Taken(NamedTuple):
    """One page as it is: the picture as a PNG, and what is on it."""

    name: str
    png: bytes
    blocks: tuple[Block, ...]


def views(name: str) -> tuple[View, ...]:
    """The page in both sizes; the wall fills the screen, and others are as high as they are."""
    is_wall = name == "review"
    query = "&embed=true" if is_wall else ""
    return tuple(View(name, query, width, height, not is_wall) for width, height in SIZES)


def take_all(page: Page, address: str, name: str, theme: Theme) -> Iterator[Taken]:
    """The page in each size, from one visit."""
    for number, view in enumerate(views(name)):
        if number == 0:
            show(page, address, view)
        else:
            resize(page, view)
        png = picture(page, view)
        yield Taken(f"{name}-{view.width}-{theme}", png, page_blocks.read(page))


def renew(browser: Browser, address: str, name: str) -> None:
    """Take a page's references again."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for theme in THEMES:
        page = new_page(browser, theme)
        for taken in take_all(page, address, name, theme):
            picture_file(taken.name).write_bytes(encoded(reduced(taken.png)))
            blocks_file(taken.name).write_text(page_blocks.to_text(taken.blocks), "utf-8")
        page.close()


def note_tools(browser: Browser) -> None:
    """Write down which browser and fonts the references were made with."""
    _TOOLS.write_text(json.dumps(tools(browser)._asdict(), indent=1) + "\n", "utf-8")


def noted_tools() -> Tools:
    """The browser and fonts that the references were made with."""
    return Tools(**json.loads(_TOOLS.read_text("utf-8")))


def picture_file(name: str) -> Path:
    """The reference picture of a page, a width and a theme."""
    return FOLDER / f"{name}.webp"


def blocks_file(name: str) -> Path:
    """The texts and boxes of a page and a width, which are the same in every theme."""
    return FOLDER / f"{name.rpartition('-')[0]}.tsv"


def reduced(png: bytes) -> Image.Image:
    """A picture in the size of references, with all its colours."""
    return Image.open(io.BytesIO(png)).convert("RGB").reduce(SCALE)


def encoded(small: Image.Image) -> bytes:
    """The file of a reference: each colour at most half a step from the picture's."""
    values = np.asarray(small).astype(np.int64)
    rounded = np.clip((values + STEP // 2) // STEP * STEP, 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(rounded).save(out, "WEBP", lossless=True, method=6)
    return out.getvalue()


def decoded(content: bytes) -> Image.Image:
    """A reference as it was written."""
    return Image.open(io.BytesIO(content)).convert("RGB")
