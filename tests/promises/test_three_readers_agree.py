"""The gate, the pages and `andon explain` are one set of checks: the same verdicts and limits.

Proved on shops with one and with several faults: the gate's JSON against the bridge that every
page asks, against Python, and against the rules and parameters that `explain` prints.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from checks import DataMonitor, Status
from checks.catalog import all_checks, get_check
from checks.cli import main
from checks.core.serialise import to_dict
from checks.demo import SCENARIOS, write_demo
from tests.shop import DAY, RUN

NAME = "web-clickstream"
NOW = datetime(2025, 3, 9, 7, 10, tzinfo=UTC)
Bridge = Callable[[Path], Any]


@pytest.fixture
def bridge(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bridge]:
    """What the pages ask, at a fixed time."""
    import streamlit as st

    from dashboard import data
    from dashboard.data import kept

    def forget() -> None:
        st.cache_resource.clear()
        kept._LAST_GOOD.clear()

    def ask(config: Path) -> Any:
        forget()
        monkeypatch.setenv("ANDON_CONFIGS", str(config))
        return data.live_evaluation(NAME, DAY).report

    monkeypatch.setattr(data, "now", lambda: NOW)
    yield ask
    forget()


def verdicts(checks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The verdicts without what the history adds: the pages read it on their own."""
    history = ("since", "acknowledgement", "waiver")
    return [{key: verdict[key] for key in verdict if key not in history} for verdict in checks]


@pytest.mark.parametrize("scenario", ["missing-identity", "no-run", "dead-checkout-pixel"])
def test_the_same_verdicts_everywhere(
    tmp_path: Path, bridge: Bridge, capsys: pytest.CaptureFixture[str], scenario: str
) -> None:
    config = write_demo(
        tmp_path / "demo", today=RUN, scenario=scenario, days=23, events_per_day=2000,
        backfill_days=0,
    ).config  # fmt: skip
    words = ["gate", "--config", str(config), "--date", str(RUN), "--no-record"]
    code = main([*words, "--format", "json"])
    gate = json.loads(capsys.readouterr().out)
    pages = to_dict(bridge(config))
    python = to_dict(DataMonitor(config).run(date=RUN, now=NOW))
    assert code == gate["exit_code"] == pages["exit_code"] == python["exit_code"]
    assert verdicts(gate["checks"]) == verdicts(json.loads(json.dumps(pages["checks"])))
    assert verdicts(gate["checks"]) == verdicts(json.loads(json.dumps(python["checks"])))
    for key in ("verdict", "summary", "data_date", "run_date"):
        assert gate[key] == pages[key] == python[key]
    red = {row["id"] for row in gate["checks"] if row["status"] == Status.RED}
    assert red == set(SCENARIOS[scenario].expected_red)


NL_CHECKS = "\nchecks:\n"
LIMITS = {
    "quarantine_rate": ("alert_above", 0.031), "freshness": ("max_lag_hours", 7.5),
    "volume_zscore": ("alert_at", 2.75), "missing_revenue": ("alert_at", 0.023),
    "orphan_orders": ("alert_above", 3),
}  # fmt: skip


def test_explain_tells_the_limits_that_are_judged_by(
    tmp_path: Path, bridge: Bridge, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write_demo(
        tmp_path / "demo", today=RUN, days=23, events_per_day=2000, backfill_days=0
    ).config
    text = config.read_text(encoding="utf-8")
    limits = "".join(f"  {check}: {{{key}: {value}}}\n" for check, (key, value) in LIMITS.items())
    config.write_text(f"{text.partition(NL_CHECKS)[0]}{NL_CHECKS}{limits}", encoding="utf-8")
    judged = {verdict.id: verdict for verdict in bridge(config).checks}
    for check, (key, value) in LIMITS.items():
        assert main(["explain", check, "--config", str(config)]) == 0
        output = capsys.readouterr().out
        row = next(line.split() for line in output.splitlines() if line.split()[:1] == [key])
        assert float(row[1]) == value == judged[check].threshold


def test_explain_tells_the_rules_of_the_catalog(capsys: pytest.CaptureFixture[str]) -> None:
    for check in all_checks():
        assert main(["explain", check.id]) == 0
        output = capsys.readouterr().out
        assert f"Rule: {check.rule}" in output
        assert f"When it fails: {get_check(check.id).advice}" in output
