"""Which part of the time a row of a file belongs to, as DuckDB's SQL: the one rule for all rows.

A date alone is a whole day of the shop; any other time is an instant. Text that is neither has no
time. All text here is made of constants.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from checks.warehouse.texts import BLANKS, LOCAL_TIME


class Scale(NamedTuple):
    """Ascending (exclusive end, label in SQL) of parts of the time, and the label after them.

    Ends are instants, or dates.
    """

    ends: tuple[tuple[date, str], ...]
    last: str


def timed(step: str, naive: ZoneInfo) -> str:
    """SQL: the rows of a step, with `day` and `instant` (in UTC) of the text in `moment`.

    At most one of them is not NULL. naive: the zone of times without an offset. The session has to
    be in UTC.
    """
    trimmed = f"trim(moment, '{BLANKS}')"
    day = (
        f"CASE WHEN regexp_full_match(moment, '{LOCAL_TIME}') THEN TRY_CAST({trimmed} AS DATE) END"
    )
    return (
        f"SELECT *, CASE WHEN length({trimmed}) = 10 THEN {day} END AS day, "  # noqa: S608
        f"CASE WHEN length({trimmed}) <> 10 THEN {_instant(naive)} END AS instant FROM {step}"
    )


def _instant(naive: ZoneInfo) -> str:
    """By the rule for text in tables."""
    import sqlalchemy as sa

    from checks.warehouse.dialects.duckdb import PROFILE, compiled

    return compiled(PROFILE.text_instant(sa.column("moment", sa.String), naive))


def placed(instants: Scale, days: Scale | None, unknown: str) -> str:
    """SQL: the label for the `day` or `instant` of a row; `unknown` where it has neither.

    days: None where a date alone says nothing.
    """
    dated = "" if days is None else f"WHEN day IS NOT NULL THEN {_tree('day', 'DATE', *days)} "
    instant = _tree("instant", "TIMESTAMP", *instants)
    return f"(CASE {dated}WHEN instant IS NOT NULL THEN {instant} ELSE {unknown} END)"


def _tree(value: str, kind: str, ends: Sequence[tuple[date, str]], last: str) -> str:
    """CASEs that compare a value log2(n) times."""
    if not ends:
        return last
    middle = len(ends) // 2
    end, label = ends[middle]
    below = _tree(value, kind, ends[:middle], label)
    above = _tree(value, kind, ends[middle + 1 :], last)
    return f"CASE WHEN {value} < {kind} '{_plain(end)}' THEN {below} ELSE {above} END"


def _plain(end: date) -> str:
    """A date, or an instant in UTC without its zone."""
    if isinstance(end, datetime):
        end = end.astimezone(UTC).replace(tzinfo=None)
    return end.isoformat()
