"""What no check judges, but a person should know of: as warnings, which change no status.

Everything comes from what the checks have read already: it costs no statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.evaluation.observations.configured import of_names
from checks.evaluation.observations.numbers import of_numbers
from checks.evaluation.observations.unused import unused

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.core.timeframe import Timeframe
    from checks.measuring.measurements import CompletedReadings

__all__ = ["observations", "of_names", "unused"]


def observations(config: Config, frame: Timeframe, readings: CompletedReadings) -> tuple[str, ...]:
    """What is mapped and not used, and which numbers do not fit each other: a sentence each."""
    return (
        *_unjudged_age(config, frame),
        *unused(config),
        *of_names(config, frame, readings),
        *of_numbers(config, frame, readings),
    )


def _unjudged_age(config: Config, frame: Timeframe) -> tuple[str, ...]:
    """That the newest day with events is too old, where no check is on to judge it."""
    if not frame.is_behind or config.checks["freshness"].enabled:
        return ()
    newest = f"the newest day with events is {frame.data_date}"
    loaded = f"the run of {frame.run_date} loads {frame.expected_date}"
    return (f"{newest}, but {loaded}; freshness, which would be red, is not enabled",)
