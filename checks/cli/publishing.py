"""One report to everything that was asked for: files, the history, pipes, standard output.

All of them tell the same verdict and exit code, whatever of them fails: see `publish`.
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

    A report that could not be written turns 0 into 2 and the verdict into unknown: whoever
    relies on it would go on with an old one. Red stays red. What was written before the failure
    is then written again. So what can be replaced comes first, and standard output last.
    """
    return _Publication(report, format_, files, console, recording).outcome()


class _Output(Protocol):
    """One place that the report goes to."""

    what: str

    def prepare(self, report: Report) -> None:
        """Do all that may fail but for the last step. Raises OSError or ValueError."""

    def deliver(self) -> None:
        """Let readers see it. Raises OSError or ValueError."""

    def discard(self) -> None:
        """Forget what is prepared and not delivered."""

    def withdraw(self) -> str:
        """Take back what was delivered, as it is wrong by now. Returns what could not be."""


class _Publication:
    """The outputs of one report, those that failed, and what the report is because of them."""

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
        self._history_trouble: str | None = None

    def outcome(self) -> int:
        """Deliver until nothing fails any more; each round has fewer outputs."""
        while not self._round(final := self._final()):
            pass
        return final.exit_code

    def _final(self) -> Report:
        """The report as it is with what failed so far."""
        report = self._report
        if self._history_trouble:
            report = replace(report, warnings=(*report.warnings, self._history_trouble))
        return undelivered(report, self._failures) if self._failures else report

    def _round(self, final: Report) -> bool:
        """Whether everything that is left was delivered."""
        try:
            text = self._printed(final)
            return (
                self._each(lambda output: output.prepare(final))
                and self._is_recorded(final)
                and self._each(lambda output: output.deliver())
                and self._is_shown(text)
            )
        finally:
            for output in self._outputs:
                output.discard()

    def _each(self, step: Callable[[_Output], None]) -> bool:
        """Whether a step went well for all; those that failed are left out from now on."""
        failed = [output for output in self._outputs if not self._went_well(step, output)]
        self._outputs = [output for output in self._outputs if output not in failed]
        return not failed

    def _went_well(self, step: Callable[[_Output], None], output: _Output) -> bool:
        try:
            step(output)
        except (OSError, ValueError) as error:  # ValueError: a name that no file can have
            output.discard()
            trouble = f"cannot write {output.what}: {reason_of(error)}{output.withdraw()}"
            self._console.problem(trouble)
            self._failures.append(trouble)
            return False
        return True

    def _is_recorded(self, final: Report) -> bool:
        """Whether it is in the history; a failure is told in the reports, and tried once."""
        if self._recording is None:
            return True
        trouble = self._recording.keep(final)
        if trouble is None:
            return True
        self._recording, self._history_trouble = None, trouble
        return False

    def _printed(self, final: Report) -> str:
        if self._format == "text" and final.errors and not final.checks:
            return ""  # for a person, the problems are already on standard error
        return render(self._format, final, color=self._console.colored)

    def _is_shown(self, text: str) -> bool:
        console = self._console
        was_closed = console.failed
        if not text or was_closed:
            return True
        console.out(text)
        is_shown = not console.failed
        if not is_shown:
            self._failures.append("cannot write the report to standard output")
        return is_shown


def undelivered(report: Report, failures: Sequence[str]) -> Report:
    """The report when some of its outputs are missing: not green, and not to be gone on with."""
    report = replace(report, warnings=(*report.warnings, *failures))
    if report.exit_code != GREEN:
        return report
    from checks.evaluation.summary import withheld

    summary = withheld(report.summary, plural(len(failures), "report"))
    return replace(report, exit_code=UNKNOWN, verdict=Status.UNKNOWN, summary=summary)


def _outputs(format_: str, files: Sequence[ReportFile], console: Console) -> Iterator[_Output]:
    """Everything but standard output; what can be replaced comes first."""
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
        return False  # writing says why


class _File:
    """A file that is replaced as a whole."""

    def __init__(self, file: ReportFile) -> None:
        self.what = f"the {file.format} report to {str(file.path)!r}"
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
        """A report that is wrong by now is worse than none."""
        if self._is_delivered:
            try:
                Path(os.path.realpath(self._file.path)).unlink(missing_ok=True)
            except (OSError, ValueError) as error:
                return f"; what is there is out of date and cannot be removed: {reason_of(error)}"
        return ""


class _Summary:
    """The job summary, which is added to a file."""

    def __init__(self, path: Path) -> None:
        self.what = f"the job summary to {str(path)!r}"
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
        """What could not be added whole was taken back, where the file could be opened at all."""
        return "; what was added before is out of date" if self._is_delivered else ""


class _Stream:
    """A pipe or a device: what it got cannot be taken back, a correction follows it."""

    def __init__(self, file: ReportFile) -> None:
        self.what = f"the {file.format} report to {str(file.path)!r}"
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
