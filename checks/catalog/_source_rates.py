"""The quarantine rate of each source's load of a day, from the audit log. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from checks.catalog._audit import bad_count, source_name, with_loads
from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.chance import CHANCE, is_beyond_chance
from checks.core.model import Cause, Judgement
from checks.core.text import count_text
from checks.core.values import BadValue, known
from checks.judging.unmeasured import unknown
from checks.loads.effective import loads
from checks.loads.sources import without_digits

METRIC = "rate"
WHAT = "The quarantine rate"
#: From so many rows on a source is judged by the plain limit, where chance is not asked.
_MANY_ROWS = 100


@dataclass(frozen=True, slots=True)
class SourceRate:
    """One source's load."""

    source: str | None
    read: int
    quarantined: int

    @property
    def rate(self) -> float:
        """Share of the rows read; 0 where nothing was read."""
        return self.quarantined / self.read if self.read else 0.0

    @property
    def family(self) -> str | None:
        """The source's name without its digits, so that daily files compare."""
        return without_digits(self.source)


def source_rates(log: AuditLog, day: date) -> list[SourceRate] | Judgement:
    """Each source's load of a day; of several readings those that make the blend highest."""
    sources = readings_of(log, day)
    return sources if isinstance(sources, Judgement) else highest_blend(sources)


def readings_of(log: AuditLog, day: date) -> list[list[SourceRate]] | Judgement:
    """Per source, every reading of its entries of a day; a judgement for an invalid count."""
    day_loads = loads(log, day)
    sources = []
    for load in day_loads:
        for entry in load.counted:
            bad = _bad_count(entry)
            if bad is not None:
                return with_loads(bad, day_loads)
        sources.append([rate_of(load.source, reading) for reading in load.readings])
    return sources


def highest_blend(sources: Sequence[Sequence[SourceRate]]) -> list[SourceRate]:
    """One reading of each source, so that the rate over all of them is the highest possible.

    A reading lifts a rate by the rows that it quarantined beyond that share of the rows it read.
    The result is exact: the readings that lift the rate most are taken until none lifts it.
    """
    chosen = [max(readings, key=lambda reading: reading.quarantined) for readings in sources]
    while True:
        read, quarantined = sums(chosen)
        lift = partial(_lift, read, quarantined)
        higher = [max(readings, key=lift) for readings in sources]
        if not read or sum(lift(reading) for reading in higher) <= 0:
            return chosen
        chosen = higher


def is_alarming(read: int, quarantined: int, stop_above: float, judged_by: str) -> bool:
    """Whether a single source of so many rows is above the stop by more than chance.

    judged_by: one of `chance.JUDGES`; EXACT takes the limit as it is, from 100 rows on.
    """
    if not read or quarantined / read <= stop_above:
        return False
    if judged_by == CHANCE:
        return is_beyond_chance(quarantined, read, stop_above)
    return read >= _MANY_ROWS


def sums(rates: Sequence[SourceRate]) -> tuple[int, int]:
    """Rows read and quarantined."""
    return sum(rate.read for rate in rates), sum(rate.quarantined for rate in rates)


def _lift(read: int, quarantined: int, reading: SourceRate) -> int:
    """By how much a reading lifts the rate quarantined / read: in rows, times `read`."""
    return reading.quarantined * read - quarantined * reading.read


def rate_of(source: str | None, entries: Sequence[AuditEntry]) -> SourceRate:
    read = sum(known(entry.rows_read) for entry in entries)
    return SourceRate(source, read, sum(known(entry.rows_quarantined) for entry in entries))


def _bad_count(entry: AuditEntry) -> Judgement | None:
    for column in ("rows_quarantined", "rows_read"):
        value = getattr(entry, column)
        if isinstance(value, BadValue):
            return bad_count(METRIC, WHAT, column, entry, value)
    read, quarantined = known(entry.rows_read), known(entry.rows_quarantined)
    if quarantined <= read:
        return None
    detail = f"{count_text(quarantined)} quarantined of {count_text(read)} read"
    return unknown(
        METRIC, Cause.BAD_VALUE, f"{detail} for {source_name(entry)}", what=WHAT,
        action=f"Correct the counts of {source_name(entry)} in the audit log",
    )  # fmt: skip
