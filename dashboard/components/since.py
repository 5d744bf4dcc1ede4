"""Since when a check fails: in the data, by the gate, and when it failed before."""

from __future__ import annotations

from datetime import date
from typing import Final

from checks.core.model import STOPPING, Status, Verdict
from checks.core.text import has_gaps, plural, run_length, short_day
from dashboard import frame, look, page
from dashboard.components import links
from dashboard.markup import Html, join, tag

#: Statuses of a day on which a check failed before.
_FAILED: Final = STOPPING | {Status.WAIVED, Status.AMBER}


def markup(context: page.PageContext, verdict: Verdict) -> Html:
    """`Sat 8 Mar 06:00 in the data · red since the gate of Sun 9 Mar 06:12 · not once in ...`."""
    parts = [_in_the_data(context, verdict), _by_the_gate(context, verdict)]
    parts.append(_before(context, verdict))
    shown = [part for part in parts if part is not None]
    separated = [part for each in shown for part in (" · ", each)][1:]
    return join(*separated)


def streak_text(verdict: Verdict, day: date) -> str:
    """`6 March (3 days)`; `2025-03-06 (2 recorded days)` where days in between are missing."""
    first_day = verdict.since or day
    is_whole = not has_gaps(first_day, day, verdict.since_days)
    first_text = short_day(first_day) if is_whole else str(first_day)
    return f"{first_text} ({run_length(first_day, day, verdict.since_days)})"


def _in_the_data(context: page.PageContext, verdict: Verdict) -> Html | None:
    """The hour at which the cause begins, where the numbers tell."""
    evidence = verdict.explanation.evidence if verdict.explanation is not None else {}
    hours = evidence.get("hours")
    if not isinstance(hours, list) or not hours or evidence.get("since"):
        return None
    first = hours[0][0] if isinstance(hours[0], list) else hours[0]
    return join(tag("b", f"{look.short(context.day)} {first:02d}:00"), " in the data")


def _by_the_gate(context: page.PageContext, verdict: Verdict) -> Html:
    """Since which gate or day the status is what it is."""
    word = verdict.status.value
    tense = "had been " if context.is_past else ""
    began = verdict.since or context.day
    first = None
    for evaluation in context.gate.runs:  # the newest first
        if evaluation.statuses.get(verdict.id) is not verdict.status:
            break
        first = evaluation.evaluated_at
    if began == context.day and first is not None:
        return tag("span", f"{tense}{word} since the gate of {look.moment(first, context.zone)}")
    return tag("span", f"{tense}{word} since {streak_text(verdict, context.day)}")


def _before(context: page.PageContext, verdict: Verdict) -> Html | None:
    """When it last failed before, as a link to that day; else for how many recorded days not."""
    began = verdict.since or context.day
    earlier = [each for each in context.evaluations if each.data_date < began]
    failed = next((e for e in earlier if e.statuses.get(verdict.id) in _FAILED), None)
    if failed is not None:
        query = page.parameters(context.pipeline, failed.data_date)
        path = frame.current_path()
        return join("last time ", links.link(path, query, look.short(failed.data_date)))
    days = sum(verdict.id in each.statuses for each in earlier)
    before = plural(days, "recorded day")
    return tag("span", f"not once in the {before} before") if days else None
