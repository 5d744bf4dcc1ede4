"""Which failing checks follow from another one, so that one cause is one alarm. Pure.

A check follows from another in three cases only: the same fault stopped both readings; or it fails
only because the data date has no events at all, and the other one explains that, or reports it
first; or both judge the number of events, and fail on the same side. The root is red or unknown:
never waived, amber, skipped or off, and never a follower itself. A follower keeps its status, its
message and its weight in the exit code; its action points to the root, as its own would send people
to look for what is not broken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from checks.core.following import is_same_change
from checks.core.model import STOPPING, Judgement, Layer, Status, Verdict

#: The statuses that an empty day may explain: a waived check raises no alarm.
_ALARMING = STOPPING | {Status.AMBER}
#: The rules that judge how many events the day has; the first is the alarm where several fail.
_VOLUME, _VOLUME_AGAIN = "volume_expected", "volume_zscore"
#: The statuses with which a rule has judged a number, and raises an alarm.
_JUDGED_ALARMS = frozenset({Status.RED, Status.AMBER})


def with_causes(
    verdicts: Sequence[Verdict],
    judgements: Mapping[str, Judgement],
    *,
    is_loaded_by_run: bool,
) -> tuple[Verdict, ...]:
    """The verdicts, in catalog order as they are, with `because` where one follows from another.

    judgements: of these verdicts, by id. is_loaded_by_run: whether the data date is the one that
    the run loads: the log of a run explains no other day.
    """
    roots = _by_empty_day(verdicts, is_loaded_by_run=is_loaded_by_run)
    empty_roots = set(roots.values())
    others = [verdict for verdict in verdicts if verdict.id not in roots]
    by_fault = _by_fault(others, judgements)
    roots |= {check: root for check, root in by_fault.items() if check not in empty_roots}
    named = {*roots, *roots.values()}
    roots |= _by_same_change([verdict for verdict in verdicts if verdict.id not in named])
    return tuple(
        _following(verdict, roots[verdict.id]) if verdict.id in roots else verdict
        for verdict in verdicts
    )


def _following(verdict: Verdict, root: str) -> Verdict:
    """The verdict as one that follows from another check: what is to be done is there."""
    return replace(verdict, because=root, action=f"Follows from {root}: do that first")


def _by_fault(verdicts: Sequence[Verdict], judgements: Mapping[str, Judgement]) -> dict[str, str]:
    """For each check that a fault stopped, the first check that the same fault stopped."""
    first: dict[str, str] = {}
    roots = {}
    for verdict in verdicts:
        fault = judgements[verdict.id].fault
        if verdict.status is Status.UNKNOWN and fault is not None:
            root = first.setdefault(fault, verdict.id)
            if root != verdict.id:
                roots[verdict.id] = root
    return roots


def _by_empty_day(verdicts: Sequence[Verdict], *, is_loaded_by_run: bool) -> dict[str, str]:
    """For each check that fails for lack of events, the check that explains why there are none."""
    empty = [
        verdict
        for verdict in verdicts
        if verdict.status in _ALARMING and verdict.facts.fails_for_empty_day
    ]
    explaining = (
        verdict
        for verdict in verdicts
        if verdict.status is Status.RED
        and verdict.facts.explains_empty_day
        and (is_loaded_by_run or verdict.layer is not Layer.INFRASTRUCTURE)
    )
    stopping = (verdict for verdict in empty if verdict.status in STOPPING)
    root = next(explaining, None) or next(stopping, None)
    if root is None:
        return {}
    return {verdict.id: root.id for verdict in empty if verdict.id != root.id}


def _by_same_change(verdicts: Sequence[Verdict]) -> dict[str, str]:
    """The second rule that fails for the same fall, or the same rise, of the number of events."""
    by_id = {verdict.id: verdict for verdict in verdicts}
    root, follower = by_id.get(_VOLUME), by_id.get(_VOLUME_AGAIN)
    if root is None or follower is None or root.status is not Status.RED:
        return {}
    is_again = follower.status in _JUDGED_ALARMS and is_same_change(follower, root)
    return {_VOLUME_AGAIN: _VOLUME} if is_again else {}


def followers_text(verdicts: Sequence[Verdict]) -> str:
    """` (4 follow from freshness)`, to end a sentence about these verdicts; empty without any."""
    roots = [verdict.because for verdict in verdicts if verdict.because is not None]
    if not roots:
        return ""
    different = len(set(roots))
    root_text = roots[0] if different == 1 else f"{different} of them"
    return f" ({len(roots)} {'follows' if len(roots) == 1 else 'follow'} from {root_text})"
