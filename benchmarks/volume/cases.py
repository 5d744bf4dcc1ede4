"""All counts to judge, of all series, in one table that every rule is scored on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .incidents import CLEAN, HEADLINE, RUNS, Situation, situations
from .series import Series

Floats: TypeAlias = npt.NDArray[np.float64]
Numbers: TypeAlias = npt.NDArray[np.intp]
#: Of a history and the day after it: how far out a count is, from 1 on an alarm.
Rule: TypeAlias = Callable[[Mapping[date, float], date], Callable[[float], float] | None]


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of some series: for each its series, kind, day and run, as columns.

    `rows` has, for each situation, the places of its cases in the columns. `usual` are clean days
    without a flag, `flagged` those with one. `before` has, for each case, the place of the clean
    case of its day.
    """

    series: list[Series]
    situations: list[Situation]
    rows: list[range]
    of_series: Numbers
    kinds: dict[str, Numbers]
    runs: Numbers
    before: Numbers
    usual: Numbers
    flagged: Numbers

    @property
    def size(self) -> int:
        return len(self.of_series)

    def scores(self, rule: Rule) -> Floats:
        """The score of each case; 0 where the rule has no verdict."""
        scores = np.zeros(self.size)
        for situation, rows in zip(self.situations, self.rows, strict=True):
            score = rule(situation.history, situation.day)
            if score is not None:
                scores[rows] = [score(case.count) for case in situation.cases]
        return scores

    def table(self, columns: Callable[[Mapping[date, float], date], Sequence[float]]) -> Floats:
        """What is computed once of each history, a row a case; its last column is the count."""
        tables: list[list[Any]] = []
        for situation in self.situations:
            values = list(columns(situation.history, situation.day))
            tables += [[*values, case.count] for case in situation.cases]
        return np.array(tables, dtype=np.float64)


def cases_of(series: Sequence[Series], history_cap: int | None = None) -> Cases:
    """The cases of all series, each the same whatever other series there are."""
    found = [
        (number, situation)
        for number, one in enumerate(series)
        for situation in situations(one, history_cap)
    ]
    flat = [(number, case) for number, situation in found for case in situation.cases]
    ends = np.cumsum([len(situation.cases) for _, situation in found]).tolist()
    rows = [range(start, end) for start, end in zip([0, *ends], ends, strict=False)]
    clean = {
        (number, case.index): row for row, (number, case) in enumerate(flat) if case.kind == CLEAN
    }
    kinds: dict[str, list[int]] = {kind: [] for kind in (CLEAN, *HEADLINE)}
    for row, (_, case) in enumerate(flat):
        kinds.setdefault(case.kind, []).append(row)
    flags = [bool(series[number].flags[case.index]) for number, case in flat]
    is_clean = kinds[CLEAN]
    return Cases(
        list(series),
        [situation for _, situation in found],
        rows,
        np.array([number for number, _ in flat], dtype=np.intp),
        {kind: np.array(places, dtype=np.intp) for kind, places in kinds.items() if places},
        np.array([case.run for _, case in flat], dtype=np.intp),
        np.array([clean[number, case.index] for number, case in flat], dtype=np.intp),
        np.array([row for row in is_clean if not flags[row]], dtype=np.intp),
        np.array([row for row in is_clean if flags[row]], dtype=np.intp),
    )


def is_run(kind: str) -> bool:
    return kind in RUNS
