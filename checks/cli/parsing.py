"""An argument parser that reports a problem in one line, with a suggestion."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from itertools import islice
from typing import NoReturn

from checks.cli import values
from checks.core.errors import UsageError
from checks.core.text import did_you_mean, quoted


class HelpRequested(Exception):  # noqa: N818 - not an error
    """`--help` was given; the message is the text to print."""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that neither prints nor exits: it raises UsageError or HelpRequested."""

    def __init__(self, prog: str, **keywords: object) -> None:
        # With abbreviations a new option could break existing scripts.
        super().__init__(prog=prog, allow_abbrev=False, **keywords)  # type: ignore[arg-type]

    def read(self, arguments: Sequence[str]) -> argparse.Namespace:
        """The parsed arguments. Raises UsageError for unknown ones."""
        args, unknown = self.parse_known_args(self._in_order(arguments))
        if unknown:
            self.error(self._unknown(unknown[0]))
        return args

    def _in_order(self, arguments: Sequence[str]) -> list[str]:
        """The options, `--`, then all other words, so that these may stand anywhere.

        argparse fills an optional argument as soon as it can, with nothing before an option. What
        comes after `--` is no option, whatever it begins with.
        """
        if not any(action.nargs == argparse.OPTIONAL for action in self._get_positional_actions()):
            return list(arguments)
        options, words = list[str](), list[str]()
        rest = iter(arguments)
        for word in rest:
            if word == "--":
                words += rest
            elif not self._is_option(word):
                words.append(word)
            else:
                options.append(word)
                action = self._option_string_actions.get(word)
                if action is not None and action.nargs is None:
                    options += islice(rest, 1)
        return [*options, "--", *words]

    def _is_option(self, word: str) -> bool:
        """As argparse has it: no lone dash, no negative number, no other word with a space."""
        if word.partition("=")[0] in self._option_string_actions:
            return True
        is_number = re.fullmatch(r"-(\d+|\d*\.\d+)", word) is not None
        return len(word) > 1 and word.startswith("-") and " " not in word and not is_number

    def error(self, message: str) -> NoReturn:
        """Raises UsageError with what is wrong with the call."""
        problem = message.removeprefix("argument ")
        raise UsageError(f"{self.prog}: {problem} (see {self.prog} --help)")

    def print_help(self, file: object = None) -> None:
        """Raises HelpRequested with the help text."""
        raise HelpRequested(self.format_help())

    def _unknown(self, word: str) -> str:
        kind = "option" if word.startswith("-") else "argument"
        name = word.partition("=")[0]
        near = did_you_mean(name, list(self._option_string_actions)) if kind == "option" else None
        hint = f"; did you mean {near}?" if near else ""
        return f"unknown {kind} {quoted(name)}{hint}"


def config_path(word: str) -> str:
    """The path of a configuration; an empty one would be the current folder."""
    if not word.strip():
        raise argparse.ArgumentTypeError("it is empty, allowed: a readable YAML file")
    return word


def add_config(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """Add the option that every command with a configuration takes."""
    parser.add_argument(
        "--config",
        type=config_path,
        metavar="FILE",
        default=default,
        help="the configuration (default: $ANDON_CONFIG, else ./andon.yml)",
    )


def add_configs(parser: argparse.ArgumentParser) -> None:
    """Add the option of a command that takes several configurations."""
    parser.add_argument(
        "--config",
        type=config_path,
        action="append",
        default=[],
        metavar="FILE|FOLDER",
        help="a pipeline's configuration, or a folder of them; may be repeated "
        "(default: $ANDON_CONFIG, else ./andon.yml)",
    )


def add_owner(parser: argparse.ArgumentParser, meaning: str) -> None:
    """Add the option that every command with a person takes. meaning: such as `who closes it`.

    `checks.cli.people.owner_of` has the name where the option is not given.
    """
    parser.add_argument(
        "--owner",
        type=values.sentence,
        metavar="NAME",
        help=f"{meaning} (default: $ANDON_OWNER, else the login name)",
    )


def add_revoke(parser: argparse.ArgumentParser, command: str, noun: str) -> None:
    """Add the action `revoke ID` to a command that lists decisions. noun: such as `a waiver`."""
    parser.usage = f"{parser.prog} [-h] [--config FILE] [revoke ID]"
    actions = parser.add_subparsers(dest="action", metavar="revoke ID", prog=parser.prog)
    revoke = actions.add_parser("revoke", help=f"end {noun} now")
    revoke.add_argument(
        "id", type=values.positive, metavar="ID", help=f"as andon {command} shows it"
    )
    add_owner(revoke, "who ends it")
    # Without a default, which would override a --config before `revoke`.
    add_config(revoke, default=argparse.SUPPRESS)


def add_days(parser: argparse.ArgumentParser, meaning: str) -> None:
    """Add the options for a range of days, `first` and `last`. meaning: what each day is."""
    for name, which in (("--from", "first"), ("--to", "last")):
        parser.add_argument(
            name, dest=which, type=values.day, required=True, metavar="D",
            help=f"the {which} {meaning}; included",
        )  # fmt: skip
