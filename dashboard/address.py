"""Pages keep their state in the address: it can be shared, reloaded, and gone back to.

What an address asks for and is not there is said, never silently replaced by everything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

import streamlit as st

from checks.core.text import clean
from dashboard.markup import show, tag

T = TypeVar("T")

PIPELINE, DAY = "pipeline", "date"
#: Parameters of the frame; all others are a page's filters.
_FRAME = (PIPELINE, DAY)
_SHOWN = "andon:shown-day"
_ALL = "All"
_LONGEST, _LONGEST_OPTION = 500, 120
_MOST_DIGITS = 7


class Choice(NamedTuple):
    """A filter: the chosen option, or None for all.

    `bad` is what the address asked for and is no option; the page has said so, and must
    not show rows as if nothing had been asked.
    """

    value: str | None
    bad: str | None = None


def asked(name: str) -> str | None:
    """What the address says, None where it says nothing."""
    found = st.query_params.get(name)
    return found[:_LONGEST] if found else None


def shown(day: date) -> None:
    """Note which day is shown, for an address that names none."""
    st.session_state[_SHOWN] = day.isoformat()


def put(**values: object) -> None:
    """Change the address in place; None and empty text remove a parameter.

    With a filter the address names its day as well: what is shared today must not mean
    another day tomorrow.
    """
    filters = [name for name, value in values.items() if name not in _FRAME and value]
    if filters and DAY not in st.query_params and _SHOWN in st.session_state:
        st.query_params[DAY] = st.session_state[_SHOWN]
    for name, value in values.items():
        if value is None or value == "":
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = str(value)


def clear_filters() -> None:
    """Remove every filter from the address."""
    for name in list(st.query_params):
        if name not in _FRAME:
            st.query_params.pop(name, None)


def select(
    name: str,
    label: str,
    options: Sequence[str],
    describe: Callable[[str], str] | None = None,
    all_label: str = _ALL,
) -> Choice:
    """A select box whose choice is in the address.

    `describe` says an option in words (hostile text is fine: it is shown as it is).
    """
    key = f"filter:{name}"
    wanted = asked(name)
    bad = wanted if wanted is not None and wanted not in options else None
    # Not None: a select box shows its own words for that.
    _follow(name, key, "" if bad or wanted is None else wanted)
    words = describe or str
    st.selectbox(
        label,
        ["", *options],
        key=key,
        # Options are plain text, unlike labels.
        format_func=lambda option: clean(words(option) if option else all_label, _LONGEST_OPTION),
        on_change=_keep,
        args=(name, key),
    )
    if bad is not None:
        fault(
            f"The link asks for {label.lower()} {bad[:80]!r}, which is not there on this day.",
            "Nothing is filtered in its place: choose another, or clear the filter.",
        )
        st.button("Clear the filter", key=f"clear:{name}", on_click=put, kwargs={name: None})
    return Choice(st.session_state[key] or None, bad)


def text(name: str, label: str, placeholder: str = "") -> str:
    """A text field whose content is in the address."""
    key = f"filter:{name}"
    _follow(name, key, asked(name) or "")
    st.text_input(
        label, key=key, placeholder=placeholder, max_chars=_LONGEST, on_change=_keep,
        args=(name, key),
    )  # fmt: skip
    return str(st.session_state[key] or "").strip()


def number(name: str, default: int = 1) -> int:
    """A whole number of at least 1 in the address; another text there is said."""
    wanted = asked(name)
    if wanted is None:
        return default
    if not wanted.isdecimal() or len(wanted) > _MOST_DIGITS or int(wanted) < 1:
        fault(f"The link asks for {name} {wanted[:40]!r}, which is no page.", "This is page 1.")
        return default
    return int(wanted)


def fault(what: str, instead: str) -> None:
    """Say what is wrong with the address."""
    show(tag("div", tag("strong", what), " ", instead, class_="a-note fault", role="alert"))


def _follow(name: str, key: str, value: object) -> None:
    """Set a field to the address when that changed by itself: a link, a reload, going back."""
    seen = f"seen:{key}"
    now = st.query_params.get(name)
    if key not in st.session_state or st.session_state.get(seen) != now:
        st.session_state[key] = value
        st.session_state[seen] = now


def _keep(name: str, key: str) -> None:
    """Write a changed field to the address; another filter begins at the first page."""
    value = st.session_state[key]
    put(**{name: value, "page": None})
    st.session_state[f"seen:{key}"] = st.query_params.get(name)
