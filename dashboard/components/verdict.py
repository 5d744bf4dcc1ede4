"""The verdict in one sentence, and until which day the numbers on the dashboards reach."""

from __future__ import annotations

from typing import Final

from checks.core.model import Status
from checks.core.records import StoredEvaluation
from checks.core.text import plural
from dashboard import data, due, look, page
from dashboard.markup import Html, join, show, tag

_PASSING: Final = (Status.GREEN, Status.AMBER)
_RELEASED: Final = 0


def markup(context: page.PageContext) -> Html:
    """The sentence, and `Numbers on the dashboards: until Fri 7 Mar`."""
    return tag(
        "div",
        tag("p", sentence(context), class_="say"),
        tag("p", "Numbers on the dashboards: ", tag("b", until_text(context)), class_="until"),
        class_=f"a-verdict {look.look_of(due.shown_verdict(context)).css}-line",
    )


def draw_warnings(context: page.PageContext) -> None:
    """The evaluation's warnings; nothing without any."""
    if context.report.warnings:
        lines = join(*(tag("div", text) for text in context.report.warnings))
        show(tag("div", tag("strong", "Warnings"), lines, class_="a-note"))


def until_text(context: page.PageContext) -> str:
    """`until Fri 7 Mar`: the newest day whose gate let the dashboards be refreshed."""
    if context.outcomes.problem:
        return "not known, as the history cannot be read"
    released = context.outcomes.released
    return "no gate has released any day" if released is None else f"until {look.short(released)}"


def sentence(context: page.PageContext) -> str:
    """Whether the dashboards may be refreshed, or were; and how many checks say so."""
    if context.is_past:
        return _sentence_of_past_day(context)
    if due.shown_verdict(context) is look.NoGate.NOT_DUE:
        return f"The load is not due yet: it is usually done by {due.usual_time(context)}."
    stop = context.gate.strict_stop
    if stop is not None and context.report.verdict in _PASSING:
        # Only the gate releases the line.
        return f"{_capitalised(stop)}. Now {checks_text(context)}."
    return f"{_capitalised(_without_day(context))}."


def checks_text(context: page.PageContext) -> str:
    """`2 of 11 checks failed`: what the summary says after whether to refresh."""
    return _without_day(context).partition(": ")[2]


def headline(context: page.PageContext) -> str:
    """The sentence without the numbers of checks: `Do not refresh the dashboards`."""
    return sentence(context).partition(":")[0].removesuffix(".")


def _sentence_of_past_day(context: page.PageContext) -> str:
    """What the gate did then; what is true now may be something else."""
    if context.gate.problem:
        return "Whether the dashboards were refreshed is not known: the history cannot be read."
    latest = context.gate.latest
    if latest is None:
        return f"No gate is recorded for this day; now {checks_text(context)}."
    if context.gate.strict_stop is not None:
        return f"{_capitalised(context.gate.strict_stop)}."
    if data.difference(context.gate, context.live) is None:
        checks = checks_text(context)
    else:
        checks = _recorded_checks(latest)
    if latest.exit_code == _RELEASED:
        return f"The gate let the dashboards be refreshed: {checks}."
    return f"The dashboards were not refreshed: {checks}."


def _recorded_checks(evaluation: StoredEvaluation) -> str:
    """How many checks failed, or passed, as it was recorded."""
    statuses = list(evaluation.statuses.values())
    total = plural(len(statuses), "check")
    words = {
        Status.RED: "failed", Status.UNKNOWN: "could not be measured", Status.AMBER: "warned",
    }  # fmt: skip
    texts = [
        f"{statuses.count(status)} of {total} {word}"
        for status, word in words.items()
        if status in statuses
    ]
    return texts[0] if texts else f"{statuses.count(Status.GREEN)} of {total} passed"


def _without_day(context: page.PageContext) -> str:
    return context.report.summary.replace(f" for {context.day}", "")


def _capitalised(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
