"""What `sources_complete` says of the sources: sentences and the one action. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from checks.catalog._source_rows import SourceVolume
from checks.core.text import (
    clean,
    count_text,
    day_text,
    load_days_text,
    plural,
    quoted,
    short_day,
    short_list,
)
from checks.loads.expected import SourceState
from checks.loads.matching import plain_name
from checks.loads.patterns import FADES_AFTER_DAYS, clock_text

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe


def name_text(state: SourceState) -> str:
    """A listed source by its key; a learned one quoted, as its name is a value of the log."""
    if state.is_listed:
        return clean(state.name)
    return quoted(state.name) if state.name else "the source without a name"


def names_text(states: Sequence[SourceState]) -> str:
    """`web, app, shop and 4 more`."""
    return short_list([name_text(state) for state in states])


def missing_text(missing: Sequence[SourceState], frame: Timeframe) -> str:
    """What is missing, since when, and when it usually comes."""
    day = day_text(frame.run_date)
    if len(missing) == 1:
        return f"{name_text(missing[0])} is missing on {day}{_when(missing[0], frame)}"
    first = missing[0]
    return (
        f"{count_text(len(missing))} sources are missing on {day}: {names_text(missing)}; "
        f"{name_text(first)}{_when(first, frame).replace(', ', ' ', 1)}"
    )


def _when(state: SourceState, frame: Timeframe) -> str:
    """`, expected by 06:00, usually by 05:52, last seen on 8 March`."""
    parts = []
    if state.deadline is not None:
        parts.append(f"expected by {state.deadline:%H:%M}")
    if state.usual_minutes is not None:
        parts.append(f"usually by {clock_text(state.usual_minutes)}")
    seen = last_seen(state, frame)
    parts.append("never seen in the last weeks" if seen is None else f"last seen {_on(seen)}")
    if seen is not None and not state.is_listed:
        parts.append(f"expected until {short_day(fades_on(state, frame))}")
    return f", {', '.join(parts)}"


def last_seen(state: SourceState, frame: Timeframe) -> date | None:
    """The day of a source's last entry of an earlier run."""
    return state.last.run_at.astimezone(frame.zone).date() if state.last else None


def fades_on(state: SourceState, frame: Timeframe) -> date:
    """The last run date on which a learned source that was seen is expected, if it stays away."""
    last_run_date = max(day for day in state.entries if day < frame.run_date)
    return last_run_date + timedelta(days=FADES_AFTER_DAYS)


def _on(day: date) -> str:
    return f"on {short_day(day)}"


def missing_action(missing: Sequence[SourceState], frame: Timeframe) -> str:
    """Load the missing sources: up to three by name."""
    return (
        f"Load {names_text(missing)} for {load_days_text(frame.days_of_load)}, or find out why "
        f"{'it' if len(missing) == 1 else 'they'} did not come, then run the gate again"
    )


def awaited_sources_text(awaited: Sequence[SourceState], frame: Timeframe) -> str:
    """`web is expected by 06:00, app by 09:00`: three of them, the first that becomes due first."""
    ordered = sorted(awaited, key=lambda state: state.due)
    first, *others = (
        f"{name_text(state)}{' is expected' if number == 0 else ''} by {_due_clock(state, frame)}"
        for number, state in enumerate(ordered)
    )
    return short_list([first, *others])


def _due_clock(state: SourceState, frame: Timeframe) -> str:
    """The time of day; with the weekday where it is not on the run date."""
    local = state.due.astimezone(frame.zone)
    clock = f"{state.deadline or local.time():%H:%M}"
    return clock if local.date() == frame.run_date else f"{local:%A} {clock}"


def volume_text(outside: Sequence[SourceVolume]) -> str:
    """`app read 412 rows, usually 780 to 960`."""
    first = outside[0]
    low, high = (count_text(edge) for edge in first.edges)
    text = (
        f"{name_text(first.state)} read {plural(first.rows.most, 'row')}, usually {low} to {high}"
    )
    more = len(outside) - 1
    verb = "is" if more == 1 else "are"
    return text + (f"; {plural(more, 'other source')} {verb} out of range too" if more else "")


def volume_action(outside: Sequence[SourceVolume], frame: Timeframe) -> str:
    """What to do about a source with too few or too many rows."""
    first = outside[0]
    wrong = "is incomplete" if first.side < 0 else "was loaded twice or holds other days"
    days = load_days_text(frame.days_of_load)
    return f"Find out whether the load of {name_text(first.state)} for {days} {wrong}"


def unlisted_text(names: Sequence[str]) -> str:
    """`'shop_20250308.csv' has an entry for the first time in the last weeks ...`."""
    verb = "has an entry" if len(names) == 1 else "have entries"
    listed_verb = "is" if len(names) == 1 else "are"
    shown = short_list([quoted(name) for name in names])
    return (
        f"{shown} {verb} for the first time in the last weeks and {listed_verb} not listed under "
        "`sources`"
    )


def unlisted_action(name: str) -> str:
    """The line to add for the first one."""
    key = plain_name(name, keeps_digits=False)
    if key and key.isascii() and all(char.isalnum() or char in "_-" for char in key):
        return f"Add `{key}: {{}}` under `sources` in andon.yml if it is to be expected"
    return f"Add a key with `match` for {quoted(name)} under `sources` in andon.yml"
