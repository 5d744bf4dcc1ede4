"""The verdict in one sentence, and until which day the numbers on the dashboards reach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from checks.core.model import Status
from checks.core.records import StoredEvaluation
from checks.core.text import plural
from dashboard import data, due, look, page, run_days
from dashboard.components import run_line
from dashboard.markup import Html, join, show, tag

_PASSING: Final = (Status.GREEN, Status.AMBER)
_RELEASED: Final = 0
#: Days that stop a run and are named; of more there is a number.
_MOST_DAYS: Final = 2


def markup(context: page.PageContext) -> Html:
    """The sentence, the run's other days, and `Numbers on the dashboards: until Fri 7 Mar`."""
    return tag(
        "div",
        tag("p", sentence(context), class_="say"),
        run_line.markup(context),
        tag("p", "Numbers on the dashboards: ", tag("b", until_text(context)), class_="until"),
        class_=f"a-verdict {look.look_of(run_days.run_status(context)).css}-line",
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
    if released is None:
        return "no gate has released any day"
    year = "" if released.year == context.day.year else f" {released.year}"
    return f"until {look.short(released)}{year}"


class Words(NamedTuple):
    """The sentence in two parts: what may or must not be done, and the checks that say so."""

    headline: str
    rest: str


def sentence(context: page.PageContext) -> str:
    """Whether the dashboards may be refreshed, or were; and how many checks say so."""
    return "{}: {}.".format(*words(context))


def words(context: page.PageContext) -> Words:
    """The parts of the sentence. Only a gate releases the line: none speaks of "now" alone.

    A day that is fine releases nothing while another day of its run stops the line.
    """
    stopping = run_days.other_stopping_days(context)
    if stopping:
        return _words_of_stopped_run(context, stopping)
    if context.is_past:
        return _words_of_past_day(context)
    shown = due.shown_verdict(context)
    if shown is look.NoGate.AWAITED:
        return Words("The run is awaited", due.awaited_run(context))
    if shown is look.NoGate.NOT_DUE:
        usual = f"it is usually done by {due.usual_time(context)}"
        return Words("The load is not due yet", usual)
    checks = checks_text(context)
    latest = context.gate.latest
    if context.report.verdict not in _PASSING:
        return Words(look.capitalised(_without_day(context).partition(": ")[0]), checks)
    if context.gate.problem:
        return Words("The history cannot be read", f"what the gate said is not known; now {checks}")
    if latest is None:
        return Words("No gate has run for this day", f"now {checks}")
    stop = context.gate.strict_stop
    if stop is not None:
        headline, _, reason = stop.partition(": ")
        return Words(look.capitalised(headline), f"{reason}. Now {checks}")
    if latest.exit_code != _RELEASED:
        return Words("The gate stopped the line", f"now {checks}, run the gate again")
    return Words(look.capitalised(_without_day(context).partition(": ")[0]), checks)


def _words_of_stopped_run(context: page.PageContext, stopping: Sequence[date]) -> Words:
    """What another day of the run did to it, and what is known of this day."""
    days = " and ".join(f"{day.day} {day:%B}" for day in stopping[:_MOST_DAYS])
    if len(stopping) > _MOST_DAYS:
        days = plural(len(stopping), "other day")
    this_day = f"now {checks_text(context)} for this day"
    if context.is_past:
        return Words("The dashboards were not refreshed", f"{days} stopped the run, {this_day}")
    verb = "stops" if len(stopping) == 1 else "stop"
    return Words("Do not refresh the dashboards", f"{days} {verb} the run, {this_day}")


def checks_text(context: page.PageContext) -> str:
    """`2 of 12 checks failed`: what the summary says after whether to refresh."""
    return _without_day(context).partition(": ")[2]


def _words_of_past_day(context: page.PageContext) -> Words:
    """What the gate did then; what is true now may be something else."""
    if context.gate.problem:
        return Words("The history cannot be read", "whether the dashboards were refreshed is "
                     "not known")  # fmt: skip
    latest = context.gate.latest
    if latest is None:
        is_loaded = context.schedule.loads(context.day)
        why = "No gate is recorded for" if is_loaded else "No scheduled run loads"
        return Words(f"{why} this day", f"now {checks_text(context)}")
    stop = context.gate.strict_stop
    if stop is not None:
        headline, _, reason = stop.partition(": ")
        return Words(look.capitalised(headline), reason)
    is_same = data.difference(context.gate, context.live) is None
    checks = checks_text(context) if is_same else _recorded_checks(latest)
    if latest.exit_code == _RELEASED:
        return Words("The gate let the dashboards be refreshed", checks)
    return Words("The dashboards were not refreshed", checks)


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
    """The summary without the day and the next run: both have places of their own."""
    summary = context.report.summary.removesuffix(due.newest_run(context))
    return summary.replace(f" for {context.day}", "")
