"""Beside the evidence of a failing check: a repair, its incident, and the other checks."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import streamlit as st

from checks.core.model import FAILING, STOPPING, Status, Verdict, by_urgency
from checks.explaining.repair import Effect, Repair, repair_of
from dashboard import causes, data, due, frame, look, page
from dashboard.components import acknowledge, incidents, links
from dashboard.components.incident_closing import draw_closing, draw_outcome, may_be_closed
from dashboard.markup import Html, join, show, tag

if TYPE_CHECKING:
    from checks.core.records import StoredIncident


def draw(context: page.PageContext, verdict: Verdict, shown: Collection[str]) -> None:
    """verdict: the page's first failing check. shown: the checks that the page has already."""
    draw_outcome(context)
    if verdict.status is Status.RED:
        show(_repair_markup(repair_of(context.report, verdict.id)))
    incident = None if context.is_past else incidents.open_incident(context, verdict.id)
    if incident is not None:
        _draw_incident(context, incident)
    others = [each for each in context.report.checks if each.id not in shown]
    if others:
        show(_others_markup(context, others, shown))


def _repair_markup(repair: Repair | None) -> Html:
    heading = tag("h2", "What would a repair change?")
    if repair is None:
        unknown = "Not known: the numbers of this evaluation do not say."
        return tag("section", heading, tag("p", unknown, class_="a-sub"), class_="t-part")
    return tag(
        "section",
        heading,
        tag("p", f"{repair.condition}:", class_="a-sub"),
        tag("div", *map(_effect_row, repair.effects), class_="t-effects"),
        tag("p", repair.outcome),
        class_="t-part",
    )


def _effect_row(effect: Effect) -> Html:
    """A number before and after, and the status that it would have then."""
    chip = look.chip(effect.status) if effect.status is not None else tag("span")
    return join(
        tag("span", effect.label),
        tag("b", effect.before, class_="num"),
        tag("span", tag("span", "→", aria_hidden="true"), tag("span", " then ", class_="unseen")),
        tag("b", effect.after, class_="num"),
        chip,
    )


def _draw_incident(context: page.PageContext, incident: StoredIncident) -> None:
    """What happened since it was opened, and how it is closed."""
    zone = tag("span", context.zone.key, class_="a-sub")
    show(tag("section", tag("h2", "Timeline ", zone), class_="t-part"))
    incidents.draw_timeline(context, incident)
    if may_be_closed(incident):
        with st.popover("Close the incident"):
            draw_closing(context, incident)


def _others_markup(
    context: page.PageContext, others: list[Verdict], shown: Collection[str]
) -> Html:
    """Causes of their own first, then what follows from the cards, then what does not fail."""
    followers = [each for each in others if each.status in FAILING and each.because in shown]
    causes_of_own = causes.by_cause([each for each in others if each not in followers])
    failing = [group for group in causes_of_own if group.head.status in FAILING]
    passing = [verdict for verdict in others if verdict.status not in FAILING]
    return tag(
        "section",
        tag("h2", "Other checks ", tag("span", _counts_text(context, others), class_="a-sub")),
        *(_failing_row(context, group) for group in failing),
        _followers_row(context, followers) if followers else None,
        tag("div", *(_passing_row(context, verdict) for verdict in passing), class_="t-passing")
        if passing else None,
        class_=f"t-part {links.IN_APP}",
    )  # fmt: skip


def _counts_text(context: page.PageContext, others: list[Verdict]) -> str:
    """`1 red, 9 green`."""
    statuses = [due.shown_status(context, each) for each in by_urgency(others)]
    return ", ".join(
        f"{statuses.count(status)} {look.look_of(status).word.lower()}"
        for status in dict.fromkeys(statuses)
    )


def _failing_row(context: page.PageContext, group: causes.CauseGroup) -> Html:
    head = group.head
    others = tag("p", group.label, class_="a-sub") if group.others else None
    return tag(
        "div",
        tag("p", look.mark(due.shown_status(context, head)), " ", _link(context, head), " ",
            tag("span", head.message, class_="value")),
        tag("p", f"{_why_text(head)} {_who_text(context, head)}"),
        others,
        class_=f"t-failing {look.look_of(due.shown_status(context, head)).css}-line",
    )  # fmt: skip


def _why_text(verdict: Verdict) -> str:
    """The cause; of a warning all that it says, as its first part may be that nothing is wrong."""
    lead = causes.lead_words(verdict) if verdict.status is Status.AMBER else ""
    sentences = (causes.cause_words(verdict), lead.removesuffix("."))
    return " ".join(f"{sentence}." for sentence in sentences if sentence)


def _followers_row(context: page.PageContext, followers: list[Verdict]) -> Html:
    """Checks that need nobody of their own: they fail because of a card's."""
    names = join(*(join(", " if i else "", _link(context, v)) for i, v in enumerate(followers)))
    roots = ", ".join(dict.fromkeys(str(each.because) for each in followers))
    return tag("p", f"{len(followers)} only because of {roots}: ", names)


def _who_text(context: page.PageContext, verdict: Verdict) -> str:
    """`Owner web-analytics, nobody is on it.`"""
    owner = f"Owner {verdict.owner}" if verdict.owner else "No owner is set"
    taken = acknowledge.current(context, verdict)
    if taken is not None:
        return f"{owner}, {taken.owner} is on it."
    if due.shown_status(context, verdict) not in STOPPING or context.is_past:
        return f"{owner}."
    return f"{owner}, nobody is on it."


def _passing_row(context: page.PageContext, verdict: Verdict) -> Html:
    """Glyph, check, and its value with the limit."""
    _, _, value = verdict.message.partition("=")
    if verdict.status is Status.SKIPPED:
        value = "skipped"
    return join(
        look.mark(due.shown_status(context, verdict)), _link(context, verdict),
        tag("span", value or verdict.message, class_="value", title=verdict.summary),
    )  # fmt: skip


def _link(context: page.PageContext, verdict: Verdict) -> Html:
    path = data.check(verdict.id).page
    if not frame.has_page(path):
        return tag("code", verdict.id)
    query = page.parameters(context.pipeline, context.day, **verdict.facts.filters)
    return links.link(path, query, verdict.id, class_="check")
