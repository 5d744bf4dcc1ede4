"""Daily counts between evaluations: recalled from the history, and kept there."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from datetime import date, datetime
from typing import TYPE_CHECKING

from checks.config.model import Config
from checks.config.schedules import schedule_of
from checks.core.counts import DailyCounts, DayCounts, RememberedCounts
from checks.core.errors import HistoryError
from checks.measuring.daily import fingerprint, former_fingerprint, is_settled

if TYPE_CHECKING:
    from checks.core.records import RecordedStatus
    from checks.history import StoredAcceptance


class Remembering:
    """Reads and keeps the daily counts for one evaluation. A history that fails is a warning."""

    def __init__(
        self, config: Config, background: Executor | None = None, now: datetime | None = None
    ) -> None:
        """background: the thread that reads the history; reads are queued on it.

        now: the evaluation's reading of the clock; the system's where none is given.
        """
        self._config, self._background, self._now = config, background, now
        self._failure: HistoryError | None = None
        self._is_undated_unread = False

    def recall(self, first: date, last: date) -> Mapping[date, RememberedCounts]:
        """What is remembered of the days from `first` to `last`; nothing where it cannot be read.

        `keep` then returns the warning.
        """
        try:
            if self._background is None:
                return self._read(first, last)
            return self._background.submit(self._read, first, last).result()
        except HistoryError as error:
            self._failure = error
            return {}

    def undated_before(self, data_date: date) -> Mapping[str, int]:
        """What evaluations of an earlier data date counted of rows without a time, before the
        day's own run could load any; nothing where there is none, or where it cannot be read.

        `keep` then returns the warning.
        """
        try:
            if self._background is None:
                return self._read_undated(data_date)
            return self._background.submit(self._read_undated, data_date).result()
        except HistoryError as error:
            self._failure = error
            self._is_undated_unread = True
            return {}

    def accepted(self, check: str) -> tuple[StoredAcceptance, ...]:
        """What somebody accepts of a check; nothing where that cannot be read."""
        from checks.history import history_of

        config = self._config
        try:
            history = history_of(config)
            accepted = history.acceptances(config.pipeline, now=self._now)
        except HistoryError as error:
            self._failure = error
            return ()
        return tuple(acceptance for acceptance in accepted if acceptance.check == check)

    def recorded(self, check: str, before: date) -> Mapping[date, RecordedStatus] | None:
        """A check's recorded statuses of the weeks before a day; None where they cannot be read."""
        from checks.history import history_of
        from checks.history.recorded import RECORDED_DAYS, without_softening

        config = self._config
        try:
            history = history_of(config)
            context = history.context(config.pipeline, before, RECORDED_DAYS, now=self._now)
        except HistoryError as error:
            self._failure = error
            return None
        return without_softening(context.recorded.get(check, {}), config.checks[check].severity)

    def keep(self, daily: DailyCounts, settle_days: int, now: datetime) -> tuple[str, ...]:
        """Remember what was measured and is new, changed or settled since; warnings, if any."""
        if self._failure is not None:
            all_new = ", and all rows without a time count as new"
            return (_warning(self._failure) + (all_new if self._is_undated_unread else ""),)
        if daily.problems:
            return ()  # days without a mapped dimension: its check says what is missing
        days = [
            daily.counted[day]
            for day in daily.measured
            if day not in daily.withheld
            and self._must_be_kept(daily.counted[day], daily.remembered.get(day), settle_days)
        ]
        verified = [daily.counted[day] for day in daily.verified]
        gone = [daily.counted[day] for day in daily.gone if self._is_newly_gone(daily, day)]
        if not days and not verified and not gone and not daily.is_doubted:
            return ()
        from checks.history import history_of

        config = self._config
        try:
            history_of(config).keep_daily_counts(
                config.pipeline, fingerprint(config), [*days, *verified], now,
                gone=gone, former=former_fingerprint(config), is_doubted=daily.is_doubted,
            )  # fmt: skip
        except HistoryError as error:
            return (_warning(error),)
        return ()

    def _read(self, first: date, last: date) -> Mapping[date, RememberedCounts]:
        from checks.history import history_of

        config = self._config
        return history_of(config).daily_counts(
            config.pipeline, fingerprint(config), first, last,
            former=former_fingerprint(config), now=self._now,
        )  # fmt: skip

    def _read_undated(self, data_date: date) -> Mapping[str, int]:
        from checks.history import history_of

        config = self._config
        history = history_of(config)
        schedule = schedule_of(config)
        loaded_from, _ = schedule.window(schedule.run_date_of(data_date))
        mappings = (
            () if config.events is None else (fingerprint(config), former_fingerprint(config))
        )
        return history.undated_before(
            config.pipeline, data_date, loaded_from, now=self._now, fingerprints=mappings
        )

    @staticmethod
    def _is_newly_gone(daily: DailyCounts, day: date) -> bool:
        known = daily.remembered[day]
        return known.gone_at is None or not known.is_verified

    def _must_be_kept(
        self, counts: DayCounts, known: RememberedCounts | None, settle_days: int
    ) -> bool:
        if known is None or not known.is_verified or known.counts != counts or known.gone_at:
            return True
        return not is_settled(known, self._config, settle_days)


def _warning(error: HistoryError) -> str:
    return f"{error}; the daily counts were not remembered"
