"""Delivers one report to all its outputs: files, the history, pipes, standard output.

All of them get the same verdict and exit code, whichever of them fails: see `publish`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from checks.cli.console import Console, reason_of
from checks.cli.files import Appended, StagedFile, is_stream, write_stream
from checks.cli.values import ReportFile
from checks.core.model import Report, Status
from checks.core.text import plural
from checks.history.recording import Recording
from checks.judging.gate import GREEN, UNKNOWN
from checks.outputs import render

_SUMMARY_FILE = "GITHUB_STEP_SUMMARY"


def publish(
    report: Report,
    format_: str,
    files: Sequence[ReportFile],
    console: Console,
    recording: Recording | None = None,
) -> int:
    """Write, record and print the report; return the exit code.

    A report that could not be written turns 0 into 2 and the verdict into unknown, as its readers
    would go on with an old one. Red stays red. What was written before the failure is then written
    again. Therefore outputs that can be replaced come first, and standard output last.
    """
    return _Publication(report, format_, files, console, recording).outcome()


class _Output(Protocol):
    """One output of the report."""

    label: str

    def prepare(self, report: Report) -> None:
        """Do everything that may fail except for the last step. Raises OSError or ValueError."""

    def deliver(self) -> None:
        """Make the report visible. Raises OSError or ValueError."""

    def discard(self) -> None:
        """Drop what is prepared but not delivered."""

    def withdraw(self) -> str:
        """Take back what was delivered, as it is outdated. Returns a note on what remains."""


class _Publication:
    """The outputs of one report, their failures, and the report that results from these."""

    def __init__(
        self,
        report: Report,
        format_: str,
        files: Sequence[ReportFile],
        console: Console,
        recording: Recording | None,
    ) -> None:
        self._report, self._format, self._console = report, format_, console
        self._recording = recording
        self._outputs = list(_outputs(format_, files, console))
        self._failures: list[str] = []
        self._history_problem: str | None = None

    def outcome(self) -> int:
        """Deliver until no output fails any more; each attempt has fewer outputs."""
        while not self._deliver_all(report := self._final_report()):
            pass
        return report.exit_code

    def _final_report(self) -> Report:
        """The report that results from the failures so far."""
        report = self._report
        if self._history_problem:
            report = replace(report, warnings=(*report.warnings, self._history_problem))
        return with_missing_outputs(report, self._failures) if self._failures else report

    def _deliver_all(self, report: Report) -> bool:
        """Whether all remaining outputs were delivered."""
        try:
            text = self._rendered(report)
            return (
                self._all_succeed(lambda output: output.prepare(report))
                and self._is_recorded(report)
                and self._all_succeed(lambda output: output.deliver())
                and self._is_printed(text)
            )
        finally:
            for output in self._outputs:
                output.discard()

    def _all_succeed(self, step: Callable[[_Output], None]) -> bool:
        """Whether a step succeeded for all; outputs that fail are dropped."""
        failed = [output for output in self._outputs if not self._succeeds(step, output)]
        self._outputs = [output for output in self._outputs if output not in failed]
        return not failed

    def _succeeds(self, step: Callable[[_Output], None], output: _Output) -> bool:
        try:
            step(output)
        except (OSError, ValueError) as error:  # ValueError: a name that no file can have
            output.discard()
            problem = f"cannot write {output.label}: {reason_of(error)}{output.withdraw()}"
            self._console.problem(problem)
            self._failures.append(problem)
            return False
        return True

    def _is_recorded(self, report: Report) -> bool:
        """Whether it is in the history; tried once, and a failure is a warning in the reports."""
        if self._recording is None:
            return True
        problem = self._recording.keep(report)
        if problem is None:
            return True
        self._recording, self._history_problem = None, problem
        return False

    def _rendered(self, report: Report) -> str:
        if self._format == "text" and report.errors and not report.checks:
            return ""  # for a person, the problems are already on standard error
        return render(self._format, report, color=self._console.colored)

    def _is_printed(self, text: str) -> bool:
        console = self._console
        was_closed = console.failed
        if not text or was_closed:
            return True
        console.out(text)
        is_printed = not console.failed
        if not is_printed:
            self._failures.append("cannot write the report to standard output")
        return is_printed


def with_missing_outputs(report: Report, failures: Sequence[str]) -> Report:
    """The report where some of its outputs failed: no longer green, the line must not go on."""
    report = replace(report, warnings=(*report.warnings, *failures))
    if report.exit_code != GREEN:
        return report
    from checks.evaluation.summary import withheld

    summary = withheld(report.summary, plural(len(failures), "report"))
    return replace(report, exit_code=UNKNOWN, verdict=Status.UNKNOWN, summary=summary)


def _outputs(format_: str, files: Sequence[ReportFile], console: Console) -> Iterator[_Output]:
    """All outputs except for standard output; those that can be replaced come first."""
    streams = [file for file in files if _is_stream(file.path)]
    yield from (_File(file) for file in files if file not in streams)
    if summary := summary_file(format_, console):
        yield _Summary(summary)
    yield from (_Stream(file) for file in streams)


def summary_file(format_: str, console: Console) -> Path | None:
    """The file of GitHub's job summary, to which a report in its format is added."""
    name = console.environ.get(_SUMMARY_FILE)
    return Path(name) if format_ == "github" and name else None


def _is_stream(path: Path) -> bool:
    try:
        return is_stream(path)
    except (OSError, ValueError):
        return False  # writing reports the reason


class _File:
    """A file that is replaced as a whole."""

    def __init__(self, file: ReportFile) -> None:
        self.label = f"the {file.format} report to {str(file.path)!r}"
        self._file = file
        self._staged: StagedFile | None = None
        self._is_delivered = False

    def prepare(self, report: Report) -> None:
        if self._staged is not None:
            self._staged.discard()
        self._staged = StagedFile(self._file.path, render(self._file.format, report))

    def deliver(self) -> None:
        if self._staged is not None:
            self._staged.commit()
            self._is_delivered = True

    def discard(self) -> None:
        if self._staged is not None:
            self._staged.discard()

    def withdraw(self) -> str:
        """Remove the file: an outdated report is worse than none."""
        if self._is_delivered:
            try:
                Path(os.path.realpath(self._file.path)).unlink(missing_ok=True)
            except (OSError, ValueError) as error:
                return f"; what is there is out of date and cannot be removed: {reason_of(error)}"
        return ""


class _Summary:
    """The job summary, which is added to a file."""

    def __init__(self, path: Path) -> None:
        self.label = f"the job summary to {str(path)!r}"
        self._appended = Appended(path)
        self._text, self._is_delivered = "", False

    def prepare(self, report: Report) -> None:
        from checks.outputs.github import job_summary

        self._text = job_summary(report)

    def deliver(self) -> None:
        self._appended.write(self._text)
        self._is_delivered = True

    def discard(self) -> None:
        """Nothing to be done."""

    def withdraw(self) -> str:
        """Only note it: partly appended text is removed where the file could be opened."""
        return "; what was added before is out of date" if self._is_delivered else ""


class _Stream:
    """A pipe or a device: what is delivered cannot be taken back; a correction follows it."""

    def __init__(self, file: ReportFile) -> None:
        self.label = f"the {file.format} report to {str(file.path)!r}"
        self._file = file
        self._text = ""

    def prepare(self, report: Report) -> None:
        self._text = render(self._file.format, report)

    def deliver(self) -> None:
        write_stream(self._file.path, self._text)

    def discard(self) -> None:
        """Nothing to be done."""

    def withdraw(self) -> str:
        """Nothing to be done."""
        return ""
