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
    from collections.abc import Callable, Collection, Iterator

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
    names: EventVolumeRule = field(default_factory=lambda: EventVolumeRule(event_volume.Params()))
    trend: volume_trend.Params = field(default_factory=volume_trend.Params)
    weekday_explains: bool = True
    enabled: Collection[str] = CHECKS
    amber: Collection[str] = ()


def read(context: Context, *, days: int = 90) -> Powers:
    """The enabled checks on the `days` days up to the judged one, with the evaluations' history.

    Days in the calendar and days without events are not judged: an alarm there would be right.
    Raises MeasurementError.
    """
    events = read_days(
        context, MeasuringPlan.of(context.config).recent_days - window_of(context) + 1
    )
    return powers(read_daily(context, events), rules_of(context), days=days)


def rules_of(context: Context) -> Rules:
    """What is configured, and what people decided."""
    config = context.config
    checks, history = config.checks, Remembering(config, now=context.frame.now)
    name = event_volume.CHECK.id
    return Rules(
        checks["volume_expected"].params,
        checks["volume_zscore"].params,
        EventVolumeRule(
            checks[name].params,
            history.accepted(name),
            lambda before: history.recorded(name, before),
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
    of_event_volume, parts = event_volume_power(rules.names, daily, days)
    enabled = (
        rule
        for rule in _powers_of(daily, rules, of_event_volume, days)
        if rule.check in rules.enabled
    )
    return Powers(
        daily.day,
        days,
        tuple(_only_amber(rule) if rule.check in rules.amber else rule for rule in enabled),
        tuple(parts) if of_event_volume.check in rules.enabled else (),
    )


def _powers_of(
    daily: DailyCounts, rules: Rules, of_event_volume: RulePower, days: int
) -> Iterator[RulePower]:
    """Of all four checks, in the order of `CHECKS`."""
    total = TotalRules(daily, rules.expected, days)
    yield total.expected()
    yield total.zscore(rules.zscore, weekday_explains=rules.weekday_explains)
    yield of_event_volume
    yield total.trend(rules.trend)


def _only_amber(rule: RulePower) -> RulePower:
    alarms = tuple(replace(alarm, warns=True) for alarm in rule.out_of_range)
    return replace(rule, out_of_range=alarms)
