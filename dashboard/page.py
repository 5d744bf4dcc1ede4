"""The context of a page, links that keep it, and the basic elements of a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Concatenate, NoReturn, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import streamlit as st

from checks.config.model import Config
from checks.core.model import Report, Status, Verdict
from dashboard import address, data, frame
from dashboard.look import LOOKS
from dashboard.markup import Html, join, show, tag

if TYPE_CHECKING:
    from checks.core.records import StoredEvaluation
    from checks.evidence.context import Context

T = TypeVar("T")
Options = ParamSpec("Options")

#: Recorded days that are read before the shown one: more than any figure shows.
_BEFORE = 75
#: For days longer ago than that, status grids end two weeks after the day, not today.
_RECENT_DAYS, _AFTER = 30, timedelta(days=14)


@dataclass(frozen=True, slots=True)
class PageContext:
    """The pipeline and day that a page is about, with their evaluations."""

    title: str
    pipeline: str
    config: Config
    day: date
    today: date
    live: data.LiveEvaluation
    gate: data.GateRuns
    recorded: data.RecordedDays
    is_dark: bool
    _by_day: Mapping[date, StoredEvaluation] = field(repr=False)

    @property
    def report(self) -> Report:
        """The live evaluation's report."""
        return self.live.report

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone, in which pages show times."""
        return self.config.timezone

    @property
    def evaluations(self) -> tuple[StoredEvaluation, ...]:
        """The latest recorded evaluation of each day, newest first."""
        return self.recorded.evaluations

    @property
    def until(self) -> date:
        """The last day of a status grid of 30 days that contains the shown day."""
        if (self.today - self.day).days < _RECENT_DAYS:
            return max(self.day, self.today)
        return self.day + _AFTER

    def verdict(self, check: str) -> Verdict | None:
        """The live verdict of one check; None where it is switched off."""
        return next((verdict for verdict in self.report.checks if verdict.id == check), None)

    def evaluation_of(self, day: date) -> StoredEvaluation | None:
        """The recorded evaluation of a day; None where no gate ran."""
        return self._by_day.get(day)

    def status_of(self, day: date, check: str | None = None) -> Status | None:
        """The recorded status of a check, or of the gate; None where no gate ran."""
        evaluation = self._by_day.get(day)
        if evaluation is None:
            return None
        return evaluation.verdict if check is None else evaluation.statuses.get(check)

    def evidence(
        self,
        read: Callable[Concatenate[Context, Options], T],
        *positional: Options.args,
        **options: Options.kwargs,
    ) -> T | None:
        """What a reader of `checks.evidence` returns; None where it failed, and the reason is
        drawn.
        """
        answer = self.answer(read, *positional, **options)
        if answer.problem is not None:
            problem("This could not be read.", answer.problem)
        return answer.value

    def answer(
        self,
        read: Callable[Concatenate[Context, Options], T],
        *positional: Options.args,
        **options: Options.kwargs,
    ) -> data.Answer[T]:
        """What a reader of `checks.evidence` returns, or why it failed; draws nothing."""
        return data.evidence(read, self.pipeline, self.day, *positional, **options)


def page_context(title: str | None) -> PageContext:
    """The context that the page's address names; stops the script where nothing can be shown.

    title: the page's docstring, whose first line is its title.
    """
    return _context_from_address((title or "").strip().partition("\n")[0].rstrip("."))


def parameters(pipeline: str, day: date | None, **filters: object) -> dict[str, str]:
    """The query parameters of a link inside the app."""
    query = {address.PIPELINE: pipeline}
    if day is not None:
        query[address.DAY] = day.isoformat()
    filter_values = {name: str(value) for name, value in filters.items() if value not in (None, "")}
    return query | filter_values


def navigate(context: PageContext, *, day: date | None = None, **filters: object) -> None:
    """Show another day of this page; the pipeline is kept. Not for use in a callback."""
    query = parameters(context.pipeline, day or context.day, **filters)
    address.update(date=query[address.DAY], page=None, **filters)
    st.rerun()


def link(
    label: str, path: str, context: PageContext, day: date | None = None, **filters: object
) -> None:
    """A link to another page of the app; `label` is never a value from the warehouse."""
    st.page_link(
        frame.page_of(path),
        label=label,
        query_params=parameters(context.pipeline, day or context.day, **filters),
    )


def section(title: str, note: str | Html = "") -> None:
    """A heading, and one line about how to read the section."""
    below = tag("p", note, class_="a-sub") if note else None
    show(tag("div", tag("h2", title), below, class_="a-section"))


def empty(title: str, reason: str | Html) -> None:
    """A note that something is absent, and what that means."""
    show(tag("div", tag("strong", title), " ", reason, class_="a-note empty"))


def problem(title: str, reason: str | Html) -> None:
    """A note that something could not be measured or read, and why."""
    look = LOOKS[Status.UNKNOWN]
    mark = tag("span", look.glyph, class_="glyph", aria_hidden="true")
    show(
        tag("div", mark, tag("strong", title), " ", reason, class_="a-note problem", role="status")
    )


def _context_from_address(title: str) -> PageContext:
    """The context of the pipeline and day in the address."""
    setup = data.setup()
    if not setup.pipelines:
        _stop("Andon is not configured.", setup.problems)
    if setup.problems:
        listed = join(*(tag("div", text) for text in setup.problems))
        problem("Some configurations cannot be used:", listed)
    names = [configured.name for configured in setup.pipelines]
    name = address.parameter(address.PIPELINE) or names[0]
    if name not in names:
        error = f"The link asks for the pipeline {name[:80]!r}, which is not configured here."
        _stop(error, (f"Configured: {', '.join(names)}.",), home=True)
    config = data.pipeline(name).config
    today = data.due_day(config)
    day = _day(today, config)
    address.remember_shown_day(day)
    recorded = data.recorded_days(name, today, _recorded_days_needed(day, today))
    return PageContext(
        title=title, pipeline=name, config=config, day=day, today=today,
        live=data.live_evaluation(name, day), gate=data.gate_runs(name, day), recorded=recorded,
        is_dark=st.context.theme.type == "dark",
        _by_day={evaluation.data_date: evaluation for evaluation in recorded.evaluations},
    )  # fmt: skip


def _recorded_days_needed(day: date, today: date) -> int:
    """How many days up to today include the shown day and those before it, rounded up to quarters.

    Rounded, because each number of days is cached as an answer of its own.
    """
    return 90 * -(-(max(0, (today - day).days) + _BEFORE) // 90)


def _day(today: date, config: Config) -> date:
    requested = address.parameter(address.DAY)
    if requested is None:
        return today
    last = data.shop_today(config)
    try:
        day = date.fromisoformat(requested)
    except ValueError:
        error = (
            f"The link asks for the date {requested[:40]!r}, which is not a date such as {today}."
        )
        _stop(error, (), home=True)
    if not data.FIRST_DAY <= day <= last:
        error = f"The link asks for {day}, which is not a day that can be judged."
        _stop(error, (f"The latest day is {last} ({config.timezone.key}).",), home=True)
    return day


def _stop(title: str, reasons: tuple[str, ...], *, home: bool = False) -> NoReturn:
    """Say why nothing can be shown, and show nothing."""
    frame.navigation_bar({})
    lines = join(*(tag("div", line) for line in reasons))
    show(tag("div", tag("strong", title), lines, class_="a-note fault", role="alert"))
    if home:
        st.page_link(frame.page_of("overview"), label="Show the latest day")
    st.stop()
