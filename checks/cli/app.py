"""One command line from its words to its exit code; the last line of defence for every fault."""

from __future__ import annotations

from checks.cli import commands, failure
from checks.cli.console import Console
from checks.cli.parsing import HelpWanted, Parser
from checks.core.errors import UsageError, is_interruption
from checks.core.text import did_you_mean, quoted
from checks.core.version import VERSION
from checks.judging.gate import GREEN, INTERRUPTED, UNKNOWN

_PROG = "andon"


def run(words: list[str]) -> int:
    """Run one command line. Never raises; prints no traceback unless ANDON_DEBUG asks for it."""
    console = Console.of_process()
    try:
        code = _dispatch(words, console)
    except KeyboardInterrupt:
        return _interrupted(console)
    except Exception as error:  # noqa: BLE001  (said in one line, with exit code 2)
        if is_interruption(error):
            return _interrupted(console)
        failure.tell(error, console)
        if _wants_json(words) and not console.wrote:
            console.out(failure.as_json(error))
        code = UNKNOWN
    # A green light that nobody could read is not a green light.
    return code if code or not console.failed else UNKNOWN


def _dispatch(words: list[str], console: Console) -> int:
    if not words:
        console.err(_overview())
        return UNKNOWN
    first = words[0]
    if first in ("-h", "--help", "help"):
        console.out(_overview())
        return GREEN
    if first in ("-V", "--version"):
        console.out(f"{_PROG} {VERSION}\n")
        return GREEN
    command = commands.load(_known(first))
    parser = Parser(prog=f"{_PROG} {first}", description=commands.summary(first))
    command.configure(parser)
    try:
        args = parser.read(words[1:])
    except HelpWanted as help_wanted:
        console.out(str(help_wanted))
        return GREEN
    return command.run(args, console)


def _interrupted(console: Console) -> int:
    console.err("interrupted\n")
    return INTERRUPTED


def _known(word: str) -> str:
    """The word, if it names a command. Raises UsageError."""
    if word in commands.names():
        return word
    if word.startswith("-"):
        raise UsageError(f"options come after the command: andon gate {quoted(word)[1:-1]} ...")
    near = did_you_mean(word, commands.names())
    hint = f"did you mean {near}?" if near else f"known: {', '.join(commands.names())}"
    raise UsageError(f"unknown command {quoted(word)}; {hint}")


def _wants_json(words: list[str]) -> bool:
    """Whether the gate was asked for JSON, told from the bare words: they may be unparsable."""
    pairs = zip(words, [*words[1:], ""], strict=True)
    return words[:1] == ["gate"] and any(
        word == "--format=json" or (word == "--format" and value == "json") for word, value in pairs
    )


def _overview() -> str:
    rows = [(name, commands.summary(name)) for name in commands.names()]
    width = max(len(name) for name, _ in rows)
    listed = "".join(f"  {name:<{width}}  {summary}\n" for name, summary in rows)
    return (
        f"usage: {_PROG} COMMAND [options]\n\n"
        "The red/green board and the stop-the-line gate of a daily data pipeline.\n\n"
        f"{listed}\n"
        f"{_PROG} COMMAND --help tells a command's options; {_PROG} --version the version.\n"
        "Exit codes: 0 go on, 1 stop the line, 2 could not be judged, 130 interrupted.\n"
    )
