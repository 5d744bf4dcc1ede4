"""Daily counts: recent days are measured, settled ones remembered, none counted twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa

from checks import DataMonitor, Report
from checks.cli import main
from checks.core.counts import NAME
from checks.core.model import Verdict
from checks.evaluation.engine import evaluate
from checks.history import open_history
from checks.measuring.daily import fingerprint
from tests.shop import DAY, NOW, RUN, Shop, view

DAYS = 60
#: A statement and its values.
Sent = tuple[str, tuple[str, ...]]


@pytest.fixture
def long_shop(tmp_path: Path) -> Shop:
    """Sixty days, with a device on every event."""
    shop = Shop(tmp_path, f"duckdb:///{tmp_path / 'warehouse.duckdb'}")
    shop.events.columns["device"] = sa.String(20)
    shop.events.rows = [
        view(DAY - timedelta(days=back), 1 + number / 10) | {"device": ("ios", "web")[number % 2]}
        for back in range(DAYS)
        for number in range(60 if (DAY - timedelta(days=back)).weekday() < 5 else 40)
    ]
    shop.set("events", dimensions=["device"])
    shop.set("history", spot_check_days=0)
    shop.write()
    return shop


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[Sent]:
    """The statements that are sent to the warehouse, with their values."""
    from checks.warehouse.connection import Warehouse

    sent: list[Sent] = []
    fetch = Warehouse.fetch

    def noted(self: Warehouse, statement: sa.Select[Any]) -> Any:
        compiled = statement.compile()
        sent.append((str(compiled), tuple(map(str, compiled.params.values()))))
        return fetch(self, statement)

    monkeypatch.setattr(Warehouse, "fetch", noted)
    return sent


def run(shop: Shop, **options: Any) -> Report:
    return DataMonitor(shop.config()).run(**({"date": RUN, "now": NOW, "record": True} | options))


def verdict_of(report: Report, check: str) -> Verdict:
    return next(verdict for verdict in report.checks if verdict.id == check)


def scans(statements: list[Sent]) -> list[set[date]]:
    """The midnights that each statement which counts events names."""
    return [
        {scanned_day for value in values if (scanned_day := day_of(value)) is not None}
        for text, values in statements
        if "stg_events" in text and "count(*)" in text
    ]


def oldest_of(statements: list[Sent]) -> date:
    """The oldest day from which anything was counted."""
    return min(min(scan) for scan in scans(statements))


def day_of(value: str) -> date | None:
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        return None


def verdicts_of(report: Report) -> list[tuple[str, str, str, Any]]:
    return [
        (verdict.id, verdict.message, verdict.status.value, verdict.value)
        for verdict in report.checks
    ]


def test_the_second_evaluation_reads_only_the_recent_window(
    long_shop: Shop, statements: list[Sent]
) -> None:
    first = run(long_shop)
    assert oldest_of(statements) == DAY - timedelta(days=126)
    statements.clear()
    second = run(long_shop)
    assert verdicts_of(second) == verdicts_of(first)
    assert oldest_of(statements) == DAY - timedelta(days=7)


def test_the_next_day_too_reads_only_its_window(long_shop: Shop, statements: list[Sent]) -> None:
    yesterday = timedelta(days=1)
    run(long_shop, date=RUN - yesterday, now=NOW - yesterday)
    statements.clear()
    report = run(long_shop)
    assert oldest_of(statements) == DAY - timedelta(days=7)
    long_shop.set("history", url=f"sqlite:///{long_shop.folder / 'other.db'}")
    assert verdicts_of(run(long_shop)) == verdicts_of(report)


def test_days_that_no_evaluation_counted_are_counted_once(
    long_shop: Shop, statements: list[Sent]
) -> None:
    gap = timedelta(days=20)
    run(long_shop, date=RUN - gap, now=NOW - gap)
    statements.clear()
    report = run(long_shop)
    # Counted while late loads could change them: from the 7 days before that evaluation on.
    fill = [scan for scan in scans(statements) if min(scan) < DAY - timedelta(days=7)]
    assert {min(scan) for scan in fill} == {DAY - gap - timedelta(days=5)}
    statements.clear()
    assert verdicts_of(run(long_shop)) == verdicts_of(report)
    assert oldest_of(statements) == DAY - timedelta(days=7)


def test_without_a_history_the_verdict_is_the_same(long_shop: Shop, tmp_path: Path) -> None:
    kept = verdicts_of(run(long_shop))
    assert verdicts_of(run(long_shop)) == kept
    long_shop.settings["history"] = {"url": f"sqlite:///{tmp_path / 'no such folder' / 'h.db'}"}
    report = run(long_shop)
    assert verdicts_of(report) == kept
    assert not any("counts" in warning for warning in report.warnings)


def test_what_the_gate_says_while_it_counts(long_shop: Shop) -> None:
    messages: list[str] = []
    run(long_shop, progress=messages.append)
    assert "counting the events of 119 earlier days" in messages
    messages.clear()
    run(long_shop, progress=messages.append)
    assert not any(text.startswith("counting") for text in messages)


def change(shop: Shop, statement: str) -> None:
    with duckdb.connect(str(shop.folder / "warehouse.duckdb")) as connection:
        connection.execute(statement)


def test_a_late_load_within_the_settling_days_is_seen_and_told(long_shop: Shop) -> None:
    run(long_shop)
    day = DAY - timedelta(days=3)
    before = verdict_of(run(long_shop), "volume_expected").details["daily"]
    change(long_shop, f"INSERT INTO stg_events (timestamp, event_name) VALUES ('{day} 05:00', 'x')")
    judgement = verdict_of(run(long_shop), "volume_expected")
    (then,) = (day_counts["events"] for day_counts in before if day_counts["date"] == day)
    assert judgement.details["late_loads"] == [{"date": day, "first": then, "events": then + 1}]


def test_a_change_of_a_settled_day_is_not_seen(long_shop: Shop) -> None:
    run(long_shop)
    change(long_shop, f"DELETE FROM stg_events WHERE timestamp < '{DAY - timedelta(days=20)}'")
    kept = verdict_of(run(long_shop), "volume_expected")
    assert kept.details["history_days"] == DAYS - 1


@pytest.mark.parametrize(
    "changed",
    [
        {"table": "stg_events", "name": "device", "dimensions": []},
        {"dimensions": []},
        {"table": None, "query": "SELECT * FROM stg_events"},
    ],
)
def test_another_mapping_counts_anew(
    long_shop: Shop, statements: list[Sent], changed: dict[str, Any]
) -> None:
    run(long_shop)
    statements.clear()
    long_shop.set("events", **changed)
    run(long_shop)
    assert oldest_of(statements) == DAY - timedelta(days=126)


@pytest.mark.parametrize("where", ["timezone", "naive_timestamps"])
def test_another_zone_counts_anew(long_shop: Shop, where: str) -> None:
    before = fingerprint(long_shop.config())
    if where == "timezone":
        long_shop.settings["timezone"] = "Europe/Berlin"
    else:
        long_shop.set("warehouse", naive_timestamps="Europe/Berlin")
    assert fingerprint(long_shop.config()) != before


def test_what_does_not_decide_what_is_counted_keeps_the_counts(long_shop: Shop) -> None:
    before = fingerprint(long_shop.config())
    long_shop.set("events", revenue=None, partition=None)
    long_shop.parameters("volume_expected", widen=2.0)
    assert fingerprint(long_shop.config()) == before


def test_a_password_is_not_of_the_fingerprint(long_shop: Shop) -> None:
    long_shop.set("warehouse", url="postgresql+psycopg://andon:one@db/shop")
    fingerprint_before = fingerprint(long_shop.config())
    long_shop.set("warehouse", url="postgresql+psycopg://andon:two@db/shop")
    assert fingerprint(long_shop.config()) == fingerprint_before


def test_a_day_that_lasts_remembers_nothing(long_shop: Shop) -> None:
    noon = datetime(2025, 3, 8, 12, tzinfo=UTC)
    long_shop.settings["data_lag_days"] = 0
    report = run(long_shop, date=DAY, now=noon)
    assert verdict_of(report, "volume_expected").details["partial_day"] is True
    config = long_shop.config()
    history = open_history(config.history)
    first = DAY - timedelta(days=200)
    assert history.daily_counts(config.pipeline, fingerprint(config), first, DAY) == {}


def test_looking_remembers_nothing(long_shop: Shop) -> None:
    run(long_shop, record=False)
    assert not (long_shop.folder / "history.db").exists()
    run(long_shop, date=RUN - timedelta(days=1))
    config = long_shop.config()
    history = open_history(config.history)
    series = (config.pipeline, fingerprint(config), DAY - timedelta(days=400), DAY)
    before = history.daily_counts(*series)
    run(long_shop, record=False, now=NOW + timedelta(hours=1))
    assert history.daily_counts(*series) == before


@pytest.mark.parametrize("options", [(), ("--wait", "1s")])
def test_the_gate_remembers_also_while_it_waits(
    long_shop: Shop, statements: list[Sent], options: tuple[str, ...]
) -> None:
    words = ("gate", "--config", str(long_shop.folder / "andon.yml"), "--date", str(RUN))
    long_shop.config()
    main((*words, "--no-record"))
    statements.clear()
    main((*words, *options))
    assert oldest_of(statements) == DAY - timedelta(days=126)
    statements.clear()
    main((*words, *options))
    assert oldest_of(statements) == DAY - timedelta(days=7)


def test_what_is_remembered(long_shop: Shop) -> None:
    run(long_shop)
    config = long_shop.config()
    remembered = open_history(config.history).daily_counts(
        config.pipeline, fingerprint(config), DAY - timedelta(days=400), DAY
    )
    assert set(remembered) == {DAY - timedelta(days=back) for back in range(127)}
    counts = remembered[DAY].counts.by_dimension
    assert dict(counts[NAME].events) == {"page_viewed": 40}
    assert dict(counts["device"].events) == {"ios": 20, "web": 20}
    empty = remembered[DAY - timedelta(days=100)].counts
    assert (empty.total, dict(empty.by_dimension["device"].events)) == (0, {})


def test_a_dimension_that_is_not_there_spoils_only_its_check(long_shop: Shop) -> None:
    long_shop.set("events", dimensions=["device", "channel"])
    report = run(long_shop)
    names = verdict_of(report, "event_volume")
    assert names.message.startswith("silent=unknown (missing_column: ")
    assert "channel" in names.message
    assert verdict_of(report, "volume_expected").status.value == "green"


def test_values_beyond_two_hundred_are_one_number(long_shop: Shop) -> None:
    change(
        long_shop,
        "INSERT INTO stg_events (timestamp, event_name, device) SELECT TIMESTAMP "
        f"'{DAY} 06:00', 'x', 'rare ' || n FROM range(300) AS numbers(n)",
    )
    run(long_shop)
    config = long_shop.config()
    first = DAY - timedelta(days=1)
    remembered = open_history(config.history).daily_counts(
        config.pipeline, fingerprint(config), first, DAY
    )
    devices = remembered[DAY].counts.by_dimension["device"]
    assert (len(devices.events), devices.rest) == (200, 102)
    assert (devices.of("ios"), devices.of("rare 299")) == (20, None)
    assert remembered[first].counts.by_dimension["device"].rest == 0


def test_values_of_every_sort_are_inert_text(long_shop: Shop) -> None:
    odd = ["\x1b[31m", "=cmd()", "", " ", "Ä☂", "x" * 500]
    change(long_shop, f"UPDATE stg_events SET device = NULL WHERE timestamp >= '{DAY} 04:00'")
    with duckdb.connect(str(long_shop.folder / "warehouse.duckdb")) as connection:
        for value in odd:
            connection.execute(
                "INSERT INTO stg_events (timestamp, event_name, device) VALUES (?, 'x', ?)",
                [f"{DAY} 03:00", value],
            )
    run(long_shop)
    config = long_shop.config()
    remembered = open_history(config.history).daily_counts(
        config.pipeline, fingerprint(config), DAY, DAY
    )
    devices = remembered[DAY].counts.by_dimension["device"].events
    assert {"(null)", "\\u001b[31m", "=cmd()", "", " ", "Ä☂"} < set(devices)
    assert max(map(len, devices)) == 200 + len("…") + 8  # the digest keeps long ones apart


@pytest.fixture
def few_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three values of a dimension are told apart, where two hundred are."""
    monkeypatch.setattr("checks.measuring.daily.MOST_VALUES", 3)


def crowded(folder: Path, counts: dict[str, int]) -> Shop:
    """A shop with more devices than are told apart; `ios` ends 12 days before the last one."""
    shop = Shop(folder, f"duckdb:///{folder / 'warehouse.duckdb'}")
    shop.events.columns["device"] = sa.String(20)
    shop.events.rows = [
        view(DAY - timedelta(days=back), 1 + number / 100) | {"device": device}
        for back in range(DAYS)
        for device, count in counts.items()
        for number in range(0 if device == "ios" and back < 12 else count + back % 3)
    ]
    shop.set("events", dimensions=["device"])
    shop.write()
    return shop


@pytest.mark.usefixtures("few_values")
def test_of_the_values_that_were_too_many_the_largest_is_known(tmp_path: Path) -> None:
    """One that is among the others on other days has none where it has none."""
    shop = crowded(tmp_path, {"web": 90, "ios": 80, "tv": 30, "car": 20, "fridge": 9, "hat": 4})
    run(shop, date=RUN - timedelta(days=10), now=NOW - timedelta(days=10))
    config, second = shop.config(), DAY - timedelta(days=11)
    remembered = open_history(config.history).daily_counts(
        config.pipeline, fingerprint(config), second, second
    )
    devices = remembered[second].counts.by_dimension["device"]
    assert dict(devices.events) == {"web": 92, "ios": 0, "tv": 32}
    assert (devices.rest, devices.largest_of_rest) == (22 + 11 + 6, 22)
    assert (devices.at_most("ios"), devices.at_most("car"), devices.at_most("none")) == (0, 22, 22)


@pytest.mark.usefixtures("few_values")
@pytest.mark.parametrize("use_history", [True, False])
def test_a_value_that_died_is_told_where_others_take_its_place(
    tmp_path: Path, use_history: bool
) -> None:
    shop = crowded(tmp_path, {"web": 90, "ios": 80, "tv": 30, "car": 15, "fridge": 9, "hat": 4})
    told = []
    for back in range(13, -1, -1):
        days = timedelta(days=back)
        report = evaluate(
            shop.config(),
            now=NOW - days,
            record=use_history,
            use_history=use_history,
            explain=False,
        )
        told.append(verdict_of(report, "event_volume"))
    assert [verdict.status.value for verdict in told] == ["green"] * 2 + ["amber"] * 12
    assert "device=ios collapsed" in told[-1].summary
    assert "at this level since 25 February" in told[-1].summary
    if use_history:
        assert "ios collapsed on 8 March: at most 9, normal" in told[-1].summary
