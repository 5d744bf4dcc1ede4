"""What is the same on every page: the style sheet and the bar with links to all pages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard import look, navigation
from dashboard.markup import Html, show
from dashboard.server import sign_in

_PAGES, _CURRENT = "andon:pages", "andon:current"


@cache
def _style() -> Html:
    return Html(f"<style>{look.STYLE.read_text(encoding='utf-8')}</style>")


def draw_style() -> None:
    """Put the style sheet on the page."""
    show(_style())


def remember_pages(pages: Mapping[str, StreamlitPage], current: StreamlitPage) -> None:
    """Remember the pages of this run, for links to them."""
    st.session_state[_PAGES] = dict(pages)
    st.session_state[_CURRENT] = next(
        (name for name, page in pages.items() if page.url_path == current.url_path),
        navigation.HOME,
    )


def page_of(path: str) -> StreamlitPage:
    """Streamlit's page of an address. Raises KeyError for an unknown one."""
    page: StreamlitPage = st.session_state[_PAGES][path]
    return page


def has_page(path: str) -> bool:
    """Whether there is a page of this address."""
    return path in st.session_state.get(_PAGES, {})


def current_path() -> str:
    """The address of the page that is shown."""
    return str(st.session_state.get(_CURRENT, navigation.HOME))


def is_embedded() -> bool:
    """Whether the page is embedded in another one, without navigation."""
    return bool(st.context.is_embedded)


def navigation_bar(parameters: Mapping[str, str]) -> None:
    """The links to all pages; they keep pipeline and day."""
    if is_embedded():
        return
    with st.container(key="andon-bar", horizontal=True, gap="small", vertical_alignment="center"):
        for path, title in navigation.titles().items():
            is_current = path == current_path()
            with st.container(key=f"nav-{'here' if is_current else 'to'}-{path}", width="content"):
                st.page_link(page_of(path), label=title, query_params=dict(parameters))
        sign_in.sign_out()
