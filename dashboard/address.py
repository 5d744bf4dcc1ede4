"""The state of a page is kept in its address, so that it can be shared, reloaded and gone back to.

A page says so when its address asks for something that does not exist; it never shows everything
instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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

    `invalid` is a value in the address that is not an option. An error about it was shown already;
    the page must not show unfiltered rows.
    """

    value: str | None
    invalid: str | None = None


def parameter(name: str) -> str | None:
    """The value of a parameter in the address; None without one."""
    value = st.query_params.get(name)
    return value[:_LONGEST] if value else None


def remember_shown_day(day: date) -> None:
    """Remember the shown day, for an address that names none."""
    st.session_state[_SHOWN] = day.isoformat()


def update(**values: object) -> None:
    """Change the address in place; None and empty text remove a parameter."""
    replace(changed(**values))


def changed(**values: object) -> dict[str, str]:
    """The address's parameters with some of them changed; None and empty text remove one.

    An address with a filter names its day too, so that a shared link means the same day tomorrow.
    """
    query = dict(st.query_params)
    filters = [name for name, value in values.items() if name not in _FRAME and value]
    if filters and DAY not in query and _SHOWN in st.session_state:
        query[DAY] = st.session_state[_SHOWN]
    for name, value in values.items():
        query.pop(name, None)
        if value is not None and value != "":
            query[name] = str(value)
    return query


def replace(query: Mapping[str, str]) -> None:
    """Make these the address's parameters, and no others: one step for the browser's "back"."""
    if dict(st.query_params) != dict(query):
        st.query_params.from_dict(query)


def clear_filters() -> None:
    """Remove every filter from the address."""
    replace({name: value for name, value in st.query_params.items() if name in _FRAME})


def draw_select_box(
    name: str,
    label: str,
    options: Sequence[str],
    describe: Callable[[str], str] | None = None,
    all_label: str = _ALL,
) -> Choice:
    """A select box whose choice is in the address.

    `describe` returns the text of an option; it is shown as plain text, so it may be hostile.
    """
    key = f"filter:{name}"
    requested = parameter(name)
    invalid = requested if requested is not None and requested not in options else None
    # Not None: a select box shows its own placeholder for that.
    # Its text is what the browser keeps: another text for "all" must be sent anew.
    _sync_field(name, key, "" if invalid or requested is None else requested, all_label)
    describe_option = describe or str
    st.selectbox(
        label,
        ["", *options],
        key=key,
        # Options are plain text, unlike labels.
        format_func=lambda option: clean(
            describe_option(option) if option else all_label, _LONGEST_OPTION
        ),
        on_change=_on_change,
        args=(name, key),
    )
    if invalid is not None:
        show_error(
            f"The link asks for {label.lower()} {invalid[:80]!r}, which is not found on this day.",
            "Nothing else is shown instead: choose another value, or clear the filter.",
        )
        st.button("Clear the filter", key=f"clear:{name}", on_click=update, kwargs={name: None})
    return Choice(st.session_state[key] or None, invalid)


def draw_text_field(name: str, label: str, placeholder: str = "") -> str:
    """A text field whose content is in the address."""
    key = f"filter:{name}"
    _sync_field(name, key, parameter(name) or "")
    st.text_input(
        label, key=key, placeholder=placeholder, max_chars=_LONGEST, on_change=_on_change,
        args=(name, key),
    )  # fmt: skip
    return str(st.session_state[key] or "").strip()


def page_number(name: str, default: int = 1) -> int:
    """A whole number of at least 1 in the address; an error is shown for anything else."""
    requested = parameter(name)
    if requested is None:
        return default
    if not requested.isdecimal() or len(requested) > _MOST_DIGITS or int(requested) < 1:
        show_error(
            f"The link asks for {name} {requested[:40]!r}, which is not a page number.",
            "Page 1 is shown.",
        )
        return default
    return int(requested)


def show_error(title: str, remedy: str) -> None:
    """Show what is wrong with the address."""
    show(tag("div", tag("strong", title), " ", remedy, class_="a-note fault", role="alert"))


def _sync_field(name: str, key: str, value: object, label: str = "") -> None:
    """Set a field from the address after it changed by a link, a reload or going back.

    label: a text of the field that may change by itself.
    """
    seen = f"seen:{key}"
    now = st.query_params.get(name), label
    if key not in st.session_state or st.session_state.get(seen) != now:
        st.session_state[key] = value
        st.session_state[seen] = now


def _on_change(name: str, key: str) -> None:
    """Write a changed field to the address; another filter begins at the first page."""
    value = st.session_state[key]
    update(**{name: value, "page": None})
    seen = st.session_state.get(f"seen:{key}")
    st.session_state[f"seen:{key}"] = st.query_params.get(name), seen[1] if seen else ""
