"""What was found while reading: counts by reason, and what a person should know of."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

OTHER = "other reasons"
NO_REASON = "(no reason)"
UNREADABLE = "(unreadable line)"
MOST_REASONS = 50


def named_reason(value: object) -> str:
    """A reason as it was written; one that is NULL or blank has a name of its own."""
    text = "" if value is None else str(value)
    return text if text.strip() else NO_REASON


class CannotReadError(Exception):
    """Why nothing, or one file, could be read: one sentence for a person, free of paths."""


class StoppedError(Exception):
    """Reading was stopped from outside; its result is no longer wanted."""


@dataclass(slots=True)
class FileTally:
    """The rows of one file.

    counted: belong to what is asked for. unreadable: lines that could not be taken apart.
    undated: rows whose own time could not be read, where only one day is asked for.
    failed: the file could not be read as a whole, so that its counts say nothing.
    """

    counted: int = 0
    unreadable: int = 0
    undated: int = 0
    failed: bool = False
    reasons: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)

    def add(self, fate: str, reason: str | None, rows: int, *, has_reason: bool) -> None:
        """Take in one group of rows."""
        if fate == "unreadable":
            self.unreadable += rows
        elif fate == "undated":
            self.undated += rows
        elif fate == "counted":
            self.counted += rows
            if has_reason:
                self.reasons[named_reason(reason)] += rows

    def fail(self, warning: str) -> None:
        """Remember that the file could not be read."""
        self.failed = True
        self.warnings.append(warning)


@dataclass(slots=True)
class Findings:
    """Rows that belong to the judged load (None: not known), by reason."""

    rows: int | None = None
    reasons: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)

    def ranked(self) -> tuple[tuple[str, int], ...]:
        """Reasons by count, the rarest put together so that `MOST_REASONS` remain."""
        named = Counter(self.reasons)
        rest = named.pop(OTHER, 0)
        order = sorted(named.items(), key=lambda item: (-item[1], item[0]))
        rest += sum(rows for _, rows in order[MOST_REASONS:])
        shown = order[:MOST_REASONS]
        return (*shown, (OTHER, rest)) if rest else tuple(shown)
