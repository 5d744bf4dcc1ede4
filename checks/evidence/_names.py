"""Event names over many days, judged by the rule of `event_volume`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from checks.catalog._event_names import (
    COLLAPSED,
    POSSIBLY_CLOSED,
    SILENT,
    SURGED,
    NameState,
    judged_names,
    limits_of,
    name_state,
)
from checks.catalog.event_volume import Params
from checks.core.counts import DailyCounts, value_text
from checks.core.metrics import EventCounts
from checks.core.totals import mean
from checks.detection import ExpectedRange
from checks.judging.segments import Segment

if TYPE_CHECKING:
    from checks.core.records import RecordedStatus, StoredAcceptance

GONE, IGNORED, UNJUDGED = "gone", "ignored", "not judged"


@dataclass(frozen=True, slots=True)
class NameSeries:
    """One event name: `counts` aligned with the days, and its state on the judged day.

    state: as in `event_volume`, or `gone` (no event on the day nor in its
    window, but before), `ignored` (configured), `not judged` (the first window fills).
    usual_events: how many are usual on the judged day, as the check says it.
    low and high: outside of these `event_volume` calls the name collapsed or surged.
    last_seen: the last of the days with an event, None where there is none.
    lead: the counts of the window before the first day.
    """

    name: str
    state: str
    events_today: int
    mean: float
    lowest: int
    highest: int
    counts: tuple[int, ...]
    lead: tuple[int, ...]
    silent_since: date | None = None
    last_seen: date | None = None
    low: float | None = None
    high: float | None = None
    usual_events: float | None = None


@dataclass(frozen=True, slots=True)
class NameDay:
    """One day of one name: its count, the window before it, its normal range and its state.

    normal: where the name is judged by it. usual_range: what is usual of the name on that day, also
    where it is too rare to be judged. is_beyond: whether the rule calls the name
    silent, collapsed or surged on that day.
    """

    day: date
    events: int | None
    mean: float | None = None
    lowest: int | None = None
    highest: int | None = None
    state: str = UNJUDGED
    normal: ExpectedRange | None = None
    usual_range: ExpectedRange | None = None

    @property
    def expected(self) -> float | None:
        """How many events are usual on that day."""
        return None if self.usual_range is None else self.usual_range.expected

    @property
    def is_beyond(self) -> bool:
        return self.state in (SILENT, COLLAPSED, SURGED)


class Lead(NamedTuple):
    """What is before the first day shown: its window of open days, in so many days read."""

    window: int
    days: int


def names_of(
    params: Params,
    events: EventCounts,
    lead: Lead,
    segments: Mapping[str, Segment],
    daily: DailyCounts,
    accepted: tuple[StoredAcceptance, ...],
    recorded: Mapping[date, RecordedStatus] | None,
) -> tuple[NameSeries, ...]:
    """Every name that occurs or is expected; those that the report judges come first.

    lead: days that the report compares with. segments: each name's normal range on the judged
    day. daily: shows which names fell silent.
    accepted: acceptances of such names, revoked ones included. recorded: what `event_volume` was
    on earlier days.
    """
    recent = events.open_window(lead.window)
    judged_states, _ = judged_names(params, recent, segments, daily, accepted, recorded)
    full_names = {value_text(name): name for name in events.by_name}
    states = [
        replace(state, name=full_names.get(state.name, state.name)) for state in judged_states
    ]
    judged = _is_judged(states, recent)
    judged_series = [_judged_series(params, state, events, lead, judged=judged) for state in states]
    unjudged_names = set(events.by_name) - {state.name for state in states}
    unjudged = [_unjudged_series(params, name, events, lead) for name in unjudged_names]
    occurring = [series for series in unjudged if series.last_seen is not None]
    return (
        *judged_series,
        *sorted(occurring, key=lambda series: (series.state, -sum(series.counts), series.name)),
    )


def day_of(
    params: Params,
    name_series: NameSeries,
    days: tuple[date, ...],
    index: int,
    segment: Segment,
    *,
    judged: bool,
    closed: Collection[date] = (),
) -> NameDay:
    """The `index`th day of a name against the window of open days before it, and its own range."""
    day, earlier = days[index], zip(days[:index], name_series.counts, strict=False)
    before = (*name_series.lead, *(count for other, count in earlier if other not in closed))
    window_counts = (*before[-len(name_series.lead) :], name_series.counts[index])
    if not judged:
        return NameDay(day, window_counts[-1], usual_range=segment.normal)
    # The first day of a silence is not used here, so any days of that length do.
    state = name_state(
        params, name_series.name, window_counts, (day,) * len(window_counts), segment
    )
    return NameDay(
        day, state.events_today, state.usual, state.lowest, state.highest,
        IGNORED if name_series.state == IGNORED else state.state, limits_of(params, segment),
        segment.normal,
    )  # fmt: skip


def _is_judged(states: list[NameState], recent: EventCounts) -> bool:
    """Whether `event_volume` judges names yet: the condition of its judge."""
    if any(state.state in (SILENT, POSSIBLY_CLOSED) for state in states):
        return True
    return recent.learning() is None and any(recent.totals()[:-1])


def _judged_series(
    params: Params, state: NameState, events: EventCounts, lead: Lead, *, judged: bool
) -> NameSeries:
    counts = events.by_name.get(state.name, (0,) * len(events.days))
    normal = limits_of(params, state.segment) if judged else None
    return NameSeries(
        name=state.name,
        state=state.state if judged else UNJUDGED,
        events_today=state.events_today,
        mean=state.usual,
        lowest=state.lowest,
        highest=state.highest,
        counts=counts[lead.days :],
        lead=_lead_counts(events, counts, lead),
        silent_since=state.silent_since if judged else None,
        last_seen=_last_seen(events.days[lead.days :], counts[lead.days :]),
        low=normal.low if normal is not None else None,
        high=normal.high if normal is not None else None,
        usual_events=state.shown_usual if judged else None,
    )


def _unjudged_series(params: Params, name: str, events: EventCounts, lead: Lead) -> NameSeries:
    """A name that the rule does not judge: ignored, or silent for longer than the window."""
    counts = events.by_name[name]
    before = _open_counts(events, counts)[-lead.window :]
    return NameSeries(
        name=name,
        state=IGNORED if name in params.ignore else GONE,
        events_today=counts[-1],
        mean=mean(before),
        lowest=min(before),
        highest=max(before),
        counts=counts[lead.days :],
        lead=_lead_counts(events, counts, lead),
        last_seen=_last_seen(events.days[lead.days :], counts[lead.days :]),
    )


def _lead_counts(events: EventCounts, counts: tuple[int, ...], lead: Lead) -> tuple[int, ...]:
    """A name's counts in the window of the first day shown."""
    return _open_counts(events, counts[: lead.days + 1])[-lead.window :]


def _open_counts(events: EventCounts, counts: tuple[int, ...]) -> tuple[int, ...]:
    """Those of the open days before the last one."""
    pairs = zip(events.days, counts[:-1], strict=False)
    return tuple(count for day, count in pairs if events.calendar.closed_reason(day) is None)


def _last_seen(days: tuple[date, ...], counts: tuple[int, ...]) -> date | None:
    pairs = zip(reversed(days), reversed(counts), strict=True)
    return next((day for day, count in pairs if count), None)
