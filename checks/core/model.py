"""The types of a report: statuses, verdicts, waivers, the report itself.

Pure data. Nothing here reads a clock, a file or a warehouse, and nothing knows
how a verdict is shown: the output formats and the dashboard decide that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeAlias

Number: TypeAlias = int | float
Details: TypeAlias = Mapping[str, Any]
#: What a check fails for: names by kind (`checks.core.subjects`). A kind without names was
#: measured, but no name of it counts.
Subjects: TypeAlias = Mapping[str, tuple[str, ...]]


#: Marks a field that is no part of a JSON document.
_UNWRITTEN = "unwritten"


class Status(StrEnum):
    """The status of a check, or of a whole report."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    UNKNOWN = "unknown"
    WAIVED = "waived"
    SKIPPED = "skipped"


#: Statuses that stop the line.
STOPPING = frozenset({Status.RED, Status.UNKNOWN})
#: Statuses that a person has to look at.
FAILING = STOPPING | {Status.AMBER, Status.WAIVED}
#: Each status as one character, for where there is no colour.
GLYPHS = {
    Status.RED: "✗",
    Status.UNKNOWN: "?",
    Status.AMBER: "!",
    Status.WAIVED: "~",
    Status.SKIPPED: "-",
    Status.GREEN: "✓",
}


class Layer(StrEnum):
    """The three layers of defence, outermost first."""

    INFRASTRUCTURE = "infrastructure"
    DATA_QUALITY = "data_quality"
    BUSINESS = "business"


class Cause(StrEnum):
    """Why a check could not be measured."""

    CONNECTION = "connection"
    PERMISSION = "permission"
    MISSING_TABLE = "missing_table"
    MISSING_COLUMN = "missing_column"
    BAD_VALUE = "bad_value"
    TIMEOUT = "timeout"
    LOCKED = "locked"
    NOT_DUE = "not_due"
    INTERNAL = "internal"


class Severity(StrEnum):
    """What a failed check is allowed to do: stop the line, or only warn."""

    RED = "red"
    AMBER = "amber"


#: The order in which verdicts are listed: failing ones first.
URGENCY: tuple[Status, ...] = (
    Status.RED,
    Status.UNKNOWN,
    Status.AMBER,
    Status.WAIVED,
    Status.SKIPPED,
    Status.GREEN,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What later steps need beyond status and value; a judge writes `details` from it.

    filters: how the linked page is filtered. expected: the value of a usual day, from which waivers
    measure distances. silent_purchase_names: purchase events that are reported as silent.
    lacks_purchases: the check is only unknown because the day has no purchases (or orders).
    fails_for_empty_day: it would be fine if the day had the events of a usual day.
    explains_empty_day: a failure of this check is why the day is empty.
    is_closed: it is green as no events are expected: that ends no incident and no waiver.
    weekday_may_explain: it is red, and amber would do if the day is normal for its weekday.
    weekday_words: what the day's weekday usually has; empty where it was not judged by that.
    closed_weekday: why a day without purchases counts as closed, or may, as its weekday was without
    events in the weeks before; None where it does not.
    Stored reports have the first three.
    """

    filters: Mapping[str, str] = field(default_factory=dict)
    expected: Number | None = None
    silent_purchase_names: tuple[str, ...] = ()
    lacks_purchases: bool = False
    fails_for_empty_day: bool = False
    explains_empty_day: bool = False
    is_closed: bool = False
    weekday_may_explain: bool = False
    weekday_words: str = ""
    closed_weekday: str | None = None


#: The facts of a judgement that nothing later depends on.
NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge decided from measured values alone.

    `value` is never rounded and is None where nothing could be measured.
    `message` carries the number and its limit; `summary` is one plain sentence;
    `action` is the one thing a person should do now. `fault` is what prevented the measurement:
    judgements with the same fault failed for the same cause. `learning_days`: how many days of
    data a check needs that is skipped because it has too few. `subjects`: what it fails for,
    meaningless where it does not fail. `acceptances`: those of its subjects. `details` are for
    people; what decides something is in `facts`.
    """

    status: Status
    message: str
    summary: str
    action: str
    value: Number | None = None
    threshold: Number | None = None
    unit: str = ""
    stop: bool = False
    cause: Cause | None = None
    retry: bool = False
    details: Details = field(default_factory=dict)
    facts: Facts = NO_FACTS
    fault: str | None = None
    learning_days: int | None = None
    subjects: Subjects = field(default_factory=dict)
    acceptances: tuple[Acceptance, ...] = ()


@dataclass(frozen=True, slots=True)
class WaiverState:
    """A waiver in one evaluation, and why it holds or does not.

    `subjects`: what is allowed to fail; None for a waiver that is limited by the value alone.
    """

    id: int
    check: str
    owner: str
    reason: str
    until: date
    up_to: Number | None
    created_at: datetime
    holds: bool
    why: str
    data_date: date | None = None
    subjects: Subjects | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who works on a failing check. Changes no status."""

    check: str
    owner: str
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An acceptance in one evaluation, and whether it holds.

    `subject` is what is accepted of the check, of the kind `kind` (`event`). `data_date` is
    the judged day for which it was accepted, the first that it covers. `why`: why it holds or
    does not.
    """

    id: int
    check: str
    kind: str
    subject: str
    owner: str
    reason: str
    data_date: date
    created_at: datetime
    holds: bool
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What explains why a check failed, as far as the numbers hold it.

    kind: one of `checks.explaining.kinds`. text: one sentence without its end. evidence: the
    numbers that it rests on, as JSON data.
    """

    kind: str
    text: str
    evidence: Details = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check's result, complete enough to act on without searching logs.

    `because` is the id of the check whose failure this one follows from: a failing verdict of
    the same report that follows from no other one itself. It changes nothing else.
    `since_days` is how many data dates from `since` on were recorded, the judged one included;
    nothing is known of days between that were not. `explanation`: None where the numbers hold
    none, or none was sought. `subjects`: what a failing check fails for, by
    kind; None in a report of a version that did not record it. `facts` are no part of the JSON
    document: `details` has what is stored of them.
    """

    id: str
    layer: Layer
    status: Status
    stop: bool
    severity: Severity
    value: Number | None
    threshold: Number | None
    unit: str
    message: str
    summary: str
    action: str
    owner: str | None = None
    runbook: str | None = None
    cause: Cause | None = None
    retry: bool = False
    since: date | None = None
    since_days: int | None = None
    link: str | None = None
    waiver: WaiverState | None = None
    acknowledgement: Acknowledgement | None = None
    because: str | None = None
    explanation: Explanation | None = None
    subjects: Subjects | None = None
    details: Details = field(default_factory=dict)
    facts: Facts = field(default=NO_FACTS, metadata={_UNWRITTEN: True})


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a configuration or in how the command was called."""

    message: str
    file: str | None = None
    line: int | None = None
    key: str | None = None
    found: str | None = None
    allowed: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one evaluation. `exit_code` is that of `gate.exit_code`.

    Where a requested report could not be written, a verdict that lets the line run is unknown.
    `days`: the reports of the single data dates, oldest first, where one run or one call judged
    several; the rest is then that of the worst of them, of equal ones of the newest.
    """

    pipeline: str
    run_date: date | None
    data_date: date | None
    evaluated_at: datetime
    verdict: Status
    exit_code: int
    summary: str
    checks: tuple[Verdict, ...]
    waivers: tuple[WaiverState, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    warnings: tuple[str, ...] = ()
    errors: tuple[Problem, ...] = ()
    duration_seconds: float = 0.0
    andon_version: str = ""
    timezone: str = "UTC"
    days: tuple[Report, ...] = ()

    def by_day(self) -> tuple[Report, ...]:
        """The report of each judged data date, oldest first."""
        return self.days or (self,)


def written_fields(model: Any) -> list[Field[Any]]:
    """The fields of a dataclass, or of its instance, that its JSON document has."""
    return [part for part in fields(model) if _UNWRITTEN not in part.metadata]


def worst(statuses: Iterable[Status]) -> Status:
    """The verdict over several checks.

    Any red, else unknown, else amber, else green. Waived and skipped do not
    weigh; nothing evaluated, or nothing but skipped checks, is unknown.
    """
    seen = set(statuses)
    for status in (Status.RED, Status.UNKNOWN, Status.AMBER):
        if status in seen:
            return status
    return Status.GREEN if seen & {Status.GREEN, Status.WAIVED} else Status.UNKNOWN


def by_urgency(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Verdicts with the failing ones first, otherwise in the order they have."""
    return sorted(verdicts, key=lambda verdict: URGENCY.index(verdict.status))


def folded(verdicts: Iterable[Verdict]) -> list[tuple[Verdict, tuple[Verdict, ...]]]:
    """Each verdict that is an alarm of its own, with its followers; failing ones first.

    Each verdict occurs once. One whose `because` is no alarm of this report is an alarm of its own.
    """
    listed = tuple(verdicts)
    roots = {verdict.id for verdict in listed if verdict.because is None}
    heads = [verdict for verdict in listed if verdict.because not in roots]
    followers: dict[str, list[Verdict]] = {}
    for verdict in listed:
        if verdict.because is not None and verdict.because in roots:
            followers.setdefault(verdict.because, []).append(verdict)
    return [(head, tuple(followers.pop(head.id, ()))) for head in by_urgency(heads)]
