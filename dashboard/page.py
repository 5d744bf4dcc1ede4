"""What a page is about, links that keep it, and the plainest pieces of a page."""

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

#: Recorded days that a page knows of before the shown one: more than any figure shows.
_BEFORE = 75
#: Longer ago than this, strips and the wall end two weeks after the day, not today.
_RECENT, _AFTER = 30, timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Here:
    """Which pipeline and day a page is about, and what is known of them."""

    title: str
    pipeline: str
    config: Config
    day: date
    today: date
    live: data.Live
    gate: data.Gate
    recorded: data.Days
    dark: bool
    _by_day: Mapping[date, StoredEvaluation] = field(repr=False)

    @property
    def report(self) -> Report:
        """The live evaluation's report."""
        return self.live.report

    @property
    def zone(self) -> ZoneInfo:
        """The shop's zone: times on screen are given in it."""
        return self.config.timezone

    @property
    def evaluations(self) -> tuple[StoredEvaluation, ...]:
        """The recorded evaluation of each day that counts, newest first."""
        return self.recorded.evaluations

    @property
    def until(self) -> date:
        """The last day of what shows 30 days; the shown one is always among them."""
        if (self.today - self.day).days < _RECENT:
            return max(self.day, self.today)
        return self.day + _AFTER

    def verdict(self, check: str) -> Verdict | None:
        """The live verdict of one check; None where it is switched off."""
        return next((one for one in self.report.checks if one.id == check), None)

    def evaluation_of(self, day: date) -> StoredEvaluation | None:
        """What the gate recorded for a day."""
        return self._by_day.get(day)

    def status_of(self, day: date, check: str | None = None) -> Status | None:
        """The recorded status of a check, or of the gate; None where no gate ran."""
        found = self._by_day.get(day)
        if found is None:
            return None
        return found.verdict if check is None else found.statuses.get(check)

    def evidence(
        self,
        read: Callable[Concatenate[Context, Options], T],
        *positional: Options.args,
        **options: Options.kwargs,
    ) -> T | None:
        """What one of `checks.evidence`'s readers says; None, and the reason drawn, where it
        could not read.
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
        """The same, nothing drawn."""
        return data.evidence(read, self.pipeline, self.day, *positional, **options)


def look_up(title: str | None) -> Here:
    """Which pipeline and day a page is about; stops the script where nothing can be shown.

    title: the page's docstring, whose first line is its title.
    """
    return _found((title or "").strip().partition("\n")[0].rstrip("."))


def parameters(pipeline: str, day: date | None, **filters: object) -> dict[str, str]:
    """What a link inside the app carries."""
    found = {address.PIPELINE: pipeline}
    if day is not None:
        found[address.DAY] = day.isoformat()
    given = {name: str(value) for name, value in filters.items() if value not in (None, "")}
    return found | given


def go(here: Here, *, day: date | None = None, path: str | None = None, **filters: object) -> None:
    """Show another day or page; pipeline and day are kept. Not for use in a callback."""
    target = path or frame.current()
    wanted = parameters(here.pipeline, day or here.day, **filters)
    if target != frame.current():
        st.switch_page(frame.page_of(target), query_params=wanted)
    address.put(date=wanted[address.DAY], page=None, **filters)
    st.rerun()


def link(label: str, path: str, here: Here, day: date | None = None, **filters: object) -> None:
    """A link to another page of the app; `label` is never a value from data."""
    st.page_link(
        frame.page_of(path),
        label=label,
        query_params=parameters(here.pipeline, day or here.day, **filters),
    )


def section(title: str, note: str | Html = "") -> None:
    """A heading, and one line that says how to read what follows."""
    below = tag("p", note, class_="a-sub") if note else None
    show(tag("div", tag("h2", title), below, class_="a-section"))


def empty(title: str, why: str | Html) -> None:
    """An empty state: what is not there, and what that means."""
    show(tag("div", tag("strong", title), " ", why, class_="a-note empty"))


def problem(title: str, why: str | Html) -> None:
    """What could not be measured or read, and why."""
    look_ = LOOKS[Status.UNKNOWN]
    mark = tag("span", look_.glyph, class_="glyph", aria_hidden="true")
    show(tag("div", mark, tag("strong", title), " ", why, class_="a-note problem", role="status"))


def _found(title: str) -> Here:
    """The pipeline and the day that the address names."""
    setup = data.setup()
    if not setup.pipelines:
        _stop("Andon is not configured.", setup.problems)
    if setup.problems:
        listed = join(*(tag("div", text) for text in setup.problems))
        problem("Some configurations cannot be used:", listed)
    names = [one.name for one in setup.pipelines]
    name = address.asked(address.PIPELINE) or names[0]
    if name not in names:
        what = f"The link asks for the pipeline {name[:80]!r}, which is not configured here."
        _stop(what, (f"Configured: {', '.join(names)}.",), home=True)
    config = data.pipeline(name).config
    today = data.today(config)
    day = _day(today, config)
    address.shown(day)
    recorded = data.days(name, today, _reach(day, today))
    return Here(
        title=title, pipeline=name, config=config, day=day, today=today,
        live=data.live(name, day), gate=data.gate(name, day), recorded=recorded,
        dark=st.context.theme.type == "dark",
        _by_day={one.data_date: one for one in recorded.evaluations},
    )  # fmt: skip


def _reach(day: date, today: date) -> int:
    """How many days up to today hold the shown one and those before it, in whole quarters.

    Quarters, because each number is an answer of its own to remember.
    """
    return 90 * -(-(max(0, (today - day).days) + _BEFORE) // 90)


def _day(today: date, config: Config) -> date:
    asked = address.asked(address.DAY)
    if asked is None:
        return today
    last = data.last_day(config)
    try:
        found = date.fromisoformat(asked)
    except ValueError:
        what = f"The link asks for the date {asked[:40]!r}, which is no date such as {today}."
        _stop(what, (), home=True)
    if not data.FIRST_DAY <= found <= last:
        what = f"The link asks for {found}, which is not a day that can be judged."
        _stop(what, (f"The latest day is {last} ({config.timezone.key}).",), home=True)
    return found


def _stop(what: str, why: tuple[str, ...], *, home: bool = False) -> NoReturn:
    """Say why nothing can be shown, and show nothing."""
    frame.bar({})
    lines = join(*(tag("div", line) for line in why))
    show(tag("div", tag("strong", what), lines, class_="a-note fault", role="alert"))
    if home:
        st.page_link(frame.page_of("overview"), label="Show the latest day")
    st.stop()
