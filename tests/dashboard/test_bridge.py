"""The bridge: one evaluation for everybody, the last good one under a lock, nothing recorded."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from checks import Report, Status, load_config
from checks.core.errors import HistoryError, MeasurementError, UsageError
from checks.core.model import Cause
from checks.evidence import volume
from checks.history import open_history
from dashboard import data
from tests.dashboard.conftest import DAY, NOW
from tests.dashboard.screen import Screen

Demo = Callable[..., Path]
Open = Callable[..., Screen]
NAME = "web-clickstream"


@pytest.fixture
def evaluated_days(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """Every evaluation that the bridge asks for."""
    evaluated_days: list[date] = []
    evaluate = data.evaluate

    def counting(config: Any, **options: Any) -> Report:
        evaluated_days.append(options["data_date"])
        return evaluate(config, **options)

    monkeypatch.setattr(data, "evaluate", counting)
    return evaluated_days


def test_many_looks_are_one_evaluation(
    demo: Demo, screen: Open, evaluated_days: list[date]
) -> None:
    screen(demo())
    for path in ("volume", "review", "overview"):
        Screen(path, {})
    assert evaluated_days == [DAY]


def test_another_day_is_another_evaluation(
    demo: Demo, screen: Open, evaluated_days: list[date]
) -> None:
    screen(demo())
    data.live_evaluation(NAME, DAY - timedelta(days=1))
    assert evaluated_days == [DAY, DAY - timedelta(days=1)]


def test_what_was_written_is_looked_at_again(
    demo: Demo, screen: Open, evaluated_days: list[date]
) -> None:
    screen(demo())
    data.invalidate(NAME)
    data.live_evaluation(NAME, DAY)
    assert evaluated_days == [DAY, DAY]


def test_looking_records_nothing(demo: Demo, screen: Open) -> None:
    folder = demo()
    config = load_config(folder / "andon.yml")
    before = open_history(config.history).all_runs(NAME, DAY)
    for path in ("overview", "review", "history"):
        screen(folder, path=path)
    assert open_history(config.history).all_runs(NAME, DAY) == before


def _locked(report: Report) -> Report:
    checks = tuple(
        replace(verdict, status=Status.UNKNOWN, cause=Cause.LOCKED) for verdict in report.checks
    )
    return replace(report, checks=checks, verdict=Status.UNKNOWN)


def test_under_a_lock_the_last_good_numbers_stay_and_it_is_said(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = screen(demo())
    good = data.live_evaluation(NAME, DAY)
    evaluate = data.evaluate
    monkeypatch.setattr(data, "evaluate", lambda *a, **k: _locked(evaluate(*a, **k)))
    monkeypatch.setattr(data, "now", lambda: NOW + timedelta(minutes=5))
    data.invalidate(NAME)
    page.run()
    assert data.live_evaluation(NAME, DAY) == replace(
        good, stale_reason="The warehouse is locked by its writer"
    )
    assert "The warehouse is locked by its writer" in page.text
    assert "now: ✗ RED at 07:10 UTC" in page.text


def test_under_a_lock_numbers_by_another_configuration_do_not_stay(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = demo()
    screen(folder)
    data.live_evaluation(NAME, DAY)
    os.utime(folder / "andon.yml", ns=(1, 1))
    evaluate = data.evaluate
    monkeypatch.setattr(data, "evaluate", lambda *a, **k: _locked(evaluate(*a, **k)))
    now = data.live_evaluation(NAME, DAY)
    assert (now.report.verdict, now.stale_reason) == (Status.UNKNOWN, None)


def test_under_a_lock_without_earlier_numbers_it_is_unknown(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate = data.evaluate
    monkeypatch.setattr(data, "evaluate", lambda *a, **k: _locked(evaluate(*a, **k)))
    page = screen(demo("all-green"))
    assert "now: ? UNKNOWN" in page.text
    assert "Gate and now differ." in page.text


def test_gate_and_now_differ_in_one_sentence(demo: Demo, screen: Open) -> None:
    folder = demo("orphan-orders")
    config = (folder / "andon.yml").read_text(encoding="utf-8")
    (folder / "andon.yml").write_text(
        config.replace("alert_above: 0,", "alert_above: 10,"), encoding="utf-8"
    )
    page = screen(folder)
    assert "gate: ✗ RED" in page.text
    assert "now: ✓ GREEN" in page.text
    assert "Gate and now differ. Since the gate ran, orphan_orders went from red to green" in (
        page.text
    )


def test_a_gate_that_was_not_run_is_never_green(demo: Demo, screen: Open) -> None:
    folder = demo("all-green")
    (folder / "history.db").unlink()
    page = screen(folder)
    assert "gate: ○ NOT RUN" in page.text
    assert "now: ✓ GREEN" in page.text
    assert "The gate was not run." in page.text


def test_evidence_that_fails_is_an_answer(demo: Demo, screen: Open) -> None:
    folder = demo()
    screen(folder)
    (folder / "warehouse.duckdb").unlink()
    data.invalidate(NAME)
    answer = data.evidence(volume.read, NAME, DAY, days=21)
    assert answer.value is None
    assert "does not exist" in (answer.problem or "")


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (
            MeasurementError(Cause.LOCKED, "locked for 1 s (IO Error: /srv/shop.db, PID 4711)"),
            "The warehouse is locked by its writer. It is read again at the next evaluation.",
        ),
        (MeasurementError(Cause.TIMEOUT, "not finished in time"), "not finished in time (timeout)"),
        (
            MeasurementError(Cause.MISSING_COLUMN, "table 'a' has no column 'b'"),
            "table 'a' has no column 'b' (missing column)",
        ),
        (UsageError("that day has not begun"), "that day has not begun"),
    ],
)
def test_why_evidence_is_missing(
    error: Exception, problem: str, demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen(demo())

    def refused(context: object) -> None:
        raise error

    monkeypatch.setattr("checks.evidence.volume.read", refused)
    assert data.evidence(volume.read, NAME, DAY).problem == problem


def test_evidence_that_breaks_tells_no_more_than_its_kind(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen(demo())

    def broken(context: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("checks.evidence.volume.read", broken)
    answer = data.evidence(volume.read, NAME, DAY)
    assert answer.problem == "internal error: RuntimeError"


def _second(folder: Path, name: str) -> Path:
    """The same pipeline under another name."""
    text = (folder / "andon.yml").read_text(encoding="utf-8")
    file = folder / f"{name}.yml"
    file.write_text(text.replace("pipeline: web-clickstream", f"pipeline: {name}"), "utf-8")
    return file


def test_three_pipelines_have_a_lamp_each_the_worst_first(demo: Demo, screen: Open) -> None:
    good, bad = demo("all-green"), demo("no-run")
    page = screen(_second(good, "alpha"), _second(bad, "beta"), _second(good, "gamma"))
    names = re.findall(r"<h2><a [^>]*>(\w+)</a>", page.html)
    assert names == ["beta", "alpha", "gamma"]
    assert page.text.startswith("Overview")
    assert "1 of 3 pipelines must not be refreshed. Nobody is on it." in page.text
    assert page.html.count('class="mini-lamp s-red on"') == 1


def test_a_pipeline_is_chosen_by_the_address(demo: Demo, screen: Open) -> None:
    good, bad = demo("all-green"), demo("no-run")
    page = screen(_second(good, "alpha"), _second(bad, "beta"), pipeline="beta")
    assert "now: ✗ RED" in page.text
    assert page.at.selectbox(key="frame:pipeline").value == "beta"


def test_a_broken_configuration_does_not_hide_the_others(demo: Demo, screen: Open) -> None:
    folder = demo("all-green")
    broken = folder / "broken.yml"
    broken.write_text("pipeline: 7\n", encoding="utf-8")
    page = screen(folder, broken)
    assert "? UNKNOWN all-green/broken.yml" in page.text
    assert "The configuration cannot be used" in page.text
    assert "✓ GREEN web-clickstream" in page.text
    assert page.text.index("broken.yml") < page.text.index("✓ GREEN web-clickstream")


def test_a_changed_configuration_is_read_again(demo: Demo, screen: Open) -> None:
    folder = demo("all-green")
    page = screen(folder)
    file = folder / "andon.yml"
    file.write_text(
        file.read_text(encoding="utf-8") + "\ndashboard: {refresh_seconds: 7}\n", encoding="utf-8"
    )
    page.run()
    assert data.pipeline(NAME).config.dashboard.refresh_seconds == 7


def test_a_report_that_could_not_be_read_once_is_read_again(
    demo: Demo, screen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = demo()
    screen(folder)
    (kept, *_) = data.recorded_days(NAME, DAY, 30).evaluations
    history = data.history

    def locked(name: str) -> Any:
        raise HistoryError("locked")

    monkeypatch.setattr(data, "history", locked)
    assert data.recorded_report(NAME, kept.id).problem == "locked"
    monkeypatch.setattr(data, "history", history)
    answer = data.recorded_report(NAME, kept.id)
    assert (answer.problem, answer.value is not None) == (None, True)
