"""A report to standard output and to the files that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
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
    would go on with an old one. Red stays red. What is printed says so.
    """
    # Files first: a reader that closes the pipe early does not cost them.
    failures = [_write(report, file) for file in files]
    if format_ == "github":
        failures.append(_summarise(report, console))
    report = _with_failures(report, [text for text in failures if text], console)
    if not (format_ == "text" and report.errors and not report.checks):
        # For a person, the problems are already on standard error.
        console.out(render(format_, report, color=console.colored))
    return _not_green(report.exit_code) if console.failed else report.exit_code


def _with_failures(report: Report, failures: list[str], console: Console) -> Report:
    """The report, which says that files are missing, and whose exit code knows it."""
    if not failures:
        return report
    for text in failures:
        console.problem(text)
    warnings = (*report.warnings, *failures)
    return replace(report, exit_code=_not_green(report.exit_code), warnings=warnings)


def _not_green(code: int) -> int:
    return RED if code == RED else UNKNOWN


def _write(report: Report, file: ReportFile) -> str | None:
    text = render(file.format, report)
    return _attempt(lambda: replace_file(file.path, text), file.format, file.path)


def _summarise(report: Report, console: Console) -> str | None:
    path = console.environ.get(_SUMMARY_FILE)
    if not path:
        return None
    from checks.outputs.github import job_summary

    text = job_summary(report)
    return _attempt(lambda: append_file(Path(path), text), "job summary", Path(path))


def _attempt(write: Callable[[], None], what: str, path: Path) -> str | None:
    """Why a file could not be written; None when it was."""
    try:
        write()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        return f"cannot write the {what} report to {str(path)!r}: {reason_of(error)}"
    return None
