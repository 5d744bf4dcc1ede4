"""What is on a page, in reading order: blocks of text, and main elements, each with its box."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from playwright.sync_api import Page

TEXT: Final = "text"
#: Kinds of main elements, by what finds them.
_KINDS: Final = {
    "card": '[class*="st-key-card-"]',
    "figure": ".stPlotlyChart",
    "rows": '[data-testid="stDataFrame"]',
    "table": "table",
    "field": "input",
    "button": "button",
    "board": ".board",
}
#: A text's block is its nearest ancestor that is not inline. The words of a figure depend on how
#: much room its fonts leave, so only its description is read.
_READ: Final = """kinds => {
  const blocks = [], owners = new Map();
  const seen = box => box.width > 1 && box.height > 1;
  const options = {opacityProperty: true, visibilityProperty: true};
  const shown = element => element.checkVisibility(options);
  const isInline = element => getComputedStyle(element).display === 'inline';
  const add = (kind, box, words) =>
    blocks.push([kind, box.left, box.top, box.right, box.bottom, words]);
  const element = each => {
    const box = each.getBoundingClientRect();
    const [kind] = Object.entries(kinds).find(([, selector]) => each.matches(selector)) ?? [];
    if (!kind || !seen(box) || !shown(each)) return;
    const isFigure = kind === 'figure', role = '[role="figure"]';
    const named = isFigure ? each.closest(role) ?? each.querySelector(role) : each;
    add(kind, box, named?.getAttribute('aria-label') ?? each.value ?? '');
  };
  const text = node => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    let owner = node.parentElement;
    if (!node.data.trim() || !owner || !seen(box) || !shown(owner)) return;
    if (owner.closest('svg, canvas, style, script, .unseen')) return;
    while (owner.parentElement && isInline(owner)) owner = owner.parentElement;
    const block = owners.get(owner);
    if (!block) return void (owners.set(owner, blocks.length), add('text', box, node.data));
    const [, left, top, right, bottom, words] = blocks[block];
    blocks[block] = ['text', Math.min(left, box.left), Math.min(top, box.top),
      Math.max(right, box.right), Math.max(bottom, box.bottom), `${words} ${node.data}`];
  };
  const walk = root => root.childNodes.forEach(node => {
    if (node.nodeType === Node.TEXT_NODE) return text(node);
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    element(node);
    if (node.shadowRoot) walk(node.shadowRoot);
    walk(node);
  });
  walk(document.querySelector('.stApp'));
  return blocks;
}"""


class Block(NamedTuple):
    """One block; `words`: a text, a figure's description or a field's value."""

    kind: str
    x: int
    y: int
    width: int
    height: int
    words: str


def read(page: Page) -> tuple[Block, ...]:
    """Everything on the page that can be seen, in reading order."""
    return tuple(
        Block(
            kind, round(left), round(top), round(right - left), round(bottom - top),
            re.sub(r"\s+", " ", words).strip(),
        )
        for kind, left, top, right, bottom, words in page.evaluate(_READ, _KINDS)
    )  # fmt: skip


def to_text(blocks: Iterable[Block]) -> str:
    """One line a block."""
    return "".join("\t".join(map(str, block)) + "\n" for block in blocks)


def from_text(text: str) -> tuple[Block, ...]:
    """The blocks of such lines."""
    rows = (line.split("\t") for line in text.splitlines())
    return tuple(
        Block(kind, int(x), int(y), int(width), int(height), words)
        for kind, x, y, width, height, words in rows
    )
