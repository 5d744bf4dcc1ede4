"""The gate and other commands where the configuration has a schedule, on a real small shop."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from checks.cli import main
from checks.core import clock
from checks.core.model import Status
from checks.history import history_of
from tests.scheduled_shop import ScheduledShop

MONDAY = date(2025, 6, 30)
FRIDAY, SUNDAY = MONDAY - timedelta(days=3), MONDAY - timedelta(days=1)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ScheduledShop:
    """A shop that runs on weekdays, in the folder from which commands are called."""
    monkeypatch.chdir(tmp_path)
    written = ScheduledShop(tmp_path)
    written.write()
    return written


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> object:
    """Sets the time of the next call."""

    def set_time(text: str) -> None:
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        monkeypatch.setattr(clock, "now", lambda: moment)

    return set_time


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error of a command."""
    code = main(list(words))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize(("day", "nearest"), [
    ("2025-06-28", "2025-06-27 and 2025-06-30"), ("2025-06-29", "2025-06-27 and 2025-06-30"),
])  # fmt: skip
def test_a_date_without_a_run_names_the_nearest(
    shop: ScheduledShop, capsys: pytest.CaptureFixture[str], day: str, nearest: str
) -> None:
    code, out, err = call(capsys, "gate", "--date", day)
    assert (code, out) == (2, "")
    assert err == (
        f"error: no run is scheduled on {date.fromisoformat(day):%A} {day} "
        f"(schedule.runs: 0 6 * * 1-5); the nearest are {nearest}\n"
    )


def test_every_day_of_the_run_is_in_the_json(
    shop: ScheduledShop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.set(FRIDAY, 0)
    shop.write()
    code, out, _ = call(capsys, "gate", "--date", str(MONDAY), "--format", "json", "--no-record")
    document = json.loads(out)
    assert (code, document["data_date"], document["verdict"]) == (1, str(FRIDAY), "red")
    assert [(day["data_date"], day["verdict"], day["exit_code"]) for day in document["days"]] == [
        ("2025-06-27", "red", 1), ("2025-06-28", "green", 0), ("2025-06-29", "green", 0),
    ]  # fmt: skip
    assert {day["run_date"] for day in document["days"]} == {str(MONDAY)}
    assert document["checks"] == document["days"][0]["checks"]


def test_before_the_runs_time_and_while_it_is_awaited(
    shop: ScheduledShop, capsys: pytest.CaptureFixture[str], at: object
) -> None:
    shop.without_entry = {day for day in shop.counts if day >= FRIDAY}
    shop.write()
    at("2025-06-30T05:00")  # type: ignore[operator]
    code, out, _ = call(capsys, "gate")
    assert code == 0
    assert "the run of Friday 06:00 is the newest that is due" in out.splitlines()[0]
    at("2025-06-30T07:00")  # type: ignore[operator]
    code, out, _ = call(capsys, "gate")
    assert code == 2
    assert "the run of Monday 06:00 is expected by 08:00" in out
    at("2025-06-30T08:00")  # type: ignore[operator]
    code, out, _ = call(capsys, "gate")
    assert code == 1
    assert "entries=0 (min 1), 2 h late" in out


def test_wait_waits_for_an_awaited_run_and_judges_that_run(
    shop: ScheduledShop, capsys: pytest.CaptureFixture[str], at: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    entries = shop.without_entry = {day for day in shop.counts if day >= FRIDAY}
    shop.write()
    at("2025-06-30T07:00")  # type: ignore[operator]

    def arrive(seconds: float) -> None:
        at("2025-06-30T07:30")  # type: ignore[operator]
        entries.clear()
        shop.write()

    monkeypatch.setattr("checks.cli.waiting.judge_when_ready.__kwdefaults__", {
        "sleep": arrive, "clock": lambda: 0.0,
    })  # fmt: skip
    code, out, err = call(capsys, "gate", "--wait", "2h")
    assert code == 0, out
    assert "the run may still come; waiting" in err
    assert "\u2713 GREEN    2025-06-27" in out


def test_catch_up_judges_each_run_once_and_records_it(
    shop: ScheduledShop, capsys: pytest.CaptureFixture[str], at: object
) -> None:
    wednesday = MONDAY - timedelta(days=5)
    shop.set(wednesday, 0)
    shop.write()
    at("2025-06-25T09:00")  # type: ignore[operator]
    call(capsys, "gate")
    at("2025-06-30T09:00")  # type: ignore[operator]
    code, out, err = call(capsys, "gate", "--catch-up")
    assert code == 1
    assert err == (
        "catching up 2 runs before that of 2025-06-30: data dates 2025-06-25 to 2025-06-29 after "
        "2025-06-24; the tables are read once for each run\n"
    )
    assert out.count("\n\u2713 GREEN    2025-06-2") == 4
    recorded = history_of(shop.config()).evaluations("shop", days=30)
    assert [(e.data_date.day, e.verdict) for e in recorded] == [
        (29, Status.GREEN), (28, Status.GREEN), (27, Status.GREEN), (26, Status.GREEN),
        (25, Status.RED), (24, Status.GREEN),
    ]  # fmt: skip
    code, _, err = call(capsys, "gate", "--catch-up")
    assert (code, err) == (0, "2025-06-29 is recorded: no run was skipped\n")


def test_catch_up_does_not_take_an_awaited_run_for_a_judged_one(
    shop: ScheduledShop, capsys: pytest.CaptureFixture[str], at: object
) -> None:
    at("2025-06-27T09:00")  # type: ignore[operator]
    call(capsys, "gate")
    shop.without_entry = {day for day in shop.counts if day >= FRIDAY}
    shop.write()
    at("2025-06-30T07:00")  # type: ignore[operator]
    assert call(capsys, "gate")[0] == 2
    at("2025-07-01T07:00")  # type: ignore[operator]
    _, _, err = call(capsys, "gate", "--catch-up")
    assert err.startswith("catching up 1 run before that of 2025-07-01: data dates 2025-06-27 to ")


def test_catch_up_judges_a_run_of_which_only_one_day_was_judged(
    shop: ScheduledShop, capsys: pytest.CaptureFixture[str], at: object
) -> None:
    at("2025-06-30T09:00")  # type: ignore[operator]
    call(capsys, "gate", "--data-date", str(SUNDAY))
    at("2025-07-01T09:00")  # type: ignore[operator]
    _, _, err = call(capsys, "gate", "--catch-up")
    assert err.startswith("catching up 1 run before that of 2025-07-01: data dates 2025-06-27 to ")


def test_catch_up_without_a_history_judges_the_newest_run(
    shop: ScheduledShop, capsys: pytest.CaptureFixture[str], at: object
) -> None:
    at("2025-06-30T09:00")  # type: ignore[operator]
    code, _, err = call(capsys, "gate", "--catch-up")
    assert (code, err) == (0, "nothing is recorded yet: only the newest run is judged\n")
    code, _, err = call(capsys, "gate", "--catch-up", "--date", str(MONDAY))
    assert (code, err) == (
        2,
        "error: --catch-up judges up to the newest run: use it without --date, --data-date\n",
    )


def test_catch_up_does_not_skip_the_run_before_one_that_came_early(
    shop: ScheduledShop, capsys: pytest.CaptureFixture[str], at: object
) -> None:
    at("2025-06-26T09:00")  # type: ignore[operator]
    call(capsys, "gate")
    early = datetime(2025, 6, 30, 5, 30, tzinfo=UTC).replace(tzinfo=None)
    shop.run_at = lambda day: early if day >= FRIDAY else ScheduledShop.run_at(shop, day)  # type: ignore[method-assign]
    shop.write()
    at("2025-06-30T05:45")  # type: ignore[operator]
    code, _, err = call(capsys, "gate", "--catch-up")
    assert code == 0
    assert err.startswith("catching up 1 run before that of 2025-06-30: data dates 2025-06-26 to ")
    recorded = history_of(shop.config()).evaluations("shop", days=30)
    assert [evaluation.data_date.day for evaluation in recorded] == [29, 28, 27, 26, 25]


def test_catch_up_waits_for_the_newest_run_only(
    shop: ScheduledShop, capsys: pytest.CaptureFixture[str], at: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    at("2025-06-25T09:00")  # type: ignore[operator]
    call(capsys, "gate")
    shop.without_entry = {day for day in shop.counts if day >= date(2025, 6, 25)}
    shop.write()
    at("2025-06-30T07:00")  # type: ignore[operator]
    waits: list[float] = []
    monkeypatch.setattr("checks.cli.waiting.judge_when_ready.__kwdefaults__", {
        "sleep": waits.append, "clock": lambda: float(sum(waits)),
    })  # fmt: skip
    code, _, err = call(capsys, "gate", "--catch-up", "--wait", "2m")
    assert code == 1
    assert sum(waits) == 120
    assert err.count("the run may still come; waiting") >= 1
    assert "there is no log entry yet" not in err


def test_backfill_goes_from_run_to_run(
    shop: ScheduledShop, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = call(capsys, "backfill", "--from", "2025-06-26", "--to", "2025-06-30")
    assert code == 0
    assert [line[:10] for line in out.splitlines()] == [
        f"2025-06-{day}" for day in (25, 26, 27, 28, 29)
    ]
    code, out, err = call(capsys, "backfill", "--from", "2025-06-28", "--to", "2025-06-29")
    assert (code, out) == (2, "")
    assert "no run is scheduled from 2025-06-28 to 2025-06-29" in err


def test_a_waiver_may_count_runs(
    shop: ScheduledShop, capsys: pytest.CaptureFixture[str], at: object
) -> None:
    at("2025-06-26T09:00")  # type: ignore[operator]
    for text, until in (("1 run", "2025-06-27"), ("3runs", "2025-07-01"), ("2 runs", "2025-06-30")):
        code, out, err = call(
            capsys, "waive", "volume_expected", "--until", text, "--reason", "r", "--owner", "ana",
            "--up-to", "1", "--subject", "any",
        )  # fmt: skip
        assert code == 0, err
        assert f"until {until}" in out


def test_validate_says_when_runs_are_due(
    shop: ScheduledShop, capsys: pytest.CaptureFixture[str], at: object
) -> None:
    at("2025-06-28T09:00")  # type: ignore[operator]
    code, out, _ = call(capsys, "validate")
    assert code == 0
    assert (
        "schedule: 0 6 * * 1-5 (UTC): the newest run was due on Friday 2025-06-27 06:00, the next "
        "one is due on Monday 2025-06-30 06:00"
    ) in out


def test_several_pipelines_have_the_worst_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, count in (("good", None), ("bad", 0)):
        (tmp_path / name).mkdir()
        shop = ScheduledShop(tmp_path / name)
        shop.path.write_text(shop.path.read_text().replace("pipeline: shop", f"pipeline: {name}"))
        if count is not None:
            shop.set(SUNDAY, count)
        shop.write()
    good, bad = "good/andon.yml", "bad/andon.yml"
    date_ = ["--date", str(MONDAY)]
    code, out, _ = call(capsys, "gate", *date_, "--config", good, "--config", bad)
    assert code == 1
    assert out.startswith("pipeline good\n\nGREEN")
    assert out.endswith(
        "2 pipelines\n  \u2717 bad   stopped (exit 1)\n  \u2713 good  may be refreshed (exit 0)\n"
    )
    (tmp_path / "none.yml").write_text("pipeline: none\n")
    (tmp_path / "same.yml").write_text(Path(bad).read_text().replace("///shop", "///bad/shop"))
    code, out, err = call(capsys, "gate", *date_, "--config", bad, "--config", "same.yml")
    assert (code, out) == (2, "")
    assert "two pipelines are named 'bad'" in err
    code, out, _ = call(capsys, "gate", *date_, "--config", good, "--config", "none.yml")
    assert code == 2
    assert "? none  could not be judged (exit 2)" in out
    code, _, _ = call(capsys, "gate", *date_, "--config", "none.yml", "--config", bad)
    assert code == 1
    for options in (["--format", "json"], ["--report", "json=x.json"]):
        code, _, err = call(capsys, "gate", "--config", good, "--config", bad, *options)
        assert code == 2
        assert "one pipeline" in err


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ('{runs: "0 6 * *"}', "a cron expression of five fields"),
        ('{runs: "0 6 * * * *"}', "a cron expression of five fields"),
        ('{runs: "@daily"}', "a cron expression of five fields"),
        ('{runs: "0 6 30 2 *"}', "bad day-of-month"),
        ('{runs: "0 25 * * *"}', "bad hour"),
        ("{runs: 6}", "a cron expression of five fields"),
        ("{grace: 2h}", "schedule.runs: found nothing"),
        ('{runs: "0 6 * * *", grace: 24h}', "schedule.grace: found 1d, allowed: less than the "
         "shortest time between two runs, 1d"),
        ('{runs: "0 6,18 * * *", grace: 25h}', "schedule.grace: found 1d 1h, allowed: less than"),
        ('{runs: "0 6 * * *", grace: 2}', "a time with its unit"),
        ('{runs: "0 6 * * *", grace: 2:00}', "a time with its unit"),
        ('{runs: "0 6 * * *", grace: -2h}', "a time with its unit"),
        ('{runs: "0 6 1 */2 *", loads: since_last_run}', "schedule.loads: found since_last_run, "
         "with 62 days between two runs, allowed: one_day, or runs at most 31 days apart"),
        ('{runs: "0 6 * 1-6 *", loads: since_last_run}', "with 185 days between two runs"),
        ('{runs: "0 6 * * *", loads: all}', "allowed: one_day or since_last_run"),
        ('{run: "0 6 * * *"}', "did you mean 'runs'?"),
        ("[]", "schedule"),
    ],
)  # fmt: skip
def test_a_bad_schedule_is_one_clear_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    schedule: str, message: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    ScheduledShop(tmp_path)
    path = tmp_path / "andon.yml"
    lines = path.read_text().splitlines()
    text = "\n".join(f"schedule: {schedule}" if s.startswith("schedule") else s for s in lines)
    path.write_text(text)
    code, out, err = call(capsys, "gate")
    assert (code, out) == (2, "")
    assert message in err
    assert "andon.yml" in err
    assert "Traceback" not in err
