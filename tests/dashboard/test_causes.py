"""The cause in words: the first part of a summary, and as much of it as has room."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.causes import cause_words, shortened


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
    verdict: Any = SimpleNamespace(summary=summary)
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
