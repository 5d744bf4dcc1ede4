"""Runs one command line, from its arguments to its exit code, and handles every error."""

from __future__ import annotations

from checks.cli import commands, failure
from checks.cli.console import Console
from checks.cli.parsing import HelpRequested, Parser
from checks.core.errors import UsageError, is_interruption
from checks.core.text import did_you_mean, quoted
from checks.core.version import VERSION
from checks.judging.gate import GREEN, INTERRUPTED, UNKNOWN

_PROG = "andon"


def run(arguments: list[str]) -> int:
    """Run one command line. Never raises; prints a traceback only with ANDON_DEBUG."""
    console = Console.of_process()
    try:
        code = _dispatch(arguments, console)
    except KeyboardInterrupt:
        return _interrupted(console)
    except Exception as error:  # noqa: BLE001  (shown in one line, with exit code 2)
        if is_interruption(error):
            return _interrupted(console)
        failure.show(error, console)
        if _wants_json(arguments) and not console.wrote:
            console.out(failure.as_json(error))
        code = UNKNOWN
    # A green verdict that could not be printed does not count as green.
    return code if code or not console.failed else UNKNOWN


def _dispatch(arguments: list[str], console: Console) -> int:
    if not arguments:
        console.err(_overview())
        return UNKNOWN
    first = arguments[0]
    if first in ("-h", "--help", "help"):
        console.out(_overview())
        return GREEN
    if first in ("-V", "--version"):
        console.out(f"{_PROG} {VERSION}\n")
        return GREEN
    command = commands.load(_known_command(first))
    parser = Parser(prog=f"{_PROG} {first}", description=commands.summary(first))
    command.configure(parser)
    try:
        args = parser.read(arguments[1:])
    except HelpRequested as help_wanted:
        console.out(str(help_wanted))
        return GREEN
    return command.run(args, console)


def _interrupted(console: Console) -> int:
    console.err("interrupted\n")
    return INTERRUPTED


def _known_command(word: str) -> str:
    """The word, if it names a command. Raises UsageError otherwise."""
    if word in commands.names():
        return word
    if word.startswith("-"):
        raise UsageError(f"options come after the command: andon gate {quoted(word)[1:-1]} ...")
    near = did_you_mean(word, commands.names())
    hint = f"did you mean {near}?" if near else f"known: {', '.join(commands.names())}"
    raise UsageError(f"unknown command {quoted(word)}; {hint}")


def _wants_json(arguments: list[str]) -> bool:
    """Whether the gate was to print JSON, by the raw arguments, which may be invalid."""
    pairs = zip(arguments, [*arguments[1:], ""], strict=True)
    return arguments[:1] == ["gate"] and any(
        word == "--format=json" or (word == "--format" and value == "json") for word, value in pairs
    )


def _overview() -> str:
    rows = [(name, commands.summary(name)) for name in commands.names()]
    width = max(len(name) for name, _ in rows)
    command_list = "".join(f"  {name:<{width}}  {summary}\n" for name, summary in rows)
    return (
        f"usage: {_PROG} COMMAND [options]\n\n"
        "The red/green board and the stop-the-line gate of a daily data pipeline.\n\n"
        f"{command_list}\n"
        f"{_PROG} COMMAND --help tells a command's options; {_PROG} --version the version.\n"
        "Exit codes: 0 go on, 1 stop the line, 2 could not be judged, 130 interrupted.\n"
    )
