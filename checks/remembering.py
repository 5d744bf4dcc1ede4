"""Daily counts between evaluations: recalled from the history, and kept there."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from datetime import date, datetime

from checks.config.model import Config
from checks.counts import DailyCounts, DayCounts, RememberedCounts
from checks.daily import fingerprint, is_settled
from checks.errors import HistoryError


class Remembering:
    """One evaluation's door to what earlier ones counted. A history that fails is a warning."""

    def __init__(self, config: Config, aside: Executor | None = None) -> None:
        """aside: where the history is read, so that it waits for what is read there already."""
        self._config, self._aside = config, aside
        self._failure: HistoryError | None = None

    def recall(self, first: date, last: date) -> Mapping[date, RememberedCounts]:
        """What is remembered of the days from `first` to `last`; nothing where it cannot be read.

        `keep` says why.
        """
        try:
            if self._aside is None:
                return self._read(first, last)
            return self._aside.submit(self._read, first, last).result()
        except HistoryError as error:
            self._failure = error
            return {}

    def keep(self, daily: DailyCounts, settle_days: int, now: datetime) -> tuple[str, ...]:
        """Remember what was measured and is new, changed or settled since; warnings, if any."""
        if self._failure is not None:
            return (_told(self._failure),)
        if daily.problems:
            return ()  # days without a mapped dimension: its check says what is missing
        days = [
            daily.counted[day]
            for day in daily.measured
            if self._is_news(daily.counted[day], daily.remembered.get(day), settle_days)
        ]
        if not days:
            return ()
        from checks.history import open_history

        config = self._config
        try:
            history = open_history(config.history)
            history.keep_daily_counts(config.pipeline, fingerprint(config), days, now)
        except HistoryError as error:
            return (_told(error),)
        return ()

    def _read(self, first: date, last: date) -> Mapping[date, RememberedCounts]:
        from checks.history import open_history

        config = self._config
        history = open_history(config.history)
        return history.daily_counts(config.pipeline, fingerprint(config), first, last)

    def _is_news(self, counts: DayCounts, known: RememberedCounts | None, settle_days: int) -> bool:
        if known is None or known.counts != counts:
            return True
        return not is_settled(known, self._config, settle_days)


def _told(error: HistoryError) -> str:
    return f"{error}; the daily counts were not remembered"
