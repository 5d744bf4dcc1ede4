"""What most of the affected rows have in common that most rows of the day have not. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from checks.core.model import Explanation
from checks.core.profiles import DayProfile, HourCounts, Value
from checks.core.text import count_text, percent_text
from checks.explaining import kinds
from checks.explaining.wording import segment_text, sentence, since_day, span_text

#: A part explains with at least this share of the affected rows, and at most this share of all.
_LEAST_OF_AFFECTED, _MOST_OF_ALL = 0.8, 0.5
#: From this share on nearly all rows are affected, and no part is special.
_NEARLY_ALL = 0.9
#: Above this probability that so many are in any part by chance, none explains them.
_CHANCE = 0.01
#: An hour is a beginning where so many affected rows would be expected before it.
_CERTAIN = 3


class Nouns(NamedTuple):
    """affected: `orphans`. rows: what they are a part of, `orders`. are: `are orphans`."""

    affected: str
    rows: str
    are: str


class Part(NamedTuple):
    """Some of the rows. first, last: hours, the last exclusive. rows: with the affected ones.

    rows_before: of the same value, in the hours before the first.
    """

    column: str | None
    value: Value
    first: int
    last: int
    affected: int
    rows: int
    rows_before: int = 0


def shared_part(profile: DayProfile, began: date, nouns: Nouns) -> Explanation | None:
    """The part of the rows that explains the affected ones; None where they are spread out.

    profile: affected rows as those of the judged day, all rows as those of the usual one.
    began: the first red day.
    """
    affected, rows = profile.total.total, profile.total.baseline_total
    if not affected or not rows:
        return None
    if affected >= _NEARLY_ALL * rows and affected > 1:
        when = since_day(began) if began < profile.day else ""
        return Explanation(
            kinds.NEARLY_ALL,
            sentence(
                when, f"{count_text(affected)} of {count_text(rows)} {nouns.rows} {nouns.are}"
            ),
            {"affected": affected, "rows": rows, "since": began},
        )
    parts = [
        part for column, values in profile.columns.items() for value, counts in values.items()
        for part in _spans(profile, counts, column, value)
    ]  # fmt: skip
    parts += _spans(profile, profile.total, None, None)
    special = [part for part in parts if _is_special(part, affected, rows, len(parts))]
    if not special:
        return None
    part = min(special, key=lambda p: (_log_chance(p, affected, rows), p.first, p.column or ""))
    return _explanation(part, profile, began, nouns)


def _spans(
    profile: DayProfile, counts: HourCounts, column: str | None, value: Value
) -> Iterator[Part]:
    """The part from each hour on, and on the whole day."""
    for first in range(profile.hours):
        yield Part(
            column, value, first, profile.hours, sum(counts.judged[first:]),
            sum(counts.baseline[first:]), sum(counts.baseline[:first]),
        )  # fmt: skip
    yield Part(column, value, 0, profile.hours, counts.total, counts.baseline_total)


def _is_special(part: Part, affected: int, rows: int, parts: int) -> bool:
    """Whether a part is more than the luckiest of so many parts would be by chance."""
    if part.first and part.affected * part.rows_before < _CERTAIN * part.rows:
        return False
    return (
        part.affected >= _LEAST_OF_AFFECTED * affected
        and part.rows <= _MOST_OF_ALL * rows
        and _log_chance(part, affected, rows) + math.log(parts) <= math.log(_CHANCE)
    )


def _log_chance(part: Part, affected: int, rows: int) -> float:
    """An upper bound of the probability that so many are in the part by chance, as a logarithm.

    The union bound over which of them: C(n, k) p^k.
    """
    if not part.affected or not part.rows:
        return 0.0
    others = affected - part.affected
    ways = math.lgamma(affected + 1) - math.lgamma(part.affected + 1) - math.lgamma(others + 1)
    return ways + part.affected * math.log(part.rows / rows)


def _explanation(part: Part, profile: DayProfile, began: date, nouns: Nouns) -> Explanation:
    affected, rows = profile.total.total, profile.total.baseline_total
    is_all = part.affected == affected
    when = (
        since_day(began) if began < profile.day else span_text(part.first, part.last, profile.hours)
    )
    label = ""
    if part.column is not None:
        name = segment_text(part.column, part.value)
        label = f"{name} only" if is_all else f"mostly {name}"
    count = (
        f"all {count_text(affected)}"
        if is_all
        else (f"{count_text(part.affected)} of {count_text(affected)}")
    )
    share = percent_text(part.rows / rows)
    return Explanation(
        kinds.SEGMENT if part.column is not None else kinds.SINCE_HOUR,
        f"{sentence(when, label)}: {count} {nouns.affected}, but {share} of the {nouns.rows}",
        {
            "column": part.column, "value": part.value, "hours": [part.first, part.last],
            "affected": part.affected, "all_affected": affected, "rows": part.rows,
            "all_rows": rows, "since": began if began < profile.day else None,
        },
    )  # fmt: skip
