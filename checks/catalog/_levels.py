"""The level of the volume: the days that say what is normal, and what people accepted. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from checks.core.counts import DailyCounts
from checks.core.model import Acceptance
from checks.core.subjects import HIGH, LEVEL, LOW
from checks.core.text import short_day
from checks.detection.baseline import AcceptedLevel, Baseline, baseline
from checks.detection.levels import Level
from checks.judging.acceptance import decided_lapse, state_of
from checks.judging.parts import CHECK as PARTS_CHECK
from checks.judging.segments import Segment

if TYPE_CHECKING:
    from checks.core.records import StoredAcceptance

_CHECK = "volume_expected"
#: Smaller factors of a level are told with two digits, and below the second one as below it.
_TWO_DECIMALS, _LEAST_FACTOR = 0.1, 0.001
_SIDES = {LOW: -1, HIGH: 1}
_WORDS = {-1: LOW, 1: HIGH}


def total_baseline(
    daily: DailyCounts,
    widen: float | None = None,
    *,
    leave_out_red: bool = False,
    every: bool = False,
) -> Baseline:
    """The days that say what volume is normal; computed once for the same counts.

    widen: by default that of `volume_expected`, which has the levels. every: with the normal range
    of every day.
    """
    width = daily.level_widen if widen is None else widen

    def derive() -> Baseline:
        return baseline(
            daily.totals(), daily.day, daily.calendar, width,
            leave_out_red=leave_out_red, every=every,
            accepted=_accepted_sides(daily.accepted_levels),
        )  # fmt: skip

    return daily.once(("baseline", width, leave_out_red, every), derive)


def level_subject(level: Level) -> str:
    """By what an acceptance knows a level: `low since 2025-03-12`."""
    return f"{_WORDS[level.side]} since {level.since}"


def level_acceptances(daily: DailyCounts, days: Baseline, level: Level | None) -> list[Acceptance]:
    """The acceptances that changed what is normal; for a standing level the latest other one."""
    by_day = {accepted.accepted_on: accepted for accepted in days.accepted}
    stored = [a for a in daily.accepted_levels if _is_of_total(a)]
    holding = [a for a in stored if a.revoked_at is None and a.data_date in by_day]
    states = [state_of(a, _holding_text(by_day[a.data_date]), holds=True) for a in _newest(holding)]
    others = [a for a in stored if a not in holding and level is not None and _is_of(a, level)]
    return [*states, *(state_of(a, _lapse(a, daily.day), holds=False) for a in others[-1:])]


def part_acceptances(daily: DailyCounts, parts: Iterable[Segment]) -> list[Acceptance]:
    """The acceptances that changed what is normal of names and values: one a data date of each.

    Those of a level that was accepted with the whole volume are told as such.
    """
    levels = {(part.subject, day): level for part in parts for day, level in part.accepted.items()}
    stored = [
        a
        for a in daily.accepted_levels
        if a.check == PARTS_CHECK and a.revoked_at is None and (a.subject, a.data_date) in levels
    ]
    newest = {(a.subject, a.data_date): a for a in sorted(stored, key=lambda a: a.id)}
    holding = [
        state_of(a, _holding_text(levels[key], ", beside the rest of the events,"), holds=True)
        for key, a in newest.items()
    ]
    return [*holding, *_covered_by_whole(daily, newest)]


def _covered_by_whole(
    daily: DailyCounts, holding: Collection[tuple[str, date]]
) -> Iterator[Acceptance]:
    """The acceptances of parts whose level is normal as that of the whole volume was accepted."""
    for accepted in total_baseline(daily).accepted:
        since = short_day(accepted.since)
        why = f"the level of the whole volume since {since} is accepted, and this one with it"
        for a in daily.accepted_levels:
            is_of_part = a.check == PARTS_CHECK and a.kind == LEVEL and a.revoked_at is None
            is_within = accepted.since <= a.data_date <= accepted.accepted_on
            if is_of_part and is_within and (a.subject, a.data_date) not in holding:
                yield state_of(a, why, holds=False)


def _accepted_sides(stored: Iterable[StoredAcceptance]) -> dict[date, int]:
    return {a.data_date: _side(a) for a in stored if _is_of_total(a) and a.revoked_at is None}


def _is_of_total(stored: StoredAcceptance) -> bool:
    return stored.kind == LEVEL and stored.check == _CHECK


def _side(stored: StoredAcceptance) -> int:
    return _SIDES.get(stored.subject.partition(" ")[0], 0)


def _newest(stored: Iterable[StoredAcceptance]) -> list[StoredAcceptance]:
    """One a data date: the last that was given."""
    return list({a.data_date: a for a in sorted(stored, key=lambda a: a.id)}.values())


def _is_of(stored: StoredAcceptance, level: Level) -> bool:
    return _side(stored) == level.side and stored.data_date >= level.since


def _holding_text(accepted: AcceptedLevel, beside: str = "") -> str:
    """`0.52 times the level before 12 June is normal`. beside: what it is the level of."""
    factor = _factor_text(accepted.factor)
    return f"{factor} times the level before {short_day(accepted.since)}{beside} is normal"


def _factor_text(factor: float) -> str:
    """Two decimals; of a small one two digits."""
    if factor < _LEAST_FACTOR:
        return f"less than {_LEAST_FACTOR}"
    return f"{factor:.2f}" if factor >= _TWO_DECIMALS else f"{factor:.2g}"


def _lapse(stored: StoredAcceptance, data_date: date) -> str:
    return decided_lapse(stored, data_date) or (
        "the counts that were accepted are not at that level any more"
    )
