"""The result of a replay: days, judged by two sets of settings. Pure data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from checks.core.model import Status, Verdict, worst
from checks.judging.gate import RED, UNKNOWN, exit_code

_JUDGED = frozenset({Status.RED, Status.AMBER, Status.GREEN})
# A check that is not enabled (None) counts as passed.
_PASSED = frozenset({Status.GREEN, Status.SKIPPED, None})


@dataclass(frozen=True, slots=True)
class DayVerdicts:
    """One day by one set of settings: the verdicts of the enabled checks, by id."""

    verdicts: Mapping[str, Verdict]

    @property
    def verdict(self) -> Status:
        """The status of the day as a whole."""
        return worst(verdict.status for verdict in self.verdicts.values())

    @property
    def exit_code(self) -> int:
        """The exit code that the gate would have had."""
        return exit_code(verdict.status for verdict in self.verdicts.values())

    def status(self, check: str) -> Status | None:
        """The status of a check; None where it is not enabled."""
        verdict = self.verdicts.get(check)
        return verdict.status if verdict is not None else None


@dataclass(frozen=True, slots=True)
class ReplayedDay:
    """A replayed data date. changed: by the other settings; `now` itself where there are none."""

    data_date: date
    now: DayVerdicts
    changed: DayVerdicts

    def changed_checks(self) -> list[str]:
        """Ids of the checks whose status differs, in the order of the verdicts.

        A check that passes on one side and is off on the other does not count.
        """
        return [id_ for id_ in self.checks() if self._differs(id_)]

    def checks(self) -> list[str]:
        """Ids of the checks that are enabled on either side."""
        return list(dict.fromkeys([*self.now.verdicts, *self.changed.verdicts]))

    def _differs(self, check: str) -> bool:
        now, changed = self.now.status(check), self.changed.status(check)
        is_off = now is None or changed is None
        return now is not changed and not (is_off and {now, changed} <= _PASSED)


@dataclass(frozen=True, slots=True)
class Backtest:
    """The replayed days between `first` and `last`, oldest first.

    empty: how many days were left out, before the first event and the first log entry.
    """

    first: date
    last: date
    days: tuple[ReplayedDay, ...]
    empty: int

    @property
    def was_judged(self) -> bool:
        """Whether any check could be judged on any day."""
        sides = [*self.sides(changed=False), *self.sides(changed=True)]
        return any(
            verdict.status in _JUDGED for side in sides for verdict in side.verdicts.values()
        )

    def sides(self, *, changed: bool) -> list[DayVerdicts]:
        """All days by one of the two sets of settings."""
        return [day.changed if changed else day.now for day in self.days]

    def stopped(self, *, changed: bool) -> int:
        """Days that would have stopped the line: the gate's exit code 1."""
        return sum(side.exit_code == RED for side in self.sides(changed=changed))

    def unjudged(self, *, changed: bool) -> int:
        """Days on which something could not be measured: the gate's exit code 2."""
        return sum(side.exit_code == UNKNOWN for side in self.sides(changed=changed))

    def counts(self, check: str, *, changed: bool) -> Counter[Status]:
        """Days of a check by status; where it is not enabled it has none."""
        statuses = (side.status(check) for side in self.sides(changed=changed))
        return Counter(status for status in statuses if status is not None)

    def changed_days(self, check: str) -> int:
        """Days on which the status of a check differs."""
        return sum(check in day.changed_checks() for day in self.days)
