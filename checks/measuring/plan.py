"""What the parameters of checks decide about measuring: looked up here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from checks.catalog import all_checks
from checks.config.calendars import calendar_between
from checks.config.model import Config
from checks.core.endings import Endings
from checks.loads.patterns import LEARNED_DAYS
from checks.loads.usual_parts import USUAL_DAYS

#: A window of open days is looked for in twice as many days, and one long closure.
_SPAN_PER_OPEN_DAY, _LONGEST_CLOSURE = 2, 366


@dataclass(frozen=True, slots=True)
class MeasuringPlan:
    """How far back, and by which status words, a pipeline is measured. All in days but `endings`.

    window_days: days before the data date that it is compared with. history_days: days that say
    what volume is normal. settle_days: days that late loads may still change. endings: what the
    log's status words mean. judges_volume: whether a check is enabled that compares the day with
    days before it. least_events_of_name: events a day that make an event name matter by itself.
    log_days: days of the audit log before the run. level_widen: factor of the ranges that levels of
    the volume are out of.
    """

    window_days: int
    history_days: int
    settle_days: int
    endings: Endings
    judges_volume: bool
    least_events_of_name: float
    log_days: int
    level_widen: float

    @classmethod
    def of(cls, config: Config) -> MeasuringPlan:
        """The plan of a configuration."""
        expected = config.checks["volume_expected"].params
        return cls(
            window_days=config.checks["volume_zscore"].params.window_days,
            history_days=expected.history_days,
            settle_days=expected.settle_days,
            endings=config.checks["run_status"].params.endings(),
            judges_volume=config.events is not None
            and any(check.compares_days and config.checks[check.id].enabled
                    for check in all_checks()),
            least_events_of_name=config.checks["event_volume"].params.min_per_day,
            log_days=LEARNED_DAYS if _judges_sources(config) else USUAL_DAYS,
            level_widen=expected.widen,
        )  # fmt: skip

    def window_before(self, config: Config, day: date) -> int:
        """How many days before a day have its window of open days among them; bounded."""
        most = _SPAN_PER_OPEN_DAY * self.window_days + _LONGEST_CLOSURE
        if not config.calendar.closed:
            return self.window_days
        calendar = calendar_between(config.calendar, day - timedelta(days=most), day)
        return min(most, calendar.days_with_open(day, self.window_days))

    @property
    def recent_days(self) -> int:
        """How many days before the data date every evaluation measures anew."""
        return max(self.window_days, self.settle_days)

    def measures_like(self, other: MeasuringPlan) -> bool:
        """Whether both measure the same numbers, whichever checks are enabled."""
        return (self.window_days, self.history_days, self.settle_days, self.endings) == (
            other.window_days, other.history_days, other.settle_days, other.endings
        )  # fmt: skip


def _judges_sources(config: Config) -> bool:
    """Whether the sources of the log are compared with those that usually come."""
    return config.checks["sources_complete"].enabled and config.is_mapped("audit_log.source")
