"""The series of one folder, the rules to compare, and their scores: what each measure is of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from .cases import Cases, Floats, Rule, cases_of
from .rules import RULES
from .series import Series

STEADY = "steady"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report, with a sentence on what it says."""

    title: str
    text: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return f"## {self.title}\n\n{self.text}\n\n{body}\n"


@dataclass(frozen=True, slots=True)
class Study:
    """Series with a weekly rhythm, and rules by name; scores are computed once of each."""

    series: Sequence[Series]
    rules: Sequence[str]
    _cases: dict[int | None, Cases] = field(default_factory=dict)
    _scores: dict[tuple[int | None, str], Floats] = field(default_factory=dict)

    def cases(self, history_cap: int | None = None) -> Cases:
        if history_cap not in self._cases:
            self._cases[history_cap] = cases_of(self.series, history_cap)
        return self._cases[history_cap]

    def scores(self, rule: str, history_cap: int | None = None) -> Floats:
        return self.scores_of(rule, RULES[rule], history_cap)

    def scores_of(self, name: str, rule: Rule, history_cap: int | None = None) -> Floats:
        key = history_cap, name
        if key not in self._scores:
            self._scores[key] = self.cases(history_cap).scores(rule)
        return self._scores[key]

    @property
    def everywhere(self) -> Floats:
        """The weight of each series where all count alike."""
        return np.ones(len(self.series))

    @property
    def steady(self) -> Floats:
        return np.array([float(one.stratum == STEADY) for one in self.series])

    @property
    def families(self) -> list[str]:
        return sorted({one.family for one in self.series})

    def of_family(self, family: str) -> Floats:
        return np.array([float(one.family == family) for one in self.series])


#: One module has one of these: what it measures, of any study.
Measure: TypeAlias = Callable[[Study], Table]


def percent(share: float) -> str:
    return "-" if np.isnan(share) else f"{100 * share:.1f} %"


def number(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.2f}"
