"""The context in which evidence is read: configuration, day, and an open warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from checks.config.model import Config
from checks.config.naive_zones import NaiveZones
from checks.core.timeframe import Timeframe, timeframe
from checks.warehouse import Warehouse

#: The most rows of a list on one page.
MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Context:
    """One pipeline's judged day, and the connection by which it is read."""

    config: Config
    frame: Timeframe
    warehouse: Warehouse

    @property
    def naive(self) -> NaiveZones:
        """By section, the zone of timestamps stored without one."""
        return self.config.naive_zones


def frame_of(config: Config, day: date, now: datetime) -> Timeframe:
    """The timeframe of a data date, loaded by the run `data_lag_days` later.

    Raises UsageError for a day that has not begun.
    """
    return timeframe(
        now, config.timezone, data_date=day, data_lag_days=config.data_lag_days,
        run_date=day + timedelta(days=config.data_lag_days),
    )  # fmt: skip


@contextmanager
def open_context(config: Config, day: date, now: datetime) -> Iterator[Context]:
    """A context for one reading; its connection is closed at the end."""
    with Warehouse.of(config) as warehouse:
        yield Context(config, frame_of(config, day, now), warehouse)
