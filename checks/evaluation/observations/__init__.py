"""Warnings on what no check judges but people should know. They change no status.

They use only what the checks have read already, and send no statement of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.evaluation.observations.configured import name_observations
from checks.evaluation.observations.numbers import number_observations
from checks.evaluation.observations.unused import unused

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.core.timeframe import Timeframe
    from checks.measuring.measurements import CompletedReadings

__all__ = ["name_observations", "observations", "unused"]


def observations(config: Config, frame: Timeframe, readings: CompletedReadings) -> tuple[str, ...]:
    """A sentence for each mapped key that nothing uses, and for numbers that disagree."""
    return (
        *_stale_data(config, frame),
        *unused(config),
        *name_observations(config, frame, readings),
        *number_observations(config, frame, readings),
    )


def _stale_data(config: Config, frame: Timeframe) -> tuple[str, ...]:
    """A warning that the newest day with events is too old, while `freshness` is off."""
    if not frame.is_behind or config.checks["freshness"].enabled:
        return ()
    newest = f"the newest day with events is {frame.data_date}"
    loaded = f"the run of {frame.run_date} loads {frame.expected_date}"
    return (f"{newest}, but {loaded}; freshness, which would be red, is not enabled",)
