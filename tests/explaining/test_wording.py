"""Numbers, hours and segments as explanations write them."""

from __future__ import annotations

import pytest

from checks.core.counts import NAME
from checks.core.text import about_text
from checks.explaining.kinds import KINDS
from checks.explaining.wording import segment_text, span_text, usual_phrase


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "about 1"), (9, "about 9"), (10, "about 10"), (69.6, "about 70"), (94, "about 94"),
     (100, "about 100"), (17_838, "about 17,800"), (4_996, "about 5,000"),
     (1_234_567, "about 1,230,000")],
)  # fmt: skip
def test_about(number: float, text: str) -> None:
    assert about_text(number) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "none usual"), (0.99, "none usual"), (1, "about 1 usual")]
)
def test_usual(number: float, text: str) -> None:
    assert usual_phrase(number) == text


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        (NAME, "page_viewed", "'page_viewed'"),
        ("browser", "Shop app", "Shop app"),
        ("is_member", "true", "is_member=true"),
        ("build", "5204", "build=5204"),
        ("channel", "(null)", "channel missing"),
        ("channel", " ", "channel empty"),
        ("country", "F", "country=F"),
        ("client_id", None, "client_id missing"),
        ("agent", "\x1b[31mred", "\\u001b[31mred"),
    ],
)
def test_a_segment_is_named_so_that_it_is_understood(
    column: str, value: str | None, text: str
) -> None:
    assert segment_text(column, value) == text


@pytest.mark.parametrize(
    ("first", "last", "hours", "text"),
    [(6, 24, 24, "Since 06:00"), (6, 12, 24, "From 06:00 to 12:00"), (0, 24, 24, ""),
     (0, 12, 24, "From 00:00 to 12:00"), (3, 7, 7, "Since 03:00")],
)  # fmt: skip
def test_a_span(first: int, last: int, hours: int, text: str) -> None:
    assert span_text(first, last, hours) == text


def test_each_kind_has_one_place() -> None:
    assert len(set(KINDS)) == len(KINDS)
