"""Words that the parts of the history page share."""

from __future__ import annotations

from datetime import date

from dashboard.markup import Html, tag


def short(day: date) -> str:
    """`Sat 8 Mar`."""
    return f"{day:%a} {day.day} {day:%b}"


def whole(*children: object) -> Html:
    """Something short that no line break may cut: a name, a day."""
    return tag("span", *children, style="white-space:nowrap")


def name(check: str) -> Html:
    """A check's name in a table."""
    return tag("code", check, style="white-space:nowrap")
