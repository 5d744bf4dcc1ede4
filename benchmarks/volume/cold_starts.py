"""Shops with a few weeks of history: each history cut to its newest days."""

from __future__ import annotations

from . import rates
from .study import Study, Table
from .summary import COLUMNS, cells

HISTORY_DAYS = (14, 17, 21, 28)
BUDGET = 1.0


def cold_starts(study: Study) -> Table:
    rows = []
    for days in HISTORY_DAYS:
        for rule in study.rules:
            cases, scores = study.cases(days), study.scores(rule, days)
            threshold = rates.calibrated(cases, scores, BUDGET, study.everywhere)
            name = f"`{rule}`"
            rows.append([str(days), name, "as it is", *cells(study, cases, scores, 1.0)])
            rows.append([str(days), name, "at 1", *cells(study, cases, scores, threshold)])
    return Table(
        "Cold starts",
        "The same days, judged with so many days of history only.",
        ("days", "rule", "threshold", *COLUMNS),
        rows,
    )
