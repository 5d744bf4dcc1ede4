"""Measured values as a healthy shop would give them, for tests to change in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from checks.catalog import event_volume
from checks.config.model import CheckSettings
from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.counts import NAME, DailyCounts, DayCounts, Values, value_text
from checks.core.metrics import EventCounts, OrderCounts, OrphanKind, Purchases
from checks.core.model import Acknowledgement, Cause, Judgement, Severity, Status, Verdict
from checks.core.records import StoredWaiver
from checks.core.timeframe import Timeframe
from checks.core.values import Count
from checks.evaluation.policy import Circumstances, verdict_of
from checks.judging.check import Check
from checks.judging.unmeasured import skipped

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


def weekly(days: int, level: int = 1000, last: date = DAY) -> tuple[int, ...]:
    """Counts of `days` days up to the last: weekends have 60 % of a weekday."""
    return tuple(level if day.weekday() < 5 else level * 6 // 10 for day in window(days, last))


def daily(
    series: Mapping[str, Sequence[int]] | Sequence[int],
    *,
    length: int = 0,
    dimensions: Mapping[str, Mapping[str, Sequence[int]]] | None = None,
    rest: Mapping[str, int] | None = None,
    **fields: Any,
) -> DailyCounts:
    """Counts by event name up to the judged day, zeros before; of one name where it is not told.

    rest: events of the judged day, by dimension, whose values were too many.
    """
    by_name = series if isinstance(series, Mapping) else {"page_view": series}
    tables = {NAME: by_name, **(dimensions or {})}
    most = max([length, *(len(s) for table in tables.values() for s in table.values())])
    days = window(most)
    counted = {
        day: DayCounts(day, {
            name: Values(_on(table, most - index), (rest or {}).get(name, 0) * (day == DAY))
            for name, table in tables.items()
        })
        for index, day in enumerate(days)
    }  # fmt: skip
    return DailyCounts(days, counted, **fields)


def _on(table: Mapping[str, Sequence[int]], back: int) -> dict[str, int]:
    """The values that have events on the day that is `back` from the end."""
    counts = {value: series[-back] for value, series in table.items() if back <= len(series)}
    return {value: count for value, count in counts.items() if count}


def shown(seen: DailyCounts) -> DailyCounts:
    """As values are read: inert."""
    counted = {
        day: DayCounts(day, {
            name: Values({value_text(v): c for v, c in values.events.items()}, values.rest)
            for name, values in counts.by_dimension.items()
        })
        for day, counts in seen.counted.items()
    }  # fmt: skip
    return replace(seen, counted=counted)


def of_daily(seen: DailyCounts) -> event_volume.Measured:
    """The same days as the window of eight days too."""
    names = seen.values(NAME)
    recent = [seen.counted[day] for day in (*window(8, seen.days[0])[:-1], *seen.days)[-8:]
              if day in seen.counted]  # fmt: skip
    by_name = {
        name: (
            *(0,) * (8 - len(recent)),
            *(counts.by_dimension[NAME].of(name) or 0 for counts in recent),
        )
        for name in names
    }
    return event_volume.Measured(events(by_name, has_earlier=seen.has_earlier), seen)


def measured(seen: EventCounts) -> event_volume.Measured:
    """The window, and the same days as all the history there is."""
    named: dict[str, list[int]] = {}
    for name, counts in seen.by_name.items():
        shown = named.setdefault(value_text(name), [0] * len(counts))
        named[value_text(name)] = [a + b for a, b in zip(shown, counts, strict=True)]
    daily_counts = daily(named, length=len(seen.days), has_earlier=seen.has_earlier)
    return event_volume.Measured(seen, daily_counts)


def measured_of(by_name: Mapping[str, Sequence[int]] | None = None, **fields: Any) -> Any:
    """`measured` of `events`."""
    return measured(events(by_name, **fields))


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
    judgement: Judgement,
    *waivers: StoredWaiver,
    severity: Severity = Severity.RED,
    others: Mapping[str, Verdict] | None = None,
    **fields: Any,
) -> Verdict:
    """The verdict that policy makes of a judgement."""
    settings = CheckSettings(severity=severity, params=check.params())
    return verdict_of(check, settings, judgement, circumstances(*waivers, **fields), others or {})


def texts(judgement: Judgement) -> tuple[str, str, str]:
    """All that a person reads."""
    return judgement.message, judgement.summary, judgement.action
