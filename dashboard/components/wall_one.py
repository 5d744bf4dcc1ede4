"""The wall screen of one pipeline: what failed, twice as large as anything else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from checks.core.errors import AndonError
from checks.core.following import followers_text
from checks.core.model import Status, Verdict, folded
from checks.core.text import short_day
from dashboard import causes, data, due, look, page, run_days
from dashboard.components import run_line, since, status_grid, verdict, wall_bars
from dashboard.markup import Html, join, tag

#: Failing checks with a section of their own, and changes or waivers that are listed.
_MOST_SECTIONS, _MOST_LINES = 3, 2
#: Characters of a cause that fit in two lines of the largest type.
_LONG_CAUSE: Final = 64
#: Characters of the headline that fit in one line.
_LONG_HEADLINE: Final = 31
_MOST_CAUSE: Final = 130
_DAYS: Final = 30


def markup(context: page.PageContext) -> Html:
    """The whole screen but its clock."""
    heads = folded(context.report.checks)
    failing = [(head, rest) for head, rest in heads if due.is_alarm(context, head)]
    shown = failing[:_MOST_SECTIONS]
    sections = [_section(context, head, followers) for head, followers in shown]
    return tag(
        "div",
        _head(context),
        tag("div", *sections, _pictures(context, [head for head, _ in shown]),
            class_=f"w-main n{len(shown)}"),
        _more(failing[_MOST_SECTIONS:]),
        _passing([head for head, _ in heads if not due.is_alarm(context, head)]),
        _news(context),
        _foot(context),
        class_="wall one",
    )  # fmt: skip


def _head(context: page.PageContext) -> Html:
    seen = look.look_of(run_days.run_status(context))
    lamp = tag("div", tag("span", seen.glyph, class_="glyph", aria_hidden="true"),
               tag("small", seen.word), class_="w-lamp")  # fmt: skip
    line = tag("p", tag("b", context.pipeline), f" · {look.day(context.day)} · ",
               *_state(context))  # fmt: skip
    days_of_run = run_line.days_markup(context, are_links=False)
    beside = tag("p", days_of_run, class_="w-run") if days_of_run is not None else None
    said = tag("div", _title(verdict.words(context).headline), line, beside, class_="w-say")
    return tag("header", lamp, said, class_=f"w-head {seen.css}")


def _title(headline: str) -> Html:
    size = " long" if len(headline) > _LONG_HEADLINE else ""
    return tag("h1", headline, class_=f"a-title{size}")


def _state(context: page.PageContext) -> list[Html | str]:
    """How many checks failed, and whether gate and now agree."""
    parts: list[Html | str] = [verdict.words(context).rest]
    if next_run := run_line.next_run_text(context).removesuffix("."):
        parts.append(f" · {next_run[:1].lower()}{next_run[1:]}")
    if context.live.stale_reason:
        at = look.clock(context.live.evaluated_at, context.zone)
        return [*parts, f" · {context.live.stale_reason}: these are the numbers of {at}"]
    latest = context.gate.latest
    if latest is None and due.shown_verdict(context) is look.NoGate.AWAITED:
        return parts
    if latest is None:
        none = context.gate.problem or "the gate was not run"
        return [*parts, " · gate ", look.chip(None), f" {none}" if context.gate.problem else ""]
    gate_time = look.clock(latest.evaluated_at, context.zone)
    differs = data.difference(context.gate, context.live)
    strict = f", {look.STRICT}" if context.gate.strict_stop else ""
    if differs is None:
        return [*parts, f" · gate {gate_time}{strict} and now the same"]
    now = look.chip(due.shown_verdict(context))
    return [*parts, " · gate ", look.chip(latest.verdict), f" {gate_time}{strict}, now ", now]


def _section(context: page.PageContext, head: Verdict, followers: Sequence[Verdict]) -> Html:
    cause = causes.shortened(causes.cause_words(head), _MOST_CAUSE)
    size = "long" if len(cause) > _LONG_CAUSE else None
    below = tag("p", followers_text(head, followers), class_="w-followers")
    return tag(
        "section",
        tag(
            "div",
            tag("p", look.chip(due.shown_status(context, head)), tag("code", head.id),
                tag("code", head.message, class_="w-value"), class_="w-id"),
            tag("h2", cause, class_=size),
            _who(context, head),
            below if followers else None,
        ),
        wall_bars.of_check(context, head),
        class_=f"w-fail {look.look_of(head.status).css}-edge",
    )  # fmt: skip


def _who(context: page.PageContext, head: Verdict) -> Html:
    """Who works on it, and since when it fails."""
    red_since = f"since {since.streak_text(head, context.day)}"
    owner = f"Owner {head.owner} · " if head.owner else "No owner is set · "
    if head.acknowledgement is not None:
        who: Html = tag("b", f"{head.acknowledgement.owner} is on it")
        return tag("p", who, f" · {red_since}", class_="w-who")
    if head.status is Status.WAIVED and head.waiver is not None:
        until = look.short(head.waiver.until)
        return tag("p", tag("b", f"Waived until {until} by {head.waiver.owner}"),
                   f": “{head.waiver.reason}”", class_="w-who")  # fmt: skip
    nobody = tag("b", "Nobody is on it", class_="nobody")
    return tag("p", nobody, f" {owner}{red_since}", class_="w-who")


def _pictures(context: page.PageContext, shown: Sequence[Verdict]) -> Html | None:
    """The usual figures, where failing checks leave room: is something on its way?"""
    if len(shown) > 1:
        return None
    figures = wall_bars.usual(context, [head.id for head in shown])
    return tag("div", *figures, class_="w-figures")


def _more(rest: Sequence[tuple[Verdict, tuple[Verdict, ...]]]) -> Html | None:
    if not rest:
        return None
    names = [
        tag("span", look.chip(head.status), tag("code", head.id), tag("span", _taker(head)))
        for head, _ in rest
    ]
    return tag("p", tag("b", f"and {len(rest)} more"), *names, class_="w-line")


def _taker(head: Verdict) -> str:
    """Who works on a check that has no section of its own."""
    if head.acknowledgement is not None:
        return f"{head.acknowledgement.owner} is on it"
    return "" if head.status is Status.WAIVED else "nobody is on it"


def _passing(heads: Sequence[Verdict]) -> Html | None:
    """All that passed, in one line; what was skipped beside it."""
    parts: list[Html] = []
    for status, word in ((Status.GREEN, "passed"), (Status.SKIPPED, "skipped")):
        names = [head.id.replace("_", " ") for head in heads if head.status is status]
        if names:
            parts.append(tag("span", look.chip(status), tag("b", f"{len(names)} {word}"),
                             tag("span", ", ".join(names), class_="soft")))  # fmt: skip
    return tag("p", *parts, class_="w-line") if parts else None


def _news(context: page.PageContext) -> Html:
    changes, waivers = _changes(context), _waivers(context)
    return tag("div", tag("p", *changes), tag("p", *waivers), class_="w-news")


def _changes(context: page.PageContext) -> list[Html | str]:
    earlier = next(
        (each for each in context.evaluations if each.data_date < context.day), None
    )  # fmt: skip
    title = tag("b", "Changed: ")
    if due.shown_verdict(context) is look.NoGate.AWAITED:
        return [title, "nothing is judged before the run has come"]
    if context.recorded.problem:
        return [title, f"the history cannot be read: {context.recorded.problem}"]
    if earlier is None:
        return [title, "no earlier day is recorded"]
    lines = data.change_sentences(earlier, context.live)
    return [title, _listed(lines) or f"nothing since {short_day(earlier.data_date)}"]


def _waivers(context: page.PageContext) -> list[Html | str]:
    title = tag("b", "Waived: ")
    try:
        waivers = data.open_waivers(context.pipeline)
    except AndonError as error:
        return [title, f"the history cannot be read: {error}"]
    lines = [f"{each.check} until {look.short(each.until)} ({each.owner})" for each in waivers]
    return [title, _listed(lines) or "nothing"]


def _listed(lines: Sequence[str]) -> str:
    """The first lines as one text."""
    rest = len(lines) - _MOST_LINES
    more = f", and {rest} more" if rest > 0 else ""
    return f"{', '.join(line.removesuffix('.') for line in lines[:_MOST_LINES])}{more}"


def _lamp(context: page.PageContext, day: date) -> look.Shown:
    """What the gate recorded; of the newest run, where it recorded nothing, what is true now."""
    is_due = context.due_from <= day <= context.today
    if day in context.run_days and is_due and context.gates[day].latest is None:
        return due.shown_verdict(context.on(day))
    return context.shown_on(day)


def _foot(context: page.PageContext) -> Html:
    """The last 30 days, and until which day the numbers on the dashboards reach."""
    days = status_grid.days_until(context.run_days[-1], _DAYS)
    shown = [_lamp(context, day) for day in days]
    lamps = [
        tag("i", look.look_of(each).glyph, class_=f"{look.look_of(each).css}") for each in shown
    ]
    weeks = range(len(days) - 1, -1, -7)
    labels = [
        tag("span", f"{days[i].day} {days[i]:%b}" if i < len(days) - 1 else look.short(days[i]),
            style=f"grid-column:{i + 1}", class_="last" if i == len(days) - 1 else None)
        for i in sorted(weeks)
    ]  # fmt: skip
    until = tag("p", "Numbers on the dashboards:", tag("b", verdict.until_text(context)),
                class_="w-until")  # fmt: skip
    alt = f"The gate's verdicts of {len(days)} days"
    strip = tag("div", tag("div", *lamps, class_="w-lamps", role="img", aria_label=alt),
                tag("div", *labels, class_="w-lamps labels", aria_hidden="true"))  # fmt: skip
    return join(tag("footer", strip, until, class_="w-foot"))
