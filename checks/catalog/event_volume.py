"""Has one kind of event, or one part of the traffic, died while the total looks fine?

What: each event name, and each value of the mapped `events.dimensions`, against what is usual
of it. A name that is silent is red; one that left its own normal range is amber.
Why: a tracking pixel that stops firing is a fraction of the volume; the purchase event, or all
of one app, may vanish without the total moving.
Source of the rule: a name seen ten times or more a day is not silent for a whole day by chance
(Poisson: below 0.005 %). The ranges are those of `checks.judging.parts`: each beside the rest of
the events, with one budget of alarms for all of them: measured, docs/volume.md. What merely goes
with the total is no finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from checks.catalog._closed_weekdays import Recorded, is_empty_day
from checks.catalog._closed_weekdays_words import learned_text
from checks.catalog._event_names import (
    CLOSED,
    COLLAPSED,
    NORMAL,
    ORDER,
    POSSIBLY_CLOSED,
    RARE,
    SILENT,
    SURGED,
    NameState,
    judged_names,
    limits_of,
    segment_state,
    subject_of,
    why_no_purchases,
)
from checks.catalog._event_volume_details import day_details
from checks.catalog._event_volume_words import (
    action,
    proposed_action,
    summary,
    why_no_name,
    within_text,
)
from checks.catalog._levels import part_acceptances, total_baseline
from checks.core.counts import NAME, DailyCounts
from checks.core.errors import MeasurementError
from checks.core.metrics import EventCounts
from checks.core.model import Cause, Facts, Judgement, Layer, Status
from checks.core.settings import setting
from checks.core.subjects import EVENT, LEVEL
from checks.core.text import plural
from checks.core.values import Unmeasured
from checks.detection import ExpectedRange
from checks.judging.check import Check, LoadFact, Required
from checks.judging.parts import parts_of, ranges_of_name
from checks.judging.segments import Segment
from checks.judging.unmeasured import learning, skipped, unknown, unmeasured

if TYPE_CHECKING:
    from checks.core.records import StoredAcceptance
    from checks.core.timeframe import Timeframe
    from checks.judging.readings import Readings

_UNIT = "event names and segments"


@dataclass(frozen=True, slots=True)
class Params:
    """Which names are judged, and how far one may leave its own range."""

    min_per_day: float = setting(
        "Event names with a lower mean a day are never silent, unless `expected`.", 10, above=0
    )
    min_expected: float = setting(
        "Event names and segments with fewer expected events have no normal range.", 20, above=0
    )
    widen: float = setting(
        "Factor for the width of their normal range: 1.5 raises fewer alarms and detects less.",
        1.0,
        above=0,
        maximum=10,
    )
    ignore: tuple[str, ...] = setting("Event names that are never judged.", ())
    expected: tuple[str, ...] = setting(
        "Event names that are red without events, however long they have been silent.", ()
    )

    def problems(self) -> list[tuple[str, str, str]]:
        """An ignored name cannot be expected."""
        both = [name for name in self.expected if name in self.ignore]
        return [("expected", repr(name), "a name that is not in `ignore`") for name in both]


@dataclass(frozen=True, slots=True)
class Measured:
    """The window, and the longer history; why there is none, where it could not be read.

    accepted: silent names that somebody accepts as retired. recorded: what the check was on earlier
    days; None where that cannot be read.
    """

    events: EventCounts
    daily: DailyCounts | None = None
    problem: Unmeasured | None = None
    accepted: tuple[StoredAcceptance, ...] = ()
    recorded: Recorded | None = None


def measure(params: Params, data: Readings) -> Measured:
    """Events per name and day. Without the longer history, silence can still be judged."""
    events = data.events()
    try:
        daily, problem = data.daily_counts(), None
    except MeasurementError as error:
        daily, problem = None, Unmeasured.of(error)
    return Measured(events, daily, problem, data.accepted(CHECK.id), data.recorded(CHECK.id))


def judge(params: Params, measured: Measured, frame: Timeframe) -> Judgement:
    """Red for a silent name; amber for one far outside its own range; new names are told."""
    events = measured.events
    if (closed := events.calendar.closed_reason(frame.data_date)) is not None:
        return skipped(SILENT, closed)
    own = segments_of(params, measured.daily) if measured.daily is not None else []
    states, accepted = judged_names(
        params, events, {segment.value: segment for segment in own if _is_name(segment)},
        measured.daily, measured.accepted, measured.recorded,
    )  # fmt: skip
    others = [segment for segment in own if not _is_name(segment)]
    if not any(state.state in (SILENT, POSSIBLY_CLOSED) for state in states):
        window = len(events.days) - 1
        if (days := events.learning()) is not None:
            return learning(SILENT, days, window)
        if events.misses_too_many():
            return _mostly_missing(events, frame)
        if not any(events.totals()[:-1]):
            return _nothing_to_compare(window, events, frame)
        if (problem := _problem_of(measured)) is not None:
            return unmeasured(SILENT, "The range of event names and segments", problem.error())
    judgement = _judgement(params, states, others, measured, frame)
    of_levels = () if measured.daily is None else part_acceptances(measured.daily, own)
    return replace(judgement, acceptances=(*accepted, *of_levels))


def _is_name(segment: Segment) -> bool:
    return segment.dimension == NAME and not segment.members


def segments_of(params: Params, daily: DailyCounts) -> list[Segment]:
    """Every name and value with its normal range, and the rare ones of each dimension together."""
    return parts_of(
        daily, total_baseline(daily, every=True), least=params.min_expected, widen=params.widen
    )


def ranges_of(params: Params, daily: DailyCounts, name: str) -> dict[date, ExpectedRange]:
    """The range that an event name was judged by, on each day that has one."""
    return ranges_of_name(
        daily,
        total_baseline(daily, every=True),
        name,
        least=params.min_expected,
        widen=params.widen,
    )


def _problem_of(measured: Measured) -> Unmeasured | None:
    if measured.problem is not None:
        return measured.problem
    return next(iter(measured.daily.problems.values()), None) if measured.daily else None


def _nothing_to_compare(window: int, events: EventCounts, frame: Timeframe) -> Judgement:
    return unknown(
        SILENT, Cause.BAD_VALUE, f"no events in the {window} days before {frame.data_date}",
        what="Event names", action="Find out why the days before have no events",
        threshold=0, unit=_UNIT, reading="events", details={"events": events.judged},
        facts=Facts(fails_for_empty_day=not events.judged),
    )  # fmt: skip


def _mostly_missing(events: EventCounts, frame: Timeframe) -> Judgement:
    """Most of the window is gone from the warehouse, and no gate remembered it."""
    return unknown(
        SILENT, Cause.BAD_VALUE,
        f"{plural(len(events.missing), 'day')} before {frame.data_date} are gone from the "
        "warehouse and not remembered",
        what="Event names",
        action="Run the gate every day and record it, or keep more days in the warehouse",
        threshold=0, unit=_UNIT, reading="events",
        details={"events": events.judged, "missing": list(events.missing)},
        facts=Facts(fails_for_empty_day=not events.judged),
    )  # fmt: skip


def _judgement(
    params: Params,
    states: list[NameState],
    others: list[Segment],
    measured: Measured,
    frame: Timeframe,
) -> Judgement:
    by_state = {kind: [s for s in states if s.state == kind] for kind in ORDER}
    empty_since = measured.events.empty_since()
    ended = [state for state in by_state[SILENT] if _ended_before(state, empty_since)]
    by_state[SILENT].sort(key=lambda state: not _ended_before(state, empty_since))
    moved = _moved(params, others)
    is_empty = measured.daily is not None and is_empty_day(measured.daily)
    if is_empty and by_state[CLOSED] and not by_state[SILENT] + by_state[POSSIBLY_CLOSED]:
        return _closed(params, states, by_state, measured, frame)
    status, kind = _worst(by_state, moved)
    names = [state.name for state in by_state[kind]] if status is not Status.GREEN else []
    flagged = moved.get(kind, []) if status is Status.AMBER else []
    count = len(names) + len(flagged)
    facts = _facts(by_state, measured.events, kind, names, flagged, ended)
    labels = [*names, *(segment.label for segment in flagged)]
    subjects = _subjects(by_state, _at_levels(by_state, moved))
    return Judgement(
        status=status,
        message=f"{SILENT if kind == POSSIBLY_CLOSED else kind}={count} (max 0)",
        summary=summary(
            by_state, moved, kind, status, frame, _normal_groups(params, others),
            _within(params, by_state, others, measured.daily, frame),
        ),
        action=proposed_action(by_state[POSSIBLY_CLOSED], is_empty_day=is_empty)
        if kind == POSSIBLY_CLOSED
        else action(kind, status, labels, frame, subjects[EVENT if kind == SILENT else LEVEL]),
        value=count,
        threshold=0,
        unit=_UNIT,
        details=day_details(
            _with_ranges(params, states), by_state, moved, measured.events, frame, facts,
            ignored=params.ignore, ended=ended,
            groups=[segment for segment in others if segment.members],
        ),
        facts=facts,
        subjects={kind: names for kind, names in subjects.items() if names or kind == EVENT},
    )  # fmt: skip


def _facts(
    by_state: Mapping[str, list[NameState]],
    events: EventCounts,
    kind: str,
    names: Sequence[str],
    flagged: Sequence[Segment],
    ended: Sequence[NameState],
) -> Facts:
    """What other checks decide by. What may be closed is an alarm of its own: it asks for another
    thing than an empty day does.
    """
    return Facts(
        filters={"event": names[0]} if len(names) == 1 and not flagged else {},
        silent_purchase_names=tuple(
            state.name for state in by_state[SILENT] if state.name in events.purchase_names
        ),
        fails_for_empty_day=not events.judged and not ended and kind != POSSIBLY_CLOSED,
        closed_weekday=why_no_purchases(by_state, events),
    )


def _subjects(
    by_state: Mapping[str, list[NameState]], levels: list[Segment]
) -> dict[str, tuple[str, ...]]:
    """Silent names, and what is at a level that may be accepted."""
    return {
        EVENT: tuple(dict.fromkeys(map(subject_of, by_state[SILENT]))),
        LEVEL: tuple(dict.fromkeys(segment.subject for segment in levels)),
    }


def _at_levels(
    by_state: Mapping[str, list[NameState]], moved: Mapping[str, list[Segment]]
) -> list[Segment]:
    """The names and values that are at a level which nobody accepted."""
    of_names = [
        state.segment for kind in (COLLAPSED, SURGED) for state in by_state[kind] if state.segment
    ]
    others = [segment for kind in (COLLAPSED, SURGED) for segment in moved[kind]]
    return [segment for segment in (*of_names, *others) if segment.stays]


def _within(
    params: Params,
    by_state: Mapping[str, list[NameState]],
    others: list[Segment],
    daily: DailyCounts | None,
    frame: Timeframe,
) -> str:
    """What is said of the names that are within their normal range, or why none is judged."""
    mark = None if daily is None else daily.calendar.special_day(daily.day)
    special_day = mark.name if mark is not None and mark.factor is None else None
    values = [s for s in others if not s.members and segment_state(params, s) == NORMAL]
    why = why_no_name(special_day, len(by_state[RARE]), params.min_expected, frame)
    return within_text(len(by_state[NORMAL]), len(values), why)


def _normal_groups(params: Params, others: list[Segment]) -> list[Segment]:
    return [s for s in others if s.members and segment_state(params, s) == NORMAL]


def _moved(params: Params, others: list[Segment]) -> dict[str, list[Segment]]:
    """The values of dimensions that left their own range, the farthest first."""
    return {
        kind: sorted(
            (segment for segment in others if segment_state(params, segment) == kind),
            key=lambda segment: -abs(segment.distance),
        )
        for kind in (COLLAPSED, SURGED)
    }


def _closed(
    params: Params,
    states: list[NameState],
    by_state: dict[str, list[NameState]],
    measured: Measured,
    frame: Timeframe,
) -> Judgement:
    """Green: all that is missing is so on this weekday, and so is the whole day."""
    weekday = by_state[CLOSED][0].weekday
    if weekday is None:
        raise ValueError("an event name whose weekday is closed without a reason")
    events = measured.events
    facts = Facts(is_closed=True, closed_weekday=why_no_purchases(by_state, events))
    moved: dict[str, list[Segment]] = {COLLAPSED: [], SURGED: []}
    return Judgement(
        status=Status.GREEN,
        message=f"{SILENT}=0 ({weekday.reason()})",
        summary=learned_text(weekday, events.judged),
        action="Nothing to do",
        value=0,
        threshold=0,
        unit=_UNIT,
        details=day_details(
            _with_ranges(params, states), by_state, moved, events, frame, facts,
            ignored=params.ignore,
        ),
        facts=facts,
    )  # fmt: skip


def _with_ranges(
    params: Params, states: Sequence[NameState]
) -> list[tuple[NameState, ExpectedRange | None]]:
    """Each name with the range that it is judged by."""
    return [(state, limits_of(params, state.segment)) for state in states]


def _ended_before(state: NameState, empty_since: date | None) -> bool:
    """Whether a name was silent already when, before an empty day, others were still there."""
    if empty_since is None or state.silent_since is None:
        return False
    return state.silent_since < empty_since


def _worst(
    by_state: dict[str, list[NameState]], moved: dict[str, list[Segment]]
) -> tuple[Status, str]:
    if by_state[SILENT]:
        return Status.RED, SILENT
    if by_state[POSSIBLY_CLOSED]:
        return Status.AMBER, POSSIBLY_CLOSED
    for kind in (COLLAPSED, SURGED):
        if by_state[kind] or moved[kind]:
            return Status.AMBER, kind
    return Status.GREEN, SILENT


CHECK = Check(
    id="event_volume",
    layer=Layer.BUSINESS,
    order=70,
    metric=SILENT,
    unit=_UNIT,
    page="volume",
    needs=("events",),
    counts="events",
    compares_days=True,
    requires=(Required("events.name"),),
    rule="Red: an event name with a mean of min_per_day or more is silent, until it returns or is "
    "accepted as retired, unless it was without events on this weekday in the weeks before. Amber: "
    "an event name with min_expected or more expected events, or a value of a mapped dimension, is "
    "outside its own normal range beside the rest of the events, or stays at a level there that "
    "nobody accepted.",
    why="A tracking pixel that stops firing, or an app that reports nothing, is a fraction of "
    "the volume: the total does not show it.",
    advice="Test the tracking on the live site, and ask what was released; accept a retired name "
    "with `andon accept`.",
    params=Params,
    measure=measure,
    judge=judge,
    load_facts=(LoadFact.READ,),
    subject_kinds=(EVENT,),
    accepts=(EVENT, LEVEL),
)
