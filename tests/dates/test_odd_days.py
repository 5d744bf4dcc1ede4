"""From the demo to the pages on days on which calendars are not plain, by the clock alone.

No command is told a date: each finds its day by the clock, which the tests set, here and in
processes of their own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from checks.cli import main
from tests.dashboard.screen import Screen
from tests.moment import today

pytestmark = pytest.mark.odd_days
#: What the demo's story turns red, on any day.
STORY = {"quarantine_rate", "orphan_orders"}


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """`andon demo` of today, written once for each today."""
    made: dict[date, Path] = {}

    def demo() -> Path:
        if (day := today()) not in made:
            made[day] = tmp_path_factory.mktemp("odd") / "demo"
            sizes = ("--days", "10", "--events-per-day", "2000")
            assert main(["demo", "--dir", str(made[day]), *sizes]) == 0
        return made[day]

    return demo


@pytest.fixture
def folder(
    the_moment: None, written: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A copy of that demo, which is the current folder."""
    shutil.copytree(written(), tmp_path / "demo")
    monkeypatch.chdir(tmp_path / "demo")
    monkeypatch.setenv("ANDON_CONFIGS", str(tmp_path / "demo" / "andon.yml"))
    return tmp_path / "demo"


def gate(*words: str) -> tuple[int, dict[str, Any]]:
    """Exit code and report of `andon gate` in a process of its own."""
    command = [sys.executable, "-m", "checks.cli", "gate", "--format", "json", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def of_status(report: dict[str, Any], status: str) -> set[str]:
    return {check["id"] for check in report["checks"] if check["status"] == status}


def test_demo_gate_history_and_waiver(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = gate()
    run, day = today(), today() - timedelta(days=1)
    assert (report["run_date"], report["data_date"]) == (str(run), str(day))
    assert (code, of_status(report, "red"), of_status(report, "unknown")) == (1, STORY, set())
    capsys.readouterr()
    assert main(["history"]) == 0
    days = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert days == [str(day - timedelta(days=back)) for back in range(len(days))]
    assert len(days) > 1
    for check in sorted(STORY):
        words = ["waive", check, "--until", str(run), "--reason", "known", "--owner", "Mia"]
        assert main(words) == 0
    assert main(["waivers"]) == 0
    assert capsys.readouterr().out.count(" holds ") == len(STORY)
    code, report = gate()
    assert (code, of_status(report, "waived")) == (0, STORY)


def test_a_shop_whose_clocks_change(folder: Path) -> None:
    config = folder / "andon.yml"
    text = config.read_text(encoding="utf-8")
    assert "timezone: UTC" in text
    config.write_text(text.replace("timezone: UTC", "timezone: Europe/Berlin"), encoding="utf-8")
    code, report = gate()
    assert (code, report["data_date"]) == (1, str(today() - timedelta(days=1)))
    assert STORY <= of_status(report, "red") <= STORY | {"freshness"}
    assert of_status(report, "unknown") == set()
    opened("volume")  # its hours are the clock's: one may be skipped, one may come twice


def test_pages_open_at_the_judged_day(folder: Path) -> None:
    opened("overview", "history")


def opened(*pages: str) -> None:
    """Open pages without a date in the address; each names the judged day."""
    import streamlit as st

    from dashboard.data import kept

    day = today() - timedelta(days=1)
    for path in pages:
        st.cache_resource.clear()
        kept._LAST_GOOD.clear()
        assert f"{day.day} {day:%B}" in Screen(path, {}).text, path
