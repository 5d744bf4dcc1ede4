"""At most a few sentences of each kind."""

from __future__ import annotations

from collections.abc import Iterable

MOST = 3


def limited(subject: str, sentences: Iterable[str]) -> list[str]:
    """The first sentences about a subject, and how many more there are."""
    every = list(sentences)
    more = len(every) - MOST
    return [*every[:MOST], f"{subject}: and {more} more"] if more > 0 else every
