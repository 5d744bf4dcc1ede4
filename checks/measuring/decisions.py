"""What people accepted and gates recorded, as a check's readings have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from checks.core.counts import DailyCounts

if TYPE_CHECKING:
    from checks.core.records import RecordedStatus, StoredAcceptance
    from checks.measuring.plan import MeasuringPlan

#: What somebody accepts of a check, by its id; revoked ones included.
Accepted = Callable[[str], "tuple[StoredAcceptance, ...]"]
#: The recorded statuses of a check, by its id; None where they cannot be read.
Recorded = Callable[[str], "Mapping[date, RecordedStatus] | None"]
#: The checks that have levels which may be accepted.
_LEVEL_CHECKS = ("volume_expected", "event_volume")


def nothing_accepted(check: str) -> tuple[StoredAcceptance, ...]:
    """For an evaluation without a history."""
    return ()


def nothing_recorded(check: str) -> Mapping[date, RecordedStatus]:
    """For an evaluation without a history."""
    return {}


def with_levels(daily: DailyCounts, plan: MeasuringPlan, accepted: Accepted) -> DailyCounts:
    """The counts with the levels that people accepted, and how wide the ranges of levels are."""
    levels = tuple(level for check in _LEVEL_CHECKS for level in accepted(check))
    return replace(daily, accepted_levels=levels, level_widen=plan.level_widen)
