"""The folder: everything or nothing, and never over somebody's work."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from checks.config import load_config
from checks.core.errors import UsageError
from checks.core.model import Status
from checks.demo import DemoResult, write_demo, writer
from checks.history import history_of, open_history
from checks.monitor import DataMonitor

TODAY = date(2025, 3, 9)
PARTS = {".andon-demo", "andon.yml", "quarantine", "warehouse.duckdb"}


def demo(folder: Path, **options: Any) -> DemoResult:
    sizes: dict[str, Any] = {"days": 8, "events_per_day": 2000, "backfill_days": 0}
    return write_demo(folder, **{"today": TODAY, **sizes, **options})


def names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def test_the_history_knows_the_runs_before_today(tmp_path: Path) -> None:
    steps: list[str] = []
    written = demo(tmp_path / "demo", days=12, backfill_days=3, progress=steps.append)
    assert written.history == (date(2025, 3, 6), date(2025, 3, 8))
    assert (written.run_date, written.data_date) == (TODAY, date(2025, 3, 8))
    assert names(written.folder) == PARTS | {"history.db"}
    assert steps == [
        "writing the days from 2025-02-25",
        *(f"evaluating 2025-03-0{day}" for day in (6, 7, 8)),
    ]
    recorded = open_history(load_config(written.config).history).evaluations("web-clickstream")
    assert [(evaluation.run_date.day, evaluation.verdict) for evaluation in recorded] == [
        (8, Status.GREEN), (7, Status.GREEN), (6, Status.GREEN),
    ]  # fmt: skip


def test_each_day_is_recorded_on_its_morning(tmp_path: Path) -> None:
    written = demo(tmp_path / "demo", days=12, backfill_days=3)
    history = open_history(load_config(written.config).history)
    assert [evaluation.evaluated_at for evaluation in history.evaluations("web-clickstream")] == [
        datetime(2025, 3, day, 6, 15, tzinfo=UTC) for day in (8, 7, 6)
    ]


@pytest.mark.parametrize("minutes", [36, 90, 361, 373, 374, 800])
def test_no_load_is_in_the_future_whenever_the_demo_is_written(
    tmp_path: Path, minutes: int
) -> None:
    now = datetime.combine(TODAY, time(), UTC) + timedelta(minutes=minutes)
    written = demo(tmp_path / "demo", now=now, scenario="loaded-twice")
    report = DataMonitor(written.config).run(now=now)
    (entry,) = (check for check in report.checks if check.id == "log_entry_exists_today")
    assert (entry.status, entry.details["entries_after_now"]) == (Status.GREEN, 0)
    assert entry.details["last_entry_at"] <= min(now, datetime(2025, 3, 9, 6, 13, tzinfo=UTC))


def test_the_outage_is_a_resolved_incident_of_each_of_its_alarms(tmp_path: Path) -> None:
    written = demo(tmp_path / "demo", days=32, backfill_days=30, scenario="all-green")
    assert written.outage is not None
    history = open_history(load_config(written.config).history)
    incidents = history.incident_log("web-clickstream").incidents
    assert {incident.check: incident.members for incident in incidents} == {
        "freshness": (), "volume_expected": ("volume_zscore",),
    }  # fmt: skip
    for incident in incidents:
        assert (incident.opened_on, incident.opened_at.date()) == (
            written.outage, written.outage + timedelta(days=1),
        )  # fmt: skip
        assert incident.resolved_at == incident.opened_at + timedelta(days=1)


def test_the_history_begins_where_every_check_can_be_judged(tmp_path: Path) -> None:
    written = demo(tmp_path / "demo", days=9, backfill_days=30)
    assert written.history == (date(2025, 3, 8), date(2025, 3, 8))


def test_every_backfilled_day_is_green_but_the_outage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_backfill", lambda *_: None)
    written = demo(tmp_path / "demo", days=32, backfill_days=30, scenario="all-green")
    assert written.history is not None
    reports = DataMonitor(written.config).backfill(*written.history)
    reds = {
        report.data_date: {check.id for check in report.checks if check.status is Status.RED}
        for report in reports
        if report.verdict is not Status.GREEN
    }
    assert reds == {written.outage: {"freshness", "volume_zscore", "volume_expected"}}
    for report in reports:
        if report.data_date != written.outage:
            skipped = {check.id for check in report.checks if check.status is Status.SKIPPED}
            assert skipped <= {"volume_trend"}


def test_without_days_to_look_back_on_there_is_no_history(tmp_path: Path) -> None:
    written = demo(tmp_path / "deep" / "demo")
    assert (written.history, written.outage) == (None, None)
    assert names(written.folder) == PARTS
    assert names(written.folder.parent) == {"demo"}


def test_a_previous_demo_is_replaced_whole_and_other_files_stay(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    demo(folder, days=10)
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    for old in ("history.db", "history.db-wal", "warehouse.duckdb.wal"):
        (folder / old).write_text("old", encoding="utf-8")
    demo(folder, days=8, scenario="all-green")
    assert names(folder) == PARTS | {"notes.txt"}
    assert len(names(folder / "quarantine")) == 8
    assert (folder / ".andon-demo").read_text(encoding="utf-8") == "all-green\n"
    assert DataMonitor(folder / "andon.yml").run(date=TODAY).verdict is Status.GREEN


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / ".andon-demo-killed").mkdir()
    demo(tmp_path)
    assert names(tmp_path) == PARTS | {".andon-demo-killed"}


def test_somebodys_files_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "andon.yml").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"it holds files that are not a demo's; name an empty"):
        demo(tmp_path)
    assert (tmp_path / "andon.yml").read_text(encoding="utf-8") == "mine"
    assert names(tmp_path) == {"andon.yml"}


@pytest.mark.parametrize("place", ["file", "file/demo"])
def test_a_file_is_not_a_folder(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot write the demo to"):
        demo(tmp_path / place)
    assert names(tmp_path) == {"file"}


def test_a_folder_that_turns_unwritable_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(writer, "_replace", refuse)
    with pytest.raises(UsageError, match=r"cannot write the demo to '.*': Permission denied"):
        demo(tmp_path / "demo")


IMPOSSIBLE = [{"scenario": "none"}, {"days": 3}, {"events_per_day": 1}, {"today": date.min}]


@pytest.mark.parametrize("options", IMPOSSIBLE)
def test_what_is_impossible_leaves_no_trace(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        demo(tmp_path / "demo", **options)
    assert names(tmp_path) == set()


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError])
def test_an_interrupted_demo_leaves_the_previous_one_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException]
) -> None:
    folder = tmp_path / "demo"
    demo(folder)
    before = (folder / "warehouse.duckdb").read_bytes()

    def interrupt(*_: object) -> None:
        raise interruption

    monkeypatch.setattr(writer, "_backfill", interrupt)
    expected_error = UsageError if interruption is OSError else interruption
    with pytest.raises(expected_error):
        demo(folder, days=10, backfill_days=1)
    assert names(folder) == PARTS
    assert (folder / "warehouse.duckdb").read_bytes() == before


def test_a_demos_name_belongs_to_its_warehouse_where_that_ends_up(tmp_path: Path) -> None:
    """It is recorded in another folder, and moved."""
    config = load_config(demo(tmp_path / "demo", days=12, backfill_days=3).config)
    report = DataMonitor(config).run(date=TODAY, record=True)
    assert [warning for warning in report.warnings if "andon history adopt" in warning] == []
    assert len(history_of(config).evaluations(config.pipeline)) == 4
