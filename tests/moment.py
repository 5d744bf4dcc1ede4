"""The clock of the tests: `checks.core.clock` says what a test sets, in this process and in others.

The clock starts at a set moment and goes on from there. Processes that a test starts
load `tests/moved_clock/sitecustomize.py`, which moves their clock as far as this one's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import checks.core.clock
from tests.moved_clock import sitecustomize
from tests.moved_clock.sitecustomize import VARIABLE, move

_HOOK = str(Path(sitecustomize.__file__).parent)
#: A Thursday on which nothing happens anywhere: the moment of every test that sets no other.
USUAL = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)


def on(day: date) -> datetime:
    """A morning of this day: the gate has run, and the day is the same from Lisbon to Tokyo."""
    return datetime(day.year, day.month, day.day, 7, 10, tzinfo=UTC)


#: Days on which calendars are not plain, each as the run's own day and as the day that is judged.
ODD_DAYS = {
    "Sunday": on(date(2027, 6, 13)),
    "29 February": on(date(2028, 2, 29)),
    "1 March": on(date(2028, 3, 1)),
    "1 January": on(date(2027, 1, 1)),
    "Berlin's clocks go forward": on(date(2026, 3, 29)),
    "the day after they went forward": on(date(2026, 3, 30)),
    "Berlin's clocks go back": on(date(2026, 10, 25)),
    "the day after they went back": on(date(2026, 10, 26)),
    "a leap second's day": on(date(2016, 12, 31)),
    "the day after a leap second": on(date(2017, 1, 1)),
}


def _move(by: timedelta) -> None:
    move(by)
    os.environ[VARIABLE] = str(by.total_seconds())


def set_clock(moment: datetime) -> None:
    """Make it `moment` now, here and in processes that are started from now on."""
    _move(moment - datetime.now(UTC))
    folders = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if _HOOK not in folders:
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [_HOOK, *folders]))


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """The same for a while."""
    before = timedelta(seconds=float(os.environ[VARIABLE]))
    set_clock(moment)
    try:
        yield
    finally:
        _move(before)


def now() -> datetime:
    """This moment in UTC, by the clock that is set."""
    return checks.core.clock.now()


def today() -> date:
    """Its day."""
    return now().date()
