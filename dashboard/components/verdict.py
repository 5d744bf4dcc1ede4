"""The answer in one sentence."""

from __future__ import annotations

from datetime import date

from checks.core.model import Report, Status
from checks.core.text import day_text
from dashboard import look, page
from dashboard.markup import Html, join, show, tag

_PASSING = (Status.GREEN, Status.AMBER)


def sentence(here: page.Here) -> None:
    """`✗ RED  Do not refresh the dashboards: 2 of 11 checks failed for Saturday 8 March.`"""
    show(markup(here.report, here.day, here.gate.stopped))
    if here.report.warnings:
        lines = join(*(tag("div", text) for text in here.report.warnings))
        show(tag("div", tag("strong", "Warnings"), lines, class_="a-note"))


def markup(report: Report, day: date, stopped: str | None = None) -> Html:
    """The sentence with its status. `stopped`: what the gate did, as `words` has it."""
    css = look.look_of(report.verdict).css
    box = css if report.verdict is Status.RED else f"quiet {css}-line"
    return tag(
        "div",
        look.chip(report.verdict, big=True),
        tag("p", words(report, day, stopped)),
        class_=f"a-verdict {box}",
    )


def words(report: Report, day: date, stopped: str | None = None) -> str:
    """The report's summary as a sentence that names the day as people do.

    stopped: that the gate stopped the line for amber alone. Then nothing says that the dashboards
    may be refreshed: only the gate releases the line.
    """
    summary = report.summary
    if stopped is not None and report.verdict in _PASSING:
        summary = f"{stopped}. Now {summary.partition(': ')[2]}"
    text = summary.replace(str(day), day_text(day))
    return f"{text[:1].upper()}{text[1:]}."
