"""When a check may be waived, and how far: one set of rules for the command and the dashboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from checks.catalog import all_checks, get_check
from checks.config.schedules import schedule_of
from checks.core.endings import folded
from checks.core.errors import UsageError
from checks.core.model import Status, Subjects
from checks.core.schedule import MOST_LOADED_DAYS
from checks.core.subjects import (
    ALL_KINDS,
    MORE,
    NO_NAME,
    SIDE,
    SOURCE,
    STATUS,
    subject_name,
    typed_name,
)
from checks.core.text import did_you_mean, quoted
from checks.judging.check import Worse, is_worse
from checks.loads.sources import lasting_name

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.core.model import Verdict
    from checks.history import History, StoredWaiver
    from checks.judging.check import Check


@dataclass(frozen=True, slots=True)
class WaiverRequest:
    """A requested waiver.

    until: the last run date on which it holds. up_to: the worst value that still passes; None for
    the value that was measured last. subjects: names of what may fail, such as `source=web`, or ANY
    alone; none for what failed last.
    """

    check: str
    owner: str
    reason: str
    until: date
    up_to: float | None = None
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldLabels:
    """What messages call the fields of a request: options of the command, or fields of a form."""

    until: str
    limit: str
    give_limit: str
    give_subject: str


#: From a name as people type it to the one that checks record, by kind.
_AS_MEASURED: Mapping[str, Callable[[str], str | None]] = {SOURCE: lasting_name, STATUS: folded}
_KINDS = tuple(sorted(ALL_KINDS))
#: Instead of a subject: the waiver covers whatever fails, limited by its value only.
ANY = "any"
#: Statuses of what a waiver is given for.
_WAIVABLE = (Status.RED, Status.WAIVED)
#: The state of a waiver that can still cover a red.
HOLDS = "holds"
COMMAND = FieldLabels(
    until="--until",
    limit="--up-to",
    give_limit="give --up-to X",
    give_subject="give --subject KIND=NAME, or --subject any",
)


def give(
    config: Config,
    history: History,
    request: WaiverRequest,
    now: datetime,
    labels: FieldLabels = COMMAND,
) -> StoredWaiver:
    """Store a waiver for what was verdicts_by_day on the newest judged data date.

    For a check that passed then, it holds from the next data date on.

    The same request a second time, for the same day and while it holds, is the same waiver.
    `now` must be aware. Raises UsageError for what may not be waived or is incomplete,
    HistoryError when the history cannot be read or written.
    """
    check = get_check(request.check)
    _require_waivable(config, check)
    today = now.astimezone(config.timezone).date()
    if request.until < today:
        raise UsageError(f"{labels.until} {request.until} is in the past; today is {today}")
    data_date, verdict = _latest_verdict(config, history, check.id, now)
    _require_single_side(request, verdict)
    limit = _limit(request.up_to, check, verdict, labels)
    subjects = _subjects(request.subjects, check, verdict, labels)
    if verdict is not None and verdict.status not in (Status.RED, Status.WAIVED):
        data_date = _next_day(config, request, data_date, verdict, labels)
    return history.give_waiver(
        config.pipeline,
        check.id,
        request.owner,
        request.reason,
        request.until,
        limit,
        data_date,
        now,
        subjects=subjects,
        once=True,
    )


def _require_waivable(config: Config, check: Check) -> None:
    if check.never_waived is not None:
        raise UsageError(f"{check.id} cannot be waived: {check.never_waived}")
    if not config.checks[check.id].enabled:
        raise UsageError(f"{check.id} is switched off in andon.yml: there is nothing to waive")


def may_be_waived(verdict: Verdict) -> bool:
    """Whether a waiver would let a failing check pass: a red one of its own, below the stop."""
    is_own = verdict.status is Status.RED and verdict.because is None
    return is_own and why_not_waivable(verdict) is None


def why_not_waivable(verdict: Verdict) -> str | None:
    """Why no waiver would let a check pass that fails so; None where one would.

    What is unknown was not measured; what follows from another check passes once that is mended,
    but a second rule of the volume stays red where the first one is waived.
    """
    if verdict.stop:
        return "the line always stops at this value"
    if verdict.status is Status.UNKNOWN:
        return "it could not be measured"
    if (never := why_never_waived(verdict.id)) is not None:
        return never
    follows = verdict.because is not None and verdict.status is Status.RED
    if not follows or _repeats_root(verdict):
        return None
    return f"it follows from {verdict.because}"


def _repeats_root(verdict: Verdict) -> bool:
    """Whether a check and the one that it follows from judge the same number by other rules."""
    kinds = {check.id: check.subject_kinds for check in all_checks()}
    return all(SIDE in kinds.get(check or "", ()) for check in (verdict.id, verdict.because))


def why_never_waived(check_id: str) -> str | None:
    """Why no waiver ever covers a check; None where one may, and for one that there is none of."""
    return next((check.never_waived for check in all_checks() if check.id == check_id), None)


def state_of(waiver: StoredWaiver, today: date) -> str:
    """Whether a waiver can still cover a red (`holds`), and if not, why."""
    if waiver.revoked_at is not None:
        return "revoked"
    if waiver.rearmed_on is not None:
        return f"rearmed on {waiver.rearmed_on}"
    if waiver.until < today:
        return "expired"
    never = why_never_waived(waiver.check)
    return HOLDS if never is None else f"does not hold: {never}"


def _latest_verdict(
    config: Config, history: History, check: str, now: datetime
) -> tuple[date, Verdict | None]:
    """The newest judged run's worst verdict, and the first data date that it failed for.

    The newest data date where it failed for none; the date due today where none was judged.
    """
    verdicts_by_day = verdicts_of_newest_run(config, history, check)
    if not verdicts_by_day:
        schedule = schedule_of(config)
        return schedule.loaded_dates(schedule.latest(now))[-1], None
    failing = [(day, v) for day, v in verdicts_by_day if v is not None and v.status in _WAIVABLE]
    if not failing:
        return verdicts_by_day[0]
    return min(day for day, _ in failing), _over_days([verdict for _, verdict in failing])


def verdicts_of_newest_run(
    config: Config, history: History, check: str
) -> list[tuple[date, Verdict | None]]:
    """A check's verdict for each data date of the newest judged run, the newest date first."""
    evaluations = history.evaluations(config.pipeline, days=MOST_LOADED_DAYS)
    of_run = [e for e in evaluations if e.run_date == evaluations[0].run_date]
    return [
        (
            evaluation.data_date,
            next((v for v in history.report(evaluation.id).checks if v.id == check), None),
        )
        for evaluation in of_run
    ]


def _over_days(verdicts: Sequence[Verdict]) -> Verdict:
    """Failures of several data dates as one: the worst value, and what any of them failed for."""
    worst = verdicts[0]
    for verdict in verdicts[1:]:
        if _is_worse(verdict, worst):
            worst = verdict
    if any(verdict.subjects is None for verdict in verdicts):
        return worst
    subjects: dict[str, dict[str, None]] = {}
    for verdict in verdicts:
        for kind, names in (verdict.subjects or {}).items():
            subjects.setdefault(kind, {}).update(dict.fromkeys(names))
    return replace(worst, subjects={kind: tuple(names) for kind, names in subjects.items()})


def _is_worse(verdict: Verdict, than: Verdict) -> bool:
    if verdict.stop != than.stop:
        return verdict.stop
    worse = get_check(verdict.id).worse
    return is_worse(worse, verdict.value, than.value, verdict.facts.expected)


def _next_day(
    config: Config, request: WaiverRequest, data_date: date, verdict: Verdict, labels: FieldLabels
) -> date:
    """The day from which a waiver holds for a check that does not fail yet: the next data date.

    Today's green would rearm it. Raises UsageError where it would be over by then.
    """
    following = data_date + timedelta(days=1)
    run_date = schedule_of(config).run_date_of(following)
    if request.until < run_date:
        raise UsageError(
            f"{verdict.id} is {verdict.status} for {data_date}, so a waiver holds only from the "
            f"run of {run_date} on; {labels.until} {request.until} is earlier"
        )
    return following


def _require_single_side(request: WaiverRequest, verdict: Verdict | None) -> None:
    """Raises UsageError for days that fail on both sides: no single value limits both."""
    sides = (verdict.subjects or {}).get(SIDE, ()) if verdict is not None else ()
    is_by_side = get_check(request.check).worse is Worse.FARTHER_FROM_EXPECTED
    if len(sides) > 1 and is_by_side and not request.subjects:
        raise UsageError(
            f"{request.check} is too low for one day of the newest run and too high for another, "
            "and one limit cannot cover both: repair one of them and run the gate again first"
        )


def _limit(
    up_to: float | None, check: Check, verdict: Verdict | None, labels: FieldLabels
) -> float | None:
    """The worst value that still passes. Raises UsageError where none is allowed or known."""
    if up_to is not None and up_to < 0 and not check.signed:
        raise UsageError(
            f"{labels.limit} {up_to:g}: {check.id} is never below 0; "
            "allowed: a number of at least 0"
        )
    if verdict is not None and verdict.stop:
        raise UsageError(
            f"{check.id} cannot be waived: {verdict.message} is above stop_above, "
            "where the line always stops"
        )
    if up_to is not None:
        return up_to
    if verdict is None or verdict.status not in (Status.RED, Status.WAIVED):
        state = "was not evaluated yet" if verdict is None else f"is {verdict.status}"
        raise UsageError(f"{check.id} {state}, so there is no value to waive: {labels.give_limit}")
    return verdict.value


def _subjects(
    names: tuple[str, ...], check: Check, verdict: Verdict | None, labels: FieldLabels
) -> Subjects | None:
    """The subjects covered. Raises UsageError where none is known, or one is of another kind."""
    if not check.subject_kinds:
        _refuse_subjects(names, check)
        return None
    if names:
        return _named_subjects(names, check)
    kinds = " or ".join(check.subject_kinds)
    if verdict is None or verdict.status not in (Status.RED, Status.WAIVED):
        state = "was not evaluated yet" if verdict is None else f"is {verdict.status}"
        raise UsageError(
            f"{check.id} {state}, so no failing {kinds} is known: {labels.give_subject}"
        )
    failing = {
        kind: names
        for kind, names in (verdict.subjects or {}).items()
        if kind in check.subject_kinds
    }
    if not any(failing.values()):
        raise UsageError(
            f"the last evaluation does not say for which {kinds} {check.id} failed: run the gate "
            f"again, or {labels.give_subject}"
        )
    if any(MORE in names for names in failing.values()):
        raise UsageError(
            f"{check.id} fails for too many subjects to record each {kinds}: {labels.give_subject}"
        )
    return failing


def _refuse_subjects(names: tuple[str, ...], check: Check) -> None:
    if names and names != (ANY,):
        raise UsageError(f"{check.id} has no subjects, so none can be named")


def _named_subjects(names: tuple[str, ...], check: Check) -> Subjects | None:
    """Names by kind; a name without a kind is of the check's first one. None for ANY."""
    if any(name.strip().casefold() == ANY for name in names):
        if len(names) > 1:
            raise UsageError(f"the subject {ANY} covers everything: leave out the others")
        return None
    named: dict[str, list[str]] = {}
    for text in names:
        kind, separator, name = text.partition("=")
        if separator and kind in ALL_KINDS and kind not in check.subject_kinds:
            allowed = ", ".join(check.subject_kinds)
            raise UsageError(f"{check.id} has no subject of the kind {kind}; allowed: {allowed}")
        if separator and kind not in ALL_KINDS and (near := did_you_mean(kind, _KINDS)):
            raise UsageError(
                f"{quoted(text)}: did you mean {near}={quoted(name)[1:-1]}? A name with = in it is "
                f"written {check.subject_kinds[0]}=NAME"
            )
        if not separator or kind not in check.subject_kinds:
            kind, name = check.subject_kinds[0], text
        if not name.strip():
            raise UsageError(f"the subject {quoted(text)} has no name")
        named.setdefault(kind, []).append(_subject(kind, name))
    return {kind: tuple(dict.fromkeys(texts)) for kind, texts in named.items()}


def _subject(kind: str, text: str) -> str:
    """A name as the check records it; the placeholder for no name may be typed as shown."""
    if typed_name(text) == NO_NAME:
        return NO_NAME
    return subject_name(_AS_MEASURED.get(kind, str)(text))
