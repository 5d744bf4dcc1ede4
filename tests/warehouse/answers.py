"""Everything that a configured warehouse answers, as plain data: the report and all evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from checks import Config, DataMonitor, Report, Status
from checks.core.errors import MeasurementError
from checks.core.serialise import plain, to_dict
from checks.evidence import (
    hours,
    orphan_rows,
    orphan_trend,
    orphans,
    power,
    rejected,
    rejected_explained,
    rejected_rate,
    rejected_rows,
    revenue,
    runs,
    runs_trend,
    volume,
)
from checks.evidence.context import Context, open_context

Answers = dict[str, Any]
Ask = Callable[[Context], Any]

#: What is asked of a shop, by name: each reader, its pages, filters and searches.
EVENTS: Mapping[str, Ask] = {
    "hours": hours.read,
    "hours of purchases": lambda c: hours.read(c, event="purchase"),
    "hours without a name": lambda c: hours.read(c, event="(null)"),
    "revenue": lambda c: revenue.read(c, days=4),
    "revenue rows": revenue.read_rows,
    "volume": lambda c: volume.read(c, days=4),
    "power": lambda c: power.read(c, days=9),
}
ORDERS: Mapping[str, Ask] = {
    "orphans": orphans.read,
    "orphan rows": orphan_rows.read,
    "orphan rows, second page": lambda c: orphan_rows.read(c, page=2),
    "orphan rows of a kind": lambda c: orphan_rows.read(c, kind="no_session_id"),
    "orphan rows with a text": lambda c: orphan_rows.read(c, query="oRd-2025%_é"),
    "orphan trend": lambda c: orphan_trend.read(c, days=4),
}
RUNS: Mapping[str, Ask] = {"runs": runs.read, "runs trend": runs_trend.read}
REJECTED: Mapping[str, Ask] = {
    "rejected": rejected.read,
    "rejected explained": rejected_explained.read,
    "rejected first": lambda c: rejected.read_first_seen(c, days=5),
    "rejected rate": lambda c: rejected_rate.read(c, days=8),
    "rejected rows": rejected_rows.read,
    "rejected rows, filtered": lambda c: rejected_rows.read(
        c, reason="client_id: missing", event="page_viewed", source="events_20250308.csv"
    ),
    "rejected rows of an hour": lambda c: rejected_rows.read(c, hour="12"),
    "rejected rows without a name": lambda c: rejected_rows.read(c, event="(no event name)"),
}


def _searching(text: str) -> Ask:
    return lambda context: rejected_rows.read(context, query=text)


SEARCHES: Mapping[str, Ask] = {
    f"rejected rows with {text!r}": _searching(text)
    for text in ("ÜBER", "50%_\\", "true", "10.5", "2025-03-08 1", "7", "client-0003@x.example")
}


def report_of(config: Config, *, driver_speaks: bool = False, **when: Any) -> Answers:
    """The report without its duration. driver_speaks: also without what engines say of errors."""
    report = DataMonitor(config).run(**when)
    data: Answers = to_dict(_without_driver_messages(report) if driver_speaks else report)
    del data["duration_seconds"]
    return data


def evidence_of(
    config: Config,
    questions: Mapping[str, Ask],
    day: date,
    now: datetime,
    *,
    driver_speaks: bool = False,
) -> Answers:
    """What readers answer about a day, or why they cannot, over one connection."""
    with open_context(config, day, now) as context:
        return {
            name: _answer_of(context, question, driver_speaks)
            for name, question in questions.items()
        }


def _answer_of(context: Context, question: Ask, driver_speaks: bool) -> Any:
    try:
        return plain(question(context))
    except MeasurementError as error:
        detail = "" if driver_speaks else error.detail
        return ("failed", error.cause.value, error.retry, detail)


def _without_driver_messages(report: Report) -> Report:
    """Of what was not measured, the cause and the hint to try again: all that engines share."""
    checks = tuple(
        replace(check, message="", summary="", details={})
        if check.status is Status.UNKNOWN
        else check
        for check in report.checks
    )
    return replace(report, checks=checks, summary="")


def differences(actual: Any, expected: Any, path: str = "") -> Iterator[str]:
    """Where two answers differ, one line each."""
    if isinstance(actual, dict) and isinstance(expected, dict):
        for key in {**expected, **actual}:
            yield from differences(actual.get(key, "-"), expected.get(key, "-"), f"{path}.{key}")
    elif isinstance(actual, list) and isinstance(expected, list) and len(actual) == len(expected):
        for index, (item, other) in enumerate(zip(actual, expected, strict=True)):
            yield from differences(item, other, f"{path}[{index}]")
    elif actual != expected or type(actual) is not type(expected):
        yield f"{path}: {actual!r} instead of {expected!r}"
