"""Reports as JSON data and back."""

from __future__ import annotations

import json
import math
import uuid
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.core.model import (
    NO_FACTS,
    Acknowledgement,
    Cause,
    Explanation,
    Facts,
    Layer,
    Problem,
    Report,
    Severity,
    Status,
    Verdict,
    WaiverState,
    written_fields,
)
from checks.core.serialise import SCHEMA, from_dict, plain, to_dict
from checks.explaining.kinds import KINDS
from tests.outputs.report_samples import SAMPLES, all_statuses

texts = st.text(max_size=12)
maybe_text = st.none() | texts
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
days = st.dates()
instants = st.datetimes(timezones=st.just(UTC))
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
waivers = st.builds(
    WaiverState,
    id=st.integers(),
    check=texts,
    owner=texts,
    reason=texts,
    until=days,
    up_to=st.none() | numbers,
    created_at=instants,
    holds=st.booleans(),
    why=texts,
)
verdicts = st.builds(
    Verdict,
    id=texts,
    layer=st.sampled_from(Layer),
    status=st.sampled_from(Status),
    stop=st.booleans(),
    severity=st.sampled_from(Severity),
    value=st.none() | numbers,
    threshold=st.none() | numbers,
    unit=texts,
    message=texts,
    summary=texts,
    action=texts,
    owner=maybe_text,
    runbook=maybe_text,
    cause=st.none() | st.sampled_from(Cause),
    retry=st.booleans(),
    since=st.none() | days,
    since_days=st.none() | st.integers(1),
    link=maybe_text,
    waiver=st.none() | waivers,
    acknowledgement=st.none()
    | st.builds(Acknowledgement, check=texts, owner=texts, note=texts, created_at=instants),
    because=maybe_text,
    explanation=st.none()
    | st.builds(
        Explanation, st.sampled_from(KINDS), texts, st.dictionaries(texts, values, max_size=2)
    ),
    details=st.dictionaries(texts, values, max_size=3),
)
problems = st.builds(Problem, texts, maybe_text, st.none() | st.integers(), maybe_text)
reports = st.builds(
    Report,
    pipeline=texts,
    run_date=st.none() | days,
    data_date=st.none() | days,
    evaluated_at=instants,
    verdict=st.sampled_from(Status),
    exit_code=st.sampled_from([0, 1, 2]),
    summary=texts,
    checks=st.lists(verdicts, max_size=2).map(tuple),
    waivers=st.lists(waivers, max_size=1).map(tuple),
    warnings=st.lists(texts, max_size=2).map(tuple),
    errors=st.lists(problems, max_size=2).map(tuple),
    duration_seconds=st.floats(0, 1e6),
    andon_version=texts,
    timezone=texts,
)


@settings(max_examples=100, deadline=None)
@given(reports)
def test_round_trip_through_json_text(report: Report) -> None:
    text = json.dumps(to_dict(report), allow_nan=False)
    back = from_dict(json.loads(text))
    assert back == report
    assert [type(check.value) for check in back.checks] == [
        type(check.value) for check in report.checks
    ]


@pytest.mark.parametrize("sample", [name for name in SAMPLES if name != "hostile"])
def test_round_trip_of_the_samples(sample: str) -> None:
    assert from_dict(to_dict(SAMPLES[sample]())) == SAMPLES[sample]()


def test_keys_are_those_of_the_report_in_documented_order() -> None:
    keys = list(to_dict(all_statuses()))
    assert keys == [
        "schema", "pipeline", "run_date", "data_date", "timezone", "evaluated_at", "verdict",
        "exit_code", "summary", "checks", "waivers", "acceptances", "warnings", "errors",
        "duration_seconds", "andon_version",
    ]  # fmt: skip
    assert set(keys) - {"schema"} == {part.name for part in fields(Report)} - {"days"}


def test_verdict_keys_are_in_the_models_order() -> None:
    (first, *_) = to_dict(all_statuses())["checks"]
    assert list(first) == [part.name for part in written_fields(Verdict)]


def _with_details(details: dict[str, Any]) -> dict[str, Any]:
    """A stored report whose first verdict has these details."""
    document = to_dict(all_statuses())
    document["checks"][0]["details"] = details
    return document


def test_what_later_steps_decide_by_is_read_from_the_stored_details() -> None:
    stored = {"filters": {"event": "a b"}, "expected": 12.5, "silent_purchase_names": ["buy"]}
    back = from_dict(_with_details(stored))
    assert back.checks[0].facts == Facts({"event": "a b"}, 12.5, ("buy",))
    assert to_dict(back) == _with_details(stored)


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"filters": None, "expected": None, "silent_purchase_names": None},
        {"filters": "event", "expected": "many", "silent_purchase_names": "buy"},
    ],
)
def test_details_of_another_shape_decide_nothing(stored: dict[str, Any]) -> None:
    back = from_dict(_with_details(stored))
    assert back.checks[0].facts == NO_FACTS
    assert to_dict(back) == _with_details(stored)


@dataclass(frozen=True)
class Series:
    day: date
    counts: tuple[int, ...]


HALF_PAST = datetime(2025, 3, 9, 7, 12, 30, 5, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (math.nan, None),
        (math.inf, None),
        (1.0, 1.0),
        (True, True),
        (Decimal("5"), 5),
        (Decimal("5.00"), 5),
        (Decimal("1E+3"), 1000),
        (Decimal("0.1"), 0.1),
        (Decimal("0.1000000000000000000001"), "0.1000000000000000000001"),
        (Decimal("1E+5000"), "1E+5000"),
        (Decimal("NaN"), None),
        (Decimal("-Infinity"), None),
        (date(2025, 3, 8), "2025-03-08"),
        (datetime(2025, 3, 8, 1), "2025-03-08T01:00:00"),  # noqa: DTZ001
        (HALF_PAST, "2025-03-09T06:12:30.000005Z"),
        (timedelta(minutes=1), 60.0),
        (Cause.LOCKED, "locked"),
        ((1, (2, math.nan)), [1, [2, None]]),
        ({10, 9, 1}, [1, 9, 10]),
        (frozenset({"b", 1, None, (2,)}), [None, 1, [2], "b"]),
        ({date(2025, 3, 8): 1, Status.RED: 2, 3: 4}, {"2025-03-08": 1, "red": 2, "3": 4}),
        (Series(date(2025, 3, 8), (1, 2)), {"day": "2025-03-08", "counts": [1, 2]}),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_plain(value: object, expected: object) -> None:
    shown = plain(value)
    assert shown == expected
    assert type(shown) is type(expected)
    json.dumps(shown, allow_nan=False)


def broken(**changes: Any) -> dict[str, Any]:
    return {**to_dict(all_statuses()), **changes}


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        None,
        {"schema": "andon.gate/2"},
        {"schema": SCHEMA},
        broken(verdict="fine"),
        broken(evaluated_at=None),
        broken(run_date="yesterday"),
        broken(checks=[{}]),
        broken(checks=[None]),
        broken(errors=["x"]),
    ],
)
def test_what_is_not_a_report_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match=rf"^not an? (whole )?{SCHEMA} report: "):
        from_dict(data)


def test_a_report_from_before_a_key_was_added_is_read() -> None:
    document = to_dict(all_statuses())
    for check in document["checks"]:
        del check["because"], check["since_days"]
    assert from_dict(document) == all_statuses()


def test_keys_that_a_later_version_added_are_left_out() -> None:
    document = to_dict(all_statuses()) | {"later": 1}
    document["errors"] = [dict.fromkeys(("message", "file", "later"), "x")]
    for check in document["checks"]:
        check["later"] = [1]
        for part in filter(None, (check["waiver"], check["acknowledgement"])):
            part["later"] = None
    assert from_dict(document).checks == all_statuses().checks
    assert from_dict(document).errors == (Problem("x", file="x"),)
