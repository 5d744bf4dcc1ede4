"""The pages: each file in `pages/` is one. Their names and addresses are public: links in alerts
use them.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

FOLDER: Final = Path(__file__).resolve().parent.parent / "pages"
HOME, WALL = "overview", "review"
#: The order in the navigation; pages that are not listed follow by name.
_ORDER = (HOME, "runs", "quarantine", "volume", "revenue", "orphan-orders", "history", WALL)


@cache
def titles() -> dict[str, str]:
    """Title of each page by its address, in the order of the navigation."""
    titles_by_address = {
        file.stem.replace("_", "-"): _title(file)
        for file in sorted(FOLDER.glob("*.py"))
        if not file.stem.startswith("_")
    }
    order = {name: index for index, name in enumerate(_ORDER)}
    return dict(sorted(titles_by_address.items(), key=lambda item: order.get(item[0], len(order))))


def pages() -> dict[str, StreamlitPage]:
    """Streamlit's page of each address; the overview answers at `/`."""
    return {
        name: st.Page(
            FOLDER / f"{name.replace('-', '_')}.py",
            title=title,
            url_path="" if name == HOME else name,
            default=name == HOME,
        )
        for name, title in titles().items()
    }


def _title(file: Path) -> str:
    """The first line of a page's docstring. Raises ValueError for a page without one."""
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    if not docstring:
        raise ValueError(f"pages/{file.name} has no docstring; its first line is the title")
    return docstring.partition("\n")[0].rstrip(".")
