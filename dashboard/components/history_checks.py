"""How each check fared: days red, incidents, time to green; and its recorded values by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from checks.core.model import by_urgency
from checks.history.statistics import Statistics, statistics
from dashboard import address, data, look, page
from dashboard.charts import history as charts
from dashboard.components.history_text import name, short, whole
from dashboard.markup import Html, show, table, tag

if TYPE_CHECKING:
    from checks.core.records import StoredEvaluation

_PERIODS = ("30", "365")
_PERIOD = 90
_HEADINGS = (
    "Check", "Red", "Unknown", "Amber", "Waived", "Incidents", "Days to green", "Last red",
)  # fmt: skip


def draw(here: page.Here) -> None:
    """The table of all checks and the values of one."""
    page.section(
        "How often each check failed",
        "Days by what the gate found. An incident begins with a red day and is open until the next "
        "green one; days to green is the mean of how long that took.",
    )
    with st.container(width=200):
        choice = address.select(
            "period", "Period", _PERIODS, describe=_days_words, all_label=_days_words(str(_PERIOD))
        )
    if choice.bad:
        return
    count = int(choice.value or _PERIOD)
    found = data.days(here.pipeline, here.day, count)
    if found.problem is not None:
        page.problem("The history cannot be read.", found.problem)
    elif not found.evaluations:
        page.empty(
            f"No gate is recorded in these {count} days.",
            "So nothing is known of how often a check failed.",
        )
    else:
        _table(found.evaluations, count)


def values(here: page.Here) -> None:
    """The recorded values of one check; the most urgent one unless another is asked for."""
    ids = [verdict.id for verdict in here.report.checks]
    urgent = next((verdict.id for verdict in by_urgency(here.report.checks)), None)
    if urgent is None or not here.evaluations:
        return
    page.section(
        "Recorded values of one check",
        "What the gate measured each day, with today's limit. Click a day to open it.",
    )
    with st.container(width=360):
        choice = address.select("check", "Check", ids, all_label=f"{urgent} (the most urgent)")
    if not choice.bad:
        charts.values(here, choice.value or urgent)


def _days_words(count: str) -> str:
    return f"{count} days"


def _table(evaluations: tuple[StoredEvaluation, ...], count: int) -> None:
    found = sorted(statistics(evaluations), key=_trouble)
    rows = [_row(one) for one in found]
    show(table(_HEADINGS, rows, numeric=(1, 2, 3, 4, 5, 6), caption="How often each check failed"))
    have = "has" if len(evaluations) == 1 else "have"
    notes = [f"{len(evaluations)} of {count} days {have} a recorded evaluation."]
    if any(not one.begin_seen for check in found for one in check.incidents):
        notes.append(
            "An incident that was red on the first of these days may have begun before: it is "
            "counted, and left out of the mean."
        )
    show(tag("p", " ".join(notes), class_="a-sub"))


def _trouble(one: Statistics) -> tuple[bool, int, int]:
    """Open incidents first, then by days red; otherwise in the catalog's order."""
    return one.open is None, -one.red, -(one.unknown + one.amber + one.waived)


def _row(one: Statistics) -> tuple[object, ...]:
    return (
        name(one.check),
        _count(one.red),
        _count(one.unknown),
        _count(one.amber),
        _count(one.waived),
        _count(len(one.incidents)),
        _mean(one.mean_days_to_green),
        _last(one),
    )


def _count(number: int) -> Html | str:
    """Zero is quiet: the eye looks for the others."""
    return tag("span", "0", class_="quiet") if number == 0 else look.count(number)


def _mean(days: float | None) -> str:
    return "–" if days is None else f"{days:.1f}"


def _last(one: Statistics) -> Html | str:
    if one.last_red is None:
        return tag("span", "never", class_="quiet")
    if one.open is not None:
        return whole(tag("b", "open"), f" since {one.open.first.day} {one.open.first:%b}")
    return whole(short(one.last_red))
