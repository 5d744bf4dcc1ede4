"""Moves `checks.core.clock`. Python loads this by itself in a process that a test starts."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo

#: How far the clock of a process is moved, in seconds.
VARIABLE = "TEST_CLOCK_MOVED_BY"


class _Moved(datetime):
    """A `datetime` whose `now` is the system's, moved."""

    by = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.by


def move(by: timedelta) -> None:
    """Move the clock of this process from the system's."""
    import checks.core.clock

    _Moved.by = by
    checks.core.clock.datetime = _Moved  # type: ignore[misc]


if VARIABLE in os.environ:
    with suppress(ImportError):  # a process that knows nothing of Andon
        move(timedelta(seconds=float(os.environ[VARIABLE])))
