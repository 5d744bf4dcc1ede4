"""Reads rejected rows of some periods, from files or a table, within a time limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from checks.config.model import Config
from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.quarantine.drilldown.choosing import choose_files
from checks.quarantine.drilldown.files import FileRejected
from checks.quarantine.drilldown.hours import Periods
from checks.quarantine.drilldown.model import Rejected
from checks.quarantine.drilldown.preparing import FileRequest
from checks.quarantine.drilldown.tables import TableRejected
from checks.quarantine.memory import InMemoryDuckDb, read_in_time
from checks.quarantine.selection import FilePattern
from checks.quarantine.tally import CannotReadError

if TYPE_CHECKING:
    from checks.warehouse import Warehouse

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RejectedRequest:
    """periods: days to be read, of which the very first is the judged one.

    sources: by day, the sources loaded according to the audit log. zone: of the shop.
    """

    periods: tuple[tuple[date, ...], ...]
    sources: Mapping[date, tuple[str, ...]]
    zone: ZoneInfo


def read_rejected(
    config: Config,
    warehouse: Warehouse,
    request: RejectedRequest,
    compute: Callable[[Rejected], T],
) -> T:
    """The result of `compute` over the rejected rows.

    Raises MeasurementError: not mapped, days that cannot be distinguished, out of time.
    """
    source = config.quarantine
    if source is None:
        raise MeasurementError(Cause.BAD_VALUE, "`quarantine` is not mapped in andon.yml")
    periods = Periods(request.periods, request.zone, config.naive_zones.quarantine)
    if source.files is None:
        return compute(TableRejected(warehouse, source, periods))
    place = FilePattern(source.files, config.path.parent)

    def read(memory: InMemoryDuckDb) -> T:
        chosen = choose_files(
            place, periods.all_days(), request.sources, can_filter=source.occurred_at is not None
        )
        return compute(FileRejected(memory, FileRequest(source, place, chosen, periods)))

    seconds = warehouse.remaining()
    try:
        return read_in_time(read, seconds, f"{seconds:.0f}")
    except CannotReadError as error:
        raise MeasurementError(error.cause, str(error), retry=error.retry) from None
