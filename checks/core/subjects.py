"""What a check fails for: sources, status words, event names, kinds of orphans, reasons, sides,
levels.

A subject counts where the check would fail for it alone, or where it is at least 10 % of what
fails: so a waiver for one source covers no other one, and a single stray row ends no waiver. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from checks.core.model import Subjects
from checks.core.text import bounded, listed

SOURCE, STATUS, EVENT, ORPHAN_KIND, REASON, SIDE, LEVEL = (
    "source", "status", "event", "kind", "reason", "side", "level",
)  # fmt: skip
ALL_KINDS = frozenset((SOURCE, STATUS, EVENT, ORPHAN_KIND, REASON, SIDE, LEVEL))
#: The names of the kind SIDE: fewer or more than usual.
LOW, HIGH = "low", "high"
#: Stands for a missing name.
NO_NAME = "(no name)"
#: Stands for all names of a kind where none of them counts by itself.
MANY = "(many, none of which counts by itself)"
#: The last one of names that are too many to be recorded.
MORE = "…"
#: The smallest share of what fails that counts even if the check would not fail for it alone.
LEAST_SHARE = 0.1
_RESERVED_NAMES = frozenset((NO_NAME, MANY, MORE))

N = TypeVar("N")


def subject_name(value: object) -> str:
    """A name as it is compared and shown: inert, of bounded length, still unique.

    A name that looks like a reserved one is distinguished from it.
    """
    text = "" if value is None else str(value)
    if not text.strip():
        return f"{NO_NAME}{text.replace(' ', '␠')}" if text else NO_NAME
    if text in _RESERVED_NAMES:
        return f"\\{text}"
    return bounded(text)


def typed_name(text: str) -> str:
    """The subject for a name that somebody typed: `(no name)` stands for a missing name."""
    return NO_NAME if text.strip() == NO_NAME else subject_name(text)


def counting(
    amounts: Iterable[tuple[N, float]], fails_alone: Callable[[N, float], bool]
) -> tuple[str, ...]:
    """The names that count, by descending amount.

    amounts: how much fails, by name. fails_alone: whether the check would fail for a name alone.
    """
    ranked = sorted(((amount, name) for name, amount in amounts if amount > 0),
                    key=lambda pair: -pair[0])  # fmt: skip
    least = LEAST_SHARE * sum(amount for amount, _ in ranked)
    names = (
        subject_name(name)
        for amount, name in ranked
        if amount >= least or fails_alone(name, amount)
    )
    return tuple(dict.fromkeys(names))


def names_of(values: Iterable[object]) -> tuple[str, ...]:
    """The distinct names of values that each fail by themselves, in their order."""
    return tuple(dict.fromkeys(map(subject_name, values)))


def not_covered(failing: Subjects, covered: Subjects) -> Subjects:
    """The failing subjects that are not covered. Only kinds that `covered` has are compared.

    Where `covered` names some of a kind, and nothing of that kind counts by itself, MANY fails.
    """
    uncovered = {
        kind: tuple(name for name in names if name not in covered[kind])
        or ((MANY,) if covered[kind] and not names else ())
        for kind, names in failing.items()
        if kind in covered
    }
    return {kind: names for kind, names in uncovered.items() if names}


def subjects_text(subjects: Subjects) -> str:
    """`source 'web', 'shop' and 4 more; reason 'no id'`; empty for nothing."""
    return "; ".join(f"{kind} {listed(names)}" for kind, names in subjects.items() if names)
