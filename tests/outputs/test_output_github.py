"""Workflow commands, read as the runner reads them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from checks.core.model import Report, Status
from checks.outputs import render
from checks.outputs.github import job_summary
from tests.outputs.report_samples import (
    all_green,
    all_statuses,
    bad_config,
    hostile,
    volume_amber,
    volume_skipped,
)


def annotations(report: Report) -> list[tuple[str, dict[str, str], str]]:
    """Commands as the runner reads them."""
    commands = []
    for row in render("github", report).splitlines():
        match = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", row)
        assert match, row
        listed = dict(part.split("=", 1) for part in match[2].split(","))
        commands.append((match[1], {k: unescape(v) for k, v in listed.items()}, unescape(match[3])))
    return commands


def unescape(text: str) -> str:
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


def test_github_annotates_what_needs_a_person() -> None:
    assert [(name, properties["title"]) for name, properties, _ in annotations(all_statuses())] == [
        ("error", "RED quarantine_rate"),
        ("error", "UNKNOWN orphan_orders"),
        ("warning", "AMBER event_volume"),
        ("warning", "WAIVED missing_revenue"),
        ("warning", "Andon"),
        ("notice", "Accepted"),
    ]


def test_github_says_what_is_accepted_by_whom_and_why() -> None:
    message = annotations(all_statuses())[-1][2]
    assert message == (
        "event_volume #4 event 'wishlist_add' by Mia Keller since 2025-03-05: the wishlist was "
        "removed from the shop; holds (until 'wishlist_add' returns)"
    )


def test_github_message_carries_number_action_and_percent_signs() -> None:
    message = annotations(all_statuses())[0][2]
    assert message.startswith("rate=0.0582 (max 0.05)\n5.8 % of the rows")
    assert "\nDo now: Ask the owner of 'web'" in message


def test_github_green_is_one_notice() -> None:
    ((name, _, message),) = annotations(all_green())
    assert name == "notice"
    assert message.startswith("GREEN: refresh the dashboards")


def test_github_configuration_faults_point_at_their_line() -> None:
    (first, second) = annotations(bad_config())
    assert first[1] == {"file": "andon.yml", "line": "14", "title": "configuration"}
    assert second[1] == {"title": "configuration"}


@pytest.mark.parametrize(
    ("verdict", "exit_code", "expected"),
    [
        (Status.UNKNOWN, 2, ["error"]),
        (Status.AMBER, 1, ["error", "warning"]),
        (Status.AMBER, 0, ["warning"]),
    ],
)
def test_github_a_failing_step_has_an_error(
    verdict: Status, exit_code: int, expected: list[str]
) -> None:
    checks = (volume_amber(),) if verdict is Status.AMBER else (volume_skipped(),)
    report = replace(all_green(), verdict=verdict, exit_code=exit_code, checks=checks)
    assert [name for name, _, _ in annotations(report)] == expected


def test_github_hostile_values_stay_inside_their_command() -> None:
    report = hostile(*Status)
    failing = [check for check in report.checks if check.status not in ("green", "skipped")]
    listed = annotations(report)
    accepted = 1  # all of them are one notice
    assert len(listed) == len(failing) + len(report.warnings) + len(report.errors) + accepted
    assert all(set(properties) <= {"title", "file", "line"} for _, properties, _ in listed)
    assert "##[" not in render("github", report)


def test_github_job_summary_is_the_markdown() -> None:
    assert job_summary(all_statuses()) == render("markdown", all_statuses())
