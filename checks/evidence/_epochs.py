"""The counts by which earlier days were judged: what was red stays so after an acceptance. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from checks.catalog._levels import total_baseline
from checks.core.counts import DailyCounts


def epochs(daily: DailyCounts, days: Sequence[date]) -> Iterator[tuple[DailyCounts, list[date]]]:
    """The days, in order, with the counts up to the last one before the next acceptance.

    Accepted levels of the volume change how earlier days count: of names, values and weeks too.
    """
    accepted = sorted({level.accepted_on for level in total_baseline(daily, every=True).accepted})
    for first, end in zip([date.min, *accepted], [*accepted, None], strict=True):
        of_epoch = [day for day in days if day >= first and (end is None or day < end)]
        if end is None and of_epoch:
            yield daily, of_epoch
        elif of_epoch:
            last = of_epoch[-1]
            yield daily.until(last, (last - daily.days[0]).days), of_epoch
