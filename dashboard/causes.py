"""The cause of a failure in words, as headings and tiles have it."""

from __future__ import annotations

import re

from checks.core.model import Verdict

#: What follows in a summary is detail.
_END = re.compile(r"; |\. ")
#: Where a part of a cause ends.
_PART = re.compile(r"[,:] | \(")
#: A name in quotation marks, which may hold anything; no apostrophe within a word.
_QUOTED = re.compile(r"(?<!\w)'[^']*'(?!\w)")


def cause_words(verdict: Verdict) -> str:
    """The cause of a failing check, without a full stop: the first part of its summary."""
    summary = verdict.summary.strip()
    names = [name.span() for name in _QUOTED.finditer(summary)]
    for end in _END.finditer(summary):
        if not any(first < end.start() < last for first, last in names):
            return summary[: end.start()]
    return summary.removesuffix(".")


def shortened(words: str, most: int) -> str:
    """As many whole parts of a cause as have room; all of it where its first part has none."""
    if len(words) <= most:
        return words
    ends = [end.start() for end in _PART.finditer(words) if end.start() <= most]
    return words[: ends[-1]] if ends else words
