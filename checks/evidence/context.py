"""The context in which evidence is read: configuration, day, and an open warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from checks.config.model import Config
from checks.config.naive_zones import NaiveZones
from checks.config.timeframes import data_timeframe
from checks.core.timeframe import Timeframe
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


@contextmanager
def open_context(config: Config, day: date, now: datetime) -> Iterator[Context]:
    """A context for one reading; its connection is closed at the end."""
    with Warehouse.of(config) as warehouse:
        yield Context(config, data_timeframe(config, day, now), warehouse)
