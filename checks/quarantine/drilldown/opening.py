"""Reads rejected rows of some periods, from files or a table, within a time limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from checks.config.model import Config, QuarantineSource
from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.quarantine.drilldown.choosing import choose_files
from checks.quarantine.drilldown.files import FileRejected
from checks.quarantine.drilldown.model import Rejected
from checks.quarantine.drilldown.tables import TableRejected
from checks.quarantine.selection import Place
from checks.quarantine.tally import CannotReadError
from checks.warehouse.worker import DeadlineExceededError, Worker

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
    try:
        if source.files is None:
            return compute(
                TableRejected(warehouse, source, request.periods, request.zone, _naive(config))
            )
        return _FileReading(config, source, request).read(compute, warehouse.remaining())
    except CannotReadError as error:
        raise MeasurementError(Cause.BAD_VALUE, str(error)) from None


def _naive(config: Config) -> ZoneInfo:
    return config.warehouse.naive_timestamps


class _FileReading:
    """Reads files on a thread of its own, as a network folder may hang."""

    def __init__(self, config: Config, source: QuarantineSource, request: RejectedRequest) -> None:
        self._source, self._request = source, request
        self._place = Place(source.files or "", config.path.parent)
        self._naive = _naive(config)
        self._reading: FileRejected | None = None

    def read(self, compute: Callable[[Rejected], T], seconds: float) -> T:
        worker = Worker(seconds)
        try:
            return worker.call(lambda: compute(self._opened()), self._stop)
        except DeadlineExceededError:
            detail = f"the files were not read within {seconds:.0f} s"
            raise MeasurementError(Cause.TIMEOUT, detail, retry=True) from None
        finally:
            worker.stop(self._close)

    def _opened(self) -> FileRejected:
        days = [day for days in self._request.periods for day in days]
        can_filter = self._source.occurred_at is not None
        chosen = choose_files(self._place, days, self._request.sources, can_filter=can_filter)
        self._reading = FileRejected(
            self._source,
            self._place,
            chosen,
            self._request.periods,
            self._request.zone,
            self._naive,
        )
        self._reading.prepare()
        return self._reading

    def _stop(self) -> None:
        if self._reading is not None:
            self._reading.stop()

    def _close(self) -> None:
        if self._reading is not None:
            self._reading.close()
