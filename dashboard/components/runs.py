"""The audit log of a day as tables and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st

from checks.core.endings import FAILED, OK, RUNNING, SILENT, UNHEARD
from checks.core.metrics import BadValue, Count
from checks.core.model import Status
from checks.core.text import listed, percent_text, plural
from checks.evidence import runs_trend
from checks.evidence.runs import (
    ABOVE_STOP,
    ADDED,
    READ_NOTHING,
    REPLACED,
    STATUS_ONLY,
    TIED,
    UNSETTLED,
    Load,
    MissingSource,
    Runs,
)
from checks.evidence.runs_trend import RunsTrend
from dashboard import address, look, page
from dashboard.charts.runs import clock_text
from dashboard.components.rows import show_rows
from dashboard.csv_file import file_name
from dashboard.markup import Html, join, show, table, tag

_MOST_HTML_ROWS: Final = 50
#: What a status says, and which look says so.
WORDS: Final = {
    FAILED: "failed", UNHEARD: "unheard of", RUNNING: "not over", SILENT: "not known",
    OK: "ended well",
}  # fmt: skip
_LOOK_OF: Final = {
    FAILED: Status.RED, UNHEARD: Status.UNKNOWN, RUNNING: Status.UNKNOWN,
    SILENT: Status.SKIPPED, OK: Status.GREEN,
}  # fmt: skip


#: Whether an entry counts, in words.
_PLACES: Final = {
    REPLACED: "no, a later entry does", TIED: "yes, one of several at that time",
    ADDED: "yes, added up", STATUS_ONLY: "its ending does, its rows do not",
    UNSETTLED: "yes, the worse reading",
    READ_NOTHING: "no, another one read the rows",
}  # fmt: skip


def draw_loads(here: page.Here, found: Runs) -> None:
    """The run date's entries, with the filters of the address; why there are none."""
    wanted = _filters(found)
    if found.status_problem:
        page.problem("How the loads ended is not known.", found.status_problem)
    if found.inserted_problem:
        page.problem("The rows inserted are not known.", found.inserted_problem)
    _strays(found)
    if wanted is None:
        return
    chosen = [load for load in found.loads if _matches(load, *wanted)]
    if chosen:
        _table(here, found, chosen)
    elif found.entries:
        page.empty(
            "No load matches.",
            f"The run has {plural(found.entries, 'entry', 'entries')}, none of them like this.",
        )
    else:
        _no_entry(here, found)


def _strays(found: Runs) -> None:
    """Entries that belong to no run date, and sources of which nobody can tell how they count."""
    for text in found.strays:
        page.problem("Not every entry of the log counts.", f"{text}.")
    if found.unsettled:
        page.problem(
            "Some sources have several entries, and the worse reading counts.",
            f"{listed(found.unsettled)}: `audit_log.several: replace` or `add` in andon.yml "
            "settles it.",
        )


def _filters(found: Runs) -> tuple[str | None, str | None] | None:
    """Source and ending that were asked for; None where one is not there (said already)."""
    if not found.entries and not (address.asked("source") or address.asked("ended")):
        return None, None
    endings = tuple(one for one in WORDS if any(load.meaning == one for load in found.loads))
    source = ending = address.Choice(None)
    one, two, _ = st.columns([2, 1, 1], gap="small")
    with one:
        if len(found.sources) > 1 or address.asked("source"):
            source = address.select("source", "Source", found.sources)
    with two:
        if len(endings) > 1 or address.asked("ended"):
            ending = address.select("ended", "How it ended", endings, WORDS.__getitem__)
    return None if source.bad or ending.bad else (source.value, ending.value)


def _matches(load: Load, source: str | None, meaning: str | None) -> bool:
    return source in (None, load.source) and meaning in (None, load.meaning)


def _no_entry(here: page.Here, found: Runs) -> None:
    """No entry is red once the run is due, and too early to tell before."""
    page.empty(
        f"The audit log has no entry on {look.day(found.run_date)}.",
        f"Nothing says that the load of {look.day(found.data_date)} was started; until it has "
        "run, the tables may lack that day.",
    )


def _table(here: page.Here, found: Runs, chosen: Sequence[Load]) -> None:
    """The entries as a table: of our own up to 50 rows, else one that scrolls."""
    headings = (
        "Source", "Read", "Inserted", "Quarantined", "Rate", "Ended", "Status in the log",
        f"Ran at ({here.zone.key})", "Counts",
    )  # fmt: skip
    if len(chosen) <= _MOST_HTML_ROWS:
        cells = [_cells(load, found, here.zone) for load in chosen]
        show(table(headings, cells, numeric=(1, 2, 3, 4), caption="Audit log of the run date"))
        return
    show_rows(
        headings, [_plain_cells(load, found, here.zone) for load in chosen], len(chosen), 1,
        "loads", file_name(here.pipeline, "runs", here.day),
        "Audit log of the run date: one row for each load",
    )  # fmt: skip
    if found.entries > len(found.loads):
        page.empty(
            f"{plural(found.entries, 'entry', 'entries')} in all.",
            f"The {plural(len(found.loads), 'entry', 'entries')} to look at first are shown.",
        )


def _cells(load: Load, found: Runs, zone: ZoneInfo) -> tuple[object, ...]:
    chosen_rate: object = tag("b", _rate(load, found)) if load.limit else _rate(load, found)
    return (
        tag("code", load.source) if load.source is not None else _soft("no name"),
        _count(load.read), _inserted(load, found), _count(load.quarantined), chosen_rate,
        ended(load.meaning), _soft("not mapped") if not found.status_mapped else _raw(load.status),
        _at(load.run_at, zone), _place(load),
    )  # fmt: skip


def _plain_cells(load: Load, found: Runs, zone: ZoneInfo) -> tuple[object, ...]:
    return (
        load.source, _number(load.read), _number(load.inserted), _number(load.quarantined),
        _rate(load, found), WORDS[load.meaning], load.status, load.run_at.astimezone(zone),
        _place(load),
    )  # fmt: skip


def ended(meaning: str) -> Html:
    """What a status says, with its glyph."""
    one = look.look_of(_LOOK_OF[meaning])
    glyph = tag("span", one.glyph, aria_hidden="true", class_="glyph")
    return tag("span", glyph, WORDS[meaning], class_=f"chip {one.css}")


def _place(load: Load) -> str:
    return _PLACES.get(load.place, "yes")


def _rate(load: Load, found: Runs) -> str:
    if load.rate is None:
        return "–"
    limit = found.stop_above if load.limit == ABOVE_STOP else found.alert_above
    rate = percent_text(load.rate, limit)
    return f"{rate} (above {percent_text(limit)})" if load.limit else rate


def _count(count: Count) -> object:
    return _soft(count.text) if isinstance(count, BadValue) else look.count(count)


def _inserted(load: Load, found: Runs) -> object:
    if load.inserted is not None:
        return _count(load.inserted)
    return _soft("not read" if found.inserted_mapped else "not mapped")


def _number(count: Count | None) -> object:
    return count.text if isinstance(count, BadValue) else count


def _raw(status: str | None) -> object:
    if status is None:
        return _soft("NULL")
    return tag("code", status) if status.strip() else _soft("blank")


def _soft(words: str) -> Html:
    return tag("em", words)


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return look.stamp(moment.astimezone(zone))


def draw_missing(here: page.Here, found: Runs) -> None:
    """The sources that usually come and did not; why there are none."""
    if found.missing is None:
        page.empty(
            "Nobody can tell.",
            "`audit_log.source` is not mapped in andon.yml: loads have no names.",
        )
    elif found.missing:
        _missing(found.missing, here.zone)
    elif not found.run_days:
        page.empty(
            "No source is expected yet.", "The log has no entry in the 7 days before this run date."
        )
    else:
        page.empty(
            "No source is missing.",
            f"Every usual source of the last {plural(found.run_days, 'run day')} has an entry.",
        )


def _missing(found: Sequence[MissingSource], zone: ZoneInfo) -> None:
    headings = (
        "Source (without digits)", "Last entry of it", f"At ({zone.key})", "Came on",
        "Usually by", "Now",
    )  # fmt: skip
    rows = [
        (
            tag("code", one.family) if one.family is not None else _soft("no name"),
            one.last_source if one.last_source is not None else _soft("no name"),
            _at(one.last_seen, zone),
            f"{one.seen_days} of {plural(one.run_days, 'run day')}",
            clock_text(one.usual_minutes),
            tag("b", "overdue") if one.overdue else "not due yet",
        )
        for one in found
    ]
    show(table(headings, rows, caption="Sources that are missing on the run date"))


def arrival(trend: RunsTrend) -> Html:
    """When the run date's last load came, against when it usually does."""
    usual, now, day = trend.usual_arrival, trend.arrival, trend.days[-1]
    if usual is None:
        return join("The log shows no earlier day, so that nothing is usual yet.")
    normal = (
        f" Usual is {clock_text(usual.last)} ({clock_text(usual.earliest)} to "
        f"{clock_text(usual.latest)} on {plural(usual.days, 'day')})."
    )
    if now.state == runs_trend.NEVER:
        return join(tag("b", "No load came on the run date."), normal)
    if now.state == runs_trend.AWAITED:
        return join("The load is not due yet.", normal)
    most = ", later than on any of these days" if now.outside else ""
    if now.state == runs_trend.OVERDUE:
        return join(tag("b", f"No load yet, overdue by {_minutes(now.minutes)}{most}."), normal)
    came = f"The last load came at {clock_text(day.last or 0)}, {_against(now.minutes)}{most}."
    return join(tag("b", came) if now.outside else came, normal)


def _against(minutes: float | None) -> str:
    if minutes is None or not round(minutes):
        return "as usual"
    return f"{_minutes(abs(minutes))} {'late' if minutes > 0 else 'early'}"


def _minutes(minutes: float | None) -> str:
    whole = round(minutes or 0)
    if whole < 90:
        return f"{whole} min"
    return f"{whole // 60} h {whole % 60:02} min"


def runs_alt(trend: RunsTrend) -> str:
    """What the figure of the runs shows, in words."""
    last = trend.days[-1]
    entries = plural(last.entries, "audit-log entry", "audit-log entries")
    gaps = sum(day.state == runs_trend.GAP for day in trend.days)
    return f"Audit-log entries per day; {entries} for the judged day; {plural(gaps, 'day')} without"
