"""The one decision: may what comes downstream run? And how it is said in one sentence."""

from __future__ import annotations

from datetime import date

import pytest

from checks.core.model import Layer, Severity, Status, Verdict, worst
from checks.evaluation.summary import summarise
from checks.judging.gate import INTERRUPTED, exit_code

DAY = date(2025, 3, 8)
GREEN, AMBER, RED, UNKNOWN, WAIVED, SKIPPED = (
    Status.GREEN, Status.AMBER, Status.RED, Status.UNKNOWN, Status.WAIVED, Status.SKIPPED,
)  # fmt: skip


def verdicts(*statuses: Status) -> list[Verdict]:
    return [
        Verdict(f"c{i}", Layer.BUSINESS, status, False, Severity.RED, None, None, "", "", "", "")
        for i, status in enumerate(statuses)
    ]


@pytest.mark.parametrize(
    ("statuses", "strict", "code"),
    [
        ([GREEN, WAIVED, SKIPPED], False, 0),
        ([GREEN, WAIVED, SKIPPED], True, 0),
        ([GREEN, AMBER], False, 0),
        ([GREEN, AMBER], True, 1),
        ([RED, GREEN], False, 1),
        ([RED, UNKNOWN, AMBER], False, 1),
        ([UNKNOWN, GREEN], False, 2),
        ([UNKNOWN, GREEN], True, 2),
        # Amber that counts as red comes before unknown, as red does.
        ([UNKNOWN, AMBER], False, 2),
        ([UNKNOWN, AMBER], True, 1),
    ],
)
def test_exit_codes(statuses: list[Status], strict: bool, code: int) -> None:
    assert exit_code(statuses, strict=strict) == code


def test_interruption_has_a_code_of_its_own() -> None:
    assert INTERRUPTED == 130


@pytest.mark.parametrize("statuses", [(), (SKIPPED,), (SKIPPED, SKIPPED), (UNKNOWN, GREEN)])
def test_never_zero_when_nothing_was_measured(statuses: tuple[Status, ...]) -> None:
    assert exit_code(statuses) == 2


@pytest.mark.parametrize(
    ("statuses", "strict", "sentence"),
    [
        (
            [RED, RED, *[GREEN] * 7],
            False,
            "do not refresh the dashboards: 2 of 9 checks failed for 2025-03-08",
        ),
        (
            [RED, UNKNOWN, UNKNOWN, AMBER, GREEN],
            False,
            "do not refresh the dashboards: 1 of 5 checks failed for 2025-03-08, "
            "2 could not be measured",
        ),
        ([RED], False, "do not refresh the dashboards: 1 of 1 check failed for 2025-03-08"),
        (
            [UNKNOWN, GREEN],
            False,
            "do not refresh the dashboards yet: 1 of 2 checks could not be measured for 2025-03-08",
        ),
        (
            [AMBER, GREEN],
            False,
            "the dashboards may be refreshed: 1 of 2 checks warns for 2025-03-08",
        ),
        (
            [AMBER, AMBER, GREEN],
            True,
            "do not refresh the dashboards (strict): 2 of 3 checks warn for 2025-03-08",
        ),
        (
            [GREEN, GREEN],
            False,
            "the dashboards may be refreshed: 2 of 2 checks passed for 2025-03-08",
        ),
        (
            [GREEN, WAIVED, SKIPPED, SKIPPED],
            True,
            "the dashboards may be refreshed: 1 of 4 checks passed for 2025-03-08, "
            "1 waived, 2 skipped",
        ),
    ],
)
def test_the_sentence(statuses: list[Status], strict: bool, sentence: str) -> None:
    assert summarise(worst(statuses), verdicts(*statuses), DAY, strict=strict) == sentence


def test_the_sentence_never_allows_what_the_code_forbids() -> None:
    for status in (GREEN, AMBER, RED, UNKNOWN):
        for strict in (False, True):
            summary = summarise(status, verdicts(status), DAY, strict=strict)
            allowed = exit_code([status], strict=strict) == 0
            assert summary.startswith("the dashboards may be refreshed") is allowed
