"""What a check fails for: sources, status words, event names, kinds of orphans, reasons, sides.

A subject counts where the check would fail for it alone, or where it is at least 10 % of what
fails: so a waiver for one source passes no other one, and a single stray row ends no waiver. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from checks.core.model import Subjects
from checks.core.text import bounded, quoted

SOURCE, STATUS, EVENT, ORPHAN_KIND, REASON, SIDE = (
    "source", "status", "event", "kind", "reason", "side",
)  # fmt: skip
ALL_KINDS = frozenset((SOURCE, STATUS, EVENT, ORPHAN_KIND, REASON, SIDE))
#: The names of SIDE: fewer, or more, than is usual.
LOW, HIGH = "low", "high"
#: The name of what has none.
NO_NAME = "(no name)"
#: What fails of a kind of which nothing counts by itself.
MANY = "(many, none of which counts by itself)"
#: Stands at the end of names that are too many to be recorded.
MORE = "…"
#: The least part of what fails that counts though the check would not fail for it alone.
LEAST_SHARE = 0.1
_OURS = frozenset((NO_NAME, MANY, MORE))

N = TypeVar("N")


def subject_name(value: object) -> str:
    """A name as it is compared and shown: inert, and of bounded length without losing which it is.

    What looks like one of the names of ours is told apart from it.
    """
    text = "" if value is None else str(value)
    if not text.strip():
        return f"{NO_NAME}{text.replace(' ', '␠')}" if text else NO_NAME
    if text in _OURS:
        return f"\\{text}"
    return bounded(text)


def typed_name(text: str) -> str:
    """A name that somebody typed as it is shown: `(no name)` is what has none."""
    return NO_NAME if text.strip() == NO_NAME else subject_name(text)


def counting(
    amounts: Iterable[tuple[N, float]], fails_alone: Callable[[N, float], bool]
) -> tuple[str, ...]:
    """The names that count, the largest first.

    amounts: of what fails, by name. fails_alone: whether the check would fail for it alone.
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
    """Names of which each one fails by itself, in their order."""
    return tuple(dict.fromkeys(map(subject_name, values)))


def not_covered(failing: Subjects, covered: Subjects) -> Subjects:
    """What fails and is not named. Only kinds that `covered` has are compared.

    Where it names some of a kind, and nothing of that kind counts by itself, MANY fails.
    """
    missing = {
        kind: tuple(name for name in names if name not in covered[kind])
        or ((MANY,) if covered[kind] and not names else ())
        for kind, names in failing.items()
        if kind in covered
    }
    return {kind: names for kind, names in missing.items() if names}


def subjects_text(subjects: Subjects, most: int = 3) -> str:
    """`source 'web', 'shop' and 4 more; reason 'no id'`; empty for nothing."""
    return "; ".join(f"{kind} {_listed(names, most)}" for kind, names in subjects.items() if names)


def _listed(names: tuple[str, ...], most: int) -> str:
    shown, more = ", ".join(map(quoted, names[:most])), len(names) - most
    return f"{shown} and {more} more" if more > 0 else shown
