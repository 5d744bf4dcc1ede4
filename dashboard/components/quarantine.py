"""What the quarantine page draws, in the order of its parts."""

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
from dashboard.components.reading_progress import reading
from dashboard.markup import show, tag

#: What the rate is of, with an audit log and without.
_RATE = {
    True: "Rejected over read rows, by the audit log",
    False: "Rejected rows over these and the accepted events",
}


def headline() -> Any:
    """A place at the top for what explains the rise, which is known only at the end."""
    place = st.empty()
    with place:
        waiting = "reading the earlier days …"
        show(tag("div", tag("strong", "What changed: "), waiting, class_="a-note"))
    return place


def halves() -> Any:
    """The rows on the left, the figures beside them: both are seen without scrolling."""
    return st.columns([5, 3], gap="medium")


def rates(here: page.Here) -> None:
    """The rate by day."""
    found: Rates | None = here.evidence(read_rejected_rate, days=30)
    if found is None:
        return
    page.section(
        "Rate by day",
        f"{_RATE[found.by_log]}. ✗ ! ?: what the gate said. Click opens a day.",
    )
    for note in found.notes:
        page.problem("Not all could be read:", note)
    days = charts.dates_of(found)
    if not days:
        page.empty(
            "The audit log tells of no load.", f"Nothing is known of the 30 days up to {here.day}."
        )
        return
    _unknown_days(found)
    last = found.days[-1]
    alt = f"Rate per day; the last is {look.percent(last.rate, found.alert_above)}."
    base.show(charts.rates(here, found), here, key="quarantine-rates", alt=alt, days=days)


def _unknown_days(found: Rates) -> None:
    """A day without a usable rate has no bar: that is said, not left to be missed."""
    unknown = [day for day in found.days if day.rate is None]
    if unknown:
        what = f"No rate for {plural(len(unknown), 'day')}: {look.day(unknown[-1].day)}"
        page.problem(what, f"({unknown[-1].problem})")


def summary(here: page.Here) -> Summary | None:
    """The day's rows, counted; what could not be read is said."""
    page.section(f"Rejected rows of {look.day(here.day)}")
    found: Summary | None = reading(here, read_rejected, "Reading the day's rejected rows")
    if found is None:
        return None
    for note in found.notes:
        page.problem("Not all could be read:", note)
    if found.undated:
        page.problem(
            f"{plural(found.undated, 'row')} without a time that can be read.",
            "They may belong to this day or to any other, and are not counted.",
        )
    if found.logged is not None and found.logged != found.rows:
        page.problem(
            f"{plural(found.rows, 'row')} found, {look.count(found.logged)} logged.",
            "The audit log and the rejected rows do not agree about this day.",
        )
    return found


def rows(here: page.Here, found: Summary) -> None:
    """The rows themselves, or why there are none."""
    if found.rows:
        quarantine_rows.draw(here, found)
    elif found.logged == 0:
        page.empty("No rejected row.", "The audit log says the same: everything read was accepted.")
    elif found.files == 0:
        log = ", and the audit log knows no load of that day" if here.config.audit_log else ""
        page.empty("No file of rejected rows.", f"Nothing matches {found.place}{log}.")
    else:
        page.empty("No rejected row.", f"Looked for in {found.place}.")


def parts(here: page.Here, found: Summary) -> None:
    """The day's rows by reason, source and event name."""
    first, second, third = st.columns([2, 1, 1], gap="medium")
    with first:
        page.section("By reason", "With the day on which each reason was first seen.")
        reasons = st.empty()
        with reasons:
            _parts("Reason", found.reasons, found.rows)
    with second:
        page.section("By source", "What the rows were loaded from.")
        _parts("Source", found.sources, found.rows)
    with third:
        page.section("By event name", "As the rejected rows name it.")
        _parts("Event name", found.events, found.rows)
    with first:
        quarantine_explained.first_seen(here, found, reasons)


def hours(here: page.Here, found: Summary) -> None:
    """The day's rows by hour."""
    page.section("By hour", "When the rejected events happened.")
    if found.hours.why is not None:
        page.empty("Not known.", f"{found.hours.why}.")
        return
    alt = f"Rejected rows by hour of {day_text(here.day)}; {look.count(found.rows)} in all."
    base.show(charts.hours(here, found.hours.parts), here, key="quarantine-hours", alt=alt)
    odd = [part for part in found.hours.parts if not part.value.isdecimal()]
    if odd:
        words = ", ".join(f"{plural(part.rows, 'row')} of {part.value}" for part in odd)
        show(tag("p", f"Not in the figure: {words}.", class_="a-sub"))


def _parts(heading: str, found: Breakdown, total: int) -> None:
    if found.why is not None:
        page.empty("Not known.", f"{found.why}.")
        return
    show(parts_table(heading, found, total))


def explained(here: page.Here, told: Any) -> None:
    """What explains the rise, and its sentence at the top."""
    quarantine_explained.draw(here, told)
