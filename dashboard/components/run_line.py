"""What the shown day's run says beside it: its other days, and when the next run is due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from checks.core.model import STOPPING
from checks.core.text import plural
from dashboard import due, frame, look, page, run_days
from dashboard.components import links
from dashboard.markup import Html, join, tag
from dashboard.run_days import RunDay

#: Days of one status in a row that are named; of more only the first and the last.
_MOST_NAMED: Final = 4
_LOAD: Final = "log_entry_exists_today"


def markup(context: page.PageContext) -> Html | None:
    """The line under the verdict, with links to the days; None where there is nothing to say."""
    sentences = [part for part in (days_markup(context), _next_run(context)) if part is not None]
    if not sentences:
        return None
    return tag("p", *_separated(sentences, " "), class_=f"run {links.IN_APP}")


def days_markup(context: page.PageContext, *, are_links: bool = True) -> Html | None:
    """`The run of Monday 17 March loaded 3 days: 14 March ✗ RED, 15 and 16 March ✓ GREEN.`

    None for a run of one day. are_links: a wall has neither mouse nor keyboard.
    """
    if len(context.run_days) == 1:
        return None
    days = run_days.days_of(context)
    groups = [
        join(_named(list(group), context, are_links=are_links), " ", *_status_words(shown))
        for shown, group in groupby(days, key=lambda day: day.shown)
    ]
    run, count = look.run_day(context.run_date), plural(len(days), "day")
    verb = "loaded" if _has_come(context) else "loads"
    return join(f"The run of {run} {verb} {count}: ", *_separated(groups, ", "), ".")


def next_run_text(context: page.PageContext) -> str:
    """`The next run is due on Monday 06:00.`; empty where one is due today, or for an older run."""
    moment = due.next_run(context)
    return "" if moment is None else f"The next run is due on {moment}."


def _next_run(context: page.PageContext) -> Html | None:
    text = next_run_text(context)
    return tag("span", text) if text else None


def _has_come(context: page.PageContext) -> bool:
    """Whether the run has an entry in the log, or nobody asks for one."""
    verdict = context.verdict(_LOAD)
    return verdict is None or verdict.status not in STOPPING


def _status_words(shown: look.Shown) -> tuple[Html, str]:
    seen = look.look_of(shown)
    return tag("span", seen.glyph, class_="glyph", aria_hidden="true"), f" {seen.word}"


def _named(days: Sequence[RunDay], context: page.PageContext, *, are_links: bool) -> Html:
    """`15 and 16 March`: days of one status in a row."""
    dates = [day.context.day for day in days]
    if len(dates) > _MOST_NAMED:
        ends = [_day(dates[0], context, are_links=are_links, has_month=True),
                _day(dates[-1], context, are_links=are_links, has_month=True)]  # fmt: skip
        return join(*_separated(ends, " to "))
    named = [
        _day(day, context, are_links=are_links, has_month=_ends_month(day, dates)) for day in dates
    ]
    first, last = named[:-1], named[-1]
    return join(*_separated(first, ", "), " and ", last) if first else last


def _ends_month(day: date, dates: Sequence[date]) -> bool:
    """Whether a day is the last one of its month among these, and so has the month's name."""
    following = day + timedelta(days=1)
    return following not in dates or following.month != day.month


def _day(day: date, context: page.PageContext, *, are_links: bool, has_month: bool) -> Html:
    name = f"{day.day} {day:%B}" if has_month else str(day.day)
    if day == context.day:
        return tag("b", name, title=look.day(day), aria_current="date")
    if not are_links:
        return tag("span", name)
    query = page.parameters(context.pipeline, day)
    return links.link(frame.current_path(), query, name, title=look.day(day))


def _separated(parts: Sequence[Html], separator: str) -> Iterator[Html | str]:
    for index, part in enumerate(parts):
        if index:
            yield separator
        yield part
