"""Queries as DuckDB's SQL, over the rows that `parts` selects.

All text is made of positions and constants; what comes from data, page addresses or configuration
is a parameter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from checks.quarantine.drilldown.hours import Ranges
from checks.quarantine.drilldown.model import (
    LONGEST_GROUP,
    NO_EVENT,
    NO_HOUR,
    NO_SOURCE,
    OTHER_DAY,
    Field,
    Filters,
    GroupBy,
    Roles,
)
from checks.quarantine.drilldown.parts import NOTHING, Sql
from checks.quarantine.records import LONGEST_REASON, day_in, is_aware, is_day, is_local, time_in
from checks.quarantine.tally import NO_REASON, UNREADABLE

UNKNOWN, OUTSIDE = -1, -2


class QueryBuilder:
    """Writes queries over `taken`: rows of (period, path, broken, v0, v1, ...).

    days: the ranges of the periods, where these depend on the rows' time. sources: files by the
    source they were loaded from, where no column has it.
    """

    def __init__(
        self,
        taken: Sql,
        roles: Roles,
        hours: Ranges,
        days: Ranges | None,
        naive: ZoneInfo,
        sources: Mapping[str, Sequence[str]],
    ) -> None:
        self._taken = taken
        self._roles = roles
        self._hours = hours
        self._days = days
        self._naive = naive
        self._sources = sources

    def tally(self, fields: Sequence[Field], most: int) -> Sql:
        """Rows of (period, field, value, rows); field -1 is the whole period."""
        columns = [
            f"CAST({self._value(field)} AS VARCHAR) AS g{i}" for i, field in enumerate(fields)
        ]
        names = [f"g{i}" for i in range(len(fields))]
        which = " ".join(f"WHEN grouping({name}) = 0 THEN {i}" for i, name in enumerate(names))
        sets = ", ".join(["(period)", *(f"(period, {name})" for name in names)])
        value = f"coalesce({', '.join(names)})" if names else "NULL"
        text = f"""
WITH {self._rows()},
fields AS (SELECT {", ".join(["period", *columns])} FROM dated WHERE period >= {UNKNOWN}),
counted AS (
  SELECT period, {f"CASE {which} ELSE -1 END" if names else "-1"} AS field,
         {value} AS value, count(*) AS n
  FROM fields GROUP BY GROUPING SETS ({sets})),
ranked AS (
  SELECT *, row_number() OVER (PARTITION BY period, field ORDER BY n DESC, value) AS place
  FROM counted)
SELECT period, field, value, n FROM ranked WHERE place <= {most}
"""  # noqa: S608
        return Sql(text, dict(self._taken.parameters))

    def sample(self, period: int, count: int, width: int) -> Sql:
        """The first rows of one period. One at a time: DuckDB materialises steps used twice."""
        columns = _columns(width)
        text = (
            f"WITH {self._rows()} SELECT {columns} FROM dated "  # noqa: S608
            f"WHERE period = {period} LIMIT {count}"
        )
        return Sql(text, dict(self._taken.parameters))

    def spans(self) -> Sql:
        """First and last time of every file's rows, and how many have none."""
        ends = ", ".join(
            f"epoch_us(min({at})), epoch_us(max({at}))" for at in ("at_aware", "at_local")
        )
        day = f"CASE WHEN is_day THEN CAST({day_in('moment')} AS VARCHAR) END"
        unknown = f"at_aware IS NULL AND at_local IS NULL AND ({day}) IS NULL"
        text = (
            f"WITH {self._steps()} SELECT path, {ends}, min({day}), max({day}), "  # noqa: S608
            f"count(*) FILTER (WHERE {unknown}) FROM parsed GROUP BY path"
        )
        return Sql(text, dict(self._taken.parameters))

    def total(self, filters: Filters, width: int) -> Sql:
        """How many rows of the first period pass the filters."""
        where = self._where(filters, width)
        text = f"WITH {self._rows()} SELECT count(*) FROM dated WHERE {where.text}"  # noqa: S608
        return Sql(text, self._taken.parameters | where.parameters)

    def rows(self, filters: Filters, width: int, offset: int, count: int) -> Sql:
        """Some of these rows, in the order of the files."""
        where = self._where(filters, width)
        columns = _columns(width)
        text = (
            f"WITH {self._rows()} SELECT {columns} FROM dated WHERE {where.text} "  # noqa: S608
            f"LIMIT {count} OFFSET {offset}"
        )
        return Sql(text, self._taken.parameters | where.parameters)

    def _rows(self) -> str:
        """The first steps of every query: the rows, their time, and their period."""
        period = "period" if self._days is None else self._bucket(self._days, of_days=True)
        columns = f"* EXCLUDE (period), CASE WHEN period >= 0 THEN period ELSE {period} END"
        return f"{self._steps()}, dated AS (SELECT {columns} AS period FROM parsed)"  # noqa: S608

    def _steps(self) -> str:
        """The rows, and their time according to its format. A date alone has no time."""
        moment = "NULL::VARCHAR" if self._roles.moment is None else f"v{self._roles.moment}"
        return f"""taken AS ({self._taken.text}),
timed AS (SELECT *, {moment} AS moment FROM taken),
formed AS (
  SELECT *, {is_day("moment")} AS is_day, {is_aware("moment")} AS is_aware,
         {is_local("moment")} AS is_local
  FROM timed),
parsed AS (
  SELECT *, CASE WHEN is_aware THEN {time_in("moment", "TIMESTAMPTZ")} END AS at_aware,
         CASE WHEN is_local AND NOT is_day THEN {time_in("moment", "TIMESTAMP")} END AS at_local
  FROM formed)"""  # noqa: S608

    def _bucket(self, ranges: Ranges, *, of_days: bool) -> str:
        """Index of the range that a row's time falls into, UNKNOWN or OUTSIDE."""
        day_case = str(UNKNOWN)
        if of_days:
            cases = " ".join(f"WHEN DATE '{day}' THEN {index}" for day, index in ranges.days)
            otherwise = f"CASE WHEN {day_in('moment')} IS NULL THEN {UNKNOWN} ELSE {OUTSIDE} END"
            day_case = f"CASE {day_in('moment')} {cases} ELSE {otherwise} END"
        edges = ranges.edges(OUTSIDE)
        aware = _tree("at_aware", _bounds(edges, "TIMESTAMPTZ", None), OUTSIDE)
        local = _tree("at_local", _bounds(edges, "TIMESTAMP", self._naive), OUTSIDE)
        return (
            f"(CASE WHEN is_day THEN {day_case} WHEN at_aware IS NOT NULL THEN {aware} "
            f"WHEN at_local IS NOT NULL THEN {local} ELSE {UNKNOWN} END)"
        )

    def _value(self, field: Field) -> str:
        """SQL for what rows are grouped by."""
        column = f"v{field.column}"
        expressions = {
            GroupBy.REASON: self._reason(),
            GroupBy.SOURCE: self._source(),
            GroupBy.EVENT: _text_or(self._roles.event, NO_EVENT),
            GroupBy.HOUR: self._hour(),
        }
        if field.how in expressions:
            return expressions[field.how]
        if field.how is GroupBy.CLOCK:
            return f"nullif(regexp_extract({column}, '[T ](\\d\\d):', 1), '')"
        if field.how is GroupBy.PRESENT:
            return f"CASE WHEN trim({column}) <> '' THEN '' END"
        if field.how is GroupBy.PATH:
            column = f"regexp_replace({column}, '(?s)[?#].*$', '')"
        return f"CASE WHEN trim({column}) <> '' THEN left({column}, {LONGEST_GROUP}) END"

    def _reason(self) -> str:
        named = _text_or(self._roles.reason, NO_REASON)
        return f"CASE WHEN broken THEN '{UNREADABLE}' ELSE {named} END"

    def _source(self) -> str:
        return "path" if self._roles.source is None else _text_or(self._roles.source, NO_SOURCE)

    def _hour(self) -> str:
        """Two digits, or the text for no hour of the day."""
        index = self._bucket(self._hours, of_days=False)
        special_cases = f"WHEN {UNKNOWN} THEN '{NO_HOUR}' WHEN {OUTSIDE} THEN '{OTHER_DAY}'"
        return f"CASE {index} {special_cases} ELSE printf('%02d', {index}) END"

    def _where(self, filters: Filters, width: int) -> Sql:
        conditions, parameters = ["period = 0"], dict[str, object]()
        if filters.source is not None and self._roles.source is None:
            conditions.append("list_contains($paths, path)")
            parameters["paths"] = list(self._sources.get(filters.source, ()))
        for name, how in _FILTERS:
            value = getattr(filters, name)
            by_file = how is GroupBy.SOURCE and self._roles.source is None
            if value is not None and not by_file:
                conditions.append(f"({self._value(Field(how))}) = ${name}")
                parameters[name] = value
        if filters.query:
            conditions.append(f"({_search(filters, width)})")
            parameters["query"] = filters.query
        return Sql(" AND ".join(conditions), parameters)


_FILTERS = (
    ("reason", GroupBy.REASON),
    ("source", GroupBy.SOURCE),
    ("event", GroupBy.EVENT),
    ("hour", GroupBy.HOUR),
)


def _columns(width: int) -> str:
    return ", ".join(f"v{i}" for i in range(width)) or NOTHING


def _search(filters: Filters, width: int) -> str:
    tests = []
    for index in range(width):
        if index in filters.exact:
            tests.append(f"lower(trim(v{index})) = lower($query)")
        else:
            tests.append(f"contains(lower(v{index}), lower($query))")
    return " OR ".join(tests) or "false"


def _text_or(column: int | None, missing: str) -> str:
    """A mapped column's text, or `missing` where it is blank."""
    if column is None:
        return f"'{missing}'"
    text = f"left(v{column}, {LONGEST_REASON})"
    return f"CASE WHEN trim(v{column}) <> '' THEN {text} ELSE '{missing}' END"


def _bounds(
    edges: Sequence[tuple[datetime, int]], kind: str, zone: ZoneInfo | None
) -> list[tuple[str, int]]:
    """(Exclusive end as a literal, index); times without an offset are in `zone`."""
    ends = [end if zone is None else end.astimezone(zone).replace(tzinfo=None) for end, _ in edges]
    return [
        (f"{kind} '{at.isoformat()}'", index) for at, (_, index) in zip(ends, edges, strict=True)
    ]


def _tree(value: str, bounds: Sequence[tuple[str, int]], last: int) -> str:
    """CASEs that compare a value log2(n) times."""
    if not bounds:
        return str(last)
    middle = len(bounds) // 2
    end, index = bounds[middle]
    below = _tree(value, bounds[:middle], index)
    above = _tree(value, bounds[middle + 1 :], last)
    return f"CASE WHEN {value} < {end} THEN {below} ELSE {above} END"
