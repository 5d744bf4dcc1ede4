"""For GitHub Actions: one annotation for each thing that needs a person, and the job summary.

A check that follows from another one is named in that one's annotation: GitHub shows ten a step.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.core.inert import line
from checks.core.model import Problem, Report, Status, folded
from checks.outputs import _sentences

_COMMANDS = {
    Status.RED: "error",
    Status.UNKNOWN: "error",
    Status.AMBER: "warning",
    Status.WAIVED: "warning",
}


def render(report: Report, *, color: bool = False) -> str:
    """Workflow commands, one a line. A verdict that fails the step has at least one error."""
    commands = [_problem_command(problem) for problem in report.errors]
    commands += [*_check_commands(report)]
    commands += [_command("warning", "Andon", line(text)) for text in report.warnings]
    if report.acceptances:
        accepted = "\n".join(map(_sentences.acceptance_terms, report.acceptances))
        commands.append(_command("notice", "Accepted", accepted))
    if report.verdict is Status.GREEN:
        commands.append(_command("notice", "Andon", _sentences.headline(report)))
    elif report.exit_code and not any(text.startswith("::error") for text in commands):
        commands.insert(0, _command("error", "Andon", _sentences.headline(report)))
    return "".join(f"{text}\n" for text in commands)


def job_summary(report: Report) -> str:
    """The text for the file that GITHUB_STEP_SUMMARY names."""
    from checks.outputs import markdown  # not needed outside a workflow

    return markdown.render(report)


def _check_commands(report: Report) -> Iterator[str]:
    for day in _sentences.shown_days(report):
        for verdict, followers in folded(day.checks):
            command = _COMMANDS.get(verdict.status)
            if command:
                of_day = f" {day.data_date}" if report.days else ""
                title = line(f"{verdict.status.upper()} {verdict.id}{of_day}")
                parts = (_sentences.body(verdict, day), _sentences.followers(verdict, followers))
                yield _command(command, title, "\n".join(part for part in parts if part))


def _problem_command(problem: Problem) -> str:
    place = {"file": problem.file, "line": problem.line}
    known = {key: line(value) for key, value in place.items() if value is not None}
    return _command("error", "configuration", _sentences.problem(problem), known)


def _command(name: str, title: str, message: str, place: dict[str, str] | None = None) -> str:
    properties = {**(place or {}), "title": title}
    property_list = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {property_list}::{_escaped_message(message)}"


def _escaped_message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped_message(text).replace(":", "%3A").replace(",", "%2C")
