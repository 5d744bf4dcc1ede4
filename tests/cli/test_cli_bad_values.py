"""Every option of every command refuses what it cannot take: one line that names it, exit 2."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.cli import commands
from checks.cli.parsing import Parser
from tests.cli.andon_results import Andon
from tests.cli.fake_engine import FakeEngine

NUMBERS = ("-5", "1_0", "1e400", "nan", "inf", "\u0663", "", " ", " 1", "0x1", "1.5", "9" * 400)
DATES = ("", " ", "tomorrow", "2025-3-9", "2025-02-30", "20250309", "2025-W10-7", "-5",
         "0001-01-01",
         "9999-12-31", "\u0662\u0660\u0662\u0665-03-09", "2025-03-09T00:00", "2025-03-09 ",
         "2025-00-01")  # fmt: skip
TEXTS = ("", " ", "\t")
#: By the option's name, or `COMMAND OPTION` where commands differ: what it must refuse.
BAD: dict[str, tuple[str, ...]] = {
    "--date": DATES,
    "--data-date": DATES,
    "--from": DATES,
    "--to": DATES,
    "--until": DATES,
    "waive --until": tuple(day for day in DATES if day != "9999-12-31"),
    "--days": (*NUMBERS, "0"),
    "--events-per-day": (*NUMBERS, "0"),
    "--seed": NUMBERS,
    "--port": (*NUMBERS, "0", "65536"),
    "--host": ("", " ", "a b", "a\tb", "a\nb", "\u00e4", "a\0b", "::1::", "a..b", "1.2.3.4.5"),
    "--dir": ("", " ", "a\0b", "/dev/null", "/dev/null/x"),
    "--scenario": ("", "x", "all green"),
    "--wait": ("", " ", "30", "1_0s", "-5m", "1.5h", "nan", "5m 30s", "\u0663s"),
    "--format": ("", "x", "JSON", "json "),
    "--report": ("", "x", "json", "json=", "=x", "xml=x", "json:x"),
    "--config": ("", " ", "missing.yml", "/dev/null", "/dev/zero", ".", "a\0b", "x" * 5000),
    "dashboard --config": ("", " ", "missing.yml", "/dev/null", "/dev/zero", "a\0b"),
    "gate --config": ("", " ", "missing.yml", "/dev/null", "/dev/zero", "a\0b", "x" * 5000),
    "--as": ("", "x", "Fixed", "false alarm", "fixed "),
    "--set": ("", "x", "checks=1", "checks.a=1", "checks.a.b=1", "a.b.c=1", "checks..x=1",
              "checks.freshness.max_lag_hours=nan", "checks.freshness.max_lag_hours=",
              "checks.freshness.max_lag_hours=-1"),
    "--up-to": ("-5", "1_0", "1e400", "nan", "inf", "\u0663", "", " ", " 1", "0x1", "1,5"),
    "--reason": TEXTS,
    "--owner": TEXTS,
    "--user-header": ("", " ", "a b", "a:b", "\u00e4", "x" * 101, "a\nb"),
    "--subject": TEXTS,
    "CHECK": ("", " ", "freshnes", "\u00e4", "x" * 5000),
    "ID": (*NUMBERS, "0", "x"),
}  # fmt: skip
#: Options that take no value, or any text there is.
FREE = {"--help", "--strict", "--catch-up", "--no-record", "--no-explain", "--deep", "--explain",
        "--allow-anonymous", "--note", "--replace-oldest", "--all", "--summary",
        "SUBJECT"}  # fmt: skip
REQUIRED = {
    "waive": ["freshness", "--until", "2999-01-01", "--reason", "r", "--owner", "o",
              "--up-to", "9"],
    "ack": ["freshness", "--owner", "o"],
    "close": ["freshness", "--as", "fixed", "--owner", "o"],
    "explain": ["freshness"],
    "backfill": ["--from", "2025-03-01", "--to", "2025-03-02"],
    "recount": ["--from", "2025-03-01", "--to", "2025-03-02"],
    "waivers revoke": ["1", "--owner", "o"],
    "accept": ["event_volume", "--reason", "r", "--owner", "o"],
    "acceptances revoke": ["1", "--owner", "o"],
}  # fmt: skip


def _parsers() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for name in commands.names():
        parser = Parser(prog=name)
        commands.load(name).configure(parser)
        yield name, parser
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                for sub, inner in action.choices.items():
                    yield f"{name} {sub}", inner


def _options() -> Iterator[tuple[str, str]]:
    for command, parser in _parsers():
        for action in parser._actions:
            if not isinstance(action, argparse._SubParsersAction):
                yield command, (action.option_strings or [action.metavar or action.dest])[-1]


CASES = [
    (command, option, word)
    for command, option in _options()
    if option not in FREE
    for word in BAD.get(f"{command} {option}", BAD.get(option, ()))
]


def test_every_option_is_in_the_table() -> None:
    known = set(BAD) | FREE
    assert [pair for pair in _options() if pair[1] not in known] == []


def _words(command: str, option: str, word: str) -> list[str]:
    needed = list(REQUIRED.get(command, []))
    if not option.startswith("-"):
        return [*command.split(), *([word, *needed[1:]] if not word.startswith("-") else
                                    [*needed[1:], "--", word])]  # fmt: skip
    if option in needed:
        place = needed.index(option)
        del needed[place : place + 2]
    return [*command.split(), *needed, f"{option}={word}"]


@pytest.mark.parametrize(("command", "option", "word"), CASES)
def test_a_bad_value_is_refused_in_one_line(
    andon: Andon, engine: FakeEngine, folder: Path, command: str, option: str, word: str
) -> None:
    result = andon(*_words(command, option, word))
    assert result.code == 2
    assert "Traceback" not in result.err
    assert "internal error" not in result.err
    assert result.err.startswith("error: ")
    assert result.err.count("\n") == 1
    assert engine.calls == []
    if option == "--config":
        assert "allowed: " in result.err
    elif option == "CHECK":
        assert "unknown check" in result.err
    else:
        name = {"--host": "", "--scenario": "", "--dir": ""}.get(option, option)
        assert name in result.err
