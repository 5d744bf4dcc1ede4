"""What is remembered of old days never decides against the warehouse that still has them.

Proved by verdicts with and without a history, over random loads, repairs and recounts; by rows of
the history that are damaged in every column; and by tables that keep a few days only.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from checks import Report, Status
from checks.cli import main
from checks.config.target import target_of
from checks.core.counts import NAME, DayCounts, RememberedCounts, Values
from checks.core.errors import UsageError
from checks.core.metrics import SpotCheck
from checks.core.model import FAILING
from checks.evaluation.engine import evaluate
from checks.evidence import volume
from checks.evidence.context import open_context
from checks.history import open_history
from checks.measuring.daily import fingerprint
from checks.measuring.recounting import recount
from checks.measuring.spot_checks import counted_again, difference
from tests.shop import DAY, NOW, RUN, Shop, view

DAYS = 40


def day(back: int) -> date:
    return DAY - timedelta(days=back)


@pytest.fixture
def kept(tmp_path: Path) -> Shop:
    """Forty days of events, in DuckDB."""
    return shop_in(tmp_path)


def shop_in(folder: Path) -> Shop:
    shop = Shop(folder, f"duckdb:///{folder / 'warehouse.duckdb'}")
    shop.events.rows = [
        view(
            day(back),
            1 + 22 * (number + 1) / (100 if day(back).weekday() < 5 else 60),
            ("page_viewed", "cart")[number % 2],
        )
        for back in range(DAYS)
        for number in range(100 if day(back).weekday() < 5 else 60)
    ]
    for section in ("orders", "sessions"):
        del shop.settings[section]
    shop.set("events", revenue=None, order_id=None, purchase_names=None)
    del shop.settings["audit_log"]
    for check in ("log_entry_exists_today", "run_status", "rows_read", "quarantine_rate",
                  "missing_revenue", "orphan_orders"):  # fmt: skip
        shop.parameters(check, enabled=False)
    shop.write()
    return shop


def run(shop: Shop, back: int = 0, **options: Any) -> Report:
    moment = timedelta(days=back)
    arguments = {"date": RUN - moment, "now": NOW - moment, "record": True} | options
    return evaluate(shop.config(), **arguments)


def verdicts(report: Report) -> list[tuple[str, str, Any]]:
    return [(verdict.id, verdict.message, verdict.value) for verdict in report.checks]


def without_history(shop: Shop) -> list[tuple[str, str, Any]]:
    return verdicts(run(shop, use_history=False, record=False))


def change(shop: Shop, *statements: str) -> None:
    with duckdb.connect(str(shop.folder / "warehouse.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)


def delete(first: int, last: int, share: float = 1.0) -> str:
    """Remove a share of the events of the days `first` to `last` days back."""
    return (
        f"DELETE FROM stg_events WHERE CAST(timestamp AS DATE) BETWEEN '{day(first)}' AND "
        f"'{day(last)}' AND hash(timestamp) % 1000 < {share * 1000:.0f}"
    )


def repeat(first: int, last: int) -> str:
    """Load days a second time."""
    return (
        "INSERT INTO stg_events SELECT * FROM stg_events WHERE CAST(timestamp AS DATE) "
        f"BETWEEN '{day(first)}' AND '{day(last)}'"
    )


#: The oldest day is never emptied: days before the first that the warehouse has are gone, and
#: judged as remembered.
REPAIR = st.one_of(
    st.builds(
        delete, st.integers(20, DAYS - 2), st.integers(8, 19), st.sampled_from([0.1, 0.5, 1.0])
    ),
    st.builds(repeat, st.integers(20, DAYS), st.integers(8, 19)),
)


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(gates=st.lists(st.integers(1, 12), max_size=3), repairs=st.lists(REPAIR, max_size=3))
def test_after_repairs_and_a_recount_the_history_changes_no_verdict(
    tmp_path_factory: pytest.TempPathFactory, gates: list[int], repairs: list[str]
) -> None:
    shop = shop_in(tmp_path_factory.mktemp("shop"))
    for back in sorted(gates, reverse=True):
        run(shop, back)
    change(shop, *repairs)
    recount(shop.config(), day(126), day(1), NOW)
    assert verdicts(run(shop)) == without_history(shop)
    assert verdicts(run(shop)) == without_history(shop)


def test_a_repair_of_all_old_days_is_seen_by_the_next_gate(kept: Shop) -> None:
    run(kept, 1)
    change(kept, repeat(DAYS, 8))
    report = run(kept)
    assert verdicts(report) == without_history(kept)
    (warning,) = report.warnings
    assert warning == (
        f"events: {day(14)} was remembered with 60 events, the warehouse has 120; 119 earlier "
        "days were counted again"
    )
    assert run(kept).warnings == ()


def test_a_repair_of_one_day_is_seen_when_its_turn_comes(kept: Shop) -> None:
    kept.set("history", spot_check_days=5)
    run(kept, 1)
    change(kept, delete(30, 30, 0.5))
    warnings = [run(kept).warnings for _ in range(24)]
    assert sum(map(len, warnings)) == 1
    assert verdicts(run(kept)) == without_history(kept)


@pytest.mark.parametrize(("fewer", "is_seen"), [(1, False), (2, True)])
def test_half_a_percent_is_the_limit(tmp_path: Path, fewer: int, is_seen: bool) -> None:
    shop = shop_in(tmp_path)
    change(
        shop,
        *[repeat(14, 14)] * 1,
        f"DELETE FROM stg_events WHERE CAST(timestamp AS DATE) = '{day(14)}'",
    )
    rows = ", ".join(
        f"('{day(14)} 05:00:00'::TIMESTAMP + INTERVAL {n} SECOND, 'cart')" for n in range(200)
    )
    change(shop, f"INSERT INTO stg_events (timestamp, event_name) VALUES {rows}")
    run(shop, 1)
    change(
        shop,
        f"DELETE FROM stg_events WHERE timestamp >= '{day(14)} 05:00:00' AND timestamp < "
        f"'{day(14)} 05:00:00'::TIMESTAMP + INTERVAL {fewer} SECOND",
    )
    assert bool(run(shop).warnings) is is_seen


def test_events_that_changed_their_name_are_seen(kept: Shop) -> None:
    run(kept, 1)
    change(
        kept,
        "UPDATE stg_events SET event_name = 'basket' WHERE event_name = 'cart' AND "
        f"timestamp < '{day(7)}'",
    )
    assert "counted again" in run(kept).warnings[0]
    assert verdicts(run(kept)) == without_history(kept)


def load(name: str, count: int, first: int, last: int) -> str:
    """So many events of a name on each of the days `first` to `last` days back."""
    return (
        "INSERT INTO stg_events (timestamp, event_name) "
        f"SELECT day + INTERVAL ({82000 // count} * n) SECOND, '{name}' "
        f"FROM range(TIMESTAMP '{day(first)}', TIMESTAMP '{day(last - 1)}', "
        f"INTERVAL 1 DAY) days(day), range({count}) numbers(n)"
    )


@pytest.fixture
def large(kept: Shop) -> Shop:
    """Days of which ten events are less than half a percent."""
    change(kept, load("page_viewed", 3000, DAYS - 1, 0))
    return kept


def test_a_small_name_that_came_to_old_days_is_seen(large: Shop) -> None:
    run(large, 1)
    change(large, load("app_open", 10, DAYS - 1, 11))
    report = run(large)
    assert verdicts(report) == without_history(large)
    assert {verdict.id: verdict.status for verdict in report.checks}["event_volume"] is Status.RED
    (warning,) = report.warnings
    assert warning.startswith(
        f"events: {day(14)} was remembered with 0 events named 'app_open', the warehouse has 10; "
    )


def test_a_small_name_that_is_renamed_on_every_day_is_seen(large: Shop) -> None:
    change(large, load("wish_add", 12, DAYS - 1, 0))
    run(large, 1)
    change(large, "UPDATE stg_events SET event_name = 'wishlist_add' WHERE event_name = 'wish_add'")
    report = run(large)
    assert verdicts(report) == without_history(large)
    assert {verdict.id: verdict.status for verdict in report.checks}[
        "event_volume"
    ] is not Status.RED
    assert "12 events named 'wish_add', the warehouse has 0" in report.warnings[0]


def test_what_matters_of_a_name_is_what_its_check_says(large: Shop) -> None:
    large.parameters("event_volume", min_per_day=5)
    run(large, 1)
    change(large, load("app_open", 5, DAYS - 1, 11))
    assert verdicts(run(large)) == without_history(large)


def test_a_day_that_is_verified_holds_what_was_counted(large: Shop) -> None:
    """Few events more are no other day; they are taken up all the same."""
    run(large, 1)
    change(large, load("app_open", 9, DAYS - 1, 11))
    assert run(large).warnings == ()
    config = large.config()
    known = open_history(config.history).daily_counts(
        config.pipeline, fingerprint(config), day(15), day(14), now=NOW
    )
    counted = [known[day(back)].counts.by_dimension[NAME].events for back in (15, 14)]
    assert ["app_open" in names for names in counted] == [False, True]
    assert known[day(14)].first_total == known[day(14)].counts.total - 9


@pytest.mark.parametrize(
    ("remembered", "now", "named"),
    [
        (Values({"a": 9000}), {"a": 9000, "b": 9}, None),
        (Values({"a": 9000}), {"a": 9000, "b": 10}, "b"),
        (Values({"a": 9000, "b": 10}), {"a": 9000}, "b"),
        (Values({"a": 9000, "b": 30}), {"a": 9000, "b": 16}, None),
        (Values({"a": 9000, "b": 30}), {"a": 9000, "b": 15}, "b"),
        # Names that were too many: what they had together is known.
        (Values({"a": 9000}, 40), {"a": 9000, "b": 15, "c": 15, "d": 10}, None),
        (Values({"a": 9000}, 5), {"a": 9000, "b": 15, "c": 5}, "b"),
        (Values({"a": 9000, "b": 12}, 40), {"a": 9000, "c": 40}, "b"),
    ],
)
def test_a_name_that_came_or_went_makes_a_day_another(
    remembered: Values, now: dict[str, int], named: str | None
) -> None:
    known = RememberedCounts(DayCounts(DAY, {NAME: remembered}), NOW, 9000)
    change = difference(SpotCheck(DAY, now), known, 10)
    assert (None if change is None else change.name) == named


def test_names_that_were_too_many_stay_so_when_a_day_is_verified() -> None:
    known = RememberedCounts(
        DayCounts(DAY, {NAME: Values({"a": 90, "b": 2}, 5), "device": Values({"ios": 97})}), NOW, 97
    )
    counted = counted_again(SpotCheck(DAY, {"a": 91, "c": 4, "d": 2}), known)
    expected = {NAME: Values({"a": 91, "b": 0}, 6), "device": Values({"ios": 97})}
    assert counted == DayCounts(DAY, expected)
    assert counted.by_dimension[NAME].largest_of_rest == 4


def test_no_day_is_checked_where_none_is_asked_for(kept: Shop) -> None:
    kept.set("history", spot_check_days=0)
    run(kept, 1)
    change(kept, repeat(DAYS, 8))
    assert run(kept).warnings == ()


def test_where_time_is_short_the_next_run_counts_again(
    kept: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(kept, 1)
    change(kept, repeat(DAYS, 8))
    from checks.measuring.measurements import Measurements

    with monkeypatch.context() as short:
        short.setattr(Measurements, "_fits", lambda self, days: False)
        (warning,) = run(kept).warnings
    assert "may take longer than warehouse.timeout_seconds: the next run does it first" in warning
    report = run(kept)
    assert (verdicts(report), report.warnings) == (without_history(kept), ())


ODD: list[Any] = [True, "12", -1, 1e308, 0.5, None, [], {}, 2**63, "x", b"\x00"]


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("column", ["counts", "first_total", "counted_at", "digest", "gone_at"])
def test_a_damaged_row_is_counted_again(kept: Shop, column: str, odd: Any) -> None:
    run(kept, 1)
    value = odd
    if column == "counts":
        value = json.dumps({"event name": [{"cart": odd if not isinstance(odd, bytes) else 7}, 0]})
    elif isinstance(odd, list | dict):
        value = json.dumps(odd)
    elif isinstance(odd, int) and odd > 2**62:
        value = str(odd)
    if value is None and column in ("first_total", "counted_at"):
        value = ""
    with closing(sqlite3.connect(kept.folder / "history.db")) as history:
        history.execute(f"UPDATE andon_daily_counts SET {column} = ?", (value,))
        history.commit()
    assert verdicts(run(kept)) == without_history(kept)


def test_counts_of_a_clock_that_was_wrong_are_not_believed(kept: Shop) -> None:
    run(kept, 1)
    with closing(sqlite3.connect(kept.folder / "history.db")) as history:
        history.execute("UPDATE andon_daily_counts SET counted_at = '2090-01-01T00:00:00+00:00'")
        history.commit()
    change(kept, repeat(DAYS, 8))
    assert verdicts(run(kept)) == without_history(kept)


# ---- tables that keep a few days only


def truncate(shop: Shop, last: int, days: int) -> None:
    """What a table has that keeps `days` days, on the day `last` days back."""
    change(
        shop,
        "CREATE TABLE IF NOT EXISTS all_events AS SELECT * FROM stg_events",
        "DELETE FROM stg_events",
        "INSERT INTO stg_events SELECT * FROM all_events WHERE CAST(timestamp AS DATE) BETWEEN "
        f"'{day(last + days - 1)}' AND '{day(last)}'",
    )


@pytest.mark.parametrize("stray_days", [[40], [20], [9], [40, 25, 12]])
@pytest.mark.parametrize("acts", ["gates", "recount"])
def test_stray_events_of_old_days_overwrite_no_remembered_day(
    kept: Shop, stray_days: list[int], acts: str
) -> None:
    """An event that comes a month late, into a table that keeps five days."""
    for back in range(21, 0, -1):
        truncate(kept, back, 5)
        run(kept, back)
    truncate(kept, 0, 5)
    before = verdicts(run(kept))
    for back in stray_days:
        values = f"('{day(back)} 12:00:00', 'cart')"
        change(kept, f"INSERT INTO stg_events (timestamp, event_name) VALUES {values}")
    if acts == "recount":
        recount(kept.config(), day(33), day(1), NOW)
    for _ in range(12):
        assert verdicts(run(kept)) == before
    change(kept, delete(0, 0, 0.83))
    report = run(kept)
    status = {verdict.id: verdict.status for verdict in report.checks}
    assert (status["volume_expected"], status["volume_zscore"]) == (Status.RED, Status.RED)


def stray(shop: Shop, *backs: int, events: int = 1) -> None:
    """Events that come late, of days so many days back."""
    values = ", ".join(f"('{day(back)} 12:00:00', 'cart')" for back in backs for _ in range(events))
    change(shop, f"INSERT INTO stg_events (timestamp, event_name) VALUES {values}")


def remembered_totals(shop: Shop) -> dict[date, int]:
    config = shop.config()
    series = (config.pipeline, fingerprint(config), day(130), day(0))
    known = open_history(config.history).daily_counts(*series)
    return {known_day: counts.counts.total for known_day, counts in known.items()}


def test_more_stray_days_than_real_ones_overwrite_no_day(kept: Shop) -> None:
    """A tenth of a usual day is a tenth of a real one, however many days have one event."""
    change(
        kept,
        "CREATE TABLE IF NOT EXISTS all_events AS SELECT stg_events.* FROM stg_events, range(20)",
    )
    for back in range(14, 0, -1):
        truncate(kept, back, 1)
        stray(kept, *range(35, 115))
        run(kept, back)
    before = remembered_totals(kept)
    truncate(kept, 0, 1)
    stray(kept, *range(3, 115))
    report = run(kept)
    after = remembered_totals(kept)
    assert [after[day(back)] for back in range(1, 15)] == [
        before[day(back)] for back in range(1, 15)
    ]
    status = {check.id: check.status for check in report.checks}
    assert status["volume_expected"] is status["volume_zscore"] is Status.GREEN


def spike(shop: Shop, *backs: int) -> None:
    """Days with a hundred and fifty times the events of a usual one."""
    days = ", ".join(f"'{day(back)}'" for back in backs)
    change(
        shop,
        "INSERT INTO stg_events SELECT stg_events.* FROM stg_events, range(149) "
        f"WHERE CAST(timestamp AS DATE) IN ({days})",
    )


@pytest.mark.parametrize("backs", [(3,), (5, 4, 3), (12, 11, 4, 3)])
def test_spikes_end_no_history(kept: Shop, backs: tuple[int, ...]) -> None:
    """A small shop's usual days are no stray ones beside some that are very big."""
    spike(kept, *backs)
    change(kept, delete(0, 0, 0.95))
    report = run(kept)
    expected = verdict_of(report, "volume_expected")
    assert expected.status is Status.RED
    spikes_at_a_level = 3 if backs == (5, 4, 3) else 0
    assert expected.details["history_days"] == DAYS - 1 - spikes_at_a_level
    assert verdicts(report) == without_history(kept)


def test_days_that_are_gone_stay_remembered_beside_spikes(kept: Shop) -> None:
    spike(kept, 25, 24, 23)
    run(kept, 1)
    before = remembered_totals(kept)
    truncate(kept, 0, 10)
    for _ in range(5):
        run(kept)
    after = remembered_totals(kept)
    assert {known_day: after[known_day] for known_day in before} == before


def test_a_flood_that_was_removed_is_not_remembered(kept: Shop) -> None:
    """The repair that the gate asks for: what the flood was says nothing of usual days."""
    change(kept, delete(DAYS, 15))
    for back in range(8, 2, -1):
        run(kept, back)
    change(kept, "CREATE TABLE before AS SELECT * FROM stg_events")
    spike(kept, 2)
    assert run(kept, 2).exit_code == 1
    change(kept, "DELETE FROM stg_events", "INSERT INTO stg_events SELECT * FROM before")
    assert run(kept, 2).warnings == ()
    assert verdicts(run(kept)) == without_history(kept)


def test_one_event_of_an_empty_day_is_no_difference(kept: Shop) -> None:
    run(kept, 1)
    stray(kept, *range(60, 110))
    assert [run(kept).warnings for _ in range(9)] == [()] * 9


def test_a_tenth_of_a_big_day_is_more_than_a_thousand(kept: Shop) -> None:
    """Strays before the window are next to nothing where a day has twenty thousand events."""
    big = "CREATE TABLE IF NOT EXISTS all_events AS SELECT stg_events.* FROM stg_events, range(200)"
    change(kept, big)
    for back in range(12, -1, -1):
        truncate(kept, back, 1)
        stray(kept, *range(20, 40), events=50)
        report = run(kept, back)
    status = {check.id: check.status for check in report.checks}
    assert status["volume_expected"] is status["volume_zscore"] is Status.GREEN


def verdict_of(report: Report, check: str) -> Any:
    return next(verdict for verdict in report.checks if verdict.id == check)


@pytest.mark.parametrize("reruns", [(2,), (5, 4, 3)])
def test_a_rerun_of_a_day_that_is_gone_keeps_its_count(kept: Shop, reruns: tuple[int, ...]) -> None:
    for back in range(21, -1, -1):
        truncate(kept, back, 1)
        run(kept, back)
    before = remembered_totals(kept)
    for back in reruns:
        report = run(kept, back, now=NOW)
        assert report.exit_code != 0
        assert any("the remembered count is kept; andon recount" in w for w in report.warnings)
    assert remembered_totals(kept) == before
    change(kept, delete(0, 0, 0.6))
    assert verdict_of(run(kept), "volume_expected").status is Status.RED


def test_a_rerun_of_a_day_that_was_cut_keeps_its_count(kept: Shop) -> None:
    """The table keeps so many hours, and the day's gate runs again in the evening."""
    for back in range(21, -1, -1):
        truncate(kept, back, 1)
        run(kept, back)
    before = remembered_totals(kept)
    change(kept, f"DELETE FROM stg_events WHERE timestamp < '{day(0)} 15:00:00'")
    run(kept, now=NOW + timedelta(hours=8))
    assert remembered_totals(kept) == before


def test_a_day_that_was_repaired_is_remembered_as_repaired(kept: Shop) -> None:
    """Loaded twice, found red, loaded again: the table holds that day alone, and all of it."""
    for back in range(21, 0, -1):
        truncate(kept, back, 1)
        run(kept, back)
    truncate(kept, 0, 1)
    change(kept, repeat(0, 0))
    assert verdict_of(run(kept), "volume_expected").status is Status.RED
    truncate(kept, 0, 1)
    assert run(kept).warnings == ()
    assert remembered_totals(kept)[day(0)] == 60


@pytest.mark.parametrize("unrecorded", [(3,), (1, 2)])
def test_a_day_that_nothing_remembers_is_missing_not_empty(
    kept: Shop, unrecorded: tuple[int, ...]
) -> None:
    for back in range(21, 0, -1):
        truncate(kept, back, 1)
        run(kept, back, record=back not in unrecorded)
    truncate(kept, 0, 1)
    change(kept, delete(0, 0, 0.6))
    report = run(kept)
    z, expected = verdict_of(report, "volume_zscore"), verdict_of(report, "volume_expected")
    assert expected.status is Status.RED
    gone = sorted(day(back) for back in unrecorded)
    assert list(z.details["missing"]) == list(expected.details["missing"]) == gone
    assert any("gone from the warehouse and not remembered" in w for w in report.warnings)
    assert list(verdict_of(run(kept), "volume_zscore").details["missing"]) == gone


def test_a_window_that_is_mostly_missing_is_unknown(kept: Shop) -> None:
    for back in range(21, 0, -1):
        truncate(kept, back, 1)
        run(kept, back, record=back > 5)
    truncate(kept, 0, 1)
    report = run(kept)
    status = {check.id: check.status for check in report.checks}
    assert status["volume_zscore"] is status["event_volume"] is Status.UNKNOWN


def test_names_beyond_the_thousandth_are_not_silent(kept: Shop) -> None:
    change(
        kept,
        "INSERT INTO stg_events (timestamp, event_name) SELECT timestamp + "
        "INTERVAL (n) SECOND, 'name ' || n FROM (SELECT DISTINCT date_trunc('day', timestamp) "
        "+ INTERVAL 9 HOUR AS timestamp FROM stg_events), range(1100) AS numbers(n)",
    )
    for back in range(12, -1, -1):
        truncate(kept, back, 1)
        report = run(kept, back)
    verdict = verdict_of(report, "event_volume")
    assert (verdict.status, verdict.details["new"]) == (Status.GREEN, [])
    assert verdict.details["events_of_other_names"] > 0
    assert verdict_of(report, "volume_zscore").status is Status.GREEN


@pytest.mark.parametrize("days", [2, 5, 7, 20])
def test_a_table_that_keeps_so_many_hours_halves_no_day(kept: Shop, days: int) -> None:
    """Its oldest day is half there: rows go by their age, and the gate runs at noon."""
    change(kept, "CREATE TABLE all_events AS SELECT * FROM stg_events")
    for back in range(21, -1, -1):
        change(
            kept,
            "DELETE FROM stg_events",
            "INSERT INTO stg_events SELECT * FROM all_events WHERE timestamp >= "
            f"'{day(back + days)} 12:00:00' AND timestamp < '{day(back - 1)}'",
        )
        report = run(kept, back)
    change(kept, "DELETE FROM stg_events", "INSERT INTO stg_events SELECT * FROM all_events")
    whole = {
        verdict.id: verdict.message for verdict in run(kept, use_history=False, record=False).checks
    }
    message = {verdict.id: verdict.message for verdict in report.checks}
    for check in ("volume_expected", "volume_zscore"):
        if check == "volume_expected" or days >= 7:
            assert message[check].split("=")[0] == whole[check].split("=")[0]
    with closing(sqlite3.connect(kept.folder / "history.db")) as history:
        rows = history.execute(
            "SELECT counts FROM andon_daily_counts WHERE day BETWEEN ? AND ?",
            (str(day(21)), str(day(1))),  # the first days were never whole
        )
        totals = [sum(json.loads(counts)["event name"][0].values()) for (counts,) in rows]
    assert set(totals) <= {0, 60, 100}


def test_an_outage_seven_days_ago_makes_no_new_shop(kept: Shop) -> None:
    """Its day is empty as the days are that a table no longer keeps."""
    change(kept, delete(7, 7))
    for back in range(21, 0, -1):
        truncate(kept, back, 2)
        run(kept, back)
    truncate(kept, 0, 2)
    status = {verdict.id: verdict.status for verdict in run(kept).checks}
    assert Status.UNKNOWN not in (status["volume_zscore"], status["event_volume"])


@pytest.mark.parametrize("days", [1, 2, 5, 7])
def test_days_that_are_gone_are_judged_as_remembered(kept: Shop, days: int) -> None:
    for back in range(21, 0, -1):
        truncate(kept, back, days)
        run(kept, back)
    truncate(kept, 0, days)
    change(kept, delete(0, 0, 0.6))
    report = run(kept)
    status = {verdict.id: verdict.status for verdict in report.checks}
    assert (status["volume_expected"], status["volume_zscore"]) == (Status.RED, Status.RED)
    assert report.exit_code == 1
    expected = next(verdict for verdict in report.checks if verdict.id == "volume_expected")
    assert any(stretch["gone"] for stretch in expected.details["remembered"])


def test_a_day_that_was_emptied_is_not_gone(kept: Shop) -> None:
    run(kept, 1)
    change(kept, f"DELETE FROM stg_events WHERE CAST(timestamp AS DATE) = '{day(3)}'")
    assert verdicts(run(kept)) == without_history(kept)


def test_the_judged_day_is_never_recalled(kept: Shop) -> None:
    run(kept)
    change(kept, "DELETE FROM stg_events")
    report = run(kept)
    assert report.exit_code != 0
    lag = next(verdict for verdict in report.checks if verdict.id == "freshness")
    assert lag.status is Status.RED


def test_no_pipeline_learns_for_ever(kept: Shop) -> None:
    """Gates that remember nothing, of a table that keeps two days; its orders are kept."""
    kept.settings["orders"] = {
        "table": "fct_attribution", "order_id": "transaction_id", "ordered_at": "purchase_time",
        "session_id": "lc_session_id", "revenue": "revenue",
    }  # fmt: skip
    truncate(kept, 0, 2)
    report = run(kept, use_history=False, record=False)
    unknown = [verdict for verdict in report.checks if verdict.status is Status.UNKNOWN]
    assert {verdict.id for verdict in unknown} == {
        "volume_zscore",
        "volume_expected",
        "event_volume",
    }
    assert unknown[0].message == (
        "z=unknown (bad_value: fewer than 7 days with events before, although orders are older "
        "than 7 days)"
    )
    assert report.exit_code == 2


def test_a_young_pipeline_learns(kept: Shop) -> None:
    truncate(kept, 0, 3)
    report = run(kept)
    assert report.exit_code == 0
    assert [verdict.id for verdict in report.checks if verdict.status is Status.SKIPPED][:1]


def test_recorded_evaluations_show_the_age(kept: Shop) -> None:
    for back in range(12, 0, -1):
        run(kept, back, remember=False)
    truncate(kept, 0, 2)
    report = run(kept)
    z = next(verdict for verdict in report.checks if verdict.id == "volume_zscore")
    assert z.message.endswith(f"though events were judged on {day(12)})")


# ---- andon recount


def test_recount_tells_what_changed(kept: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    run(kept, 1)
    change(kept, repeat(20, 20), delete(21, 21, 0.0))
    words = ["recount", "--config", str(kept.folder / "andon.yml")]
    assert main([*words, "--from", str(day(25)), "--to", str(day(15))]) == 0
    assert capsys.readouterr().out == (
        f"{day(20)}  60 remembered, 120 counted\n11 days counted, 1 changed\n"
    )
    config = kept.config()
    series = (config.pipeline, fingerprint(config), day(20), day(20))
    assert open_history(config.history).daily_counts(*series)[day(20)].counts.total == 120


def test_recount_keeps_days_that_are_gone(kept: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    run(kept, 1)
    truncate(kept, 0, 10)
    words = ["recount", "--config", str(kept.folder / "andon.yml")]
    main([*words, "--from", str(day(20)), "--to", str(day(5))])
    out = capsys.readouterr().out
    assert "gone from the warehouse: the remembered count is kept" in out
    assert out.endswith("16 days counted, 0 changed\n")


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        (day(1), day(2), "is after --to"),
        (day(2), RUN, "is not over"),
        (day(1200), day(1), "is more than 1100 days"),
    ],
)
def test_recount_refuses(kept: Shop, first: date, last: date, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        recount(kept.config(), first, last, NOW)


# ---- whose counts they are


@pytest.mark.parametrize(
    ("first_url", "other"),
    [
        ("postgresql://u:a@h/d?options=-csearch_path%3Da", "postgresql://u:a@h/d?options=-csearch_path%3Db"),
        ("postgresql://u@h/d", "postgresql://u@h/d?options=-c%20role%3Dreader"),
        ("postgresql://u@h/d", "postgresql://u@h2/d"),
        ("postgresql://u@h/d", "postgresql://u@h:5433/d"),
        ("snowflake://u@a/d/s?role=x", "snowflake://u@a/d/s?role=y"),
        ("trino://u@h/c/s1", "trino://u@h/c/s2"),
        ("databricks://token:t@h?catalog=a&schema=s", "databricks://token:t@h?catalog=b&schema=s"),
        ("mssql+pyodbc://?odbc_connect=SERVER%3Da%3BPWD%3Dx", "mssql+pyodbc://?odbc_connect=SERVER%3Db%3BPWD%3Dx"),
    ],
)  # fmt: skip
def test_another_target_is_another_series(first_url: str, other: str) -> None:
    assert target_of(first_url) != target_of(other)


@pytest.mark.parametrize(
    ("first_url", "other"),
    [
        ("postgresql://u:a@h/d", "postgresql+psycopg://v:b@h/d?application_name=x&connect_timeout=3"),
        ("postgresql://h/d?options=-csearch_path%3Da", "postgresql://h/d?options=-c%20search_path%3Da%20-c%20statement_timeout%3D5"),
        ("snowflake://u:a@a/d/s?role=x&warehouse=small", "snowflake://v:b@a/d/s?role=x&warehouse=big"),
        ("mssql+pyodbc://?odbc_connect=SERVER%3Da%3BPWD%3Dx", "mssql+pyodbc://?odbc_connect=SERVER%3Da%3BPWD%3Dy"),
    ],
)  # fmt: skip
def test_what_reads_the_same_is_the_same_series(first_url: str, other: str) -> None:
    assert target_of(first_url) == target_of(other)


def test_a_link_to_a_file_is_that_file(tmp_path: Path) -> None:
    file, link = tmp_path / "warehouse.duckdb", tmp_path / "link.duckdb"
    file.touch()
    link.symlink_to(file)
    assert target_of(f"duckdb:///{link}") == target_of(f"duckdb:///{file}")


def test_the_volume_page_shows_what_the_gate_judged(kept: Shop) -> None:
    for back in range(20, 0, -1):
        truncate(kept, back, 2)
        run(kept, back)
    truncate(kept, 0, 2)
    report = run(kept)
    z = next(verdict for verdict in report.checks if verdict.id == "volume_zscore")
    with open_context(kept.config(), DAY, NOW) as context:
        days = volume.read(context, days=10).days
    assert [counts.events for counts in days[-3:]] == [100, 100, 60]
    assert days[-1].z == z.value


def test_recount_of_a_day_that_was_emptied(kept: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    run(kept, 1)
    change(kept, delete(20, 20))
    words = ["recount", "--config", str(kept.folder / "andon.yml")]
    main([*words, "--from", str(day(20)), "--to", str(day(20))])
    assert capsys.readouterr().out == (
        f"{day(20)}  60 remembered, 0 counted\n1 day counted, 1 changed\n"
    )


def test_a_pipeline_whose_age_cannot_be_read_does_not_learn(kept: Shop) -> None:
    kept.settings["orders"] = {
        "table": "gone", "order_id": "transaction_id", "ordered_at": "purchase_time",
        "session_id": "lc_session_id", "revenue": "revenue",
    }  # fmt: skip
    truncate(kept, 0, 2)
    report = run(kept, use_history=False, record=False)
    z = next(verdict for verdict in report.checks if verdict.id == "volume_zscore")
    assert z.status is Status.UNKNOWN
    assert "the age of the pipeline is not known (table 'gone' does not exist" in z.message


def test_the_oldest_day_is_replaced_where_that_is_asked_for(
    kept: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first day of a young shop was loaded twice, remembered, and repaired."""
    change(kept, repeat(DAYS - 1, DAYS - 1))
    run(kept, 1)
    change(
        kept,
        f"DELETE FROM stg_events WHERE CAST(timestamp AS DATE) = '{day(DAYS - 1)}'",
    )
    stray(kept, DAYS - 1, events=50)
    first = str(day(DAYS - 1))
    words = ["recount", "--config", str(kept.folder / "andon.yml"), "--from", first, "--to", first]
    before = remembered_totals(kept)[day(DAYS - 1)]
    assert main(words) == 0
    assert "the remembered count is kept; --replace-oldest replaces it" in capsys.readouterr().out
    assert remembered_totals(kept)[day(DAYS - 1)] == before
    assert main([*words, "--replace-oldest"]) == 0
    assert capsys.readouterr().out.endswith(
        f"{first}  {before} remembered, 50 counted\n1 day counted, 1 changed\n"
    )
    assert remembered_totals(kept)[day(DAYS - 1)] == 50
    run(kept)
    assert remembered_totals(kept)[day(DAYS - 1)] == 50


@pytest.mark.parametrize("events", [3, 100])
def test_a_day_that_a_warning_names_can_be_replaced(kept: Shop, events: int) -> None:
    """Also where almost nothing is left of it, or where its own count was the fault."""
    change(kept, delete(DAYS, 1))
    spike(kept, 0)
    run(kept)
    change(kept, "DELETE FROM stg_events")
    stray(kept, 0, events=events)
    recount(kept.config(), day(0), day(0), NOW + timedelta(days=1), replaces_oldest=True)
    assert remembered_totals(kept)[day(0)] == events


def test_days_without_events_are_not_replaced(kept: Shop) -> None:
    run(kept, 1)
    truncate(kept, 0, 10)
    before = remembered_totals(kept)
    recount(kept.config(), day(20), day(5), NOW, replaces_oldest=True)
    assert remembered_totals(kept) == before


@pytest.mark.parametrize("strays", [(90,), (60, 41, 14), (33, 9), (12, 10), (14, 13, 12, 11, 10)])
@pytest.mark.parametrize("uses_history", [True, False])
def test_stray_events_of_before_do_not_begin_a_shop(
    kept: Shop, strays: tuple[int, ...], uses_history: bool
) -> None:
    """A shop's first week, with one late event of some days before it."""
    change(
        kept,
        delete(DAYS, 9),
        "CREATE TABLE days AS SELECT stg_events.* FROM stg_events, range(3)",
        "DELETE FROM stg_events",
        "INSERT INTO stg_events SELECT * FROM days",
    )
    clean = verdicts(run(kept, use_history=False, record=False))
    assert (
        verdict_of(run(kept, use_history=False, record=False), "volume_trend").status
        is Status.SKIPPED
    )
    stray(kept, *strays)
    assert verdicts(run(kept, use_history=uses_history, record=uses_history)) == clean


# ---- shops of other sizes


def fill(shop: Shop, events: Mapping[int, int], table: str = "stg_events") -> None:
    """So many events of each day so many days back; nothing else."""
    change(
        shop,
        f"DELETE FROM {table}",
        *(
            f"INSERT INTO {table} (timestamp, event_name) SELECT TIMESTAMP '{day(back)}' + "
            f"INTERVAL ({80000 // count} * n) SECOND, ['cart', 'page_viewed'][1 + n % 2] "
            f"FROM range({count}) numbers(n)"
            for back, count in events.items()
            if count
        ),
    )


def keep_days(shop: Shop, days: int, events: int, strays: Callable[[int], list[int]]) -> Report:
    """Gates over a table that keeps so many days, and the stray events of each load."""
    late: list[int] = []
    for back in range(16, -1, -1):
        late += [back + before for before in strays(back)]
        present = dict.fromkeys(range(back, back + days), events)
        fill(shop, present)
        stray(shop, *(old for old in late if old >= back + days), back + 300)
        report = run(shop, back)
    return report


@pytest.mark.parametrize("events", [14, 200])
@pytest.mark.parametrize("days", [1, 3])
@pytest.mark.parametrize(
    "strays",
    [lambda back: [5], lambda back: [4 + back % 7, 20], lambda back: [20, 60]],
    ids=["a week", "spread", "old"],
)
def test_a_stray_event_of_each_load_erases_no_memory(
    kept: Shop, events: int, days: int, strays: Callable[[int], list[int]]
) -> None:
    report = keep_days(kept, days, events, strays)
    totals = remembered_totals(kept)
    assert [totals[day(back)] for back in range(1, 16)] == [events] * 15
    for check in ("volume_zscore", "volume_expected", "event_volume"):
        assert verdict_of(report, check).status is Status.GREEN


@pytest.mark.parametrize("loaded", [(60,), (9,), (8,), (14, 13, 12)])
@pytest.mark.parametrize("share", [1.0, 0.5])
def test_old_days_that_are_loaded_again_alone_erase_no_memory(
    kept: Shop, loaded: tuple[int, ...], share: float
) -> None:
    keep_days(kept, 3, 100, lambda back: [])
    before = remembered_totals(kept)
    fill(kept, dict.fromkeys(range(3), 100) | dict.fromkeys(loaded, int(100 * share)))
    assert [run(kept).exit_code for _ in range(3)] == [0, 0, 0]
    after = remembered_totals(kept)
    others = [back for back in range(1, 16) if back not in loaded]
    assert [after[day(back)] for back in others] == [before[day(back)] for back in others]


@pytest.mark.parametrize("age", [9, 12, 20])
@pytest.mark.parametrize("factor", [30, 150])
@pytest.mark.parametrize("bad", [(1,), (2, 1)])
def test_bad_loads_of_a_young_shop_that_are_repaired_are_forgotten(
    kept: Shop, age: int, factor: int, bad: tuple[int, ...]
) -> None:
    good = dict.fromkeys(range(age), 100)
    for back in range(age - 1, 0, -1):
        days = {old: count for old, count in good.items() if old >= back}
        fill(kept, days | {old: 100 * factor for old in bad if old >= back})
        run(kept, back)
    fill(kept, good)
    assert verdicts(run(kept)) == without_history(kept)
    recount(kept.config(), day(max(bad)), day(1), NOW)
    assert {remembered_totals(kept)[day(back)] for back in range(1, age - 1)} == {100}


@pytest.mark.parametrize("days", [7, 8])
def test_a_day_without_events_a_week_ago_makes_no_shop_young(kept: Shop, days: int) -> None:
    counts = dict.fromkeys(range(40), 100) | {7: 0}
    for back in range(21, -1, -1):
        fill(kept, {old: counts[old] for old in range(back, min(back + days, 40))})
        report = run(kept, back)
    assert verdict_of(report, "volume_zscore").status is not Status.UNKNOWN
    assert report.exit_code != 2


@pytest.mark.parametrize(("small", "big"), [(10, 1000), (20, 4000)])
def test_a_shop_that_becomes_a_hundred_times_as_big_is_measured_on_every_day(
    kept: Shop, small: int, big: int
) -> None:
    """By the same verdicts with and without a history, and no name is forgotten for it."""
    for back in (30, *range(13, 3, -1)):
        fill(kept, {old: big if old <= 12 else small for old in range(back, 90)})
        report = run(kept, back)
        assert verdicts(report) == without_history_on(kept, back)
        assert report.exit_code == int(6 <= back <= 12)


def without_history_on(shop: Shop, back: int) -> list[tuple[str, str, Any]]:
    return verdicts(run(shop, back, use_history=False, record=False))


def test_a_name_that_fell_silent_before_a_shop_grew_is_still_silent(kept: Shop) -> None:
    fill(kept, {back: 5000 if back <= 12 else 50 for back in range(60)})
    change(kept, f"DELETE FROM stg_events WHERE event_name = 'cart' AND timestamp >= '{day(14)}'")
    report = run(kept)
    assert verdict_of(report, "event_volume").status is Status.RED
    assert "cart" in verdict_of(report, "event_volume").summary


def test_while_a_day_lasts_the_action_says_that_nothing_is_remembered(kept: Shop) -> None:
    kept.settings["data_lag_days"] = 0
    for back in range(20, -1, -1):
        fill(kept, dict.fromkeys(range(back, back + 3), 100))
        moment = {"date": day(back), "now": NOW - timedelta(days=back + 1)}
        report = run(kept, **moment)
    verdict = verdict_of(report, "volume_zscore")
    assert verdict.status is Status.UNKNOWN
    assert "unfinished days are not remembered" in verdict.action


@pytest.mark.parametrize("strays", [0, 2])
def test_reruns_of_gone_days_after_a_backfill_keep_their_counts(kept: Shop, strays: int) -> None:
    """A table of one day; the days 9 and 8 were loaded again, then the gates of later days ran."""
    for back in range(16, 0, -1):
        fill(kept, {back: 1000})
        run(kept, back)
    fill(kept, {9: 1000, 8: 1000})
    if strays:
        stray(kept, *range(2, 8), events=strays)
    for back in range(9, 1, -1):
        run(kept, back)
    totals = remembered_totals(kept)
    assert {totals[day(back)] for back in range(1, 17)} == {1000}
    fill(kept, {0: 500})
    assert run(kept).exit_code == 1


@pytest.mark.parametrize("bad", [(5, 4), (4,)])
@pytest.mark.parametrize("share", [0.5, 2])
def test_a_repaired_day_of_a_shop_that_shrank_is_forgotten(
    kept: Shop, bad: tuple[int, ...], share: float
) -> None:
    """The table keeps a week; what is big by what was long ago is not what is usual now."""
    good = {back: 100 + back % 7 if back <= 14 else 20000 for back in range(40)}
    for back in range(20, 0, -1):
        loaded = {day: good[day] * (150 if day in bad and back >= bad[-1] else 1) for day in good}
        fill(kept, {day: loaded[day] for day in range(back, back + 7)})
        run(kept, back)
    totals = remembered_totals(kept)
    assert [totals[day(back)] for back in bad] == [good[back] for back in bad]
    fill(kept, {back: good[back] for back in range(1, 7)} | {0: int(100 * share)})
    assert of_status(run(kept), "volume_zscore") is Status.RED


def of_status(report: Report, check: str) -> Status:
    return next(verdict.status for verdict in report.checks if verdict.id == check)


def test_days_without_a_gate_after_a_shop_shrank_are_not_missing(kept: Shop) -> None:
    good = {back: 100 + back % 5 if back <= 12 else 3000 for back in range(40)}
    for back in (*range(20, 4, -1), 0):
        fill(kept, {day: good[day] for day in range(back, back + 9)})
        report = run(kept, back)
    failing = [verdict for verdict in report.checks if verdict.status in FAILING]
    assert [verdict.id for verdict in failing] == ["volume_expected"]
    assert "; low since " in failing[0].message  # nobody accepted that it shrank
    assert "gone" not in failing[0].message + failing[0].summary
    assert remembered_totals(kept)[day(3)] == good[3]


@pytest.mark.parametrize("nights", [(1,), (5,), (9, 5, 2)])
def test_the_half_of_a_day_whose_night_had_no_gate_is_missing(
    kept: Shop, nights: tuple[int, ...]
) -> None:
    """A table of 36 hours has the second half of its oldest day, which nothing remembers."""
    for back in range(20, -1, -1):
        if back in nights:
            continue
        fill(kept, {back: 1000, back + 1: 1000})
        change(kept, f"DELETE FROM stg_events WHERE timestamp < '{day(back + 1)} 12:00:00'")
        report = run(kept, back)
    totals = remembered_totals(kept)
    assert {totals.get(day(back)) for back in range(1, 21)} == {1000, None}
    assert report.exit_code == 0
    assert "no comparison with" in report.warnings[0]
    assert str(day(nights[-1])) in report.warnings[0]


@pytest.mark.parametrize("events", [100, 1000])
def test_a_table_of_one_day_with_late_events_remembers_each_day(kept: Shop, events: int) -> None:
    for back in range(12, -1, -1):
        fill(kept, {back: events} | dict.fromkeys(range(back + 1, back + 10), 2))
        report = run(kept, back)
    totals = remembered_totals(kept)
    assert {totals[day(back)] for back in range(13)} == {events}
    assert of_status(report, "volume_zscore") is Status.GREEN
