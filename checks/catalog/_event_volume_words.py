"""What `event_volume` says: one sentence on the day, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from checks.catalog._closed_weekdays_words import learned_after, proposal
from checks.catalog._event_names import (
    CLOSED,
    NEW,
    POSSIBLY_CLOSED,
    RETIRED,
    SILENT,
    NameState,
)
from checks.core.model import Status
from checks.core.shell import accept_command, where_names_are
from checks.core.text import count_text, day_text, listed, plural, quoted, short_day, usual_text
from checks.judging.parts import CHECK as PARTS_CHECK
from checks.judging.segments import Segment

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe

#: Groups of rare values that are told; all are in the details.
_MOST_GROUPS = 2


def summary(
    by_state: dict[str, list[NameState]],
    moved: dict[str, list[Segment]],
    kind: str,
    status: Status,
    frame: Timeframe,
    rare: Sequence[Segment] = (),
    green: str = "",
) -> str:
    """One sentence on the day, without a full stop: the names that fail first.

    rare: the groups of rare names and values that were judged together and are normal. green: how
    the sentence begins where nothing fails.
    """
    if status is Status.GREEN:
        text, others = green, 0
    elif kind == SILENT:
        text, others = _silence(by_state[SILENT][0], frame), len(by_state[SILENT]) - 1
    elif kind == POSSIBLY_CLOSED:
        text, others = _possible_silence(by_state[kind][0], frame), len(by_state[kind]) - 1
    else:
        parts = [s.segment for s in by_state[kind] if s.segment is not None] + moved[kind]
        text, others = _move(parts[0], kind, frame), len(parts) - 1
    text += f"; and {others} more" if others > 0 else ""
    if by_state[NEW]:
        text += f"; new: {listed(s.name for s in by_state[NEW])}"
    if by_state[RETIRED]:
        text += f"; accepted as retired: {listed(s.name for s in by_state[RETIRED])}"
    return text + _closed_text(by_state[CLOSED]) + _rare_text(rare)


def within_text(names: int, values: int, why_no_name: str) -> str:
    """`3 event names are within the normal range`; where none is judged, why.

    values: those of dimensions that are within theirs, told where no name is.
    """
    if names:
        return f"{plural(names, 'event name')} {_are(names)} within the normal range"
    text = f"No event name is judged by volume{why_no_name}"
    if values:
        text += f"; {plural(values, 'value')} of dimensions {_are(values)} within the normal range"
    return text


def why_no_name(special_day: str | None, rare_names: int, least: float, frame: Timeframe) -> str:
    """Why no event name is judged, as the end of a sentence. special_day: by the calendar."""
    if special_day is not None:
        return f" on {short_day(frame.data_date)} ({special_day}), only whether one is silent"
    if rare_names:
        few = f"fewer than {count_text(least)} expected events"
        return f": {'it has' if rare_names == 1 else 'each has'} {few}, or too short a history"
    return ""


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _rare_text(groups: Sequence[Segment]) -> str:
    """`; judged together: 40 rare values of device (312 events)`; empty without any."""
    if not groups:
        return ""
    shown = [
        f"{group.members} {group.value} ({plural(group.today or 0, 'event')})"
        for group in groups[:_MOST_GROUPS]
    ]
    more = f" and of {len(groups) - len(shown)} more" if len(groups) > len(shown) else ""
    return f"; judged together: {', '.join(shown)}{more}"


def _closed_text(states: list[NameState]) -> str:
    """`; no event, as on the last 4 Sundays: 'newsletter'`; empty without any."""
    weekday = states[0].weekday if states else None
    if weekday is None:
        return ""
    return f"; {weekday.reason()}: {listed(state.name for state in states)}"


def _possible_silence(state: NameState, frame: Timeframe) -> str:
    if state.weekday is None:
        raise ValueError(f"{state.name} may be closed without a reason")
    number = "no event" if not state.events_today else plural(state.events_today, "event")
    return (
        f"{quoted(state.name)} has {number} on {day_text(frame.data_date)}, usually "
        f"{usual_text(state.usual)} a day, {state.weekday.likeness}; {learned_after(state.weekday)}"
    )


def proposed_action(states: list[NameState], *, is_empty_day: bool) -> str:
    """What to do about names whose weekday may be closed. is_empty_day: so may the whole day."""
    weekday = states[0].weekday
    if weekday is None:
        raise ValueError("an event name that may be closed without a reason")
    if is_empty_day:
        return proposal(weekday)
    names = listed(state.name for state in states)
    return (
        f"Find out whether {names} {'is' if len(states) == 1 else 'are'} without events on "
        f"{weekday.weekdays} by right; if not, test the tracking on the live site"
    )


def _move(segment: Segment, kind: str, frame: Timeframe) -> str:
    low, high = segment.edges
    text = (
        f"{segment.label} {kind} on {short_day(frame.data_date)}: "
        f"{_count_text(segment)}, normal {count_text(low)} to {count_text(high)}"
    )
    if segment.stays and segment.level is not None:
        text += f", at this level since {short_day(segment.level.since)}"
    return text


def _count_text(segment: Segment) -> str:
    """`12`; `at most 12` where it was too small to be told apart that day."""
    if segment.today is None and segment.at_most is not None:
        return f"at most {count_text(segment.at_most)}"
    return count_text(segment.today or 0)


def _silence(state: NameState, frame: Timeframe) -> str:
    name = quoted(state.name)
    if not state.usual or state.silent_since is None:
        return f"{name} is expected and has been silent for {len(state.series)} days or more"
    since = "0 since"
    if state.events_today:
        since = f"{count_text(state.events_today)} on {short_day(frame.data_date)}"
    return (
        f"{name} stopped on {short_day(state.silent_since)}: "
        f"usually {_usual_text(state, frame)}, {since}"
    )


def _usual_text(state: NameState, frame: Timeframe) -> str:
    """`20 on a Saturday`; `20 a day` where the weekday is not known yet."""
    count = usual_text(state.shown_usual)
    return f"{count} a day" if state.expected is None else f"{count} on a {frame.data_date:%A}"


def action(
    kind: str,
    status: Status,
    names: list[str],
    frame: Timeframe,
    subjects: Sequence[str] = (),
) -> str:
    """One imperative about these names, without a full stop.

    subjects: of those that may be accepted, as retired or at their level. The command is the end of
    the sentence, so that whoever shows it can tell it from the names before it.
    """
    if status is Status.GREEN:
        return "Nothing to do"
    if kind == SILENT:
        return (
            f"Test the tracking of {listed(names)} on the live site and find what was released "
            f"before it stopped; if it is retired{_accept_text(subjects)}"
        )
    text = f"Compare {listed(names)} by hour on {day_text(frame.data_date)} with the days before"
    return f"{text}; if it is the new level{_accept_text(subjects)}" if subjects else text


def _accept_text(subjects: Sequence[str]) -> str:
    return f"{where_names_are(subjects)}: {accept_command(PARTS_CHECK, subjects)}"
