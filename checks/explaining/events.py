"""Which explanation holds for a red check of the events: asks for material, applies pure rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from checks.catalog._silence import silences, with_whole_days
from checks.core.counts import NAME, DailyCounts
from checks.core.errors import MeasurementError
from checks.core.model import Cause, Explanation
from checks.core.profiles import DayProfile
from checks.core.subjects import EVENT
from checks.explaining import loads, volume
from checks.explaining.material import Explainer, Material
from checks.explaining.rejections import rejected_rows
from checks.explaining.runs import shortage
from checks.explaining.shares import Nouns, shared_part
from checks.explaining.shifts import find_shift

UNPRICED = Nouns("purchases without revenue", "purchases", "have no revenue")
#: The part of what a day lacks that one cause holds at least.
_LEAST_PART = 0.5


def explain_volume(material: Material, check: str) -> Iterator[Explanation | None]:
    """Why the day has too few or too many events, the most specific first."""
    events = material.events()
    if not events.judged:
        yield from _empty(material)
        return
    expected = material.expected_events() or _mean_before(material)
    move = events.judged - expected
    side = 1 if move > 0 else -1
    profile, scale = _profile(material)
    log = material.log()
    if side > 0 and profile is not None:
        yield loads.loaded_twice(
            log, events.judged, profile.repeated, profile.total.baseline_total, material.frame.zone
        )
    if side < 0 and profile is not None:
        yield _missing_hours(material, profile, scale, least=_LEAST_PART * -move)
    shift = find_shift(profile, scale, side) if profile is not None else None
    if profile is not None and shift is not None and not shift.covers(profile.hours):
        yield volume.from_shift(shift, profile, "events")
    if side < 0:
        yield shortage(material, _LEAST_PART * -move)
    if side < 0 and log is not None:
        yield rejected_rows(log, _LEAST_PART * -move)
    yield from _by_days(material, move, side, _began(material, check, side))


def explain_freshness(material: Material, check: str) -> Iterator[Explanation | None]:
    """Why the newest event is too old: hours without any, or a source that did not come."""
    events = material.events()
    if not events.judged:
        yield from _empty(material)
        return
    profile, scale = _profile(material)
    if profile is not None:
        yield _missing_hours(material, profile, scale, least=0.0, at_end=True)
    lacking = (material.expected_events() or _mean_before(material)) - events.judged
    if lacking > 0:
        yield shortage(material, _LEAST_PART * lacking)


def explain_names(material: Material, check: str) -> Iterator[Explanation | None]:
    """Which event name stopped; why the events are missing, where no name stopped for itself."""
    events = material.events()
    daily = with_whole_days(material.daily(), events)
    since = _silent_since(material, check, daily)
    if not events.judged:
        empty_since = volume.empty_since(daily)
        left = [name for name, first in since.items() if first is None or first < empty_since]
        yield from _empty(material) if not left else [_stopped(material, check, daily, left, None)]
        return
    profile, scale = _profile(material)
    gap, left = None, list(since)
    if profile is not None:
        gap = _missing_hours(material, profile, scale, least=0.0, at_end=True)
    if profile is not None and gap is not None:
        left = [
            name for name, first in since.items()
            if first != profile.day
            or not volume.explains_silence(gap, profile, name, _usual_count(material, check, name))
        ]  # fmt: skip
    yield _stopped(material, check, daily, left, profile) if left else gap


def _silent_since(material: Material, check: str, daily: DailyCounts) -> dict[str, date | None]:
    """The names that are silent, and the first day of each silence; None where it is not known."""
    silent = silences(daily, material.config.checks[check].params.min_per_day)
    judgement = material.judgements[check]
    recorded_since = {each["name"]: each.get("silent_since") for each in _names(material, check)}
    return {
        name: silent[name].since if name in silent else recorded_since.get(name)
        for name in judgement.subjects.get(EVENT, ())
    }


def _stopped(
    material: Material, check: str, daily: DailyCounts, names: Sequence[str],
    profile: DayProfile | None,
) -> Explanation | None:  # fmt: skip
    """The silence of the name with the most events; None where none of them was regular.

    names: those whose silence nothing else explains.
    """
    silent = silences(daily, material.config.checks[check].params.min_per_day)
    stopped = sorted((n for n in names if n in silent), key=lambda n: -silent[n].usual)
    if not stopped:
        return None
    name, silence = stopped[0], silent[stopped[0]]
    hours = None
    if profile is not None and silence.since == profile.day:
        hours = profile.columns.get(NAME, {}).get(name)
        hours = hours if hours is not None and hours.total else None
    return volume.stopped_name(
        name, daily.series(NAME, name), daily.day, silence.since,
        _usual_count(material, check, name) or silence.usual, daily.calendar, hours,
        profile.hours if profile is not None else 0, len(stopped) - 1,
        volume.last_events(daily, name, silence.since) if hours is None else None,
    )  # fmt: skip


def _usual_count(material: Material, check: str, name: str) -> float | None:
    """How many events of a name are usual, as the check's own sentence says."""
    return next((each["usual"] for each in _names(material, check) if each["name"] == name), None)


def _names(material: Material, check: str) -> Sequence[Mapping[str, Any]]:
    """What the check says of each name."""
    return material.judgements[check].details.get("names") or ()


def explain_revenue(material: Material, check: str) -> Iterator[Explanation | None]:
    """Since which hour, and in which part of the traffic, purchases have no amount."""
    # Of the usual day nothing is asked; with it, the statement is the one of the other checks.
    frame = material.frame
    usual_day = material.usual_day() or frame.calendar.open_day_before(frame.data_date)
    try:
        profile = material.profiles(usual_day).unpriced
    except MeasurementError as error:
        if error.cause is Cause.BAD_VALUE:
            return  # times without a time of day
        raise
    yield shared_part(profile, UNPRICED)


def _empty(material: Material) -> Iterator[Explanation | None]:
    """Why a day has no event at all."""
    log = material.log()
    if log is None:
        return
    yield loads.no_load(log, material.frame)
    yield rejected_rows(log)
    yield shortage(material, 1.0)


def _mean_before(material: Material) -> float:
    before = [count for count in material.events().totals()[:-1] if count]
    return sum(before) / len(before) if before else 0.0


def _profile(material: Material) -> tuple[DayProfile | None, float]:
    """The events by hour, and by how much the usual day is multiplied to be as expected.

    None where no day is usual, or times have no hours.
    """
    usual_day = material.usual_day()
    if usual_day is None:
        return None, 1.0
    try:
        profile = material.profiles(usual_day).events
    except MeasurementError as error:
        if error.cause is Cause.BAD_VALUE:
            return None, 1.0
        raise
    expected, baseline = material.expected_events(), profile.total.baseline_total
    return profile, expected / baseline if expected and baseline else 1.0


def _missing_hours(
    material: Material, profile: DayProfile, scale: float, least: float, *, at_end: bool = False
) -> Explanation | None:
    """Hours without an event where so many are usual that zero is no chance."""
    certain = material.config.checks["event_volume"].params.min_per_day
    events = material.events()
    newest = events.newest if events.newest_problem is None else None
    return volume.missing_hours(
        profile, scale, certain, newest, material.frame.zone, least=least, at_end=at_end
    )


def _began(material: Material, check: str, side: int) -> date:
    """Since when the volume is beyond its range: by the days themselves, and as recorded."""
    recorded = material.red_since(check)
    try:
        return min(recorded, volume.level_began(material.daily(), material.baseline(), side))
    except MeasurementError:
        return recorded


def _by_days(
    material: Material, move: float, side: int, began: date
) -> Iterator[Explanation | None]:
    """What whole days show: one part of the traffic, a release, a new level."""
    daily, day = material.daily(), material.frame.data_date
    moved = volume.moved_segment(material.segments(), move, day)
    if moved is not None and began < day:
        column, value = moved.evidence["column"], moved.evidence["value"]
        since = volume.held_since(daily, column, value, began, side)
        moved = volume.moved_segment(material.segments(), move, day, since)
    yield moved
    if material.frame.is_over:
        yield volume.level(daily, material.baseline(), side)


#: How the checks of the events are explained.
EVENT_EXPLAINERS: dict[str, Explainer] = {
    "freshness": explain_freshness,
    "volume_zscore": explain_volume,
    "volume_expected": explain_volume,
    "event_volume": explain_names,
    "missing_revenue": explain_revenue,
}
