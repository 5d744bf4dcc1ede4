"""docs/commands.md: every command, option and value that exists, and none that does not."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.cli import commands
from checks.cli.parsing import Parser
from checks.demo.scenarios import SCENARIOS
from checks.outputs import formats

PAGE = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## `andon (\w+)`\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def parser_of(name: str) -> Parser:
    parser = Parser(prog=f"andon {name}")
    commands.load(name).configure(parser)
    return parser


def words_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Every option and argument, those of subcommands included."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield name
                yield from words_of(inner)
        elif not isinstance(action, argparse._HelpAction):
            yield from action.option_strings or [str(action.metavar or action.dest)]


def test_each_command_has_a_section_and_nothing_else_has() -> None:
    assert sorted(SECTIONS) == sorted(commands.names())


@pytest.mark.parametrize("name", commands.names())
def test_every_option_is_documented_and_exists(name: str) -> None:
    section = SECTIONS[name]
    known = set(words_of(parser_of(name)))
    rows = set(re.findall(r"^\| `(?:revoke |adopt )?([-\w]+)", section, re.MULTILINE))
    assert {word for word in known if word != "revoke"} == rows
    assert commands.summary(name).rstrip(".") in section


@pytest.mark.parametrize("name", commands.names())
def test_no_option_is_mentioned_that_does_not_exist(name: str) -> None:
    calls = re.findall(rf"andon {name}\b([^`\n]*)", PAGE)
    mentioned = set(re.findall(r"(?<![\w-])--[a-z-]+", " ".join(calls)))
    assert mentioned <= set(words_of(parser_of(name)))


def test_every_format_and_scenario_is_named() -> None:
    assert all(f"`{name}`" in SECTIONS["gate"] for name in formats())
    assert all(f"`{name}`" in SECTIONS["demo"] for name in SCENARIOS)


def test_the_help_names_every_format_and_scenario() -> None:
    help_text = " ".join(parser_of("gate").format_help().split())
    assert all(name in help_text for name in formats())
    help_text = " ".join(parser_of("demo").format_help().replace("-\n", "-").split())
    assert all(name in help_text.replace("- ", "-") for name in SCENARIOS)
