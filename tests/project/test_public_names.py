"""The Python interface: names may be added on purpose, and never get lost by accident."""

from __future__ import annotations

import inspect

import pytest

import checks

NAMES = [
    "AndonError",
    "Cause",
    "Config",
    "ConfigError",
    "DataMonitor",
    "Layer",
    "Report",
    "Severity",
    "Status",
    "UsageError",
    "Verdict",
    "evaluate",
    "load_config",
]


def test_exported_names_are_pinned() -> None:
    assert sorted(checks.__all__) == NAMES
    assert dir(checks) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_there_and_says_what_it_is(name: str) -> None:
    assert inspect.getdoc(getattr(checks, name))


def test_a_name_that_is_not_exported_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Datamonitor'"):
        checks.Datamonitor  # noqa: B018


def test_arguments_of_the_interface_are_pinned() -> None:
    run = inspect.signature(checks.DataMonitor.run)
    assert list(run.parameters)[1:] == [
        "date",
        "data_date",
        "now",
        "strict",
        "record",
        "explain",
        "progress",
    ]
    assert run.parameters["record"].default is False
    assert list(inspect.signature(checks.DataMonitor).parameters) == ["config"]
