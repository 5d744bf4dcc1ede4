"""Consecutive data days whose rows are read by one statement a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from checks.core.timeframe import Timeframe
from checks.warehouse.order_tables import More, Slices, day_index, no_columns


@dataclass(frozen=True, slots=True)
class ConsecutiveDays:
    """Consecutive data days of one run, oldest first.

    Raises ValueError for no days, and for days that do not follow each other.
    """

    frames: tuple[Timeframe, ...]

    def __post_init__(self) -> None:
        dates = self.dates
        if not dates or dates != [dates[0] + timedelta(days=n) for n in range(len(dates))]:
            raise ValueError(f"not consecutive days, oldest first: {[str(day) for day in dates]}")

    @property
    def dates(self) -> list[date]:
        """The data dates."""
        return [frame.data_date for frame in self.frames]

    @property
    def indexes(self) -> range:
        """The values of the column `day`."""
        return range(len(self.frames))

    @property
    def are_many(self) -> bool:
        """Whether rows have to say which of the days they are of."""
        return len(self.frames) > 1

    @property
    def slices(self) -> Slices:
        """Start and exclusive end of each day; one that lasts ends now."""
        return [(frame.start, frame.cut) for frame in self.frames]

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Start of the first day and exclusive end of the last one's judged time."""
        return self.frames[0].start, self.frames[-1].cut

    @property
    def whole(self) -> tuple[datetime, datetime]:
        """Start of the first day and end of the last one, also while that lasts."""
        return self.frames[0].start, self.frames[-1].end

    @property
    def columns(self) -> More:
        """The column `day`, which rows of many days need."""
        return day_index(self.slices) if self.are_many else no_columns
