"""Errors as lines for a person and as a report for a machine, without secrets or tracebacks."""

from __future__ import annotations

from checks.cli.console import Console
from checks.core import clock
from checks.core.environment import DEBUG
from checks.core.errors import AndonError, ConfigError
from checks.core.inert import line
from checks.core.model import Problem, Report, Status
from checks.core.secrets import without_credentials
from checks.core.text import plural
from checks.core.version import VERSION
from checks.judging.gate import UNKNOWN


def problems_of(error: Exception) -> tuple[Problem, ...]:
    """The problems behind an error. An internal error shows its type only."""
    if isinstance(error, ConfigError):
        return error.problems
    if isinstance(error, AndonError):
        return (Problem(without_credentials(str(error))),)
    hint = f"set {DEBUG}=1 to see the traceback"
    return (Problem(f"internal error: {type(error).__name__} ({hint})"),)


def show(error: Exception, console: Console) -> None:
    """Print an error's problems on standard error, one a line."""
    for problem in problems_of(error):
        console.problem(problem.message)
    if not isinstance(error, AndonError) and console.environ.get(DEBUG):
        console.err(_traceback(error))


def report(error: Exception, pipeline: str = "") -> Report:
    """The report of an evaluation that could not begin: no checks, verdict unknown.

    pipeline: distinguishes the report from others; empty where none is known.
    """
    problems = problems_of(error)
    return Report(
        pipeline=pipeline,
        run_date=None,
        data_date=None,
        evaluated_at=clock.now(),
        verdict=Status.UNKNOWN,
        exit_code=UNKNOWN,
        summary=f"nothing was evaluated: {plural(len(problems), 'problem')}",
        checks=(),
        errors=problems,
        andon_version=VERSION,
    )


def as_json(error: Exception) -> str:
    """The report of an error as a JSON document."""
    from checks.outputs import render

    return render("json", report(error))


def _traceback(error: Exception) -> str:
    import traceback

    lines = without_credentials("".join(traceback.format_exception(error))).splitlines()
    return "".join(f"{line(text)}\n" for text in lines)
