"""What to do about a cause that is known: one imperative with its subject."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checks.core.model import Explanation, Status
from checks.explaining import kinds
from checks.explaining.actions import action_of
from tests.explaining.test_repair import verdict
from tests.shop import DAY

PART = {"column": "browser", "value": "Shop app", "hours": [6, 24], "since": None, "rows": 2559}


def action(kind: str, check: str = "volume_expected", **evidence: Any) -> str:
    return action_of(verdict(check, explanation=Explanation(kind, "Why", evidence)), DAY)


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        (
            {},
            "Ask who sends the rows of Shop app what changed at 06:00, repair these 2,559 rows and "
            "load them again.",
        ),
        (
            {"hours": None},
            "Ask who sends the rows of Shop app what changed, repair these 2,559 rows",
        ),
        (
            {"hours": [0, 9]},
            "Ask who sends the rows of Shop app what changed, repair these 2,559 rows",
        ),
        (
            {"rows": 1},
            "Ask who sends the rows of Shop app what changed at 06:00, repair this row and load it",
        ),
        ({"value": None}, "Ask who sends the rows without browser what changed at 06:00, repair"),
        ({"column": None}, "Ask who sends these rows what changed at 06:00, repair"),
        (
            {"hours": None, "since": "2025-03-02"},
            "Ask who sends the rows of Shop app what changed on 2 March, repair the rows of each "
            "day since then (2,559 on 8 March) and load them again.",
        ),
        ({"rows": 0}, "Do it."),
    ],
)
def test_rejected_rows_name_their_sender(changed: dict[str, Any], text: str) -> None:
    assert action(kinds.SINCE_HOUR, "quarantine_rate", **(PART | changed)).startswith(text)


@pytest.mark.parametrize(
    ("kind", "evidence", "text"),
    [
        (kinds.HOURS_MISSING, {"hours": [[16, 24]]}, "Load the hours of 8 March that are missing"),
        (kinds.LOADED_TWICE, {"source": "a.csv"}, "Remove the rows that 'a.csv' brought again"),
        (kinds.LOADED_TWICE, {"sources": ["a", "b"]}, "Remove the rows that 'a', 'b' "),
        (kinds.LOADED_TWICE, {"repeated": 9}, "Remove the 9 repeated events, find out"),
        (kinds.REPEATED_ROWS, {"repeated": 1}, "Remove the 1 repeated event, "),
        (kinds.ROWS_REJECTED, {"rows_rejected": 955}, "Look at the 955 rejected rows of 8 March"),
        (kinds.SOURCE_MISSING, {"sources": ["a"]}, "Load 'a' of 8 March, or ask who sends it"),
        (kinds.SOURCE_MISSING, {"sources": ["a", "b"]}, "Load 'a', 'b' of 8 March, or ask who"),
        (kinds.SOURCE_SHORT, {"source": "a"}, "Ask for the rest of 'a' of 8 March"),
        (kinds.SOURCE_SHORT, {}, "Do it."), (kinds.NO_LOAD, {}, "Do it."),
        (kinds.SINCE_HOUR, PART, "Do it."),  # of events nobody knows what is to be repaired
    ],
)  # fmt: skip
def test_each_cause_has_its_own(kind: str, evidence: dict[str, Any], text: str) -> None:
    assert action(kind, **evidence).startswith(text)


def test_an_hour_is_as_certain_as_in_the_sentence() -> None:
    for text, hour in (("Since 06:00, web only", "at 06:00"), ("Since about 06:00", "at about 06")):
        explanation = Explanation(kinds.SINCE_HOUR, text, PART)
        assert hour in action_of(verdict("quarantine_rate", explanation=explanation), DAY)


def test_a_hostile_name_stays_text() -> None:
    text = action(kinds.LOADED_TWICE, source="a\x1b[31m\n.csv")
    assert "\x1b" not in text
    assert "\n" not in text


def test_only_a_red_check_of_its_own_is_told() -> None:
    head = verdict("freshness", explanation=Explanation(kinds.HOURS_MISSING, "Why", {}))
    for other in (
        replace(head, status=Status.AMBER), replace(head, status=Status.WAIVED),
        replace(head, explanation=None), replace(head, because="rows_read"),
    ):  # fmt: skip
        assert action_of(other, DAY) == "Do it."
