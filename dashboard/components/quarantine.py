"""The sections of the quarantine page, in their order."""

from __future__ import annotations

from typing import Any

import streamlit as st

from checks.core.text import day_text, plural
from checks.evidence.rejected import Breakdown, Summary
from checks.evidence.rejected import read as read_rejected
from checks.evidence.rejected_rate import Rates
from checks.evidence.rejected_rate import read as read_rejected_rate
from dashboard import look, page
from dashboard.charts import base
from dashboard.charts import quarantine as charts
from dashboard.components import quarantine_explained, quarantine_rows
from dashboard.components.quarantine_parts import parts_table
from dashboard.components.reading_progress import read_with_progress
from dashboard.markup import show, tag

#: How the rate is computed, with an audit log and without.
_RATE = {
    True: "Rejected rows divided by rows read, from the audit log",
    False: "Rejected rows divided by rejected rows and accepted events",
}


def headline_place(context: page.PageContext) -> Any:
    """A placeholder at the top for the sentence that explains the rise, which is read last.

    Nothing waits there where the card says already what explains it.
    """
    place = st.empty()
    if not quarantine_explained.is_explained(context):
        with place:
            waiting = "reading the earlier days …"
            show(tag("div", tag("strong", "What changed: "), waiting, class_="a-note"))
    return place


def columns() -> Any:
    """The columns of the figures by day and by hour: both are visible without scrolling."""
    return st.columns([1, 1], gap="medium")


def draw_rates(context: page.PageContext) -> None:
    """The rate by day."""
    rates: Rates | None = context.evidence(read_rejected_rate, days=30)
    if rates is None:
        return
    page.section(
        "Rate by day",
        f"{_RATE[rates.by_log]}. ✗ ! ?: what the gate said. Click opens a day.",
    )
    for note in rates.notes:
        page.problem("Not all could be read:", note)
    days = charts.clickable_days(rates)
    if not days:
        page.empty(
            "The audit log has no load.",
            f"The rate of the 30 days up to {context.day} is not known.",
        )
        return
    _draw_unknown_days(rates)
    last = rates.days[-1]
    alt = f"Rate per day; the last is {look.percent(last.rate, rates.alert_above)}."
    base.show(
        charts.rates_figure(context, rates), context, key="quarantine-rates", alt=alt, days=days
    )


def _draw_unknown_days(rates: Rates) -> None:
    """A note on days without a usable rate: they have no bar."""
    unknown = [day for day in rates.days if day.rate is None]
    if unknown:
        title = f"No rate for {plural(len(unknown), 'day')}: {look.day(unknown[-1].day)}"
        page.problem(title, f"({unknown[-1].problem})")


def draw_summary(context: page.PageContext) -> Summary | None:
    """Read the summary of the day's rejected rows; draw what could not be read."""
    page.section(f"Rejected rows of {look.day(context.day)}")
    summary: Summary | None = read_with_progress(
        context, read_rejected, "Reading the day's rejected rows"
    )
    if summary is None:
        return None
    for note in summary.notes:
        page.problem("Not all could be read:", note)
    if summary.undated:
        page.problem(
            f"{plural(summary.undated, 'row')} without a readable time.",
            "They may belong to this day or to any other, and are not counted.",
        )
    if summary.logged is not None and summary.logged != summary.rows:
        page.problem(
            f"{plural(summary.rows, 'row')} found, {look.count(summary.logged)} logged.",
            "The audit log and the rejected rows do not agree for this day.",
        )
    return summary


def draw_rows(context: page.PageContext, summary: Summary) -> None:
    """The rows themselves, or why there are none."""
    if summary.rows:
        quarantine_rows.draw(context, summary)
    elif summary.logged == 0:
        page.empty("No rejected row.", "The audit log says the same: everything read was accepted.")
    elif summary.files == 0:
        log = ", and the audit log has no load of that day" if context.config.audit_log else ""
        page.empty("No file of rejected rows.", f"Nothing matches {summary.place}{log}.")
    else:
        page.empty("No rejected row.", f"Looked for in {summary.place}.")


def draw_parts(context: page.PageContext, summary: Summary) -> None:
    """The day's rows by reason, source and event name."""
    first, second, third = st.columns([2, 1, 1], gap="medium")
    with first:
        page.section("By reason", "With the day on which each reason was first seen.")
        reasons = st.empty()
        with reasons:
            _draw_breakdown("Reason", summary.reasons, summary.rows)
    with second:
        page.section("By source", "What the rows were loaded from.")
        _draw_breakdown("Source", summary.sources, summary.rows)
    with third:
        page.section("By event name", "As the rejected rows name it.")
        _draw_breakdown("Event name", summary.events, summary.rows)
    with first:
        quarantine_explained.draw_first_seen(context, summary, reasons)


def draw_hours(context: page.PageContext, summary: Summary) -> None:
    """The day's rows by hour."""
    page.section("By hour", "When the rejected events happened.")
    if summary.hours.why is not None:
        page.empty("Not known.", f"{summary.hours.why}.")
        return
    alt = f"Rejected rows by hour of {day_text(context.day)}; {look.count(summary.rows)} in all."
    base.show(
        charts.hours_figure(context, summary.hours.parts), context, key="quarantine-hours", alt=alt
    )
    without_hour = [part for part in summary.hours.parts if not part.value.isdecimal()]
    if without_hour:
        counts = ", ".join(f"{plural(part.rows, 'row')} of {part.value}" for part in without_hour)
        show(tag("p", f"Not in the figure: {counts}.", class_="a-sub"))


def _draw_breakdown(heading: str, breakdown: Breakdown, total: int) -> None:
    if breakdown.why is not None:
        page.empty("Not known.", f"{breakdown.why}.")
        return
    show(parts_table(heading, breakdown, total))


def draw_explanation(context: page.PageContext, headline: Any) -> None:
    """The section that explains the rise, and its sentence at the top."""
    quarantine_explained.draw(context, headline)
