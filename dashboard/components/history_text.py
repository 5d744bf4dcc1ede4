"""Texts that the parts of the history page share."""

from __future__ import annotations

from datetime import date

from dashboard.markup import Html, tag


def weekday_text(day: date) -> str:
    """`Sat 8 Mar`."""
    return f"{day:%a} {day.day} {day:%b}"


def no_wrap(*children: object) -> Html:
    """Children without a line break between them, such as a name or a day."""
    return tag("span", *children, style="white-space:nowrap")


def check_name(check: str) -> Html:
    """A check's name in a table."""
    return tag("code", check, style="white-space:nowrap")
