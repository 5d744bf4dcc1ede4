"""Queries as DuckDB's SQL, over the rows that `parts` selects.

All text is made of positions and constants; what comes from data, page addresses or configuration
is a parameter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from checks.core.profiles import HOURS
from checks.quarantine.columns import Roles
from checks.quarantine.drilldown.hours import OUTSIDE, UNKNOWN, Periods, Ranges
from checks.quarantine.drilldown.model import (
    LONGEST_GROUP,
    MISSING,
    NO_HOUR,
    OTHER_DAY,
    ColumnValues,
    Field,
    Filters,
    GroupBy,
    HourSpan,
    mapped_column,
)
from checks.quarantine.drilldown.parts import NOTHING, Sql
from checks.quarantine.tally import LONGEST_REASON, UNREADABLE
from checks.quarantine.times import Scale, micros, placed, timed


class QueryBuilder:
    """Writes queries over `taken`: rows of (period, path, broken, v0, v1, ...).

    by_time: whether the period of some rows depends on their time. sources: files by the source
    they were loaded from, where no column has it.
    """

    def __init__(
        self,
        taken: Sql,
        roles: Roles,
        periods: Periods,
        sources: Mapping[str, Sequence[str]],
        *,
        by_time: bool,
    ) -> None:
        self._taken, self._roles, self._periods = taken, roles, periods
        self._sources, self._by_time = sources, by_time

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

    def by_hour(self, columns: Sequence[int], most: int) -> Sql:
        """Rows of (period, column, value, is rest, hour, rows); column -1 is all rows.

        A row of a period's files with a time outside of its days is in none of its hours.
        """
        slot = _index(self._periods.slots(), of_days=False)
        hour = f"CASE WHEN slot >= 0 AND slot // {HOURS} = period THEN slot % {HOURS} ELSE -1 END"
        values = [f"{self._value(Field(GroupBy.TEXT, column))} AS g{column}" for column in columns]
        names = [f"g{column}" for column in columns]
        which = " ".join(f"WHEN grouping({name}) = 0 THEN {name[1:]}" for name in names)
        sets = ", ".join(["(period, hour)", *(f"(period, hour, {name})" for name in names)])
        text = f"""
WITH {self._rows()},
placed AS (SELECT *, {slot} AS slot FROM dated WHERE period >= 0),
fields AS (SELECT {", ".join(["period", f"{hour} AS hour", *values])} FROM placed),
counted AS (
  SELECT period, hour, {f"CASE {which} ELSE -1 END" if names else "-1"} AS field,
         {f"coalesce({', '.join(names)})" if names else "NULL"} AS value, count(*) AS n
  FROM fields GROUP BY GROUPING SETS ({sets})),
totalled AS (SELECT *, sum(n) OVER (PARTITION BY field, value) AS total FROM counted),
ranked AS (
  SELECT *, dense_rank() OVER (PARTITION BY field ORDER BY total DESC, value) > {most} AS is_rest
  FROM totalled)
SELECT period, field, CASE WHEN is_rest THEN NULL ELSE value END, is_rest,
       CASE WHEN hour >= 0 THEN hour END, CAST(sum(n) AS BIGINT)
FROM ranked GROUP BY 1, 2, 3, 4, 5
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
        steps = _steps(self._taken, self._roles.moment, self._periods.naive)
        ranges = self._periods.ranges()
        period = _index(ranges, of_days=True) if self._by_time else "period"
        columns = f"* EXCLUDE (period), CASE WHEN period >= 0 THEN period ELSE {period} END"
        return f"{steps}, dated AS (SELECT {columns} AS period FROM timed)"  # noqa: S608

    def _value(self, field: Field) -> str:
        """SQL for what rows are grouped by."""
        column = f"v{field.column}"
        if field.how is GroupBy.HOUR:
            return self._hour()
        if field.how in MISSING:
            return self._mapped(field.how)
        if field.how is GroupBy.LOCAL_HOUR:
            return self._local_hour()
        if field.how is GroupBy.CLOCK:
            return f"nullif(regexp_extract({column}, '[T ](\\d\\d):', 1), '')"
        if field.how is GroupBy.PRESENT:
            return f"CASE WHEN trim({column}) <> '' THEN '' END"
        if field.how is GroupBy.PATH:
            column = f"regexp_replace({column}, '(?s)[?#].*$', '')"
        return f"CASE WHEN trim({column}) <> '' THEN left({column}, {LONGEST_GROUP}) END"

    def _mapped(self, how: GroupBy) -> str:
        """A mapped column's text, or what it is called where it is blank."""
        position = mapped_column(how, self._roles)
        if how is GroupBy.SOURCE and position is None:
            return "path"
        text = f"'{MISSING[how]}'"
        if position is not None:
            value = f"left(v{position}, {LONGEST_REASON})"
            text = f"CASE WHEN trim(v{position}) <> '' THEN {value} ELSE {text} END"
        is_reason = how is GroupBy.REASON
        return f"CASE WHEN broken THEN '{UNREADABLE}' ELSE {text} END" if is_reason else text

    def _hour(self) -> str:
        """Two digits, or the text for no hour of the day."""
        index = _index(self._periods.hours(), of_days=False)
        special_cases = f"WHEN {UNKNOWN} THEN '{NO_HOUR}' WHEN {OUTSIDE} THEN '{OTHER_DAY}'"
        return f"CASE {index} {special_cases} ELSE printf('%02d', {index}) END"

    def _local_hour(self) -> str:
        """Two digits, of whichever day of the periods; NULL where a row has no time of day."""
        index = _index(self._periods.every_hour(), of_days=False)
        return f"CASE WHEN {index} >= 0 THEN printf('%02d', {index}) END"

    def _where(self, filters: Filters, width: int) -> Sql:
        conditions, parameters = ["period = 0"], dict[str, object]()
        for how, value in filters.by_field().items():
            if how is GroupBy.SOURCE and self._roles.source is None:
                conditions.append("list_contains($paths, path)")
                parameters["paths"] = list(self._sources.get(value, ()))
            else:
                conditions.append(f"({self._value(Field(how))}) = ${how.value}")
                parameters[how.value] = value
        if filters.column_values is not None:
            conditions.append(self._has_value(filters.column_values))
            parameters["values"] = list(filters.column_values.values)
        if filters.hours is not None:
            conditions.append(self._is_in(filters.hours))
        if filters.query:
            conditions.append(f"({_search(filters, width)})")
            parameters["query"] = filters.query
        return Sql(" AND ".join(conditions), parameters)

    def _has_value(self, chosen: ColumnValues) -> str:
        """Whether a row has one of the values in `$values`, or none at all."""
        value = f"({self._value(Field(GroupBy.TEXT, chosen.column))})"
        missing = f"{value} IS NULL OR " if chosen.with_missing else ""
        return f"({missing}coalesce(list_contains($values, {value}), false))"

    def _is_in(self, hours: HourSpan) -> str:
        """Whether a row's time of day is in these hours; a date alone is in none."""
        span = self._periods.span_of(*hours)
        if span is None:
            return "false"
        return f"(instant >= {micros(span[0])} AND instant < {micros(span[1])})"


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


def span_query(taken: Sql, naive: ZoneInfo) -> Sql:
    """First and last time of every file's rows, as instants and as dates, and how many have none.

    taken: rows with the time as the only column. naive: the zone of times without an offset.
    """
    text = (
        f"WITH {_steps(taken, 0, naive)} SELECT path, "  # noqa: S608
        "min(instant), max(instant), "
        "CAST(min(day) AS VARCHAR), CAST(max(day) AS VARCHAR), "
        "count(*) FILTER (WHERE instant IS NULL AND day IS NULL) FROM timed GROUP BY path"
    )
    return Sql(text, taken.parameters)


def _steps(taken: Sql, moment: int | None, naive: ZoneInfo) -> str:
    """The rows, and their time. moment: the column with it."""
    column = "NULL::VARCHAR" if moment is None else f"v{moment}"
    rows = f"(SELECT *, {column} AS moment FROM taken)"  # noqa: S608
    return f"taken AS ({taken.text}),\ntimed AS ({timed(rows, naive)})"


def _index(ranges: Ranges, *, of_days: bool) -> str:
    """Index of the range that a row's time falls into, UNKNOWN or OUTSIDE.

    of_days: whether a date alone falls into one.
    """
    days = _scale(ranges.edges_of_days()) if of_days else None
    return placed(_scale(ranges.edges()), days, str(UNKNOWN))


def _scale(edges: Sequence[tuple[date, int]]) -> Scale:
    return Scale(tuple((end, str(index)) for end, index in edges), str(OUTSIDE))
