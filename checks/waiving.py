"""When a check may be waived, and how far: one set of rules for the command and the dashboard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from checks.errors import UsageError
from checks.model import Status
from checks.registry import get_check

if TYPE_CHECKING:
    from checks.config.model import Config
    from checks.history import History, StoredWaiver
    from checks.model import Verdict


@dataclass(frozen=True, slots=True)
class Wish:
    """A waiver as somebody asks for it.

    `until` is the last day, included. `up_to` is the worst value that still passes; None
    asks for the value that was found last.
    """

    check: str
    owner: str
    reason: str
    until: date
    up_to: float | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What the place where it is asked calls its fields, for messages."""

    until: str
    give_limit: str


#: The state of a waiver that still can cover a red.
HOLDS = "holds"
COMMAND = Words(until="--until", give_limit="say --up-to X")


def give(
    config: Config, history: History, wish: Wish, now: datetime, words: Words = COMMAND
) -> StoredWaiver:
    """Store a waiver for what was found on the newest judged data date.

    The same wish a second time, for the same day and while it holds, is the same waiver.
    `now` must be aware. Raises UsageError for what may not be waived or says too little,
    HistoryError when the history cannot be read or written.
    """
    check = get_check(wish.check).id
    today = now.astimezone(config.timezone).date()
    if wish.until < today:
        raise UsageError(f"{words.until} {wish.until} is over; today is {today}")
    data_date, verdict = _latest(config, history, check, today)
    return history.give_waiver(
        config.pipeline,
        check,
        wish.owner,
        wish.reason,
        wish.until,
        _limit(wish.up_to, check, verdict, words),
        data_date,
        now,
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


def _limit(asked: float | None, check: str, verdict: Verdict | None, words: Words) -> float | None:
    """The worst value that still passes. Raises UsageError where none may or can be taken."""
    if verdict is not None and verdict.stop:
        raise UsageError(
            f"{check} cannot be waived: {verdict.message} is above stop_above, "
            "where the line stops whatever anyone said"
        )
    if asked is not None:
        return asked
    if verdict is None or verdict.status not in (Status.RED, Status.WAIVED):
        found = "was not evaluated yet" if verdict is None else f"is {verdict.status}"
        raise UsageError(f"{check} {found}, so there is no value to waive: {words.give_limit}")
    return verdict.value
