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
_LEAST_OF_AFFECTED, _MOST_OF_ALL = 0.8, 0.9
#: One with more than half of all rows only where the others are affected this much as often.
_HALF, _STRAY = 0.5, 0.1
#: From this share on nearly all rows are affected, and no part is special.
_NEARLY_ALL = 0.9
#: Above this probability that so many are in any part by chance, none explains them.
_CHANCE = 0.01
#: An hour is a beginning where so few affected rows before it have this probability at most.
_EDGE_CHANCE = 0.01
#: So many affected rows can be in a stretch of hours by more than chance.
_MANY = 10


class Nouns(NamedTuple):
    """affected: `orphans`. rows: what they are a part of, `orders`. are: `are orphans`."""

    affected: str
    rows: str
    are: str


class Part(NamedTuple):
    """Some of the rows. first, last: hours, the last exclusive. rows: with the affected ones.

    before, after: affected ones and all rows of the same value, in the hours before the first and
    from the last on; None where there are no such hours.
    """

    column: str | None
    value: Value
    first: int
    last: int
    affected: int
    rows: int
    before: tuple[int, int] | None = None
    after: tuple[int, int] | None = None

    @property
    def is_span(self) -> bool:
        """Whether it is less than the whole day."""
        return self.before is not None or self.after is not None


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
    luck = {part: _luck(part, profile) for part in parts if _explains(part, affected, rows)}
    special = [part for part, log_chance in luck.items() if log_chance <= math.log(_CHANCE)]
    if not special:
        return None
    part = min(special, key=lambda p: (luck[p], p.first, p.column or ""))
    return _explanation(part, profile, nouns)


def _spans(
    profile: DayProfile, counts: HourCounts, column: str | None, value: Value
) -> Iterator[Part]:
    """The part from each hour on, and on the whole day; of many affected rows each stretch too."""
    yield Part(column, value, 0, profile.hours, counts.total, counts.baseline_total)
    is_many = profile.total.total >= _MANY
    for first in range(profile.hours):
        ends = range(first + 1, profile.hours) if is_many else ()
        for last in (*ends, profile.hours):
            affected, rows = _in_hours(counts, first, last)
            if affected and (first, last) != (0, profile.hours):
                yield Part(
                    column, value, first, last, affected, rows,
                    _in_hours(counts, 0, first) if first else None,
                    _in_hours(counts, last, profile.hours) if last < profile.hours else None,
                )  # fmt: skip


def _in_hours(counts: HourCounts, first: int, last: int) -> tuple[int, int]:
    """Affected ones and all rows in some hours."""
    return sum(counts.judged[first:last]), sum(counts.baseline[first:last])


def _explains(part: Part, affected: int, rows: int) -> bool:
    """Whether a part holds most of the affected rows, and the others of its day are others."""
    if part.affected < _LEAST_OF_AFFECTED * affected or part.rows > _MOST_OF_ALL * rows:
        return False
    others = (affected - part.affected) * part.rows
    if part.rows > _HALF * rows and others > _STRAY * part.affected * (rows - part.rows):
        return False
    return all(_is_edge(part, *n) for n in (part.before, part.after) if n is not None)


def _luck(part: Part, profile: DayProfile) -> float:
    """The logarithm of how probable a part as special as this one is among all that are tried.

    Of many affected rows, half of the chance is for the few whole days, half for the many spans of
    hours: a span is told only where it says more than the whole day by more than the choice of
    its hours.
    """
    values = 1 + sum(len(column) for column in profile.columns.values())
    is_many = profile.total.total >= _MANY
    spans = profile.hours * (profile.hours + 1) // 2 if is_many else profile.hours
    tries = 2 * values * (1 if is_many and not part.is_span else spans)
    return _log_chance(part, profile.total.total, profile.total.baseline_total) + math.log(tries)


def _is_edge(part: Part, affected: int, rows: int) -> bool:
    """Whether rows beside a span are affected so rarely that they do not belong to it."""
    expected = part.affected * rows / max(part.rows, 1)
    terms = (k * math.log(expected) - expected - math.lgamma(k + 1) for k in range(affected + 1))
    return expected > 0 and sum(map(math.exp, terms)) <= _EDGE_CHANCE


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
