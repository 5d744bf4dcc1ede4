"""A row of small lamps, a day each, as links that carry the whole address."""

from __future__ import annotations

from dashboard import address, look, navigation
from dashboard.components import links
from dashboard.markup import Html, join, tag
from dashboard.standing import Standing


def row(standing: Standing, path: str = navigation.HOME, *, are_links: bool = True) -> Html:
    """The lamps of one pipeline, and the first, middle and last day below; nothing without days.

    A row is one stop of the keyboard. `are_links`: a wall has neither mouse nor keyboard.
    """
    if not standing.lamps:
        return join()
    days = [day for day, _ in standing.lamps]
    bars = [
        _lamp(standing, index, path) if are_links
        else tag("i", class_=f"mini-lamp {look.look_of(shown).css}")
        for index, (_, shown) in enumerate(standing.lamps)
    ]  # fmt: skip
    axis = tag(
        "div",
        *(tag("span", f"{day.day} {day:%b}") for day in (days[0], days[len(days) // 2], days[-1])),
        class_="axis", aria_hidden="true",
    )  # fmt: skip
    box = {"role": "group"} if are_links else {"role": "img"}
    label = f"{standing.name}: the last {len(days)} days"
    return join(tag("div", *bars, class_="lamps", aria_label=label, **box), axis)


def _lamp(standing: Standing, index: int, path: str) -> Html:
    day, shown = standing.lamps[index]
    seen = look.look_of(shown)
    is_shown_day = day == standing.day
    label = f"{standing.name}, {look.day(day)}: {seen.word}"
    return links.link(
        path,
        {address.PIPELINE: standing.name, address.DAY: day},
        class_=f"mini-lamp {seen.css}{' on' if is_shown_day else ''}",
        title=label,
        aria_label=label,
        aria_current="date" if is_shown_day else None,
        tabindex="0" if is_shown_day else "-1",
    )
