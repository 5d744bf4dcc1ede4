"""When a check may be waived, and how far: one set of rules for the command and the dashboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from checks.catalog import get_check
from checks.core.endings import folded
from checks.core.errors import UsageError
from checks.core.model import Status, Subjects
from checks.core.subjects import ALL_KINDS, MORE, NO_NAME, SOURCE, STATUS, subject_name, typed_name
from checks.core.text import did_you_mean, quoted
from checks.loads.sources import lasting_name

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.core.model import Verdict
    from checks.history import History, StoredWaiver
    from checks.judging.check import Check


@dataclass(frozen=True, slots=True)
class Wish:
    """A waiver as somebody asks for it.

    `until` is the last day, included. `up_to` is the worst value that still passes; None
    asks for the value that was found last. `subjects` are names of what may fail, such as
    `source=web`, or ANY alone; none asks for what failed last.
    """

    check: str
    owner: str
    reason: str
    until: date
    up_to: float | None = None
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """What the place where it is asked calls its fields, for messages."""

    until: str
    limit: str
    give_limit: str
    give_subject: str


#: How the checks know what people name as they see it, by kind.
_AS_MEASURED: Mapping[str, Callable[[str], str | None]] = {SOURCE: lasting_name, STATUS: folded}
_KINDS = tuple(sorted(ALL_KINDS))
#: In the place of a subject: whatever fails is covered, by its value alone.
ANY = "any"
#: The state of a waiver that still can cover a red.
HOLDS = "holds"
COMMAND = Words(
    until="--until",
    limit="--up-to",
    give_limit="say --up-to X",
    give_subject="say --subject KIND=NAME, or --subject any",
)


def give(
    config: Config, history: History, wish: Wish, now: datetime, words: Words = COMMAND
) -> StoredWaiver:
    """Store a waiver for what was found on the newest judged data date.

    The same wish a second time, for the same day and while it holds, is the same waiver.
    `now` must be aware. Raises UsageError for what may not be waived or says too little,
    HistoryError when the history cannot be read or written.
    """
    check = get_check(wish.check)
    today = now.astimezone(config.timezone).date()
    if wish.until < today:
        raise UsageError(f"{words.until} {wish.until} is over; today is {today}")
    data_date, verdict = _latest(config, history, check.id, today)
    limit = _limit(wish.up_to, check, verdict, words)
    subjects = _subjects(wish.subjects, check, verdict, words)
    if verdict is not None and verdict.status not in (Status.RED, Status.WAIVED):
        data_date = _next_day(config, wish, data_date, verdict, words)
    return history.give_waiver(
        config.pipeline,
        check.id,
        wish.owner,
        wish.reason,
        wish.until,
        limit,
        data_date,
        now,
        subjects=subjects,
        once=True,
    )


def state_of(waiver: StoredWaiver, today: date) -> str:
    """Whether a waiver still can cover a red (`holds`), and if not, why."""
    if waiver.revoked_at is not None:
        return "revoked"
    if waiver.rearmed_on is not None:
        return f"rearmed on {waiver.rearmed_on}"
    return "expired" if waiver.until < today else HOLDS


def _latest(
    config: Config, history: History, check: str, today: date
) -> tuple[date, Verdict | None]:
    """The newest judged data date and what was found on it; the expected one when none is."""
    found = history.evaluations(config.pipeline, days=1)
    if not found:
        return today - timedelta(days=config.data_lag_days), None
    verdicts = history.report(found[0].id).checks
    return found[0].data_date, next((one for one in verdicts if one.id == check), None)


def _next_day(config: Config, wish: Wish, data_date: date, verdict: Verdict, words: Words) -> date:
    """The day from which on a waiver holds for what does not fail yet: no green of today ends it.

    Raises UsageError where it would be over by then.
    """
    following = data_date + timedelta(days=1)
    run_date = following + timedelta(days=config.data_lag_days)
    if wish.until < run_date:
        raise UsageError(
            f"{verdict.id} is {verdict.status} for {data_date}, so a waiver would hold from the "
            f"run of {run_date} on, and {words.until} {wish.until} is before"
        )
    return following


def _limit(
    asked: float | None, check: Check, verdict: Verdict | None, words: Words
) -> float | None:
    """The worst value that still passes. Raises UsageError where none may or can be taken."""
    if asked is not None and asked < 0 and not check.signed:
        raise UsageError(
            f"{words.limit} {asked:g}: {check.id} is never below 0; allowed: a number of at least 0"
        )
    if verdict is not None and verdict.stop:
        raise UsageError(
            f"{check.id} cannot be waived: {verdict.message} is above stop_above, "
            "where the line stops whatever anyone said"
        )
    if asked is not None:
        return asked
    if verdict is None or verdict.status not in (Status.RED, Status.WAIVED):
        found = "was not evaluated yet" if verdict is None else f"is {verdict.status}"
        raise UsageError(f"{check.id} {found}, so there is no value to waive: {words.give_limit}")
    return verdict.value


def _subjects(
    names: tuple[str, ...], check: Check, verdict: Verdict | None, words: Words
) -> Subjects | None:
    """What is covered. Raises UsageError where nothing tells, or a name is of another kind."""
    if not check.subject_kinds:
        _refuse_subjects(names, check)
        return None
    if names:
        return _named(names, check)
    kinds = " or ".join(check.subject_kinds)
    if verdict is None or verdict.status not in (Status.RED, Status.WAIVED):
        state = "was not evaluated yet" if verdict is None else f"is {verdict.status}"
        raise UsageError(
            f"{check.id} {state}, so no {kinds} is known that fails: {words.give_subject}"
        )
    if not verdict.subjects or not any(verdict.subjects.values()):
        raise UsageError(
            f"the last evaluation does not say for which {kinds} {check.id} failed: run the gate "
            f"again, or {words.give_subject}"
        )
    if any(MORE in failing for failing in verdict.subjects.values()):
        raise UsageError(
            f"{check.id} fails for too much to name each {kinds}: {words.give_subject}"
        )
    return verdict.subjects


def _refuse_subjects(names: tuple[str, ...], check: Check) -> None:
    if names and names != (ANY,):
        raise UsageError(f"{check.id} tells nothing apart that fails, so it has no subject to name")


def _named(names: tuple[str, ...], check: Check) -> Subjects | None:
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
                f"{quoted(text)}: did you mean {near}={quoted(name)[1:-1]}? A name that holds = is "
                f"written {check.subject_kinds[0]}=NAME"
            )
        if not separator or kind not in check.subject_kinds:
            kind, name = check.subject_kinds[0], text
        if not name.strip():
            raise UsageError(f"the subject {quoted(text)} has no name")
        named.setdefault(kind, []).append(_subject(kind, name))
    return {kind: tuple(dict.fromkeys(texts)) for kind, texts in named.items()}


def _subject(kind: str, text: str) -> str:
    """A name as the check knows it. One that is no name is typed as it is shown."""
    if typed_name(text) == NO_NAME:
        return NO_NAME
    return subject_name(_AS_MEASURED.get(kind, str)(text))
