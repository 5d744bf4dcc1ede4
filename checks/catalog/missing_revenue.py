"""Do purchases carry their revenue?

What: the share of the data date's purchases whose revenue is NULL, NaN, infinite
or not a number. Negative and zero revenue are counted in the details.
Why: a purchase without an amount is lost in every revenue figure.
Source of the rule: 1 % is the most that finance accepts in a daily figure. Where there are few
purchases, a single one is more than that: `checks.core.chance` says from how many on it is more
than the luck of one day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from checks.catalog._missing_share import (
    DAYS_TOGETHER,
    MissingShare,
    days_not_red,
    missing_share,
)
from checks.core.chance import CHANCE, JUDGES
from checks.core.metrics import EventCounts
from checks.core.model import Cause, Facts, Judgement, Layer, Status, Verdict
from checks.core.settings import setting
from checks.core.text import count_text, day_text, deciding, listed, percent_text, plural, short_day
from checks.judging.check import Check, Required
from checks.judging.unmeasured import skipped, unknown, unmeasured

if TYPE_CHECKING:
    from checks.core.timeframe import Timeframe
    from checks.judging.readings import Readings

_METRIC = "pct_missing_revenue"
_WHAT = "The share of purchases without revenue"
USUAL_PURCHASES = 5
#: The checks that say why a day lacks purchases.
REPORTERS = ("event_volume", "freshness")


@dataclass(frozen=True, slots=True)
class Params:
    """The limit, as a share of the day's purchases, and how a day with few of them is judged."""

    alert_at: float = setting(
        "Red at or above this share; amber where chance allows as many.", 0.01, above=0, maximum=1
    )
    judge: str = setting(
        "What a share at the limit or above it is where purchases are few. `chance`: red where so "
        "many without revenue would occur on 1 day in 200 at most if the true share were half the "
        "limit, on the day or on the last 7 days together; else amber. `exact`: always red.",
        CHANCE,
        choices=JUDGES,
    )


def measure(params: Params, data: Readings) -> EventCounts:
    """The events, among them the purchases and how many have a usable amount."""
    return data.events()


def judge(params: Params, events: EventCounts, frame: Timeframe) -> Judgement:
    """Green below alert_at, else red, or amber where chance allows as many of so few purchases.

    Without a single purchase never green, on a closed day skipped.
    """
    if events.revenue_problem is not None:
        return unmeasured(_METRIC, _WHAT, events.revenue_problem.error())
    closed = events.calendar.closed_reason(frame.data_date)
    if closed is not None and not events.purchases.rows[-1]:
        return skipped(_METRIC, closed)
    if not events.purchase_seen():
        return no_such_event(_METRIC, _WHAT, events)
    if not events.purchases.rows[-1]:
        return no_purchases(_METRIC, _WHAT, events, frame)
    return _judgement(params, events, frame)


def names_not_seen(events: EventCounts) -> str:
    """Text: no configured purchase name occurs in the window, and which names do."""
    seen = sorted(events.by_name, key=lambda name: -sum(events.by_name[name]))
    names = f"the names seen are {listed(seen, 8)}" if seen else "there are no events at all"
    return f"no event named {listed(events.purchase_names)} in {len(events.days)} days; {names}"


def no_such_event(metric: str, what: str, events: EventCounts) -> Judgement:
    """The configured purchase names do not occur at all: most likely they are misspelt."""
    return unknown(
        metric,
        Cause.BAD_VALUE,
        names_not_seen(events),
        what=what,
        action="Correct events.purchase_names in andon.yml, or find out why no purchase arrives",
        reading="events",
        details={"events": events.judged, "other_names_seen": bool(events.by_name)},
        facts=Facts(fails_for_empty_day=not events.judged and not events.by_name),
    )


def no_purchases(metric: str, what: str, events: EventCounts, frame: Timeframe) -> Judgement:
    """A day without purchases: suspicious where they are usual, else nothing to judge."""
    average, ended = events.usual_purchases(), events.purchases_ended_before()
    details = {
        "events": events.judged,
        "purchases_ended": ended,
        "purchases": 0,
        "usual_purchases": average,
        "daily": daily(events),
    }
    # Only the empty day is wrong where there were purchases as long as there were events.
    only_empty = not events.judged and ended is None
    facts = Facts(lacks_purchases=True, fails_for_empty_day=only_empty)
    if average >= USUAL_PURCHASES:
        return unknown(
            metric, Cause.BAD_VALUE,
            f"no purchases {_since(ended, frame)}, usually {count_text(round(average, 1))} a day",
            what=what, action=f"Find out why no purchase arrived on {short_day(frame.data_date)}",
            details=details, facts=facts,
        )  # fmt: skip
    return skipped(metric, f"no purchases on {frame.data_date}", details, facts)


def _since(ended: date | None, frame: Timeframe) -> str:
    return f"on {frame.data_date}" if ended is None else f"since {ended}"


def _judgement(params: Params, events: EventCounts, frame: Timeframe) -> Judgement:
    purchases, day = events.purchases, missing_share(events, params.alert_at, params.judge)
    return Judgement(
        status=day.status,
        message=f"{_METRIC}={deciding(day.share, params.alert_at, 4)} (below {params.alert_at})",
        summary=(
            f"{count_text(day.missing)} of {plural(day.purchases, 'purchase')} on "
            f"{day_text(frame.data_date)} ({percent_text(day.share, params.alert_at)}) have no "
            f"usable revenue{day.chance_text()}{_usual_share_text(params, events)}"
        ),
        action=_action(day, events, frame),
        value=day.share,
        threshold=params.alert_at,
        unit="share",
        details={
            "purchases": day.purchases,
            "missing": day.missing,
            "red_from": day.red_from,
            "days_together": day.days,
            "purchases_together": day.all_purchases,
            "missing_together": day.all_missing,
            "negative": purchases.negative,
            "zero": purchases.zero,
            "revenue": purchases.revenue[-1] if purchases.revenue else None,
            "daily": daily(events),
        },
    )


def _action(day: MissingShare, events: EventCounts, frame: Timeframe) -> str:
    """What to do about the day, or about the days that are only red together."""
    if day.status is Status.GREEN:
        return "Nothing to do"
    if day.status is Status.AMBER:
        verb = "has" if day.missing == 1 else "have"
        purchases = plural(day.missing, "purchase")
        return f"Find out why the {purchases} of {frame.data_date} without revenue {verb} none"
    if day.is_red_by_days:
        first = events.days[-DAYS_TOGETHER:][0]
        apart = " that were not red by themselves" if day.red_days else ""
        return (
            f"Look at the {plural(day.all_missing, 'purchase')} without revenue on the days from "
            f"{first} to {frame.data_date}{apart}, repair the amounts at their source and load "
            "these days again"
        )
    return (
        f"Look at the {plural(day.missing, 'purchase')} of {frame.data_date} without revenue, "
        "repair the amount at its source and load the day again"
    )


def _usual_share_text(params: Params, events: EventCounts) -> str:
    """The share of the days before that are not red alone; no incident becomes the usual."""
    fine, known = days_not_red(events, params.alert_at, params.judge)
    if not known:
        return ""
    if not fine:
        return f", and on each of the {plural(known, 'day')} before too many had none"
    share = sum(missing for _, missing in fine) / sum(rows for rows, _ in fine)
    return f", usually {percent_text(share)}"


def daily(events: EventCounts) -> list[dict[str, Any]]:
    """Purchases, those without a usable amount, and revenue, per day."""
    purchases = events.purchases
    revenue = purchases.revenue or (None,) * len(events.days)
    rows = zip(events.days, purchases.rows, purchases.with_amount, revenue, strict=True)
    return [
        {"date": day, "purchases": count, "missing": count - usable, "revenue": money}
        for day, count, usable, money in rows
    ]


def skipped_if_reported(
    metric: str, judgement: Judgement, verdicts: Mapping[str, Verdict]
) -> Judgement:
    """The judgement; skipped where a day only lacks purchases, and another check says why.

    `event_volume` is red for the purchase event, or the weekday is closed by it or by `freshness`.
    A check's guard.
    """
    if judgement.status is not Status.UNKNOWN or not judgement.facts.lacks_purchases:
        return judgement
    reason = "event_volume is red for the purchase event"
    if not _purchase_event_is_silent(verdicts):
        closed = _closed_weekday(verdicts)
        if closed is None:
            return judgement
        reason = closed
    return skipped(metric, reason, judgement.details, judgement.facts)


def _closed_weekday(verdicts: Mapping[str, Verdict]) -> str | None:
    """Why no purchase is expected on the weekday, as another check learned or proposes."""
    known = (verdicts[id_].facts.closed_weekday for id_ in REPORTERS if id_ in verdicts)
    return next((reason for reason in known if reason is not None), None)


def _purchase_event_is_silent(verdicts: Mapping[str, Verdict]) -> bool:
    """Whether `event_volume` is red for a purchase event, and so already reports it."""
    volume = verdicts.get("event_volume")
    if volume is None or volume.status is not Status.RED:
        return False
    return bool(volume.facts.silent_purchase_names)


CHECK = Check(
    id="missing_revenue",
    layer=Layer.BUSINESS,
    order=80,
    metric=_METRIC,
    unit="share",
    page="revenue",
    needs=("events", "events.revenue"),
    counts="purchases",
    requires=(Required("events.name", where=("events.revenue",)),),
    rule="The share of the data date's purchases whose revenue is NULL, NaN, infinite or not a "
    "number is below alert_at. From alert_at on the check is red, or amber where chance allows as "
    "many because purchases are few: on the day and on the last 7 days together. With "
    "`judge: exact` it is always red.",
    why="A purchase without an amount is lost in every revenue figure.",
    advice="Repair the amount at its source and load the day again.",
    params=Params,
    measure=measure,
    judge=judge,
    after=REPORTERS,
    guard=partial(skipped_if_reported, _METRIC),
)
