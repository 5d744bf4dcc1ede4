"""`--wait`: what is waited for, how long, what is said, what is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from checks.cli import waiting
from checks.config import load_config
from checks.core.model import Cause, Report, Status, Verdict
from checks.history import open_history
from tests.cli.andon_results import Andon
from tests.cli.fake_engine import FakeEngine, report, verdict

ENTRY = "log_entry_exists_today"
NO_ENTRY = verdict(ENTRY, Status.RED, value=0)
RUNNING = verdict("run_status", Status.UNKNOWN, value=None, retry=True)
LOCKED = verdict("freshness", Status.UNKNOWN, value=None, cause=Cause.LOCKED, retry=True)
GREEN = verdict()


@pytest.mark.parametrize(
    ("judged", "reason"),
    [
        (NO_ENTRY, "there is no log entry yet"),
        (verdict(ENTRY, Status.AMBER, value=0), "there is no log entry yet"),
        (verdict(ENTRY, Status.WAIVED, value=0), None),
        (verdict(ENTRY, Status.GREEN, value=1), None),
        (verdict(ENTRY, Status.UNKNOWN, value=None, cause=Cause.CONNECTION), None),
        (RUNNING, "a run is not finished"),
        (verdict("run_status", Status.UNKNOWN, value=None), None),
        (verdict("run_status", Status.RED), None),
        (
            verdict(
                "sources_complete", Status.UNKNOWN, value=None, retry=True, cause=Cause.NOT_DUE
            ),
            "a source is not there yet",
        ),
        (verdict("sources_complete", Status.UNKNOWN, value=None), None),
        (verdict("sources_complete", Status.RED), None),
        (LOCKED, "the warehouse is locked"),
        (verdict("quarantine_rate", Status.RED), None),
    ],
)
def test_what_is_waited_for(judged: Verdict, reason: str | None) -> None:
    assert waiting.reason_to_wait(report(judged, GREEN)) == reason


@dataclass
class Clock:
    """Time that passes only while somebody sleeps."""

    now: float = 100.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def waited(limit: float, *answers: Verdict) -> tuple[Report, list[float], list[tuple[str, str]]]:
    clock, reasons, left = Clock(), [], list(answers)

    def judge() -> Report:
        return report(left.pop(0) if len(left) > 1 else left[0])

    def show_wait(reason: str, time_left: str) -> None:
        reasons.append((reason, time_left))

    last_report = waiting.judge_when_ready(judge, limit, show_wait, sleep=clock.sleep, clock=clock)
    return last_report, clock.slept, reasons


def test_it_ends_as_soon_as_there_is_something_to_judge() -> None:
    report, slept, reasons = waited(1800, NO_ENTRY, RUNNING, GREEN)
    assert report.verdict is Status.GREEN
    assert slept == [30.0, 30.0]
    assert reasons == [
        ("there is no log entry yet", "30 min 00 s"),
        ("a run is not finished", "29 min 30 s"),
    ]


def test_it_ends_with_the_last_judgement_when_the_time_is_up() -> None:
    report, slept, reasons = waited(70, LOCKED)
    assert report.verdict is Status.UNKNOWN
    assert slept == [7.0] * 10
    assert reasons[-1] == ("the warehouse is locked", "7 s")


def test_a_wait_never_outlasts_its_limit() -> None:
    _, slept, _ = waited(3, NO_ENTRY)
    assert sum(slept) == 3
    _, slept, _ = waited(0.5, NO_ENTRY)
    assert slept == [0.5]


@pytest.fixture
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    defaults = {"sleep": clock.sleep, "clock": clock}
    monkeypatch.setattr(waiting.judge_when_ready, "__kwdefaults__", defaults)
    return clock


def recorded(folder: Path) -> int:
    config = load_config(folder / "andon.yml")
    return len(open_history(config.history).all_runs("shop", date(2025, 3, 8)))


def test_only_the_last_evaluation_is_kept(
    andon: Andon, engine: FakeEngine, folder: Path, no_sleep: Clock
) -> None:
    engine.answer([NO_ENTRY], [NO_ENTRY], [RUNNING], [GREEN])
    result = andon("gate", "--date", "2025-03-09", "--wait", "30m")
    assert result.code == 0
    assert len(engine.calls) == 4
    assert recorded(folder) == 1
    assert result.err.splitlines() == [
        "there is no log entry yet; waiting up to 30 min 00 s",
        "a run is not finished; waiting up to 29 min 00 s",
    ]


def test_nothing_is_kept_when_told_so(
    andon: Andon, engine: FakeEngine, folder: Path, no_sleep: Clock
) -> None:
    engine.answer([NO_ENTRY])
    assert andon("gate", "--date", "2025-03-09", "--wait", "1m", "--no-record").code == 1
    assert recorded(folder) == 0


def test_a_history_that_fails_after_the_wait_is_a_warning(
    andon: Andon, engine: FakeEngine, folder: Path
) -> None:
    (folder / "history.db").write_bytes(b"this is not a database" * 100)
    result = andon("gate", "--wait", "1m")
    assert result.code == 0
    assert "this evaluation was not recorded" in " ".join(result.out.split())


def test_every_try_judges_the_day_it_began_with(
    andon: Andon, engine: FakeEngine, no_sleep: Clock
) -> None:
    engine.answer([NO_ENTRY], [GREEN])
    andon("gate", "--wait", "30m", "--no-record")
    assert isinstance(engine.calls[0]["date"], date)
    assert engine.calls[0]["date"] == engine.calls[1]["date"]


def test_ctrl_c_while_waiting(
    andon: Andon, engine: FakeEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    defaults = {"sleep": interrupted, "clock": Clock()}
    monkeypatch.setattr(waiting.judge_when_ready, "__kwdefaults__", defaults)
    engine.answer([NO_ENTRY])
    result = andon("gate", "--date", "2025-03-09", "--wait", "30m")
    assert (result.code, result.out) == (130, "")
    assert result.err.endswith("interrupted\n")
    assert recorded(folder) == 0
