"""How each event name stands on the judged day, by the rule of `event_volume`. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from checks.catalog._closed_weekdays import (
    ClosedWeekday,
    DayEvents,
    Recorded,
    closed_weekday,
    may_be_closed,
    name_events,
)
from checks.catalog._levels import total_baseline
from checks.catalog._silence import Silence, last_return, silences, with_whole_days
from checks.core.counts import NAME, DailyCounts, value_text
from checks.core.metrics import EventCounts
from checks.core.model import Acceptance
from checks.core.subjects import EVENT, subject_name
from checks.core.text import quoted
from checks.core.totals import mean
from checks.detection import ExpectedRange
from checks.detection.normal import normal_range
from checks.judging.acceptance import standing
from checks.judging.segments import Segment, days_of_baseline

if TYPE_CHECKING:
    from checks.catalog.event_volume import Params
    from checks.core.records import StoredAcceptance

SILENT, COLLAPSED, SURGED, NEW = "silent", "collapsed", "surged", "new"
NORMAL, RARE = "normal", "rare"
#: Silent, and somebody accepts that it is.
RETIRED = "retired"
#: Without events, as its weekday was in the weeks before; or perhaps so, by too few weeks.
CLOSED, POSSIBLY_CLOSED = "closed", "possibly_closed"
_WITHOUT_EVENTS = frozenset((SILENT, RETIRED, CLOSED, POSSIBLY_CLOSED))
#: The states whose names a report lists, each under the state as a key.
LISTED = (SILENT, POSSIBLY_CLOSED, COLLAPSED, SURGED, NEW, RETIRED, CLOSED)
#: All states, the worst first.
ORDER = (*LISTED, NORMAL, RARE)


@dataclass(frozen=True, slots=True)
class NameState:
    """One event name on the judged day. `silent_since` is the first day of the silence.

    usual, lowest, highest: of the window. segment: what is normal by its longer history.
    expected: by that history, without the days of a silence; None where it is too short.
    weekday: why a name without events is no silent one; None for others.
    """

    name: str
    state: str
    events_today: int
    usual: float
    lowest: int
    highest: int
    series: tuple[int, ...]
    silent_since: date | None = None
    segment: Segment | None = None
    expected: float | None = None
    weekday: ClosedWeekday | None = None

    @property
    def shown_usual(self) -> float:
        """How many events are usual on such a day: the one number that is told of the name."""
        return self.usual if self.expected is None else self.expected


def judged_names(
    params: Params,
    events: EventCounts,
    own: Mapping[str, Segment],
    daily: DailyCounts | None,
    accepted: Sequence[StoredAcceptance],
    recorded: Recorded | None,
) -> tuple[list[NameState], tuple[Acceptance, ...]]:
    """Every name's state, the worst first, and what is accepted of those that are silent.

    own: each name's normal range. daily: tells which fell silent before the window, and which were
    so on the same weekday before. recorded: what the check was on earlier days.
    """
    daily = None if daily is None else with_whole_days(daily, events)
    silent = silences(daily, params.min_per_day) if daily is not None else {}
    states = name_states(params, events, own, silent)
    since = {
        subject_of(state): _silent_since(state, silent, daily)
        for state in states
        if state.state == SILENT
    }
    of_names = (acceptance for acceptance in accepted if acceptance.kind == EVENT)
    acceptances = standing(of_names, since, events.days[-1])
    retired = {acceptance.subject for acceptance in acceptances if acceptance.holds}
    judged = [_retire(state) if _is_retired(state, retired) else state for state in states]
    if daily is not None and may_be_closed(daily.day, daily.calendar):
        judged = [_with_weekday(params, state, daily, accepted, recorded) for state in judged]
    return _with_expected(_ranked(judged), daily), acceptances


def _with_weekday(
    params: Params,
    state: NameState,
    daily: DailyCounts,
    accepted: Sequence[StoredAcceptance],
    recorded: Recorded | None,
) -> NameState:
    """The state; of a silent name another where its weekday is closed, or may be.

    A name that is rare on the days on which it comes is without events on others by chance.
    """
    events = name_events(daily, value_text(state.name)) if state.state == SILENT else None
    if events is None or recorded is None or events.usual_events < params.min_per_day:
        return state
    of_name = [acceptance for acceptance in accepted if acceptance.subject == subject_of(state)]
    weekday = closed_weekday(events, daily.day, _with_accepted(recorded, of_name, events))
    if weekday is None:
        return state
    new = CLOSED if weekday.is_learned else POSSIBLY_CLOSED
    return replace(state, state=new, weekday=weekday)


def why_no_purchases(
    by_state: Mapping[str, Sequence[NameState]], events: EventCounts
) -> str | None:
    """Why no purchase is expected, where the weekday of a purchase event is closed or may be."""
    reasons = (
        state.weekday.reason(quoted(state.name))
        for state in (*by_state[CLOSED], *by_state[POSSIBLY_CLOSED])
        if state.weekday is not None and state.name in events.purchase_names
    )
    return next(reasons, None)


def _with_accepted(
    recorded: Recorded, accepted: Iterable[StoredAcceptance], events: DayEvents
) -> Recorded:
    """What was recorded; the days from which on a name is accepted as retired are accepted."""
    result = dict(recorded)
    for acceptance in accepted:
        if acceptance.revoked_at is not None or acceptance.kind != EVENT:
            continue
        for day in sorted(other for other in events.counts if other >= acceptance.data_date):
            if not events.is_empty(day):
                break  # it returned
            if day in result:
                result[day] = replace(result[day], is_accepted=True)
    return result


def _with_expected(states: Iterable[NameState], daily: DailyCounts | None) -> list[NameState]:
    """The states with what is usual by the rule itself; a silence never becomes the usual."""
    usual_days = None
    result = []
    for state in states:
        segment, since = state.segment, state.silent_since
        normal = None if segment is None else segment.normal
        if daily is not None and since is not None and state.state in _WITHOUT_EVENTS:
            usual_days = usual_days or total_baseline(daily)
            series = days_of_baseline(daily.series(NAME, value_text(state.name)), usual_days)
            normal = normal_range(series, daily.day, daily.calendar, since=since)
        result.append(replace(state, expected=None if normal is None else normal.expected))
    return result


def subject_of(state: NameState) -> str:
    """By what a waiver or an acceptance knows the name, within the window and beyond it."""
    return subject_name(value_text(state.name))


def _silent_since(
    state: NameState, silent: Mapping[str, Silence], daily: DailyCounts | None
) -> date:
    """The first day of a silence; one that is longer than what is known began on the first day.

    Stray events do not end it, whether the name is a regular one or not.
    """
    name = value_text(state.name)
    if name in silent:
        return silent[name].since
    seen = None if daily is None else last_return(daily, name)
    if seen is not None:
        day = seen + timedelta(days=1)
        return day if daily is None else daily.calendar.open_day_from(day)
    return state.silent_since if state.usual and state.silent_since is not None else date.min


def _is_retired(state: NameState, retired: Collection[str]) -> bool:
    return state.state == SILENT and subject_of(state) in retired


def _retire(state: NameState) -> NameState:
    return replace(state, state=RETIRED)


def name_states(
    params: Params,
    events: EventCounts,
    own: Mapping[str, Segment] | None = None,
    silent: Mapping[str, Silence] | None = None,
) -> list[NameState]:
    """Every name that is seen, expected or silent, and not ignored: the worst first."""
    missing = (0,) * len(events.days)
    silent = silent or {}
    series = dict.fromkeys(params.expected, missing) | dict(events.by_name)
    shown = {value_text(name) for name in series}
    series |= {name: missing for name in silent if name not in shown}
    ignored = {*params.ignore, *map(value_text, params.ignore)}
    return _ranked(
        _with_silence(
            name_state(
                params,
                name,
                counts,
                events.days,
                (own or {}).get(value_text(name)),
                is_told=not events.rest,
            ),
            silent.get(value_text(name)),
        )
        for name, counts in series.items()
        if name not in ignored
    )


def _with_silence(state: NameState, silence: Silence | None) -> NameState:
    if silence is None:
        return state
    return replace(
        state, state=SILENT, silent_since=silence.since, usual=silence.usual,
        lowest=silence.lowest, highest=silence.highest,
    )  # fmt: skip


def _ranked(states: Iterable[NameState]) -> list[NameState]:
    return sorted(states, key=lambda state: (ORDER.index(state.state), -state.usual, state.name))


def name_state(
    params: Params,
    name: str,
    counts: Sequence[int],
    days: Sequence[date],
    segment: Segment | None = None,
    *,
    is_told: bool = True,
) -> NameState:
    """One name's state; zero days running up to the judged day are one outage.

    is_told: whether all names of the window are known; else none can be called new. Zero days
    are left out of the mean and the lowest, so that an outage cannot become
    the new normal, nor hide that only a trickle has come back.
    """
    window, today = counts[:-1], counts[-1]
    quiet = _trailing_zeros(window)
    before = window[: len(window) - quiet]
    mean_before = mean(before) if before else 0.0
    lowest, highest = (min(before), max(before)) if before else (0, 0)
    if segment is not None and segment.today is None and (today or is_told):
        segment = replace(segment, today=today)  # not among the names that are remembered
    state = _state(params, name, today, mean_before, segment, seen=any(before) or not is_told)
    since = days[-1 - quiet] if state == SILENT else None
    return NameState(
        name, state, today, mean_before, lowest, highest, tuple(counts), since, segment
    )


def _state(
    params: Params,
    name: str,
    today: int,
    mean_before: float,
    segment: Segment | None,
    *,
    seen: bool,
) -> str:
    if not today and (name in params.expected or mean_before >= params.min_per_day):
        return SILENT
    if today and not seen and (segment is None or segment.is_new):
        return NEW
    return segment_state(params, segment)


def segment_state(params: Params, segment: Segment | None) -> str:
    """Whether a name or a value left its own range; rare where it has none."""
    if segment is None or limits_of(params, segment) is None:
        return RARE
    if segment.side < 0:
        return COLLAPSED
    return SURGED if segment.side > 0 else NORMAL


def limits_of(params: Params, segment: Segment | None) -> ExpectedRange | None:
    """The range by which a name or a value is judged; None where it is too rare or too young."""
    if segment is None or segment.normal is None:
        return None
    is_rare = segment.normal.expected < params.min_expected and not segment.accepted
    return None if is_rare else segment.normal


def _trailing_zeros(counts: Sequence[int]) -> int:
    return next((i for i, count in enumerate(reversed(counts)) if count), len(counts))
