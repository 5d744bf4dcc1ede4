"""How often a board is red or amber on days without an incident."""

from __future__ import annotations

import numpy as np

from . import rates
from .rules import warnings
from .study import Study, Table, number


def red_days(study: Study) -> Table:
    cases, every = study.cases(), study.everywhere
    amber = study.scores_of("warnings", warnings)
    rows = []
    for rule in study.rules:
        scores = study.scores(rule)
        only_amber = np.where(scores >= 1.0, 0.0, amber)
        rows.append(
            [
                f"`{rule}`",
                number(rates.weighted_mean(rates.false_alarms(cases, scores, 1.0), every)),
                number(rates.weighted_mean(rates.alarms_with_holidays(cases, scores, 1.0), every)),
                number(rates.weighted_mean(rates.false_alarms(cases, only_amber, 1.0), every)),
            ]
        )
    return Table(
        "Red and amber days",
        "Per series and 90 days. `gate` is red by `volume_expected`, and by the Z-score while no "
        "weekday is known; amber by the Z-score afterwards, and by the trend.",
        ("red by", "red days", "red days of 90 with holidays", "amber days"),
        rows,
    )
