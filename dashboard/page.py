"""The context of a page, links that keep it, and the basic elements of a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Concatenate, NoReturn, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import streamlit as st

from checks.config.model import Config
from checks.config.schedules import schedule_of
from checks.core.model import Report, Status, Verdict
from dashboard import address, data, frame, navigation
from dashboard.look import LOOKS, NoGate, Shown
from dashboard.markup import Html, join, plain, show, tag

if TYPE_CHECKING:
    from checks.core.records import StoredEvaluation
    from checks.core.schedule import Schedule
    from checks.evidence.context import Context

T = TypeVar("T")
Options = ParamSpec("Options")

#: Recorded days that are read before the shown one: more than any figure shows.
_BEFORE = 75
#: For days longer ago than that, status grids end two weeks after the day, not today.
_RECENT_DAYS, _AFTER = 30, timedelta(days=14)


@dataclass(frozen=True, slots=True)
class PageContext:
    """The pipeline and day that a page is about, with their evaluations.

    today: the newest day of the newest run that is due; due_from: the oldest day of that run. run
    and gates: of all days that are judged with the shown one, itself included.
    """

    title: str
    pipeline: str
    config: Config
    day: date
    today: date
    due_from: date
    run: data.RunEvaluation
    gates: Mapping[date, data.GateRuns]
    recorded: data.RecordedDays
    outcomes: data.Outcomes
    is_dark: bool
    _by_day: Mapping[date, StoredEvaluation] = field(repr=False)

    @property
    def live(self) -> data.LiveEvaluation:
        """The live evaluation of the shown day."""
        return self.run.of(self.day)

    @property
    def gate(self) -> data.GateRuns:
        """What the gate recorded for the shown day."""
        return self.gates[self.day]

    @property
    def schedule(self) -> Schedule:
        """When the pipeline runs."""
        return schedule_of(self.config)

    @property
    def run_date(self) -> date:
        """The date of the run that loads the shown day, or of the next one where none does."""
        return self.schedule.run_date_of(self.day)

    @property
    def run_days(self) -> tuple[date, ...]:
        """The days that are judged with the shown one, itself included, oldest first."""
        return tuple(self.gates)

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
    def is_past(self) -> bool:
        """Whether the shown day is before those that the newest run is about."""
        return self.day < self.due_from

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

    def shown_on(self, day: date, check: str | None = None) -> Shown:
        """What is shown of a day: as `status_of`; that no run loads it where none was recorded."""
        if day not in self._by_day and not self.schedule.loads(day):
            return NoGate.NO_RUN
        return self.status_of(day, check)

    def on(self, day: date) -> PageContext:
        """The context of another day that is judged with the shown one."""
        return replace(self, day=day)

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


def title_of(docstring: str | None) -> str:
    """A page's title: the first line of its docstring."""
    return (docstring or "").strip().partition("\n")[0].rstrip(".")


def is_of_all() -> bool:
    """Whether there are several pipelines and the address names none of them."""
    setup = data.setup()
    return (
        bool(setup.pipelines) and not setup.is_one and address.parameter(address.PIPELINE) is None
    )


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


def pipeline_from_address() -> str:
    """The pipeline that the address names, else the first; stops the script without such a one."""
    setup = data.setup()
    if not setup.pipelines:
        _stop("Andon is not configured.", setup.problems)
    name = address.parameter(address.PIPELINE) or setup.pipelines[0].name
    if name not in [configured.name for configured in setup.pipelines]:
        error = f"The link asks for the pipeline {name[:80]!r}, which is not configured here."
        stop_for_address(error, "Choose one of these:", _pipeline_links())
    return name


def context_of(
    name: str, day: date, title: str, answer: data.PipelineAnswer | None = None
) -> PageContext:
    """The context of a pipeline's day. answer: what is known already."""
    config = data.pipeline(name).config
    today = data.due_day(config)
    run = answer.live if answer else None
    records = answer.records if answer else None
    if run is None:
        run = data.run_evaluation(name, day)
    if records is None:
        records = data.records(name, day, recorded_days_needed(day, today))
    return PageContext(
        title=title, pipeline=name, config=config, day=day, today=today,
        due_from=data.days_of_run(config, today)[0], run=run, gates=records.gates,
        recorded=records.recorded, outcomes=records.outcomes,
        is_dark=st.context.theme.type == "dark",
        _by_day={each.data_date: each for each in records.recorded.evaluations},
    )  # fmt: skip


def draw_broken_configs() -> None:
    """Say which configurations cannot be used, and why."""
    problems = data.setup().problems
    if problems:
        listed = join(*(tag("div", text) for text in problems))
        problem("Some configurations cannot be used:", listed)


def recorded_days_needed(day: date, today: date) -> int:
    """How many days up to today include the shown day and those before it, rounded up to quarters.

    Rounded, because each number of days is cached as an answer of its own.
    """
    return 90 * -(-(max(0, (today - day).days) + _BEFORE) // 90)


def requested_day(today: date, config: Config, name: str | None) -> date:
    """The day in the address; stops the script where it is none that can be judged.

    today: the day without one in the address. name: the pipeline in the address, if any.
    """
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
        stop_for_address(error, "Nothing else is shown in its place.", _day_links(name, today))
    if not data.FIRST_DAY <= day <= last:
        error = f"The link asks for {day}, which is not a day that can be judged."
        reason = f"The latest day is {last} ({config.timezone.key})."
        stop_for_address(error, reason, _day_links(name, today))
    return day


#: A link out of a page that cannot be shown: its label, the page's address, its parameters.
Way = tuple[str, str, Mapping[str, str]]


def stop_for_address(error: str, reason: str, ways: Sequence[Way]) -> NoReturn:
    """Say what the address asks for and is not there, with links to what is; show nothing else."""
    _stop(error, (reason,), ways)


def _pipeline_links() -> list[Way]:
    names = [configured.name for configured in data.setup().pipelines]
    path = frame.current_path()
    links: list[Way] = [(plain(name), path, {address.PIPELINE: name}) for name in names]
    return [*links, ("Show the latest day", navigation.HOME, {})]


def _day_links(name: str | None, today: date) -> list[Way]:
    query = {} if name is None else {address.PIPELINE: name}
    label = f"The latest day: {today:%a} {today.day} {today:%B %Y}"
    return [
        (label, frame.current_path(), query),
        ("Show the latest day", navigation.HOME, query),
    ]


def _stop(title: str, reasons: Sequence[str], ways: Sequence[Way] = ()) -> NoReturn:
    """Say why nothing can be shown, and show nothing."""
    frame.navigation_bar({})
    show(tag("h1", navigation.titles()[frame.current_path()], class_="a-title"))
    lines = join(*(tag("div", line) for line in reasons))
    show(tag("div", tag("strong", title), lines, class_="a-note fault", role="alert"))
    for label, path, query in ways:
        st.page_link(frame.page_of(path), label=label, query_params=dict(query))
    st.stop()
