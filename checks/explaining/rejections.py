"""What the audit log says of a day with too few events: its rows were read, and rejected. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import sqrt
from typing import NamedTuple

from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.model import Explanation
from checks.core.text import count_text, plural
from checks.core.totals import median
from checks.explaining import kinds
from checks.explaining.wording import usual_phrase
from checks.loads.effective import Load, loads

#: The days before the run date that say what is usual, and how many of them at least.
_DAYS, _LEAST_DAYS = 7, 3
#: About as many rows as usual were read from this part of them on; of an empty day, so many of the
#: usual rows at least were rejected.
_AS_USUAL, _MOST = 0.75, 0.5
#: Rejected rows have risen from so many times the usual on, and beyond so many deviations.
_RISEN, _BEYOND_CHANCE = 1.6, 5.0


class _DayRows(NamedTuple):
    """Rows of a run date: those that were read, and those of them that were rejected."""

    read: int
    rejected: int


def rejected_rows(log: AuditLog, least: float | None = None) -> Explanation | None:
    """Rows were read as usual, and far more of them rejected than usual: `least` more.

    least: half of what the day lacks; None for a day without any event.
    """
    today = _rows_on(log, 0)
    earlier = [rows for back in range(1, _DAYS + 1) if (rows := _rows_on(log, back)) is not None]
    if today is None or len(earlier) < _LEAST_DAYS:
        return None
    usual_read = median(rows.read for rows in earlier) or 0.0
    usual_rejected = median(rows.rejected for rows in earlier) or 0.0
    needed = _MOST * usual_read if least is None else least
    if today.read < max(_AS_USUAL * usual_read, 1) or not _has_risen(
        today.rejected, usual_rejected, needed
    ):
        return None
    if today.rejected == today.read:
        text = f"All {plural(today.read, 'row')} read were rejected"
    else:
        text = f"{count_text(today.rejected)} of {plural(today.read, 'row')} read were rejected"
    return Explanation(
        kinds.ROWS_REJECTED,
        f"{text}, {usual_phrase(usual_rejected)}",
        {"rows_read": today.read, "rows_rejected": today.rejected, "expected": usual_rejected},
    )


def _has_risen(rejected: int, usual_rejected: float, needed: float) -> bool:
    more = rejected - usual_rejected
    is_chance = more <= _BEYOND_CHANCE * sqrt(max(usual_rejected, 1.0))
    return more >= needed and rejected >= _RISEN * usual_rejected and not is_chance


def _rows_on(log: AuditLog, back: int) -> _DayRows | None:
    """Rows so many days before the run date; None where they are not known, or nothing ran."""
    day_loads = loads(log, log.run_date - timedelta(days=back))
    counts = [
        (entry.rows_read, entry.rows_quarantined)
        for load in day_loads for entry in _largest(load)
    ]  # fmt: skip
    known = [(n, q) for n, q in counts if isinstance(n, int) and isinstance(q, int)]
    if not counts or len(known) < len(counts):
        return None
    return _DayRows(sum(n for n, _ in known), sum(q for _, q in known))


def _largest(load: Load) -> Sequence[AuditEntry]:
    """The reading with the most rows."""
    return max(
        load.readings,
        key=lambda reading: sum(e.rows_read for e in reading if isinstance(e.rows_read, int)),
    )
