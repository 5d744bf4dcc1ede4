"""The incidents of a pipeline: open ones, those of the last days, and what each check's came to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from checks.core.model import Status
from checks.core.text import duration_text
from checks.evaluation.incident_times import RuleFigures, figures, taken_text
from checks.evaluation.incidents import closed_text, of_the_last, open_incidents
from dashboard import address, data, look, page
from dashboard.components.history_text import check_name, no_wrap
from dashboard.components.incident_closing import draw_closing, draw_outcome
from dashboard.components.incidents import (
    age_text,
    draw_timeline,
    incident_title,
    person_text,
)
from dashboard.markup import Html, join, show, table, tag

if TYPE_CHECKING:
    from checks.core.records import IncidentLog, StoredIncident

_DAYS = 30
_MOST = 30
_OPEN = ("Check", "Open for", "Since", "Who", "Owner", "Last gate")
_ENDED = ("Opened", "Check", "Taken after", "Green after", "Closed as")
_FIGURES = (
    "Check", "Incidents", "Open", "Taken after", "Not taken", "Green after", "Accepted",
    "False alarms",
)  # fmt: skip


def draw(context: page.PageContext) -> None:
    """Lists on the left; on the right one incident with its timeline and how it is closed."""
    page.section(
        "Incidents",
        "A check that stops the line opens one; it is open until the check is green for the newest "
        "day or somebody closes it. Checks that follow from it belong to it.",
    )
    answer = data.incident_log(context.pipeline)
    if answer.value is None:
        page.problem("The incidents cannot be read.", answer.problem or "")
        return
    log = answer.value
    recent = of_the_last(_DAYS, log, data.now())
    draw_outcome(context)
    left, right = st.columns((1.6, 1), gap="large")
    with left:
        _draw_open(context, log)
        _draw_ended([incident for incident in recent if not incident.is_open], context, log)
        _draw_figures(figures(recent, log))
    with right:
        _draw_one(context, log, recent)


def _draw_open(context: page.PageContext, log: IncidentLog) -> None:
    incidents = open_incidents(log)
    if not incidents:
        page.empty("No incident is open.", "")
        return
    rows = [_open_row(context, incident, log) for incident in incidents]
    show(table(_OPEN, rows, caption="Open incidents"))


def _open_row(
    context: page.PageContext, incident: StoredIncident, log: IncidentLog
) -> tuple[object, ...]:
    settings = context.config.checks.get(incident.check)
    owner = settings.owner if settings is not None else None
    return (
        _check_with_followers(incident),
        no_wrap(tag("b", age_text(incident))),
        no_wrap(look.moment(incident.opened_at, context.zone)),
        person_text(incident, log),
        owner or tag("span", "none is set", class_="a-sub"),
        join(look.chip(incident.status), " ", incident.message),
    )


def _check_with_followers(incident: StoredIncident) -> Html:
    """`quarantine_rate + 2`."""
    if not incident.members:
        return check_name(incident.check)
    more = tag("span", f" + {len(incident.members)}", class_="a-sub")
    return no_wrap(check_name(incident.check), more)


def _draw_ended(
    incidents: list[StoredIncident], context: page.PageContext, log: IncidentLog
) -> None:
    if not incidents:
        return
    show(tag("h3", f"Over in the last {_DAYS} days", class_="a-h3"))
    rows = [_ended_row(incident, context, log) for incident in incidents[:_MOST]]
    show(table(_ENDED, rows, caption=f"Incidents of the last {_DAYS} days that are over"))
    if len(incidents) > _MOST:
        show(tag("p", "andon incidents --all lists all of them.", class_="a-sub"))


def _ended_row(
    incident: StoredIncident, context: page.PageContext, log: IncidentLog
) -> tuple[object, ...]:
    resolved_at = incident.resolved_at
    green_after: Html | str = tag("span", "not green yet", class_="a-sub")
    if resolved_at is not None:
        took = duration_text(resolved_at - incident.opened_at)
        green_after = no_wrap(look.mark(Status.GREEN), f" {took}")
    return (
        no_wrap(look.moment(incident.opened_at, context.zone)),
        _check_with_followers(incident),
        no_wrap(taken_text(incident, log, nobody="nobody")),
        green_after,
        closed_text(incident) or tag("span", "nobody said", class_="a-sub"),
    )


def _draw_figures(rules: tuple[RuleFigures, ...]) -> None:
    if not rules:
        return
    note = tag("span", f" last {_DAYS} days, times are medians", class_="a-sub")
    show(tag("h3", "By check", note, class_="a-h3"))
    rows = [_figures_row(rule) for rule in rules]
    show(table(_FIGURES, rows, numeric=range(1, len(_FIGURES)), caption="Incidents by check"))


def _figures_row(rule: RuleFigures) -> tuple[object, ...]:
    return (
        check_name(rule.check),
        str(rule.incidents),
        str(rule.open),
        _median(rule.to_somebody),
        str(rule.untaken),
        _median(rule.to_green),
        str(rule.accepted),
        str(rule.false_alarms),
    )


def _median(duration: timedelta | None) -> str:
    return "–" if duration is None else duration_text(duration)


def _draw_one(
    context: page.PageContext, log: IncidentLog, recent: tuple[StoredIncident, ...]
) -> None:
    """The chosen incident; the first open one, or the newest, unless another is asked for."""
    ordered = (*open_incidents(log), *recent)
    by_id = {str(incident.id): incident for incident in ordered}
    if not by_id:
        return
    default = next(iter(by_id.values()))
    choice = address.draw_select_box(
        "incident", "Incident", list(by_id), describe=lambda id_: incident_title(by_id[id_]),
        all_label=incident_title(default),
    )  # fmt: skip
    if choice.invalid:
        return
    incident = by_id[choice.value] if choice.value else default
    zone = tag("span", f" {context.zone.key}", class_="a-sub")
    show(tag("h3", "Timeline", zone, class_="a-h3"))
    draw_timeline(context, incident)
    draw_closing(context, incident)
