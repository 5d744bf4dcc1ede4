"""Whether a day's weekday explains what the Z-score finds, as the guard of `volume_zscore` says."""

from __future__ import annotations

from checks.config.model import Config
from checks.detection import Basis, ExpectedRange


def weekday_explains(config: Config) -> bool:
    """Whether `volume_expected` may turn a red Z-score into amber."""
    zscore, expected = config.checks["volume_zscore"], config.checks["volume_expected"]
    return expected.enabled and bool(zscore.params.weekday_explains)


def is_normal_weekday(events: float, normal: ExpectedRange | None) -> bool:
    """Whether a day is judged by its weekday, and in its range."""
    if normal is None or normal.basis is not Basis.WEEKDAY:
        return False
    return not normal.side_of(events)
