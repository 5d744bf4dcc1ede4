"""For a person at a terminal: the verdict, what to do now, then everything else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from checks.core.following import others_of
from checks.core.inert import line
from checks.core.model import FAILING, GLYPHS, Report, Status, Verdict, folded
from checks.outputs import _sentences

_WIDTH = 100
_INDENT = "    "
_LABEL = max(len(label) for label in ("Do now:", "Runbook:")) + 1
_STATUS = max(len(status) for status in Status)
_COMMAND = re.compile(r"(?<=: )andon .*")
#: Stands for a space where no line may end: inert text has no control character.
_KEPT_SPACE = "\x00"
_RESET = "\x1b[0m"
_COLORS = {
    Status.RED: "\x1b[1;31m",
    Status.UNKNOWN: "\x1b[1;35m",
    Status.AMBER: "\x1b[1;33m",
    Status.WAIVED: "\x1b[36m",
    Status.SKIPPED: "\x1b[2m",
    Status.GREEN: "\x1b[32m",
}


def render(report: Report, *, color: bool = False) -> str:
    """The report as text for about 100 columns; a glyph and a word repeat each colour's meaning."""
    blocks = [[_paint(_sentences.headline(report), report.verdict, color)]]
    blocks.append([_day_row(day, color) for day in report.days])
    for day in _sentences.shown_days(report):
        blocks += [[f"Data date {day.data_date}"]] if report.days else []
        blocks += _check_blocks(day, color)
    blocks += [*_lists(report), [_sentences.elapsed(report)]]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _check_blocks(report: Report, color: bool) -> Iterator[list[str]]:
    """A block for each failing check, with what follows from it in the next; the others in one."""
    width = max((len(line(verdict.id)) for verdict in report.checks), default=0)
    quiet = []
    for verdict, followers in folded(report.checks):
        rows = [_row(follower, width, color) for follower in others_of(verdict, followers)]
        row = _row(verdict, width, color)
        if verdict.status in FAILING:
            followers_lines = _wrapped(_sentences.followers(verdict, followers), _INDENT, _INDENT)
            yield [row, *_evidence(verdict, report), *followers_lines]
            yield rows
        else:
            quiet += [row, *rows]
    yield quiet


def _day_row(report: Report, color: bool) -> str:
    word = f"{GLYPHS[report.verdict]} {report.verdict.upper():<{_STATUS}}"
    return (
        f"{_paint(word, report.verdict, color)}  {report.data_date}  {_sentences.day_line(report)}"
    )


def _row(verdict: Verdict, width: int, color: bool) -> str:
    word = f"{GLYPHS[verdict.status]} {verdict.status.upper():<{_STATUS}}"
    row = f"{_paint(word, verdict.status, color)}  {line(verdict.id):<{width}}  "
    return (row + line(verdict.message)).rstrip()


def _evidence(verdict: Verdict, report: Report) -> Iterator[str]:
    yield from _wrapped(line(verdict.summary), _INDENT, _INDENT)
    hanging = _INDENT + " " * _LABEL
    for label, value in _sentences.facts(verdict, report.data_date):
        yield from _wrapped(value, f"{_INDENT}{label + ':':<{_LABEL}}", hanging)


def _lists(report: Report) -> Iterator[list[str]]:
    """Waivers, acceptances, warnings and errors, each under its heading."""
    waivers = (f"{line(state.check)} {_sentences.waiver_terms(state)}" for state in report.waivers)
    yield _list("Waivers", waivers)
    yield _list("Accepted", map(_sentences.acceptance_terms, report.acceptances))
    yield _list("Warnings", map(line, report.warnings))
    yield _list("Errors", map(_sentences.problem, report.errors))


def _list(heading: str, items: Iterable[str]) -> list[str]:
    rows = [row for item in items for row in _wrapped(item, "  ", _INDENT)]
    return [heading, *rows] if rows else []


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    """Lines of at most 100 columns, broken at spaces only, so that no address is cut.

    A command at the end stays whole, so that it can be copied.
    """
    if len(first) + len(text) <= _WIDTH:
        return [first + text] if text else []
    import textwrap  # only long sentences need it

    rows = textwrap.wrap(
        _COMMAND.sub(lambda command: command[0].replace(" ", _KEPT_SPACE), text),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [row.replace(_KEPT_SPACE, " ") for row in rows]


def _paint(text: str, status: Status, color: bool) -> str:
    return f"{_COLORS[status]}{text}{_RESET}" if color else text
