"""False alarms and detection of scores, over series with weights."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from .cases import Cases, Floats, Numbers, is_run
from .incidents import HEADLINE, JUMPS

DAYS = 90
#: So that rates that are equal as numbers are equal as floats.
_ROUNDING = 1e-9


def per_series(cases: Cases, rows: Numbers, values: Floats) -> Floats:
    """The mean of values of rows in each series; nan where it has none."""
    size = len(cases.series)
    count = np.bincount(cases.of_series[rows], minlength=size)
    total = np.bincount(cases.of_series[rows], weights=values, minlength=size)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def weighted_mean(values: Floats, weights: Floats) -> float:
    """The mean over series that have a value, each as often as its weight says."""
    known = ~np.isnan(values) & (weights > 0)
    if not known.any():
        return math.nan
    return float(np.average(values[known], weights=weights[known]))


def false_alarms(cases: Cases, scores: Floats, threshold: float) -> Floats:
    """Alarms in 90 days that are like any other, of each series."""
    rows = cases.usual
    return DAYS * per_series(cases, rows, (scores[rows] >= threshold).astype(float))


def alarms_with_holidays(cases: Cases, scores: Floats, threshold: float) -> Floats:
    """Alarms in 90 days of any kind without an incident, of each series."""
    rows = np.concatenate([cases.usual, cases.flagged])
    return DAYS * per_series(cases, rows, (scores[rows] >= threshold).astype(float))


def detection(cases: Cases, scores: Floats, threshold: float, kind: str) -> Floats:
    """The share of incidents of a kind with an alarm, of each series.

    Of an incident that lasts, an alarm of any of its days that the day without it does not have.
    """
    rows = cases.kinds.get(kind, np.empty(0, dtype=np.intp))
    hits = scores[rows] >= threshold
    if not is_run(kind):
        return per_series(cases, rows, hits.astype(float))
    hits &= ~(scores[cases.before[rows]] >= threshold)
    keys = cases.of_series[rows] * (cases.runs.max() + 1) + cases.runs[rows]
    _, first, event = np.unique(keys, return_index=True, return_inverse=True)
    caught = np.bincount(event, weights=hits) > 0
    return per_series(cases, rows[first], caught.astype(float))


def mean_detection(
    cases: Cases, scores: Floats, threshold: float, kinds: Iterable[str], weights: Floats
) -> float:
    """The mean over kinds of the mean over series."""
    rates = [weighted_mean(detection(cases, scores, threshold, k), weights) for k in kinds]
    return float(np.nanmean(rates)) if rates and not np.isnan(rates).all() else math.nan


def headline(cases: Cases, scores: Floats, threshold: float, weights: Floats) -> float:
    return mean_detection(cases, scores, threshold, HEADLINE, weights)


def jumps(cases: Cases, scores: Floats, threshold: float, weights: Floats) -> float:
    return mean_detection(cases, scores, threshold, JUMPS, weights)


def calibrated(cases: Cases, scores: Floats, budget: float, weights: Floats) -> float:
    """The lowest threshold, one for all series, with at most so many false alarms in 90 days."""
    rows = cases.usual
    days = np.bincount(cases.of_series[rows], minlength=len(cases.series))
    shares = DAYS * weights / np.maximum(days, 1) / weights[days > 0].sum()
    order = np.argsort(-scores[rows], kind="stable")
    ordered = scores[rows][order]
    rates = np.cumsum(shares[cases.of_series[rows][order]])
    over = np.flatnonzero(rates > budget + _ROUNDING)
    if not len(over):
        return float(np.nextafter(0.0, 1.0))
    return float(np.nextafter(ordered[over[0]], math.inf))
