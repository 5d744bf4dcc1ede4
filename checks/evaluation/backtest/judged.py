"""What a replay carries from day to day, and from one configuration to the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from checks.config.model import Config
from checks.core.counts import DailyCounts, RememberedCounts
from checks.core.model import Judgement
from checks.core.timeframe import Timeframe
from checks.evaluation.backtest.model import Side
from checks.evaluation.engine import plain_verdicts
from checks.measuring.measurements import Measurements


@dataclass(slots=True)
class Counted:
    """The daily counts of one replay: no day is counted twice."""

    counted_at: datetime
    _days: dict[date, RememberedCounts] = field(default_factory=dict)

    def recall(self, first: date, last: date) -> Mapping[date, RememberedCounts]:
        """What was counted of the days from `first` to `last`."""
        return {day: one for day, one in self._days.items() if first <= day <= last}

    def keep(self, daily: DailyCounts | None) -> None:
        """Remember what was counted; what could not be read is tried again for the next day."""
        if daily is None or daily.problems:
            return
        for day in daily.measured:
            counts = daily.counted[day]
            self._days[day] = RememberedCounts(counts, self.counted_at, counts.total)


@dataclass(frozen=True, slots=True)
class Judged:
    """One day's numbers, and what one configuration makes of them."""

    config: Config
    frame: Timeframe
    measured: Measurements
    judgements: Mapping[str, Judgement]

    def side(self) -> Side:
        """The day's verdicts: no waiver applies."""
        verdicts = plain_verdicts(self.config, self.frame, self.judgements)
        return Side({one.id: one for one in verdicts})

    def known_to(self, other: Config) -> dict[str, Judgement]:
        """What another configuration judges alike; severity and guards come after that."""
        return {
            id_: one
            for id_, one in self.judgements.items()
            if self.config.checks[id_].params == other.checks[id_].params
        }
