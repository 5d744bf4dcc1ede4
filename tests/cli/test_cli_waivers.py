"""Waiving, listing, revoking, acknowledging: what is stored and what is refused."""

from __future__ import annotations

import getpass
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from checks.config import load_config
from checks.core.model import Status, Verdict
from checks.history import History, history_of, open_history
from tests.cli.andon_results import Andon
from tests.cli.fake_engine import FakeEngine, report, verdict
from tests.moment import now, today


def tomorrow() -> date:
    return today() + timedelta(days=1)


def yesterday() -> date:
    return today() - timedelta(days=1)


@pytest.fixture
def history(folder: Path) -> History:
    return open_history(load_config(folder / "andon.yml").history)


def waive(andon: Andon, *more: str, until: date | None = None) -> object:
    last = str(until or tomorrow())
    words = ("waive", "quarantine_rate", "--until", last, "--reason", "known outage", *more)
    return andon(*words)


def judged(history: History, *verdicts: Verdict, run_date: date | None = None) -> None:
    evaluated = report(*verdicts, run_date=run_date or today())
    history.record(replace(evaluated, evaluated_at=now()))


@pytest.mark.odd_days
def test_the_latest_red_value_is_the_default_limit(andon: Andon, history: History) -> None:
    judged(history, verdict(status=Status.RED, value=0.09), run_date=yesterday())
    judged(history, verdict(status=Status.RED, value=2908 / 49963))
    result = waive(andon, "--owner", "Mia")
    assert result.code == 0
    (waiver,) = history.all_waivers("shop")
    assert (waiver.check, waiver.owner, waiver.reason) == ("quarantine_rate", "Mia", "known outage")
    assert waiver.up_to == 2908 / 49963
    assert waiver.until == tomorrow()
    assert waiver.data_date == yesterday()
    assert result.out.startswith(
        f"waiver 1: quarantine_rate may be red for source 'web' up to 0.0582031 until {tomorrow()} "
        "(Mia: known outage)\n"
    )
    assert "andon waivers revoke 1" in result.out


@pytest.mark.parametrize("status", [Status.RED, Status.WAIVED])
def test_a_red_without_a_value_is_waived_without_a_limit(
    andon: Andon, history: History, status: Status
) -> None:
    judged(history, verdict(status=status, value=None))
    assert "may be red for source 'web' until" in waive(andon).out
    assert history.all_waivers("shop")[0].up_to is None


@pytest.mark.parametrize("status", [Status.GREEN, Status.UNKNOWN, Status.AMBER, Status.SKIPPED])
def test_without_a_red_value_a_limit_must_be_given(
    andon: Andon, history: History, status: Status
) -> None:
    judged(history, verdict(status=status))
    result = waive(andon)
    assert (result.code, result.out) == (2, "")
    assert (
        f"quarantine_rate is {status}, so there is no value to waive: give --up-to X" in result.err
    )
    result = waive(andon, "--up-to", "0.06")
    assert f"is {status}, so no failing source or reason is known" in result.err
    assert waive(andon, "--up-to", "0.06", "--subject", "web").code == 0
    (waiver,) = history.all_waivers("shop")
    assert (waiver.up_to, waiver.subjects) == (0.06, {"source": ("web",)})


@pytest.mark.odd_days
def test_without_any_evaluation_a_limit_must_be_given(andon: Andon, history: History) -> None:
    assert "quarantine_rate was not evaluated yet" in waive(andon).err
    assert waive(andon, "--up-to=5.5", "--subject=any").code == 0
    (waiver,) = history.all_waivers("shop")
    assert (waiver.up_to, waiver.data_date, waiver.subjects) == (5.5, yesterday(), None)


def test_a_check_that_the_last_evaluation_left_out(andon: Andon, history: History) -> None:
    judged(history, verdict("freshness"))
    assert "was not evaluated yet" in waive(andon).err


@pytest.mark.parametrize("more", [(), ("--up-to", "0.5")])
def test_what_stops_the_line_cannot_be_waived(
    andon: Andon, history: History, more: tuple[str, ...]
) -> None:
    judged(history, verdict(status=Status.RED, value=0.2, stop=True))
    result = waive(andon, *more)
    assert result.code == 2
    assert "quarantine_rate cannot be waived: rate=0.2 (max 0.05) is above stop_above" in result.err
    assert history.all_waivers("shop") == ()


@pytest.mark.odd_days
def test_until_includes_its_day_but_not_the_past(andon: Andon, history: History) -> None:
    judged(history, verdict(status=Status.RED))
    assert f"--until {yesterday()} is in the past" in waive(andon, until=yesterday()).err
    assert waive(andon, until=today()).code == 0


def test_the_owner_is_who_is_asking(
    andon: Andon, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(history, verdict(status=Status.RED))
    monkeypatch.setattr("getpass.getuser", lambda: "login")
    waive(andon)
    monkeypatch.setenv("ANDON_OWNER", " Team Data ")
    waive(andon)
    waive(andon, "--owner", "Mia")
    assert [waiver.owner for waiver in history.all_waivers("shop")] == ["login", "Team Data", "Mia"]


def test_somebody_must_answer_for_it(
    andon: Andon, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> str:
        raise KeyError("uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nobody)
    judged(history, verdict(status=Status.RED))
    assert "the owner is not known: give --owner NAME, or set ANDON_OWNER" in waive(andon).err


def test_an_unknown_check_is_not_waived(andon: Andon) -> None:
    result = andon("waive", "quarantine_rat", "--until", str(tomorrow()), "--reason", "x")
    assert (result.code, result.out) == (2, "")
    assert "did you mean quarantine_rate?" in result.err


def test_a_broken_history_is_told_in_one_line(andon: Andon, folder: Path) -> None:
    (folder / "history.db").write_bytes(b"this is not a database" * 100)
    for result in (waive(andon), andon("waivers"), andon("history")):
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith("error: history ")
        assert result.err.count("\n") == 1


@pytest.mark.odd_days
def test_the_table_tells_the_state_of_each_waiver(andon: Andon, history: History) -> None:
    created_at = now() - timedelta(days=5)
    for check, until, up_to in (
        ("freshness", today(), None),
        ("rows_read", yesterday(), 3.5),
        ("quarantine_rate", today(), 0.06),
        ("event_volume", today(), 2.0),
    ):
        history.give_waiver("shop", check, "Mia\x1b[31m", "a\nb", until, up_to, today(), created_at)
    judged(history, verdict(status=Status.GREEN), run_date=tomorrow())
    history.revoke_waiver(4, "shop", "Jon", now())
    lines = andon("waivers").out.splitlines()
    assert lines[0].split() == [
        "ID",
        "CHECK",
        "OWNER",
        "UNTIL",
        "UP",
        "TO",
        "COVERS",
        "STATE",
        "REASON",
    ]
    assert [line[lines[0].index("STATE") :].split("  ")[0] for line in lines[1:]] == [
        "holds", "expired", f"rearmed on {today()}", "revoked",
    ]  # fmt: skip
    assert [line[lines[0].index("UP TO") :].split()[0] for line in lines[1:]] == [
        "-", "3.5", "0.06", "2",
    ]  # fmt: skip
    assert "\x1b" not in "".join(lines)


def test_nothing_is_waived(andon: Andon) -> None:
    result = andon("waivers")
    assert (result.code, result.out) == (0, "nothing is waived\n")


def test_a_waiver_is_revoked_once(andon: Andon, history: History) -> None:
    judged(history, verdict(status=Status.RED))
    waive(andon)
    assert andon("waivers", "revoke", "1", "--owner", "Jon").out.startswith("waiver 1 is revoked")
    assert andon("waivers", "revoke", "1").out == "waiver 1 was already revoked\n"
    assert history.all_waivers("shop")[0].revoked_by == "Jon"
    result = andon("waivers", "revoke", "2")
    assert result.code == 2
    assert "no waiver of this pipeline has the id 2" in result.err


@pytest.mark.parametrize("before", [True, False])
def test_the_configuration_may_stand_before_or_after_revoke(
    andon: Andon, folder: Path, before: bool
) -> None:
    (folder / "andon.yml").rename(folder / "b.yml")
    config = ("--config", "b.yml")
    words = (*config, "revoke", "9") if before else ("revoke", "9", *config)
    assert "has the id 9" in andon("waivers", *words).err


@pytest.mark.odd_days
def test_an_acknowledgement(andon: Andon, history: History) -> None:
    judged(history, verdict(status=Status.RED))
    result = andon("ack", "quarantine_rate", "--owner", "Mia", "--note", "asked the app team")
    assert result.code == 0
    assert result.out.startswith("Mia is on quarantine_rate until it is green")
    (open_,) = history.context("shop", today()).acknowledgements
    assert (open_.check, open_.owner, open_.note) == (
        "quarantine_rate", "Mia", "asked the app team",
    )  # fmt: skip


@pytest.mark.parametrize("status", [Status.RED, Status.UNKNOWN, Status.AMBER, Status.WAIVED])
def test_who_is_on_it_is_who_is_asking(
    andon: Andon, history: History, monkeypatch: pytest.MonkeyPatch, status: Status
) -> None:
    judged(history, verdict(status=status))
    monkeypatch.setattr("getpass.getuser", lambda: "login")
    assert andon("ack", "quarantine_rate").out.startswith("login is on quarantine_rate")
    monkeypatch.setenv("ANDON_OWNER", " Team Data ")
    assert andon("ack", "quarantine_rate").out.startswith("Team Data is on quarantine_rate")


@pytest.mark.parametrize("status", [Status.GREEN, Status.SKIPPED])
def test_nobody_needs_to_be_on_what_does_not_fail(
    andon: Andon, history: History, status: Status
) -> None:
    failing = verdict("freshness", Status.AMBER), verdict("orphan_orders", Status.RED)
    judged(history, verdict(status=status), *failing)
    result = andon("ack", "quarantine_rate", "--owner", "Mia")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"error: nobody needs to be on quarantine_rate: it is {status} for {yesterday()}; "
        "failing: orphan_orders, freshness\n"
    )
    assert history.context("shop", today()).acknowledgements == ()


def test_nobody_needs_to_be_on_what_was_not_evaluated(
    andon: Andon, history: History, folder: Path
) -> None:
    result = andon("ack", "quarantine_rate")
    assert result.code == 2
    assert "on quarantine_rate: nothing is recorded yet: run andon gate first" in result.err
    judged(history, verdict("freshness"))
    assert f"it was not evaluated for {yesterday()}; nothing fails" in (
        andon("ack", "quarantine_rate").err
    )
    config = folder / "andon.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("{alert_", "{enabled: false, alert_"), encoding="utf-8")
    assert "it is switched off in andon.yml; nothing fails" in andon("ack", "quarantine_rate").err
    assert "did you mean quarantine_rate?" in andon("ack", "quarantine_rat").err


def test_an_open_incident_can_be_taken_whatever_its_check_is_now(
    andon: Andon, history: History
) -> None:
    judged(history, verdict(status=Status.RED))
    judged(history, verdict("freshness"))
    assert andon("ack", "quarantine_rate", "--owner", "Mia").code == 0


# ---- a name that belongs to another warehouse


@pytest.fixture
def moved(andon: Andon, folder: Path, history: History) -> Path:
    """Two waivers and a red day, before the warehouse gets another path."""
    bound = history_of(load_config(folder / "andon.yml"))
    bound.record(replace(report(verdict(status=Status.RED), run_date=today()), evaluated_at=now()))
    waive(andon, "--owner", "Jon")
    waive(andon, "--owner", "Mia")
    assert len(history.all_waivers("shop")) == 2
    config = folder / "andon.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("warehouse.duckdb", "moved.duckdb"), encoding="utf-8")
    return folder


REFUSED = {
    "waive": ("waive", "quarantine_rate", "--until", "2031-01-01", "--reason", "x", "--up-to=1"),
    "ack": ("ack", "quarantine_rate"),
    "revoke": ("waivers", "revoke", "1"),
    "waivers": ("waivers",),
    "history": ("history",),
    "incidents": ("incidents",),
    "close": ("close", "quarantine_rate", "--as", "fixed"),
    "backfill": ("backfill", "--from", "2025-03-08", "--to", "2025-03-09"),
}


@pytest.mark.parametrize("words", REFUSED.values(), ids=REFUSED)
def test_another_warehouse_is_refused_in_one_line(
    andon: Andon, moved: Path, history: History, engine: FakeEngine, words: tuple[str, ...]
) -> None:
    before = history.all_waivers("shop"), history.context("shop", date.max)
    result = andon(*words)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: history {moved / 'history.db'}: pipeline 'shop' belongs")
    assert f"configuration reads duckdb {moved / 'moved.duckdb'}: " in result.err
    assert result.err.endswith("warehouse is the same: andon history adopt\n")
    assert result.err.count("\n") == 1
    assert (history.all_waivers("shop"), history.context("shop", date.max)) == before
    assert engine.calls == []


def test_adopting_says_what_belongs_to_whom(andon: Andon, moved: Path) -> None:
    result = andon("history", "adopt", "--owner", "Mia\x1b")
    here = f"duckdb {moved / 'moved.duckdb'}"
    assert (result.code, result.out) == (
        0, f"pipeline 'shop' now also belongs to {here} (Mia\\u001b); its 2 waivers apply here\n",
    )  # fmt: skip
    andon("waivers", "revoke", "2")
    again = andon("history", "adopt")
    assert (again.code, again.out) == (
        0, f"pipeline 'shop' already belongs to {here}; its 1 waiver applies here\n",
    )  # fmt: skip
    assert "quarantine_rate" in andon("history").out


@pytest.mark.parametrize("before", [True, False])
def test_the_configuration_may_stand_before_or_after_adopt(
    andon: Andon, folder: Path, before: bool
) -> None:
    (folder / "andon.yml").rename(folder / "b.yml")
    config = ("--config", "b.yml")
    words = (*config, "adopt") if before else ("adopt", *config)
    assert andon("history", *words).out == (
        f"pipeline 'shop' now belongs to duckdb {folder / 'warehouse.duckdb'} "
        f"({getpass.getuser()}); it has no waiver that holds\n"
    )


def test_a_gate_of_another_warehouse_is_told_and_not_recorded(
    andon: Andon, moved: Path, history: History, engine: FakeEngine
) -> None:
    engine.answer([verdict(status=Status.RED)])
    before = history.evaluations("shop")
    result = andon("gate", "--format", "json")
    assert result.code == 1
    assert "andon history adopt" in json.loads(result.out)["warnings"][0]
    assert history.evaluations("shop") == before
