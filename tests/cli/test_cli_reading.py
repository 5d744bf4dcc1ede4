"""Commands that show or fill: history, backfill, explain, validate, demo."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from checks.catalog import all_checks
from checks.config import load_config
from checks.core.errors import UsageError
from checks.core.model import Status
from checks.history import open_history
from tests.cli.andon_results import Andon
from tests.cli.fake_engine import FakeEngine, report, verdict
from tests.moment import today


def test_history_is_one_line_a_data_date(andon: Andon, folder: Path) -> None:
    history = open_history(load_config(folder / "andon.yml").history)
    red = (verdict(status=Status.RED), verdict("freshness", Status.AMBER), verdict("rows_read"))
    for verdicts, day in (
        ((verdict(),), date(2025, 3, 7)),
        (red, date(2025, 3, 9)),
        ((verdict(),), date(2025, 2, 1)),
    ):
        history.record(report(*verdicts, run_date=day))
    result = andon("history")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        "2025-03-08  ✗ RED      evaluated 2025-03-09 06:12 UTC  quarantine_rate, freshness (amber)",
        "2025-03-06  ✓ GREEN    evaluated 2025-03-09 06:12 UTC",
    ]
    assert len(andon("history", "--days", "60").out.splitlines()) == 3
    assert len(andon("history", "--days", "1").out.splitlines()) == 1


def test_a_history_without_entries_says_so(andon: Andon) -> None:
    result = andon("history")
    assert (result.code, result.out.startswith("nothing is recorded yet")) == (0, True)


def test_damaged_evaluations_are_not_called_nothing(andon: Andon, folder: Path) -> None:
    file = folder / "history.db"
    open_history(load_config(folder / "andon.yml").history).record(report(verdict()))
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE andon_evaluations SET evaluated_at = 'x'")
        connection.commit()
    result = andon("history")
    assert (result.code, result.out) == (0, "")
    assert "1 evaluation is damaged: left out" in result.err


def test_backfill_judges_and_keeps_each_run_date(
    andon: Andon, engine: FakeEngine, folder: Path
) -> None:
    engine.answer([verdict()], [verdict(status=Status.RED)], [verdict(status=Status.AMBER)])
    result = andon("backfill", "--from", "2025-02-27", "--to", "2025-03-01")
    assert (result.code, result.err) == (0, "")
    assert [line.split()[:3] for line in result.out.splitlines()] == [
        ["2025-02-26", "✓", "GREEN"],
        ["2025-02-27", "✗", "RED"],
        ["2025-02-28", "!", "AMBER"],
    ]
    history = open_history(load_config(folder / "andon.yml").history)
    days = [evaluation.run_date for evaluation in history.evaluations("shop")]
    assert days == [date(2025, 3, 1), date(2025, 2, 28), date(2025, 2, 27)]


def test_a_day_that_cannot_be_judged_fails_the_backfill_at_its_end(
    andon: Andon, engine: FakeEngine
) -> None:
    engine.answer([verdict(status=Status.UNKNOWN)], [verdict()])
    result = andon("backfill", "--from", "2025-02-27", "--to", "2025-02-28")
    assert result.code == 2
    assert len(result.out.splitlines()) == 2


def test_what_is_not_kept_is_not_backfilled(andon: Andon, engine: FakeEngine, folder: Path) -> None:
    (folder / "history.db").write_bytes(b"this is not a database" * 100)
    result = andon("backfill", "--from", "2025-02-27", "--to", "2025-02-28")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: history ")


def test_a_range_that_ends_before_it_begins(andon: Andon, engine: FakeEngine) -> None:
    result = andon("backfill", "--from", "2025-03-02", "--to", "2025-03-01")
    assert result.code == 2
    assert "--from 2025-03-02 is after --to 2025-03-01" in result.err
    assert engine.calls == []


@pytest.mark.odd_days
@pytest.mark.parametrize(("ahead", "code"), [(0, 0), (1, 2)])
def test_a_range_ends_today_at_the_latest(
    andon: Andon, engine: FakeEngine, ahead: int, code: int
) -> None:
    first, last = (today() + timedelta(days=days) for days in (-1, ahead))
    result = andon("backfill", "--from", str(first), "--to", str(last))
    assert result.code == code
    message = f"{last} is in the future; today is {today()}"
    assert (message in result.err, engine.calls == []) == (code != 0, code != 0)


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.id)
def test_every_check_is_explained(andon: Andon, check: Any) -> None:
    result = andon("explain", check.id)
    assert (result.code, result.err) == (0, "")
    for words in (check.id, check.rule, check.why, check.advice, "Parameters (as configured)"):
        assert words in result.out


def test_explain_shows_the_configured_values(andon: Andon, folder: Path) -> None:
    rows = [line.split() for line in andon("explain", "quarantine_rate").out.splitlines()]
    assert any(row[:2] == ["alert_above", "0.04"] for row in rows)
    assert any(row[:3] == ["owner", "Data", "Platform"] for row in rows)
    assert any(row[:2] == ["enabled", "true"] for row in rows)


def test_explain_needs_no_configuration(andon: Andon, folder: Path) -> None:
    (folder / "andon.yml").unlink()
    result = andon("explain", "quarantine_rate")
    assert result.code == 0
    assert "Parameters (defaults: no configuration was found)" in result.out
    assert any(line.split()[:2] == ["alert_above", "0.05"] for line in result.out.splitlines())


def test_a_list_is_shown_as_it_is_written(andon: Andon, folder: Path) -> None:
    text = (folder / "andon.yml").read_text(encoding="utf-8")
    more = "  event_volume: {ignore: [page_viewed, 'a\\u202eb']}\n"
    (folder / "andon.yml").write_text(text + more.replace("'", '"'), encoding="utf-8")
    out = andon("explain", "event_volume").out
    assert "[page_viewed, a\\u202eb]" in out


def test_a_configuration_that_is_named_must_work(andon: Andon, folder: Path) -> None:
    assert andon("explain", "freshness", "--config", "missing.yml").code == 2
    (folder / "andon.yml").write_text("pipeline: 3\n", encoding="utf-8")
    assert andon("explain", "freshness").code == 2


@dataclass(frozen=True)
class Line:
    ok: bool
    text: str
    more: tuple[str, ...] = ()
    warns: bool = False


@pytest.mark.parametrize(("sound", "code"), [(True, 0), (False, 2)])
def test_validate_is_one_line_each(
    andon: Andon, monkeypatch: pytest.MonkeyPatch, sound: bool, code: int
) -> None:
    module = ModuleType("checks.evaluation.validation")
    lines = [Line(True, "configuration"), Line(sound, "events.name\n\x1b[31m"), Line(True, "x")]
    module.validate = lambda config, explained, measured: iter(lines)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "checks.evaluation.validation", module)
    result = andon("validate")
    assert result.code == code
    assert len(result.out.splitlines()) == 3
    assert ("✗ wrong  events.name" in result.out) is not sound
    assert "\x1b" not in result.out


def test_validate_tells_what_is_wrong_with_the_file(andon: Andon, folder: Path) -> None:
    (folder / "andon.yml").write_text("pipeline: shop\nwarehose: {}\n", encoding="utf-8")
    result = andon("validate")
    assert (result.code, result.out) == (2, "")
    assert "warehose" in result.err


@dataclass(frozen=True)
class Written:
    config: Path
    run_date: date


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch, folder: Path) -> dict[str, Any]:
    """Stands in for the demo's writer; holds what it was asked."""
    arguments: dict[str, Any] = {}

    def write_demo(where: Path, **keywords: Any) -> Written:
        if keywords["scenario"] == "all-gren":
            raise UsageError("unknown scenario 'all-gren'; did you mean 'all-green'?")
        arguments.update(keywords, folder=where)
        return Written(folder / "andon.yml", keywords["today"])

    module = ModuleType("checks.demo")
    module.write_demo = write_demo  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "checks.demo", module)
    return arguments


@pytest.mark.odd_days
@pytest.mark.parametrize("status", [Status.RED, Status.GREEN, Status.UNKNOWN])
def test_the_demo_shows_what_the_gate_says(
    andon: Andon, engine: FakeEngine, demo: dict[str, Any], status: Status
) -> None:
    engine.answer([verdict(status=status)])
    result = andon("demo")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(status.upper())
    assert "\n  cd demo\n  andon gate\n" in result.out
    (call,) = engine.calls
    assert (call["date"], call["record"]) == (today(), True)
    progress = demo.pop("progress")
    assert callable(progress)
    assert demo.pop("now").date() == today()
    assert demo == {
        "folder": Path("demo"), "today": today(), "scenario": "missing-identity",
        "days": 60, "events_per_day": 50_000, "seed": 7,
    }  # fmt: skip


def test_the_demo_takes_its_options(andon: Andon, engine: FakeEngine, demo: dict[str, Any]) -> None:
    result = andon(
        "demo", "--date", "2025-03-09", "--dir", "my demo", "--scenario", "no-run",
        "--days", "35", "--events-per-day", "4000", "--seed", "0",
    )  # fmt: skip
    assert "cd 'my demo'\n  andon gate --date 2025-03-09\n" in result.out
    assert (demo["today"], demo["days"]) == (date(2025, 3, 9), 35)
    assert (demo["events_per_day"], demo["seed"]) == (4000, 0)
    assert (demo["scenario"], demo["folder"]) == ("no-run", Path("my demo"))


def test_a_demo_of_tomorrow_is_refused(
    andon: Andon, engine: FakeEngine, demo: dict[str, Any]
) -> None:
    result = andon("demo", "--date", f"{today() + timedelta(days=1)}")
    assert (result.code, result.out, demo) == (2, "", {})
    assert "is in the future" in result.err


def test_an_unknown_scenario(andon: Andon, engine: FakeEngine, demo: dict[str, Any]) -> None:
    result = andon("demo", "--scenario", "all-gren")
    assert (result.code, result.out) == (2, "")
    assert "did you mean 'all-green'?" in result.err
