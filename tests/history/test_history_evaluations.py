"""Evaluations: kept with their reruns, shown by day, pruned, and read back whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy.engine.default import DefaultDialect

from checks.core.errors import HistoryError, UsageError
from checks.core.model import Status
from checks.history import HistoryContext
from checks.history.store import History
from checks.history.tables import Moment
from tests.history.history_samples import DAY, NOW, PIPELINE, report, verdict

GREEN, RED, AMBER = Status.GREEN, Status.RED, Status.AMBER


def day(back: int) -> date:
    return DAY - timedelta(days=back)


def test_reading_before_anything_was_recorded_finds_nothing(history: History) -> None:
    assert history.context(PIPELINE, DAY) == HistoryContext()
    assert history.latest(PIPELINE, "freshness") is None
    assert history.evaluations(PIPELINE) == ()
    assert history.all_runs(PIPELINE, DAY) == ()
    assert history.outcomes(PIPELINE) == ()
    assert history.all_waivers(PIPELINE) == ()
    assert history.pipelines() == ()


def test_a_report_comes_back_as_it_was(history: History) -> None:
    recorded = report(freshness=RED, rows_read=GREEN)
    assert history.report(history.record(recorded)) == recorded


def test_a_recorded_evaluation_is_shown_with_its_checks_in_order(history: History) -> None:
    checks = (verdict("rows_read", GREEN, 7), verdict("freshness", RED, 23.4, "lag=23.4h"))
    recorded = replace(report(rows_read=GREEN, freshness=RED), checks=checks)
    evaluation = history.record(recorded)
    (stored,) = history.evaluations(PIPELINE)
    assert (stored.id, stored.pipeline, stored.verdict, stored.exit_code) == (
        evaluation,
        PIPELINE,
        RED,
        1,
    )
    assert (stored.run_date, stored.data_date, stored.evaluated_at) == (day(-1), DAY, NOW)
    assert list(stored.statuses.items()) == [("rows_read", GREEN), ("freshness", RED)]
    assert stored.values == {"rows_read": 7.0, "freshness": 23.4}
    assert stored.messages["freshness"] == "lag=23.4h"


def test_a_moment_of_another_zone_is_kept_in_utc(history: History) -> None:
    moment = datetime(2025, 3, 9, 8, 30, 0, 123456, timezone(timedelta(hours=5, minutes=45)))
    history.record(report(now=moment))
    (stored,) = history.evaluations(PIPELINE)
    assert stored.evaluated_at == moment
    assert stored.evaluated_at.tzinfo is UTC


def test_no_moment_stays_none() -> None:
    assert Moment().process_bind_param(None, DefaultDialect()) is None


def test_a_report_without_checks_is_kept(history: History) -> None:
    empty = replace(report(), checks=(), verdict=Status.UNKNOWN, exit_code=2)
    history.record(empty)
    (stored,) = history.evaluations(PIPELINE)
    assert (stored.verdict, stored.statuses) == (Status.UNKNOWN, {})


@pytest.mark.parametrize("missing", ["run_date", "data_date"])
def test_a_report_without_its_dates_is_refused(history: History, missing: str) -> None:
    with pytest.raises(ValueError, match="cannot be recorded"):
        history.record(replace(report(), **{missing: None}))
    assert history.pipelines() == ()


def test_a_moment_without_a_zone_is_refused(history: History) -> None:
    with pytest.raises(HistoryError, match="without a time zone"):
        history.record(report(now=NOW.replace(tzinfo=None)))
    assert history.evaluations(PIPELINE) == ()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), None])
def test_a_value_that_is_no_number_is_kept_as_none(history: History, value: float | None) -> None:
    history.record(replace(report(), checks=(verdict("freshness", RED, value),)))
    assert history.latest(PIPELINE, "freshness") == (DAY, RED, None)


def test_hostile_text_is_kept_inert(history: History) -> None:
    hostile = "a\x00b\n::error\x1b[31m\u202e\ud800"
    history.record(replace(report(), checks=(verdict("freshness", RED, 1, hostile),)))
    (stored,) = history.evaluations(PIPELINE)
    assert stored.messages["freshness"] == r"a\u0000b\u000a::error\u001b[31m\u202e\ud800"
    assert history.report(stored.id).checks[0].message == hostile


def test_of_reruns_the_latest_is_shown_and_all_are_kept(history: History) -> None:
    first = history.record(report(freshness=RED))
    second = history.record(report(freshness=GREEN, now=NOW - timedelta(hours=1)))
    other = history.record(report(day(1), freshness=AMBER))
    assert [stored.id for stored in history.evaluations(PIPELINE)] == [second, other]
    assert [stored.id for stored in history.all_runs(PIPELINE, DAY)] == [second, first]
    assert history.latest(PIPELINE, "freshness") == (DAY, GREEN, 0.5)


@pytest.mark.parametrize(
    ("days", "until", "expected"),
    [
        (14, None, [0, 1, 5, 13]),
        (2, None, [0, 1]),
        (3, day(1), [1]),
        (5, day(1), [1, 5]),
        (14, day(6), [13, 14]),
        (14, day(-9), [0, 1]),
        (0, None, []),
        (10**7, None, [0, 1, 5, 13, 14]),
    ],
)
def test_evaluations_cover_calendar_days_up_to_the_last(
    history: History, days: int, until: date | None, expected: list[int]
) -> None:
    for back in (13, 0, 5, 14, 1):
        history.record(report(day(back)))
    evaluations = history.evaluations(PIPELINE, days, until)
    assert [stored.data_date for stored in evaluations] == [day(back) for back in expected]


def test_outcomes_are_of_the_latest_run_of_every_day_however_long_ago(history: History) -> None:
    history.record(report(day(400), freshness=GREEN))
    history.record(report(freshness=GREEN))
    history.record(report(now=NOW + timedelta(minutes=1), freshness=RED))
    history.record(report(pipeline="another", freshness=AMBER))
    assert history.outcomes(PIPELINE, NOW + timedelta(hours=1)) == (
        (DAY, RED, 1, NOW + timedelta(minutes=1)), (day(400), GREEN, 0, NOW),
    )  # fmt: skip


def test_latest_says_nothing_of_a_check_that_was_not_evaluated(history: History) -> None:
    history.record(report(day(1), freshness=RED, rows_read=RED))
    history.record(report(freshness=RED))
    assert history.latest(PIPELINE, "rows_read") is None
    assert history.latest("another", "freshness") is None


def test_context_lists_statuses_before_the_day_newest_first(history: History) -> None:
    history.record(report(day(2), freshness=GREEN, rows_read=GREEN))
    history.record(report(day(1), freshness=RED))
    history.record(report(day(1), freshness=AMBER))
    history.record(report(day(0), freshness=GREEN))
    history.record(report(day(1), pipeline="another", freshness=RED))
    assert history.context(PIPELINE, DAY).statuses == {
        "freshness": ((day(1), AMBER), (day(2), GREEN)),
        "rows_read": ((day(2), GREEN),),
    }


@pytest.mark.parametrize(("days", "expected"), [(1, [1]), (4, [1, 4]), (5, [1, 4, 5])])
def test_context_goes_back_so_many_days(history: History, days: int, expected: list[int]) -> None:
    for back in (5, 4, 1):
        history.record(report(day(back)))
    statuses = history.context(PIPELINE, DAY, days).statuses["freshness"]
    assert [data_date for data_date, _ in statuses] == [day(back) for back in expected]


def test_evaluations_older_than_the_newest_but_one_by_keep_days_are_removed(url: str) -> None:
    history = History(url, keep_days=40)
    ids = {back: history.record(report(day(back))) for back in range(43, 0, -1)}
    history.record(report(day(90), pipeline="another"))
    assert len(history.evaluations(PIPELINE, 99)) == 42  # day 43 went with day 1
    history.record(report(DAY))
    kept = [stored.data_date for stored in history.evaluations(PIPELINE, 99)]
    assert kept == [day(back) for back in range(42)]
    with pytest.raises(UsageError):
        history.report(ids[42])
    assert len(history.evaluations("another")) == 1


def test_the_newest_thirty_data_dates_stay_however_old_they_are(url: str) -> None:
    history = History(url, keep_days=1)
    for back in range(62, -1, -2):
        history.record(report(day(back)))
        history.record(report(day(back)))
    kept = [stored.data_date for stored in history.evaluations(PIPELINE, 99)]
    assert kept == [day(back) for back in range(0, 60, 2)]
    assert len(history.all_runs(PIPELINE, day(58))) == 2


def test_an_id_is_never_given_twice(url: str) -> None:
    history = History(url, keep_days=1)
    for back in range(30):
        history.record(report(day(back)))
    pruned = history.record(report(day(99)))
    history.record(report(DAY))
    with pytest.raises(UsageError):
        history.report(pruned)
    assert history.record(report(DAY)) > pruned + 1


@pytest.mark.parametrize(
    ("recorded", "added"),
    [
        ([], [9]),
        ([0], [9]),
        ([0], [40, 39, 38]),
        (range(25), range(25, 29)),
        (range(25), range(25, 35)),
        (range(1, 33), [0]),
        (range(32), [60, 90]),
    ],
)
@pytest.mark.parametrize("keep_days", [1, 10, 50])
def test_which_day_is_the_first_that_is_kept(
    url: str, recorded: Sequence[int], added: Sequence[int], keep_days: int
) -> None:
    """By what is kept in fact when the days are recorded, the oldest first."""
    history = History(url, keep_days=keep_days)
    for back in sorted(recorded, reverse=True):
        history.record(report(day(back)))

    def kept_days() -> set[date]:
        return {stored.data_date for stored in history.evaluations(PIPELINE, 400, until=DAY)}

    before = kept_days()
    first = history.first_kept(PIPELINE, [day(back) for back in added])
    for back in sorted(added, reverse=True):
        history.record(report(day(back)))
    every = before | {day(back) for back in added}
    assert kept_days() == {kept for kept in every if kept >= first}


def test_an_outcome_is_corrected_in_its_place(url: str) -> None:
    history = History(url, keep_days=10)
    first = history.record(report(DAY, freshness=GREEN))
    other = history.record(report(DAY, freshness=GREEN))
    final = replace(report(DAY, freshness=GREEN), exit_code=2, verdict=Status.UNKNOWN)
    history.correct(first, final)
    runs_by_id = {run.id: run for run in history.all_runs(PIPELINE, DAY)}
    assert (runs_by_id[first].verdict, runs_by_id[first].exit_code) == (Status.UNKNOWN, 2)
    assert runs_by_id[first].statuses == {"freshness": GREEN}
    assert history.report(first) == final
    assert runs_by_id[other].exit_code == 0
    history.correct(999, final)
    assert len(history.all_runs(PIPELINE, DAY)) == 2


def test_pipelines_are_apart(history: History) -> None:
    history.record(report(pipeline="b", freshness=RED))
    history.record(report(pipeline="a 'quoted' %s", freshness=GREEN))
    assert history.pipelines() == ("a 'quoted' %s", "b")
    assert history.latest("a 'quoted' %s", "freshness") == (DAY, GREEN, 0.5)
    assert history.evaluations("unheard of") == ()


@pytest.mark.parametrize("unknown", [0, -1, 99, 2**31, 10**30])
def test_an_unknown_evaluation_is_a_usage_error(history: History, unknown: int) -> None:
    history.record(report())
    with pytest.raises(UsageError, match=str(unknown)):
        history.report(unknown)
