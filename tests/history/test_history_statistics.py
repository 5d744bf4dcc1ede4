"""Days red, episodes and time to green: gaps, waivers in between, what is still open."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.core.model import Status
from checks.core.records import StoredEvaluation
from checks.history.statistics import Episode, Statistics, statistics
from tests.history.history_samples import DAY, NOW, PIPELINE

LETTERS = {
    "G": Status.GREEN, "R": Status.RED, "?": Status.UNKNOWN, "A": Status.AMBER,
    "W": Status.WAIVED, "-": Status.SKIPPED,
}  # fmt: skip


def on(number: int) -> date:
    return DAY + timedelta(days=number)


def evaluation(number: int, **statuses: Status) -> StoredEvaluation:
    return StoredEvaluation(
        id=number + 1, pipeline=PIPELINE, run_date=on(number + 1), data_date=on(number),
        evaluated_at=NOW, verdict=Status.GREEN, exit_code=0, statuses=statuses,
        values=dict.fromkeys(statuses, 1.0), messages=dict.fromkeys(statuses, ""),
    )  # fmt: skip


def course(letters: str) -> list[StoredEvaluation]:
    """One evaluation a day; a space is a day without one, a dot one without the check."""
    return [
        evaluation(i, **({} if letter == "." else {"freshness": LETTERS[letter]}))
        for i, letter in enumerate(letters)
        if letter != " "
    ]


def statistics_of(letters: str) -> Statistics:
    (result,) = statistics(course(letters))
    return result


@pytest.mark.parametrize(
    ("letters", "episodes", "mean"),
    [
        ("GGGG", [], None),
        ("GRG", [(1, 1, 2)], 1),
        ("GRRG", [(1, 2, 3)], 2),
        ("GRGRRRG", [(1, 1, 2), (3, 5, 6)], 2),
        ("GR", [(1, 1, None)], None),
        ("GRGRR", [(1, 1, 2), (3, 4, None)], 1),
        # Days without an evaluation, or without this check, end nothing but take their time.
        ("GR  G", [(1, 1, 4)], 3),
        ("GR R G", [(1, 3, 5)], 4),
        ("GR.RG", [(1, 3, 4)], 3),
        # What is waived, amber, unknown or skipped is not green.
        ("GRWWG", [(1, 1, 4)], 3),
        ("GRWRG", [(1, 3, 4)], 3),
        ("GR?A-G", [(1, 1, 5)], 4),
        ("GRW", [(1, 1, None)], None),
        # Never red is no episode.
        ("GWWG", [], None),
        ("G??AG", [], None),
        ("", [], None),
        ("G-", [], None),
    ],
)
def test_episodes(
    letters: str, episodes: list[tuple[int, int, int | None]], mean: float | None
) -> None:
    if not letters:
        assert statistics(course(letters)) == ()
        return
    result = statistics_of(letters)
    assert result.episodes == tuple(
        Episode(on(first), on(last), None if green is None else on(green))
        for first, last, green in episodes
    )
    assert result.mean_days_to_green == mean
    assert result.last_red == (on(episodes[-1][1]) if episodes else None)
    still = episodes and episodes[-1][2] is None
    assert result.open_episode == (result.episodes[-1] if still else None)


@pytest.mark.parametrize(("letters", "mean"), [("RRG", None), ("RGRG", 1), (" RG", None)])
def test_what_began_before_is_no_measure_of_time(letters: str, mean: float | None) -> None:
    result = statistics_of(letters)
    assert [episode.is_begin_known for episode in result.episodes] == [False, True][
        : len(result.episodes)
    ]
    assert result.mean_days_to_green == mean


def test_days_are_counted_by_status() -> None:
    result = statistics_of("GRR ?AAAWWWW-.")
    assert (result.days, result.red, result.unknown, result.amber, result.waived) == (
        12,
        2,
        1,
        3,
        4,
    )


def test_each_check_in_the_order_of_the_newest_evaluation() -> None:
    all_statistics = statistics(
        [
            evaluation(0, gone=Status.RED, freshness=Status.GREEN),
            evaluation(1, rows_read=Status.GREEN, freshness=Status.RED),
        ]
    )
    assert [(entry.check, entry.red) for entry in all_statistics] == [
        ("rows_read", 0), ("freshness", 1), ("gone", 1),
    ]  # fmt: skip


@given(st.text(alphabet="GR?AW- ", min_size=1, max_size=60), st.randoms())
def test_whatever_happened(letters: str, random: object) -> None:
    evaluations = course(letters)
    expected = statistics(evaluations)
    random.shuffle(evaluations)  # type: ignore[attr-defined]
    assert statistics(evaluations) == expected
    for result in expected:
        assert result.red == letters.count("R")
        assert bool(result.episodes) is ("R" in letters)
        assert all(episode.green is not None for episode in result.episodes[:-1])
        for episode in result.episodes:
            assert episode.first <= episode.last
            assert episode.green is None or episode.green > episode.last
