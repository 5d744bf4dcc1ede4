"""How sure the difference between two rules is: whole sources drawn again and again."""

from __future__ import annotations

import numpy as np

from . import rates
from .cases import Floats
from .study import Study, Table
from .summary import BUDGETS

DRAWS = 400
_SEED = 7
_INTERVAL = (0.05, 0.95)


def differences(study: Study) -> Table:
    """The first rule less each other one, at the same number of false alarms."""
    first, *others = study.rules
    rows = [
        [f"`{first}` less `{other}`", f"{budget:g}", what, *_interval(study, other, budget, what)]
        for other in others
        for budget in BUDGETS
        for what in ("detection", "jumps")
    ]
    return Table(
        "Differences",
        f"Points of detection, with the interval that holds nine in ten of {DRAWS} draws of whole "
        "sources; each draw has its own threshold.",
        ("rules", "false alarms", "of", "difference", "from", "to"),
        rows,
    )


def _interval(study: Study, other: str, budget: float, what: str) -> list[str]:
    draw = np.random.default_rng(_SEED)
    difference = _difference(study, other, budget, what, study.everywhere)
    drawn = [_difference(study, other, budget, what, _weights(study, draw)) for _ in range(DRAWS)]
    low, high = np.quantile(drawn, _INTERVAL)
    return [f"{100 * value:+.1f}" for value in (difference, low, high)]


def _weights(study: Study, draw: np.random.Generator) -> Floats:
    """How often each series counts when as many sources are drawn as there are."""
    families = study.families
    drawn = draw.choice(families, len(families))
    return np.array([float((drawn == one.family).sum()) for one in study.series])


def _difference(study: Study, other: str, budget: float, what: str, weights: Floats) -> float:
    mean = rates.headline if what == "detection" else rates.jumps
    cases = study.cases()
    values = []
    for rule in (study.rules[0], other):
        scores = study.scores(rule)
        threshold = rates.calibrated(cases, scores, budget, weights)
        values.append(mean(cases, scores, threshold, weights))
    return values[0] - values[1]
