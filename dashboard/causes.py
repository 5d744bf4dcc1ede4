"""The cause of a failure in words, as headings and tiles have it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from checks.core.following import followers_text
from checks.core.model import STOPPING, Verdict, folded
from checks.core.text import plural

#: What follows in a summary is detail.
_END = re.compile(r"; |\. ")
#: Where a part of a cause ends.
_PART = re.compile(r"[,:] | \(")
#: A name in quotation marks, which may hold anything; no apostrophe within a word.
_QUOTED = re.compile(r"(?<!\w)'[^']*'(?!\w)")


def cause_words(verdict: Verdict) -> str:
    """The cause of a failing check, without a full stop: what explains it, as far as the numbers
    hold something, else the first part of its summary.
    """
    return verdict.explanation.text if verdict.explanation is not None else _first_part(verdict)


def lead_words(verdict: Verdict) -> str:
    """What the summary says beside the cause."""
    summary = verdict.summary.strip()
    if verdict.explanation is not None and not _says_the_same(verdict):
        return summary
    rest = summary[len(_first_part(verdict)) :].lstrip(";. ")
    return f"{rest[:1].upper()}{rest[1:]}"


def _says_the_same(verdict: Verdict) -> bool:
    """Whether the summary begins as the explanation does: `'purchase' stopped on 8 March`."""
    subject, colon, _ = verdict.summary.partition(": ")
    text = verdict.explanation.text if verdict.explanation is not None else ""
    return bool(colon) and text.startswith(subject)


def _first_part(verdict: Verdict) -> str:
    """The summary up to the first detail."""
    summary = verdict.summary.strip()
    names = [name.span() for name in _QUOTED.finditer(summary)]
    for end in _END.finditer(summary):
        if not any(first < end.start() < last for first, last in names):
            return summary[: end.start()]
    return summary.removesuffix(".")


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """A failing check with those that follow from it, and others that the same cause explains."""

    head: Verdict
    followers: tuple[Verdict, ...] = ()
    same: tuple[Verdict, ...] = ()

    @property
    def others(self) -> tuple[Verdict, ...]:
        """All but the head."""
        return *self.followers, *self.same

    @property
    def label(self) -> str:
        """`also: ...`, `2 follow from it: ...`, `2 more checks for the same cause: ...`."""
        parts = [followers_text(self.head, self.followers)] if self.followers else []
        if self.same:
            ids = ", ".join(each.id for each in self.same)
            parts.append(f"{plural(len(self.same), 'more check')} for the same cause: {ids}")
        return "; ".join(parts)


def by_cause(verdicts: Iterable[Verdict], requested: str | None = None) -> list[CauseGroup]:
    """The verdicts by what explains them, failing ones first; each occurs once.

    requested: a check that is the head of its group.
    """
    listed = sorted(verdicts, key=lambda verdict: verdict.id != requested)
    known = {verdict.id: verdict for verdict in listed}
    roots = [replace(v, because=None) if v.id == requested else v for v in listed]
    groups: list[CauseGroup] = []
    places: dict[str, int] = {}
    for root, followers in folded(roots):
        head = known[root.id]
        text = head.explanation.text if head.explanation is not None else None
        is_cause = text is not None and head.status in STOPPING
        if not is_cause or text not in places:
            if text is not None and is_cause:
                places[text] = len(groups)
            groups.append(CauseGroup(head, followers))
            continue
        group = groups[places[text]]
        groups[places[text]] = replace(group, same=(*group.same, head, *followers))
    return groups


def shortened(words: str, most: int) -> str:
    """As many whole parts of a cause as have room; all of it where its first part has none."""
    if len(words) <= most:
        return words
    names = [name.span() for name in _QUOTED.finditer(words)]
    ends = [
        end.start()
        for end in _PART.finditer(words)
        if end.start() <= most and not any(first < end.start() < last for first, last in names)
    ]
    return words[: ends[-1]] if ends else words
