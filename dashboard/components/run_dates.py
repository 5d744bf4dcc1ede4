"""Whether scheduled runs came in time: a sentence for the shown one, a list of the last ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from checks.core.model import Status
from checks.core.text import plural
from checks.evidence.runs_trend import (
    BEFORE,
    IN_TIME,
    LATE,
    MISSING,
    NO_RUN,
    STILL_AWAITED,
    Punctuality,
    RunDay,
    RunsTrend,
)
from dashboard import look, page, run_words
from dashboard.components import links
from dashboard.markup import Html, show, table, tag

#: Runs that are listed, newest first.
_MOST: Final = 10
_LOOKS: Final[dict[str, look.Shown]] = {
    IN_TIME: Status.GREEN, LATE: Status.AMBER, MISSING: Status.RED,
    STILL_AWAITED: look.NoGate.AWAITED,
}  # fmt: skip


def sentence(trend: RunsTrend, zone: ZoneInfo) -> Html | None:
    """`The run of Monday 17 March came at 06:12, in time: expected by 08:00.`

    None without run times, and where no run is needed.
    """
    day = trend.days[-1]
    punctuality = day.punctuality
    if punctuality is None:
        return None
    run_text = f"The run of {look.run_day(day.run_date)}"
    expected = run_words.expected_text(day, zone)
    due_text = f"due at {look.clock(punctuality.due, zone)}, at the latest at {expected}"
    if punctuality.state == STILL_AWAITED:
        return tag("span", f"{run_text} is awaited: it is expected by {expected}.")
    if punctuality.state == IN_TIME:
        return tag(
            "span", f"{run_text} came at {_came(day, zone)}, in time: expected by {expected}."
        )
    late = _late_text(punctuality)
    if punctuality.state == LATE:
        said = f"{run_text} came at {_came(day, zone)},{late} late: it was {due_text}."
    else:
        still = f", and is{late} late" if late else ""
        said = f"{run_text} is missing: it was {due_text}{still}."
    return tag("b", said)


def draw(context: page.PageContext, trend: RunsTrend) -> None:
    """The last runs, newest first; nothing without run times."""
    if context.schedule.times is None:
        return
    page.section(
        "Was each run in time?",
        "A run is in time when its first entry came by its time and the grace. Days without a "
        "scheduled run are no gap.",
    )
    runs = [day for day in reversed(trend.days) if day.state not in (NO_RUN, BEFORE)][:_MOST]
    if not runs:
        page.empty("No run is known yet.", "The log has no entry in these 30 days.")
        return
    headings = ("Run", "Loads", "In time?", f"Due ({context.zone.key})", "Expected by", "Came at")
    rows = [_row(day, context) for day in runs]
    markup = table(headings, rows, caption="Whether each of the last runs came in time")
    show(tag("div", markup, class_=links.IN_APP))


def _row(day: RunDay, context: page.PageContext) -> tuple[object, ...]:
    punctuality = day.punctuality
    run_text = look.run_day(day.run_date)
    if punctuality is None:
        state: object = tag("em", f"none needed ({day.closed})")
        return run_text, _days(day.loaded, context), state, "–", "–", "–"
    late = _late_text(punctuality)
    word = run_words.PUNCTUALITY_TEXT[punctuality.state]
    has_delay = punctuality.state in (LATE, MISSING) and late
    return (
        run_text, _days(day.loaded, context), tag("span", *_chip(punctuality.state, word),
                                             f"{late} late" if has_delay else ""),
        look.clock(punctuality.due, context.zone), run_words.expected_text(day, context.zone),
        _came(day, context.zone),
    )  # fmt: skip


def _chip(state: str, word: str) -> tuple[Html, ...]:
    seen = look.look_of(_LOOKS[state])
    glyph = tag("span", seen.glyph, aria_hidden="true", class_="glyph")
    return (tag("span", glyph, word, class_=f"chip {seen.css}"),)


def _days(days: Sequence[date], context: page.PageContext) -> Html:
    """The days of a run, the first and the last as links."""
    query = page.parameters(context.pipeline, days[-1])
    newest = links.link("runs", query, look.short(days[-1]))
    if len(days) == 1:
        return newest
    query = page.parameters(context.pipeline, days[0])
    oldest = links.link("runs", query, look.short(days[0]))
    return tag("span", oldest, " to ", newest, f" ({plural(len(days), 'day')})")


def _came(day: RunDay, zone: ZoneInfo) -> str:
    """`06:12`; with the weekday where it is not on the run date."""
    if day.first_at is None:
        return "–"
    local = day.first_at.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == day.run_date else f"{local:%A %H:%M}"


def _late_text(punctuality: Punctuality) -> str:
    """` 3 h 10`; empty where it is not known how late."""
    late = punctuality.minutes_late
    return "" if late is None else f" {look.duration(late * 60)}"
