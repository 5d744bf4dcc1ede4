"""A report as plain JSON data (`andon.gate/1`), and back.

The document is described by `docs/gate-report.schema.json`; it is what the
`json` format prints and what the history keeps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from checks.core.capping import capped, fit_details
from checks.core.model import (
    Acceptance,
    Acknowledgement,
    Cause,
    Details,
    Explanation,
    Facts,
    Layer,
    Problem,
    Report,
    Severity,
    Status,
    Subjects,
    Verdict,
    WaiverState,
    written_fields,
)

SCHEMA = "andon.gate/1"

_KEYS = (
    "pipeline",
    "run_date",
    "data_date",
    "timezone",
    "evaluated_at",
    "verdict",
    "exit_code",
    "summary",
    "checks",
    "waivers",
    "acceptances",
    "warnings",
    "errors",
    "duration_seconds",
    "andon_version",
)
#: What a document has of each data date, where it has several.
_DAY_KEYS = (
    "run_date",
    "data_date",
    "verdict",
    "exit_code",
    "summary",
    "checks",
    "waivers",
    "acceptances",
)
# A whole Decimal with more digits is a mistake, not a count.
_LONGEST_INT = 40


def to_dict(report: Report) -> dict[str, Any]:
    """The report as JSON data, keys in documented order, of a bounded size (`checks.core.capping`).

    `days` is there only where several data dates were judged. Days are ISO dates, instants ISO in
    UTC with `Z`; non-finite numbers are None.
    """
    small = capped(report)
    details = {day.data_date: _details(day) for day in report.days}
    share = 1 + len(small.days)
    document = {"schema": SCHEMA} | _document(small, _KEYS, _details(report), share)
    if small.days:
        document["days"] = [
            _document(day, _DAY_KEYS, details[day.data_date], share) for day in small.days
        ]
    return document


def _details(report: Report) -> list[Details]:
    return [verdict.details for verdict in report.checks]


def _document(
    report: Report, keys: Sequence[str], details: Sequence[Details], share: int
) -> dict[str, Any]:
    """Some fields of a report, and the details of its checks within its share of the limits."""
    without_details = tuple(replace(verdict, details={}) for verdict in report.checks)
    report = replace(report, checks=without_details)
    document = {key: plain(getattr(report, key)) for key in keys}
    fit_details(document, details, plain, share)
    return document


def from_dict(data: Mapping[str, Any]) -> Report:
    """The report that `to_dict` wrote. Keys that a later version added are left out.

    Raises ValueError for anything that is not such a document.
    """
    schema = data.get("schema") if isinstance(data, Mapping) else None
    if schema != SCHEMA:
        raise ValueError(f"not an {SCHEMA} report: schema is {schema!r}")
    try:
        return _report(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"not a whole {SCHEMA} report: {error!r}") from error


def plain(value: Any) -> Any:
    """Any value of a report, its details included, as JSON data. Sets are sorted.

    A value that JSON has no type for becomes its text.
    """
    if value is None or isinstance(value, bool):
        return value
    for kind, convert in _CONVERTERS:
        if isinstance(value, kind):
            return convert(value)
    if is_dataclass(value):
        return {part.name: plain(getattr(value, part.name)) for part in written_fields(value)}
    return str(value)


def _float(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _decimal(value: Decimal) -> int | float | str | None:
    """A number if that loses nothing, else the text."""
    if not value.is_finite():
        return None
    if value.adjusted() < _LONGEST_INT and value == value.to_integral_value():
        return int(value)
    near = float(value)
    return near if math.isfinite(near) and Decimal(repr(near)) == value else str(value)


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        return value.isoformat()
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(plain(key)): plain(item) for key, item in value.items()}


def _list(value: list[Any] | tuple[Any, ...]) -> list[Any]:
    return [plain(item) for item in value]


def _set(value: set[Any] | frozenset[Any]) -> list[Any]:
    return sorted((plain(item) for item in value), key=_order)


def _order(item: Any) -> tuple[str, Any]:
    """The key to sort mixed types by: first by type, then by value."""
    comparable = isinstance(item, (str, int, float))
    return type(item).__name__, item if comparable else repr(item)


# In order: a datetime is a date, and most enums are strings.
_CONVERTERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
    (Enum, lambda value: plain(value.value)),
    (str, str),
    (int, int),
    (float, _float),
    (datetime, _instant),
    (date, date.isoformat),
    (Mapping, _mapping),
    ((list, tuple), _list),
    ((set, frozenset), _set),
    (Decimal, _decimal),
    (timedelta, timedelta.total_seconds),
)


def _report(data: Mapping[str, Any]) -> Report:
    parts: dict[str, Any] = {
        "run_date": _day(data["run_date"]),
        "data_date": _day(data["data_date"]),
        "evaluated_at": datetime.fromisoformat(data["evaluated_at"]),
        "verdict": Status(data["verdict"]),
        "checks": tuple(_verdict(raw) for raw in data["checks"]),
        "waivers": tuple(_waiver(raw) for raw in data["waivers"]),
        "acceptances": tuple(_acceptance(raw) for raw in data.get("acceptances") or ()),
        "warnings": tuple(data["warnings"]),
        "errors": tuple(Problem(**_known(Problem, raw)) for raw in data["errors"]),
    }
    report = Report(**{**_known(Report, data), **parts, "days": ()})
    days = data.get("days") or ()
    return replace(report, days=tuple(_day_report(report, raw) for raw in days))


def _day_report(report: Report, raw: Mapping[str, Any]) -> Report:
    """One of the data dates of a document with several."""
    return replace(
        report,
        run_date=_day(raw["run_date"]),
        data_date=_day(raw["data_date"]),
        verdict=Status(raw["verdict"]),
        exit_code=raw["exit_code"],
        summary=raw["summary"],
        checks=tuple(map(_verdict, raw["checks"])),
        waivers=tuple(map(_waiver, raw["waivers"])),
        acceptances=tuple(map(_acceptance, raw["acceptances"])),
        warnings=(),
        duration_seconds=0.0,
    )


def _known(model: type[Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a document for which the model has a field."""
    names = {part.name for part in written_fields(model)}
    return {key: value for key, value in raw.items() if key in names}


def _verdict(raw: Mapping[str, Any]) -> Verdict:
    cause, waiver, acknowledged = raw["cause"], raw["waiver"], raw["acknowledgement"]
    parts: dict[str, Any] = {
        "layer": Layer(raw["layer"]),
        "status": Status(raw["status"]),
        "severity": Severity(raw["severity"]),
        "cause": None if cause is None else Cause(cause),
        "since": _day(raw["since"]),
        "waiver": None if waiver is None else _waiver(waiver),
        "acknowledgement": None if acknowledged is None else _acknowledgement(acknowledged),
        "explanation": _explanation(raw.get("explanation")),
        "subjects": _subjects(raw.get("subjects")),
        "details": dict(raw["details"]),
        "facts": _facts(dict(raw["details"])),
    }
    return Verdict(**{**_known(Verdict, raw), **parts})


def _facts(details: Details) -> Facts:
    """What is stored among the details of what later steps decide by."""
    filters, expected = details.get("filters"), details.get("expected")
    names = details.get("silent_purchase_names")
    return Facts(
        filters=_texts(filters) if isinstance(filters, Mapping) else {},
        expected=expected if isinstance(expected, (int, float)) else None,
        silent_purchase_names=tuple(map(str, names)) if isinstance(names, list) else (),
    )


def _texts(filters: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in filters.items()}


def _waiver(raw: Mapping[str, Any]) -> WaiverState:
    parts: dict[str, Any] = {
        "until": date.fromisoformat(raw["until"]),
        "created_at": datetime.fromisoformat(raw["created_at"]),
        "data_date": _day(raw.get("data_date")),
        "subjects": _subjects(raw.get("subjects")),
    }
    return WaiverState(**{**_known(WaiverState, raw), **parts})


def _acceptance(raw: Mapping[str, Any]) -> Acceptance:
    parts: dict[str, Any] = {
        "data_date": date.fromisoformat(raw["data_date"]),
        "created_at": datetime.fromisoformat(raw["created_at"]),
    }
    return Acceptance(**{**_known(Acceptance, raw), **parts})


def _explanation(raw: Mapping[str, Any] | None) -> Explanation | None:
    if raw is None:
        return None
    return Explanation(str(raw["kind"]), str(raw["text"]), dict(raw["evidence"]))


def _subjects(raw: Mapping[str, list[str]] | None) -> Subjects | None:
    return None if raw is None else {kind: tuple(names) for kind, names in raw.items()}


def _acknowledgement(raw: Mapping[str, Any]) -> Acknowledgement:
    parts: dict[str, Any] = {"created_at": datetime.fromisoformat(raw["created_at"])}
    return Acknowledgement(**{**_known(Acknowledgement, raw), **parts})


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)
