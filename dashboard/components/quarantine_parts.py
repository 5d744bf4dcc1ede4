"""The table of a day's rejected rows by one thing."""

from __future__ import annotations

from checks.evidence.rejected import Breakdown
from dashboard import look
from dashboard.markup import Html, table

_MOST_PARTS = 12


def parts_table(heading: str, found: Breakdown, total: int, *more: tuple[str, list[str]]) -> Html:
    """Values with rows and share; `more` are further columns."""
    shown = found.parts[:_MOST_PARTS]
    others = found.others + sum(part.rows for part in found.parts[_MOST_PARTS:])
    lines: list[list[object]] = [
        [part.value, *(cells[i] for _, cells in more), look.count(part.rows),
         look.percent(part.rows / total)]
        for i, part in enumerate(shown)
    ]  # fmt: skip
    if others:
        rest = ["all others", *("" for _ in more), look.count(others), look.percent(others / total)]
        lines.append(list(rest))
    headings = [heading, *(name for name, _ in more), "Rows", "Share"]
    places = (len(headings) - 2, len(headings) - 1)
    return table(headings, lines, numeric=places, caption=f"Rejected rows: {heading.lower()}")
