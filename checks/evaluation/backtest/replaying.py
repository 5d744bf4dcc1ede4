"""The days measured once, oldest first, and judged by both configurations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from checks.config.model import Config
from checks.core.errors import MeasurementError, UsageError
from checks.core.model import Judgement
from checks.core.timeframe import Timeframe, timeframe
from checks.evaluation.backtest.judged import Counted, Judged
from checks.evaluation.backtest.model import Backtest, Day
from checks.evaluation.engine import judge_all
from checks.measuring.measurements import Measurements
from checks.measuring.plan import MeasuringPlan
from checks.warehouse import Warehouse

_MOST_DAYS = 3650  # ten years: more is a typing error
Tell = Callable[[str], None]


def newest_day(config: Config, now: datetime) -> date:
    """The latest data date that can be replayed: loaded by a run up to today's, and over."""
    today = now.astimezone(config.timezone).date()
    return today - timedelta(days=max(1, config.data_lag_days))


def replay(
    config: Config, changed: Config, *, days: int, last: date, now: datetime, progress: Tell
) -> Backtest:
    """Judge the `days` data dates up to `last` by both configurations.

    changed: differs from `config` in `checks` alone. now: the one reading of the clock. Waivers
    do not apply, nothing is read of the history, and nothing is recorded.

    Raises UsageError for days that cannot be replayed, MeasurementError when the warehouse
    cannot be reached.
    """
    first = _first(config, days, last, now)
    found = list(_Replay(config, changed, now, progress).between(first, last))
    if not found:
        raise UsageError(f"there is no event and no log entry from {first} to {last}")
    return Backtest(first, last, tuple(found), days - len(found))


def _first(config: Config, days: int, last: date, now: datetime) -> date:
    newest = newest_day(config, now)
    if last > newest:
        raise UsageError(f"{last} cannot be replayed; the newest day that can be is {newest}")
    if days > _MOST_DAYS:
        raise UsageError(f"at most {_MOST_DAYS} days can be replayed, not {days}")
    if last.toordinal() <= days:
        raise UsageError(f"there are no {days} days up to {last}")
    return last - timedelta(days=days - 1)


class _Replay:
    """Both configurations over one day after the other."""

    def __init__(self, config: Config, changed: Config, now: datetime, tell: Tell) -> None:
        self._config = _without_explanations(config)
        self._changed = _without_explanations(changed)
        self._now, self._tell = now, tell
        self._counted = Counted(now)
        self._has_begun = False

    def between(self, first: date, last: date) -> Iterator[Day]:
        """Oldest first, from the first day on that has an event, an earlier one, or an entry."""
        days = (last - first).days + 1
        for offset in range(days):
            day = first + timedelta(days=offset)
            self._tell(f"replaying {day}, {offset + 1} of {days} days")
            found = self._day(day)
            if found is not None:
                yield found

    def _day(self, day: date) -> Day | None:
        """The day as it is judged once it is over; the later days lie before now, too."""
        config = self._config
        frame = timeframe(
            self._now, config.timezone, data_date=day, data_lag_days=config.data_lag_days,
            run_date=day + timedelta(days=config.data_lag_days),
        )  # fmt: skip
        # A connection a day: the time-out is one evaluation's, and a writer may come between.
        with Warehouse.of(config, self._tell) as warehouse:
            warehouse.check_connection()
            measured = self._measurements(config, frame, warehouse)
            self._has_begun = self._has_begun or _is_begun(config, measured)
            if not self._has_begun:
                return None
            now = self._judged(config, frame, measured)
            changed = self._again(now, warehouse)
        return Day(day, now.side(), changed.side())

    def _again(self, now: Judged, warehouse: Warehouse) -> Judged:
        """The day by the other configuration; measured anew only where it measures otherwise."""
        if MeasuringPlan.of(now.config).measures_like(MeasuringPlan.of(self._changed)):
            known = now.known_to(self._changed)
            return self._judged(self._changed, now.frame, now.measured, known)
        measured = self._measurements(self._changed, now.frame, warehouse)
        return self._judged(self._changed, now.frame, measured)

    def _measurements(self, config: Config, frame: Timeframe, warehouse: Warehouse) -> Measurements:
        return Measurements(config, frame, warehouse, self._counted.recall, recall_is_final=True)

    def _judged(
        self,
        config: Config,
        frame: Timeframe,
        measured: Measurements,
        known: Mapping[str, Judgement] | None = None,
    ) -> Judged:
        judgements = judge_all(config, frame, measured, lambda text: None, known)
        self._counted.keep(measured.found_daily_counts())
        return Judged(config, frame, measured, judgements)


def _without_explanations(config: Config) -> Config:
    """Without the rejected rows where an audit log is judged: every verdict is the same."""
    return config if config.audit_log is None else replace(config, quarantine=None)


def _is_begun(config: Config, measured: Measurements) -> bool:
    """Whether there is anything to judge; what cannot be measured is for the checks to say."""
    try:
        if config.events is not None:
            events = measured.events()
            if events.has_earlier or any(events.totals()):
                return True
        if config.audit_log is not None:
            return bool(measured.audit_log().today)
    except MeasurementError:
        return True
    return config.events is None
