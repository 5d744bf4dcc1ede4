"""What the volume page says in words and tables: the hours, the event names."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from checks.core.text import count_text, listed, plural
from checks.evidence.hours import ABOVE, BELOW, TWICE, UNCOMPARED, WITHIN, Profile
from checks.evidence.power import CAUGHT_SHARE, Powers, RulePower
from checks.evidence.power_words import alarm_text, drop_text, jump_text
from checks.evidence.volume import NameSeries, Volume
from checks.judging.segments import Segment
from dashboard import look, page
from dashboard.charts import base, hours, multiples, volume
from dashboard.markup import Html, join, show, table, tag

#: Names that get a picture of their own; all are in the table.
MOST_PICTURES = 24
#: Segments that are listed: those that moved most.
MOST_SEGMENTS = 20
#: Days of alarms that are named.
MOST_ALARMS = 5
#: In the address: the older rule's picture.
ZSCORE = "zscore"
_PLACES = (
    (WITHIN, "within the usual range"),
    (BELOW, "below the usual range"),
    (ABOVE, "above the usual range"),
    (TWICE, "that came twice"),
    (UNCOMPARED, "with nothing to compare with"),
)


def describe(found: Volume, name: str) -> str:
    """A name with its state and today's count, for a list to choose from."""
    one = next(one for one in found.names if one.name == name)
    return f"{name} ({one.state}, {count_text(one.today)})"


def rule_name(rule: str | None) -> str:
    """What a rule is called in the list of them."""
    return "Z-score of the days before" if rule == ZSCORE else "Expected by the weekday"


def days(here: page.Here, found: Volume, name: str | None, rule: str | None) -> None:
    """The days of all events by one of the rules, or of one name."""
    until = f" Every day counts up to {found.until:%H:%M}, as today does." if found.until else ""
    window = f"the {found.window_days} days before"
    clickable = volume.dates_of(found)
    if name is None and rule is None:
        page.section("Events per day, and what was expected", _expected_note(found, until))
        made = volume.expected(here, found)
    elif name is None:
        note = (
            f"Line and band: mean and ±{found.alert_at:g} standard deviations of {window} each "
            f"day. ✗ ! ?: what the gate said.{until}"
        )
        page.section("Events per day, and the Z-score", note)
        made = volume.days(here, found)
    else:
        note = (
            "Line and band: what was expected of the name on each day, and its normal range. "
            f"✗ ! ?: what the gate said of event names.{until}"
        )
        page.section("Events per day of one event name", tag("span", note, " ", _named(name)))
        made = volume.one_name(here, found, name)
    base.show(made, here, key="volume-days", alt=_days_alt(found), days=clickable)


def _expected_note(found: Volume, until: str) -> str:
    """How to read the picture, and which of its days say nothing of others."""
    note = (
        "Line and band: what was expected of each day, and its normal range by the days before "
        f"it. ✗ ! ?: what the gate said.{until}"
    )
    left_out = sum(bool(day.left_out) for day in found.days)
    if left_out:
        note += (
            f" Hatched, ○: {plural(left_out, 'day')} that {'says' if left_out == 1 else 'say'} "
            "nothing of what is normal; why is on hover."
        )
    late = sum(day.first is not None for day in found.days)
    if late:
        note += f" Late loads have changed {plural(late, 'day')}; the first count is on hover."
    return note


def segments(here: page.Here, found: Volume) -> None:
    """The values of the mapped dimensions that moved most, as parts of the expected volume."""
    if not found.segments:
        return
    page.section(
        "Parts of the traffic",
        "Values of the mapped dimensions, by how many points of the expected volume they are off. "
        "▼ ▲: out of their own range, which is wider than that of the whole.",
    )
    headings = (
        "Dimension",
        "Value",
        "State",
        "This day",
        "Expected",
        "Normal from",
        "to",
        "Points",
    )
    rows = [_segment_row(found, one) for one in found.segments[:MOST_SEGMENTS]]
    show(table(headings, rows, numeric=range(3, 8), caption="Parts of the traffic"))


def _segment_row(found: Volume, one: Segment) -> tuple[object, ...]:
    state, normal = found.state_of(one), one.normal
    points = one.distance / found.expected * 100 if found.expected else None
    return (
        one.dimension,
        one.value,
        f"{multiples.GLYPHS[state]} {state}",
        look.count(one.today),
        "–" if normal is None else look.count(round(normal.expected)),
        "–" if normal is None else look.count(one.edges[0]),
        "–" if normal is None else look.count(one.edges[1]),
        "–" if points is None or normal is None else f"{points:+.1f}",
    )


def power(found: Powers) -> None:
    """What each rule would have seen on this pipeline's own days, and when it alarmed."""
    page.section(
        "What the rules can see",
        f"On the {plural(found.days, 'day')} up to this one: the smallest drop and the smallest "
        f"jump that would have been out of range on {CAUGHT_SHARE * 100:.0f} % of the days that "
        "were in range, and the days whose real count was out of it.",
    )
    headings = ("Rule", "Smallest drop", "Smallest jump", "Alarms", "Days judged", "Alarmed on")
    rows = [
        (
            one.check,
            drop_text(one.power),
            jump_text(one.power),
            look.count(len(one.alarms)),
            look.count(one.power.judged),
            _alarms(one),
        )
        for one in found.rules
    ]
    show(table(headings, rows, numeric=range(1, 5), caption="What the rules can see"))


def _alarms(rule: RulePower) -> str:
    shown = [alarm_text(one) for one in rule.alarms[:MOST_ALARMS]]
    more = len(rule.alarms) - len(shown)
    return "; ".join([*shown, *([f"{more} more"] if more else [])]) or "–"


def _named(name: str) -> Html:
    return tag("b", f"Shown: {listed([name])}.")


def _days_alt(found: Volume) -> str:
    last = found.days[-1]
    return (
        f"Bars of events per day over {plural(len(found.days), 'day')}; the last has "
        f"{look.count(last.events)}. A table of the same numbers is below."
    )


def profile(here: page.Here, found: Profile) -> None:
    """The day by the hour, said first and then drawn."""
    page.section("The day by the hour", _hours_note(found))
    if not found.days and not any(hour.events for hour in found.hours):
        page.empty(
            "No event in any hour.",
            "Neither this day nor the days before it have one, so there is nothing to draw.",
        )
        return
    base.show(hours.profile(here, found), here, key="volume-hours", alt=said(found))


def _hours_note(found: Profile) -> Html:
    compared = (
        f"Line and band: median, lowest and highest of {plural(len(found.days), 'day')} before."
    )
    return join(tag("b", said(found)), " ", compared)


def said(found: Profile) -> str:
    """What the hours tell, in one sentence."""
    if found.gaps:
        gaps = " and ".join(
            f"from {hours.span(gap)} (usually {count_text(round(gap.expected))})"
            for gap in found.gaps
        )
        return f"No event {gaps}."
    if not found.days:
        return "There are no days before to compare with."
    states = [hour.state for hour in found.hours]
    parts = [
        f"{plural(states.count(state), 'hour')} {words}"
        for state, words in _PLACES
        if state in states
    ]
    return f"No hour is missing: {', '.join(parts)}." if parts else "No hour has begun."


def names(here: page.Here, found: Volume) -> None:
    """A picture per name, the worst first, then all of them as a table."""
    pictured, every = len(found.names[:MOST_PICTURES]), len(found.names)
    more = "" if pictured == every else f" The first {pictured} of {every}; all are in the table."
    page.section(
        "Event names",
        "Silent and collapsed ones first, each on its own scale from zero. Beside the name: this "
        "day, and what is normal of it (shaded); of rare names (·), lowest to highest of the "
        f"{found.window_days} days before. ○ gone: no event on those days, and too rare "
        f"before to count as silent. □ retired: silent, and accepted as such.{more}",
    )
    if not found.names:
        page.empty(
            "No event name.",
            "There is no event on any of these days: nothing was loaded, or the table is the "
            "wrong one.",
        )
        return
    shown = found.names[:MOST_PICTURES]
    alt = "; ".join(f"{one.state}: {plural(one.today, 'event')}" for one in shown)
    dates = volume.dates_of(found)
    base.show(multiples.grid(here, found, shown), here, key="volume-names", alt=alt, days=dates)
    with st.expander(f"All {plural(len(found.names), 'event name')} as a table"):
        show(_table(found.names))
        if found.other_names:
            page.empty(
                f"{plural(found.other_names, 'more name')}.",
                f"They have {plural(found.other[-1], 'event')} on this day between them.",
            )


def _table(found: Sequence[NameSeries]) -> Html:
    headings = ("State", "Event name", "This day", "Mean before", "Lowest", "Highest",
                "Amber below", "Amber above", "Silent since", "Last seen")  # fmt: skip
    return table(headings, [_row(one) for one in found], numeric=range(2, 8), caption="Event names")


def _row(one: NameSeries) -> tuple[object, ...]:
    return (
        f"{multiples.GLYPHS[one.state]} {one.state}",
        one.name,
        look.count(one.today),
        look.count(round(one.mean, 1)),
        look.count(one.lowest),
        look.count(one.highest),
        "–" if one.low is None else look.count(round(one.low, 1)),
        "–" if one.high is None else look.count(round(one.high, 1)),
        "–" if one.silent_since is None else look.day(one.silent_since),
        "–" if one.last_seen is None else look.day(one.last_seen),
    )
