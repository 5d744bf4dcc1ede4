"""What count is normal for a day: expected values and ranges from the days before it."""

from __future__ import annotations

from checks.detection.expected import Basis, ExpectedRange, Judge
from checks.detection.onset import Onset, Shape, decline_onset
from checks.detection.power import CAUGHT_SHARE, Power, power
from checks.detection.ranges import FULL_POWER_DAYS, MINIMUM_DAYS, expected_range
from checks.detection.series import HISTORY_DAYS, history_days
from checks.detection.trend import Trend, weekly_trend
from checks.detection.zscore import zscore_range

__all__ = [
    "CAUGHT_SHARE",
    "FULL_POWER_DAYS",
    "HISTORY_DAYS",
    "MINIMUM_DAYS",
    "Basis",
    "ExpectedRange",
    "Judge",
    "Onset",
    "Power",
    "Shape",
    "Trend",
    "decline_onset",
    "expected_range",
    "history_days",
    "power",
    "weekly_trend",
    "zscore_range",
]
