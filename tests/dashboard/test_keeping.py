"""What is made of shared answers is made once, and never given for other answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard import keeping
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]


@dataclass(frozen=True)
class Evidence:
    """Two of them are equal, and yet not the same."""

    rows: tuple[int, ...] = (1, 2)


class Builder:
    """Counts how often it builds."""

    def __init__(self, most: int = 4) -> None:
        self.built = 0
        self.get = keeping.kept(most)(self._build)

    def _build(self, *given: Any, **named: Any) -> object:
        self.built += 1
        return object()


def test_the_same_arguments_are_built_once() -> None:
    builder, found = Builder(), Evidence()
    assert builder.get(found, 1, name="a") is builder.get(found, 1, name="a")
    assert builder.built == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [(1, 2), (1, 1.0), (1, True), ("a", "b"), (None, ""), (date(2025, 3, 8), date(2025, 3, 9))],
)
def test_other_plain_arguments_are_others(first: object, second: object) -> None:
    builder = Builder()
    assert builder.get(first) is not builder.get(second)


def test_equal_evidence_of_another_reading_is_built_again() -> None:
    builder = Builder()
    assert builder.get(Evidence()) is not builder.get(Evidence())


def test_a_short_tuple_is_known_by_what_is_in_it_and_a_long_one_by_what_it_is() -> None:
    builder, one = Builder(), Evidence()
    assert builder.get((one, "x")) is builder.get((one, "x"))
    assert builder.get((one, "x")) is not builder.get((one, "y"))
    many = (one,) * 1000
    assert builder.get(many) is builder.get(many)
    assert builder.get(many) is not builder.get((*many,)[:-1])


def test_only_the_latest_are_kept() -> None:
    builder = Builder(most=2)
    first = builder.get(1)
    builder.get(2), builder.get(1), builder.get(3)
    assert builder.get(1) is first  # used later than 2, which went
    assert builder.built == 3
    builder.get(2)
    assert builder.built == 4


def test_what_is_known_by_identity_is_held_while_it_is() -> None:
    """Else another object at its place in memory would be given its figure."""
    builder = Builder(most=100)
    assert len({id(builder.get(Evidence((n,)))) for n in range(100)}) == 100
    assert builder.built == 100


def test_an_error_is_not_kept() -> None:
    answers = iter([ValueError("no"), 3])

    def build() -> object:
        answer = next(answers)
        if isinstance(answer, ValueError):
            raise answer
        return answer

    made = keeping.kept(2)(build)
    with pytest.raises(ValueError, match="no"):
        made()
    assert made() == made() == 3


def test_a_page_about_something_else_has_another_figure(demo: Demo, screen: Open) -> None:
    folder = demo()
    first = figures(screen(folder, path="volume", date="2025-03-08"))
    assert figures(screen(folder, path="volume", date="2025-03-08")) == first
    assert figures(screen(folder, path="volume", date="2025-03-07")) != first


def figures(page: Screen) -> list[str]:
    """What is drawn."""
    return [chart.proto.spec for chart in page.at.get("plotly_chart")]
