"""JUnit, read as a CI server reads it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from checks.core.model import Report, Status, Verdict
from checks.judging.gate import exit_code
from checks.outputs import render
from tests.outputs.report_samples import (
    EVERY,
    all_green,
    all_statuses,
    bad_config,
    orphans_unknown,
    quarantine_red,
    revenue_waived,
    volume_amber,
    volume_skipped,
)

FOLDER = Path(__file__).parent


def suites_of(report: Report) -> Any:
    root = etree.fromstring(render("junit", report).encode())
    etree.XMLSchema(etree.parse(FOLDER / "junit.xsd")).assertValid(root)
    return root


def suite_of(report: Report) -> Any:
    (suite,) = suites_of(report).findall("testsuite")
    return suite


@pytest.mark.parametrize("sample", EVERY)
def test_junit_is_valid_and_its_counts_are_right(sample: str) -> None:
    report = EVERY[sample]()
    suites = suites_of(report)
    assert len(suites) == len(report.by_day())
    for attribute, path in {
        "tests": "testcase",
        "failures": "testcase/failure",
        "errors": "testcase/error",
        "skipped": "testcase/skipped",
    }.items():
        for suite in suites:
            assert int(suite.get(attribute)) == len(suite.findall(path))
        if attribute != "skipped":
            assert int(suites.get(attribute)) == len(suites.findall(f"testsuite/{path}"))


@pytest.mark.parametrize(
    ("verdict", "tags"),
    [
        (quarantine_red(), ["failure"]),
        (orphans_unknown(), ["error"]),
        (volume_amber(), ["system-out"]),
        (revenue_waived(), ["skipped"]),
        (volume_skipped(), ["skipped"]),
        (all_green().checks[0], []),
    ],
    ids=lambda value: str(getattr(value, "status", "")),
)
def test_junit_outcome_of_each_status(verdict: Verdict, tags: list[str]) -> None:
    code = exit_code([verdict.status])
    report = replace(all_statuses(), checks=(verdict,), exit_code=code)
    case, *more = suite_of(report).findall("testcase")
    assert [case.get("name") for case in more] == (
        ["verdict"] if tags == ["skipped"] and code else []
    )
    assert [child.tag for child in case] == tags
    assert case.get("classname") == f"web-clickstream.{verdict.layer}"
    assert case.get("name") == verdict.id


def test_junit_names_the_cause_and_the_waivers_reason() -> None:
    suite = suite_of(all_statuses())
    assert suite.find("testcase/error").get("type") == "locked"
    messages = [skipped.get("message") for skipped in suite.findall("testcase/skipped")]
    assert any(text.startswith("waived: the partner backfills on Monday") for text in messages)


def test_junit_waived_without_a_waiver_keeps_the_message() -> None:
    verdict = replace(revenue_waived(), waiver=None)
    suite = suite_of(replace(all_statuses(), checks=(verdict,)))
    assert suite.find("testcase/skipped").get("message") == verdict.message


def test_junit_bad_configuration_is_one_erroneous_case() -> None:
    suite = suite_of(bad_config())
    (case,) = suite.findall("testcase")
    assert (suite.get("name"), case.get("name")) == ("andon", "configuration")
    assert "did you mean 'timezone'?" in case.findtext("error")


@pytest.mark.parametrize(
    ("verdict", "code", "tag"),
    [(volume_amber(), 1, "failure"), (volume_skipped(), 2, "error"),
     (all_green().checks[0], 2, "error")],
)  # fmt: skip
def test_a_suite_passes_only_where_the_line_goes_on(verdict: Verdict, code: int, tag: str) -> None:
    final_verdict = Status.AMBER if code == 1 else Status.UNKNOWN
    report = replace(
        all_statuses(), checks=(verdict,), verdict=final_verdict, exit_code=code, warnings=("w",)
    )
    suite = suite_of(report)
    (case,) = suite.findall("testcase[@name='verdict']")
    assert case.get("classname") == "web-clickstream.gate"
    (element,) = case
    assert element.tag == tag
    assert element.get("message").startswith(final_verdict.upper())
    assert element.text.endswith("\nw")
    assert suite.get("failures" if code == 1 else "errors") == "1"
