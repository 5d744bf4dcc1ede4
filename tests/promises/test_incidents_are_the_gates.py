"""Incidents follow the gate's evaluations of the newest data date and nothing else.

Any order of gates, reruns of older days, backfills and closings is tried on a real store and
compared with the rules of docs/history.md: of each check at most one incident is open, looking back
changes none, and without anybody's closing there are as many as there were runs of red.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.core.errors import UsageError
from checks.core.model import STOPPING, Status
from checks.core.records import Closing, StoredIncident
from checks.history.store import History
from tests.history.history_samples import DAY, NOW, PIPELINE, report

CHECKS = ("quarantine_rate", "freshness")
NEWEST, OLDER, BACKFILL, CLOSE = "newest", "older", "backfill", "close"


@dataclass(frozen=True)
class Step:
    """One thing that is done: an evaluation with these statuses, or a closing of the first check.

    goes_on: whether an evaluation of the newest day is of the next one.
    """

    kind: str
    statuses: tuple[Status, Status]
    goes_on: bool
    follows: bool
    closing: Closing


steps = st.lists(
    st.builds(
        Step, st.sampled_from((NEWEST, NEWEST, OLDER, BACKFILL, CLOSE)),
        st.tuples(st.sampled_from(Status), st.sampled_from(Status)), st.booleans(), st.booleans(),
        st.sampled_from(Closing),
    ),
    max_size=12,
)  # fmt: skip


class Replay:
    """Does the steps one after the other, a minute apart, from the first day on."""

    def __init__(self, folder: str) -> None:
        self.history = History(f"sqlite:///{Path(folder) / 'history.db'}", keep_days=400)
        self.days, self.minutes = 0, 0
        self.gates: list[dict[str, tuple[Status, bool]]] = []

    def now(self) -> timedelta:
        return timedelta(days=self.days, minutes=self.minutes)

    def incidents(self) -> tuple[StoredIncident, ...]:
        return self.history.incident_log(PIPELINE, NOW + self.now()).incidents

    def do(self, step: Step) -> None:
        self.minutes += 1
        if step.kind == CLOSE:
            self._close(step)
            return
        is_newest = step.kind == NEWEST or not self.gates
        if is_newest and step.goes_on and self.gates:
            self.days += 1
        day = self.days - (0 if is_newest or step.kind == BACKFILL else 1)
        self._record(step, day, is_backfill=step.kind == BACKFILL)
        if step.kind != BACKFILL and is_newest:
            self.gates.append(self._roots(step))

    def _record(self, step: Step, day: int, *, is_backfill: bool) -> None:
        evaluated = report(
            DAY + timedelta(days=day), now=NOW + self.now(),
            **dict(zip(CHECKS, step.statuses, strict=True)),
        )  # fmt: skip
        first, second = evaluated.checks
        if self._is_following(step):
            second = replace(second, because=first.id)
        self.history.record(replace(evaluated, checks=(first, second)), is_backfill=is_backfill)

    @staticmethod
    def _is_following(step: Step) -> bool:
        return step.follows and step.statuses[0] in STOPPING and step.statuses[1] in STOPPING

    def _roots(self, step: Step) -> dict[str, tuple[Status, bool]]:
        following = self._is_following(step)
        pairs = zip(CHECKS, step.statuses, (False, following), strict=True)
        return {check: (status, follows) for check, status, follows in pairs}

    def _close(self, step: Step) -> None:
        at = NOW + self.now()
        try:
            self.history.close_incident(PIPELINE, CHECKS[0], step.closing, "Mia", "", at)
        except UsageError:
            assert not any(it.is_open and it.check == CHECKS[0] for it in self.incidents())


def runs_of_red(gates: Sequence[dict[str, tuple[Status, bool]]], check: str) -> int:
    """How often the check stopped the line by itself while nothing of it was open."""
    runs, is_open = 0, False
    for gate in gates:
        status, follows = gate[check]
        if status is Status.GREEN:
            is_open = False
        elif status in STOPPING and not follows and not is_open:
            runs, is_open = runs + 1, True
    return runs


def is_red_now(gates: Sequence[dict[str, tuple[Status, bool]]], check: str) -> bool:
    """Whether it stopped the line by itself and was not green since."""
    last = [status for gate in gates if (status := gate[check][0]) is not None]
    after = len(last) - last[::-1].index(Status.GREEN) if Status.GREEN in last else 0
    return runs_of_red(gates[after:], check) > 0


@given(steps)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_order_of_evaluations_and_closings(listed: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        replay = Replay(folder)
        for step in listed:
            before = replay.incidents()
            is_first = not replay.gates
            replay.do(step)
            after = replay.incidents()
            if step.kind in (OLDER, BACKFILL) and not (is_first and step.kind == OLDER):
                assert after == before, "looking back changes none"
            open_checks = [incident.check for incident in after if incident.is_open]
            assert len(open_checks) == len(set(open_checks)), "at most one is open"
            assert {incident.id for incident in before} <= {incident.id for incident in after}
        assert_all_are_explained(replay, listed)


def assert_all_are_explained(replay: Replay, listed: Sequence[Step]) -> None:
    """The check that nobody closes has one incident a run; nothing green is open."""
    incidents = replay.incidents()
    second = [incident for incident in incidents if incident.check == CHECKS[1]]
    assert len(second) == runs_of_red(replay.gates, CHECKS[1])
    assert any(it.is_open for it in second) == is_red_now(replay.gates, CHECKS[1])
    if not any(step.kind == CLOSE for step in listed):
        first = [incident for incident in incidents if incident.check == CHECKS[0]]
        assert len(first) == runs_of_red(replay.gates, CHECKS[0])
    for check in CHECKS:
        if replay.gates and replay.gates[-1][check][0] is Status.GREEN:
            assert not any(it.check == check and it.resolved_at is None for it in incidents)
