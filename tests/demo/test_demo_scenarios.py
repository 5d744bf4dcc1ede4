"""Every scenario is a test of the product: these checks turn red, and no others, on the days that
the last run loads.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from checks.core.errors import UsageError
from checks.core.model import Report, Status
from checks.demo import DEFAULT_SCENARIO, SCENARIOS, write_demo
from checks.demo.scenarios import find_scenario
from checks.monitor import DataMonitor

#: What is not measured when the checks above are red; everything else must be green.
WITHOUT_RUN = {
    "rows_read", "run_status", "sources_complete", "quarantine_rate", "missing_revenue",
    "orphan_orders",
}  # fmt: skip
SKIPPED = {
    "dead-checkout-pixel": {"missing_revenue", "orphan_orders"},
    "no-run": WITHOUT_RUN,
    "weekdays-only": WITHOUT_RUN,
}
VALUES = {
    "missing-identity": {"orphan_orders": 4},
    "dead-checkout-pixel": {"event_volume": 1},
    "orphan-orders": {"orphan_orders": 7},
    "no-run": {"log_entry_exists_today": 0},
    "weekdays-only": {"log_entry_exists_today": 0},
    "three-sources": {"sources_complete": 2},
    "hourly-loads": {"log_entry_exists_today": 24, "run_status": 3},
}


#: Each purchase is there twice, and the table has twice what the log says.
AMBER = {"loaded-twice": {"orphan_orders"}}
WARNED = {"loaded-twice"}
#: What explains each red check; no single cause explains purchases at random, or four orders.
EXPLAINED = {
    "dead-checkout-pixel": {"event_volume": "name_stopped"},
    "loaded-twice": dict.fromkeys(("volume_zscore", "volume_expected"), "loaded_twice"),
    "late-load": dict.fromkeys(("freshness", "volume_zscore", "volume_expected"), "hours_missing"),
    "no-run": dict.fromkeys(SCENARIOS["no-run"].expected_red, "no_load"),
    "weekdays-only": dict.fromkeys(SCENARIOS["weekdays-only"].expected_red, "no_load"),
    "closed-on-sundays": dict.fromkeys(
        ("freshness", "volume_zscore", "volume_expected"), "hours_missing"
    ),
}


def judged(folder: Path, scenario: str, today: date, seed: int = 7) -> Report:
    demo = write_demo(
        folder / "demo", today=today, scenario=scenario, days=23, events_per_day=2000,
        backfill_days=0, seed=seed,
    )  # fmt: skip
    return DataMonitor(demo.config).run(date=demo.run_date)


@pytest.mark.parametrize(
    "today", [date(2025, 3, 9), date(2024, 2, 29), date(2025, 7, 1), date(2025, 9, 15)]
)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_turns_exactly_its_checks_red(
    tmp_path: Path, scenario: str, today: date
) -> None:
    report = judged(tmp_path, scenario, today, seed=today.day)
    days = report.by_day()
    by_status = {status: set[str]() for status in Status}
    for check in (check for day in days for check in day.checks):
        by_status[check.status].add(check.id)
    assert by_status[Status.RED] == set(SCENARIOS[scenario].expected_red)
    explained = {
        c.id: c.explanation for day in days for c in day.checks if c.explanation is not None
    }
    if scenario == "missing-identity":  # so few rows do not always say since which hour
        assert set(explained) == {"quarantine_rate"}
        assert explained["quarantine_rate"].evidence["value"] == "Shop app"
    else:
        assert {check: e.kind for check, e in explained.items()} == EXPLAINED.get(scenario, {})
    # So few days make no trend.
    assert by_status[Status.SKIPPED] == SKIPPED.get(scenario, set()) | {"volume_trend"}
    assert by_status[Status.AMBER] == AMBER.get(scenario, set())
    assert not by_status[Status.UNKNOWN]
    assert report.verdict is (Status.RED if by_status[Status.RED] else Status.GREEN)
    assert bool(report.warnings) == (scenario in WARNED)
    values = {check.id: check.value for check in report.checks}
    for check_id, value in VALUES.get(scenario, {}).items():
        assert values[check_id] == value


def test_the_default_stops_the_line_for_its_quarantine_rate(tmp_path: Path) -> None:
    report = judged(tmp_path, DEFAULT_SCENARIO, date(2025, 3, 9))
    (rate,) = [check for check in report.checks if check.id == "quarantine_rate"]
    assert rate.value == pytest.approx(0.0582, abs=0.0005)
    assert not rate.stop
    assert report.exit_code == 1


@pytest.mark.parametrize(
    ("name", "hint"),
    [("all-gren", "did you mean 'all-green'?"), ("x\n", r"unknown scenario 'x\u000a'. Known: ")],
)
def test_an_unknown_scenario_is_refused_with_what_is_known(name: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        find_scenario(name)
    assert hint in str(refused.value)
    assert "Known: missing-identity, all-green, dead-checkout-pixel" in str(refused.value)
