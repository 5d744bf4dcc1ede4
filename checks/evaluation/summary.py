"""A report's answer in one sentence. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from checks.core.model import STOPPING, Status, Verdict, worst
from checks.core.text import plural
from checks.evaluation.causes import remark
from checks.judging.gate import RED

_MAY_REFRESH = "the dashboards may be refreshed"


def withheld(summary: str, reports: str) -> str:
    """The answer of a report that would let the line go on, when other reports are missing.

    reports: how many, such as `2 reports`.
    """
    checks = summary.removeprefix(f"{_MAY_REFRESH}: ")
    return f"do not refresh the dashboards yet: {reports} could not be written; {checks}"


def stopped_by_strict(statuses: Iterable[Status], exit_code: int) -> str | None:
    """What a gate did that amber alone stopped, as a sentence without its end; None otherwise.

    statuses: of the checks, as that gate found them.
    """
    found = list(statuses)
    amber = found.count(Status.AMBER)
    if exit_code != RED or worst(found) is not Status.AMBER:
        return None
    warned = f"{plural(amber, 'check')} {'was' if amber == 1 else 'were'} amber"
    return f"the line was stopped: the gate ran with --strict and {warned}"


def summarise(
    verdict: Status, verdicts: Sequence[Verdict], data_date: date, *, strict: bool = False
) -> str:
    """The answer in one sentence, without the verdict's name in front."""
    total = plural(len(verdicts), "check")
    count = {status: sum(v.status is status for v in verdicts) for status in Status}
    if verdict is Status.RED:
        failed = f"{count[Status.RED]} of {total} failed for {data_date}"
        also = count[Status.UNKNOWN]
        more = f", {also} could not be measured" if also else ""
        follow = remark([v for v in verdicts if v.status in STOPPING])
        return f"do not refresh the dashboards: {failed}{more}{follow}"
    if verdict is Status.UNKNOWN:
        told = f"{count[Status.UNKNOWN]} of {total} could not be measured for {data_date}"
        follow = remark([v for v in verdicts if v.status is Status.UNKNOWN])
        return f"do not refresh the dashboards yet: {told}{follow}"
    if verdict is Status.AMBER:
        told = f"{count[Status.AMBER]} of {total} {'warns' if count[Status.AMBER] == 1 else 'warn'}"
        begin = "do not refresh the dashboards (strict)" if strict else _MAY_REFRESH
        return f"{begin}: {told} for {data_date}"
    passed = f"{count[Status.GREEN]} of {total} passed for {data_date}"
    extra = [f"{count[s]} {s.value}" for s in (Status.WAIVED, Status.SKIPPED) if count[s]]
    return f"{_MAY_REFRESH}: {', '.join([passed, *extra])}"
