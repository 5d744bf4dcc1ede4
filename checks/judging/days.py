"""Several data dates, of one run or of several: one report of all of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import TypeVar

from checks.core.model import Acceptance, Report, Status, Verdict, WaiverState
from checks.core.text import plural, short_list
from checks.judging.gate import WORST_FIRST

_BY_VERDICT = (Status.GREEN, Status.AMBER, Status.UNKNOWN, Status.RED)
#: So many days of one verdict are listed; of more there is a count.
_MOST_LISTED = 4
#: Which status of several days counts for a check, the first of them.
STATUS_OVER_DAYS = (
    Status.RED, Status.UNKNOWN, Status.AMBER, Status.WAIVED, Status.GREEN, Status.SKIPPED,
)  # fmt: skip
Part = TypeVar("Part", WaiverState, Acceptance)


def combined(reports: Sequence[Report]) -> Report:
    """One report of several data dates, oldest first: that of the worst one, with all as `days`.

    Exit code 1 is worse than 2, and 2 than 0; of equally bad days the newest counts.
    """
    if len(reports) == 1:
        return reports[0]
    worst_first = sorted(reports, key=_badness, reverse=True)
    worst = worst_first[0]
    return replace(
        worst,
        summary=_summary(worst, reports),
        waivers=_distinct(waiver for report in worst_first for waiver in report.waivers),
        acceptances=_distinct(
            acceptance for report in worst_first for acceptance in report.acceptances
        ),
        warnings=tuple(dict.fromkeys(text for report in reports for text in report.warnings)),
        duration_seconds=sum(report.duration_seconds for report in reports),
        days=tuple(reports),
    )


def over_runs(reports: Sequence[Report]) -> Report:
    """One report of several runs, oldest first, with the warnings and the duration of all."""
    report = combined([day for run_report in reports for day in run_report.by_day()])
    warnings = dict.fromkeys(text for run_report in reports for text in run_report.warnings)
    duration = sum(run_report.duration_seconds for run_report in reports)
    return replace(report, warnings=tuple(warnings), duration_seconds=duration)


def by_run(report: Report) -> tuple[Report, ...]:
    """The report of each run that a report is of, oldest first.

    Where the report's outcome was changed as a whole, that of the run it is of is changed too.
    """
    runs = [combined(list(days)) for _, days in groupby(report.days, lambda day: day.run_date)]
    return tuple(_with_outcome(run_report, report) for run_report in runs) or (report,)


def _with_outcome(run_report: Report, report: Report) -> Report:
    if run_report.data_date != report.data_date or run_report.exit_code == report.exit_code:
        return run_report
    return replace(report, days=run_report.days)


def _badness(report: Report) -> tuple[int, int, date]:
    return (
        -WORST_FIRST.index(report.exit_code),
        _BY_VERDICT.index(report.verdict),
        report.data_date or date.min,
    )


def _distinct(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Waivers or acceptances of several days, each once, as the worst day has it."""
    by_id: dict[int, Part] = {}
    for part in parts:
        by_id.setdefault(part.id, part)
    return tuple(by_id.values())


def _summary(worst: Report, reports: Sequence[Report]) -> str:
    """The worst day's sentence, and the verdicts of the other days."""
    others = sorted(
        (report for report in reports if report is not worst),
        key=lambda report: (-_BY_VERDICT.index(report.verdict), report.data_date or date.min),
    )
    texts = []
    for verdict, group in groupby(others, key=lambda report: report.verdict):
        days = [str(report.data_date) for report in group]
        named = short_list(days) if len(days) <= _MOST_LISTED else plural(len(days), "other day")
        texts.append(f"{named} {'is' if len(days) == 1 else 'are'} {verdict}")
    return f"{worst.summary}; {', '.join(texts)}"


def by_worst_day(report: Report) -> Report:
    """A report of several data dates as one of the newest of them, each check as on its worst day.

    A check is green only where it is green for all of them.
    """
    if not report.days:
        return report
    checks = tuple(verdict for _, verdict in _worst_verdicts(report).values())
    return replace(report, data_date=report.days[-1].data_date, checks=checks, days=())


def worst_days(report: Report) -> dict[str, date]:
    """The data date on which each check is worst, by check; empty for a report of one date."""
    return {check: day for check, (day, _) in _worst_verdicts(report).items()}


def _worst_verdicts(report: Report) -> dict[str, tuple[date, Verdict]]:
    """Each check's worst verdict and its data date; of equal ones the newest."""
    worst: dict[str, tuple[date, Verdict]] = {}
    for day in reversed(report.days):
        for verdict in day.checks:
            known = worst.get(verdict.id)
            if known is None or _weight(verdict) < _weight(known[1]):
                worst[verdict.id] = day.data_date or date.min, verdict
    return worst


def _weight(verdict: Verdict) -> int:
    """The smaller, the more it says: a judged day says more than a closed or skipped one."""
    return (
        len(STATUS_OVER_DAYS) if verdict.facts.is_closed else STATUS_OVER_DAYS.index(verdict.status)
    )
