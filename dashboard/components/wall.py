"""The wall screen: everything on one screen, scaled to it, renewed by itself."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from checks.core.errors import AndonError
from checks.core.model import FAILING, Status, Verdict, folded
from checks.core.text import short_day
from dashboard import data, frame, look, pacing, page
from dashboard.components import check_card, ticker, verdict, wall_pictures
from dashboard.markup import Html, show, tag

_MOST_LINES = 5


def draw(title: str | None) -> None:
    """The whole screen, again at every refresh."""
    here = page.look_up(title)
    frame.bar(page.parameters(here.pipeline, here.day if here.day != here.today else None))
    seconds = here.config.dashboard.refresh_seconds

    @st.fragment(run_every=pacing.seconds_between_looks(here.config))
    def screen() -> None:
        # A wall that was opened yesterday is about today.
        now = page.look_up(here.title)
        with st.container(key="andon-wall", gap=None):
            show(markup(now))
            wall_pictures.draw(now)
            ticker.draw(now.live, seconds * 3, key="wall-age")

    screen()


def markup(here: page.Here) -> Html:
    """Verdict, checks, changes and waivers as one piece."""
    return tag(
        "div",
        _head(here),
        tag("div", _checks(here), tag("div", *_sides(here), class_="w-side"), class_="w-middle"),
        class_="wall",
    )


def _head(here: page.Here) -> Html:
    report = here.report
    css = look.look_of(report.verdict).css
    latest = here.gate.latest
    zone = here.live.at.astimezone(here.zone).tzname() or here.zone.key
    said = f" {look.clock(latest.evaluated_at, here.zone)} {zone}" if latest else ""
    strict = f", {look.STRICT}" if here.gate.stopped else ""
    gate = tag("span", "gate ", look.chip(latest.verdict if latest else None), said, strict)
    at = f" {look.clock(here.live.at, here.zone)} {zone}"
    now = tag("span", "now ", look.chip(report.verdict), at)
    facts = tag("div", tag("b", here.pipeline), tag("span", look.day(here.day)), gate, now,
                class_="w-facts")  # fmt: skip
    sentence = tag("h1", verdict.words(report, here.day, here.gate.stopped), class_="a-title")
    mark = look.look_of(report.verdict)
    lamp = tag("div", tag("span", mark.glyph, class_="glyph", aria_hidden="true"), mark.word,
               class_="w-lamp")  # fmt: skip
    return tag("header", lamp, tag("div", sentence, _trouble(here), class_="w-say"), facts,
               class_=f"w-head {css}")  # fmt: skip


def _trouble(here: page.Here) -> Html:
    """Why the numbers may not be what the gate said, in one line."""
    if here.live.trouble:
        at = look.clock(here.live.at, here.zone)
        return tag("p", f"{here.live.trouble}: these are the numbers of {at}.")
    if here.gate.latest is None:
        return tag("p", here.gate.problem or "The gate was not run for this day.")
    return tag("p", data.difference(here.gate, here.live) or "Gate and now agree.")


def _checks(here: page.Here) -> Html:
    """A line for each check, and one for all that follow from it."""
    lines: list[Html] = []
    for one, followers in folded(here.report.checks):
        lines.append(_check(here, one))
        if followers:
            lines.append(_followers(followers))
    return tag("div", *lines, class_="w-checks")


def _followers(followers: Sequence[Verdict]) -> Html:
    verb = "follows" if len(followers) == 1 else "follow"
    names = [
        tag("span", look.mark(follower.status), " ", follower.id, class_="w-name")
        for follower in followers
    ]
    return tag("div", tag("b", f"{len(followers)} {verb} from it"), *names, class_="w-followers")


def _check(here: page.Here, found: Verdict) -> Html:
    failing = found.status in FAILING
    told = _who(here, found) if failing else ""
    return tag(
        "div",
        look.chip(found.status),
        tag("span", found.id, class_="w-id"),
        tag("span", found.message, class_="w-value"),
        tag("span", told, class_="w-who"),
        class_="w-check failing" if failing else "w-check",
    )


def _who(here: page.Here, found: Verdict) -> str:
    """Since when, and what is being done about it."""
    if found.acknowledgement is not None:
        done = f"{found.acknowledgement.owner} is on it"
    elif found.status is Status.WAIVED and found.waiver is not None:
        done = f"waived by {found.waiver.owner}"
    else:
        done = f"nobody is on it{f', owner {found.owner}' if found.owner else ''}"
    return f"since {check_card.run(found, here.day)} · {done}"


def _sides(here: page.Here) -> list[Html]:
    return [
        _list("Changes since the day before", *_changes(here)),
        _list("Open waivers", *_waivers(here)),
    ]


def _list(title: str, items: list[str], none: str) -> Html:
    shown: list[Html] = [tag("li", item) for item in items[:_MOST_LINES]]
    if len(items) > _MOST_LINES:
        shown.append(tag("li", f"and {len(items) - _MOST_LINES} more"))
    inner = tag("ul", *shown) if shown else tag("p", none)
    return tag("section", tag("h2", title), inner)


def _changes(here: page.Here) -> tuple[list[str], str]:
    before = next((one for one in here.evaluations if one.data_date < here.day), None)
    if here.recorded.problem:
        return [], f"The history cannot be read: {here.recorded.problem}"
    if before is None:
        return [], "No earlier day is recorded, so nothing can be compared."
    found = list(data.changed(before, here.live))
    return found, f"Every check is as it was for {short_day(before.data_date)}."


def _waivers(here: page.Here) -> tuple[list[str], str]:
    try:
        given = data.open_waivers(here.pipeline)
    except AndonError as error:
        return [], f"The history cannot be read: {error}"
    lines = [f"{one.check} until {one.until}: {one.owner}, {one.reason}" for one in given]
    return lines, "Nothing is waived."
