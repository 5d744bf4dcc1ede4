"""The last section of the volume page: what the checks detect, and how often they fail."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from checks.core.text import duration_text, plural, usual_text
from checks.evaluation.incident_times import RuleFigures, figures
from checks.evaluation.incidents import of_data_days
from checks.evidence.power import CAUGHT_SHARE, PartPower, Powers, RulePower
from checks.evidence.power_words import alarm_text, drop_of, drop_text, jump_of, jump_text
from dashboard import data, look, page
from dashboard.components.history_text import no_wrap
from dashboard.markup import show, table, tag

#: Names and values that are listed: those with most events.
MOST_PARTS = 20
#: Days of alarms that are listed.
MOST_ALARMS = 5


def draw(context: page.PageContext, powers: Powers) -> None:
    """What the checks of volume detect, how often they would have failed, and what came of it."""
    if not powers.rules:
        return
    page.section(
        "What the rules detect",
        f"On the {plural(powers.days, 'day')} up to this one: on how many each check would have "
        f"been red or amber, and the drop or jump that would have been out of range on "
        f"{CAUGHT_SHARE * 100:.0f} % of the days in range. Beside them what the recorded "
        "incidents of these days came to.",
    )
    headings = (
        "Check", "Red days", "Amber days", "Smallest drop", "Smallest jump", "Days judged",
        "Incidents", "Green after", "Accepted", "False alarms", "Red or amber on",
    )  # fmt: skip
    of_incidents = _incident_figures(context, powers)
    rows = [_rule_row(rule, _incident_cells(of_incidents, rule.check)) for rule in powers.rules]
    if len(rows) > 1:
        rows.append(_together_row(powers))
    show(table(headings, rows, numeric=range(1, 10), caption="What the rules detect"))
    _draw_part_powers(powers.parts)


def _rule_row(rule: RulePower, incident_cells: Sequence[str]) -> tuple[object, ...]:
    return (
        no_wrap(rule.check),
        look.count(len(rule.red_days)),
        look.count(len(rule.amber_days)),
        drop_of(rule),
        jump_of(rule, none="–"),
        look.count(rule.days_judged),
        *incident_cells,
        _alarms(rule),
    )


def _together_row(powers: Powers) -> tuple[object, ...]:
    red, amber = len(powers.red_days), len(powers.amber_days)
    judged = look.count(powers.days_judged)
    return ("All together", look.count(red), look.count(amber), "", "", judged, *([""] * 5))


def _draw_part_powers(parts: Sequence[PartPower]) -> None:
    """The names and values with most events, and what of each would have been seen."""
    if not parts:
        return
    headings = (
        "Name or value", "Events a day", "Smallest drop", "Smallest jump", "Amber days",
        "Days judged",
    )  # fmt: skip
    rows = [
        (
            part.label, usual_text(part.events), drop_text(part.power), jump_text(part.power),
            look.count(part.amber_day_count), look.count(part.days_judged),
        )
        for part in parts[:MOST_PARTS]
    ]  # fmt: skip
    more = len(parts) - len(rows)
    title = "Of each event name and value, beside the rest of the events"
    with st.expander(title):
        show(table(headings, rows, numeric=range(1, 6), caption=title))
        if more:
            command = tag("code", "andon power --format json")
            show(tag("p", f"Those with most events; {more} more by ", command, class_="a-sub"))


def _incident_figures(context: page.PageContext, powers: Powers) -> dict[str, RuleFigures] | None:
    """By check; None where the incidents cannot be read."""
    log = data.incident_log(context.pipeline).value
    if log is None:
        return None
    return {rule.check: rule for rule in figures(of_data_days(powers.days, powers.until, log), log)}


def _incident_cells(
    by_check: dict[str, RuleFigures] | None, check: str
) -> tuple[str, str, str, str]:
    """What the check's incidents came to; question marks where they cannot be read."""
    if by_check is None:
        return "?", "?", "?", "?"
    incidents = by_check.get(check)
    if incidents is None:
        return "0", "–", "0", "0"
    green_after = "–" if incidents.to_green is None else duration_text(incidents.to_green)
    return (
        look.count(incidents.incidents), green_after, look.count(incidents.accepted),
        look.count(incidents.false_alarms),
    )  # fmt: skip


def _alarms(rule: RulePower) -> str:
    shown = [alarm_text(day) for day in rule.alarms[:MOST_ALARMS]]
    more = len(rule.alarms) - len(shown)
    parts = [*shown, *([f"{plural(more, 'more alarm')}"] if more else [])]
    amber = [alarm for alarm in rule.warnings if alarm.day in rule.amber_days]
    if amber:
        why = " only, by the weekday" if all(alarm.by_weekday for alarm in amber) else ""
        days = plural(len(rule.amber_days), "day")
        parts.append(f"{days} amber{why}, the last {alarm_text(amber[0])}")
    return "; ".join(parts) or "–"
