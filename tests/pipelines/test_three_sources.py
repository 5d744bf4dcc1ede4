"""Three sources: one that is missing, halved or doubled is found, also where the total hides it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from checks.core.model import Status
from checks.demo.shapes import THREE_SOURCES
from tests.pipelines.shop import Fault, FaultKind
from tests.pipelines.test_faults import MISSING_RUN, NO_RUN, SUNDAY, VOLUME, WEDNESDAY, replayed

SOURCE = {"sources_complete"}
MISSING_SOURCE = FaultKind.MISSING_SOURCE


@pytest.mark.parametrize(
    ("day", "fault", "red"),
    [
        (WEDNESDAY, MISSING_RUN, {*NO_RUN}),
        (WEDNESDAY, Fault(MISSING_SOURCE, 2), SOURCE),
        (WEDNESDAY, Fault(MISSING_SOURCE, 1), {*SOURCE, *VOLUME}),
        (SUNDAY, Fault(MISSING_SOURCE, 2), SOURCE),
        (WEDNESDAY, Fault(FaultKind.DOUBLED_SOURCE, 0), VOLUME),
    ],
    ids=lambda value: getattr(value, "kind", None),
)
def test_a_fault_turns_its_checks_red_on_its_day(
    tmp_path: Path, day: date, fault: Fault, red: set[str]
) -> None:
    result = replayed(tmp_path, THREE_SOURCES, {day: fault})
    assert result.failing() == {day: dict.fromkeys(red, Status.RED)}


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        *((FaultKind.HALF_SOURCE, source) for source in range(3)),
        *((FaultKind.DOUBLED_SOURCE, source) for source in range(3)),
    ],
)
def test_a_source_that_the_total_hides_is_amber_at_least(
    tmp_path: Path, kind: FaultKind, source: int
) -> None:
    """Half of a small source is within the range of all together; its own rows tell."""
    result = replayed(tmp_path, THREE_SOURCES, {WEDNESDAY: Fault(kind, source)})
    amber = result.status(WEDNESDAY, "sources_complete") is Status.AMBER
    assert amber or result.red(WEDNESDAY) >= {"volume_expected"}
    assert set(result.failing()) <= {WEDNESDAY}
