"""Links of our own markup, followed in the open app: a page would take seconds to load again.

The address is in the link itself, so that it can be copied, opened in a new tab, or followed
where no script runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import streamlit as st

from dashboard import address, frame, navigation
from dashboard.markup import Child, Html, tag

#: Markup with links that stay in the app is inside an element of this class.
IN_APP: Final = "in-app"
_KEY, _NEXT = "andon-links", "andon:next-page"
_LONGEST: Final = 4000
_component = st.components.v2.component(
    "andon_links",
    html="<span></span>",
    js=Path(__file__).with_name("links.js").read_text(encoding="utf-8"),
)


def draw() -> None:
    """Make the links of the page work; once on each page, before anything else."""
    _component(key=_KEY, on_address_change=_follow)
    target = st.session_state.pop(_NEXT, None)
    if target is not None:
        path, query = target
        st.switch_page(frame.page_of(path), query_params=query)


def href(path: str, query: Mapping[str, object]) -> str:
    """The address of a page of the app, relative to any of its pages."""
    page = "./" if path == navigation.HOME else path
    return f"{page}?{urlencode({name: str(value) for name, value in query.items()})}"


def link(path: str, query: Mapping[str, object], *children: Child, **attributes: object) -> Html:
    """A link to a page of the app, for markup inside an element of the class `IN_APP`."""
    return tag("a", *children, href=href(path, query), **attributes)


def to_pipeline(path: str, pipeline: str, day: date | None = None) -> str:
    """The address of a pipeline's page; without a day that of its latest one."""
    query: dict[str, object] = {address.PIPELINE: pipeline}
    return href(path, query if day is None else query | {address.DAY: day})


def _follow() -> None:
    """Show what the clicked link asks for: its parameters now, another page in this run."""
    requested = getattr(st.session_state.get(_KEY), "address", None)
    if not isinstance(requested, str) or len(requested) > _LONGEST:
        return
    parts = urlsplit(requested)
    path, query = parts.path.strip("/") or navigation.HOME, dict(parse_qsl(parts.query))
    if not frame.has_page(path):
        return
    if path == frame.current_path():
        address.replace(query)
    else:
        st.session_state[_NEXT] = path, query
