"""Each incident's detection, of each rule as it is."""

from __future__ import annotations

from . import rates
from .incidents import AFTER, ONE_DAY, PART_OF_DAY, RUNS
from .study import Study, Table, percent


def by_incident(study: Study) -> Table:
    kinds = [*ONE_DAY, *PART_OF_DAY, *RUNS, *AFTER]
    cases = study.cases()
    shares = {
        rule: [rates.detection(cases, study.scores(rule), 1.0, kind) for kind in kinds]
        for rule in study.rules
    }
    rows = [
        [
            kind,
            *(percent(rates.weighted_mean(shares[rule][i], study.everywhere)) for rule in shares),
        ]
        for i, kind in enumerate(kinds)
    ]
    return Table(
        "Incidents",
        "The share of each incident that is seen; of one that lasts, on any of its seven days.",
        ("incident", *(f"`{rule}`" for rule in study.rules)),
        rows,
    )
