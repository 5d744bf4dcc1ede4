"""`andon gate` over several pipelines: each is judged, and the worst exit code counts."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence

from checks.cli.console import Console
from checks.cli.pipelines import files_of
from checks.config.naming import name_of
from checks.core.errors import UsageError
from checks.core.inert import line
from checks.core.model import GLYPHS, Status
from checks.core.text import plural, quoted
from checks.judging.gate import GREEN, RED, UNKNOWN, WORST_FIRST, worst_exit_code

_STATUSES = {GREEN: Status.GREEN, RED: Status.RED, UNKNOWN: Status.UNKNOWN}
_MEANINGS = {GREEN: "may be refreshed", RED: "stopped", UNKNOWN: "could not be judged"}


def run_each(
    paths: Sequence[str],
    args: Namespace,
    console: Console,
    run_one: Callable[[Namespace, Console, str | None], int],
) -> int:
    """Judge each pipeline, then say in a line each how it stands; the worst exit code.

    paths: files, and folders of them. Raises UsageError for outputs that hold one report only,
    ConfigError for a folder without a configuration.
    """
    if args.format != "text":
        raise UsageError(
            f"--format {args.format} is of one pipeline; with several --config only text is allowed"
        )
    if args.report:
        raise UsageError("--report is of one pipeline: run the gate once for each --config")
    names = {file: line(name_of(file, console.environ)) for file in map(str, files_of(paths))}
    _require_distinct(names)
    codes: dict[str, int] = {}
    for file, name in names.items():
        console.out(f"pipeline {name}\n\n")
        codes[name] = run_one(args, console, file)
        console.out("\n")
    for text in _lines(codes):
        console.out(text)
    return worst_exit_code(codes.values())


def _require_distinct(names: Mapping[str, str]) -> None:
    """Raises UsageError for two pipelines of one name: nobody could tell them apart."""
    files: dict[str, str] = {}
    for file, name in names.items():
        other = files.setdefault(name, file)
        if other != file:
            raise UsageError(f"two pipelines are named {quoted(name)}: {other} and {file}")


def _lines(codes: dict[str, int]) -> list[str]:
    """How many pipelines were judged, and how each stands, the worst first."""
    width = max(map(len, codes))
    ordered = sorted(codes.items(), key=lambda item: WORST_FIRST.index(item[1]))
    return [f"{plural(len(codes), 'pipeline')}\n"] + [
        f"  {GLYPHS[_STATUSES[code]]} {name:<{width}}  {_MEANINGS[code]} (exit {code})\n"
        for name, code in ordered
    ]
