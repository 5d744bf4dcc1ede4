"""A grid of statuses: a row for the gate and for each check, a column for each day.

A click on a cell (a "lamp") opens its day. The grid is one tab stop; arrow keys move between
cells, Enter opens a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import streamlit as st

from dashboard import closed, look, page

_FOLDER = Path(__file__).parent
_component = st.components.v2.component(
    "andon_lamps",
    html='<div class="board"></div>',
    css=(_FOLDER / "status_grid.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "status_grid.js").read_text(encoding="utf-8"),
)


#: What a lamp of a day says that no run loads.
NO_RUN_TEXT: Final = "no scheduled run loads this day"


class GridRow(NamedTuple):
    """One row of the grid: what is shown of each day, None where no gate ran."""

    label: str
    statuses: tuple[look.Shown, ...]
    notes: tuple[str, ...] = ()


def days_until(last: date, count: int) -> tuple[date, ...]:
    """`count` days up to the last one."""
    return tuple(last - timedelta(days=back) for back in range(count - 1, -1, -1))


def draw(
    context: page.PageContext,
    days: Sequence[date],
    rows: Sequence[GridRow],
    *,
    key: str,
    compact: bool = False,
    clickable: bool = True,
) -> None:
    """The grid; a click on a cell shows its day."""
    values: dict[str, Any] = {
        "days": [_day(day, closed.reason(context.config, day)) for day in days],
        "rows": [_row(row, days) for row in rows],
        "selected": context.day.isoformat(),
        "compact": compact,
        "clickable": clickable,
    }
    answer = _component(data=values, key=f"lamps-{key}", on_day_change=_ignore_change)
    picked = getattr(answer, "day", None)
    if picked:
        page.navigate(context, day=date.fromisoformat(str(picked)))


def _ignore_change() -> None:
    """Nothing to do: the clicked day is read from the component's answer."""


def _day(day: date, closed_reason: str | None) -> dict[str, Any]:
    return {
        "iso": day.isoformat(),
        "name": f"{look.day(day)} ({closed_reason})" if closed_reason else look.day(day),
        "closed": closed_reason is not None,
        "number": str(day.day),
        "month": f"{day:%b}" if day.day == 1 else "",
        "weekend": day.weekday() > 4,
    }


def _row(row: GridRow, days: Sequence[date]) -> dict[str, Any]:
    notes = row.notes or ("",) * len(days)
    cells = []
    for status, note in zip(row.statuses, notes, strict=True):
        shown = look.look_of(status)
        word = NO_RUN_TEXT if status is look.NoGate.NO_RUN else shown.word
        cells.append(
            {
                "glyph": shown.glyph,
                "css": shown.css,
                "title": f"{word}{': ' + note if note else ''}",
            }
        )
    return {"label": row.label, "cells": cells}
