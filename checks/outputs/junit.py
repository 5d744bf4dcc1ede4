"""For CI servers: one JUnit test case a check; unknown is an error, skipped is skipped."""

from __future__ import annotations

from datetime import UTC
from xml.etree import ElementTree as ET

from checks.core.inert import line
from checks.core.model import Report, Status, Verdict
from checks.judging.gate import GREEN, RED
from checks.outputs import _sentences

_OUTCOMES = {
    Status.RED: "failure",
    Status.UNKNOWN: "error",
    Status.SKIPPED: "skipped",
    Status.WAIVED: "skipped",
    Status.AMBER: "system-out",
}
_STOPPING = ("failure", "error")
_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def render(report: Report, *, color: bool = False) -> str:
    """One test suite a judged data date, named like the pipeline; valid against xunit's schema."""
    name = line(report.pipeline) or "andon"
    suites = ET.Element("testsuites", name="andon")
    for day in report.by_day():
        of_day = f" {day.data_date}" if report.days else ""
        suite = ET.SubElement(suites, "testsuite", name=f"{name}{of_day}")
        _fill(suite, name, day)
    _verdict(suites, name, report)
    _notes(suites[-1], report)
    for suite in suites:
        _count(suite, report)
    _total(suites, report)
    ET.indent(suites)
    body = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _fill(suite: ET.Element, name: str, day: Report) -> None:
    """The cases of one data date."""
    _properties(suite, day)
    for verdict in day.checks:
        _case(suite, name, verdict, day)
    _configuration(suite, name, day)


def _properties(suite: ET.Element, report: Report) -> None:
    properties = ET.SubElement(suite, "properties")
    for name in ("verdict", "exit_code", "run_date", "data_date", "timezone", "andon_version"):
        value = getattr(report, name)
        text = "" if value is None else line(value)
        ET.SubElement(properties, "property", name=name, value=text)


def _case(suite: ET.Element, pipeline: str, verdict: Verdict, report: Report) -> None:
    classname = f"{pipeline}.{verdict.layer}"
    case = ET.SubElement(suite, "testcase", classname=classname, name=line(verdict.id), time="0")
    outcome = _OUTCOMES.get(verdict.status)
    if outcome is None:
        return
    element = ET.SubElement(case, outcome)
    element.text = _sentences.body(verdict, report)
    if outcome != "system-out":
        element.set("message", _message(verdict))
    if outcome in ("failure", "error"):
        element.set("type", verdict.cause or verdict.status)


def _message(verdict: Verdict) -> str:
    if verdict.status is Status.WAIVED and verdict.waiver:
        return line(f"waived: {verdict.waiver.reason}; {verdict.message}")
    return line(verdict.message)


def _configuration(suite: ET.Element, pipeline: str, report: Report) -> None:
    """One erroneous case for all problems of the configuration or of the call."""
    if not report.errors:
        return
    classname = f"{pipeline}.configuration"
    case = ET.SubElement(suite, "testcase", classname=classname, name="configuration", time="0")
    problems = [_sentences.problem(problem) for problem in report.errors]
    error = ET.SubElement(case, "error", message=problems[0], type="configuration")
    error.text = "\n".join(problems)


def _verdict(suites: ET.Element, pipeline: str, report: Report) -> None:
    """A failing case, in the last suite, where no other one fails but the line stops all the same.

    With `--strict`, when nothing was judged, or when a report could not be written.
    """
    has_failure = any(suites.findall(f"testsuite/testcase/{tag}") for tag in _STOPPING)
    if report.exit_code == GREEN or has_failure:
        return
    classname = f"{pipeline}.gate"
    case = ET.SubElement(suites[-1], "testcase", classname=classname, name="verdict", time="0")
    kind = "failure" if report.exit_code == RED else "error"
    message = _sentences.headline(report)
    element = ET.SubElement(case, kind, message=message, type=report.verdict.value)
    element.text = "\n".join([message, *map(line, report.warnings)])


def _count(suite: ET.Element, report: Report) -> None:
    suite.set("tests", str(len(suite.findall("testcase"))))
    for key, tag in _COUNTED.items():
        suite.set(key, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("time", f"{report.duration_seconds:.3f}")
    suite.set("timestamp", f"{report.evaluated_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}")


def _total(suites: ET.Element, report: Report) -> None:
    for key in ("tests", "failures", "errors"):  # the schema has `skipped` for a suite only
        suites.set(key, str(sum(int(suite.get(key, "0")) for suite in suites)))
    suites.set("time", f"{report.duration_seconds:.3f}")


def _notes(suite: ET.Element, report: Report) -> None:
    waivers = [f"{line(state.check)} {_sentences.waiver_terms(state)}" for state in report.waivers]
    accepted = map(_sentences.acceptance_terms, report.acceptances)
    lines = "\n".join([_sentences.headline(report), *waivers, *accepted])
    ET.SubElement(suite, "system-out").text = lines
    if report.warnings:
        ET.SubElement(suite, "system-err").text = "\n".join(map(line, report.warnings))
