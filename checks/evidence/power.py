"""Which changes the checks of volume detect on a pipeline's own days, and how often they fail."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from checks.catalog import event_volume, volume_expected, volume_trend, volume_zscore
from checks.core.model import Severity
from checks.detection import CAUGHT_SHARE
from checks.evidence._days import read_daily, read_days, window_of
from checks.evidence._power_parts import EventVolumeRule, event_volume_power
from checks.evidence._power_total import TotalRules
from checks.evidence._powers import Alarm, PartPower, Powers, RulePower
from checks.evidence._weekday import weekday_explains
from checks.measuring.plan import MeasuringPlan
from checks.measuring.remembering import Remembering

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from checks.config.model import CheckSettings, Config
    from checks.core.counts import DailyCounts
    from checks.evidence.context import Context

__all__ = [
    "CAUGHT_SHARE", "CHECKS", "Alarm", "PartPower", "Powers", "RulePower", "Rules", "powers",
    "read", "rules_of",
]  # fmt: skip

#: The checks of volume, in the order of their rules.
CHECKS = ("volume_expected", "volume_zscore", "event_volume", "volume_trend")


@dataclass(frozen=True, slots=True)
class Rules:
    """The parameters of the checks of volume, and which of them are enabled.

    weekday_explains: whether the Z-score only warns of days that are normal for their weekday.
    amber: the checks whose failures only warn, by their severity.
    """

    expected: volume_expected.Params = field(default_factory=volume_expected.Params)
    zscore: volume_zscore.Params = field(default_factory=volume_zscore.Params)
    event_volume: EventVolumeRule = field(
        default_factory=lambda: EventVolumeRule(event_volume.Params())
    )
    trend: volume_trend.Params = field(default_factory=volume_trend.Params)
    weekday_explains: bool = True
    enabled: Collection[str] = CHECKS
    amber: Collection[str] = ()


def read(context: Context, *, days: int = 90) -> Powers:
    """The enabled checks on the `days` days up to the judged one, with the evaluations' history.

    Days in the calendar and days without events are not judged: an alarm there would be right.
    Raises MeasurementError.
    """
    # The days that every evaluation measures anew; `read_days` adds the window of the first.
    events = read_days(
        context, MeasuringPlan.of(context.config).recent_days - window_of(context) + 1
    )
    return powers(read_daily(context, events), rules_of(context), days=days)


def rules_of(context: Context) -> Rules:
    """What is configured, and what people decided."""
    config = context.config
    checks, remembered = config.checks, Remembering(config, now=context.frame.now)
    check = event_volume.CHECK.id
    return Rules(
        checks["volume_expected"].params,
        checks["volume_zscore"].params,
        EventVolumeRule(
            checks[check].params,
            remembered.accepted(check),
            lambda before: remembered.recorded(check, before),
            window_of(context),
        ),
        checks["volume_trend"].params,
        weekday_explains=weekday_explains(config),
        enabled=_checks_where(config, lambda settings: settings.enabled),
        amber=_checks_where(config, lambda settings: settings.severity is Severity.AMBER),
    )


def _checks_where(config: Config, holds: Callable[[CheckSettings], bool]) -> tuple[str, ...]:
    return tuple(check for check in CHECKS if holds(config.checks[check]))


def powers(daily: DailyCounts, rules: Rules, *, days: int = 90) -> Powers:
    """What each enabled rule detects on the last `days` days."""
    parts: list[PartPower] = []
    total = TotalRules(daily, rules.expected, days)

    def of_event_volume() -> RulePower:
        rule, powers_of_parts = event_volume_power(rules.event_volume, daily, days)
        parts.extend(powers_of_parts)
        return rule

    by_check: dict[str, Callable[[], RulePower]] = {
        "volume_expected": total.expected,
        "volume_zscore": lambda: total.zscore(
            rules.zscore, weekday_explains=rules.weekday_explains
        ),
        "event_volume": of_event_volume,
        "volume_trend": lambda: total.trend(rules.trend),
    }
    of_rules = [by_check[check]() for check in CHECKS if check in rules.enabled]
    return Powers(
        daily.day,
        days,
        tuple(_only_amber(rule) if rule.check in rules.amber else rule for rule in of_rules),
        tuple(parts),
    )


def _only_amber(rule: RulePower) -> RulePower:
    alarms = tuple(replace(alarm, warns=True) for alarm in rule.out_of_range)
    return replace(rule, out_of_range=alarms)
