"""The exposition format, parsed as strictly as a collector parses it."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest

from checks.core.model import Report, Status
from checks.outputs import render
from tests.outputs.report_samples import (
    all_green,
    all_statuses,
    bad_config,
    hostile,
    quarantine_red,
)

SAMPLE = re.compile(r'([a-z_]+)\{((?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\} (\S+)')
LABEL = re.compile(r'([a-z]+)="((?:[^"\\\n]|\\[\\"n])*)"')


def samples(report: Report) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Parses the exposition format; a sample twice, or before its TYPE, is an error."""
    values, typed = {}, set()
    text = render("prometheus", report)
    assert text.endswith("\n")
    for row in text.removesuffix("\n").split("\n"):
        if row.startswith("# "):
            _, word, name, _ = row.split(" ", 3)
            assert word == "TYPE" or name not in typed
            typed |= {name} if word == "TYPE" else set()
            continue
        match = SAMPLE.fullmatch(row)
        assert match, row
        key = match[1], frozenset(LABEL.findall(match[2]))
        assert match[1] in typed
        assert key not in values
        values[key] = float(match[3])
    return values


def value(report: Report, name: str, **labels: str) -> float | None:
    expected = {("pipeline", report.pipeline), *labels.items()}
    values = [
        v
        for (n, sample_labels), v in samples(report).items()
        if n == name and expected <= sample_labels
    ]
    assert len(values) <= 1
    return values[0] if values else None


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        ("andon_gate_exit_code", {}, 1),
        ("andon_gate_verdict", {"verdict": "red"}, 1),
        ("andon_gate_verdict", {"verdict": "green"}, 0),
        ("andon_gate_verdict", {"verdict": "waived"}, None),
        ("andon_gate_evaluated_timestamp_seconds", {}, 1741500750),
        ("andon_gate_data_date_timestamp_seconds", {}, 1741392000),
        ("andon_gate_duration_seconds", {}, 0.4242),
        ("andon_check_value", {"check": "quarantine_rate"}, 2908 / 49963),
        ("andon_check_threshold", {"check": "quarantine_rate", "layer": "data_quality"}, 0.05),
        ("andon_check_value", {"check": "orphan_orders"}, None),
        ("andon_check_threshold", {"check": "orphan_orders"}, 0),
    ],
)
def test_prometheus(name: str, labels: dict[str, str], expected: float | None) -> None:
    assert value(all_statuses(), name, **labels) == expected


def test_prometheus_each_check_has_exactly_one_status() -> None:
    report = all_statuses()
    for verdict in report.checks:
        reported = {
            status: value(report, "andon_check_status", check=verdict.id, status=status)
            for status in Status
        }
        assert reported == {status: float(status is verdict.status) for status in Status}


def test_prometheus_bad_configuration_has_no_data_date_but_an_exit_code() -> None:
    assert value(bad_config(), "andon_gate_data_date_timestamp_seconds") is None
    assert value(bad_config(), "andon_gate_exit_code") == 2


@pytest.mark.parametrize("number", [math.inf, -math.inf, 1e-9, 10**20, 0])
def test_prometheus_numbers(number: float) -> None:
    report = replace(all_statuses(), checks=(replace(quarantine_red(), value=number),))
    assert value(report, "andon_check_value") == number


def test_prometheus_parses_with_hostile_labels() -> None:
    parsed = samples(hostile(*Status))
    values = [number for (name, _), number in parsed.items() if name == "andon_check_value"]
    assert len(values) == len(Status)
    assert all(math.isnan(number) for number in values)


def test_prometheus_label_values_are_escaped() -> None:
    report = replace(all_green(), pipeline='a"b\\c')
    assert 'pipeline="a\\"b\\\\c"' in render("prometheus", report)
