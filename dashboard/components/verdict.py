"""The verdict of the evaluation in one sentence."""

from __future__ import annotations

from datetime import date

from checks.core.model import Report, Status
from checks.core.text import day_text
from dashboard import look, page
from dashboard.markup import Html, join, show, tag

_PASSING = (Status.GREEN, Status.AMBER)


def draw(context: page.PageContext) -> None:
    """`✗ RED  Do not refresh the dashboards: 2 of 11 checks failed for Saturday 8 March.`"""
    show(verdict_markup(context.report, context.day, context.gate.strict_stop))
    if context.report.warnings:
        lines = join(*(tag("div", text) for text in context.report.warnings))
        show(tag("div", tag("strong", "Warnings"), lines, class_="a-note"))


def verdict_markup(report: Report, day: date, strict_stop: str | None = None) -> Html:
    """The sentence with its status. `strict_stop`: see `verdict_sentence`."""
    css = look.look_of(report.verdict).css
    box = css if report.verdict is Status.RED else f"quiet {css}-line"
    return tag(
        "div",
        look.chip(report.verdict, big=True),
        tag("p", verdict_sentence(report, day, strict_stop)),
        class_=f"a-verdict {box}",
    )


def verdict_sentence(report: Report, day: date, strict_stop: str | None = None) -> str:
    """The report's summary as a sentence, with the day written out.

    strict_stop: text for a gate that stopped the line because of `--strict`. Then the sentence
    does not say that the dashboards may be refreshed: only the gate releases the line.
    """
    summary = report.summary
    if strict_stop is not None and report.verdict in _PASSING:
        summary = f"{strict_stop}. Now {summary.partition(': ')[2]}"
    text = summary.replace(str(day), day_text(day))
    return f"{text[:1].upper()}{text[1:]}."
