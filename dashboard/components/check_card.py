"""One check's verdict as a card: status, reason, since when, what to do, who works on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from checks.core.model import FAILING, Verdict
from checks.core.text import followers_text, has_gaps, run_length, short_day
from dashboard import data, due, frame, look, page
from dashboard.components import acknowledge
from dashboard.markup import Html, join, plain, show, tag

_LONGEST_LABEL = 400


def draw(context: page.PageContext, check: str) -> None:
    """The card of one check; one line where it does not fail or is switched off."""
    verdict = context.verdict(check)
    if verdict is None:
        page.empty(f"{check} is disabled.", "It is disabled in andon.yml, so it is not evaluated.")
    elif verdict.status in FAILING:
        draw_failing(context, verdict)
    else:
        show(tag("div", one_line(verdict), class_="a-compact"))


def draw_all(context: page.PageContext, verdicts: Sequence[Verdict]) -> None:
    """A card for each failing check, then the others as lines of one list."""
    passing = [verdict for verdict in verdicts if verdict.status not in FAILING]
    for verdict in verdicts:
        if verdict.status in FAILING:
            draw_failing(context, verdict)
    if passing:
        show(tag("div", *map(one_line, passing), class_="a-compact"))


def draw_failing(
    context: page.PageContext, verdict: Verdict, followers: Sequence[Verdict] = ()
) -> None:
    """The card of a failing check, with its followers folded."""
    css = look.look_of(verdict.status).css
    with st.container(key=f"card-{css}-{verdict.id}"):
        _draw_card(context, verdict)
        if followers:
            label = followers_text([follower.id for follower in followers])
            with st.expander(plain(label, _LONGEST_LABEL)):
                for follower in followers:
                    _draw_card(context, follower)


def _draw_card(context: page.PageContext, verdict: Verdict) -> None:
    show(_body(context, verdict))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        draw_evidence_link(context, verdict)
        acknowledge.draw_button(context, verdict)
    acknowledge.draw_problem(context, verdict)


def one_line(verdict: Verdict) -> Html:
    """A check that does not fail, as one line."""
    return tag(
        "div",
        look.chip(verdict.status),
        tag("code", verdict.id),
        tag("span", verdict.message, class_="value"),
        tag("span", verdict.summary, class_="why"),
        class_="a-line",
    )


def draw_evidence_link(context: page.PageContext, verdict: Verdict) -> None:
    """A link to the page with the evidence, with its filters; nothing on that page itself."""
    path = data.check(verdict.id).page
    if path == frame.current_path() or not frame.has_page(path):
        return
    page.link("Show the evidence →", path, context, None, **verdict.facts.filters)


def status_since(context: page.PageContext, verdict: Verdict) -> str:
    """`red since 6 March (3 days)`; of a day that is over `had been red since ...`."""
    tense = "had been " if context.is_past else ""
    return f"{tense}{verdict.status.value} since {streak_text(verdict, context.day)}"


def streak_text(verdict: Verdict, day: date) -> str:
    """`6 March (3 days)`; `2025-03-06 (2 recorded days)` where days in between are missing."""
    first_day = verdict.since or day
    is_whole = not has_gaps(first_day, day, verdict.since_days)
    first_text = short_day(first_day) if is_whole else str(first_day)
    return f"{first_text} ({run_length(first_day, day, verdict.since_days)})"


def _body(context: page.PageContext, verdict: Verdict) -> Html:
    return tag(
        "div",
        tag("div", look.chip(due.shown_status(context, verdict)), tag("code", verdict.id),
            tag("span", verdict.message, class_="value"), class_="a-line"),
        tag("p", verdict.summary, class_="why"),
        tag("p", *_action(context, verdict), class_="do"),
        tag("p", *_facts(context, verdict), class_="facts"),
        class_="a-card-body",
    )  # fmt: skip


def _action(context: page.PageContext, verdict: Verdict) -> list[Html | str]:
    """What to do; where the load is not due yet, only if it stays away."""
    if due.is_awaited(context, verdict):
        title = f"Not due yet, usually done by {due.usual_time(context)}. If it stays away: "
        return [tag("b", title), verdict.action]
    return [tag("b", "Do now: "), verdict.action]


def _facts(context: page.PageContext, verdict: Verdict) -> list[Html]:
    facts: list[Html] = [tag("span", status_since(context, verdict))]
    if verdict.because is not None:
        facts.append(tag("span", "follows from ", tag("b", verdict.because)))
    if verdict.stop:
        facts.append(tag("span", "stops the line even with a waiver", class_="strong"))
    if verdict.retry:
        facts.append(tag("span", "the cause may be temporary: run the gate again"))
    if verdict.owner:
        facts.append(tag("span", "owner ", tag("b", verdict.owner)))
    if verdict.waiver is not None:
        facts.append(tag("span", _waiver_text(verdict)))
    if verdict.runbook:
        # The only external link: an address from andon.yml, validated when it was loaded.
        facts.append(
            tag("a", "runbook", href=verdict.runbook, target="_blank", rel="noopener noreferrer")
        )
    return [join(*facts)]


def _waiver_text(verdict: Verdict) -> str:
    waiver = verdict.waiver
    if waiver is None:
        return ""
    if waiver.holds:
        return f"waived by {waiver.owner}: {waiver.reason} ({waiver.why})"
    return f"the waiver by {waiver.owner} does not hold: {waiver.why} ({waiver.reason})"
