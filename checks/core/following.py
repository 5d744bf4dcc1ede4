"""How a check that follows from another one is named beside it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from checks.core.model import Verdict
from checks.core.subjects import SIDE
from checks.core.text import followers_text as ids_text


def is_same_change(follower: Verdict, root: Verdict) -> bool:
    """Whether both fail for the same fall, or the same rise, of the same number of events.

    By their subjects, which stored reports have too: only rules of the volume have a side.
    """
    side = (follower.subjects or {}).get(SIDE)
    return bool(side) and side == (root.subjects or {}).get(SIDE)


def repeating(root: Verdict, followers: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """The followers that say again what the root says: they need no line of their own."""
    return tuple(follower for follower in followers if is_same_change(follower, root))


def others_of(root: Verdict, followers: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """The followers that fail for another number than the root."""
    return tuple(follower for follower in followers if not is_same_change(follower, root))


def also_text(root: Verdict, followers: Sequence[Verdict]) -> str:
    """`also: volume_zscore z=-4.10 (below 3.0)`; empty where nothing repeats the root."""
    texts = [
        f"{follower.id} {follower.message}"
        + ("" if follower.status is root.status else f", {follower.status}")
        for follower in repeating(root, followers)
    ]
    return f"also: {'; '.join(texts)}" if texts else ""


def followers_text(root: Verdict, followers: Sequence[Verdict]) -> str:
    """What repeats the root, then `2 follow from it: freshness, event_volume`; empty for none."""
    others = [follower.id for follower in others_of(root, followers)]
    parts = (also_text(root, followers), ids_text(others) if others else "")
    return "; ".join(part for part in parts if part)
