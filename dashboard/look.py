"""How a status looks, and how numbers, days and times are written on pages.

Colour never carries meaning alone: each status has its own glyph, word, fill and border.
The colours themselves are in `style.css`, one set for light and one for dark.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from checks.core.model import Status
from checks.core.text import count_text, percent_text
from dashboard.markup import Html, join, tag

STYLE: Final = Path(__file__).with_name("style.css")
#: Shown beside an amber verdict of a gate that stopped the line.
STRICT: Final = "stopped the line (--strict)"


class NoGate(StrEnum):
    """Stands for a verdict where there is none.

    No gate was recorded; the load's usual time is ahead; the scheduled run may still come; no
    scheduled run loads the day.
    """

    NOT_RUN = "not_run"
    NOT_DUE = "not_due"
    AWAITED = "awaited"
    NO_RUN = "no_run"


#: States in which all there is to do is to wait.
WAITING: Final = (NoGate.NOT_DUE, NoGate.AWAITED)


#: What a pipeline or a day is shown as; None is a gate that was not run.
Shown: TypeAlias = Status | NoGate | None


class Look(NamedTuple):
    """`glyph` and `word` mean the same; `css` is the class with fill and border."""

    glyph: str
    word: str
    css: str


LOOKS: Final[dict[Status | NoGate, Look]] = {
    Status.RED: Look("✗", "RED", "s-red"),
    Status.UNKNOWN: Look("?", "UNKNOWN", "s-unknown"),
    Status.AMBER: Look("!", "AMBER", "s-amber"),
    Status.WAIVED: Look("~", "WAIVED", "s-waived"),
    Status.SKIPPED: Look("-", "SKIPPED", "s-skipped"),
    Status.GREEN: Look("✓", "GREEN", "s-green"),
    NoGate.NOT_RUN: Look("○", "NOT RUN", "s-not-run"),
    NoGate.NOT_DUE: Look("…", "NOT DUE YET", "s-not-due"),
    NoGate.AWAITED: Look("⋯", "AWAITED", "s-awaited"),
    NoGate.NO_RUN: Look("•", "NO RUN", "s-no-run"),
}


def look_of(status: Shown) -> Look:
    """The look of a status; for None that of a gate that was not run."""
    return LOOKS[NoGate.NOT_RUN if status is None else status]


def chip(status: Shown, *, big: bool = False) -> Html:
    """Glyph and word of a status with its fill and border."""
    look = look_of(status)
    glyph = tag("span", look.glyph, aria_hidden="true", class_="glyph")
    size = " big" if big else ""
    return tag("span", glyph, look.word, class_=f"chip {look.css}{size}")


def mark(status: Shown) -> Html:
    """The glyph of a status, which a screen reader says as its word."""
    look = look_of(status)
    return join(
        tag("span", look.glyph, aria_hidden="true", class_="glyph"),
        tag("span", look.word, class_="unseen"),
    )


def capitalised(text: str) -> str:
    """The text with its first letter as that of a sentence."""
    return f"{text[:1].upper()}{text[1:]}"


def count(value: float | None) -> str:
    """`2,908`; a dash for an unknown number."""
    return "–" if value is None else count_text(value)


def percent(share: float | None, limit: float | None = None) -> str:
    """`5.8 %`, with enough digits to compare it with the limit."""
    return "–" if share is None else percent_text(share, limit)


def money(value: float | None) -> str:
    """`1,291.27`: an amount in the shop's own currency, which Andon does not know."""
    return "–" if value is None else f"{value:,.2f}"


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """`06:12`: a time of day in the shop's zone."""
    return f"{moment.astimezone(zone):%H:%M}"


def moment(value: datetime, zone: ZoneInfo) -> str:
    """`Sun 9 Mar 06:12`, in the shop's zone."""
    local = value.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def stamp(local: datetime) -> str:
    """`2025-03-09 06:12:00`: a time in the shop's zone, for a column of times."""
    return f"{local:%Y-%m-%d %H:%M:%S}"


def day(value: date) -> str:
    """`Sat 8 March 2025`."""
    return f"{value:%a} {value.day} {value:%B %Y}"


def short(value: date) -> str:
    """`Sat 8 Mar`: a day near enough to need no year."""
    return f"{value:%a} {value.day} {value:%b}"


def run_day(value: date) -> str:
    """`Monday 17 March`: the date of a run."""
    return f"{value:%A} {value.day} {value:%B}"


def time_of_day(minutes: float) -> str:
    """`05:40`: minutes after midnight."""
    whole = round(minutes)
    return f"{whole // 60:02}:{whole % 60:02}"


def duration(seconds: float) -> str:
    """`58 min`, `1 h 55`, `3 days`: how long something has lasted."""
    minutes = max(0, round(seconds / 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60:02}"
    return f"{minutes // (24 * 60)} days"


def age(seconds: float) -> str:
    """`12 s`, `2 min`, `3 h`, `4 days`: how long ago."""
    if seconds < 90:
        return f"{max(0, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h" if seconds < 129_600 else f"{round(seconds / 86_400)} days"
