"""Draws the gate's report as a picture for the README: `python scripts/picture.py < report > svg`.

Reads text with ANSI colours from standard input and writes an SVG, light and dark.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html import escape

_STYLE = re.compile(r"\x1b\[([0-9;]*)m")
_CLASSES = {"31": "red", "32": "green", "33": "amber", "35": "unknown", "36": "waived", "2": "dim"}
_CHARACTER, _LINE, _MARGIN = 8.43, 20, 24
_COLORS = """
  .board { fill: #ffffff; stroke: #d5d9e0 } text { fill: #14171c }
  .red { fill: #a4001d; font-weight: 700 } .green { fill: #0b6b4f } .amber { fill: #8a5a00 }
  .unknown { fill: #7a1fa2 } .waived { fill: #005f73 } .dim { fill: #667085 }
  @media (prefers-color-scheme: dark) {
    .board { fill: #0f1216; stroke: #2b313b } text { fill: #e7eaf0 }
    .red { fill: #ff7a85 } .green { fill: #5fd0a5 } .amber { fill: #ffc463 }
    .unknown { fill: #d59bf6 } .waived { fill: #7fd6e6 } .dim { fill: #98a2b3 }
  }"""


def spans(line: str) -> Iterator[tuple[str, str]]:
    """(class, text) of each piece of a line; the class is empty for plain text."""
    name = ""
    for index, part in enumerate(_STYLE.split(line)):
        if index % 2 == 0:
            if part:
                yield name, part
        else:
            classes = [_CLASSES[code] for code in part.split(";") if code in _CLASSES]
            name = classes[-1] if classes else ""


def svg(text: str) -> str:
    """The report as an SVG."""
    lines = text.rstrip("\n").split("\n")
    widest = max(len(_STYLE.sub("", line)) for line in lines)
    width, height = widest * _CHARACTER + 2 * _MARGIN, len(lines) * _LINE + 2 * _MARGIN
    rows = []
    for number, line in enumerate(lines):
        pieces = "".join(
            f'<tspan class="{name}">{escape(part)}</tspan>' if name else escape(part)
            for name, part in spans(line)
        )
        top = _MARGIN + _LINE * number + 14
        rows.append(f'<text x="{_MARGIN}" y="{top}" xml:space="preserve">{pieces}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" '
        f'width="{width:.0f}" height="{height}" role="img" '
        'aria-label="The gate\'s report on the demo">\n'
        f"<style>text {{ font: 14px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace }}"
        f"{_COLORS}</style>\n"
        f'<rect class="board" x="1" y="1" width="{width - 2:.0f}" height="{height - 2}" rx="8"/>\n'
        + "\n".join(rows)
        + "\n</svg>\n"
    )


if __name__ == "__main__":
    sys.stdout.write(svg(sys.stdin.read()))
