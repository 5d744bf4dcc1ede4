"""What was found while reading: counts by reason, and what a person should know of."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from checks.core.metrics import OTHER_REASONS
from checks.core.model import Cause

OTHER = OTHER_REASONS
NO_REASON = "(no reason)"
UNREADABLE = "(unreadable line)"
MOST_REASONS = 50


def named_reason(value: object) -> str:
    """A reason as it was written; one that is NULL or blank has a name of its own."""
    text = "" if value is None else str(value)
    return text if text.strip() else NO_REASON


class CannotReadError(Exception):
    """Why nothing, or one file, could be read: one sentence for a person, free of paths.

    cause and retry: for the verdict, where rows are judged.
    """

    def __init__(self, why: str, cause: Cause = Cause.BAD_VALUE, *, retry: bool = False) -> None:
        self.cause, self.retry = cause, retry
        super().__init__(why)


class TooLargeError(CannotReadError):
    """There is not memory enough for what was asked."""


class StoppedError(Exception):
    """Reading was stopped from outside; its result is no longer wanted."""


@dataclass(slots=True)
class FileTally:
    """The rows of one file.

    counted: belong to what is asked for. other: of other days, where only one is asked for;
    far: those of them that are not near it.
    unreadable: lines that could not be taken apart.
    undated: rows whose own time could not be read, future: rows after now, both where only
    one day is asked for. uncounted: of the unreadable lines, those that may hold several rows or
    a part of one. not_whole: why the rows that are judged are not all of the file's; else empty.
    advice: what is to be written instead.
    failed: the file could not be read as a whole, so that its counts
    say nothing. capped: there may be more rows than were counted.
    """

    counted: int = 0
    other: int = 0
    far: int = 0
    unreadable: int = 0
    undated: int = 0
    future: int = 0
    uncounted: int = 0
    not_whole: str = ""
    advice: str = ""
    failed: bool = False
    capped: bool = False
    reasons: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)

    def add(self, fate: str, reason: str | None, rows: int, *, has_reason: bool) -> None:
        """Take in one group of rows."""
        if fate in ("unreadable", "uncounted"):
            self.unreadable += rows
            self.uncounted += rows if fate == "uncounted" else 0
        elif fate == "undated":
            self.undated += rows
        elif fate == "future":
            self.future += rows
        elif fate in ("other", "far"):
            self.other += rows
            self.far += rows if fate == "far" else 0
        elif fate == "counted":
            self.counted += rows
            if has_reason:
                self.reasons[named_reason(reason)] += rows

    @property
    def is_mostly_of_other_days(self) -> bool:
        """Whether, of the rows whose time can be read, more than half are of other days."""
        return self.other + self.future > self.counted

    @property
    def is_all_counted(self) -> bool:
        """Whether each row belongs to what is asked for, so that its name would tell the same."""
        left = (self.other, self.unreadable, self.undated, self.future, self.uncounted)
        return not self.failed and not any(left)

    def fail(self, warning: str) -> None:
        """Remember that the file could not be read."""
        self.failed = True
        self.warnings.append(warning)


@dataclass(slots=True)
class Findings:
    """Rows that belong to the judged load (None: not known), by reason.

    undated: rows whose day cannot be told. future: rows after now, which do not count.
    astray: of the day's own files, rows after now or of days far from it, which do not count.
    incomplete: why `rows` is not known, or not all; None where it is. note: how it came about.
    """

    rows: int | None = None
    undated: int = 0
    future: int = 0
    astray: int = 0
    incomplete: str | None = None
    note: str = ""
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
