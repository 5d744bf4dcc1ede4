"""How sources usually are loaded, in one or in parts, learned from earlier days. Pure.

Learned per family, the name without its days: a file that is named by its day comes only once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.endings import FAILED, OK
from checks.loads.repairs import has_ended, is_open
from checks.loads.sources import family_of, source_key

#: How many days before the run date are looked at.
USUAL_DAYS = 7
#: How many of those days must have the source.
LEAST_DAYS = 2


@dataclass(frozen=True, slots=True)
class UsualParts:
    """How a family of sources was loaded on the days before the run date.

    in_parts: whether its sources had several good entries on most of at least LEAST_DAYS days.
    good: how many good entries one of its sources has a day (median).
    has_starts: whether most loads have an entry of their own for their start.
    """

    in_parts: bool
    good: float
    has_starts: bool


def usual_parts(log: AuditLog) -> dict[str, UsualParts]:
    """Usual parts by family, for those with a good entry in the week before the run date."""
    days: dict[str, list[Sequence[int]]] = defaultdict(list)
    starts: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    first = log.run_date - timedelta(days=USUAL_DAYS)
    for day, entries in log.entries.items():
        if first <= day < log.run_date:
            for family, good in _good_by_family(log, entries).items():
                days[family].append(good)
            starts.update(_families(log, (e for e in entries if is_open(log, e))))
            ends.update(_families(log, (e for e in entries if log.meaning(e) in (OK, FAILED))))
    return {
        family: _parts_of_days(good_by_day, has_starts=_are_starts(starts[family], ends[family]))
        for family, good_by_day in days.items()
    }


def has_starts(log: AuditLog, entries: Iterable[AuditEntry], baseline: UsualParts | None) -> bool:
    """Whether each load has an entry of its own for its start: by earlier days, else by today."""
    if baseline is not None:
        return baseline.has_starts
    entries = tuple(entries)
    ends = sum(log.meaning(entry) in (OK, FAILED) for entry in entries)
    return sum(is_open(log, entry) for entry in entries) >= ends


def _parts_of_days(days: Sequence[Sequence[int]], *, has_starts: bool) -> UsualParts:
    in_parts = sum(_came_in_parts(good) for good in days)
    return UsualParts(
        in_parts=len(days) >= LEAST_DAYS and 2 * in_parts > len(days),
        good=median(_parts_of_a_source(good) for good in days),
        has_starts=has_starts,
    )


def _came_in_parts(good: Sequence[int]) -> bool:
    """Whether most good entries of a family on a day are of sources with several of them."""
    return 2 * sum(count for count in good if count > 1) > sum(good)


def _parts_of_a_source(good: Sequence[int]) -> float:
    return median([count for count in good if count > 1] or [1])


def _are_starts(starts: int, ends: int) -> bool:
    """Whether loads log their start. Half of the ends is enough: a loader may crash before one."""
    return 2 * starts > ends


def _good_by_family(log: AuditLog, entries: Iterable[AuditEntry]) -> Mapping[str, Sequence[int]]:
    """How many good entries each source of a family has on a day."""
    good = Counter(source_key(log, entry.source) for entry in entries if has_ended(log, entry))
    families: dict[str, list[int]] = defaultdict(list)
    for key, count in good.items():
        if key is not None:
            families[family_of(key)].append(count)
    return families


def _families(log: AuditLog, entries: Iterable[AuditEntry]) -> Iterable[str]:
    keys = (source_key(log, entry.source) for entry in entries)
    return (family_of(key) for key in keys if key is not None)
