"""Which share of rows is usually rejected: one number, for the report and for every page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from checks.catalog._source_rates import source_rates, sums
from checks.core.audit_log import AuditLog
from checks.core.model import Judgement
from checks.loads.data_days import by_data_day

#: How many days say what is usual, and how far back they are looked for.
USUAL_DAYS, LOOK_BACK = 7, 60


class DayRows(NamedTuple):
    """Rows of one data day: read, and rejected of these."""

    read: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class UsualShare:
    """The share of rows rejected over the days that say what is usual, oldest first."""

    days: tuple[date, ...]
    rows: DayRows

    @property
    def rate(self) -> float:
        """Rows rejected over rows read on all of these days."""
        return self.rows.quarantined / self.rows.read


def usual_share(rows: Mapping[date, DayRows], day: date, alert_above: float) -> UsualShare | None:
    """By the last 7 days before `day` on which the rate was not red; None without such a day.

    A day on which the rule itself is red says nothing of what is usual: an incident never becomes
    the usual, however long it lasts. Days of which nothing was read are left out too.
    """
    fine = [
        earlier
        for earlier in sorted(rows)
        if day - timedelta(days=LOOK_BACK) <= earlier < day
        and rows[earlier].read
        and rows[earlier].quarantined / rows[earlier].read <= alert_above
    ][-USUAL_DAYS:]
    if not fine:
        return None
    read = sum(rows[earlier].read for earlier in fine)
    quarantined = sum(rows[earlier].quarantined for earlier in fine)
    return UsualShare(tuple(fine), DayRows(read, quarantined))


def rows_by_day(log: AuditLog, lag: timedelta) -> dict[date, DayRows]:
    """The rows of every data day in the log whose counts are usable."""
    by_day = by_data_day(log, lag)
    rates = {day: source_rates(by_day, day) for day in sorted(by_day.entries)}
    return {
        day: DayRows(*sums(sources))
        for day, sources in rates.items()
        if not isinstance(sources, Judgement)
    }
