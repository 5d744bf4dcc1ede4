"""Measured values as a healthy shop would give them, for tests to change in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from checks.check import Check
from checks.config.model import CheckSettings
from checks.history.records import StoredWaiver
from checks.judging import skipped
from checks.metrics import (
    AuditEntry,
    AuditLog,
    Count,
    EventCounts,
    OrderCounts,
    OrphanKind,
    Purchases,
)
from checks.model import Acknowledgement, Cause, Judgement, Severity, Status, Verdict
from checks.policy import Circumstances, verdict_of
from checks.timeframe import Timeframe

DAY = date(2025, 3, 8)  # a Saturday
RUN = date(2025, 3, 9)
ZONE = ZoneInfo("UTC")
NOW = datetime(2025, 3, 9, 6, 12, tzinfo=UTC)
FRAME = Timeframe(RUN, DAY, NOW, ZONE)
NOON = datetime(2025, 3, 8, 12, tzinfo=UTC)
LIVE = Timeframe(DAY, DAY, NOON, ZONE)  # the data date is not over
KINDS = ("no_session_id", "unknown_session", "purchase_without_order")
HOSTILE = "\x1b[31m::error::\n\u202e<b>**x**\x00"
FORBIDDEN = ("\x1b", "\n", "\u202e", "\x00")


def window(count: int = 8, last: date = DAY) -> tuple[date, ...]:
    """`count` days, the last one last."""
    return tuple(last - timedelta(days=back) for back in range(count - 1, -1, -1))


def entry(
    source: str | None = "web.csv",
    read: Count = 1000,
    quarantined: Count = 4,
    *,
    hour: float = 4.0,
    status: str | None = "success",
    day: date = RUN,
) -> AuditEntry:
    """One row of the audit log."""
    run_at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour)
    return AuditEntry(source, run_at, read, quarantined, status=status)


def log(
    *today: AuditEntry, earlier: Mapping[date, Sequence[AuditEntry]] | None = None, **fields: Any
) -> AuditLog:
    """The log of the run date, and of earlier days."""
    entries = {day: tuple(rows) for day, rows in (earlier or {}).items()}
    if today:
        entries[RUN] = today
    return AuditLog(RUN, entries, **fields)


def events(
    by_name: Mapping[str, Sequence[int]] | None = None,
    *,
    bought: Sequence[int] = (20, 20, 20, 20, 20, 20, 20, 20),
    usable: Sequence[int] | None = None,
    newest: datetime | None = datetime(2025, 3, 8, 23, 30, tzinfo=UTC),
    purchase_names: tuple[str, ...] = ("purchase",),
    negative: int = 0,
    zero: int = 0,
    **fields: Any,
) -> EventCounts:
    """Events of eight days, the judged one last."""
    named = {"page_view": (100,) * 8} if by_name is None else by_name
    series = {name: tuple(counts) for name, counts in named.items()}
    length = len(next(iter(series.values()))) if series else len(bought)
    return EventCounts(
        days=window(length),
        by_name=series,
        purchases=Purchases(tuple(bought), tuple(usable or bought), negative, zero),
        purchase_names=purchase_names,
        newest=newest,
        **fields,
    )


def orders(
    count: int = 40,
    orphans: Sequence[int] = (0, 0, 0),
    *,
    ids: tuple[str, ...] = (),
    revenue: float | None = None,
    **fields: Any,
) -> OrderCounts:
    """Orders of the data date; `orphans` are the counts by kind, in the order of KINDS."""
    measured = [kind for kind in KINDS if kind not in fields.get("absent", ())]
    kinds = tuple(
        OrphanKind(kind, number, revenue if number else None, ids if number else ())
        for kind, number in zip(measured, orphans, strict=False)
        if kind not in fields.get("problems", {})
    )
    return OrderCounts(count, None, 0, kinds, **fields)


def judgement(status: Status = Status.RED, **fields: Any) -> Judgement:
    """A judgement that a test may have made of anything."""
    if status is Status.SKIPPED:
        return skipped("m", "a test said so")
    filled: dict[str, Any] = {"value": 1.0, "threshold": 0.5}
    if status is Status.UNKNOWN:
        filled = {"cause": Cause.BAD_VALUE}
    return Judgement(status, "m=1", "It is so", "Do something", **{**filled, **fields})


def waiver(check: str = "quarantine_rate", **fields: Any) -> StoredWaiver:
    """A waiver that holds on the run date for a value of up to 0.06."""
    filled: dict[str, Any] = {
        "id": 1,
        "pipeline": "shop",
        "check": check,
        "owner": "Mia",
        "reason": "known",
        "until": RUN + timedelta(days=3),
        "up_to": 0.06,
        "data_date": DAY,
        "created_at": NOW,
    }
    return StoredWaiver(**{**filled, **fields})


def acknowledgement(check: str, owner: str, hours: float = 0) -> Acknowledgement:
    """Who is on it, so many hours after NOW."""
    return Acknowledgement(check, owner, "looking", NOW + timedelta(hours=hours))


def circumstances(*waivers: StoredWaiver, **fields: Any) -> Circumstances:
    """What verdicts of the run date depend on."""
    filled: dict[str, Any] = {"pipeline": "shop", "run_date": RUN, "data_date": DAY, **fields}
    return Circumstances(waivers=waivers, **filled)


def verdict(
    check: Check,
    found: Judgement,
    *waivers: StoredWaiver,
    severity: Severity = Severity.RED,
    others: Mapping[str, Verdict] | None = None,
    **fields: Any,
) -> Verdict:
    """The verdict that policy makes of a judgement."""
    settings = CheckSettings(severity=severity, params=check.params())
    return verdict_of(check, settings, found, circumstances(*waivers, **fields), others or {})


def texts(found: Judgement) -> tuple[str, str, str]:
    """All that a person reads."""
    return found.message, found.summary, found.action
