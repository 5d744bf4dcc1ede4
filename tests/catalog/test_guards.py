"""The engine's own part of judging: mappings, failures inside a check, guards in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from checks.catalog import (
    all_checks,
    event_volume,
    get_check,
    log_entry_exists_today,
    missing_revenue,
    rows_read,
)
from checks.config.database import WarehouseConfig
from checks.config.model import (
    AuditLogSource,
    CheckSettings,
    Config,
    EventsSource,
    OrdersSource,
)
from checks.core.errors import MeasurementError
from checks.core.model import Cause, Judgement, Severity, Status
from checks.evaluation.judgements import _judge
from checks.evaluation.verdicts import _verdicts
from checks.measuring.measurements import Measurements
from tests.catalog.samples import FRAME, ZONE, circumstances, events, log, measured, waiver

CHECKS = {check.id: CheckSettings(params=check.params()) for check in all_checks()}
CONFIG = Config(
    path=Path("andon.yml"),
    pipeline="shop",
    timezone=ZONE,
    warehouse=WarehouseConfig("duckdb:///x.duckdb"),
    checks=CHECKS,
    audit_log=AuditLogSource("run_at", "read", "bad", table="log", source="file", status="status"),
    events=EventsSource("at", "name", table="events", revenue="revenue", order_id="order_id"),
    orders=OrdersSource("at", "session", table="orders", order_id="order_id"),
)


class Broken:
    """Measurements of which every reading fails in the same way."""

    has_events = has_audit_log = True

    def __init__(self, error: Exception) -> None:
        self._error = error

    def _fail(self) -> Any:
        raise self._error

    audit_log = events = daily_counts = orders = rejected = _fail


def judged(check_id: str, measured: object, config: Config = CONFIG) -> Judgement:
    check = get_check(check_id)
    return _judge(check, CHECKS[check_id], config, FRAME, cast("Measurements", measured))


@pytest.mark.parametrize("cause", list(Cause))
@pytest.mark.parametrize("check_id", list(CHECKS))
def test_what_cannot_be_read_is_unknown_with_its_cause(check_id: str, cause: Cause) -> None:
    judgement = judged(check_id, Broken(MeasurementError(cause, "it broke", retry=True)))
    metric = get_check(check_id).metric
    assert judgement.status is Status.UNKNOWN
    assert judgement.message == f"{metric}=unknown ({cause}: it broke)"
    assert (judgement.cause, judgement.retry) == (cause, True)
    assert judgement.action


@pytest.mark.parametrize("check_id", list(CHECKS))
def test_an_exception_inside_a_check_is_unknown_and_keeps_its_text(
    check_id: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ANDON_DEBUG", raising=False)
    judgement = judged(check_id, Broken(KeyError("duckdb://user:geheim@host")))
    assert (judgement.status, judgement.cause) == (Status.UNKNOWN, Cause.INTERNAL)
    assert judgement.message.endswith("=unknown (internal: KeyError inside the check)")
    assert "geheim" not in repr(judgement) + "".join(capsys.readouterr())


def test_a_traceback_is_shown_on_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANDON_DEBUG", "1")
    judged("freshness", Broken(KeyError("geheim")))
    text = capsys.readouterr().err
    assert "in _fail" in text
    assert "geheim" not in text


@pytest.mark.parametrize(
    ("check_id", "change", "reason"),
    [
        ("log_entry_exists_today", {"audit_log": None}, "audit_log is not mapped"),
        (
            "quarantine_rate",
            {"audit_log": None},
            "audit_log is not mapped, nor are quarantine and events",
        ),
        ("freshness", {"events": None}, "events is not mapped"),
        ("orphan_orders", {"orders": None}, "orders is not mapped"),
    ],
)
def test_a_check_whose_mapping_is_absent_is_skipped(
    check_id: str, change: Mapping[str, Any], reason: str
) -> None:
    judgement = judged(check_id, Broken(KeyError("not to be read")), replace(CONFIG, **change))
    assert judgement.status is Status.SKIPPED
    assert judgement.message == f"{get_check(check_id).metric}=skipped ({reason})"


def test_a_check_whose_column_is_not_mapped_is_skipped() -> None:
    assert CONFIG.audit_log is not None
    assert CONFIG.events is not None
    without = replace(
        CONFIG,
        audit_log=replace(CONFIG.audit_log, status=None),
        events=replace(CONFIG.events, revenue=None),
    )
    broken = Broken(KeyError("not to be read"))
    assert judged("run_status", broken, without).message == (
        "failed=skipped (audit_log.status is not mapped)"
    )
    assert judged("missing_revenue", broken, without).message == (
        "pct_missing_revenue=skipped (events.revenue is not mapped)"
    )
    assert CONFIG.is_mapped("audit_log.status")
    assert not without.is_mapped("audit_log.status")


GUARDED = ("rows_read", "run_status", "quarantine_rate")


def without_entry(**severities: Severity) -> dict[str, Judgement]:
    """Every check over the audit log on a day without an entry."""
    log_check = log_entry_exists_today.judge(log_entry_exists_today.Params(), log(), FRAME)
    nothing = rows_read.judge(rows_read.Params(), log(), FRAME)
    return {log_entry_exists_today.CHECK.id: log_check, **dict.fromkeys(GUARDED, nothing)}


@pytest.mark.parametrize(
    ("severity", "waived", "enabled", "status"),
    [
        (Severity.RED, False, True, Status.SKIPPED),
        (Severity.AMBER, False, True, Status.UNKNOWN),
        (Severity.RED, True, True, Status.SKIPPED),  # no waiver of it holds
        (Severity.RED, False, False, Status.UNKNOWN),
    ],
)
def test_only_a_red_entry_check_skips_others(
    severity: Severity, waived: bool, enabled: bool, status: Status
) -> None:
    entry_check = log_entry_exists_today.CHECK.id
    settings = {**CHECKS, entry_check: replace(CHECKS[entry_check], severity=severity)}
    judgements = without_entry()
    if not enabled:
        del judgements[entry_check]
    waivers = [waiver(entry_check, up_to=0)] if waived else []
    verdicts = _verdicts(replace(CONFIG, checks=settings), judgements, circumstances(*waivers))
    assert {v.status for v in verdicts if v.id in GUARDED} == {status}


def test_verdicts_keep_the_catalogs_order_whatever_guards_need() -> None:
    silent = events({"purchase": (22,) * 7 + (0,), "x": (50,) * 8}, bought=(22,) * 7 + (0,))
    judgements = {
        "missing_revenue": missing_revenue.judge(missing_revenue.Params(), silent, FRAME),
        "event_volume": event_volume.judge(event_volume.Params(), measured(silent), FRAME),
        **without_entry(),
    }
    verdicts = _verdicts(CONFIG, judgements, circumstances())
    order = [check.id for check in all_checks() if check.id in judgements]
    assert [verdict.id for verdict in verdicts] == order
    by_id = {verdict.id: verdict.status for verdict in verdicts}
    assert by_id["event_volume"] is Status.RED
    assert by_id["missing_revenue"] is Status.SKIPPED
