"""Reads the pipeline's own log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.config.model import AuditLogSource
from checks.core.audit_log import MOST_STRAYS, AuditEntry, AuditLog, StrayEntry
from checks.core.endings import Endings
from checks.core.errors import MeasurementError
from checks.core.model import Cause
from checks.core.schedule import RunWindows
from checks.core.text import quoted
from checks.core.timeframe import TICK, Timeframe
from checks.core.values import BadValue, Count, Unmeasured, as_count
from checks.loads.sources import LONGEST_SOURCE
from checks.loads.usual_parts import USUAL_DAYS
from checks.warehouse.instants import Instant, instant
from checks.warehouse.kinds import Kind
from checks.warehouse.relation import Relation
from checks.warehouse.roles import name_of
from checks.warehouse.texts import BLANKS

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

    from checks.warehouse.connection import Warehouse
    from checks.warehouse.dialects.base import Profile

DAYS_BEFORE = USUAL_DAYS
MOST_ENTRIES = 100_000
#: Clocks of loaders may be ahead by so much.
GRACE = timedelta(minutes=5)
_OPTIONAL = ("rows_inserted", "status")
_LONGEST_COUNT = 100
_LONGEST_TIME = 100
#: How many characters of a column are read.
_LONGEST = {
    "rows_read": _LONGEST_COUNT, "rows_quarantined": _LONGEST_COUNT,
    "source": LONGEST_SOURCE + 1, "rows_inserted": _LONGEST_COUNT, "status": 300,
}  # fmt: skip
#: The branch of the statement that a row comes from; strays first, whatever the limit.
_UNDATED, _FUTURE, _DATED = 0, 1, 2


def read_audit_log(
    warehouse: Warehouse,
    source: AuditLogSource,
    frame: Timeframe,
    naive: ZoneInfo,
    days_before: int = DAYS_BEFORE,
    endings: Endings | None = None,
) -> AuditLog:
    """The log of the run and of those before (a week of days, or as many runs), in one query.

    endings: the words of its statuses. Raises MeasurementError where a column that every check
    needs is missing, or where the log is too large to be a log of runs.
    """
    query = audit_query(warehouse, source, frame, naive, days_before)
    by_part: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in warehouse.fetch(query.statement):
        values = dict(zip(query.keys, row, strict=True))
        by_part[int(values["part"])].append(values)
    if len(by_part[_DATED]) > MOST_ENTRIES:
        raise MeasurementError(
            Cause.BAD_VALUE,
            f"{query.label} has over {MOST_ENTRIES:,} rows in {days_before + 1} days",
        )
    ahead = _ahead(frame)
    timed = [_timed(row, query.run_at, ahead) for row in (*by_part[_DATED], *by_part[_FUTURE])]
    return AuditLog(
        run_date=frame.run_date,
        entries=_by_run(timed, frame.runs_before(days_before), ahead),
        has_source=source.source is not None,
        has_status=source.status is not None,
        status_problem=query.problems.get("status"),
        inserted_problem=query.problems.get("rows_inserted"),
        several=source.several,
        endings=endings or Endings(),
        undated=tuple(_undated(row) for row in by_part[_UNDATED]),
        future=tuple(_future(timed, ahead)),
        naive_zone=naive.key if query.run_at.may_be_naive else None,
    )


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """The statement for the log's rows, and what reading them needs: `keys` names the columns."""

    statement: sa.Select[Any]
    label: str
    keys: list[str]
    run_at: Instant
    problems: dict[str, Unmeasured]


def audit_query(
    warehouse: Warehouse,
    source: AuditLogSource,
    frame: Timeframe,
    naive: ZoneInfo,
    days_before: int = DAYS_BEFORE,
) -> AuditQuery:
    """The rows of the run date and of the days before, up to now; and those of no run date.

    The rows after now and without a time are branches of their own, so that the range stays a
    plain predicate. Raises MeasurementError.
    """
    relation = warehouse.relation("audit_log", source)
    run_at = instant(relation, source.run_at, warehouse.profile, naive, frame.zone)
    columns, problems = _columns(relation, source, run_at, warehouse.profile)
    windows, ahead = frame.runs_before(days_before), _ahead(frame)
    dated = run_at.between(windows.starts[0], min(ahead, windows.end))
    rows = sa.union_all(
        _branch(relation, columns, _UNDATED, run_at.undated(), MOST_STRAYS + 1),
        _branch(relation, columns, _FUTURE, run_at.from_(ahead), MOST_STRAYS + 1),
        _branch(relation, columns, _DATED, dated, MOST_ENTRIES + 1),
    ).subquery(relation.inner_name("entries"))
    most = MOST_ENTRIES + 1 + 2 * (MOST_STRAYS + 1)
    statement = sa.select(*rows.c).order_by(rows.c.part, rows.c.run_at).limit(most)
    return AuditQuery(statement, relation.label, ["part", *columns], run_at, problems)


def _branch(
    relation: Relation,
    columns: dict[str, ColumnElement[Any]],
    part: int,
    condition: ColumnElement[bool],
    most: int,
) -> sa.Select[Any]:
    """Some of the log's rows; a limit inside a union needs a subquery."""
    which = sa.literal_column(str(part), sa.Integer).label("part")
    rows = sa.select(which, *columns.values()).where(condition).limit(most)
    return sa.select(*rows.subquery(relation.inner_name(f"entries_{part}")).c)


def _columns(
    relation: Relation, source: AuditLogSource, run_at: Instant, profile: Profile
) -> tuple[dict[str, ColumnElement[Any]], dict[str, Unmeasured]]:
    """The columns to select, by field. A missing status or count of inserted rows is a problem
    of its own.

    A missing source is not: without it other entries would count.
    """
    at = run_at.plain(run_at.expression).label("run_at")
    columns: dict[str, ColumnElement[Any]] = {"run_at": at}
    if run_at.text_zone is not None and run_at.stored is not None:
        text = profile.part(profile.as_text(run_at.stored), 1, _LONGEST_TIME)
        columns["stored_run_at"] = text.label("stored_run_at")
    problems: dict[str, Unmeasured] = {}
    for key, longest in _LONGEST.items():
        name: str | None = getattr(source, key)
        if name is None:
            continue
        try:
            columns[key] = _column(relation, name, longest, profile).label(key)
        except MeasurementError as error:
            if key not in _OPTIONAL:
                raise
            problems[key] = Unmeasured.of(error)
    return columns, problems


def _column(relation: Relation, name: str, longest: int, profile: Profile) -> ColumnElement[Any]:
    """A count as it is, or as text where it is no number; a name by the rule of all names.

    Of a text only as much as is needed.
    """
    if longest != _LONGEST_COUNT:
        return profile.part(name_of(relation, name, profile), 1, longest)
    column, kind = relation.column(name)
    if kind in (Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN):
        return column
    return profile.part(profile.as_text(column), 1, longest)


class _Timed(NamedTuple):
    """A row with its time, and the earlier of two possible times."""

    row: dict[str, Any]
    run_at: datetime
    first_run_at: datetime | None


def _ahead(frame: Timeframe) -> datetime:
    """The first instant that is after now."""
    return frame.now + GRACE + TICK


def _timed(row: dict[str, Any], run_at: Instant, ahead: datetime) -> _Timed:
    """A row with its time: of two possible ones the first, where the second is after now."""
    moment = run_at.moment(row["run_at"])
    if moment is None:  # the branches hold rows with a time only
        raise MeasurementError(Cause.BAD_VALUE, f"{quoted(row['run_at'])} is not a time")
    first = run_at.first_moment(row["run_at"], row.get("stored_run_at"))
    if first is not None and first < ahead <= moment:
        return _Timed(row, first, None)
    return _Timed(row, moment, first)


def _by_run(
    timed: Sequence[_Timed], windows: RunWindows, ahead: datetime
) -> dict[date, tuple[AuditEntry, ...]]:
    """The entries of the run and of those before, by run date; not those after now."""
    runs: dict[date, list[AuditEntry]] = defaultdict(list)
    past = [row for row in timed if row.run_at < ahead]
    for row in sorted(past, key=lambda row: row.run_at):
        run_date = windows.run_date(row.run_at)
        if run_date is not None:
            runs[run_date].append(_entry(row))
    return {run_date: tuple(entries) for run_date, entries in runs.items()}


def _future(timed: Sequence[_Timed], ahead: datetime) -> Iterator[StrayEntry]:
    for row in timed:
        if row.run_at >= ahead:
            yield StrayEntry(_source(row.row), _text(row.row.get("status")), row.run_at)


def _entry(timed: _Timed) -> AuditEntry:
    row = timed.row
    inserted = row.get("rows_inserted")
    return AuditEntry(
        source=_source(row),
        run_at=timed.run_at,
        first_run_at=timed.first_run_at,
        rows_read=_count(row, "rows_read"),
        rows_quarantined=_count(row, "rows_quarantined"),
        rows_inserted=None if inserted is None else as_count(inserted),
        status=_text(row.get("status")),
    )


def _count(row: dict[str, Any], key: str) -> Count:
    return as_count(row[key]) if key in row else BadValue("not mapped")


def _undated(row: dict[str, Any]) -> StrayEntry:
    return StrayEntry(_source(row), _text(row.get("status")))


def _source(row: dict[str, Any]) -> str | None:
    """A source's name without surrounding blanks, which pad text of fixed length."""
    text = _text(row.get("source"))
    return None if text is None else text.strip(BLANKS)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
