"""False alarms and detection of each rule: as it is, and at the same number of false alarms."""

from __future__ import annotations

from . import rates
from .cases import Cases, Floats
from .study import Study, Table, number, percent

#: False alarms per series and 90 days to which one threshold for all series is set.
BUDGETS = (1.0, 0.5)
COLUMNS = ("false alarms", "detection", "steady: false alarms", "detection", "jumps")


def summary(study: Study) -> Table:
    rows = []
    for rule in study.rules:
        scores, cases = study.scores(rule), study.cases()
        rows.append([f"`{rule}`", "as it is", *cells(study, cases, scores, 1.0)])
        for budget in BUDGETS:
            threshold = rates.calibrated(cases, scores, budget, study.everywhere)
            rows.append([f"`{rule}`", f"at {budget:g}", *cells(study, cases, scores, threshold)])
    families = len(study.families)
    return Table(
        "Rules",
        f"{len(study.series)} series of {families} sources. False alarms per series and 90 days "
        "without a flag; detection is the mean over the incidents, jumps over x 1.5, x 2 and x 3. "
        "'at 1': with one threshold for all series at which they have one false alarm on average.",
        ("rule", "threshold", *COLUMNS),
        rows,
    )


def cells(study: Study, cases: Cases, scores: Floats, threshold: float) -> list[str]:
    """False alarms and headline, the same of steady series, and jumps."""
    alarms = rates.false_alarms(cases, scores, threshold)
    every, steady = study.everywhere, study.steady
    return [
        number(rates.weighted_mean(alarms, every)),
        percent(rates.headline(cases, scores, threshold, every)),
        number(rates.weighted_mean(alarms, steady)),
        percent(rates.headline(cases, scores, threshold, steady)),
        percent(rates.jumps(cases, scores, threshold, every)),
    ]
