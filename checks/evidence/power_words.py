"""Texts on what a volume rule detects, shared by the command line and the dashboard."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from checks.core.text import count_text

if TYPE_CHECKING:
    from checks.detection import Power
    from checks.evidence.power import Alarm


def drop_text(power: Power) -> str:
    """`-21 %`, or that not even an outage is detected."""
    return _change_text(power, power.smallest_drop, "-", "none: not even an outage")


def jump_text(power: Power) -> str:
    """`+33 %`, or that not even ten times the volume is detected."""
    return _change_text(power, power.smallest_jump, "+", "none: not even ten times")


def _change_text(power: Power, size: float | None, sign: str, none: str) -> str:
    if not power.judged:
        return "not judged"
    return none if size is None else f"{sign}{math.ceil(size * 100)} %"


def alarm_text(alarm: Alarm) -> str:
    """`2025-02-15: 26,013 (normal 41,287 to 66,112)`, and whether it was at a level that stayed."""
    low, high = count_text(math.ceil(alarm.low)), count_text(math.floor(alarm.high))
    level = "; at a level" if alarm.at_level else ""
    return f"{alarm.day}: {count_text(alarm.events)} (normal {low} to {high}{level})"
