"""Seeks an explanation for each red check, within its share of the time that is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from checks.core.errors import AndonError, MeasurementError
from checks.core.model import Cause, Explanation, Status
from checks.core.serialise import plain
from checks.explaining.events import EVENT_EXPLAINERS
from checks.explaining.kinds import KINDS
from checks.explaining.material import Explainer, Material
from checks.explaining.orphans import ORPHAN_EXPLAINERS
from checks.explaining.rejected import REJECTED_EXPLAINERS
from checks.explaining.runs import RUN_EXPLAINERS

#: The part of the time that is left of an evaluation after which all is stopped: what is read from
#: files ends a little later, and within a quarter.
_SHARE = 0.2
_EXPLAINERS: Mapping[str, Explainer] = {
    **RUN_EXPLAINERS,
    **REJECTED_EXPLAINERS,
    **EVENT_EXPLAINERS,
    **ORPHAN_EXPLAINERS,
}


def explanations(
    material: Material, tell: Callable[[str], None] = lambda text: None
) -> dict[str, Explanation]:
    """By check, what explains it: the first kind of `KINDS` that holds; none where none holds.

    Only red judgements are explained. tell: hears why an explanation could not be sought.
    Never raises: an explanation decides nothing.
    """
    red = [
        check for check, judgement in material.judgements.items()
        if judgement.status is Status.RED and check in _EXPLAINERS
    ]  # fmt: skip
    sought: dict[str, Explanation] = {}
    if not red:
        return sought
    with material.warehouse.limited_to(_SHARE * material.warehouse.remaining()):
        for check in red:
            held = _held(material, check, tell)
            if held:
                first = min(held, key=lambda explanation: KINDS.index(explanation.kind))
                sought[check] = replace(first, evidence=plain(first.evidence))
    return sought


def _held(material: Material, check: str, tell: Callable[[str], None]) -> list[Explanation]:
    """What holds for a check; where something cannot be read, what was known before."""
    held: list[Explanation] = []
    try:
        # What was yielded before an error stays in the list.
        held.extend(e for e in _EXPLAINERS[check](material, check) if e is not None)
    except MeasurementError as error:
        late = "it took more than a fifth of the time that was left"
        why = late if error.cause is Cause.TIMEOUT else str(error)
        tell(f"what explains {check} could not be read: {why}")
    except AndonError as error:
        tell(f"what explains {check} could not be read: {error}")
    except Exception as error:  # noqa: BLE001  (a report without it is whole)
        tell(f"what explains {check} could not be sought: {type(error).__name__}")
    return held
