"""The only module that builds HTML: every text is escaped, so that no value becomes markup.

A value from a warehouse is text, whatever it looks like, and never becomes a link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import TypeAlias

from checks.core.text import clean

_LONGEST = 2000
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~:$&^=@/])")


class Html(str):
    """Safe markup: built by `tag`, or a literal in this code base."""

    __slots__ = ()


Child: TypeAlias = object


def tag(name: str, *children: Child, **attributes: object) -> Html:
    """One element. Children that are not Html are escaped; None and False are left out.

    `class_` is written `class`, `data_day` is written `data-day`; an attribute that is
    None or False is left out.
    """
    inner = join(*children)
    return Html(f"<{name}{_attributes(attributes)}>{inner}</{name}>")


def join(*children: Child) -> Html:
    """The children one after the other."""
    return Html("".join(_child(child) for child in children))


def text(value: object, longest: int = _LONGEST) -> Html:
    """A hostile value as escaped text: invisible characters become visible escapes."""
    return Html(escape(clean(value, longest), quote=True))


def plain(value: object, longest: int = 120) -> str:
    """A hostile value escaped for a label that Streamlit reads as Markdown."""
    return _MARKDOWN.sub(r"\\\1", clean(value, longest))


def table(
    headings: Sequence[Child],
    rows: Iterable[Sequence[Child]],
    *,
    numeric: Iterable[int] = (),
    caption: str,
) -> Html:
    """A small table; the columns in `numeric` are aligned on the right.

    `caption` is read by screen readers.
    """
    right = frozenset(numeric)

    def cells(name: str, row: Sequence[Child], **attributes: object) -> Html:
        return join(
            *(
                tag(name, cell, class_="num" if i in right else None, **attributes)
                for i, cell in enumerate(row)
            )
        )

    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption, class_="unseen"),
            tag("thead", tag("tr", cells("th", headings, scope="col"))),
            tag("tbody", *(tag("tr", cells("td", row)) for row in rows)),
        ),
        class_="a-table",
    )


def show(markup: Html) -> None:
    """Draw markup on the page."""
    import streamlit as st

    if not isinstance(markup, Html):
        raise TypeError("only Html is shown: build it with tag()")
    st.html(markup)


def _child(child: Child) -> str:
    if child is None or child is False:
        return ""
    return child if isinstance(child, Html) else text(child)


def _attributes(attributes: dict[str, object]) -> str:
    return "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(clean(value, _LONGEST), quote=True)}"'
        for name, value in attributes.items()
        if value is not None and value is not False
    )
