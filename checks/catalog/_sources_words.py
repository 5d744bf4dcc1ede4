"""What `sources_complete` says of the sources: sentences and the one action. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from checks.catalog._source_rows import SourceVolume
from checks.core.text import clean, count_text, day_text, plural, quoted, short_day, short_list
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
        parts.append(f"expected until {short_day(fades_on(seen))}")
    return f", {', '.join(parts)}"


def last_seen(state: SourceState, frame: Timeframe) -> date | None:
    """The day of a source's last entry of an earlier run."""
    return state.last.run_at.astimezone(frame.zone).date() if state.last else None


def fades_on(seen: date) -> date:
    """The last day on which a learned source is expected, if it stays away."""
    return seen + timedelta(days=FADES_AFTER_DAYS)


def _on(day: date) -> str:
    return f"on {short_day(day)}"


def missing_action(missing: Sequence[SourceState], frame: Timeframe) -> str:
    """Start the load of the first one; the others are named in the summary."""
    return (
        f"Load {names_text(missing)} for {frame.data_date}, or find out why "
        f"{'it' if len(missing) == 1 else 'they'} did not come, then run the gate again"
    )


def awaited_text(awaited: Sequence[SourceState], frame: Timeframe) -> str:
    """`web is expected by 06:00`; the first one that becomes due."""
    first = min(awaited, key=lambda state: state.due)
    local = first.due.astimezone(frame.zone)
    clock = first.deadline or local.time()
    more = len(awaited) - 1
    others = f", and {plural(more, 'other source')} later or then" if more else ""
    return f"{name_text(first)} is expected by {clock:%H:%M}{others}"


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
    return f"Find out whether the load of {name_text(first.state)} for {frame.data_date} {wrong}"


def unlisted_text(names: Sequence[str]) -> str:
    """`'shop_20250308.csv' has an entry for the first time and is not listed`."""
    verb = "has an entry" if len(names) == 1 else "have entries"
    listed_verb = "is" if len(names) == 1 else "are"
    shown = short_list([quoted(name) for name in names])
    return f"{shown} {verb} for the first time and {listed_verb} not listed under `sources`"


def unlisted_action(name: str) -> str:
    """The line to add for the first one."""
    key = plain_name(name, keeps_digits=False)
    if key and key.isascii() and all(char.isalnum() or char in "_-" for char in key):
        return f"Add `{key}: {{}}` under `sources` in andon.yml if it is to be expected"
    return f"Add a key with `match` for {quoted(name)} under `sources` in andon.yml"
