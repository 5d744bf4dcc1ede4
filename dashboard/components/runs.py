"""The audit log of a day as tables and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st

from checks.core.endings import FAILED, OK, RUNNING, SILENT, UNHEARD
from checks.core.model import Status
from checks.core.text import listed, percent_text, plural
from checks.core.values import BadValue, Count
from checks.evidence import runs_trend
from checks.evidence.runs import (
    ABOVE_STOP,
    ADDED,
    READ_NOTHING,
    REPLACED,
    STATUS_ONLY,
    TIED,
    UNSETTLED,
    LoadEntry,
    MissingSource,
    Runs,
)
from checks.evidence.runs_trend import RunsTrend
from checks.loads.patterns import clock_text as minutes_text
from dashboard import address, due, look, page
from dashboard.charts.runs import clock_text
from dashboard.components import run_dates
from dashboard.components.rows import show_rows
from dashboard.csv_file import file_name
from dashboard.markup import Html, join, show, table, tag

_MOST_HTML_ROWS: Final = 50
#: How an entry ended in words, and the status whose look it has.
ENDING_TEXT: Final = {
    FAILED: "failed", UNHEARD: "not configured", RUNNING: "not ended", SILENT: "not known",
    OK: "ended well",
}  # fmt: skip
_LOOK_OF: Final = {
    FAILED: Status.RED, UNHEARD: Status.UNKNOWN, RUNNING: Status.UNKNOWN,
    SILENT: Status.SKIPPED, OK: Status.GREEN,
}  # fmt: skip


#: Whether an entry counts, in words.
_COUNTS_TEXT: Final = {
    REPLACED: "no, replaced by a later entry", TIED: "yes, one of several at that time",
    ADDED: "yes, added up", STATUS_ONLY: "only its status, not its rows",
    UNSETTLED: "yes, the worse reading",
    READ_NOTHING: "no, another one read the rows",
}  # fmt: skip


def loads_words(context: page.PageContext, day_runs: Runs) -> str:
    """What the list is about, and how it is read."""
    if not context.schedule.loads(day_runs.data_date):
        which = f"the next run: no scheduled run loads {look.day(day_runs.data_date)}"
    elif len(context.run_days) == 1:
        which = f"the run that loaded {look.day(day_runs.data_date)}"
    else:
        first, last = look.short(context.run_days[0]), look.day(context.run_days[-1])
        which = f"the run of the {len(context.run_days)} days from {first} to {last}"
    return f"What the audit log says of {which}{loads_note(day_runs)}."


def loads_note(day_runs: Runs) -> str:
    """How the list is read; nothing where it is empty."""
    if not day_runs.loads:
        return ""
    return (
        "; entries that need attention come first. The last column says which of several entries "
        "of a source count"
    )


def draw_loads(context: page.PageContext, runs: Runs) -> None:
    """The run date's entries with the filters of the address, or why there are none."""
    filters = _draw_filters(runs)
    if runs.status_problem:
        page.problem("How the loads ended is not known.", runs.status_problem)
    if runs.inserted_problem:
        page.problem("The rows inserted are not known.", runs.inserted_problem)
    _draw_strays(runs)
    if filters is None:
        return
    shown = [load for load in runs.loads if _matches(load, *filters)]
    if shown:
        _draw_table(context, runs, shown)
    elif runs.entry_count:
        page.empty(
            "No load matches.",
            f"The run has {plural(runs.entry_count, 'entry', 'entries')}, none with this filter.",
        )
    else:
        _draw_no_entry(context, runs)


def _draw_strays(runs: Runs) -> None:
    """Entries that belong to no run date, and sources whose entries may count in several ways."""
    for text in runs.strays:
        page.problem("Not every entry of the log counts.", f"{text}.")
    if runs.unsettled:
        page.problem(
            "Some sources have several entries, and the worse reading counts.",
            f"{listed(runs.unsettled)}: set `audit_log.several` to `replace` or `add` in "
            "andon.yml.",
        )


def _draw_filters(runs: Runs) -> tuple[str | None, str | None] | None:
    """The chosen source and ending; None where the address names an invalid one (shown already)."""
    if not runs.entry_count and not (address.parameter("source") or address.parameter("ended")):
        return None, None
    endings = tuple(
        ending for ending in ENDING_TEXT if any(load.meaning == ending for load in runs.loads)
    )
    source = ending = address.Choice(None)
    left, middle, _ = st.columns([2, 1, 1], gap="small")
    with left:
        if len(runs.sources) > 1 or address.parameter("source"):
            source = address.draw_select_box("source", "Source", runs.sources)
    with middle:
        if len(endings) > 1 or address.parameter("ended"):
            ending = address.draw_select_box(
                "ended", "How it ended", endings, ENDING_TEXT.__getitem__
            )
    return None if source.invalid or ending.invalid else (source.value, ending.value)


def _matches(load: LoadEntry, source: str | None, ending: str | None) -> bool:
    return source in (None, load.source) and ending in (None, load.meaning)


def _draw_no_entry(context: page.PageContext, runs: Runs) -> None:
    """Say that the run date has no entry."""
    if due.shown_verdict(context) is look.NoGate.AWAITED:
        page.empty("The run is awaited.", f"{look.capitalised(due.awaited_run(context))}.")
        return
    page.empty(
        f"The audit log has no entry on {look.day(runs.run_date)}.",
        f"The load of {look.day(runs.data_date)} may not have started; until it has "
        "run, the tables may lack that day.",
    )


def _draw_table(context: page.PageContext, runs: Runs, shown: Sequence[LoadEntry]) -> None:
    """The entries as an HTML table up to 50 rows, else as one that scrolls."""
    headings = (
        "Source", "Read", "Usually", "Inserted", "Quarantined", "Rate", "Ended",
        "Status in the log",
        f"Ran at ({context.zone.key})", "Counts",
    )  # fmt: skip
    if len(shown) <= _MOST_HTML_ROWS:
        cells = [_cells(load, runs, context.zone) for load in shown]
        show(table(headings, cells, numeric=(1, 2, 3, 4, 5), caption="Audit log of the run date"))
        return
    show_rows(
        headings, [_plain_cells(load, runs, context.zone) for load in shown], len(shown), 1,
        "loads", file_name(context.pipeline, "runs", context.day),
        "Audit log of the run date: one row for each load",
    )  # fmt: skip
    if runs.entry_count > len(runs.loads):
        page.empty(
            f"{plural(runs.entry_count, 'entry', 'entries')} in all.",
            f"The {plural(len(runs.loads), 'entry', 'entries')} to look at first are shown.",
        )


def _cells(load: LoadEntry, runs: Runs, zone: ZoneInfo) -> tuple[object, ...]:
    rate: object = tag("b", _rate(load, runs)) if load.limit else _rate(load, runs)
    return (
        tag("code", load.source) if load.source is not None else _muted("no name"),
        _count(load.read),
        look.count(load.usual_read),
        _inserted(load, runs),
        _count(load.quarantined),
        rate,
        ending_chip(load.meaning),
        _muted("not mapped") if not runs.status_mapped else _status_text(load.status),
        _time_text(load.run_at, zone),
        _counts_text(load),
    )


def _plain_cells(load: LoadEntry, runs: Runs, zone: ZoneInfo) -> tuple[object, ...]:
    return (
        load.source, _number(load.read), load.usual_read, _number(load.inserted),
        _number(load.quarantined),
        _rate(load, runs), ENDING_TEXT[load.meaning], load.status, load.run_at.astimezone(zone),
        _counts_text(load),
    )  # fmt: skip


def ending_chip(ending: str) -> Html:
    """How an entry ended, with its glyph."""
    status_look = look.look_of(_LOOK_OF[ending])
    glyph = tag("span", status_look.glyph, aria_hidden="true", class_="glyph")
    return tag("span", glyph, ENDING_TEXT[ending], class_=f"chip {status_look.css}")


def _counts_text(load: LoadEntry) -> str:
    return _COUNTS_TEXT.get(load.place, "yes")


def _rate(load: LoadEntry, runs: Runs) -> str:
    if load.rate is None:
        return "–"
    limit = runs.stop_above if load.limit == ABOVE_STOP else runs.alert_above
    rate = percent_text(load.rate, limit)
    return f"{rate} (above {percent_text(limit)})" if load.limit else rate


def _count(count: Count) -> object:
    return _muted(count.text) if isinstance(count, BadValue) else look.count(count)


def _inserted(load: LoadEntry, runs: Runs) -> object:
    if load.inserted is not None:
        return _count(load.inserted)
    return _muted("not read" if runs.inserted_mapped else "not mapped")


def _number(count: Count | None) -> object:
    return count.text if isinstance(count, BadValue) else count


def _status_text(status: str | None) -> object:
    if status is None:
        return _muted("NULL")
    return tag("code", status) if status.strip() else _muted("blank")


def _muted(words: str) -> Html:
    return tag("em", words)


def _time_text(moment: datetime, zone: ZoneInfo) -> str:
    return look.stamp(moment.astimezone(zone))


def draw_missing(context: page.PageContext, runs: Runs) -> None:
    """The sources that usually come and did not, or why there are none."""
    if due.shown_verdict(context) is look.NoGate.AWAITED:
        page.empty("The run is awaited.", "No source of it is missing yet.")
    elif runs.missing is None:
        page.empty(
            "Missing sources are not known.",
            "`audit_log.source` is not mapped in andon.yml: loads have no names.",
        )
    elif runs.missing:
        _draw_missing_table(runs.missing, context.zone)
    elif not runs.learned_days:
        page.empty(
            "No source is expected yet.",
            "The log has no entry in the 5 weeks before this run date.",
        )
    else:
        page.empty(
            "No source is missing.",
            f"Every source that is expected has an entry; "
            f"the log of {plural(runs.learned_days, 'earlier run day')} was looked at.",
        )


def _draw_missing_table(missing: Sequence[MissingSource], zone: ZoneInfo) -> None:
    headings = (
        "Source", "Its last entry", f"At ({zone.key})", "Came on", "Usually by",
        "Expected by", "Now",
    )  # fmt: skip
    rows = [
        (
            tag("code", source.name) if source.name is not None else _muted("no name"),
            source.last_source if source.last_source is not None else _muted("no name"),
            _muted("never") if source.last_seen is None else _time_text(source.last_seen, zone),
            f"{source.seen_days} of {plural(source.run_days, 'run day')}",
            "–" if source.usual_minutes is None else minutes_text(source.usual_minutes),
            "–" if source.deadline is None else f"{source.deadline:%H:%M}",
            tag("b", "missing") if source.overdue else "not due yet",
        )
        for source in missing
    ]
    show(table(headings, rows, caption="Sources that are missing on the run date"))


def arrival_sentence(trend: RunsTrend, zone: ZoneInfo) -> Html:
    """When the run date's last load came, compared with its due time and with the usual one."""
    scheduled = run_dates.sentence(trend, zone)
    if scheduled is None:
        return _usual_sentence(trend)
    if trend.usual_arrival is None or trend.arrival.state != runs_trend.ARRIVED:
        return scheduled
    return join(scheduled, " ", _usual_sentence(trend))


def _usual_sentence(trend: RunsTrend) -> Html:
    """When the run date's last load came, compared with the usual time."""
    usual_arrival, current, day = trend.usual_arrival, trend.arrival, trend.days[-1]
    if usual_arrival is None:
        return join("The log has no earlier day, so there is no usual time yet.")
    usual_text = (
        f" Usual is {clock_text(usual_arrival.last)} ({clock_text(usual_arrival.earliest)} to "
        f"{clock_text(usual_arrival.latest)} on {plural(usual_arrival.days_seen, 'day')})."
    )
    if current.state == runs_trend.NEVER:
        return join(tag("b", "No load came on the run date."), usual_text)
    if current.state == runs_trend.NOT_NEEDED:
        return join(f"No load is needed ({day.closed}).", usual_text)
    if current.state == runs_trend.AWAITED:
        return join("The load is not due yet.", usual_text)
    extreme_note = ", later than on any of these days" if current.outside else ""
    if current.state == runs_trend.OVERDUE:
        return join(
            tag("b", f"No load yet, overdue by {_duration_text(current.minutes)}{extreme_note}."),
            usual_text,
        )
    delay = _delay_text(current.minutes)
    sentence = f"The last load came at {clock_text(day.last or 0)}, {delay}{extreme_note}."
    return join(tag("b", sentence) if current.outside else sentence, usual_text)


def _delay_text(minutes: float | None) -> str:
    if minutes is None or not round(minutes):
        return "as usual"
    return f"{_duration_text(abs(minutes))} {'late' if minutes > 0 else 'early'}"


def _duration_text(minutes: float | None) -> str:
    whole = round(minutes or 0)
    if whole < 90:
        return f"{whole} min"
    return f"{whole // 60} h {whole % 60:02} min"


def runs_alt(trend: RunsTrend) -> str:
    """The description of the figure of the runs."""
    last = trend.days[-1]
    entries = plural(last.entries, "audit-log entry", "audit-log entries")
    gaps = sum(day.state == runs_trend.GAP for day in trend.days)
    return f"Audit-log entries per day; {entries} for the judged day; {plural(gaps, 'day')} without"
