"""The order of pipelines, and what all of them come to in one sentence."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from checks.core.model import Status
from dashboard import standing
from dashboard.look import NoGate, Shown
from dashboard.standing import Standing

AT = datetime(2025, 3, 9, 6, 12, tzinfo=UTC)


def one(name: str, shown: Shown, *, free: bool = False, hours: int | None = 0) -> Standing:
    began = None if hours is None else AT - timedelta(hours=hours)
    stops = shown in (Status.RED, Status.UNKNOWN)
    return Standing(name, shown, "why", stops=stops, is_free=free, began=began)


def test_the_worst_first_then_nobody_on_it_then_the_oldest() -> None:
    in_order = [
        one("a", Status.RED, free=True, hours=9),
        one("b", Status.RED, free=True, hours=1),
        one("c", Status.RED, hours=20),
        one("d", Status.UNKNOWN, free=True),
        one("e", Status.AMBER, free=True),
        one("f", Status.WAIVED),
        one("g", None),
        one("h", NoGate.NOT_DUE),
        one("i", Status.GREEN, hours=None),
        one("j", Status.GREEN, hours=None),
    ]
    for seed in range(20):
        shuffled = Random(seed).sample(in_order, len(in_order))  # noqa: S311  (an order, no secret)
        assert sorted(shuffled, key=standing._urgency) == in_order


def test_every_status_of_a_pipeline_has_its_place() -> None:
    shown = {*Status, *NoGate, None} - {Status.SKIPPED, NoGate.NOT_RUN}
    assert set(standing.ORDER) == shown


@pytest.mark.parametrize(
    ("standings", "words"),
    [
        ([one("a", Status.GREEN)], "All 1 pipeline may be refreshed."),
        ([one("a", Status.GREEN), one("b", Status.AMBER)], "All 2 pipelines may be refreshed."),
        (
            [one("a", Status.RED, free=True), one("b", Status.GREEN)],
            "1 of 2 pipelines must not be refreshed. Nobody is on it.",
        ),
        (
            [one("a", Status.RED), one("b", Status.GREEN)],
            "1 of 2 pipelines must not be refreshed. Somebody is on it.",
        ),
        (
            [one("a", Status.RED), one("b", Status.UNKNOWN, free=True)],
            "2 of 2 pipelines must not be refreshed. Nobody is on 1 of them.",
        ),
        (
            [one("a", Status.RED), one("b", Status.UNKNOWN)],
            "2 of 2 pipelines must not be refreshed. Somebody is on each of them.",
        ),
        (
            [one("a", None), one("b", NoGate.NOT_DUE), one("c", Status.GREEN)],
            "No pipeline is stopped; of 3 pipelines the gate has not run for 1 and 1 not due yet.",
        ),
    ],
)
def test_what_all_of_them_come_to(standings: list[Standing], words: str) -> None:
    assert standing.headline(standings) == words


def test_a_day_that_is_over_is_in_the_past_tense() -> None:
    standings = [one("a", Status.RED), one("b", Status.GREEN)]
    said = standing.headline(standings, date(2025, 3, 7))
    assert said == "1 of 2 pipelines was stopped on Fri 7 March 2025."
    assert standing.headline(standings[1:], date(2025, 3, 7)).startswith("None of 1 pipeline")
