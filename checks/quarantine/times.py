"""Which part of the time a row of a file belongs to, as DuckDB's SQL: the one rule for all rows.

A date alone is a whole day of the shop; any other time is an instant. Text that is neither has no
time. All text here is made of constants and the configured zone's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from checks.quarantine.days import CountedDays
from checks.warehouse.texts import BLANKS, LOCAL_TIME, OFFSET_TIME

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_SEPARATOR = " "
#: Fates of lines whose time is not looked at.
_WITHOUT_TIME = frozenset(("unreadable", "uncounted"))
#: Rows farther than this from the judged day and its run are of no load near it.
FAR = timedelta(days=7)


class Scale(NamedTuple):
    """Ascending (exclusive end, label in SQL) of parts of the time, and the label after them.

    Ends are instants, or dates.
    """

    ends: tuple[tuple[date, str], ...]
    last: str


def timed(step: str, naive: ZoneInfo) -> str:
    """SQL: the rows of a step, with `day` and `instant` (microseconds) of the text in `moment`.

    At most one of them is not NULL. naive: the zone of times without an offset. The rule is
    `checks.warehouse.texts.utc_of`. The session has to be in UTC.
    """
    text = f"trim(moment, '{BLANKS}')"
    local = f"TRY_CAST({text} AS TIMESTAMP)"
    if naive.key != "UTC":
        local = f"timezone('{naive.key}', {local})"
    return (
        f"SELECT *, CASE WHEN is_local AND NOT has_time THEN TRY_CAST({text} AS DATE) END AS day, "  # noqa: S608
        f"CASE WHEN is_aware THEN epoch_us(TRY_CAST({text} AS TIMESTAMPTZ)) "
        f"WHEN is_local AND has_time THEN epoch_us({local}) END AS instant "
        f"FROM (SELECT *, regexp_full_match(moment, '{LOCAL_TIME}') AS is_local, "
        f"regexp_full_match(moment, '{OFFSET_TIME}') AS is_aware, "
        f"contains(moment, ':') AS has_time FROM {step})"
    )


def micros(moment: datetime) -> int:
    """An instant in microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def placed(instants: Scale, days: Scale | None, unknown: str) -> str:
    """SQL: the label for the `day` or `instant` of a row; `unknown` where it has neither.

    days: None where a date alone says nothing.
    """
    dated = "" if days is None else f"WHEN day IS NOT NULL THEN {_tree('day', *days)} "
    instant = _tree("instant", *instants)
    return f"(CASE {dated}WHEN instant IS NOT NULL THEN {instant} ELSE {unknown} END)"


def _tree(value: str, ends: Sequence[tuple[date, str]], last: str) -> str:
    """CASEs that compare a value log2(n) times."""
    if not ends:
        return last
    middle = len(ends) // 2
    end, label = ends[middle]
    below = _tree(value, ends[:middle], label)
    above = _tree(value, ends[middle + 1 :], last)
    literal = micros(end) if isinstance(end, datetime) else f"DATE '{end.isoformat()}'"
    return f"CASE WHEN {value} < {literal} THEN {below} ELSE {above} END"


@dataclass(frozen=True, slots=True)
class DayFilter:
    """Which records belong to each of some requests, by their own time.

    requests: each of one day, or of the days of a run.
    """

    requests: tuple[CountedDays, ...]
    naive: ZoneInfo

    def fate(self) -> str:
        """SQL: the code of a record's fates, by its time; `fates` reads it.

        Of one request it is the fate itself: counted, other, far, future or undated. far: of other
        days that are not near the counted ones.
        """
        instants = _merged([_instants(request) for request in self.requests])
        days = _merged([_days(request) for request in self.requests])
        return placed(instants, days, f"'{_SEPARATOR.join(['undated'] * len(self.requests))}'")

    def is_counted(self, code: str) -> str:
        """SQL: whether a code in the column has a fate `counted`."""
        if len(self.requests) == 1:
            return f"{code} = 'counted'"
        around = f"' ' || {code} || ' '"
        return f"contains({around}, ' counted ')"

    def fates(self, code: str) -> tuple[str, ...]:
        """The fate for each request; a line that cannot be read has the same for all."""
        if code in _WITHOUT_TIME:
            return (code,) * len(self.requests)
        return tuple(code.split(_SEPARATOR))


def _instants(request: CountedDays) -> Scale:
    frame, far = request.frame, _far(request)
    return _fates(request.start - far, request.start, request.cut, request.end + far, frame.future)


def _days(request: CountedDays) -> Scale:
    frame, far = request.frame, _far(request)
    today = frame.now.astimezone(frame.zone).date()
    next_day = request.last + _DAY
    return _fates(request.dates[0] - far, request.dates[0], next_day, next_day + far, today + _DAY)


def _far(request: CountedDays) -> timedelta:
    return FAR + abs(request.frame.run_date - request.last)


def _fates(first: date, start: date, end: date, last: date, future: date) -> Scale:
    """The fates of times.

    first, last: what is near the days; start, end: what is of them, exclusive. What is after now
    is future, however near.
    """
    ends = (
        (first, "far"), (start, "other"), (end, "counted"),
        (min(last, future), "other"), (future, "far"),
    )  # fmt: skip
    return Scale(ends, "future")


def _merged(scales: Sequence[Scale]) -> Scale:
    """One scale, whose labels are SQL text of the labels of all."""
    if len(scales) == 1:
        ends = scales[0].ends
        return Scale(tuple((end, f"'{label}'") for end, label in ends), f"'{scales[0].last}'")
    edges = sorted({end for scale in scales for end, _ in scale.ends})
    codes = [_SEPARATOR.join(_label_before(scale, edge) for scale in scales) for edge in edges]
    last = _SEPARATOR.join(scale.last for scale in scales)
    return Scale(
        tuple((edge, f"'{code}'") for edge, code in zip(edges, codes, strict=True)), f"'{last}'"
    )


def _label_before(scale: Scale, edge: date) -> str:
    """The label of the part of the time just before an edge."""
    return next((label for end, label in scale.ends if edge <= end), scale.last)
