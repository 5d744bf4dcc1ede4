"""A pipeline's name in a history belongs to one warehouse: no other one's waivers let it pass.

Two shops of one name and one history, on each engine: in two files, two databases, or two schemas
of one. What one shop is judged to be is compared with what it is without a history, and every row
of the other one's with what it was. The same shop under another user, driver, option or link is
the same; a moved one is, once somebody says so.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from checks import DataMonitor, Report, UsageError, evaluate
from checks.cli import main
from checks.core.model import Status
from checks.evaluation.validation import validate
from checks.evaluation.waiving import WaiverRequest, give
from checks.history import history_of, owned
from checks.history.tables import METADATA
from checks.history.time_limits import TimeLimits
from tests.engines import named
from tests.shop import DAY, NOW, RUN, Shop, log_entry

DAY_BEFORE = timedelta(days=1)
Twins = tuple[Shop, Shop]


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine: what is tried is not how fast it is."""
    monkeypatch.setattr(owned, "LIMITS", TimeLimits(60.0, 60.0))


def in_schema(url: str, schema: str) -> str:
    parsed = sa.make_url(url)
    engine = sa.create_engine(parsed, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    options = {"options": f"-csearch_path={schema}"}
    return parsed.update_query_dict(options).render_as_string(hide_password=False)


def two_schemas(folder: Path) -> tuple[str, str]:
    url = named("postgresql").warehouse(folder)
    return in_schema(url, "one"), in_schema(url, "other")


def two_of(engine: str) -> Callable[[Path], tuple[str, str]]:
    def urls(folder: Path) -> tuple[str, str]:
        (folder / "other").mkdir()
        return named(engine).warehouse(folder), named(engine).warehouse(folder / "other")

    return urls


PLACES = {
    "two DuckDB files": ("duckdb", two_of("duckdb")),
    "two SQLite files": ("sqlite", two_of("sqlite")),
    "two PostgreSQL databases": ("postgresql", two_of("postgresql")),
    "two PostgreSQL schemas": ("postgresql", two_schemas),
}


def shop_at(folder: Path, url: str, history: Path) -> Shop:
    """A red shop, whose check can be waived."""
    folder.mkdir(exist_ok=True)
    shop = Shop(folder, url)
    shop.settings["history"] = {"url": f"sqlite:///{history}"}
    shop.log.rows[-1] = log_entry(DAY, read=1000, quarantined=55)
    shop.write()
    return shop


@pytest.fixture(params=PLACES)
def twins(request: pytest.FixtureRequest, tmp_path: Path) -> Twins:
    """Two red shops; the first one's gate ran on two days, and its red is waived."""
    engine, urls = PLACES[request.param]
    named(engine).start(request)
    first, second = urls(tmp_path)
    own = shop_at(tmp_path / "a", first, tmp_path / "history.db")
    DataMonitor(own.config()).run(date=RUN - DAY_BEFORE, now=NOW - DAY_BEFORE, record=True)
    own.run(record=True)
    waive(own)
    history_of(own.config()).acknowledge("shop", "quarantine_rate", "Mia", "on it", NOW)
    return own, shop_at(tmp_path / "b", second, tmp_path / "history.db")


@pytest.fixture
def own(tmp_path: Path) -> Shop:
    """One red and waived shop in DuckDB."""
    shop = shop_at(tmp_path / "a", named("duckdb").warehouse(tmp_path), tmp_path / "history.db")
    shop.run(record=True)
    waive(shop)
    return shop


def waive(shop: Shop) -> None:
    config = shop.config()
    give(config, history_of(config), WaiverRequest("quarantine_rate", "Mia", "known", RUN), NOW)


def rows_of(shop: Shop) -> dict[str, list[tuple[object, ...]]]:
    """All that is kept of evaluations and people; daily counts are each warehouse's own."""
    names = METADATA.tables.keys() - {"andon_daily_counts"}
    with closing(sqlite3.connect(shop.folder.parent / "history.db")) as file:
        return {
            name: sorted(file.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for name in sorted(names)
        }


def essence(report: Report) -> list[object]:
    """What a person acts on."""
    checks = [
        (verdict.id, verdict.status, verdict.value, verdict.message, verdict.stop)
        for verdict in report.checks
    ]
    return [report.verdict, report.exit_code, report.waivers, *checks]


def warnings_of_owners(report: Report) -> list[str]:
    return [warning for warning in report.warnings if "andon history adopt" in warning]


def test_a_waiver_of_one_shop_does_not_let_another_pass(twins: Twins) -> None:
    own, other = twins
    before, waived = rows_of(own), own.run()
    assert waived.exit_code == 0
    report = other.run(record=True)
    without = evaluate(other.config(), date=RUN, now=NOW, use_history=False)
    assert essence(report) == essence(without)
    assert report.exit_code == 1
    assert {verdict.since for verdict in report.checks} == {DAY}
    assert all(verdict.acknowledgement is None for verdict in report.checks)
    assert len(warnings_of_owners(report)) == 1
    assert rows_of(own) == before
    after = own.run()
    assert essence(after) == essence(waived)
    assert after.checks == waived.checks
    assert warnings_of_owners(after) == []
    red = next(verdict for verdict in after.checks if verdict.id == "quarantine_rate")
    assert (red.since, red.since_days) == (DAY, 1)


def test_a_green_day_of_another_shop_rearms_and_closes_nothing(twins: Twins) -> None:
    own, other = twins
    before = rows_of(own)
    other.log.rows[-1] = log_entry(DAY)
    other.write()
    for back in (0, -400):  # what would be pruned is of the other shop as well
        day = RUN - timedelta(days=back)
        DataMonitor(other.config()).run(date=day, now=NOW - timedelta(days=back), record=True)
    assert rows_of(own) == before
    assert own.run().exit_code == 0


def test_after_adopting_it_is_the_same_shop_and_so_is_the_first(twins: Twins) -> None:
    own, other = twins
    config = other.config()
    for _ in range(2):
        assert main(["history", "adopt", "--owner", "Mia", "--config", str(config.path)]) == 0
    report = other.run(record=True)
    assert (report.exit_code, warnings_of_owners(report)) == (0, [])
    assert own.run().exit_code == 0
    assert len(history_of(own.config()).all_runs("shop", DAY)) == 2


@pytest.mark.parametrize(
    "words",
    [
        ("waive", "quarantine_rate", "--until", "2099-01-01", "--reason", "x", "--up-to", "1"),
        ("ack", "quarantine_rate", "--owner", "Jon"),
        ("waivers", "revoke", "1", "--owner", "Jon"),
        ("waivers",),
        ("history",),
        ("backfill", "--from", "2025-03-08", "--to", "2025-03-09"),
    ],
    ids=" ".join,
)
def test_acts_from_another_shop_are_refused(
    own: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    (tmp_path / "other").mkdir()
    other = shop_at(
        tmp_path / "b", named("duckdb").warehouse(tmp_path / "other"), tmp_path / "history.db"
    )
    before = rows_of(own)
    assert main([*words, "--config", str(other.config().path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "andon history adopt" in captured.err
    with pytest.raises(UsageError, match="andon history adopt"):
        DataMonitor(other.config()).backfill(RUN, RUN, now=NOW)
    assert rows_of(own) == before


def test_a_fresh_shop_learns_although_another_of_its_name_is_old(own: Shop, tmp_path: Path) -> None:
    """Recorded days of another warehouse do not make it unknown."""
    for back in range(40, 0, -10):
        before = timedelta(days=back)
        own.run(date=RUN - before, now=NOW - before, record=True)
    (tmp_path / "other").mkdir()
    fresh = shop_at(
        tmp_path / "b", named("duckdb").warehouse(tmp_path / "other"), tmp_path / "history.db"
    )
    for table, time in ((fresh.events, "timestamp"), (fresh.orders, "purchase_time")):
        table.rows = [row for row in table.rows if row[time].date() >= DAY]
    fresh.log.rows = fresh.log.rows[-1:]
    fresh.write()
    report = fresh.run(record=True)
    assert status_of(report, "volume_zscore") is Status.SKIPPED
    history_of(fresh.config()).adopt("shop", "Mia", NOW)
    assert status_of(fresh.run(), "volume_zscore") is Status.UNKNOWN


def status_of(report: Report, check: str) -> Status:
    return next(verdict.status for verdict in report.checks if verdict.id == check)


def linked(shop: Shop) -> str:
    link = shop.folder / "link.duckdb"
    link.symlink_to(sa.make_url(shop.url).database or "")
    return f"duckdb:///{link}"


def dotted(shop: Shop) -> str:
    path = Path(sa.make_url(shop.url).database or "")
    return f"duckdb:///{path.parent}/a/../{path.name}"


SAME: dict[str, Callable[[Shop], str]] = {
    "a link": linked,
    "another spelling of the path": dotted,
    "a relative path": lambda shop: (
        f"duckdb:///{os.path.relpath(sa.make_url(shop.url).database or '', shop.folder)}"
    ),
    "options": lambda shop: f"{shop.url}?threads=1&memory_limit=200MB",
}


@pytest.mark.parametrize("how", SAME)
def test_the_same_file_however_it_is_named(own: Shop, how: str) -> None:
    own.set("warehouse", url=SAME[how](own))
    report = own.run(record=True)
    assert (report.exit_code, warnings_of_owners(report)) == (0, [])


def test_the_same_database_whoever_signs_in(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    engine = named("postgresql")
    engine.start(request)
    shop = shop_at(tmp_path / "a", engine.warehouse(tmp_path), tmp_path / "history.db")
    shop.run(record=True)
    waive(shop)
    url = sa.make_url(shop.url)
    user = f"reader_{(url.database or '')[-8:]}"
    administrator = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with administrator.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {user} LOGIN PASSWORD 'hunter2'")
        connection.exec_driver_sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {user}")
    other = url.set(drivername="postgresql+psycopg", username=user, password="hunter2")
    other = other.update_query_dict({"connect_timeout": "9"})
    shop.set("warehouse", url=other.render_as_string(hide_password=False))
    report = shop.run(record=True)
    assert (report.exit_code, warnings_of_owners(report)) == (0, [])
    shop.set("warehouse", url=f"{shop.settings['warehouse']['url']}&options=-csearch_path%3Dnone")
    elsewhere = shop.run(record=True)
    assert len(warnings_of_owners(elsewhere)) == 1
    assert "hunter2" not in warnings_of_owners(elsewhere)[0]


def test_of_two_first_gates_at_once_one_is_the_owner(tmp_path: Path) -> None:
    shops = []
    for name in ("a", "b"):
        (tmp_path / f"warehouse_{name}").mkdir()
        url = named("duckdb").warehouse(tmp_path / f"warehouse_{name}")
        shops.append(shop_at(tmp_path / name, url, tmp_path / "history.db"))
    configs = [shop.config() for shop in shops]
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda it: evaluate(it, date=RUN, now=NOW, record=True), configs))
    assert sorted(len(warnings_of_owners(report)) for report in reports) == [0, 1]
    assert {report.exit_code for report in reports} == {1}
    rows = rows_of(shops[0])
    labels = {row[2] for row in rows["andon_pipelines"]}
    assert (len(labels), len(rows["andon_evaluations"])) == (1, 1)


def test_rows_without_a_time_of_another_shop_are_not_taken_for_known(
    own: Shop, tmp_path: Path
) -> None:
    lost = [dict(own.events.rows[0], timestamp=None) for _ in range(3)]
    own.events.rows += lost
    own.write()
    own.run(date=RUN - DAY_BEFORE, now=NOW - DAY_BEFORE, record=True)
    (tmp_path / "other").mkdir()
    other = shop_at(
        tmp_path / "b", named("duckdb").warehouse(tmp_path / "other"), tmp_path / "history.db"
    )
    other.events.rows += lost
    other.write()
    report = other.run()
    assert essence(report) == essence(
        evaluate(other.config(), date=RUN, now=NOW, use_history=False)
    )
    assert freshness(report) != freshness(own.run())


def freshness(report: Report) -> str:
    return next(verdict.message for verdict in report.checks if verdict.id == "freshness")


def test_validate_says_whose_the_name_is(own: Shop, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = shop_at(
        tmp_path / "b", named("duckdb").warehouse(tmp_path / "other"), tmp_path / "history.db"
    )
    warned = [line for line in validate(other.config()) if "andon history adopt" in line.text]
    assert [(line.ok, line.warns) for line in warned] == [(True, True)]
    assert not [line for line in validate(own.config()) if "andon history adopt" in line.text]
