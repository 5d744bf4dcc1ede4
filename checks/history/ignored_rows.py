"""Rows of the history that were not used, and the warnings about them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from checks.core.text import plural


@dataclass(slots=True)
class IgnoredRows:
    """Rows that a reader left out.

    damaged: how many, by kind. waivers: ids of damaged ones, with the columns. later: by kind, the
    days of rows dated after now.
    """

    damaged: dict[str, int] = field(default_factory=dict)
    waivers: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    later: dict[str, list[date]] = field(default_factory=dict)

    def add_damaged(self, kind: str) -> None:
        """One more damaged row."""
        self.damaged[kind] = self.damaged.get(kind, 0) + 1

    def add_later(self, kind: str, day: date) -> None:
        """One more row dated after now."""
        self.later.setdefault(kind, []).append(day)

    def warnings(self, place: str) -> tuple[str, ...]:
        """One sentence for all damaged rows, one for each damaged waiver, one for each kind of
        rows dated after now. place: the store's name.
        """
        return (
            *(f"history {place}: {_waiver(id_, columns)}" for id_, columns in self.waivers),
            *([f"history {place}: {_damaged(self.damaged)}"] if self.damaged else []),
            *(_later(kind, days) for kind, days in self.later.items()),
        )


def _waiver(id_: str, columns: Sequence[str]) -> str:
    return f"waiver {id_} is damaged ({', '.join(columns)}): it does not apply"


def _damaged(counts: Mapping[str, int]) -> str:
    kinds = ", ".join(plural(count, kind) for kind, count in counts.items())
    total = sum(counts.values())
    return f"{kinds} {'is' if total == 1 else 'are'} damaged: left out"


def _later(kind: str, days: Sequence[date]) -> str:
    several = len(days) > 1
    upto = f"up to {max(days)}" if several else str(max(days))
    verb = "are" if several else "is"
    applied = "not applied" if kind in ("waiver", "acceptance") else "set aside"
    return (
        f"{plural(len(days), kind)} in the history {verb} later than now ({upto}): "
        f"{applied}; check the clocks"
    )
