"""How a call is understood: commands, options, values; what is said when it cannot be."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from checks.cli import commands
from checks.core.version import VERSION
from tests.cli.andon_results import Andon
from tests.cli.fake_engine import FakeEngine

EXPECTED = {
    "accept", "acceptances", "ack", "backfill", "backtest", "close", "dashboard", "demo", "explain",
    "gate", "history", "incidents", "power", "recount", "validate", "waive", "waivers",
}  # fmt: skip


def test_every_command_is_found_by_its_file() -> None:
    assert set(commands.names()) == EXPECTED


@pytest.mark.parametrize("word", ["--version", "-V"])
def test_version(andon: Andon, word: str) -> None:
    result = andon(word)
    assert (result.code, result.out, result.err) == (0, f"andon {VERSION}\n", "")


@pytest.mark.parametrize("word", ["--help", "-h", "help"])
def test_overview_names_every_command_with_its_summary(andon: Andon, word: str) -> None:
    result = andon(word)
    assert result.code == 0
    for name in commands.names():
        assert f"  {name} " in result.out
        assert commands.summary(name) in result.out


def test_no_command_is_a_usage_error_that_shows_the_overview(andon: Andon) -> None:
    result = andon()
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("usage: andon COMMAND")


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_command_tells_its_options(andon: Andon, name: str) -> None:
    result = andon(name, "--help")
    assert result.code == 0
    assert result.err == ""
    assert result.out.startswith(f"usage: andon {name}")


def test_help_of_a_subcommand(andon: Andon) -> None:
    assert andon("waivers", "revoke", "--help").out.startswith("usage: andon waivers revoke")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("gat",), "unknown command 'gat'; did you mean gate?"),
        (("xyzzy",), "unknown command 'xyzzy'; known: accept, acceptances, ack"),
        (("--config", "x", "gate"), "options come after the command: andon gate --config"),
        (("gate", "--stric"), "andon gate: unknown option '--stric'; did you mean --strict?"),
        (("gate", "--datum=2025"), "unknown option '--datum'"),
        (("gate", "--xyzzy"), "unknown option '--xyzzy' (see andon gate --help)"),
        (("gate", "today"), "unknown argument 'today'"),
        (("gate", "--date", "9.3.2025"), "--date: found '9.3.2025', expected a date such as"),
        (("gate", "--date", "2025-3-9"), "--date: found '2025-3-9', expected a date such as"),
        (("gate", "--date", "2025-W10-7"), "--date: found '2025-W10-7', expected a date"),
        (("gate", "--date", "20250309"), "--date: found '20250309', expected a date"),
        (("gate", "--date", "2025-02-30"), "'2025-02-30' is not a calendar date"),
        (("gate", "--date"), "--date: expected one argument"),
        (("gate", "--data-date", "newest"), "such as 2025-03-08, or latest"),
        (("gate", "--data-date", "2025-02-29"), "'2025-02-29' is not a calendar date"),
        (("gate", "--format", "jsno"), "--format: unknown format 'jsno'; did you mean json?"),
        (("gate", "--format", "pdf"), "unknown format 'pdf'; known: github, json, junit"),
        (("gate", "--report", "xml"), "--report: found 'xml', expected FORMAT=FILE"),
        (("gate", "--report", "junit="), "found 'junit=', expected FORMAT=FILE"),
        (("gate", "--report", "junt=a"), "unknown format 'junt'; did you mean junit?"),
        (("gate", "--wait", "30"), "--wait: found '30', expected a time with its unit"),
        (("gate", "--wait", ""), "--wait: found '', expected a time with its unit"),
        (("gate", "--wait", "1.5h"), "found '1.5h', expected a time with its unit"),
        (("gate", "--wait=-5m"), "found '-5m', expected a time with its unit"),
        (("history", "--days", "0"), "--days: found '0', expected a whole number of at least 1"),
        (("history", "--days", "two"), "--days: found 'two', expected a whole number"),
        (("waive", "freshness"), "the following arguments are required: --until, --reason"),
        (("waive", "freshness", "--reason", " "), "--reason: it is empty"),
        (("waive", "freshness", "--up-to", "six"), "--up-to: found 'six', expected a number"),
        (("waive", "freshness", "--up-to", "inf"), "--up-to: found 'inf', expected a number"),
        (("waive", "freshness", "--up-to", "1_0"), "--up-to: found '1_0', expected a number"),
        (("waive", "freshness", "--up-to", "1e999"), "--up-to: found '1e999', expected a number"),
        (("waive", "freshness", "--up-to", " 1"), "--up-to: found ' 1', expected a number"),
        (("waive", "freshness", "--up-to", "\u0663"), "--up-to: found '\u0663', expected a number"),
        (("waive", "freshness", "--up-to", "nan"), "--up-to: found 'nan', expected a number"),
        (("waivers", "revok", "3"), "invalid choice: 'revok'"),
        (("waivers", "revoke"), "andon waivers revoke: the following arguments are required: ID"),
        (("waivers", "revoke", "x"), "ID: found 'x', expected a whole number"),
        (("ack", "freshness"), "nobody needs to be on freshness: nothing is recorded yet"),
        (("explain", "freshnes"), "unknown check 'freshnes'; did you mean freshness?"),
        (("ack", "freshnes", "--owner", "Jo"), "did you mean freshness?"),
        (("backfill", "--from", "2025-03-01"), "the following arguments are required: --to"),
        (("demo", "--seed", "x"), "--seed: found 'x', expected a whole number"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(
    andon: Andon, words: tuple[str, ...], message: str
) -> None:
    result = andon(*words)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: ")
    assert message in result.err
    assert result.err.count("\n") == 1


def test_hostile_words_are_inert(andon: Andon) -> None:
    result = andon("gate", "--\x1b[31mdate\n::error::x")
    assert result.code == 2
    assert "\x1b" not in result.err
    assert result.err.count("\n") == 1


def test_the_words_arrive_at_the_engine(andon: Andon, engine: FakeEngine) -> None:
    assert andon("gate", "--date", "2025-03-09", "--data-date", "2025-03-01", "--strict").code == 0
    (call,) = engine.calls
    assert (call["date"], call["data_date"]) == (date(2025, 3, 9), date(2025, 3, 1))
    # Recorded once it is known which reports were written.
    assert (call["strict"], call["record"], call["remember"]) == (True, False, True)


@pytest.mark.parametrize(("words", "sought"), [((), True), (("--no-explain",), False)])
def test_explanations_are_sought_unless_told_otherwise(
    andon: Andon, engine: FakeEngine, words: tuple[str, ...], sought: bool
) -> None:
    assert andon("gate", *words).code == 0
    assert engine.calls[0]["explain"] is sought


def test_latest_arrives_at_the_engine(andon: Andon, engine: FakeEngine) -> None:
    andon("gate", "--data-date", "latest", "--no-record")
    assert engine.calls[0]["data_date"] == "latest"
    assert engine.calls[0]["remember"] is False


def test_the_configuration_may_be_named(
    andon: Andon, engine: FakeEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = folder / "other"
    other.mkdir()
    (folder / "andon.yml").rename(other / "shop.yml")
    assert andon("gate", "--config", "other/shop.yml").code == 0
    monkeypatch.setenv("ANDON_CONFIG", str(other / "shop.yml"))
    assert andon("gate").code == 0
    assert [call["config"].pipeline for call in engine.calls] == ["shop", "shop"]


@pytest.mark.parametrize(
    ("word", "seconds"), [("90s", 90), ("30m", 1800), ("1h30m", 5400), ("2h", 7200), ("0s", 0)]
)
def test_durations(word: str, seconds: int) -> None:
    from checks.cli.values import duration

    assert duration(word) == seconds
