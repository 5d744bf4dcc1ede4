"""What a replay reuses: counts for later days, judgements for the other configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from checks.config.model import Config
from checks.core.counts import DailyCounts, RememberedCounts
from checks.core.model import Judgement
from checks.core.timeframe import Timeframe
from checks.evaluation.backtest.model import DayVerdicts
from checks.evaluation.verdicts import plain_verdicts
from checks.measuring.measurements import Measurements


@dataclass(slots=True)
class ReplayCounts:
    """The daily counts of one replay: no day is counted twice."""

    counted_at: datetime
    _days: dict[date, RememberedCounts] = field(default_factory=dict)

    def recall(self, first: date, last: date) -> Mapping[date, RememberedCounts]:
        """The counts of the days from `first` to `last`."""
        return {day: counts for day, counts in self._days.items() if first <= day <= last}

    def remember(self, daily: DailyCounts | None) -> None:
        """Remember new counts; after a problem nothing, so that the next day counts again."""
        if daily is None or daily.problems:
            return
        for day in daily.measured:
            counts = daily.counted[day]
            self._days[day] = RememberedCounts(counts, self.counted_at, counts.total)


@dataclass(frozen=True, slots=True)
class JudgedDay:
    """One day's measurements, and the judgements of one configuration."""

    config: Config
    frame: Timeframe
    measurements: Measurements
    judgements: Mapping[str, Judgement]

    def side(self) -> DayVerdicts:
        """The day's verdicts: no waiver applies."""
        verdicts = plain_verdicts(self.config, self.frame, self.judgements)
        return DayVerdicts({verdict.id: verdict for verdict in verdicts})

    def shared_with(self, other: Config) -> dict[str, Judgement]:
        """The judgements that another configuration shares: those with the same parameters."""
        return {
            id_: judgement
            for id_, judgement in self.judgements.items()
            if self.config.checks[id_].params == other.checks[id_].params
        }
