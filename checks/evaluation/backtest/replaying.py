"""The days measured once, oldest first, and judged by both configurations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from checks.config.model import Config
from checks.config.schedules import schedule_of
from checks.config.timeframes import data_timeframe
from checks.core.errors import MeasurementError, UsageError
from checks.core.model import Judgement
from checks.core.progress import Progress
from checks.core.timeframe import Timeframe
from checks.evaluation.backtest.judged import JudgedDay, ReplayCounts
from checks.evaluation.backtest.model import Backtest, ReplayedDay
from checks.evaluation.judgements import judge_all
from checks.measuring.measurements import Measurements
from checks.measuring.plan import MeasuringPlan
from checks.warehouse import Warehouse

_DAY = timedelta(days=1)
_MOST_DAYS = 3650  # ten years: more is a typing error


def newest_day(config: Config, now: datetime) -> date:
    """The latest data date that can be replayed: it is over, and its run was due."""
    schedule, yesterday = schedule_of(config), now.astimezone(config.timezone).date() - _DAY
    return min(yesterday, schedule.loaded_dates(schedule.latest(now))[-1])


def replay(
    config: Config,
    changed: Config,
    *,
    days: int,
    last: date,
    now: datetime,
    progress: Progress,
) -> Backtest:
    """Judge the `days` data dates up to `last` by both configurations.

    changed: differs from `config` in `checks` only. now: the current time. Waivers
    do not apply, nothing is read of the history, and nothing is recorded.

    Raises UsageError for days that cannot be replayed, MeasurementError when the warehouse
    cannot be reached.
    """
    first = _first_day(config, days, last, now)
    loaded_days = _loaded_days(config, first, last)
    replayed = list(_Replay(config, changed, now, progress).over(loaded_days))
    if not replayed:
        raise UsageError(f"there is no event and no log entry from {first} to {last}")
    return Backtest(first, last, tuple(replayed), len(loaded_days) - len(replayed))


def _loaded_days(config: Config, first: date, last: date) -> list[date]:
    """The days of the stretch that some run loads, oldest first."""
    schedule = schedule_of(config)
    stretch = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return [day for day in stretch if schedule.loads(day)]


def _first_day(config: Config, days: int, last: date, now: datetime) -> date:
    newest = newest_day(config, now)
    if last > newest:
        raise UsageError(f"{last} cannot be replayed; the newest day that can be is {newest}")
    if days > _MOST_DAYS:
        raise UsageError(f"at most {_MOST_DAYS} days can be replayed, not {days}")
    if last.toordinal() <= days:
        raise UsageError(f"there are no {days} days up to {last}")
    return last - timedelta(days=days - 1)


class _Replay:
    """Replays days in order, each by both configurations."""

    def __init__(self, config: Config, changed: Config, now: datetime, progress: Progress) -> None:
        self._config = _without_explanations(config)
        self._changed = _without_explanations(changed)
        self._now, self._progress = now, progress
        self._counted = ReplayCounts(now)
        self._has_begun = False

    def over(self, days: Sequence[date]) -> Iterator[ReplayedDay]:
        """The days, oldest first, without those before the first event or log entry."""
        for number, day in enumerate(days, 1):
            self._progress(f"replaying {day}, {number} of {len(days)} days")
            replayed = self._replay_day(day)
            if replayed is not None:
                yield replayed

    def _replay_day(self, day: date) -> ReplayedDay | None:
        """The day as it was judged once it was over; None before the first event or log entry."""
        config = self._config
        frame = data_timeframe(config, day, self._now)
        # One connection a day: the time-out is per evaluation, and a writer may need its turn.
        with Warehouse.of(config, self._progress) as warehouse:
            warehouse.check_connection()
            measured = self._measurements(config, frame, warehouse)
            self._has_begun = self._has_begun or _has_data(config, measured)
            if not self._has_begun:
                return None
            current = self._judged(config, frame, measured)
            changed = self._judged_by_changed(current, warehouse)
        return ReplayedDay(day, current.side(), changed.side())

    def _judged_by_changed(self, current: JudgedDay, warehouse: Warehouse) -> JudgedDay:
        """The day by the changed configuration, measured again only where the plans differ."""
        if MeasuringPlan.of(current.config).measures_like(MeasuringPlan.of(self._changed)):
            shared = current.shared_with(self._changed)
            return self._judged(self._changed, current.frame, current.measurements, shared)
        measured = self._measurements(self._changed, current.frame, warehouse)
        return self._judged(self._changed, current.frame, measured)

    def _measurements(self, config: Config, frame: Timeframe, warehouse: Warehouse) -> Measurements:
        return Measurements(config, frame, warehouse, self._counted.recall, recall_is_final=True)

    def _judged(
        self,
        config: Config,
        frame: Timeframe,
        measured: Measurements,
        shared: Mapping[str, Judgement] | None = None,
    ) -> JudgedDay:
        judgements = judge_all(config, frame, measured, lambda text: None, shared)
        self._counted.remember(measured.readings().daily_counts)
        return JudgedDay(config, frame, measured, judgements)


def _without_explanations(config: Config) -> Config:
    """Without rejected rows where there is an audit log: they change no verdict then."""
    return config if config.audit_log is None else replace(config, quarantine=None)


def _has_data(config: Config, measured: Measurements) -> bool:
    """Whether there is anything to judge; True where that cannot be measured."""
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
