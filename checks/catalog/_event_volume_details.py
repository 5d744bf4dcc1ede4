"""What a report holds of event names and segments. Pure."""

from __future__ import annotations

from typing import Any

from checks.catalog._event_names import NameState
from checks.detection import ExpectedRange
from checks.judging.segments import Segment


def rare_details(group: Segment) -> dict[str, Any]:
    """How many rare values are judged together, and their events."""
    return {"dimension": group.dimension, "values": group.members, "events": group.today}


def name_details(state: NameState, normal: ExpectedRange | None) -> dict[str, Any]:
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


def segment_details(kind: str, segment: Segment) -> dict[str, Any]:
    """A value that left its range, or stays out of it."""
    normal = segment.normal
    return {
        "dimension": segment.dimension,
        "value": segment.value,
        "state": kind,
        "events": segment.today,
        "at_most": segment.at_most,
        "expected": None if normal is None else normal.expected,
        "low": None if normal is None else normal.low,
        "high": None if normal is None else normal.high,
        "since": None if segment.level is None else segment.level.since,
    }
