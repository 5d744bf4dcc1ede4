"""A report to standard output and to the files that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from checks.cli.console import Console, reason_of
from checks.cli.files import append_file, replace_file
from checks.cli.values import ReportFile
from checks.gate import RED, UNKNOWN
from checks.model import Report
from checks.outputs import render

_SUMMARY_FILE = "GITHUB_STEP_SUMMARY"


def publish(report: Report, format_: str, files: Sequence[ReportFile], console: Console) -> int:
    """Write and print the report; return the exit code.

    A report that could not be written turns 0 into 2: whoever relies on the file
    would go on with an old one. Red stays red.
    """
    # Files first: a reader that closes the pipe early does not cost them.
    written = [_write(report, file, console) for file in files]
    if format_ == "github":
        written.append(_summarise(report, console))
    if not (format_ == "text" and report.errors and not report.checks):
        # For a person, the problems are already on standard error.
        console.out(render(format_, report, color=console.colored))
    done = all(written) and not console.failed
    return report.exit_code if done or report.exit_code == RED else UNKNOWN


def _write(report: Report, file: ReportFile, console: Console) -> bool:
    text = render(file.format, report)
    return _attempt(lambda: replace_file(file.path, text), file.format, file.path, console)


def _summarise(report: Report, console: Console) -> bool:
    path = console.environ.get(_SUMMARY_FILE)
    if not path:
        return True
    from checks.outputs.github import job_summary

    text = job_summary(report)
    return _attempt(lambda: append_file(Path(path), text), "job summary", Path(path), console)


def _attempt(write: Callable[[], None], what: str, path: Path, console: Console) -> bool:
    try:
        write()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        console.problem(f"cannot write the {what} report to {str(path)!r}: {reason_of(error)}")
        return False
    return True
