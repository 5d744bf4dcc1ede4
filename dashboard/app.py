"""The frame around every page: sign-in, navigation, style. `andon dashboard` starts it."""

from __future__ import annotations

import sys
from pathlib import Path

# `streamlit run dashboard/app.py` puts this file's folder on the path, not the one above.
_ROOT = str(Path(__file__).resolve().parent.parent)
if _ROOT not in sys.path:
    sys.path.insert(0, _ROOT)

import streamlit as st  # noqa: E402

from dashboard import frame, garbage_collection, navigation  # noqa: E402
from dashboard.components import links  # noqa: E402
from dashboard.server import sign_in  # noqa: E402


def main() -> None:
    """Draw the frame and run the page."""
    pages = navigation.pages()
    current = st.navigation(list(pages.values()), position="hidden")
    st.set_page_config(
        page_title=f"{current.title} · Andon",
        page_icon=str(Path(__file__).with_name("icon.png")), layout="wide",
        initial_sidebar_state="collapsed",
    )  # fmt: skip
    frame.draw_style()
    sign_in.require()
    frame.remember_pages(pages, current)
    links.draw()
    current.run()
    garbage_collection.freeze_survivors()


main()
