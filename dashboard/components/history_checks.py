"""Statistics of each check: days red, episodes, time to green; and its recorded values by day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from checks.core.model import by_urgency
from checks.core.text import plural
from checks.history.statistics import Statistics, statistics
from dashboard import address, data, look, page
from dashboard.charts import history as charts
from dashboard.components.history_text import check_name, no_wrap, weekday_text
from dashboard.markup import Html, show, table, tag

if TYPE_CHECKING:
    from checks.core.records import StoredEvaluation

_PERIODS = ("30", "365", "1095")
_PERIOD = 90
_HEADINGS = (
    "Check", "Red", "Unknown", "Amber", "Waived", "Episodes", "Days to green", "Last red",
)  # fmt: skip


def draw(context: page.PageContext) -> None:
    """The table of all checks."""
    page.section(
        "How often each check failed",
        "Number of days by the gate's result. An episode begins with a red day and is open until "
        "the next green one; days to green is the mean length of episodes.",
    )
    with st.container(width=200):
        choice = address.draw_select_box(
            "period", "Period", _PERIODS, describe=_days_text, all_label=_days_text(str(_PERIOD))
        )
    if choice.invalid:
        return
    count = int(choice.value or _PERIOD)
    recorded = data.recorded_days(context.pipeline, context.day, count)
    if recorded.problem is not None:
        page.problem("The history cannot be read.", recorded.problem)
    elif not recorded.evaluations:
        page.empty(
            f"No gate is recorded in these {count} days.",
            "So it is not known how often a check failed.",
        )
    else:
        _draw_table(recorded.evaluations, count, _unloaded(context, count))


def draw_values(context: page.PageContext) -> None:
    """The recorded values of one check; the most urgent one unless another is asked for."""
    ids = [verdict.id for verdict in context.report.checks]
    urgent = next((verdict.id for verdict in by_urgency(context.report.checks)), None)
    if urgent is None or not context.evaluations:
        return
    page.section(
        "Recorded values of one check",
        "What the gate measured each day, with today's limit. Click a day to open it.",
    )
    with st.container(width=360):
        choice = address.draw_select_box(
            "check", "Check", ids, all_label=f"{urgent} (the most urgent)"
        )
    if not choice.invalid:
        charts.draw_values(context, choice.value or urgent)


def _days_text(count: str) -> str:
    return f"{count} days"


def _unloaded(context: page.PageContext, count: int) -> int:
    """How many of the days up to the shown one no scheduled run loads."""
    days = (context.day - timedelta(days=back) for back in range(count))
    return sum(not context.schedule.loads(day) for day in days)


def _draw_table(evaluations: tuple[StoredEvaluation, ...], count: int, unloaded: int) -> None:
    check_statistics = sorted(statistics(evaluations), key=_sort_key)
    rows = [_row(check) for check in check_statistics]
    show(table(_HEADINGS, rows, numeric=(1, 2, 3, 4, 5, 6), caption="How often each check failed"))
    verb = "has" if len(evaluations) == 1 else "have"
    notes = [f"{len(evaluations)} of {count} days {verb} a recorded evaluation."]
    if unloaded:
        notes.append(f"No scheduled run loads {plural(unloaded, 'day')} of these.")
    if any(not episode.is_begin_known for check in check_statistics for episode in check.episodes):
        notes.append(
            "An episode that was red on the first of these days may have begun earlier: it is "
            "counted, but left out of the mean."
        )
    show(tag("p", " ".join(notes), class_="a-sub"))


def _sort_key(check: Statistics) -> tuple[bool, int, int]:
    """Open episodes first, then by days red; otherwise in the catalog's order."""
    return check.open_episode is None, -check.red, -(check.unknown + check.amber + check.waived)


def _row(check: Statistics) -> tuple[object, ...]:
    return (
        check_name(check.check),
        _count(check.red),
        _count(check.unknown),
        _count(check.amber),
        _count(check.waived),
        _count(len(check.episodes)),
        _mean(check.mean_days_to_green),
        _last(check),
    )


def _count(number: int) -> Html | str:
    """Zero is greyed out, so that other numbers stand out."""
    return tag("span", "0", class_="quiet") if number == 0 else look.count(number)


def _mean(days: float | None) -> str:
    return "–" if days is None else f"{days:.1f}"


def _last(check: Statistics) -> Html | str:
    if check.last_red is None:
        return tag("span", "never", class_="quiet")
    if check.open_episode is not None:
        return no_wrap(
            tag("b", "open"),
            f" since {check.open_episode.first.day} {check.open_episode.first:%b}",
        )
    return no_wrap(weekday_text(check.last_red))
