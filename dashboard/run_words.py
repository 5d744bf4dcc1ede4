"""Whether a scheduled run came in time, in words."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from checks.evidence.runs_trend import IN_TIME, LATE, MISSING, STILL_AWAITED, RunDay
from dashboard import look

PUNCTUALITY_TEXT: Final = {
    IN_TIME: "in time", LATE: "late", STILL_AWAITED: "awaited", MISSING: "missing",
}  # fmt: skip


def due_text(day: RunDay, zone: ZoneInfo) -> str:
    """`late, 3 h 10 min after its time (06:00, expected by 08:00)`; empty without run times."""
    punctuality = day.punctuality
    if punctuality is None:
        return ""
    due, expected = look.clock(punctuality.due, zone), expected_text(day, zone)
    late = punctuality.minutes_late
    after = ""
    if late is not None and late >= 1 and punctuality.state != STILL_AWAITED:
        after = f", {look.duration(late * 60)} after its time"
    return f"{PUNCTUALITY_TEXT[punctuality.state]}{after} ({due}, expected by {expected})"


def expected_text(day: RunDay, zone: ZoneInfo) -> str:
    """`08:00`; with the weekday where it is not on the run date."""
    if day.punctuality is None:
        return ""
    local = day.punctuality.expected_by.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == day.run_date else f"{local:%A %H:%M}"
