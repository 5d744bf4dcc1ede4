"""The sections of the volume page: days, hours, segments, event names."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from checks.core.text import (
    about_text,
    change_text,
    count_text,
    listed,
    plural,
    usual_text,
)
from checks.evidence.hours import ABOVE, BELOW, TWICE, UNCOMPARED, WITHIN, Profile
from checks.evidence.stretches import calendar_entry, stretch_text
from checks.evidence.volume import NameSeries, Volume
from checks.judging.segments import Segment
from dashboard import look, page
from dashboard.charts import base, hours, multiples
from dashboard.charts import volume as charts
from dashboard.markup import Html, join, show, table, tag

#: Names that get a figure of their own; all are in the table.
MOST_PICTURES = 24
#: Segments that are listed: those farthest from what was expected.
MOST_SEGMENTS = 20
#: Value in the address for the figure of the Z-score.
ZSCORE = "zscore"
_PLACES = (
    (WITHIN, "within the normal range"),
    (BELOW, "below the normal range"),
    (ABOVE, "above the normal range"),
    (TWICE, "that came twice"),
    (UNCOMPARED, "with nothing to compare with"),
)


def name_label(volume: Volume, name: str) -> str:
    """A name with its state and today's count, for a list to choose from."""
    series = next(series for series in volume.names if series.name == name)
    return f"{name} ({multiples.state_text(series.state)}, {count_text(series.events_today)})"


def rule_name(rule: str | None) -> str:
    """The name of a rule in the select box."""
    return "Z-score of the days before" if rule == ZSCORE else "Expected by the weekday"


def draw_days(
    context: page.PageContext, volume: Volume, name: str | None, rule: str | None
) -> None:
    """The figure of all events by one of the rules, or of one event name."""
    until = f" Every day counts up to {volume.until:%H:%M}, as today does." if volume.until else ""
    window = f"the {volume.window_days} days before"
    clickable = charts.clickable_days(volume)
    if not clickable:
        page.section("Events per day")
        page.empty(
            "No event on any of these days.",
            "Nothing was loaded yet, or the table is the wrong one.",
        )
        return
    if name is None and rule is None:
        page.section("Events per day, and what was expected", _expected_note(volume, until))
        fig = charts.expected_figure(context, volume)
    elif name is None:
        note = (
            f"Line and band: mean and ±{volume.alert_at:g} standard deviations of {window} each "
            f"day. ✗ ! ?: what the gate said.{until}"
        )
        page.section("Events per day, and the Z-score", note)
        fig = charts.zscore_figure(context, volume)
    else:
        note = (
            "Line and band: what was expected of the name on each day, and its normal range. "
            f"✗ ! ?: what the gate said of event names.{until}"
        )
        page.section("Events per day of one event name", tag("span", note, " ", _name_note(name)))
        fig = charts.name_figure(context, volume, name)
    base.show(fig, context, key="volume-days", alt=_days_alt(volume), days=clickable)


def _expected_note(volume: Volume, until: str) -> str:
    """How to read the figure, and how many of its days are left out of the baseline."""
    note = (
        "Line and band: what was expected of each day, and its normal range by the days before "
        f"it. ✗ ! ?: what the gate said.{until}"
    )
    left_out = sum(bool(day.left_out) for day in volume.days)
    if left_out:
        note += (
            f" Hatched, ○: {plural(left_out, 'day')} {'is' if left_out == 1 else 'are'} not in the "
            "baseline; hover shows why."
        )
    late = sum(day.first is not None for day in volume.days)
    if late:
        note += f" Late loads have changed {plural(late, 'day')}; hover shows the first count."
    return note


def draw_stretches(volume: Volume) -> None:
    """Days at another level that are over, and the calendar entry that would say so."""
    if not volume.stretches:
        return
    page.section(
        "Days at another level",
        "They do not say what is normal. Where they were special, as a sale or a holiday is, list "
        "them in andon.yml: the next ones are then judged by what was expected.",
    )
    for stretch in volume.stretches:
        show(tag("p", f"{stretch_text(stretch)}: add it?"))
    st.code(calendar_entry(volume.stretches), language="yaml")


def draw_segments(volume: Volume) -> None:
    """The segments farthest from what was expected, as parts of the whole expected volume."""
    if not volume.segments:
        return
    page.section(
        "Parts of the traffic",
        "Values of the mapped dimensions, and the rare ones together. First those outside their "
        "own range (▼ ▲), or at a level there that nobody accepted; then those farthest from what "
        "was expected.",
    )
    headings = (
        "Dimension",
        "Value",
        "State",
        "This day",
        "Expected",
        "Normal from",
        "to",
        "Of the whole",
    )
    rows = [_segment_row(volume, segment) for segment in volume.segments[:MOST_SEGMENTS]]
    show(table(headings, rows, numeric=range(3, 8), caption="Parts of the traffic"))


def _segment_row(volume: Volume, segment: Segment) -> tuple[object, ...]:
    state, normal = volume.state_of(segment), segment.normal
    part = segment.distance / volume.expected if volume.expected else None
    return (
        segment.dimension,
        f"{segment.members} {segment.value}" if segment.members else segment.value,
        f"{multiples.GLYPHS[state]} {multiples.state_text(state)}",
        _today_text(segment),
        "–" if normal is None else look.count(round(normal.expected)),
        "–" if normal is None else look.count(segment.edges[0]),
        "–" if normal is None else look.count(segment.edges[1]),
        "–" if part is None or normal is None else change_text(part, 1),
    )


def _today_text(segment: Segment) -> str:
    """The day's events; the most that it can have had where it is among too many values."""
    if segment.today is None and segment.at_most is not None:
        return f"≤ {look.count(segment.at_most)}"
    return look.count(segment.today)


def _name_note(name: str) -> Html:
    return tag("b", f"Shown: {listed([name])}.")


def _days_alt(volume: Volume) -> str:
    last = volume.days[-1]
    return (
        f"Bars of events per day over {plural(len(volume.days), 'day')}; the last has "
        f"{look.count(last.events)}. A table of the same numbers is below."
    )


def draw_hours(context: page.PageContext, profile: Profile) -> None:
    """The day by the hour: a sentence and a figure."""
    page.section("The day by the hour", _hours_note(profile))
    if not profile.days and not any(hour.events for hour in profile.hours):
        page.empty(
            "No event in any hour.",
            "Neither this day nor the days before it have one, so there is nothing to draw.",
        )
        return
    base.show(
        hours.hours_figure(context, profile),
        context,
        key="volume-hours",
        alt=hours_sentence(profile),
    )


def _hours_note(profile: Profile) -> Html:
    return join(tag("b", hours_sentence(profile)), " ", _compared_text(profile))


def _compared_text(profile: Profile) -> str:
    """With which days the hours are compared."""
    if not profile.days:
        return ""
    days = plural(len(profile.days), profile.weekday or "day")
    number = ""
    if profile.expected is not None:
        so_far = "" if profile.until is None else f" up to {profile.until:%H:%M}"
        number = f", {usual_text(profile.expected)} in all{so_far} as the rule expects"
    return (
        f"Line: usual by {days} before on which the volume was normal{number}. "
        "Band: the normal range."
    )


def hours_sentence(profile: Profile) -> str:
    """The states of the hours in one sentence."""
    if profile.gaps:
        gaps = " and ".join(
            f"from {hours.gap_text(gap)} ({about_text(gap.expected)} usual)" for gap in profile.gaps
        )
        return f"No event {gaps}."
    if not profile.days:
        return "There are no days before to compare with."
    states = [hour.state for hour in profile.hours]
    parts = [
        f"{plural(states.count(state), 'hour')} {words}"
        for state, words in _PLACES
        if state in states
    ]
    return f"No hour is missing: {', '.join(parts)}." if parts else "No hour has begun."


def draw_names(context: page.PageContext, volume: Volume) -> None:
    """A figure for each name, the worst first, then all of them as a table."""
    pictured_count, name_count = len(volume.names[:MOST_PICTURES]), len(volume.names)
    more = (
        ""
        if pictured_count == name_count
        else f" The first {pictured_count} of {name_count}; all are in the table."
    )
    page.section(
        "Event names",
        "Names that stopped first, then those far below their range; each on its own scale. Beside "
        "the name: the "
        "count of this day and its normal range (shaded); for rare names (·), lowest to highest of "
        f"the {volume.window_days} days before. ○ gone: no event on those days, and too rare "
        f"before to count as silent. □ retired: silent, and accepted as retired."
        f"{_closed_key(volume.names)}{more}",
    )
    if not volume.names:
        page.empty(
            "No event name.",
            "There is no event on any of these days: nothing was loaded, or the table is the "
            "wrong one.",
        )
        return
    shown = volume.names[:MOST_PICTURES]
    alt = "; ".join(
        f"{multiples.state_text(series.state)}: {plural(series.events_today, 'event')}"
        for series in shown
    )
    dates = charts.clickable_days(volume)
    base.show(
        multiples.grid(context, volume, shown), context, key="volume-names", alt=alt, days=dates
    )
    with st.expander(f"All {plural(len(volume.names), 'event name')} as a table"):
        show(_table(volume.names))
        if volume.other_names:
            page.empty(
                f"{plural(volume.other_names, 'more name')}.",
                f"They have {plural(volume.other[-1], 'event')} on this day between them.",
            )


def _closed_key(names: Sequence[NameSeries]) -> str:
    """What the glyph of a closed weekday means, where a name has it."""
    if not any(series.state in ("closed", "possibly_closed") for series in names):
        return ""
    return (
        " ■ closed on this weekday: without events, as in the weeks before; ! perhaps: too few "
        "weeks say so."
    )


def _table(names: Sequence[NameSeries]) -> Html:
    headings = ("State", "Event name", "This day", "Usual", "Lowest before", "Highest before",
                "Amber below", "Amber above", "No event since", "Last seen")  # fmt: skip
    return table(
        headings, [_row(series) for series in names], numeric=range(2, 8), caption="Event names"
    )


def _row(series: NameSeries) -> tuple[object, ...]:
    return (
        f"{multiples.GLYPHS[series.state]} {multiples.state_text(series.state)}",
        series.name,
        look.count(series.events_today),
        usual_text(series.mean if series.usual_events is None else series.usual_events),
        look.count(series.lowest),
        look.count(series.highest),
        "–" if series.low is None else look.count(round(series.low, 1)),
        "–" if series.high is None else look.count(round(series.high, 1)),
        "–" if series.silent_since is None else look.day(series.silent_since),
        "–" if series.last_seen is None else look.day(series.last_seen),
    )
