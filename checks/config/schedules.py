"""The `schedule` section as a `Schedule`."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

from checks.config.cron import CronTimes
from checks.config.model import Config, ScheduleConfig
from checks.core.schedule import Schedule


def schedule_of(config: Config) -> Schedule:
    """When the pipeline runs: every day where the configuration does not say."""
    return _schedule(config.schedule, config.timezone, config.data_lag_days)


@lru_cache(maxsize=64)
def _schedule(section: ScheduleConfig | None, zone: ZoneInfo, lag_days: int) -> Schedule:
    if section is None:
        return Schedule(zone, lag_days)
    return Schedule(
        zone, lag_days, CronTimes(section.runs), section.grace,
        since_last_run=section.loads == "since_last_run",
    )  # fmt: skip
