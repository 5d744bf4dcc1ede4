"""For a job summary, a pull request or a chat: a heading, a table, the actions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from checks.core.following import others_of
from checks.core.inert import line
from checks.core.model import FAILING, GLYPHS, Report, Verdict, folded
from checks.outputs import _sentences

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "`": "&#96;"}
_TOKEN = re.compile(r"[`|<>&]|[^\s`|<>&]+")
_SPECIAL = re.compile(r"([\\*_#!\[\]~$])")
# Mentions, bare addresses and issue numbers become links after escapes are resolved; code does not.
_LINKED = re.compile(r"@|://|www\.|#\d", re.IGNORECASE)
_BLOCK = re.compile(r"^(?:[-+=]|\d+[.)](?=\s|$))")
_PLAIN = re.compile(r"[\w.-]+", re.ASCII)
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'+,;=%-]+", re.ASCII)


def render(report: Report, *, color: bool = False) -> str:
    """The report in GitHub-flavoured Markdown; values cannot mark up, mention or link anything."""
    glyph = GLYPHS[report.verdict]
    blocks = [f"## {glyph} {escape(_sentences.headline(report))}", *_days(report)]
    for day in _sentences.shown_days(report):
        blocks += [f"### Data date {day.data_date}"] if report.days else []
        blocks += _table(day)
        blocks += _section("What to do", _actions(day))
    waivers = (
        f"{_code(state.check)} {escape(_sentences.waiver_terms(state))}" for state in report.waivers
    )
    blocks += _section("Waivers", waivers)
    accepted = (
        escape(_sentences.acceptance_terms(acceptance)) for acceptance in report.acceptances
    )
    blocks += _section("Accepted", accepted)
    blocks += _section("Warnings", map(escape, report.warnings))
    blocks += _section("Errors", (escape(_sentences.problem(problem)) for problem in report.errors))
    blocks.append(f"{escape(report.pipeline)} {_sentences.elapsed(report)}".strip())
    return "\n\n".join(blocks) + "\n"


def escape(value: object) -> str:
    """One value as one line of inert Markdown text, for a table cell as for a list."""
    text = _TOKEN.sub(_token, line(value).strip())
    return _BLOCK.sub(lambda start: f"{start[0][:-1]}\\{start[0][-1]}", text)


def _token(match: re.Match[str]) -> str:
    word = match[0]
    if word in _ENTITIES:
        return _ENTITIES[word]
    return f"`{word}`" if _LINKED.search(word) else _SPECIAL.sub(r"\\\1", word)


def _code(name: str) -> str:
    return f"`{name}`" if _PLAIN.fullmatch(name) else escape(name)


def _link(label: str, address: str) -> str:
    if _ADDRESS.fullmatch(address):
        return f"[{label}]({address.replace('&', '&amp;')})"
    return f"**{label}:** {escape(address)}"


def _days(report: Report) -> Iterator[str]:
    if report.days:
        rows = (
            f"| {GLYPHS[day.verdict]} {day.verdict.upper()} | {day.data_date} "
            f"| {escape(_sentences.day_line(day))} |"
            for day in report.days
        )
        yield "\n".join(["| Verdict | Data date | Result |", "| --- | --- | --- |", *rows])


def _table(report: Report) -> Iterator[str]:
    if report.checks:
        rows = (
            row
            for verdict, followers in folded(report.checks)
            for row in (
                _row(verdict),
                *(_row(follower, "↳ ") for follower in others_of(verdict, followers)),
            )
        )
        yield "\n".join(["| Status | Check | Result | Owner |", "| --- | --- | --- | --- |", *rows])


def _row(verdict: Verdict, mark: str = "") -> str:
    return (
        f"| {GLYPHS[verdict.status]} {verdict.status.upper()} | {mark}{_code(verdict.id)} "
        f"| {escape(verdict.message)} | {escape(verdict.owner or '')} |"
    )


def _actions(report: Report) -> Iterator[str]:
    for verdict, followers in folded(report.checks):
        if verdict.status in FAILING:
            yield _action(verdict, followers, report)


def _action(verdict: Verdict, followers: Sequence[Verdict], report: Report) -> str:
    parts = [f"{_code(verdict.id)}: {escape(verdict.summary)}"]
    for label, value in _sentences.facts(verdict, report.data_date):
        if label in ("Runbook", "Page"):
            parts.append(_link(label, value))
        elif label != "Owner":  # the table names the owner
            parts.append(f"**{label}:** {escape(value)}")
    if followers:
        parts.append(escape(_sentences.followers(verdict, followers)))
    return "\n  - ".join(parts)


def _section(title: str, items: Iterable[str]) -> Iterator[str]:
    rows = [f"- {item}" for item in items]
    if rows:
        yield f"### {title}"
        yield "\n".join(rows)
