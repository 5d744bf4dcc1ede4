"""Texts on what the checks of volume detect, shared by the command line and the dashboard."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from checks.core.text import count_text

if TYPE_CHECKING:
    from checks.detection import Power
    from checks.evidence.power import Alarm, RulePower

#: What stands for a number of a check that has one for each of its names and values.
OF_EACH = "of each, below"


def drop_of(rule: RulePower) -> str:
    """The smallest drop that a check detects: `-21 %`, `-16 % of a week`."""
    if rule.power is None:
        return OF_EACH
    text = drop_text(rule.power)
    return f"{text} of a {rule.period}" if rule.period != "day" and rule.power.judged else text


def jump_of(rule: RulePower, none: str = "-") -> str:
    """The smallest jump that a check detects: `+33 %`. none: for one that only says what is too
    low.
    """
    if rule.power is None:
        return OF_EACH
    return jump_text(rule.power) if rule.period == "day" else none


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
    """`2025-02-15: 26,013 (normal 41,287 to 66,112)`, and whether it was at a level that stayed.

    Of a name or a value with that before the count.
    """
    subject = f"{alarm.subject} " if alarm.subject else ""
    bound = "at most " if alarm.is_bound else ""
    return f"{alarm.day}: {subject}{bound}{count_text(alarm.events)} ({_normal_text(alarm)})"


def _normal_text(alarm: Alarm) -> str:
    low = count_text(math.ceil(alarm.low))
    if alarm.high is None:
        return f"in the week up to it, normal from {low}"
    high = count_text(math.floor(alarm.high))
    if alarm.silent:
        return f"silent, usually {low} to {high}" if alarm.high else "silent, though expected"
    return f"normal {low} to {high}{'; at a level' if alarm.at_level else ''}"
