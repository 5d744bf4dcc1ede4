"""What a report holds of event names and segments. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from checks.catalog._event_names import LISTED, NameState
from checks.core.metrics import EventCounts
from checks.core.model import Facts
from checks.detection import ExpectedRange
from checks.judging.segments import Segment

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe

_MOST_NAMES = 200


def day_details(
    states: Sequence[tuple[NameState, ExpectedRange | None]],
    by_state: Mapping[str, Sequence[NameState]],
    moved: Mapping[str, Sequence[Segment]],
    events: EventCounts,
    frame: Timeframe,
    facts: Facts,
    *,
    ignored: Sequence[str],
    ended: Sequence[NameState] = (),
    groups: Iterable[Segment] = (),
) -> dict[str, Any]:
    """The names by state and the values that moved; of each at most 200.

    states: with the range that each is judged by. ignored: names that are never judged. ended:
    those that were silent before an empty day. groups: of rare names and values.
    """
    return {
        "events": events.judged,
        "names": [_name_details(state, normal) for state, normal in states[:_MOST_NAMES]],
        "names_total": len(states),
        "dates": list(events.days),
        "missing": list(events.missing),
        "events_of_other_names": sum(events.rest),
        "partial_day": not frame.is_over,
        **{state: _names(by_state[state]) for state in LISTED},
        "silent_purchase_names": list(facts.silent_purchase_names),
        "ignored": list(ignored),
        "segments": [
            _segment_details(state, segment)
            for state, segments in moved.items()
            for segment in segments
        ][:_MOST_NAMES],
        "silent_before_the_day": _names(ended),
        "rare": [_group_details(group) for group in groups],
        "filters": facts.filters,
    }


def _names(states: Sequence[NameState]) -> list[str]:
    return [state.name for state in states[:_MOST_NAMES]]


def _group_details(group: Segment) -> dict[str, Any]:
    """How many rare values are judged together, and their events."""
    return {"dimension": group.dimension, "values": group.members, "events": group.today}


def _name_details(state: NameState, normal: ExpectedRange | None) -> dict[str, Any]:
    """An event name; normal: where it is judged by a range."""
    return {
        "name": state.name,
        "state": state.state,
        "events": state.events_today,
        "usual": state.shown_usual,
        "lowest": state.lowest,
        "highest": state.highest,
        "low": None if normal is None else normal.low,
        "high": None if normal is None else normal.high,
        "silent_since": state.silent_since,
        "daily": list(state.series),
        **({} if state.weekday is None else {"closed_weekday": state.weekday.details()}),
    }


def _segment_details(state: str, segment: Segment) -> dict[str, Any]:
    """A value that left its range, or stays out of it."""
    normal = segment.normal
    return {
        "dimension": segment.dimension,
        "value": segment.value,
        "state": state,
        "events": segment.today,
        "at_most": segment.at_most,
        "expected": None if normal is None else normal.expected,
        "low": None if normal is None else normal.low,
        "high": None if normal is None else normal.high,
        "since": None if segment.level is None else segment.level.since,
    }
