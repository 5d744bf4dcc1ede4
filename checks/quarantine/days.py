"""The data days whose rejected rows are counted together: the judged one, or those of its run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from checks.core.text import day_text, load_days_text
from checks.core.timeframe import TICK, Timeframe, midnight


@dataclass(frozen=True, slots=True)
class CountedDays:
    """Consecutive data days, oldest first, as one stretch of time.

    frame: the judged day, which is one of them.
    """

    frame: Timeframe
    dates: tuple[date, ...]

    @classmethod
    def of_run(cls, frame: Timeframe) -> CountedDays:
        """All days that are loaded with the judged one."""
        return cls(frame, frame.days_of_load)

    @classmethod
    def alone(cls, frame: Timeframe) -> CountedDays:
        """The judged day alone."""
        return cls(frame, (frame.data_date,))

    @property
    def last(self) -> date:
        """The newest day."""
        return self.dates[-1]

    @property
    def start(self) -> datetime:
        """The instant at which the first day begins."""
        return midnight(self.dates[0], self.frame.zone)

    @property
    def end(self) -> datetime:
        """The instant at which the last day ends."""
        return midnight(self.last + timedelta(days=1), self.frame.zone)

    @property
    def cut(self) -> datetime:
        """The exclusive end of the counted time: the last day's end, or just after now."""
        return min(self.end, self.frame.now + TICK)

    @property
    def text(self) -> str:
        """`Saturday 8 March`, or `7 to 9 March`."""
        return day_text(self.last) if len(self.dates) == 1 else load_days_text(self.dates)
