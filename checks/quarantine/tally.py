"""Results of reading: counts by reason, and warnings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from checks.core.metrics import OTHER_REASONS
from checks.core.model import Cause

OTHER = OTHER_REASONS
NO_REASON = "(no reason)"
UNREADABLE = "(unreadable line)"
MOST_REASONS = 50
#: The most reasons that are counted one by one, and the most characters of one.
MOST_GROUPS = 5_000
LONGEST_REASON = 1_000


def named_reason(value: object) -> str:
    """A reason as it was written, or `NO_REASON` where it is NULL or blank."""
    text = "" if value is None else str(value)
    return text if text.strip() else NO_REASON


class CannotReadError(Exception):
    """Why nothing, or one file, could be read: a sentence to show, without paths.

    cause and retry: for the verdict, where rows are judged.
    """

    def __init__(self, why: str, cause: Cause = Cause.BAD_VALUE, *, retry: bool = False) -> None:
        self.cause, self.retry = cause, retry
        super().__init__(why)


class TooLargeError(CannotReadError):
    """There is not enough memory for a query."""


class StoppedError(Exception):
    """Reading was stopped from outside; its result is no longer wanted."""


@dataclass(slots=True)
class FileTally:
    """The rows of one file.

    counted: rows that match the request. Where only one day is requested: other: rows of other
    days; far: those of them that are not near it; undated: rows whose time could not be read;
    future: rows after now.
    unreadable: lines that could not be parsed. uncounted: those of them that may be several rows
    or a part of one. not_whole: why the judged rows are not complete; else empty. advice: what to
    write instead. failed: whether the file could not be read completely, so that its counts mean
    nothing. capped: there may be more rows than were counted.
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
        """Add one group of rows."""
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
        """Whether each row matches the request, so that counting by name gives the same."""
        excluded = (self.other, self.unreadable, self.undated, self.future, self.uncounted)
        return not self.failed and not any(excluded)

    def with_rows_of(self, other: FileTally) -> FileTally:
        """What is true of the file as a whole, with the rows of another request for it."""
        return replace(
            self,
            counted=other.counted,
            other=other.other,
            far=other.far,
            undated=other.undated,
            future=other.future,
            reasons=other.reasons,
            warnings=list(self.warnings),
        )

    def fail(self, warning: str) -> None:
        """Record that the file could not be read."""
        self.failed = True
        self.warnings.append(warning)


@dataclass(slots=True)
class Findings:
    """Rows that belong to the judged load (None: not known), by reason.

    undated: rows whose day is not known. future: rows after now, which do not count.
    astray: rows in the day's own files after now or far from the day, which do not count.
    incomplete: why `rows` is unknown or incomplete; else None. note: why there are no rows.
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
        """Reasons by count; all but the first `MOST_REASONS` as one."""
        named = Counter(self.reasons)
        rest = named.pop(OTHER, 0)
        order = sorted(named.items(), key=lambda item: (-item[1], item[0]))
        rest += sum(rows for _, rows in order[MOST_REASONS:])
        shown = order[:MOST_REASONS]
        return (*shown, (OTHER, rest)) if rest else tuple(shown)
