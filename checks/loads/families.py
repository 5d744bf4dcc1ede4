"""The families of a log's sources: names that mean the same source on different days. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.day_names import DAY_MARK
from checks.loads.sources import LONGEST_SOURCE, lasting_name

#: The family of entries without a source's name.
UNNAMED = ""
#: A name on so many run dates is a source's; a rarer one may have a number that counts up.
_LEAST_DATES = 3
_DIGITS = re.compile(r"\d+")

#: Entries of a family by run date, oldest first.
ByDate = Mapping[date, tuple[AuditEntry, ...]]


def entries_by_family(log: AuditLog) -> dict[str, ByDate]:
    """The entries of every family, by run date.

    A family is a name without its days (`lasting_name`). Names that are rare, and differ in their
    digits alone, are one family: a number counts up in them. Names so long that they may be cut are
    left out.
    """
    by_name: dict[str, dict[date, list[AuditEntry]]] = defaultdict(lambda: defaultdict(list))
    lasting: dict[str | None, str] = {}
    for run_date in sorted(log.entries):
        for entry in log.entries[run_date]:
            if entry.source not in lasting:
                lasting[entry.source] = lasting_name(entry.source) or UNNAMED
            if len(entry.source or "") <= LONGEST_SOURCE:
                by_name[lasting[entry.source]][run_date].append(entry)
    families: dict[str, dict[date, list[AuditEntry]]] = defaultdict(lambda: defaultdict(list))
    for name, by_date in by_name.items():
        family = name if len(by_date) >= _LEAST_DATES else _DIGITS.sub(DAY_MARK, name)
        for run_date, entries in by_date.items():
            families[family][run_date] += entries
    return {
        family: {
            run_date: tuple(sorted(entries, key=lambda entry: entry.run_at))
            for run_date, entries in sorted(by_date.items())
        }
        for family, by_date in families.items()
    }


def shown_family(family: str) -> str:
    """A family as messages show it, with … for what differs from day to day."""
    return family.replace(DAY_MARK, "…")
