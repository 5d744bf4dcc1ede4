"""The rule's constants chosen anew without each source in turn, and judged on that source.

What constants gain on series that they were chosen on says nothing of others. Here those of the
measures are chosen on all sources but one: first so that each measure alone raises as many false
alarms as any other, then by a search for detection. The source that was left out is judged with
what came out, and with the threshold that gave the others one false alarm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from checks.detection.expected import COUNTED_ON, log_count
from checks.detection.limits import POWER, distances
from checks.detection.ranges import edges
from checks.detection.series import counts_before
from checks.detection.weekday import forecast

from . import rates
from .cases import Cases, Floats
from .rules import CERTAIN
from .study import Study, Table
from .summary import BUDGETS, COLUMNS, cells

BELOW = ("usual misses", "record", "older record", "worst misses", "weekday's record", "its misses")
ABOVE = ("usual misses", "record", "older record", "worst misses")
CONSTANTS = len(BELOW) + len(ABOVE)
#: False alarms that each measure alone raises on its side, before the search.
_EQUAL = 1.0
_STEPS = (0.8, 0.9, 1.1, 1.25)
_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Measures:
    """Of each case: on which side it is, how far, and the cubed share of each distance."""

    cases: Cases
    distance: Floats
    cubes: Floats
    noise: Floats
    room: Floats
    certain: Floats

    @classmethod
    def of(cls, cases: Cases) -> Measures:
        table = cases.table(_columns)
        log, expected = np.log(table[:, -1] + 0.5), table[:, 0]
        is_below = (log < expected)[:, None]
        below, above = table[:, 4 : 4 + len(BELOW)], table[:, 4 + len(BELOW) : -1]
        cubes = np.hstack([np.where(is_below, below, 0.0), np.where(is_below, 0.0, above)])
        certain = (table[:, 3] > 0) & (table[:, -1] < 1)
        return cls(
            cases,
            np.abs(log - expected),
            cubes,
            table[:, 1],
            table[:, 2],
            certain.astype(float),
        )

    def scores(self, constants: Floats) -> Floats:
        """With each distance times its constant; all 1 are those of the rule."""
        cubes = self.cubes @ constants**-POWER
        with np.errstate(divide="ignore"):
            limit = np.maximum(self.noise, self.room * cubes ** (-1 / POWER))
        scores = np.nan_to_num(self.distance / limit)
        return np.where(self.certain > 0, CERTAIN, scores)


def held_out(study: Study) -> Table:
    measures = Measures.of(study.cases())
    shipped = measures.scores(np.ones(CONSTANTS))
    variants = {
        "as it is": shipped,
        "only the width chosen": np.zeros_like(shipped),
        "each measure alike": np.zeros_like(shipped),
        "all constants searched": np.zeros_like(shipped),
    }
    for family in study.families:
        rest, own = 1 - study.of_family(family), _rows(study, family)
        for name, constants in _chosen(measures, rest).items():
            scores = measures.scores(constants)
            threshold = rates.calibrated(measures.cases, scores, BUDGETS[0], rest)
            variants[name][own] = scores[own] / threshold
    rows: list[list[str]] = []
    for name, scores in variants.items():
        rows.append([name, "as it is", *cells(study, measures.cases, scores, 1.0)])
        for budget in BUDGETS:
            threshold = rates.calibrated(measures.cases, scores, budget, study.everywhere)
            rows.append([name, f"at {budget:g}", *cells(study, measures.cases, scores, threshold)])
    return Table(
        "Held-out sources",
        "`volume_expected`, each source judged by constants that were chosen on all others, at the "
        "width that gave those one false alarm.",
        ("constants", "threshold", *COLUMNS),
        rows,
    )


def _chosen(measures: Measures, weights: Floats) -> dict[str, Floats]:
    alike = _alike(measures, weights)
    return {
        "only the width chosen": np.ones(CONSTANTS),
        "each measure alike": alike,
        "all constants searched": _searched(measures, weights, alike),
    }


def _rows(study: Study, family: str) -> npt.NDArray[np.bool_]:
    return study.of_family(family)[study.cases().of_series] > 0


def _alike(measures: Measures, weights: Floats) -> Floats:
    """The constants with which each measure alone raises as many false alarms."""
    constants = np.ones(CONSTANTS)
    for place in range(CONSTANTS):
        alone = np.full(CONSTANTS, math.inf)
        alone[place] = 1.0
        constants[place] = rates.calibrated(measures.cases, measures.scores(alone), _EQUAL, weights)
    return constants


def _searched(measures: Measures, weights: Floats, constants: Floats) -> Floats:
    """One constant after the other, each step kept that detects more."""
    best = _detection(measures, weights, constants)
    for place in list(range(CONSTANTS)) * _ROUNDS:
        for step in _STEPS:
            changed = constants.copy()
            changed[place] *= step
            if (detection := _detection(measures, weights, changed)) > best:
                constants, best = changed, detection
    return constants


def _detection(measures: Measures, weights: Floats, constants: Floats) -> float:
    """The mean detection at the budgets, of all series with these weights."""
    scores = measures.scores(constants)
    return sum(
        rates.headline(
            measures.cases,
            scores,
            rates.calibrated(measures.cases, scores, budget, weights),
            weights,
        )
        for budget in BUDGETS
    )


def _columns(history: Mapping[date, float], day: date) -> Sequence[float]:
    """The expectation, noise, room, whether zero is out, and the cubes below and above."""
    day_edges = edges(history, day)
    counts = counts_before(history, day)
    prediction = forecast([None if count is None else log_count(count) for count in counts])
    if day_edges is None or prediction is None:
        return [math.nan] * 4 + [0.0] * CONSTANTS
    allowed = distances(prediction)
    below = [distance.cube for distance in allowed.below]
    below += [0.0] * (len(BELOW) - len(below))
    above = [distance.cube for distance in allowed.above]
    zero = day_edges.zero_is_out and prediction.expected >= log_count(COUNTED_ON)
    return [prediction.expected, allowed.noise, allowed.room, float(zero), *below, *above]
