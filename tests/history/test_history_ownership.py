"""A pipeline's name belongs to one warehouse, and to those that somebody said are the same."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier
from time import monotonic, sleep

import pytest
import sqlalchemy as sa

from checks.config.identity import WarehouseIdentity, warehouse_identity
from checks.core.counts import NAME, DayCounts, Values
from checks.core.errors import HistoryError, OtherWarehouseError, UsageError
from checks.core.model import Status
from checks.core.records import Closing
from checks.history import Adoption, HistoryContext
from checks.history.store import History
from checks.history.tables import METADATA
from checks.history.time_limits import TimeLimits
from tests.history.history_samples import DAY, NOW, PIPELINE, report
from tests.history.test_history_migrations import (
    VERSION_2,
    restored_on_postgresql,
    restored_on_sqlite,
    run,
)

A = warehouse_identity("duckdb:////a/shop.duckdb")
B = warehouse_identity("postgresql://u:hunter2@db.example/shop")
TOMORROW = DAY + timedelta(days=1)
Act = Callable[[History], object]


def history_for(url: str, warehouse: WarehouseIdentity | None) -> History:
    return History(url, keep_days=400, warehouse=warehouse)


def waive(history: History) -> object:
    return history.give_waiver(PIPELINE, "freshness", "Mia", "x", TOMORROW, None, DAY, NOW)


def acknowledge(history: History) -> object:
    return history.acknowledge(PIPELINE, "freshness", "Mia", "on it", NOW)


@pytest.fixture
def own(url: str) -> History:
    """A red day, a waiver and somebody on it, all of warehouse A."""
    history = history_for(url, A)
    history.record(report())
    waive(history)
    acknowledge(history)
    return history


def everything(url: str) -> dict[str, list[tuple[object, ...]]]:
    return {name: sorted(run(url, f"SELECT * FROM {name}"), key=repr) for name in METADATA.tables}


WRITING: dict[str, Act] = {
    "record": lambda it: it.record(report(TOMORROW, freshness=Status.GREEN)),
    "correct": lambda it: it.correct(1, report(freshness=Status.GREEN)),
    "waive": waive,
    "acknowledge": acknowledge,
    "revoke": lambda it: it.revoke_waiver(1, PIPELINE, "Jon", NOW),
    "close": lambda it: it.close_incident(PIPELINE, "freshness", Closing.FIXED, "Jon", "", NOW),
}
READING: dict[str, Act] = {
    "latest": lambda it: it.latest(PIPELINE, "freshness"),
    "evaluations": lambda it: it.evaluations(PIPELINE),
    "all runs": lambda it: it.all_runs(PIPELINE, DAY),
    "report": lambda it: it.report(1),
    "waivers": lambda it: it.all_waivers(PIPELINE),
    "incidents": lambda it: it.incident_log(PIPELINE),
    "first kept": lambda it: it.first_kept(PIPELINE, [DAY]),
    "require": lambda it: it.require_own(PIPELINE),
}


@pytest.mark.parametrize("act", [*WRITING, *READING])
def test_another_warehouse_is_refused_and_changes_nothing(url: str, own: History, act: str) -> None:
    before = everything(url)
    with pytest.raises(OtherWarehouseError) as refusal:
        (WRITING | READING)[act](history_for(url, B))
    assert isinstance(refusal.value, HistoryError)
    assert isinstance(refusal.value, UsageError)
    words = str(refusal.value)
    assert (
        "pipeline 'web-clickstream' belongs to duckdb /a/shop.duckdb, and this configuration reads "
        "postgresql db.example/shop: no waiver or acceptance applies and nothing is recorded"
        in words
    )
    assert words.startswith("history ")
    assert words.endswith("andon history adopt")
    assert "\n" not in words
    assert "hunter2" not in words
    assert everything(url) == before
    (WRITING | READING)[act](own)


def test_another_warehouse_knows_nothing_of_the_past(url: str, own: History) -> None:
    other = history_for(url, B)
    context = other.context(PIPELINE, TOMORROW, now=NOW)
    assert context == HistoryContext(warnings=context.warnings)
    assert len(context.warnings) == 1
    assert "andon history adopt" in context.warnings[0]
    assert other.undated_before(PIPELINE, TOMORROW, NOW + timedelta(days=9)) == {}
    assert other.pipelines() == (PIPELINE,)
    mine = own.context(PIPELINE, TOMORROW, now=NOW)
    assert (len(mine.waivers), len(mine.acknowledgements), len(mine.statuses)) == (1, 1, 1)
    assert mine.warnings == ()


def test_whoever_opens_a_history_for_no_warehouse_answers_for_it(url: str, own: History) -> None:
    anybody = history_for(url, None)
    anybody.record(report(TOMORROW))
    assert len(anybody.all_waivers(PIPELINE)) == 1
    with pytest.raises(ValueError, match="for no warehouse"):
        anybody.adopt(PIPELINE, "Mia", NOW)


def test_the_next_name_belongs_to_whoever_comes_first(url: str, own: History) -> None:
    history_for(url, B).record(report(pipeline="other"))
    with pytest.raises(OtherWarehouseError):
        own.record(report(pipeline="other"))


@pytest.mark.parametrize("act", ["waive", "acknowledge"])
def test_what_is_stored_first_takes_the_name(url: str, act: str) -> None:
    """Or a waiver that is given before the first evaluation would be whoever's comes next."""
    WRITING[act](history_for(url, A))
    with pytest.raises(OtherWarehouseError):
        history_for(url, B).record(report())


def test_what_is_refused_takes_no_name(url: str) -> None:
    with pytest.raises(UsageError, match="has the id 7"):
        history_for(url, A).revoke_waiver(7, PIPELINE, "Jon", NOW)
    history_for(url, B).record(report())


def test_an_adopted_warehouse_is_the_same_and_so_is_the_first_one(url: str, own: History) -> None:
    other = history_for(url, B)
    assert other.adopt(PIPELINE, "Mia\x1b", NOW) is Adoption.ADDED
    assert other.adopt(PIPELINE, "Jon", NOW) is Adoption.KNOWN
    assert own.adopt(PIPELINE, "Jon", NOW) is Adoption.KNOWN
    assert len(other.all_waivers(PIPELINE)) == 1
    other.record(report(TOMORROW))
    assert len(own.evaluations(PIPELINE)) == 2
    rows = run(url, "SELECT warehouse, label, adopted_by FROM andon_pipelines ORDER BY label")
    assert rows == [
        (A.digests[0], "duckdb /a/shop.duckdb", None),
        (B.digests[0], "postgresql db.example/shop", "Mia\\u001b"),
    ]
    third = history_for(url, warehouse_identity("sqlite:////c.db"))
    with pytest.raises(OtherWarehouseError, match=r"shop\.duckdb and postgresql db\.example/shop"):
        third.require_own(PIPELINE)


def test_adopting_needs_a_name(url: str, own: History) -> None:
    with pytest.raises(UsageError, match="the owner must not be empty"):
        history_for(url, B).adopt(PIPELINE, "  ", NOW)


def test_a_name_that_nobody_has_can_be_adopted(url: str) -> None:
    assert history_for(url, B).adopt(PIPELINE, "Mia", NOW) is Adoption.FIRST
    with pytest.raises(OtherWarehouseError):
        history_for(url, A).record(report())


def test_a_file_that_is_built_anew_behind_a_link_stays_the_owner(url: str, tmp_path: Path) -> None:
    link = tmp_path / "current.duckdb"
    link.symlink_to(tmp_path / "monday.duckdb")
    history_for(url, warehouse_identity(f"duckdb:///{link}")).record(report())
    link.unlink()
    link.symlink_to(tmp_path / "tuesday.duckdb")
    tuesday = history_for(url, warehouse_identity(f"duckdb:///{link}"))
    tuesday.record(report(TOMORROW))
    assert tuesday.adopt(PIPELINE, "Mia", NOW) is Adoption.KNOWN
    history_for(url, warehouse_identity(f"duckdb:///{tmp_path}/tuesday.duckdb")).require_own(
        PIPELINE
    )
    assert run(url, "SELECT count(*) FROM andon_pipelines WHERE adopted_by IS NULL") == [(2,)]


def test_the_other_warehouses_counts_prune_nothing(url: str) -> None:
    owner, other = history_for(url, A), history_for(url, B)
    owner.record(report())
    counts = DayCounts(DAY, {NAME: Values({"view": 3})})
    owner.keep_daily_counts(PIPELINE, "a", [counts], NOW)
    later = date(2027, 3, 8)
    now = NOW.replace(year=2027)
    ahead = DayCounts(later, {NAME: Values({"view": 9})})
    other.keep_daily_counts(PIPELINE, "b", [ahead], now)
    assert owner.daily_counts(PIPELINE, "a", DAY, DAY, now=now)[DAY].counts == counts
    assert other.daily_counts(PIPELINE, "b", later, later, now=now)[later].counts == ahead
    owner.keep_daily_counts(PIPELINE, "a", [DayCounts(TOMORROW, counts.by_dimension)], NOW)
    assert owner.daily_counts(PIPELINE, "a", DAY, DAY, now=now)[DAY].counts == counts


# ---- damaged rows

DAMAGES = ("label = ''", "since = 'yesterday'", "warehouse = 'cafe'", "adopted_by = ''")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_row_is_another_warehouse(url: str, own: History, damage: str) -> None:
    run(url, f"UPDATE andon_pipelines SET {damage}")
    for history in (own, history_for(url, B)):
        with pytest.raises(OtherWarehouseError, match="to a warehouse whose row is damaged, and"):
            history.record(report())
        assert history.context(PIPELINE, TOMORROW, now=NOW).waivers == ()
    assert own.adopt(PIPELINE, "Mia", NOW) is Adoption.ADDED
    assert len(own.context(PIPELINE, TOMORROW, now=NOW).waivers) == 1
    with pytest.raises(OtherWarehouseError, match=r"belongs to duckdb /a/shop\.duckdb, and"):
        history_for(url, B).record(report())


def test_a_damaged_row_beside_a_good_one_is_told(url: str, own: History) -> None:
    history_for(url, B).adopt(PIPELINE, "Mia", NOW)
    run(url, f"UPDATE andon_pipelines SET since = '' WHERE warehouse = '{B.digests[0]}'")
    context = own.context(PIPELINE, TOMORROW, now=NOW)
    assert len(context.waivers) == 1
    assert len(context.warnings) == 1
    assert context.warnings[0].endswith("1 warehouse row is damaged: left out")
    with pytest.raises(OtherWarehouseError):
        history_for(url, B).require_own(PIPELINE)


@pytest.mark.parametrize("value", ["x'ff'", "7", "CAST(x'ff' AS TEXT)"])
@pytest.mark.parametrize("column", ["label", "since", "adopted_by", "warehouse"])
def test_values_that_only_sqlite_takes(sqlite_url: str, column: str, value: str) -> None:
    owner = history_for(sqlite_url, A)
    owner.record(report())
    run(sqlite_url, f"UPDATE andon_pipelines SET {column} = {value}")
    if (column, value) in (("label", "7"), ("adopted_by", "7")):
        owner.require_own(PIPELINE)  # a column of text makes a text of a number
        return
    with pytest.raises(OtherWarehouseError):
        owner.record(report())
    owner.adopt(PIPELINE, "Mia", NOW)
    owner.record(report())


def test_a_hostile_label_is_shown_inert(url: str, own: History) -> None:
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        hostile = {"label": "\x1b[31m\n" + "x" * 900}
        connection.execute(sa.text("UPDATE andon_pipelines SET label = :label"), hostile)
    with pytest.raises(OtherWarehouseError) as refusal:
        history_for(url, B).require_own(PIPELINE)
    words = str(refusal.value)
    assert "\x1b" not in words
    assert "\n" not in words
    assert len(words) < 800


# ---- histories of before, and many at once


def test_a_history_of_version_2_belongs_to_whoever_records_next(url: str) -> None:
    assert VERSION_2.exists()
    (restored_on_sqlite if url.startswith("sqlite") else restored_on_postgresql)(url)
    owner, other = history_for(url, A), history_for(url, B)
    for history in (owner, other):
        assert len(history.context(PIPELINE, TOMORROW).waivers) == 2
    assert run(url, "SELECT count(*) FROM andon_pipelines") == [(0,)]
    owner.record(report(TOMORROW))
    assert len(owner.context(PIPELINE, TOMORROW + timedelta(days=1)).waivers) == 2
    assert other.context(PIPELINE, TOMORROW + timedelta(days=1)).waivers == ()
    rows = run(url, "SELECT pipeline, warehouse, label, since, adopted_by FROM andon_pipelines")
    since = "2025-03-09T06:12:00.000000+00:00"
    assert rows == [(PIPELINE, A.digests[0], A.label, since, None)]


def test_of_many_first_gates_at_once_one_warehouse_wins(url: str) -> None:
    shops = [warehouse_identity(f"duckdb:////{number}.duckdb") for number in range(6)]
    start = Barrier(len(shops))

    def first_gate(warehouse: WarehouseIdentity) -> int | None:
        history = History(url, 400, 60, TimeLimits(60, 60), warehouse)
        history.context(PIPELINE, DAY)
        start.wait(60)
        try:
            return history.record(report())
        except OtherWarehouseError:
            return None

    with ThreadPoolExecutor(len(shops)) as pool:
        recorded = list(pool.map(first_gate, shops))
    winners = [shop for shop, number in zip(shops, recorded, strict=True) if number is not None]
    assert len(winners) == 1
    assert run(url, "SELECT label FROM andon_pipelines") == [(winners[0].label,)]
    assert run(url, "SELECT count(*) FROM andon_evaluations") == [(1,)]


def test_a_disk_that_hangs_takes_no_more_than_the_historys_time(url: str) -> None:
    """Where a warehouse's file lies may be looked up on a disk that is dead."""

    def dead() -> WarehouseIdentity:
        sleep(30)
        return A

    History(url, 400, warehouse=A).record(report())
    history = History(url, 400, limits=TimeLimits(0.5, 0.5), warehouse=dead)
    begun = monotonic()
    with pytest.raises(HistoryError, match=r"did not answer within 0\.5 s"):
        history.context(PIPELINE, DAY)
    assert monotonic() - begun < 10
