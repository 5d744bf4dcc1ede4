"""Sixty days of a log with three sources, judged day by day as a gate at 06:00 judges them.

A source that is missing, halved or doubled is told on its day, and on no other day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa

from checks import DataMonitor, Verdict, load_config
from checks.config.model import Config
from checks.core.model import Status
from checks.evidence import runs
from checks.evidence.context import open_context
from checks.warehouse import Warehouse

FIRST = date(2025, 1, 6)
JUDGED = [FIRST + timedelta(days=number) for number in range(36, 60)]
SUNDAY = 6
#: Sources with the rows of a weekday; `app` does not come on Sundays.
USUAL = {"web": 9000, "market": 3000, "app": 1000}
OFF = (
    "rows_read", "run_status", "quarantine_rate", "freshness", "volume_zscore", "volume_expected",
    "event_volume", "volume_trend", "missing_revenue", "orphan_orders",
)  # fmt: skip


class Change(NamedTuple):
    """What is different on a day: times the usual rows; 0 for none. hours: how much later."""

    factor: float = 1.0
    hours: float = 0.0


CHANGES = {
    (JUDGED[3], "market"): Change(0),
    (JUDGED[8], "app"): Change(0.5),
    (JUDGED[11], "market"): Change(2),
    (JUDGED[16], "web"): Change(hours=4),
    (JUDGED[20], "app"): Change(0),
}
TOLD = {
    JUDGED[3]: "'market_…' is missing on ",
    JUDGED[8]: "'app_….csv' read ",
    JUDGED[11]: "'market_…' read ",
    JUDGED[16]: "'web' is missing on ",
    JUDGED[20]: "'app_….csv' is missing on ",
}


def _name(source: str, day: date) -> str:
    loaded = day - timedelta(days=1)
    return {"web": "web", "market": f"market_{loaded:%Y%m%d}"}.get(
        source, f"app_{loaded:%Y-%m-%d}.csv"
    )


def _rows() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for number in range(60):
        day = FIRST + timedelta(days=number)
        for place, (source, usual) in enumerate(USUAL.items()):
            change = CHANGES.get((day, source), Change())
            if not change.factor or (source == "app" and day.weekday() == SUNDAY):
                continue
            noise = 1 + (number * (7 + place) % 13 - 6) / 100
            weekend = 0.6 if day.weekday() >= SUNDAY - 1 else 1.0
            minutes = 60 * (4.5 + change.hours) + number * 5 % 11
            moment = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001
            rows.append({"run_at": moment, "name": _name(source, day),
                         "n": round(usual * change.factor * noise * weekend)})  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sources")
    engine = sa.create_engine(f"duckdb:///{path / 'warehouse.duckdb'}")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE runs (run_at TIMESTAMP, name VARCHAR, n BIGINT)"))
        connection.execute(sa.text("INSERT INTO runs VALUES (:run_at, :name, :n)"), _rows())
    engine.dispose()
    return path


def config(folder: Path, section: str = "") -> Config:
    off = ", ".join(f"{check}: {{enabled: false}}" for check in OFF)
    file = folder / "andon.yml"
    file.write_text(
        "pipeline: shop\nwarehouse: {url: 'duckdb:///warehouse.duckdb'}\n"
        "audit_log: {table: runs, run_at: run_at, source: name, rows_read: n}\n"
        f"checks: {{{off}}}\n{section}",
        encoding="utf-8",
    )
    return load_config(file)


def verdict(shop: Config, day: date, hour: int = 6) -> Verdict:
    now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    report = DataMonitor(shop).run(date=day, now=now)
    return {verdict.id: verdict for verdict in report.checks}["sources_complete"]


def test_every_change_is_told_on_its_day_and_no_other_day_is(folder: Path) -> None:
    shop = config(folder)
    for day in JUDGED:
        outcome = verdict(shop, day)
        if day in TOLD:
            assert outcome.status is Status.AMBER, day
            assert outcome.summary.startswith(TOLD[day])
        else:
            assert outcome.status is Status.GREEN, (day, outcome.summary)


def test_a_day_later_the_late_source_has_come(folder: Path) -> None:
    assert verdict(config(folder), JUDGED[16], hour=10).status is Status.GREEN


def test_listed_sources_stop_the_line_on_the_same_days(folder: Path) -> None:
    listed = 'web: {expected_by: "05:30"}, market: {}, app: {days: [mon, tue, wed, thu, fri, sat]}'
    shop = config(folder, f"sources: {{{listed}}}")
    missing = {JUDGED[3], JUDGED[16], JUDGED[20]}
    for day in JUDGED:
        status = verdict(shop, day).status
        assert (status is Status.RED) is (day in missing)
        assert (status is Status.AMBER) is (day in TOLD.keys() - missing)
    early = verdict(shop, JUDGED[16], hour=5)
    assert early.message == "sources=unknown (not_due: web is expected by 05:30)"
    assert early.retry


def test_the_runs_page_lists_what_the_check_misses(folder: Path) -> None:
    shop = config(folder)
    for day in (JUDGED[3], JUDGED[4]):
        now = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
        with open_context(shop, day - timedelta(days=1), now) as context:
            missing = runs.read(context).missing or ()
        outcome = verdict(shop, day)
        assert len(missing) == (outcome.threshold or 0) - (outcome.value or 0)
        assert [source.name for source in missing] == ["market_…"][: len(missing)]


def test_the_log_is_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    fetch = Warehouse.fetch

    def counted(self: Warehouse, statement: sa.Select[tuple[object, ...]]) -> object:
        sent.append(str(statement))
        return fetch(self, statement)

    monkeypatch.setattr(Warehouse, "fetch", counted)
    assert verdict(config(folder), JUDGED[0]).status is Status.GREEN
    assert len(sent) == 1
