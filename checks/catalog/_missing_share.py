"""From how many purchases without revenue on a day is red, by itself and with the days before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checks.core.chance import CHANCE, least_at_limit, least_beyond_chance
from checks.core.metrics import EventCounts
from checks.core.model import Status
from checks.core.text import count_text, plural

#: How many days are judged together, the judged one included, as far as the window has them.
DAYS_TOGETHER = 7


@dataclass(frozen=True, slots=True)
class MissingShare:
    """Purchases of a day, those without revenue, and the same of the days judged with it.

    days: how many days with purchases are judged together, this one included, without earlier ones
    that were red by themselves; `all_purchases` and
    `all_missing` are of all of them. limit: a share. red_from: the smallest number without revenue
    for which the day is red; None where it is not, however many. red_alone_from: the same without
    the other days. red_days: how many earlier days are left out as they were red by themselves.
    """

    purchases: int
    missing: int
    days: int
    all_purchases: int
    all_missing: int
    limit: float
    red_from: int | None
    red_alone_from: int | None
    red_days: int = 0

    @property
    def share(self) -> float:
        """Those without revenue, over all purchases of the day."""
        return self.missing / self.purchases

    @property
    def status(self) -> Status:
        """Green below the limit; else red, or amber where chance allows as many."""
        if self.share < self.limit:
            return Status.GREEN
        return Status.RED if _reaches(self.missing, self.red_from) else Status.AMBER

    @property
    def is_red_by_days(self) -> bool:
        """Whether only the days together are red."""
        return self.status is Status.RED and not _reaches(self.missing, self.red_alone_from)

    def chance_text(self) -> str:
        """Why as many stop the line, or do not; empty where the limit alone says it."""
        if self.is_red_by_days:
            return (
                f", which chance allows on one day, but not {count_text(self.all_missing)} of "
                f"{count_text(self.all_purchases)} on {self._days_text()}"
            )
        if self.status is not Status.AMBER:
            return ""
        red = "too few to be red" if self.red_from is None else f"red from {self.red_from} on"
        return f", which chance allows of so few ({red})"

    def _days_text(self) -> str:
        last = f"the last {plural(self.days + self.red_days, 'day')} with purchases"
        if not self.red_days:
            return last
        verb = "was" if self.red_days == 1 else "were"
        return f"{self.days} of {last} ({self.red_days} {verb} red by itself)".replace(
            "were red by itself", "were red by themselves"
        )


def missing_share(events: EventCounts, alert_at: float, judged_by: str) -> MissingShare:
    """The judged day, which has purchases, with the days before it.

    Days without purchases say nothing, and those that were red by themselves were told then; a
    window shorter than seven days has fewer.
    """
    *before, (purchases, missing) = list(_counts(events))[-DAYS_TOGETHER:]
    days = [*(each for each in before if not _is_red_alone(*each, alert_at, judged_by)),
            (purchases, missing)]  # fmt: skip
    all_purchases, all_missing = sum(rows for rows, _ in days), sum(lost for _, lost in days)
    alone = least_red(purchases, alert_at, judged_by)
    together = None
    if judged_by == CHANCE:
        together = least_beyond_chance(all_purchases, alert_at)
    if together is not None:
        together = max(together - (all_missing - missing), least_at_limit(purchases, alert_at))
        together = together if together <= purchases else None
    return MissingShare(
        purchases, missing, sum(rows > 0 for rows, _ in days), all_purchases, all_missing,
        alert_at, _lowest(alone, together), alone, 1 + len(before) - len(days),
    )  # fmt: skip


def least_red(purchases: int, alert_at: float, judged_by: str) -> int | None:
    """The smallest number without revenue for which a day is red by itself."""
    if judged_by == CHANCE:
        return least_beyond_chance(purchases, alert_at)
    return least_at_limit(purchases, alert_at)


def days_not_red(
    events: EventCounts, alert_at: float, judged_by: str
) -> tuple[list[tuple[int, int]], int]:
    """(purchases, missing) of the earlier days that are not red by themselves, and of how many."""
    known = [(rows, lost) for rows, lost in list(_counts(events))[:-1] if rows]
    fine = [each for each in known if not _is_red_alone(*each, alert_at, judged_by)]
    return fine, len(known)


def _is_red_alone(purchases: int, missing: int, alert_at: float, judged_by: str) -> bool:
    """Whether a day is red by itself."""
    return bool(purchases) and _reaches(missing, least_red(purchases, alert_at, judged_by))


def _counts(events: EventCounts) -> Iterator[tuple[int, int]]:
    """(purchases, missing) of every day."""
    bought = events.purchases
    return (
        (rows, rows - usable) for rows, usable in zip(bought.rows, bought.with_amount, strict=True)
    )


def _reaches(missing: int, least: int | None) -> bool:
    return least is not None and missing >= least


def _lowest(*counts: int | None) -> int | None:
    return min((count for count in counts if count is not None), default=None)
