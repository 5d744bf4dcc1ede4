"""What could not be measured is unknown: it is never green, and the gate exits with 2.

Proved for each check and each cause with a reading that fails, for errors that nobody foresaw, and
on every engine with tables and columns that are not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from checks import Status
from checks.catalog import all_checks
from checks.config.model import Config
from checks.core.errors import MeasurementError
from checks.core.model import Cause, Severity
from checks.core.timeframe import Timeframe, timeframe
from checks.evaluation.judgements import judge_all
from checks.evaluation.verdicts import plain_verdicts
from checks.judging.check import Check
from checks.judging.gate import exit_code
from checks.judging.unmeasured import unmeasured
from checks.measuring.measurements import Measurements
from checks.warehouse import Warehouse
from tests.engines import named
from tests.shop import NOW, RUN, Shop

CHECKS = [check.id for check in all_checks()]
Judged = Callable[[dict[str, Check]], dict[str, Status]]


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Config, Measurements]]:
    """A shop without fault, measured once: every check of it is green or has too few days."""
    folder = tmp_path_factory.mktemp("healthy")
    shop = Shop(folder, named("duckdb").warehouse(folder))
    shop.write()
    config = shop.config()
    with Warehouse(config.warehouse) as warehouse:
        yield config, Measurements(config, frame_of(config), warehouse)


def frame_of(config: Config) -> Timeframe:
    """The judged day."""
    return timeframe(NOW, config.timezone, run_date=RUN)


@pytest.fixture
def judged(healthy: tuple[Config, Measurements], monkeypatch: pytest.MonkeyPatch) -> Judged:
    """The statuses with some checks replaced."""

    def judge(replaced: dict[str, Check]) -> dict[str, Status]:
        config, measured = healthy
        checks = tuple(replaced.get(check.id, check) for check in all_checks())
        for module in ("judgements", "verdicts"):
            monkeypatch.setattr(f"checks.evaluation.{module}.all_checks", lambda: checks)
        frame = frame_of(config)
        judgements = judge_all(config, frame, measured, lambda text: None)
        return {verdict.id: verdict.status for verdict in plain_verdicts(config, frame, judgements)}

    return judge


def failing(check: str, error: Exception, step: str = "measure") -> dict[str, Check]:
    """The check, whose measuring or judging raises."""

    def fail(*arguments: Any) -> Any:
        raise error

    real = next(other for other in all_checks() if other.id == check)
    return {check: replace(real, **{step: fail})}


def test_without_a_fault_all_is_green(judged: Judged) -> None:
    statuses = judged({})
    assert set(statuses) == set(CHECKS)
    assert set(statuses.values()) <= {Status.GREEN, Status.SKIPPED}
    assert statuses.pop("volume_trend") is Status.SKIPPED  # 10 days make no trend
    assert Status.SKIPPED not in statuses.values()


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("check", CHECKS)
def test_no_cause_leaves_a_check_green(judged: Judged, check: str, cause: Cause) -> None:
    for retry in (True, False):
        statuses = judged(failing(check, MeasurementError(cause, "broken", retry=retry)))
        assert statuses[check] is Status.UNKNOWN
        assert exit_code(statuses.values(), strict=False) == 2
        assert exit_code(statuses.values(), strict=True) == 2


@pytest.mark.parametrize("step", ["measure", "judge"])
@pytest.mark.parametrize("check", CHECKS)
def test_what_nobody_foresaw_is_unknown_too(judged: Judged, check: str, step: str) -> None:
    for error in (ValueError("x"), KeyError("x"), ZeroDivisionError(), RecursionError(),
                  OverflowError(), TypeError(), AssertionError()):  # fmt: skip
        statuses = judged(failing(check, error, step))
        assert statuses[check] is Status.UNKNOWN
        assert exit_code(statuses.values(), strict=False) == 2


@pytest.mark.parametrize("severity", Severity)
def test_no_severity_softens_it(healthy: tuple[Config, Measurements], severity: Severity) -> None:
    config, measured = healthy
    settings = {
        name: replace(check_settings, severity=severity)
        for name, check_settings in config.checks.items()
    }
    config = replace(config, checks=settings)
    frame = frame_of(config)
    for check in all_checks():
        known = {check.id: unmeasured(check.metric, "x", MeasurementError(Cause.LOCKED, "x"))}
        judgements = judge_all(config, frame, measured, lambda text: None, known)
        statuses = {
            verdict.id: verdict.status for verdict in plain_verdicts(config, frame, judgements)
        }
        assert statuses[check.id] is Status.UNKNOWN


def needing(section: str) -> set[str]:
    """The checks that cannot do without a section."""
    return {
        check.id
        for check in all_checks()
        if any(need.partition(".")[0] == section for need in check.needs)
    }


@pytest.mark.parametrize("section", ["audit_log", "events", "orders", "sessions"])
def test_a_table_that_is_gone_is_unknown(shop: Shop, section: str) -> None:
    shop.set(section, table="gone")
    shop.write()
    report = shop.run()
    verdicts = {verdict.id: verdict for verdict in report.checks}
    stopped = needing(section) or {"orphan_orders"}
    assert {verdicts[check].status for check in stopped} == {Status.UNKNOWN}
    assert {verdicts[check].cause for check in stopped} == {Cause.MISSING_TABLE}
    assert (report.verdict, report.exit_code) == (Status.UNKNOWN, 2)


@pytest.mark.parametrize(
    ("section", "key", "checks"),
    [
        ("audit_log", "run_at", needing("audit_log")),
        ("audit_log", "rows_read", {"rows_read", "quarantine_rate"}),
        ("audit_log", "status", {"run_status"}),
        ("events", "occurred_at", needing("events")),
        ("events", "revenue", {"missing_revenue"}),
        ("orders", "ordered_at", {"orphan_orders"}),
        ("orders", "session_id", {"orphan_orders"}),
    ],
)
def test_a_column_that_is_gone_is_unknown(
    shop: Shop, section: str, key: str, checks: set[str]
) -> None:
    shop.set(section, **{key: "gone"})
    shop.write()
    report = shop.run()
    unknown = {verdict.id for verdict in report.checks if verdict.status is Status.UNKNOWN}
    assert checks <= unknown
    assert (report.verdict, report.exit_code) == (Status.UNKNOWN, 2)


def test_a_warehouse_that_is_gone_is_unknown(shop: Shop) -> None:
    shop.write()
    report = shop.run()
    assert report.exit_code == 0
    url = shop.url.replace("warehouse", "gone") if "///" in shop.url else f"{shop.url}_gone"
    shop.set("warehouse", url=url)
    report = shop.run()
    assert {verdict.status for verdict in report.checks} == {Status.UNKNOWN}
    assert report.exit_code == 2


@pytest.mark.parametrize(
    "query",
    ["WITH a AS (SELECT * FROM a) SELECT * FROM a",
     "SELECT *, max(client_id) OVER w FROM stg_events",
     "SELECT a.*, nothing(1) FROM stg_events AS a"],
)  # fmt: skip
def test_a_mistake_in_a_query_is_no_lost_connection(shop: Shop, query: str) -> None:
    """Waiting would mend nothing: `--wait` does not try again."""
    shop.set("events", table=None, query=query)
    shop.write()
    verdict = shop.verdicts()["freshness"]
    assert verdict.status is Status.UNKNOWN
    assert verdict.cause is not Cause.CONNECTION
    assert not verdict.retry
