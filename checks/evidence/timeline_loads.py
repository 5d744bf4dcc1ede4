"""The loads in an incident's timeline: of each when it was, and what of it concerns the check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from checks.catalog import all_checks
from checks.core.text import plural, quoted, short_list
from checks.core.values import BadValue
from checks.evidence.timeline_entry import TimelineEntry, TimelineKind
from checks.judging.check import LoadFact

if TYPE_CHECKING:
    from checks.evidence.runs import LoadEntry

#: More loads than that are told in one line.
_MOST_LOADS = 5


def load_entries(loads: Sequence[LoadEntry], check: str) -> Iterator[TimelineEntry]:
    """A line for each load, or one for many. check: the id of the one that the incident is of."""
    if not loads:
        return
    facts = _facts_of(check)
    if len(loads) > _MOST_LOADS:
        count = plural(len(loads), "entry", "entries")
        last = max(load.run_at for load in loads)
        yield TimelineEntry(last, TimelineKind.LOADED, "Loaded ", count, _facts_text(loads, facts))
        return
    for load in loads:
        name, rest = load.source or "without a source", _facts_text([load], facts)
        yield TimelineEntry(load.run_at, TimelineKind.LOADED, "Loaded ", name, rest)


def _facts_of(check: str) -> tuple[LoadFact, ...]:
    return next((each.load_facts for each in all_checks() if each.id == check), ())


def _facts_text(loads: Sequence[LoadEntry], facts: Sequence[LoadFact]) -> str:
    """`: 49,963 rows read, 2,908 rejected`; empty where nothing of a load concerns the check."""
    texts = [text for fact in facts if (text := _fact_text(loads, fact))]
    return f": {', '.join(texts)}" if texts else ""


def _fact_text(loads: Sequence[LoadEntry], fact: LoadFact) -> str:
    if fact is LoadFact.READ:
        read = _total([load.read for load in loads])
        return "rows read not known" if read is None else f"{plural(read, 'row')} read"
    if fact is LoadFact.REJECTED:
        rejected = _total([load.quarantined for load in loads])
        return "" if rejected is None else f"{rejected:,} rejected"
    words = dict.fromkeys("none" if load.status is None else quoted(load.status) for load in loads)
    return f"status {short_list(list(words))}"


def _total(counts: Sequence[int | BadValue]) -> int | None:
    """The sum; None where one of them is not known."""
    numbers = [count for count in counts if not isinstance(count, BadValue)]
    return sum(numbers) if len(numbers) == len(counts) else None
