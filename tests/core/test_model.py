"""The vocabulary: which verdict several checks come to, and their order."""

from __future__ import annotations

from itertools import product

import pytest

from checks.core.model import URGENCY, Layer, Severity, Status, Verdict, by_urgency, worst

GREEN, AMBER, RED, UNKNOWN, WAIVED, SKIPPED = (
    Status.GREEN, Status.AMBER, Status.RED, Status.UNKNOWN, Status.WAIVED, Status.SKIPPED,
)  # fmt: skip


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ([], UNKNOWN),
        ([SKIPPED], UNKNOWN),
        ([GREEN], GREEN),
        ([WAIVED], GREEN),
        ([WAIVED, SKIPPED], GREEN),
        ([GREEN, SKIPPED], GREEN),
        ([GREEN, AMBER], AMBER),
        ([AMBER, WAIVED, SKIPPED], AMBER),
        ([GREEN, AMBER, UNKNOWN], UNKNOWN),
        ([GREEN, AMBER, UNKNOWN, RED], RED),
    ],
)
def test_worst(statuses: list[Status], verdict: Status) -> None:
    assert worst(statuses) is verdict
    assert worst(reversed(statuses)) is verdict


@pytest.mark.parametrize("pair", list(product(Status, repeat=2)))
def test_one_more_check_never_makes_a_verdict_better(pair: tuple[Status, Status]) -> None:
    rank = [RED, UNKNOWN, AMBER, GREEN]
    first, more = pair
    if worst([first]) is UNKNOWN and first is not UNKNOWN:
        return  # nothing was evaluated yet
    assert rank.index(worst([first, more])) <= rank.index(worst([first]))


def test_urgency_knows_every_status_once() -> None:
    assert sorted(URGENCY) == sorted(Status)


def test_failing_checks_come_first_otherwise_in_their_order() -> None:
    statuses = [GREEN, SKIPPED, WAIVED, RED, AMBER, UNKNOWN, RED, GREEN]
    verdicts = [
        Verdict(str(i), Layer.BUSINESS, status, False, Severity.RED, None, None, "", "", "", "")
        for i, status in enumerate(statuses)
    ]
    assert [verdict.id for verdict in by_urgency(verdicts)] == [*"36542107"]


def test_words_are_an_interface() -> None:
    assert list(Status) == ["green", "amber", "red", "unknown", "waived", "skipped"]
    assert list(Layer) == ["infrastructure", "data_quality", "business"]
