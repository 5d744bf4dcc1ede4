"""One page of a list, at most 1,000 rows, with buttons to other pages and a safe CSV file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

import pandas as pd
import streamlit as st

from checks.core.text import clean, count_text
from checks.evidence.context import MOST_ROWS
from dashboard import downloads, look, memoizing
from dashboard.csv_file import to_csv
from dashboard.page import PageContext

_LONGEST_CELL = 2_000
_ROW_PIXELS, _MOST_PIXELS = 35, 560
_Table: TypeAlias = "tuple[pd.DataFrame, dict[str, Any], bytes]"
_MOST_EXACT = 2**53  # Beyond it a browser cannot show an integer.


def show_rows(
    headings: Sequence[str],
    rows: Sequence[Sequence[object]],
    total: int,
    page: int,
    key: str,
    file_name: str,
    alt: str,
    most_pixels: int = _MOST_PIXELS,
    shared_by: PageContext | None = None,
    hidden: Sequence[int] = (),
) -> None:
    """One page of a list as a table, with buttons to its other pages and a CSV download.

    `total`: how many rows there are in all. `page` counts from 1 and is kept in the address
    as `page`. `file_name` and `alt` hold no values from data. Columns of numbers are
    right-aligned. Times are in the shop's zone: the file has their offset too. A table higher
    than `most_pixels` scrolls. `shared_by`: the context whose immutable evidence the rows are;
    None for rows made for this run. `hidden`: positions of columns that only the file has.
    """
    table = _build_once(shared_by, headings, rows) if shared_by else _build(headings, rows)
    frame, column_config, content = table
    st.dataframe(
        frame,
        column_config=column_config,
        column_order=[name for place, name in enumerate(frame) if place not in hidden],
        hide_index=True,
        height=min(most_pixels, (len(rows) + 1) * _ROW_PIXELS + 3),
        key=key,
        placeholder="",
        alt=alt,
    )
    _draw_footer(content, len(rows), total, page, key, file_name)


def _build(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> _Table:
    """The table, how its columns are shown, and the CSV file."""
    names = [f"c{index}" for index in range(len(headings))]
    columns = [_column([row[index] for row in rows]) for index in range(len(headings))]
    column_config = {
        name: _column_config(clean(heading), column)
        for name, heading, column in zip(names, headings, columns, strict=True)
    }
    frame = pd.DataFrame(dict(zip(names, columns, strict=True)))
    return frame, column_config, to_csv(headings, rows)


@memoizing.memoized
def _build_once(
    context: PageContext, headings: Sequence[str], rows: Sequence[Sequence[object]]
) -> _Table:
    return _build(headings, rows)


def _draw_footer(
    content: bytes, shown: int, total: int, page: int, key: str, file_name: str
) -> None:
    first = (page - 1) * MOST_ROWS + 1
    last = first + shown - 1
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"rows {count_text(first)} to {count_text(last)} of {count_text(total)}")
        if total > MOST_ROWS:
            _draw_page_button("Previous", page - 1, f"{key}_previous", enabled=page > 1)
            _draw_page_button("Next", page + 1, f"{key}_next", enabled=last < total)
        st.download_button(
            "Download these rows (CSV)",
            data=content,
            file_name=file_name,
            mime=downloads.private("text/csv"),
            key=f"{key}_csv",
            on_click="ignore",
        )


def _draw_page_button(label: str, page: int, key: str, *, enabled: bool) -> None:
    st.button(label, key=key, disabled=not enabled, on_click=_open_page, args=(page,))


def _open_page(page: int) -> None:
    """Open a page; all filters stay, and the first page has no parameter."""
    if page > 1:
        st.query_params["page"] = str(page)
    elif "page" in st.query_params:
        del st.query_params["page"]


def _column(values: Sequence[object]) -> pd.Series[Any]:
    """Numbers where all are, else text; a missing value is an empty cell."""
    present = [value for value in values if value is not None]
    if present and all(_is_number(value) for value in present):
        whole = all(isinstance(value, int) for value in present)
        numbers = [None if value is None else float(str(value)) for value in values]
        return pd.Series(numbers, dtype="Int64" if whole else "Float64")
    return pd.Series([_text(value) for value in values], dtype="str")


def _text(value: object) -> str | None:
    if isinstance(value, datetime):
        return look.stamp(value)
    return None if value is None else clean(value, _LONGEST_CELL)


def _is_number(value: object) -> bool:
    number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return number and abs(float(str(value))) < _MOST_EXACT


def _column_config(heading: str, column: pd.Series[Any]) -> Any:
    if column.dtype == "Int64":
        return st.column_config.NumberColumn(heading, format="%,d")
    if column.dtype == "Float64":
        return st.column_config.NumberColumn(heading, format="%,.2f")
    return st.column_config.TextColumn(heading)
