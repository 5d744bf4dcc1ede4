"""What most of the affected rows have in common that most rows of the day have not. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from checks.core.model import Explanation
from checks.core.profiles import DayProfile, HourCounts, Value
from checks.core.text import count_text, percent_text
from checks.explaining import kinds
from checks.explaining.wording import segment_text, sentence, span_text

#: A part explains with at least this share of the affected rows, and at most this share of all.
_LEAST_OF_AFFECTED, _MOST_OF_ALL = 0.8, 0.5
#: From this share on nearly all rows are affected, and no part is special.
_NEARLY_ALL = 0.9
#: Above this probability that so many are in any part by chance, none explains them.
_CHANCE = 0.01
#: An hour is a beginning where so many affected rows would be expected before it.
_CERTAIN = 3
#: So many affected rows can be in a stretch of hours by more than chance.
_MANY = 10


class Nouns(NamedTuple):
    """affected: `orphans`. rows: what they are a part of, `orders`. are: `are orphans`."""

    affected: str
    rows: str
    are: str


class Part(NamedTuple):
    """Some of the rows. first, last: hours, the last exclusive. rows: with the affected ones.

    rows_before, rows_after: of the same value, in the hours before the first and from the last on.
    """

    column: str | None
    value: Value
    first: int
    last: int
    affected: int
    rows: int
    rows_before: int = 0
    rows_after: int = 0


def shared_part(profile: DayProfile, nouns: Nouns) -> Explanation | None:
    """The part of the rows that explains the affected ones; None where they are spread out.

    profile: affected rows as those of the judged day, all rows as those of the usual one.
    """
    affected, rows = profile.total.total, profile.total.baseline_total
    if not affected or not rows:
        return None
    if affected >= _NEARLY_ALL * rows and affected > 1:
        return Explanation(
            kinds.NEARLY_ALL,
            f"{count_text(affected)} of {count_text(rows)} {nouns.rows} {nouns.are}",
            {"affected": affected, "rows": rows},
        )
    parts = [
        part for column, values in profile.columns.items() for value, counts in values.items()
        for part in _spans(profile, counts, column, value)
    ]  # fmt: skip
    parts += _spans(profile, profile.total, None, None)
    tries = _tries(profile)
    special = [part for part in parts if _is_special(part, affected, rows, tries, profile.hours)]
    if not special:
        return None
    part = min(special, key=lambda p: (_log_chance(p, affected, rows), p.first, p.column or ""))
    return _explanation(part, profile, nouns)


def _spans(
    profile: DayProfile, counts: HourCounts, column: str | None, value: Value
) -> Iterator[Part]:
    """The part from each hour on, and on the whole day; of many affected rows each stretch too."""
    is_many = profile.total.total >= _MANY
    for first in range(profile.hours):
        ends = range(first + 1, profile.hours) if is_many else ()
        for last in (*ends, profile.hours):
            affected = sum(counts.judged[first:last])
            if affected:
                yield Part(
                    column, value, first, last, affected, sum(counts.baseline[first:last]),
                    sum(counts.baseline[:first]), sum(counts.baseline[last:]),
                )  # fmt: skip
    yield Part(column, value, 0, profile.hours, counts.total, counts.baseline_total)


def _tries(profile: DayProfile) -> int:
    """How many parts there could be: each value, and all rows, in each stretch that is tried."""
    values = 1 + sum(len(column) for column in profile.columns.values())
    is_many = profile.total.total >= _MANY
    return values * (profile.hours * (profile.hours + 1) // 2 if is_many else profile.hours)


def _is_special(part: Part, affected: int, rows: int, parts: int, hours: int) -> bool:
    """Whether a part is more than the luckiest of so many parts would be by chance."""
    beside = [n for n, is_edge in ((part.rows_before, part.first > 0),
                                   (part.rows_after, part.last < hours)) if is_edge]  # fmt: skip
    if any(part.affected * n < _CERTAIN * part.rows for n in beside):
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


def _explanation(part: Part, profile: DayProfile, nouns: Nouns) -> Explanation:
    affected, rows = profile.total.total, profile.total.baseline_total
    is_all = part.affected == affected
    is_whole = (part.first, part.last) == (0, profile.hours)
    when = span_text(part.first, part.last, profile.hours)
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
            "column": part.column, "value": part.value,
            "hours": None if is_whole else [part.first, part.last],
            "affected": part.affected, "all_affected": affected, "rows": part.rows,
            "all_rows": rows,
        },
    )  # fmt: skip
