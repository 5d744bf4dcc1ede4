"""The table of a day's rejected rows by one column."""

from __future__ import annotations

from checks.evidence.rejected import Breakdown
from dashboard import look
from dashboard.markup import Html, table

_MOST_PARTS = 12


def parts_table(
    heading: str, breakdown: Breakdown, total: int, *extra_columns: tuple[str, list[str]]
) -> Html:
    """Values with rows and share; `extra_columns`: headings and cells of further columns."""
    shown = breakdown.parts[:_MOST_PARTS]
    others = breakdown.others + sum(part.rows for part in breakdown.parts[_MOST_PARTS:])
    lines: list[list[object]] = [
        [part.value, *(cells[i] for _, cells in extra_columns), look.count(part.rows),
         look.percent(part.rows / total)]
        for i, part in enumerate(shown)
    ]  # fmt: skip
    if others:
        rest = [
            "all others",
            *("" for _ in extra_columns),
            look.count(others),
            look.percent(others / total),
        ]
        lines.append(list(rest))
    headings = [heading, *(name for name, _ in extra_columns), "Rows", "Share"]
    numeric_columns = (len(headings) - 2, len(headings) - 1)
    return table(
        headings, lines, numeric=numeric_columns, caption=f"Rejected rows: {heading.lower()}"
    )
