"""Has one kind of event died while the total looks fine?

What: each event name's count on the data date against its own window.
Why: a tracking pixel that stops firing is a fraction of the volume; the purchase
event may vanish without the total moving.
Source of the rule: a name seen ten times or more a day is not silent for a whole
day by chance (Poisson: below 0.005 %); a factor of 2.25 beyond the window's own
range is far outside of any weekday rhythm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from checks.check import Check
from checks.judging import skipped, unknown
from checks.metrics import EventCounts, mean
from checks.model import Cause, Judgement, Layer, Status
from checks.settings import setting
from checks.text import count_text, day_text, listed, plural, quoted, short_day

if TYPE_CHECKING:
    from checks.measurements import Measurements
    from checks.timeframe import Timeframe

SILENT, COLLAPSED, SURGED, NEW = "silent", "collapsed", "surged", "new"
_NORMAL, _RARE = "normal", "rare"
_ORDER = (SILENT, COLLAPSED, SURGED, NEW, _NORMAL, _RARE)
_MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class Params:
    """Which names are judged, and how far one may leave its own range."""

    min_per_day: float = setting("Names with a mean below this a day are not judged.", 10, above=0)
    factor: float = setting(
        "Amber below the window's lowest divided by this, or above its highest times this.",
        2.25,
        above=1,
    )
    ignore: tuple[str, ...] = setting("Names of retired events: never judged.", ())
    expected: tuple[str, ...] = setting(
        "Names that are red without events, however long they have been silent.", ()
    )

    def problems(self) -> list[tuple[str, str, str]]:
        """A retired event cannot be expected."""
        both = [name for name in self.expected if name in self.ignore]
        return [("expected", repr(name), "a name that is not in `ignore`") for name in both]


@dataclass(frozen=True, slots=True)
class NameState:
    """One event name on the judged day. `silent_since` is the first day of the silence."""

    name: str
    state: str
    today: int
    usual: float
    lowest: int
    highest: int
    series: tuple[int, ...]
    silent_since: date | None = None


def measure(params: Params, data: Measurements) -> EventCounts:
    """Events per name and day."""
    return data.events()


def judge(params: Params, events: EventCounts, frame: Timeframe) -> Judgement:
    """Red for a silent name; amber for one far outside its own range; new names are told."""
    states = name_states(params, events)
    if not any(state.state == SILENT for state in states):
        window = len(events.days) - 1
        if (days := events.learning()) is not None:
            return skipped(SILENT, f"learning, {days} of {window} days")
        if not any(events.totals()[:-1]):
            return _nothing_to_compare(window, frame)
    return _judgement(params, states, events, frame)


def name_states(params: Params, events: EventCounts) -> list[NameState]:
    """Every name that is seen or expected, and not ignored: the worst first."""
    missing = (0,) * len(events.days)
    series = dict.fromkeys(params.expected, missing) | dict(events.by_name)
    states = [
        name_state(params, name, counts, events.days)
        for name, counts in series.items()
        if name not in params.ignore
    ]
    return sorted(states, key=lambda state: (_ORDER.index(state.state), -state.usual, state.name))


def _nothing_to_compare(window: int, frame: Timeframe) -> Judgement:
    return unknown(
        SILENT, Cause.BAD_VALUE, f"no events in the {window} days before {frame.data_date}",
        what="Event names", action="Find out why the days before have no events",
        threshold=0, unit="event names",
    )  # fmt: skip


def name_state(params: Params, name: str, counts: Sequence[int], days: Sequence[date]) -> NameState:
    """One name's state; zero days running up to the judged day are one outage.

    They are left out of the mean and the lowest, so that an outage cannot become
    the new normal, nor hide that only a trickle has come back.
    """
    window, today = counts[:-1], counts[-1]
    quiet = _trailing_zeros(window)
    before = window[: len(window) - quiet]
    usual = mean(before) if before else 0.0
    lowest, highest = (min(before), max(before)) if before else (0, 0)
    state = _state(params, name, today, usual, before)
    since = days[-1 - quiet] if state == SILENT else None
    return NameState(name, state, today, usual, lowest, highest, tuple(counts), since)


def _state(params: Params, name: str, today: int, usual: float, before: Sequence[int]) -> str:
    if not today and (name in params.expected or usual >= params.min_per_day):
        return SILENT
    if today and not any(before):
        return NEW
    if usual < params.min_per_day:
        return _RARE
    if today < min(before) / params.factor:
        return COLLAPSED
    return SURGED if today > max(before) * params.factor else _NORMAL


def _trailing_zeros(counts: Sequence[int]) -> int:
    return next((i for i, count in enumerate(reversed(counts)) if count), len(counts))


def _judgement(
    params: Params, states: list[NameState], events: EventCounts, frame: Timeframe
) -> Judgement:
    of = {kind: [s for s in states if s.state == kind] for kind in _ORDER}
    status, kind = _worst(of)
    flagged = of[kind]
    names = [state.name for state in flagged] if status is not Status.GREEN else []
    details = {
        "names": [_as_details(state) for state in states[:_MOST_NAMES]],
        "names_total": len(states),
        "dates": list(events.days),
        "partial_day": not frame.is_over,
        **{kind: [s.name for s in of[kind][:_MOST_NAMES]] for kind in _ORDER[:4]},
        "silent_purchase_names": [s.name for s in of[SILENT] if s.name in events.purchase_names],
        "ignored": list(params.ignore),
        "filters": {"event": names[0]} if names else {},
    }
    return Judgement(
        status=status,
        message=f"{kind}={len(flagged) if status is not Status.GREEN else 0} (max 0)",
        summary=_summary(of, kind, status, frame),
        action=_action(kind, status, names, frame),
        value=len(names),
        threshold=0,
        unit="event names",
        details=details,
    )


def _worst(of: dict[str, list[NameState]]) -> tuple[Status, str]:
    if of[SILENT]:
        return Status.RED, SILENT
    for kind in (COLLAPSED, SURGED):
        if of[kind]:
            return Status.AMBER, kind
    return Status.GREEN, SILENT


def _summary(of: dict[str, list[NameState]], kind: str, status: Status, frame: Timeframe) -> str:
    if status is Status.GREEN:
        judged = len(of[_NORMAL])
        verb = "is" if judged == 1 else "are"
        text = f"{plural(judged, 'event name')} {verb} within the usual range"
    elif kind == SILENT:
        text = _silence(of[SILENT][0])
    else:
        state = of[kind][0]
        text = (
            f"{quoted(state.name)} {'collapsed' if kind == COLLAPSED else 'surged'} on "
            f"{short_day(frame.data_date)}: {count_text(state.today)}, usually "
            f"{count_text(state.lowest)} to {count_text(state.highest)} a day"
        )
    others = len(of[kind]) - 1 if status is not Status.GREEN else 0
    text += f"; and {others} more" if others > 0 else ""
    if of[NEW]:
        text += f"; new: {listed(s.name for s in of[NEW])}"
    return text


def _silence(state: NameState) -> str:
    name = quoted(state.name)
    if not state.usual or state.silent_since is None:
        return f"{name} is expected and has been silent for {len(state.series)} days or more"
    return (
        f"{name} stopped on {short_day(state.silent_since)}: "
        f"usually {count_text(round(state.usual, 1))} a day, 0 since"
    )


def _action(kind: str, status: Status, names: list[str], frame: Timeframe) -> str:
    if status is Status.GREEN:
        return "Nothing to do"
    if kind == SILENT:
        return (
            f"Test the tracking of {listed(names)} on the live site and find what was released "
            f"before it stopped; list it under `ignore` if it is retired"
        )
    return f"Compare {listed(names)} by hour on {day_text(frame.data_date)} with the days before"


def _as_details(state: NameState) -> dict[str, Any]:
    return {
        "name": state.name,
        "state": state.state,
        "events": state.today,
        "usual": state.usual,
        "lowest": state.lowest,
        "highest": state.highest,
        "daily": list(state.series),
        "silent_since": state.silent_since,
    }


CHECK = Check(
    id="event_volume",
    layer=Layer.BUSINESS,
    order=70,
    metric=SILENT,
    unit="event names",
    page="volume",
    needs=("events",),
    rule="No event name that usually has min_per_day or more a day is silent (red), and none is "
    "below its window's lowest divided by `factor` or above its highest times `factor` (amber).",
    why="A dead tracking pixel is a fraction of the volume and hides in the total.",
    advice="Test the event's tracking on the live site; list retired events under `ignore`.",
    params=Params,
    measure=measure,
    judge=judge,
)
