"""Listing incidents and closing one: what is printed, what is stored, what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from checks.config import load_config
from checks.core.model import Status, Verdict
from checks.core.records import Closing, StoredIncident
from checks.history import History, open_history
from tests.cli.andon_results import Andon
from tests.cli.fake_engine import FakeEngine, report, verdict
from tests.moment import now, today

RED, GREEN = Status.RED, Status.GREEN


@pytest.fixture
def history(folder: Path) -> History:
    return open_history(load_config(folder / "andon.yml").history)


def judged(history: History, *verdicts: Verdict, hours_ago: float = 0) -> None:
    """A gate so long ago, by its own day's run date."""
    at = now() - timedelta(hours=hours_ago)
    run_date = today() - timedelta(days=int(hours_ago // 24))
    history.record(replace(report(*verdicts, run_date=run_date), evaluated_at=at))


def incidents(history: History) -> tuple[StoredIncident, ...]:
    return history.incident_log("shop").incidents


def cells(out: str) -> list[list[str]]:
    """The table's cells: at least two blanks are between columns."""
    return [[cell for cell in row.split("  ") if cell] for row in out.splitlines()]


def test_nothing_is_open(andon: Andon, history: History) -> None:
    assert (andon("incidents").code, andon("incidents").out) == (0, "no incident is open\n")
    assert andon("incidents", "--all").out == "no incident is recorded\n"
    assert andon("incidents", "--summary").out == "no incident is recorded\n"
    judged(history, verdict(status=GREEN))
    assert andon("incidents").out == "no incident is open\n"


@pytest.mark.odd_days
def test_open_ones_with_their_age_and_who_is_on_it(andon: Andon, history: History) -> None:
    follower = replace(verdict("rows_read", RED), because="quarantine_rate")
    judged(history, verdict(status=RED, value=0.09), follower, hours_ago=26)
    judged(history, verdict(status=RED, value=0.09), verdict("freshness", RED), hours_ago=2)
    history.acknowledge("shop", "quarantine_rate", "Mia", "asked the app\x1b team", now())
    lines = cells(andon("incidents").out)
    assert [cell.strip() for cell in lines[0]] == [
        "CHECK", "OPEN FOR", "SINCE", "OWNER", "ON IT", "FOLLOWERS", "MESSAGE",
    ]  # fmt: skip
    first, second = lines[1:]
    assert (first[0].strip(), first[1].strip()) == ("freshness", "2 h")
    assert [cell.strip() for cell in first[3:]] == ["-", "nobody", "0", "rate=0.01 (max 0.05)"]
    assert (second[0].strip(), second[1].strip()) == ("quarantine_rate", "1 day 2 h")
    assert [cell.strip() for cell in second[3:]] == [
        "Data Platform", r"Mia: asked the app\u001b team", "1", "rate=0.09 (max 0.05)",
    ]  # fmt: skip


def test_all_of_them_and_those_of_the_last_days(andon: Andon, history: History) -> None:
    judged(history, verdict(status=RED), verdict("freshness", RED), hours_ago=100)
    judged(history, verdict(status=GREEN), verdict("freshness", RED), hours_ago=97)
    assert len(andon("incidents").out.splitlines()) == 2
    lines = andon("incidents", "--all").out.splitlines()
    assert len(lines) == 3
    assert f"green for {today() - timedelta(days=5)}" in "".join(lines)
    assert len(andon("incidents", "--all", "--days", "4").out.splitlines()) == 2
    assert len(andon("incidents", "--all", "--days", "5").out.splitlines()) == 3
    result = andon("incidents", "--days", "4")
    assert result.code == 2
    assert "--days N goes with --all or --summary" in result.err


def test_the_summary_of_each_check(andon: Andon, history: History) -> None:
    judged(history, verdict(status=RED), verdict("freshness", RED), hours_ago=10)
    history.acknowledge("shop", "freshness", "Mia", "", now() - timedelta(hours=9.5))
    judged(history, verdict(status=GREEN), verdict("freshness", GREEN), hours_ago=6)
    judged(history, verdict(status=RED), hours_ago=5)
    andon("close", "quarantine_rate", "--as", "false-alarm", "--owner", "Mia")
    lines = [[cell.strip() for cell in row] for row in cells(andon("incidents", "--summary").out)]
    assert lines[1:3] == [
        ["quarantine_rate", "2", "0", "5 h", "1", "4 h", "0", "1"],
        ["freshness", "1", "0", "30 min", "0", "4 h", "0", "0"],
    ]
    assert lines[-1] == ["Times are medians."]


@pytest.mark.odd_days
def test_json_is_for_programs(andon: Andon, history: History) -> None:
    judged(history, verdict(status=RED), verdict("freshness", RED), hours_ago=2)
    history.acknowledge("shop", "quarantine_rate", "Mia", "##[x]", now() - timedelta(hours=1))
    andon("close", "freshness", "--as", "expected", "--owner", "Jon", "--note", "##[group]")
    result = andon("incidents", "--all", "--format", "json")
    assert "##" not in result.out
    document = json.loads(result.out)
    assert (document["schema"], document["pipeline"]) == ("andon.incidents/1", "shop")
    freshness, rate = sorted(document["incidents"], key=lambda incident: incident["check"])
    assert (rate["is_open"], rate["on_it"], rate["owner"]) == (True, "Mia", "Data Platform")
    assert (freshness["is_open"], freshness["closed_as"], freshness["note"]) == (
        False, "expected", "##[group]",
    )  # fmt: skip
    assert (freshness["taken_at"], freshness["was_taken"]) == (freshness["closed_at"], False)
    figures = {check["id"]: check for check in document["checks"]}
    assert figures["quarantine_rate"]["seconds_to_somebody"] == pytest.approx(3600, abs=60)
    assert figures["freshness"]["expected"] == 1
    assert [each["check"] for each in json.loads(andon("incidents", "--format=json").out)[
        "incidents"]] == ["quarantine_rate"]  # fmt: skip


@pytest.mark.parametrize(
    ("closing", "follows"),
    [
        ("fixed", "opened again if an evaluation finds the check red or unknown before green"),
        ("false-alarm", "worse or fails for something else; that a waiver of it ends is neither"),
        ("expected", "andon waive quarantine_rate --until DAY --reason"),
    ],
)
@pytest.mark.odd_days
def test_closing_says_what_follows(
    andon: Andon, history: History, closing: str, follows: str
) -> None:
    judged(history, verdict(status=RED), hours_ago=3)
    result = andon("close", "quarantine_rate", "--as", closing, "--owner", "Mia", "--note", "a\nb")
    assert result.code == 0
    assert result.out.startswith(
        f"the incident of quarantine_rate, opened for {today() - timedelta(days=1)} and open for "
        f"3 h, is closed as {closing} by Mia: a\\u000ab\n"
    )
    assert follows in result.out
    (incident,) = incidents(history)
    assert (incident.closed_as, incident.closed_by) == (Closing(closing), "Mia")
    assert andon("incidents").out == "no incident is open\n"
    assert andon("acceptances").out == "nothing is accepted\n"


def test_a_retired_event_is_accepted_by_the_command_that_is_printed(
    andon: Andon, history: History
) -> None:
    silent = replace(verdict("event_volume", RED), subjects={"event": ("it's <b>",)})
    judged(history, silent)
    result = andon("close", "event_volume", "--as", "expected", "--owner", "Mia")
    assert "Nothing is accepted yet. To accept it:\n" in result.out
    assert """andon accept event_volume 'it'"'"'s <b>' --reason 'why it is usual'""" in result.out


def test_a_special_day_is_told_to_the_calendar(
    andon: Andon, history: History, folder: Path
) -> None:
    judged(history, verdict("volume_zscore", RED))
    out = andon("close", "volume_zscore", "--as", "expected", "--owner", "Mia").out
    entry = "\n".join(row[2:] for row in out.splitlines() if row.startswith("  "))
    assert entry.startswith("calendar:\n  days:\n    - {from: ")
    config = folder / "andon.yml"
    config.write_text(f"{config.read_text(encoding='utf-8')}\n{entry}\n", encoding="utf-8")
    (day,) = load_config(config).calendar.days
    assert day.first == today() - timedelta(days=1)


@pytest.mark.parametrize("unknown", [{"status": Status.UNKNOWN}, {"status": RED, "stop": True}])
def test_what_cannot_be_waived_is_not_offered(
    andon: Andon, history: History, unknown: dict[str, object]
) -> None:
    judged(history, replace(verdict(), **unknown))
    out = andon("close", "quarantine_rate", "--as", "expected", "--owner", "Mia").out
    assert "stops the line until it is green: it cannot be waived" in out


def test_a_resolved_one_can_still_be_called_a_false_alarm(andon: Andon, history: History) -> None:
    judged(history, verdict(status=RED), hours_ago=3)
    judged(history, verdict(status=GREEN), hours_ago=2)
    result = andon("close", "quarantine_rate", "--as", "false-alarm", "--owner", "Mia")
    assert "open for 1 h, is closed as false-alarm by Mia\nThe check was green for " in result.out
    result = andon("close", "quarantine_rate", "--as", "fixed", "--owner", "Jon")
    assert (result.code, result.out) == (2, "")
    assert "no incident of quarantine_rate is open; the last one" in result.err


def test_what_cannot_be_closed(andon: Andon, engine: FakeEngine) -> None:
    result = andon("close", "quarantine_rate", "--as", "fixed", "--owner", "Mia")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: quarantine_rate has no incident")
    assert andon("close", "quarantine_rat", "--as", "fixed").err.startswith("error: unknown check")
    result = andon("close", "quarantine_rate")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "--as" in result.err
    assert engine.calls == []


def test_the_owner_is_who_is_asking(
    andon: Andon, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(history, verdict(status=RED), verdict("freshness", RED))
    monkeypatch.setattr("getpass.getuser", lambda: "login")
    andon("close", "quarantine_rate", "--as", "fixed")
    monkeypatch.setenv("ANDON_OWNER", " Team Data ")
    andon("close", "freshness", "--as", "fixed")
    assert [incident.closed_by for incident in incidents(history)] == ["login", "Team Data"]


def test_the_gate_opens_and_backfill_does_not(
    andon: Andon, history: History, engine: FakeEngine
) -> None:
    engine.answer([verdict(status=RED)])
    yesterday = str(today() - timedelta(days=1))
    andon("backfill", "--from", yesterday, "--to", str(today()))
    assert incidents(history) == ()
    andon("gate", "--no-record")
    assert incidents(history) == ()
    andon("gate")
    assert [incident.is_open for incident in incidents(history)] == [True]
    engine.answer([verdict(status=GREEN)])
    andon("backfill", "--from", yesterday, "--to", str(today()))
    assert [incident.is_open for incident in incidents(history)] == [True]


def test_a_damaged_incident_is_told(andon: Andon, history: History, folder: Path) -> None:
    import sqlite3
    from contextlib import closing

    judged(history, verdict(status=RED))
    with closing(sqlite3.connect(folder / "history.db", isolation_level=None)) as file:
        file.execute("UPDATE andon_incidents SET status = 'purple'")
    result = andon("incidents")
    assert (result.code, result.out) == (0, "no incident is open\n")
    assert "1 incident is damaged: left out" in result.err


def test_a_broken_history_is_told_in_one_line(andon: Andon, folder: Path) -> None:
    (folder / "history.db").write_bytes(b"this is not a database" * 100)
    for words in (("incidents",), ("close", "freshness", "--as", "fixed", "--owner", "o")):
        result = andon(*words)
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith("error: history ")
        assert result.err.count("\n") == 1
