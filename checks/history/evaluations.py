"""Statements about evaluations, inside the caller's transaction."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from checks.errors import HistoryError
from checks.history.records import StoredEvaluation
from checks.history.tables import EVALUATIONS, RESULTS
from checks.model import Number, Report, Status, Verdict
from checks.text import clean

_E, _R = EVALUATIONS.c, RESULTS.c
_MESSAGE = 1000
_EPOCH = date.min
_DAMAGED = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


def insert(connection: Connection, report: Report) -> int:
    """Store one evaluation and each of its verdicts; returns its id."""
    from checks.serialise import to_dict

    statement = sa.insert(EVALUATIONS).values(
        pipeline=report.pipeline,
        run_date=report.run_date,
        data_date=report.data_date,
        evaluated_at=report.evaluated_at,
        verdict=report.verdict.value,
        exit_code=report.exit_code,
        report=json.dumps(to_dict(report), separators=(",", ":")),
    )
    key: Any = connection.execute(statement).inserted_primary_key
    evaluation = int(key[0])
    if report.checks:
        connection.execute(sa.insert(RESULTS), _result_rows(evaluation, report.checks))
    return evaluation


def _result_rows(evaluation: int, verdicts: Iterable[Verdict]) -> list[dict[str, object]]:
    return [
        {
            "evaluation_id": evaluation,
            "check_id": verdict.id,
            "position": position,
            "status": verdict.status.value,
            "value": _storable(verdict.value),
            "message": clean(verdict.message, _MESSAGE),
        }
        for position, verdict in enumerate(verdicts)
    ]


def _storable(value: Number | None) -> float | None:
    """Not every engine keeps infinity and NaN: they are no value, as in the report's JSON."""
    return None if value is None or not math.isfinite(value) else float(value)


def newest_day(connection: Connection, pipeline: str) -> date | None:
    """The newest recorded data date."""
    newest: date | None = connection.scalar(
        sa.select(sa.func.max(_E.data_date)).where(_E.pipeline == pipeline)
    )
    return newest


def prune(connection: Connection, pipeline: str, before: date) -> None:
    """Remove the evaluations of data dates before `before`."""
    old = sa.select(_E.id).where(_E.pipeline == pipeline, _E.data_date < before)
    connection.execute(sa.delete(RESULTS).where(_R.evaluation_id.in_(old)))
    connection.execute(sa.delete(EVALUATIONS).where(_E.pipeline == pipeline, _E.data_date < before))


def statuses_before(
    connection: Connection, pipeline: str, day: date, days: int
) -> dict[str, tuple[tuple[date, Status], ...]]:
    """Per check: (data date, status) of the `days` days before `day`, newest first."""
    latest = _latest_ids(
        _E.pipeline == pipeline, _E.data_date < day, _E.data_date >= back(day, days)
    )
    statement = (
        sa.select(_R.check_id, _E.data_date, _R.status)
        .join_from(EVALUATIONS, RESULTS)
        .where(_E.id.in_(latest))
        .order_by(_E.data_date.desc(), _R.position)
    )
    runs: dict[str, list[tuple[date, Status]]] = {}
    for check, data_date, status in connection.execute(statement).all():
        runs.setdefault(check, []).append((data_date, Status(status)))
    return {check: tuple(run) for check, run in runs.items()}


def back(day: date, days: int) -> date:
    """`days` days before `day`, or the first day there is."""
    return day - timedelta(days=days) if days < (day - _EPOCH).days else _EPOCH


def _latest_ids(*where: sa.ColumnElement[bool]) -> sa.Select[tuple[int]]:
    """Of each data date the evaluation that counts: the one recorded last."""
    return sa.select(sa.func.max(_E.id)).where(*where).group_by(_E.data_date)


def latest_of(
    connection: Connection, pipeline: str, check: str
) -> tuple[date, Status, float | None] | None:
    """What the latest evaluation of the newest data date found for one check."""
    newest = (
        sa.select(_E.id)
        .where(_E.pipeline == pipeline)
        .order_by(_E.data_date.desc(), _E.id.desc())
        .limit(1)
    )
    statement = (
        sa.select(_E.data_date, _R.status, _R.value)
        .join_from(EVALUATIONS, RESULTS)
        .where(_E.id == newest.scalar_subquery(), _R.check_id == check)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else (row.data_date, Status(row.status), row.value)


def shown(
    connection: Connection, pipeline: str, days: int, until: date | None
) -> tuple[StoredEvaluation, ...]:
    """The latest evaluation of each of the `days` data dates up to `until`, newest first."""
    last = until or newest_day(connection, pipeline)
    if last is None:
        return ()
    latest = _latest_ids(
        _E.pipeline == pipeline, _E.data_date <= last, _E.data_date > back(last, days)
    )
    return _evaluations(connection, _E.id.in_(latest))


def of_day(connection: Connection, pipeline: str, day: date) -> tuple[StoredEvaluation, ...]:
    """Every evaluation of one data date, reruns included, latest first."""
    return _evaluations(connection, _E.pipeline == pipeline, _E.data_date == day)


def _evaluations(
    connection: Connection, *where: sa.ColumnElement[bool]
) -> tuple[StoredEvaluation, ...]:
    columns = [column for column in EVALUATIONS.c if column is not _E.report]
    statement = (
        sa.select(*columns, _R.check_id, _R.status, _R.value, _R.message)
        .join_from(EVALUATIONS, RESULTS, isouter=True)
        .where(*where)
        .order_by(_E.data_date.desc(), _E.id.desc(), _R.position)
    )
    rows: Sequence[Row[*tuple[Any, ...]]] = connection.execute(statement).all()
    return tuple(_evaluation(list(group)) for _, group in groupby(rows, key=attrgetter("id")))


def _evaluation(rows: Sequence[Row[*tuple[Any, ...]]]) -> StoredEvaluation:
    first = rows[0]
    results = [row for row in rows if row.check_id is not None]
    return StoredEvaluation(
        id=first.id,
        pipeline=first.pipeline,
        run_date=first.run_date,
        data_date=first.data_date,
        evaluated_at=first.evaluated_at,
        verdict=Status(first.verdict),
        exit_code=first.exit_code,
        statuses={row.check_id: Status(row.status) for row in results},
        values={row.check_id: row.value for row in results},
        messages={row.check_id: row.message for row in results},
    )


def report_of(connection: Connection, evaluation: int) -> Report | None:
    """The full report of one evaluation; None for an unknown id.

    Raises HistoryError for a stored report that is damaged.
    """
    from checks.serialise import from_dict

    text = connection.scalar(sa.select(_E.report).where(_E.id == evaluation))
    try:
        return None if text is None else from_dict(json.loads(text))
    except _DAMAGED as error:
        raise HistoryError(
            f"the stored report of evaluation {evaluation} is damaged ({type(error).__name__})"
        ) from None


def pipelines(connection: Connection) -> tuple[str, ...]:
    """Every pipeline that was ever recorded, in alphabetical order."""
    return tuple(sorted(connection.scalars(sa.select(_E.pipeline).distinct())))
