"""The cause in words: the first part of a summary, and as much of it as has room."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from checks.core.model import Explanation, Layer, Severity, Status, Verdict
from dashboard.causes import by_cause, cause_words, lead_words, shortened


@pytest.mark.parametrize(
    ("summary", "words"),
    [
        ("5.8 % of 9 rows were quarantined; red since 8 March", "5.8 % of 9 rows were quarantined"),
        ("It came before the day's end; red since 8 March", "It came before the day's end"),
        ("Worst source 'a; b'; red since 8 March", "Worst source 'a; b'"),
        ("Nothing came. Ask them", "Nothing came"),
        ("The load took 1.5 h.", "The load took 1.5 h"),
        ("", ""),
    ],
)  # fmt: skip
def test_the_first_part_of_a_summary(summary: str, words: str) -> None:
    verdict: Any = SimpleNamespace(summary=summary, explanation=None)
    assert cause_words(verdict) == words


@pytest.mark.parametrize(
    ("most", "words"),
    [
        (30, "7 orphans, 2 without a session"),
        (29, "7 orphans"),
        (9, "7 orphans"),
        (8, "7 orphans, 2 without a session"),
    ],
)
def test_whole_parts_stay(most: int, words: str) -> None:
    assert shortened("7 orphans, 2 without a session", most) == words


def explained(check: str, text: str | None, status: Status = Status.RED, **more: Any) -> Verdict:
    """A failing verdict, with what explains it."""
    explanation = None if text is None else Explanation("level", text)
    return Verdict(
        check, Layer.BUSINESS, status, False, Severity.RED, 1, 0, "", "m=1", "Sum up; and more.",
        "Do it.", explanation=explanation, **more,
    )  # fmt: skip


def test_what_explains_a_check_is_its_cause_and_its_summary_the_lead() -> None:
    verdict = explained("a", "Since 06:00, web only: 9 rows")
    assert (cause_words(verdict), lead_words(verdict)) == (
        "Since 06:00, web only: 9 rows", "Sum up; and more.",
    )  # fmt: skip


def test_without_an_explanation_nothing_is_said_twice() -> None:
    verdict = explained("a", None)
    assert (cause_words(verdict), lead_words(verdict)) == ("Sum up", "And more.")


def test_checks_of_the_same_cause_are_one_group() -> None:
    same = "No event from 16:00 to 24:00"
    verdicts = [
        explained("a", same), explained("b", None), explained("c", same),
        explained("d", None, because="c"), explained("e", "Another"),
    ]  # fmt: skip
    groups = by_cause(verdicts)
    assert [(group.head.id, [each.id for each in group.others]) for group in groups] == [
        ("a", ["c", "d"]), ("b", []), ("e", []),
    ]  # fmt: skip
    assert groups[0].label == "2 more checks for the same cause: c, d"


@pytest.mark.parametrize("status", [Status.AMBER, Status.WAIVED, Status.GREEN])
def test_only_what_stops_the_line_is_grouped(status: Status) -> None:
    verdicts = [explained("a", "Same"), explained("b", "Same", status)]
    assert [len(group.others) for group in by_cause(verdicts)] == [0, 0]


def test_followers_are_told_apart_from_checks_of_the_same_cause() -> None:
    verdicts = [explained("a", "Same"), explained("b", "Same", because="a"), explained("c", "Same")]
    (group,) = by_cause(verdicts)
    assert group.label == "1 follows from it: b; 1 more check for the same cause: c"


def test_a_summary_that_begins_as_the_cause_is_not_said_twice() -> None:
    verdict = replace(
        explained("a", "'buy; now' stopped on 8 March 14:00: 0 since, about 345 usual"),
        summary="'buy; now' stopped on 8 March: usually 345 on a Saturday, 0 since; new: 'cart'",
    )
    assert lead_words(verdict) == "New: 'cart'"


def test_a_second_rule_of_the_same_fall_is_named_with_its_message() -> None:
    root, again = (
        replace(explained(check, None, because=because), subjects={"side": ("low",)})
        for check, because in (("volume_expected", None), ("volume_zscore", "volume_expected"))
    )
    (group,) = by_cause([again, root])
    assert (group.head, group.others) == (root, (again,))
    assert group.label == f"also: volume_zscore {again.message}"
