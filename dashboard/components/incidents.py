"""One incident: which of a check is open, its age, who is on it, and its timeline."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from checks.core.model import Status
from checks.core.text import duration_text
from checks.evaluation.incidents import on_it
from checks.evidence import runs
from checks.evidence.timeline import timeline
from checks.evidence.timeline_entry import TimelineEntry, TimelineKind
from dashboard import data, look, page
from dashboard.components.history_text import weekday_text
from dashboard.markup import Html, join, show, tag

if TYPE_CHECKING:
    from checks.core.records import IncidentLog, StoredIncident
    from checks.evidence.runs import LoadEntry

_GLYPHS: Final = {
    TimelineKind.LOADED: "↓", TimelineKind.TAKEN: "+", TimelineKind.WAIVED: "~",
    TimelineKind.ACCEPTED: "=", TimelineKind.CLOSED: "□",
}  # fmt: skip
#: The statuses that look like a gate's, for what people did.
_LOOK_OF: Final = {TimelineKind.WAIVED: Status.WAIVED}


def open_incident(context: page.PageContext, check: str) -> StoredIncident | None:
    """The open incident of a check; None where there is none, or the history cannot be read."""
    log = data.incident_log(context.pipeline).value
    incidents = log.incidents if log is not None else ()
    return next((each for each in incidents if each.check == check and each.is_open), None)


def age_text(incident: StoredIncident) -> str:
    """`58 min`: how long it is open, or was until it ended."""
    return duration_text((incident.ended_at or data.now()) - incident.opened_at)


def person_text(incident: StoredIncident, log: IncidentLog) -> Html:
    """Who is on an open incident, with a note; or boxed that nobody is."""
    person = on_it(incident, log)
    if person is None:
        return tag("span", "Nobody is on it", class_="a-nobody")
    note = f": “{person.note}”" if person.note else ""
    return join(tag("b", person.owner), note)


def draw_timeline(context: page.PageContext, incident: StoredIncident) -> None:
    """What happened in an incident, the first thing first, in the shop's time.

    Loads are those of the shown day, where the incident was opened for that.
    """
    log = data.incident_log(context.pipeline).value
    if log is None:
        return
    recorded = data.recorded_during(context.pipeline, incident)
    entries = timeline(incident, log, recorded, _loads(context, incident))
    show(timeline_list(context, entries))


def timeline_list(context: page.PageContext, entries: tuple[TimelineEntry, ...]) -> Html:
    """The entries as a list; the day is written where it changes."""
    before: date | None = None
    rows = []
    for entry in entries:
        day = entry.at.astimezone(context.zone).date()
        rows.append(_row(context, entry, with_day=day != before))
        before = day
    return tag("ol", *rows, class_="a-timeline")


def _row(context: page.PageContext, entry: TimelineEntry, *, with_day: bool) -> Html:
    return tag(
        "li",
        tag("span", _moment_text(context, entry.at, with_day=with_day), class_="when"),
        _dot(entry),
        tag("span", entry.lead, tag("b", entry.strong), entry.rest),
    )


def _moment_text(context: page.PageContext, at: datetime, *, with_day: bool) -> str:
    day = at.astimezone(context.zone).date()
    clock = look.clock(at, context.zone)
    return f"{day.day} {day:%b} {clock}" if with_day else clock


def _dot(entry: TimelineEntry) -> Html:
    """The gate's own glyph, or one for what else happened; the text says the same."""
    status = entry.status or _LOOK_OF.get(entry.kind)
    shown = look.look_of(status) if status is not None else None
    glyph = shown.glyph if shown is not None else _GLYPHS[entry.kind]
    css = f"dot {shown.css}" if shown is not None else "dot"
    return tag("span", glyph, class_=css, aria_hidden="true")


def _loads(context: page.PageContext, incident: StoredIncident) -> tuple[LoadEntry, ...]:
    """The log's entries of the day that opened an incident; none for another than the shown day."""
    if incident.opened_on != context.day or context.config.audit_log is None:
        return ()
    answer = context.answer(runs.read)
    loads = answer.value.loads if answer.value is not None else ()
    last = incident.ended_at
    return tuple(load for load in loads if last is None or load.run_at <= last)


def incident_title(incident: StoredIncident) -> str:
    """`Sat 8 Mar: quarantine_rate + 2`."""
    followers = f" + {len(incident.members)}" if incident.members else ""
    return f"{weekday_text(incident.opened_on)}: {incident.check}{followers}"
