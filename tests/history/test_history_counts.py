"""Daily counts: kept, changed, forgotten, and never mixed up."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from checks.core.counts import NAME, DayCounts, RememberedCounts, Values
from checks.history.store import History
from tests.history.history_samples import DAY, NOW, PIPELINE

LATER = NOW + timedelta(days=1)


def counted(day: date, views: int, rest: int = 0, **channels: int) -> DayCounts:
    by_dimension = {NAME: Values({"view": views, "purchase ☂": 3}, rest)}
    return DayCounts(day, by_dimension | ({"channel": Values(channels)} if channels else {}))


def remembered(
    history: History, fingerprint: str = "a", pipeline: str = PIPELINE, back: int = 10
) -> Mapping[date, RememberedCounts]:
    return history.daily_counts(pipeline, fingerprint, DAY - timedelta(days=back), DAY)


def test_nothing_is_remembered_at_first(history: History) -> None:
    assert remembered(history) == {}


def test_days_are_remembered_as_they_were_counted(history: History) -> None:
    days = [counted(DAY, 40, rest=2, ads=20, mail=25), counted(DAY - timedelta(days=1), 0)]
    history.keep_daily_counts(PIPELINE, "a", days, NOW)
    assert remembered(history) == {
        counts.day: RememberedCounts(counts, NOW, counts.total) for counts in days
    }
    assert remembered(history)[DAY].counts.total == 45


@pytest.mark.parametrize("largest", [None, 0, 2])
def test_the_largest_of_the_rest_is_remembered(history: History, largest: int | None) -> None:
    names = Values({"view": 40}, 2, largest)
    history.keep_daily_counts(PIPELINE, "a", [DayCounts(DAY, {NAME: names})], NOW)
    assert remembered(history)[DAY].counts.by_dimension[NAME].largest_of_rest == largest


def test_what_changed_is_told_with_the_first_count(history: History) -> None:
    history.keep_daily_counts(PIPELINE, "a", [counted(DAY, 2972)], NOW)
    history.keep_daily_counts(PIPELINE, "a", [counted(DAY, 2990)], NOW + timedelta(hours=1))
    history.keep_daily_counts(PIPELINE, "a", [counted(DAY, 3010)], LATER)
    history.keep_daily_counts(PIPELINE, "a", [counted(DAY, 3010)], LATER + timedelta(days=1))
    assert remembered(history)[DAY] == RememberedCounts(
        counted(DAY, 3010), LATER + timedelta(days=1), 2975, changed_at=LATER
    )


def test_an_older_count_replaces_no_newer_one(history: History) -> None:
    history.keep_daily_counts(PIPELINE, "a", [counted(DAY, 2)], LATER)
    history.keep_daily_counts(PIPELINE, "a", [counted(DAY, 1)], NOW)
    assert remembered(history)[DAY].counts == counted(DAY, 2)


@pytest.mark.parametrize(("pipeline", "fingerprint"), [("other", "a"), (PIPELINE, "b")])
def test_another_pipeline_or_mapping_is_another_series(
    history: History, pipeline: str, fingerprint: str
) -> None:
    history.keep_daily_counts(PIPELINE, "a", [counted(DAY, 1)], NOW)
    history.keep_daily_counts(pipeline, fingerprint, [counted(DAY, 2)], NOW)
    assert remembered(history)[DAY].counts == counted(DAY, 1)
    assert remembered(history, fingerprint, pipeline)[DAY].counts == counted(DAY, 2)


def test_only_days_between_the_bounds(history: History) -> None:
    days = [counted(DAY - timedelta(days=back), back) for back in range(4)]
    history.keep_daily_counts(PIPELINE, "a", days, NOW)
    remembered_days = history.daily_counts(
        PIPELINE, "a", DAY - timedelta(days=2), DAY - timedelta(days=1)
    )
    assert set(remembered_days) == {DAY - timedelta(days=2), DAY - timedelta(days=1)}


def test_old_days_are_forgotten(url: str) -> None:
    history = History(url, keep_days=5)
    old = [counted(DAY - timedelta(days=back), 1) for back in (5, 6)]
    history.keep_daily_counts(PIPELINE, "a", old, NOW)
    history.keep_daily_counts("other", "a", old, NOW)
    history.keep_daily_counts(PIPELINE, "b", [counted(DAY, 1)], NOW)
    assert set(remembered(history)) == {DAY - timedelta(days=5)}
    assert len(remembered(history, pipeline="other")) == 2


@pytest.mark.parametrize(
    "damage",
    ["'{'", "'[]'", "'{}'", "'7'", "'{\"event name\": 7}'",
     "'{\"event name\": [{\"a\": null}, 0]}'",
     "'{\"event name\": [{\"a\": -7}, 0]}'", "'{\"event name\": [{}]}'"],
)  # fmt: skip
def test_a_damaged_day_is_unknown_and_can_be_counted_again(
    history: History, url: str, damage: str
) -> None:
    days = [counted(DAY, 1), counted(DAY - timedelta(days=1), 2)]
    history.keep_daily_counts(PIPELINE, "a", days, NOW)
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        statement = f"UPDATE andon_daily_counts SET counts = {damage} WHERE day = '{DAY}'"
        connection.exec_driver_sql(statement)
    assert set(remembered(history)) == {DAY - timedelta(days=1)}
    history.keep_daily_counts(PIPELINE, "a", days, LATER)
    assert remembered(history)[DAY] == RememberedCounts(days[0], LATER, days[0].total)


def test_many_gates_at_once_lose_nothing(history: History) -> None:
    days = [counted(DAY - timedelta(days=back), 100 + back) for back in range(9)]
    with ThreadPoolExecutor(20) as gates:
        kept = [
            gates.submit(history.keep_daily_counts, PIPELINE, "a", days, NOW) for _ in range(20)
        ]
        for counts in kept:
            counts.result()
    assert [remembered_day.counts for remembered_day in remembered(history).values()] == sorted(
        days, key=lambda counts: counts.day
    )


def test_keeping_nothing_creates_no_days(history: History) -> None:
    history.keep_daily_counts(PIPELINE, "a", [], NOW)
    assert remembered(history) == {}
