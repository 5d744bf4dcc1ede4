"""A report's summary sentence: whether the dashboards may be refreshed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from checks.core.model import STOPPING, Status, Verdict, worst
from checks.core.text import plural
from checks.evaluation.causes import followers_text
from checks.judging.gate import RED

_MAY_REFRESH = "the dashboards may be refreshed"


def withheld(summary: str, reports: str) -> str:
    """The summary of a report that passes, although other reports could not be written.

    reports: how many of these, such as `2 reports`.
    """
    checks = summary.removeprefix(f"{_MAY_REFRESH}: ")
    return f"do not refresh the dashboards yet: {reports} could not be written; {checks}"


def strict_stop_text(statuses: Iterable[Status], exit_code: int) -> str | None:
    """Text that amber alone stopped the line, without a full stop; None otherwise.

    statuses: of the checks in that gate's evaluation.
    """
    all_statuses = list(statuses)
    amber = all_statuses.count(Status.AMBER)
    if exit_code != RED or worst(all_statuses) is not Status.AMBER:
        return None
    warned = f"{plural(amber, 'check')} {'was' if amber == 1 else 'were'} amber"
    return f"the line was stopped: the gate ran with --strict and {warned}"


def summarise(
    status: Status, verdicts: Sequence[Verdict], data_date: date, *, strict: bool = False
) -> str:
    """The answer in one sentence, without the verdict's name in front."""
    total = plural(len(verdicts), "check")
    count = {each: sum(v.status is each for v in verdicts) for each in Status}
    if status is Status.RED:
        failed = f"{count[Status.RED]} of {total} failed for {data_date}"
        unknown = count[Status.UNKNOWN]
        more = f", {unknown} could not be measured" if unknown else ""
        followers = followers_text([v for v in verdicts if v.status in STOPPING])
        return f"do not refresh the dashboards: {failed}{more}{followers}"
    if status is Status.UNKNOWN:
        unmeasured = f"{count[Status.UNKNOWN]} of {total} could not be measured for {data_date}"
        followers = followers_text([v for v in verdicts if v.status is Status.UNKNOWN])
        return f"do not refresh the dashboards yet: {unmeasured}{followers}"
    if status is Status.AMBER:
        warned = (
            f"{count[Status.AMBER]} of {total} {'warns' if count[Status.AMBER] == 1 else 'warn'}"
        )
        begin = "do not refresh the dashboards (strict)" if strict else _MAY_REFRESH
        return f"{begin}: {warned} for {data_date}"
    passed = f"{count[Status.GREEN]} of {total} passed for {data_date}"
    extra = [f"{count[s]} {s.value}" for s in (Status.WAIVED, Status.SKIPPED) if count[s]]
    return f"{_MAY_REFRESH}: {', '.join([passed, *extra])}"
