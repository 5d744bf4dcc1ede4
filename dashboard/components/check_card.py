"""One check's verdict as a card: what it is, why, since when, what to do, who is on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from checks.core.model import FAILING, Verdict
from checks.core.text import followers_text, has_gaps, run_length, short_day
from dashboard import data, frame, look, page
from dashboard.components import acknowledge
from dashboard.markup import Html, join, plain, show, tag

_LONGEST_LABEL = 400


def draw(here: page.Here, check: str) -> None:
    """The card of one check; one line where it is fine, and where it is switched off."""
    verdict = here.verdict(check)
    if verdict is None:
        page.empty(f"{check} is switched off.", "It is not evaluated; andon.yml says so.")
    elif verdict.status in FAILING:
        failing(here, verdict)
    else:
        show(tag("div", compact(verdict), class_="a-compact"))


def failing(here: page.Here, verdict: Verdict, followers: Sequence[Verdict] = ()) -> None:
    """The whole card, with the link to the evidence and the button; its followers folded."""
    css = look.look_of(verdict.status).css
    with st.container(key=f"card-{css}-{verdict.id}"):
        _whole(here, verdict)
        if followers:
            label = followers_text([follower.id for follower in followers])
            with st.expander(plain(label, _LONGEST_LABEL)):
                for follower in followers:
                    _whole(here, follower)


def _whole(here: page.Here, verdict: Verdict) -> None:
    show(_body(here, verdict))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        evidence_link(here, verdict)
        acknowledge.button(here, verdict)


def compact(verdict: Verdict) -> Html:
    """A check that asks for nothing, in one line."""
    return tag(
        "div",
        look.chip(verdict.status),
        tag("code", verdict.id),
        tag("span", verdict.message, class_="value"),
        tag("span", verdict.summary, class_="why"),
        class_="a-line",
    )


def evidence_link(here: page.Here, verdict: Verdict) -> None:
    """To the page with the evidence, filtered to what was found; nothing where one is there."""
    path = data.check(verdict.id).page
    if path == frame.current() or not frame.has(path):
        return
    filters = verdict.details.get("filters") or {}
    wanted = {str(name): str(value) for name, value in filters.items()}
    page.link("Show the evidence →", path, here, None, **wanted)


def since(here: page.Here, verdict: Verdict) -> str:
    """`red since 6 March (3 days)`."""
    return f"{verdict.status.value} since {run(verdict, here.day)}"


def run(verdict: Verdict, day: date) -> str:
    """`6 March (3 days)`; `2025-03-06 (2 recorded days)` where others were not recorded."""
    begun = verdict.since or day
    is_whole = not has_gaps(begun, day, verdict.since_days)
    first = short_day(begun) if is_whole else str(begun)
    return f"{first} ({run_length(begun, day, verdict.since_days)})"


def _body(here: page.Here, verdict: Verdict) -> Html:
    return tag(
        "div",
        tag("div", look.chip(verdict.status), tag("code", verdict.id),
            tag("span", verdict.message, class_="value"), class_="a-line"),
        tag("p", verdict.summary, class_="why"),
        tag("p", tag("b", "Do now: "), verdict.action, class_="do"),
        tag("p", *_facts(here, verdict), class_="facts"),
        class_="a-card-body",
    )  # fmt: skip


def _facts(here: page.Here, verdict: Verdict) -> list[Html]:
    facts: list[Html] = [tag("span", since(here, verdict))]
    if verdict.because is not None:
        facts.append(tag("span", "follows from ", tag("b", verdict.because)))
    if verdict.stop:
        facts.append(tag("span", "stops the line whatever is waived", class_="strong"))
    if verdict.retry:
        facts.append(tag("span", "may pass by itself: run the gate again"))
    if verdict.owner:
        facts.append(tag("span", "owner ", tag("b", verdict.owner)))
    if verdict.waiver is not None:
        facts.append(tag("span", _waiver(verdict)))
    if verdict.runbook:
        # The one link out: an address from andon.yml, checked when it was loaded.
        facts.append(
            tag("a", "runbook", href=verdict.runbook, target="_blank", rel="noopener noreferrer")
        )
    return [join(*facts)]


def _waiver(verdict: Verdict) -> str:
    waiver = verdict.waiver
    if waiver is None:
        return ""
    if waiver.holds:
        return f"waived by {waiver.owner}: {waiver.reason} ({waiver.why})"
    return f"the waiver by {waiver.owner} does not hold: {waiver.why} ({waiver.reason})"
