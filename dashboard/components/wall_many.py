"""The wall screen of several pipelines: a tile each, the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from checks.core.model import Status
from dashboard import causes, look, standing
from dashboard.components import lamps
from dashboard.markup import Html, tag
from dashboard.standing import Standing

#: So many tiles fit with so many columns; the class says how large their type is.
_GRIDS: Final = ((6, 2), (12, 3), (20, 4), (30, 5))
#: Characters of a cause that fit in two lines of a tile's largest type, and of its second size.
_LONG_CAUSE, _LONGER_CAUSE = 58, 84
_MOST_CAUSE: Final = 115
_CALM: Final = (Status.GREEN, None, *look.WAITING, look.NoGate.NO_RUN)


def markup(standings: Sequence[Standing], past_day: date | None) -> Html:
    """The whole screen but its clock."""
    columns = columns_for(len(standings))
    shown, rest = standings[: _GRIDS[-1][0]], standings[_GRIDS[-1][0] :]
    rows = -(-len(shown) // columns)
    return tag(
        "div",
        _head(standings, past_day),
        tag("div", *(_tile(each) for each in shown), class_=f"w-tiles c{columns}",
            style=f"--columns:{columns};--rows:{rows}"),
        tag("p", f"and {len(rest)} more, none of them worse", class_="w-rest") if rest else None,
        class_="wall many",
    )  # fmt: skip


def columns_for(count: int) -> int:
    """How many columns of tiles there are for so many pipelines."""
    return next((columns for most, columns in _GRIDS if count <= most), _GRIDS[-1][1])


def _head(standings: Sequence[Standing], past_day: date | None) -> Html:
    first, _, rest = standing.headline(standings, past_day).partition(". ")
    days = {each.day for each in standings if each.day is not None}
    day = look.day(days.pop()) if len(days) == 1 else ""
    said = " · ".join(part for part in (rest.removesuffix("."), day) if part)
    return tag(
        "header",
        tag("h1", first.removesuffix("."), class_="a-title"),
        tag("p", said),
        class_="w-top",
    )


def _tile(each: Standing) -> Html:
    css = look.look_of(each.shown).css
    cause = causes.shortened(each.cause, _MOST_CAUSE)
    until = f"until {look.short(each.released)}" if each.released else ""
    calm = " calm" if each.shown in _CALM else ""
    return tag(
        "section",
        tag("div", look.chip(each.shown), tag("b", each.name),
            tag("span", f"numbers {until}" if until else "", class_="until"), class_="top"),
        tag("h2", cause, class_=_size(cause)),
        tag("p", *_who(each), class_="w-who"),
        tag("div", lamps.row(each, are_links=False), class_="t-lamps"),
        class_=f"w-tile {css}-tile{calm}",
    )  # fmt: skip


def _size(cause: str) -> str | None:
    if len(cause) > _LONGER_CAUSE:
        return "longer"
    return "long" if len(cause) > _LONG_CAUSE else None


def _who(each: Standing) -> list[Html | str]:
    since = f"{each.since} " if each.since else ""
    owner = f" Owner {each.owner}" if each.owner else ""
    if each.is_free:
        return [since, tag("b", "Nobody is on it", class_="nobody"), owner]
    if each.who:
        return [f"{since}· " if since else "", tag("b", each.who)]
    return [since or each.detail, owner]
