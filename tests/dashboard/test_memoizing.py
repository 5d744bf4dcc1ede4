"""What is made of shared answers is made once, and never given for other answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st

from dashboard import data, memoizing
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]
CONFIG = object()


@dataclass(frozen=True)
class Evidence:
    """Two of them are equal, and yet not the same."""

    rows: tuple[int, ...] = (1, 2)


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    st.cache_resource.clear()


def page_context(*recorded: int, minute: int = 10, is_dark: bool = False) -> Any:
    """As much of a context as distinguishes a page from another one."""
    return SimpleNamespace(
        pipeline="shop", day=date(2025, 3, 8), today=date(2025, 3, 8), config=CONFIG,
        is_dark=is_dark,
        live=SimpleNamespace(evaluated_at=datetime(2025, 3, 9, 7, minute, tzinfo=UTC)),
        evaluations=tuple(SimpleNamespace(id=evaluation_id) for evaluation_id in recorded),
    )  # fmt: skip


class Builder:
    """Counts how often it builds."""

    def __init__(self) -> None:
        self.built = 0
        self._memoized = memoizing.memoized(self._build)

    def get(self, *arguments: Any, **keywords: Any) -> object:
        """For a page that is always the same."""
        return self.get_for(page_context(), *arguments, **keywords)

    def get_for(self, context: Any, *arguments: Any, **keywords: Any) -> object:
        return self._memoized(context, *arguments, **keywords)

    def _build(self, context: Any, *arguments: Any, **keywords: Any) -> object:
        self.built += 1
        return object()


def test_the_same_arguments_are_built_once() -> None:
    builder, evidence = Builder(), Evidence()
    assert builder.get(evidence, 1, name="a") is builder.get(evidence, 1, name="a")
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
    builder, evidence = Builder(), Evidence()
    assert builder.get((evidence, "x")) is builder.get((evidence, "x"))
    assert builder.get((evidence, "x")) is not builder.get((evidence, "y"))
    many = (evidence,) * 1000
    assert builder.get(many) is builder.get(many)
    assert builder.get(many) is not builder.get((*many,)[:-1])


def test_a_page_of_another_look_or_other_recorded_days_is_another() -> None:
    builder = Builder()
    contexts = [
        page_context(),
        page_context(minute=11),
        page_context(is_dark=True),
        page_context(1),
        page_context(1, 2),
    ]
    results = [builder.get_for(context) for context in contexts]
    assert [builder.get_for(context) for context in contexts] == results
    assert builder.built == len(contexts)


def test_nothing_is_kept_of_evaluations_that_are_outdated() -> None:
    builder = Builder()
    for minute in range(50):
        builder.get_for(page_context(minute=minute), Evidence())
    assert len(data.evaluation_cache()) == 2


def test_what_is_known_by_identity_is_held_while_it_is() -> None:
    """Else another object at its place in memory would be given its figure."""
    builder = Builder()
    assert len({id(builder.get(Evidence((n,)))) for n in range(100)}) == 100
    assert builder.built == 100


def test_a_page_about_something_else_has_another_figure(demo: Demo, screen: Open) -> None:
    folder = demo()
    first = figures(screen(folder, path="volume", date="2025-03-08"))
    assert figures(screen(folder, path="volume", date="2025-03-08")) == first
    assert figures(screen(folder, path="volume", date="2025-03-07")) != first


def figures(page: Screen) -> list[str]:
    """What is drawn."""
    return [chart.proto.spec for chart in page.at.get("plotly_chart")]
