"""Reading the warehouse in a server: in turns, without long waits, and never raising."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

from checks.config.model import Config
from checks.core.errors import AndonError, MeasurementError, is_interruption
from checks.core.model import Cause
from checks.evidence.context import Context, open_context
from dashboard.data.shapes import Answer

#: How long a page waits for the warehouse's writer; then it shows the last good numbers and says
#: so.
_WRITER_WAIT_SECONDS = 1.0
#: DuckDB reads in this process and needs 20 to 30 MiB while it does, so readers take turns; each
#: waits at most this long.
_READER_WAIT_SECONDS = 5.0
_READER_LOCK = threading.Lock()

T = TypeVar("T")


def for_server(config: Config) -> Config:
    """The configuration for a server: a short wait for writers, and little memory for reading."""
    seconds = min(_WRITER_WAIT_SECONDS, config.warehouse.lock_wait_seconds)
    warehouse = replace(config.warehouse, lock_wait_seconds=seconds, is_read_by_server=True)
    return replace(config, warehouse=warehouse)


@contextmanager
def one_reader_at_a_time(config: Config) -> Iterator[None]:
    """Waits for another reader where the engine reads in this process, but not for long."""
    is_duckdb = config.warehouse.url.startswith("duckdb")
    acquired = is_duckdb and _READER_LOCK.acquire(timeout=_READER_WAIT_SECONDS)
    try:
        yield
    finally:
        if acquired:
            _READER_LOCK.release()


def answer_of(
    read: Callable[[Context], T], config: Config, day: date, moment: datetime
) -> Answer[T]:
    """The answer of a reader of evidence, or why there is none. config: as `for_server` has it."""
    try:
        with one_reader_at_a_time(config), open_context(config, day, moment) as context:
            return Answer(read(context), None, moment)
    except MeasurementError as error:
        return Answer(None, _unread_reason(error), moment)
    except AndonError as error:
        return Answer(None, str(error), moment)
    except Exception as error:  # its text may hold data or secrets: only its class is shown
        if is_interruption(error):
            raise
        return Answer(None, f"internal error: {type(error).__name__}", moment)


def _unread_reason(error: MeasurementError) -> str:
    """Why evidence is missing, without the file and process names in a driver's lock message."""
    if error.cause is Cause.LOCKED:
        return "The warehouse is locked by its writer. It is read again at the next evaluation."
    if error.cause is Cause.BAD_VALUE:  # the detail says it all
        return error.detail
    return f"{error.detail} ({error.cause.value.replace('_', ' ')})"
