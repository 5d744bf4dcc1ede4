"""Clocks that are wrong: what was recorded by one concludes nothing, and deletes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from checks.core.model import Acknowledgement, Status
from checks.history.moments import TOLERANCE, is_later, latest_date_anywhere
from checks.history.store import History
from tests.history.history_samples import DAY, NOW, PIPELINE, report

GREEN, RED = Status.GREEN, Status.RED
WRONG = datetime(2030, 1, 2, 6, 12, tzinfo=UTC)
WRONG_DAY = date(2030, 1, 1)
LONG_AGO = datetime(1970, 1, 2, 6, 12, tzinfo=UTC)
LATER = "1 evaluation in the history is later than now (2030-01-02): set aside; check the clocks"


def day(back: int) -> date:
    return DAY - timedelta(days=back)


def run(history: History, back: int, **statuses: Status) -> int:
    """A gate's run of that day, by a clock that is right."""
    return history.record(report(day(back), now=NOW - timedelta(days=back), **statuses))


def wrong_run(history: History, **statuses: Status) -> int:
    return history.record(report(WRONG_DAY, now=WRONG, **statuses))


def recorded(history: History, now: datetime = NOW) -> list[date]:
    return [evaluation.data_date for evaluation in history.evaluations(PIPELINE, 10**6, now=now)]


def waive(history: History, **changes: Any) -> int:
    fields: dict[str, Any] = {
        "pipeline": PIPELINE, "check": "freshness", "owner": "Mia", "reason": "known",
        "until": DAY + timedelta(days=4), "up_to": None, "data_date": DAY, "now": NOW,
    }  # fmt: skip
    return history.give_waiver(**(fields | changes)).id


@pytest.mark.parametrize(
    ("after", "expected"),
    [(timedelta(0), False), (TOLERANCE, False), (TOLERANCE + timedelta(seconds=1), True)],
)
def test_clocks_of_two_machines_differ_a_little(after: timedelta, expected: bool) -> None:
    assert is_later(NOW + after, NOW) is expected


def test_a_day_has_come_where_it_came_first() -> None:
    assert latest_date_anywhere(datetime(2025, 3, 9, 9, 59, tzinfo=UTC)) == date(2025, 3, 9)
    assert latest_date_anywhere(datetime(2025, 3, 9, 10, 0, tzinfo=UTC)) == date(2025, 3, 10)
    assert latest_date_anywhere(datetime.max.replace(tzinfo=UTC)) == date.max


def test_one_run_in_2030_is_set_aside_by_every_reader(history: History) -> None:
    run(history, 1, freshness=RED)
    run(history, 0, freshness=RED)
    wrong = wrong_run(history, freshness=GREEN)
    context = history.context(PIPELINE, DAY + timedelta(days=1), now=NOW)
    assert context.statuses == {"freshness": ((day(0), RED), (day(1), RED))}
    assert context.warnings == (LATER,)
    assert history.latest(PIPELINE, "freshness", now=NOW) == (DAY, RED, 0.5)
    assert recorded(history) == [day(0), day(1)]
    assert history.all_runs(PIPELINE, WRONG_DAY, now=NOW) == ()
    assert history.undated_before(PIPELINE, date(2031, 1, 1), WRONG, now=NOW) == {}
    assert history.report(wrong).evaluated_at == WRONG  # by its id it can still be looked at
    assert recorded(history, WRONG) == [WRONG_DAY, day(0), day(1)]
    assert history.context(PIPELINE, WRONG_DAY, now=WRONG).warnings == ()


def test_readers_ask_the_clock_where_they_are_given_no_now(history: History) -> None:
    run(history, 0)
    wrong_run(history)
    assert [evaluation.data_date for evaluation in history.evaluations(PIPELINE)] == [DAY]


def test_several_are_told_in_one_sentence(history: History) -> None:
    for more in range(3):
        history.record(report(DAY, now=NOW + timedelta(days=more + 1)))
    (warning,) = history.context(PIPELINE, DAY, now=NOW).warnings
    assert warning == (
        "3 evaluations in the history are later than now (up to 2025-03-12): set aside; "
        "check the clocks"
    )


def test_an_evaluation_of_a_day_that_has_not_come(history: History) -> None:
    history.record(report(latest_date_anywhere(NOW), now=NOW))
    history.record(report(latest_date_anywhere(NOW) + timedelta(days=1), now=NOW))
    assert recorded(history) == [latest_date_anywhere(NOW)]
    (warning,) = history.context(PIPELINE, DAY, now=NOW).warnings
    assert f"({latest_date_anywhere(NOW) + timedelta(days=1)})" in warning


def test_no_later_run_is_pruned_because_of_one_in_2030(url: str) -> None:
    history = History(url, keep_days=10)
    wrong_run(history)
    for back in range(5, -1, -1):
        run(history, back)
        assert recorded(history)[0] == day(back)
    assert len(recorded(history)) == 6


@pytest.mark.parametrize(("days", "kept"), [(29, 30), (30, 31), (45, 46)])
def test_the_run_in_2030_itself_removes_nothing(url: str, days: int, kept: int) -> None:
    history = History(url, keep_days=60)
    for back in range(days - 1, -1, -1):
        run(history, back)
    wrong_run(history)
    assert len(recorded(history, WRONG)) == kept
    assert recorded(history)[:3] == [day(0), day(1), day(2)]


def test_a_run_in_1970_prunes_nothing_and_is_kept_itself(history: History) -> None:
    run(history, 0, freshness=RED)
    long_ago = date(1970, 1, 1)
    history.record(report(long_ago, now=LONG_AGO, freshness=GREEN))
    assert recorded(history, LONG_AGO) == [long_ago]
    assert recorded(history) == [DAY, long_ago]
    (warning,) = history.context(PIPELINE, long_ago, now=LONG_AGO).warnings
    assert warning.startswith("1 evaluation in the history is later than now (2025-03-09)")
    run(history, -1, freshness=RED)
    assert history.context(PIPELINE, day(-2), now=NOW + timedelta(days=1)).statuses == {
        "freshness": ((day(-1), RED), (DAY, RED))
    }


def test_a_green_run_in_2030_rearms_nothing_and_the_next_one_does(history: History) -> None:
    waive(history)
    wrong_run(history, freshness=GREEN)
    (waiver,) = history.context(PIPELINE, DAY, now=NOW).waivers
    assert waiver.rearmed_on is None
    assert history.all_waivers(PIPELINE, now=NOW)[0].rearmed_on is None
    run(history, 0, freshness=GREEN)
    assert history.context(PIPELINE, DAY, now=NOW).waivers[0].rearmed_on == DAY
    run(history, -1, freshness=GREEN)
    assert history.context(PIPELINE, DAY, now=NOW).waivers[0].rearmed_on == DAY


def test_a_run_in_1970_rearms_nothing(history: History) -> None:
    waive(history)
    history.record(report(date(1970, 1, 1), now=LONG_AGO, freshness=GREEN))
    assert history.context(PIPELINE, DAY, now=NOW).waivers[0].rearmed_on is None


def test_a_waiver_that_was_given_in_2030_does_not_apply(history: History) -> None:
    kept = waive(history)
    waive(history, now=WRONG, until=WRONG_DAY + timedelta(days=9), data_date=WRONG_DAY)
    waive(history, data_date=WRONG_DAY)
    context = history.context(PIPELINE, DAY, now=NOW)
    assert [waiver.id for waiver in context.waivers] == [kept]
    assert context.warnings == (
        "2 waivers in the history are later than now (up to 2030-01-02): not applied; "
        "check the clocks",
    )


def on_it(history: History, now: datetime = NOW) -> list[Acknowledgement]:
    return list(history.context(PIPELINE, DAY, now=now).acknowledgements)


@pytest.mark.parametrize("moment", [WRONG, LONG_AGO])
def test_a_green_run_of_a_wrong_clock_closes_no_acknowledgement(
    history: History, moment: datetime
) -> None:
    run(history, 1, freshness=RED)
    acknowledgement = history.acknowledge(PIPELINE, "freshness", "Mia", "", NOW)
    data_date = moment.date() - timedelta(days=1)
    history.record(report(data_date, now=moment, freshness=GREEN))
    assert on_it(history) == [acknowledgement]
    run(history, 0, freshness=GREEN)
    assert on_it(history) == []


def test_an_acknowledgement_of_2030_is_set_aside_until_the_next_one(history: History) -> None:
    history.acknowledge(PIPELINE, "freshness", "Mia", "", WRONG)
    assert on_it(history) == []
    (warning,) = history.context(PIPELINE, DAY, now=NOW).warnings
    assert warning.startswith("1 acknowledgement in the history is later than now (2030-01-02)")
    acknowledgement = history.acknowledge(PIPELINE, "freshness", "Jon", "", NOW)
    assert on_it(history) == [acknowledgement]
    assert history.context(PIPELINE, DAY, now=NOW).warnings == ()
