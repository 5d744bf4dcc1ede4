"""One check's verdict as a card: status, reason, since when, what to do, who works on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from checks.core.model import Status, Verdict
from checks.core.shell import accept_command
from dashboard import causes, data, due, frame, look, page
from dashboard.components import acknowledge, incidents, links, since
from dashboard.markup import Html, join, plain, show, tag

if TYPE_CHECKING:
    from checks.core.records import StoredIncident

_LONGEST_LABEL = 400
#: A command of so many characters fits into a line of a card.
_ONE_LINE = 80


def draw(context: page.PageContext, check: str) -> None:
    """The card of one check; one line where it does not fail or is switched off."""
    verdict = context.verdict(check)
    if verdict is None:
        page.empty(f"{check} is disabled.", "It is disabled in andon.yml, so it is not evaluated.")
    elif due.is_alarm(context, verdict):
        draw_group(context, causes.CauseGroup(verdict))
    else:
        _draw_lines(context, [verdict])


def draw_all(
    context: page.PageContext, verdicts: Sequence[Verdict], requested: str | None = None
) -> None:
    """A card for each cause, then the checks that pass as lines of one list.

    requested: the check that comes first, whatever its status.
    """
    groups = causes.by_cause(verdicts, requested)
    first = [group for group in groups if group.head.id == requested]
    rest = [group for group in groups if group.head.id != requested]
    _draw_lines(context, [g.head for g in first if not due.is_alarm(context, g.head)])
    for group in [*first, *rest]:
        if due.is_alarm(context, group.head):
            draw_group(context, group)
    _draw_lines(context, [g.head for g in rest if not due.is_alarm(context, g.head)])


def _draw_lines(context: page.PageContext, verdicts: Sequence[Verdict]) -> None:
    if verdicts:
        lines = (one_line(context, verdict) for verdict in verdicts)
        show(tag("div", *lines, class_="a-compact"))


def draw_group(context: page.PageContext, group: causes.CauseGroup) -> None:
    """The card of a failing check; what has the same cause is folded into it."""
    css = look.look_of(group.head.status).css
    with st.container(key=f"card-{css}-{group.head.id}"):
        _draw_card(context, group.head)
        if group.others:
            with st.expander(plain(group.label, _LONGEST_LABEL)):
                for other in group.others:
                    _draw_card(context, other)


def _draw_card(context: page.PageContext, verdict: Verdict) -> None:
    """The cause as the largest type, then since when, what to do, and always who is on it."""
    show(_body(context, verdict))
    key = f"who-{verdict.id}"
    with st.container(key=key, horizontal=True, vertical_alignment="center", gap="small"):
        show(_who(context, verdict))
        acknowledge.draw_button(context, verdict)
        draw_evidence_link(context, verdict)
    acknowledge.draw_problem(context, verdict)


def _open_incident(context: page.PageContext, verdict: Verdict) -> StoredIncident | None:
    """The check's open incident; None where the shown day is over."""
    return None if context.is_past else incidents.open_incident(context, verdict.id)


def one_line(context: page.PageContext, verdict: Verdict) -> Html:
    """A check that asks for nothing, as one line."""
    return tag(
        "div",
        look.chip(due.shown_status(context, verdict)),
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


def _body(context: page.PageContext, verdict: Verdict) -> Html:
    head = tag(
        "div", look.chip(due.shown_status(context, verdict)), tag("code", verdict.id),
        tag("span", verdict.message, class_="value"), _rule(verdict), _age(context, verdict),
        class_="a-line",
    )  # fmt: skip
    lead = causes.lead_words(verdict)
    return tag(
        "div",
        head,
        tag("h2", causes.cause_words(verdict), class_="cause"),
        tag("p", lead, class_="lead") if lead else None,
        tag(
            "dl",
            *_row("Since", since.markup(context, verdict)),
            *_row("Do now" if not context.is_past else "To do", join(*_action(context, verdict))),
            class_=f"a-rows {links.IN_APP}",
        ),
        class_="a-card-body",
    )


def _row(label: str, content: Html | str) -> tuple[Html, Html]:
    return tag("dt", label), tag("dd", content, class_="" if label == "Since" else "do")


def _rule(verdict: Verdict) -> Html:
    """What the check looks at, and why, opened by a click."""
    check = data.check(verdict.id)
    return tag(
        "details",
        tag("summary", "i", title="What this check is", aria_label=f"What {verdict.id} is"),
        tag("p", check.rule), tag("p", tag("b", "Why: "), check.why),
        class_="a-info",
    )  # fmt: skip


def _age(context: page.PageContext, verdict: Verdict) -> Html | None:
    """`Incident open for 58 min`; nothing where none is open."""
    incident = _open_incident(context, verdict)
    if incident is None:
        return None
    return tag(
        "span", "Incident open for ", tag("b", incidents.age_text(incident)), class_="open-for"
    )


def _who(context: page.PageContext, verdict: Verdict) -> Html:
    """Who is on it or that nobody is, whose the check is, and where the procedure is written."""
    parts: list[Html | str] = [tag("span", "Who", class_="label")]
    if verdict.status is Status.WAIVED and verdict.waiver is not None:
        parts.append(tag("span", _waiver_text(verdict)))
    elif acknowledge.current(context, verdict) is None:
        past = "Nobody was on it" if context.is_past else "Nobody is on it"
        parts.append(tag("span", past, class_="nobody"))
    owner = verdict.owner
    parts.append(
        tag("span", "Owner ", tag("b", owner)) if owner else tag("span", "No owner is set")
    )
    if verdict.runbook:
        # The only external link: an address from andon.yml, validated when it was loaded.
        parts.append(
            tag("a", "Runbook ↗", href=verdict.runbook, target="_blank", rel="noopener noreferrer")
        )
    return tag("div", *parts, class_="a-who")


def _action(context: page.PageContext, verdict: Verdict) -> list[Html | str]:
    """What to do; where the load is not due yet, only if it stays away."""
    parts: list[Html | str] = []
    if due.is_awaited(context, verdict):
        parts.append(
            tag("span", f"Not due yet, usually done by {due.usual_time(context)}. "
                "If it stays away: ")
        )  # fmt: skip
    parts.append(tag("b", *_with_command(verdict)))
    if verdict.retry:
        parts.append(" The cause may be temporary: run the gate again.")
    if verdict.stop:
        parts.append(" Stops the line even with a waiver.")
    if verdict.because is not None:
        parts += [" Follows from ", tag("b", verdict.because), "."]
    waiver = verdict.waiver
    if waiver is not None and not waiver.holds:
        parts.append(f" {_waiver_text(verdict)}.")
    return parts


def _with_command(verdict: Verdict) -> tuple[Html | str, ...]:
    """The action; the command at its end, if it has one, as code, in one line if it is short.

    Known by what the check failed for: values of the warehouse may look like a command.
    """
    subjects = verdict.subjects or {}
    whole = f"andon accept {verdict.id} --reason TEXT"
    commands = [
        accept_command(verdict.id, subjects.get(kind, ()))
        for kind in data.check(verdict.id).accepts
    ]
    for command in (*commands, *([whole] if commands else [])):
        words, separator, end = verdict.action.rpartition(f": {command}")
        if separator and not end:
            css = "command" if len(command) <= _ONE_LINE else "command long"
            return f"{words}: ", tag("code", command, class_=css)
    return (verdict.action,)


def _waiver_text(verdict: Verdict) -> str:
    waiver = verdict.waiver
    if waiver is None:
        return ""
    if waiver.holds:
        return f"waived by {waiver.owner}: {waiver.reason} ({waiver.why})"
    return f"the waiver by {waiver.owner} does not hold: {waiver.why} ({waiver.reason})"
