"""What is known of the days of a chart besides their numbers: releases, the calendar, decisions.

Only what to say of which days: nothing is read or drawn here. The texts hold people's words and
names from a warehouse: whoever draws them escapes them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from checks.core.calendar import Calendar, SpecialDay
from checks.core.counts import NAME
from checks.core.masking import masked_inside
from checks.core.records import StoredAcceptance, StoredWaiver
from checks.core.schedule import Schedule
from checks.core.subjects import LEVEL, subject_name, subjects_text
from checks.core.text import clean
from checks.judging.part_subjects import part_subject
from dashboard import look

_ESCAPED: Final = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})")
#: Marks that are named in the words for people who cannot see the chart.
_MOST_NAMED: Final = 6
#: More lines or bands of a kind would fill a chart.
_MOST_DRAWN: Final = 8
#: Of closed days more bands are drawn: they come every week.
_MOST_CLOSED: Final = 31


class Kind(StrEnum):
    """What a mark stands for; in the order in which the kinds are drawn below one another."""

    RELEASE = "release"
    SPECIAL_DAY = "special day"
    WAIVER = "waiver"
    ACCEPTANCE = "accepted"
    REVOKED = "accepted, then revoked"
    CLOSED_DAY = "closed"
    NO_RUN = "no run"


GLYPHS: Final = {
    Kind.RELEASE: "▼", Kind.SPECIAL_DAY: "□", Kind.WAIVER: "~", Kind.ACCEPTANCE: "≈",
    Kind.REVOKED: "×", Kind.CLOSED_DAY: "■", Kind.NO_RUN: "•",
}  # fmt: skip
#: The kinds that last: a line over their days.
LASTING: Final = (Kind.WAIVER, Kind.ACCEPTANCE)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that concerns the days from `first` to `last`.

    lines: what it is, the title first, and who says why; not escaped.
    subjects: the names that it is about, such as event names; None where it is about all.
    is_of_level: whether these are spelled as an acceptance of a level knows a name or a value.
    """

    kind: Kind
    first: date
    last: date
    lines: tuple[str, ...]
    subjects: frozenset[str] | None = None
    is_of_level: bool = False

    def covers(self, day: date) -> bool:
        """Whether it concerns that day."""
        return self.first <= day <= self.last


class Decisions(NamedTuple):
    """What people decided, as the history has it: also what has ended or was revoked."""

    waivers: Sequence[StoredWaiver] = ()
    acceptances: Sequence[StoredAcceptance] = ()


class RunDates(NamedTuple):
    """From moments and run dates to data dates, by the shop's schedule."""

    schedule: Schedule

    def judged_by(self, run_date: date) -> date:
        """The newest data date that a run on this date would load."""
        return run_date - timedelta(days=self.schedule.lag_days)

    def judged_at(self, moment: datetime) -> date:
        """The newest data date that a run on the day of a moment would load."""
        return self.judged_by(moment.astimezone(self.schedule.zone).date())


def collect(
    days: Sequence[date],
    calendar: Calendar,
    decisions: Decisions,
    checks: Collection[str],
    run_dates: RunDates,
) -> tuple[Mark, ...]:
    """The marks of a chart of these days that is about these checks, cut to its days."""
    if not days:
        return ()
    marks = [
        *(_release(day) for day in calendar.releases),
        *_special_days(calendar),
        *_days_without_run(days, run_dates.schedule),
        *(_waiver(waiver, run_dates) for waiver in decisions.waivers if waiver.check in checks),
        *(
            _acceptance(acceptance, run_dates, max(days))
            for acceptance in decisions.acceptances
            if acceptance.check in checks
        ),
    ]
    return tuple(_cut(marks, min(days), max(days)))


def about(marks: Iterable[Mark], name: str) -> tuple[Mark, ...]:
    """Those marks that are about an event name, or about all names."""
    subject, part = subject_name(name), part_subject(NAME, name)
    return tuple(
        mark
        for mark in marks
        if mark.subjects is None or (part if mark.is_of_level else subject) in mark.subjects
    )


def kinds_of(marks: Iterable[Mark]) -> tuple[Kind, ...]:
    """The kinds that are present, in the order in which they are drawn."""
    present = {mark.kind for mark in marks}
    return tuple(kind for kind in Kind if kind in present)


def is_drawn(kind: Kind, marks: Iterable[Mark]) -> bool:
    """Whether lines or bands of a kind fit into a chart; of many the glyphs alone are drawn."""
    most = _MOST_CLOSED if kind is Kind.CLOSED_DAY else _MOST_DRAWN
    return sum(mark.kind is kind for mark in marks) <= most


def in_words(marks: Sequence[Mark]) -> str:
    """One sentence for people who cannot see the marks; empty where there are none."""
    if not marks:
        return ""
    named = [f"{clean(mark.lines[0])}, {_period_text(mark)}" for mark in marks[:_MOST_NAMED]]
    more = len(marks) - len(named)
    return f"Marked: {'; '.join([*named, *([f'{more} more'] if more else [])])}."


def _period_text(mark: Mark) -> str:
    first, last = look.short(mark.first), look.short(mark.last)
    return first if mark.first == mark.last else f"{first} to {last}"


def _cut(marks: Iterable[Mark], first: date, last: date) -> list[Mark]:
    """The marks that concern one of the days, cut to them, in the order of kinds and days."""
    kinds = list(Kind)
    shown = [
        replace(mark, first=max(first, mark.first), last=min(last, mark.last))
        for mark in marks
        if mark.first <= last and mark.last >= first
    ]
    return sorted(shown, key=lambda mark: (kinds.index(mark.kind), mark.first, mark.last))


def _release(day: date) -> Mark:
    return Mark(Kind.RELEASE, day, day, ("release: the tracking was changed",))


def _special_days(calendar: Calendar) -> list[Mark]:
    """A mark for each run of days that are special for the same reason."""
    ordered = sorted(calendar.special_days.items())
    numbered = [(day.toordinal() - place, day, why) for place, (day, why) in enumerate(ordered)]
    marks = []
    for (_, why), group in groupby(numbered, key=lambda entry: (entry[0], entry[2])):
        period = [day for _, day, _ in group]
        kind = Kind.CLOSED_DAY if why.is_closed else Kind.SPECIAL_DAY
        marks.append(Mark(kind, period[0], period[-1], _special_day_lines(why)))
    return marks


def _days_without_run(days: Sequence[date], schedule: Schedule) -> list[Mark]:
    """A mark for each day that no scheduled run loads."""
    first, count = min(days), (max(days) - min(days)).days + 1
    all_days = (first + timedelta(days=offset) for offset in range(count))
    lines = ("no scheduled run loads it",)
    return [Mark(Kind.NO_RUN, day, day, lines) for day in all_days if not schedule.loads(day)]


def _special_day_lines(why: SpecialDay) -> tuple[str, ...]:
    if why.is_closed:
        return why.name, "no events are expected"
    if why.factor is None:
        return why.name, "its volume is not judged"
    return why.name, f"{why.factor:g} times the usual volume is expected"


def _waiver(waiver: StoredWaiver, run_dates: RunDates) -> Mark:
    """From the day it was given for to its end: its last day, a green day or its revocation."""
    ends = [run_dates.judged_by(waiver.until)]
    if waiver.rearmed_on is not None:
        ends.append(waiver.rearmed_on - timedelta(days=1))
    if waiver.revoked_at is not None:
        ends.append(run_dates.judged_at(waiver.revoked_at))
    last = max(waiver.data_date, min(ends))
    subjects = None
    if waiver.subjects is not None:
        subjects = frozenset(name for names in waiver.subjects.values() for name in names)
    return Mark(
        Kind.WAIVER,
        waiver.data_date,
        last,
        _waiver_lines(waiver, run_dates.schedule.zone),
        subjects,
    )


def _waiver_lines(waiver: StoredWaiver, zone: ZoneInfo) -> tuple[str, ...]:
    term = f"by {waiver.owner}, until the run of {look.short(waiver.until)}"
    covers = subjects_text(waiver.subjects) if waiver.subjects else ""
    covered = [f"for {covers}"] if covers else []
    end = _revocation(waiver, zone)
    if not end and waiver.rearmed_on is not None:
        end = [f"ended: green for {look.short(waiver.rearmed_on)}"]
    title = "waiver" if waiver.revoked_at is None else "revoked: waiver"
    return (f"{title} of {waiver.check}", term, *covered, *end, _reason(waiver.reason))


def _acceptance(acceptance: StoredAcceptance, run_dates: RunDates, last_shown: date) -> Mark:
    """From the day it was given for to the end of the chart; a revoked one on that day alone.

    That holds on no day: the days are judged again without it.
    """
    first, is_revoked = acceptance.data_date, acceptance.revoked_at is not None
    title = f"accepted of {acceptance.check}: {acceptance.kind} {acceptance.subject}"
    lines = (
        f"revoked: {title}" if is_revoked else title,
        f"by {acceptance.owner}, from {look.short(first)} on",
        *_revocation(acceptance, run_dates.schedule.zone),
        _reason(acceptance.reason),
    )
    return Mark(
        Kind.REVOKED if is_revoked else Kind.ACCEPTANCE,
        first,
        first if is_revoked else max(first, last_shown),
        lines,
        frozenset({acceptance.subject}),
        is_of_level=acceptance.kind == LEVEL,
    )


def _revocation(decision: StoredWaiver | StoredAcceptance, zone: ZoneInfo) -> list[str]:
    if decision.revoked_at is None:
        return []
    return [f"revoked by {decision.revoked_by} on {look.moment(decision.revoked_at, zone)}"]


def _reason(reason: str) -> str:
    """Why, without the addresses of people in it."""
    # A character that was made visible (`\u000a`) would be taken for a part of the word after it.
    return f"“{masked_inside(_ESCAPED.sub(' ', clean(reason)))}”"
