"""Promised: a decline of weeks says since when, by counts that are remembered as well; and where
`red_at` says so it stops the line, is an incident and can be waived like any other failure.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from checks import Report, Status
from checks.core.model import Verdict
from checks.evaluation.waiving import WaiverRequest, give
from checks.history import open_history
from tests.engines import named
from tests.shop import DAY, NOW, RUN, Shop, view

_DAYS, _DAYS_OF_LESS = 75, 6
_SINCE = "; a step down of 57 % on about 3 March, level since then."


@pytest.fixture
def sinking(tmp_path: Path) -> Shop:
    """A shop with less than half of its events since 3 March. Only the trend judges the volume."""
    duck = Shop(tmp_path, named("duckdb").warehouse(tmp_path))
    for back in range(_DAYS):
        day = DAY - timedelta(days=back)
        views = (30 if back < _DAYS_OF_LESS else 72) + back % 3
        duck.events.rows += [view(day, 23 * i / views, "seen") for i in range(views)]
    duck.events.rows = [row for row in duck.events.rows if row["event_name"] == "seen"]
    for check in ("volume_zscore", "volume_expected", "event_volume", "quarantine_rate",
                  "missing_revenue", "orphan_orders"):  # fmt: skip
        duck.parameters(check, enabled=False)
    duck.write()
    return duck


def trend(report: Report) -> Verdict:
    (verdict,) = [verdict for verdict in report.checks if verdict.id == "volume_trend"]
    return verdict


def test_it_warns_and_says_since_when(sinking: Shop) -> None:
    report = sinking.run()
    assert (trend(report).status, report.exit_code) == (Status.AMBER, 0)
    assert trend(report).summary.endswith(_SINCE)
    assert trend(report).action == (
        "Find out what changed on about 3 March, and for which names on the volume page."
    )


def test_it_says_the_same_by_remembered_counts(sinking: Shop) -> None:
    first = trend(sinking.run(record=True))
    sinking.write(f"DELETE FROM stg_events WHERE timestamp < '{DAY - timedelta(days=12)}'")
    again = trend(sinking.run())
    assert (again.summary, again.details["onset"]) == (first.summary, first.details["onset"])


def test_red_on_request_stops_the_line_until_it_is_waived(sinking: Shop) -> None:
    sinking.parameters("volume_trend", red_at=0.3)
    report = sinking.run(record=True)
    assert (trend(report).status, report.exit_code) == (Status.RED, 1)
    history = open_history(sinking.config().history)
    (incident,) = history.context("shop", DAY, now=NOW).incidents
    assert (incident.check, incident.opened_on) == ("volume_trend", DAY)
    wish = WaiverRequest("volume_trend", "Mia", "a known loss", RUN + timedelta(days=9))
    give(sinking.config(), history, wish, NOW)
    waived = sinking.run()
    assert (trend(waived).status, waived.exit_code) == (Status.WAIVED, 0)
