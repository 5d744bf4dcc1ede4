"""The wall screen: everything on one screen, scaled to it, refreshed automatically."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from checks.core.errors import AndonError
from checks.core.model import FAILING, Status, Verdict, folded
from checks.core.text import short_day
from dashboard import data, frame, look, pacing, page
from dashboard.components import check_card, ticker, wall_pictures
from dashboard.components.verdict import verdict_sentence
from dashboard.markup import Html, show, tag

_MOST_LINES = 5


def draw(title: str | None) -> None:
    """The whole screen, again at every refresh."""
    context = page.page_context(title)
    frame.navigation_bar(
        page.parameters(context.pipeline, context.day if context.day != context.today else None)
    )
    seconds = context.config.dashboard.refresh_seconds

    @st.fragment(run_every=pacing.refresh_interval(context.config))
    def screen() -> None:
        # The day changes while the wall screen stays open.
        current = page.page_context(context.title)
        with st.container(key="andon-wall", gap=None):
            show(markup(current))
            wall_pictures.draw(current)
            ticker.draw(current.live, seconds * 3, key="wall-age")

    screen()


def markup(context: page.PageContext) -> Html:
    """Verdict, checks, changes and waivers as one piece."""
    return tag(
        "div",
        _head(context),
        tag(
            "div",
            _checks(context),
            tag("div", *_side_sections(context), class_="w-side"),
            class_="w-middle",
        ),
        class_="wall",
    )


def _head(context: page.PageContext) -> Html:
    report = context.report
    css = look.look_of(report.verdict).css
    latest = context.gate.latest
    zone = context.live.evaluated_at.astimezone(context.zone).tzname() or context.zone.key
    gate_time = f" {look.clock(latest.evaluated_at, context.zone)} {zone}" if latest else ""
    strict = f", {look.STRICT}" if context.gate.strict_stop else ""
    gate = tag("span", "gate ", look.chip(latest.verdict if latest else None), gate_time, strict)
    at = f" {look.clock(context.live.evaluated_at, context.zone)} {zone}"
    now = tag("span", "now ", look.chip(report.verdict), at)
    facts = tag("div", tag("b", context.pipeline), tag("span", look.day(context.day)), gate, now,
                class_="w-facts")  # fmt: skip
    sentence = tag(
        "h1", verdict_sentence(report, context.day, context.gate.strict_stop), class_="a-title"
    )
    mark = look.look_of(report.verdict)
    lamp = tag("div", tag("span", mark.glyph, class_="glyph", aria_hidden="true"), mark.word,
               class_="w-lamp")  # fmt: skip
    return tag("header", lamp, tag("div", sentence, _data_note(context), class_="w-say"), facts,
               class_=f"w-head {css}")  # fmt: skip


def _data_note(context: page.PageContext) -> Html:
    """One line on why the numbers may differ from the gate's."""
    if context.live.stale_reason:
        at = look.clock(context.live.evaluated_at, context.zone)
        return tag("p", f"{context.live.stale_reason}: these are the numbers of {at}.")
    if context.gate.latest is None:
        return tag("p", context.gate.problem or "The gate was not run for this day.")
    return tag("p", data.difference(context.gate, context.live) or "Gate and now agree.")


def _checks(context: page.PageContext) -> Html:
    """A line for each check, and one for all that follow from it."""
    lines: list[Html] = []
    for head, followers in folded(context.report.checks):
        lines.append(_check(context, head))
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


def _check(context: page.PageContext, verdict: Verdict) -> Html:
    failing = verdict.status in FAILING
    who = _since_and_owner(context, verdict) if failing else ""
    return tag(
        "div",
        look.chip(verdict.status),
        tag("span", verdict.id, class_="w-id"),
        tag("span", verdict.message, class_="w-value"),
        tag("span", who, class_="w-who"),
        class_="w-check failing" if failing else "w-check",
    )


def _since_and_owner(context: page.PageContext, verdict: Verdict) -> str:
    """Since when the check fails, and who works on it."""
    if verdict.acknowledgement is not None:
        who = f"{verdict.acknowledgement.owner} is on it"
    elif verdict.status is Status.WAIVED and verdict.waiver is not None:
        who = f"waived by {verdict.waiver.owner}"
    else:
        who = f"nobody is on it{f', owner {verdict.owner}' if verdict.owner else ''}"
    return f"since {check_card.streak_text(verdict, context.day)} · {who}"


def _side_sections(context: page.PageContext) -> list[Html]:
    return [
        _list_section("Changes since the day before", *_changes(context)),
        _list_section("Open waivers", *_waivers(context)),
    ]


def _list_section(title: str, items: list[str], empty_text: str) -> Html:
    shown: list[Html] = [tag("li", item) for item in items[:_MOST_LINES]]
    if len(items) > _MOST_LINES:
        shown.append(tag("li", f"and {len(items) - _MOST_LINES} more"))
    inner = tag("ul", *shown) if shown else tag("p", empty_text)
    return tag("section", tag("h2", title), inner)


def _changes(context: page.PageContext) -> tuple[list[str], str]:
    earlier = next(
        (evaluation for evaluation in context.evaluations if evaluation.data_date < context.day),
        None,
    )
    if context.recorded.problem:
        return [], f"The history cannot be read: {context.recorded.problem}"
    if earlier is None:
        return [], "No earlier day is recorded, so nothing can be compared."
    lines = list(data.change_sentences(earlier, context.live))
    return lines, f"No check changed since {short_day(earlier.data_date)}."


def _waivers(context: page.PageContext) -> tuple[list[str], str]:
    try:
        waivers = data.open_waivers(context.pipeline)
    except AndonError as error:
        return [], f"The history cannot be read: {error}"
    lines = [
        f"{waiver.check} until {waiver.until}: {waiver.owner}, {waiver.reason}"
        for waiver in waivers
    ]
    return lines, "Nothing is waived."
