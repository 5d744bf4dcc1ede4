"""Statements about evaluations, inside the caller's transaction.

Damaged rows, and those dated after now, are left out of every result.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, Never

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from checks.core.errors import HistoryError
from checks.core.metrics import RECALLED
from checks.core.model import Number, Report, Status, Verdict
from checks.core.records import Outcome, StoredEvaluation
from checks.core.text import clean
from checks.history.ignored_rows import IgnoredRows
from checks.history.moments import is_later, latest_date_anywhere
from checks.history.rows import EVALUATION, RESULT, damage, is_text
from checks.history.tables import EVALUATIONS, RESULTS

_E, _R = EVALUATIONS.c, RESULTS.c
_LONGEST_MESSAGE = 1000
_FIRST_DATE = date.min
_DAMAGED = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
#: Data dates that are kept however much older than the newest: its clock may have been wrong.
_LEAST_DAYS = 30
#: How many data dates, and evaluations of each, are searched for numbers that the newest lacks.
_MOST_DATES, _MOST_OF_A_DATE = 10, 30
#: How many evaluations one incident shows.
_MOST_BETWEEN = 500
#: Ids in one statement: engines limit its parameters.
_MOST_IDS = 500
Row = Mapping[str, Any]


def id_of(connection: Connection, key: str) -> int | None:
    """The id of the evaluation that was recorded with this key."""
    evaluation: int | None = connection.scalar(sa.select(_E.id).where(_E.record_key == key))
    return evaluation


def insert_days(connection: Connection, report: Report, key: str) -> int:
    """Store each data date of a report; returns the id of the date that the report is of."""
    for day in report.days:
        if day.data_date != report.data_date:
            insert(connection, day, f"{key} {day.data_date}")
    return insert(connection, _own_day(report), key)


def _own_day(report: Report) -> Report:
    """The data date that a report of several is of; by the report where its outcome was changed."""
    own = next((day for day in report.days if day.data_date == report.data_date), report)
    if own.exit_code == report.exit_code:
        return own
    return replace(report, days=())


def insert(connection: Connection, report: Report, key: str) -> int:
    """Store one evaluation and each of its verdicts; returns its id."""
    statement = sa.insert(EVALUATIONS).values(
        pipeline=report.pipeline,
        run_date=report.run_date,
        data_date=report.data_date,
        evaluated_at=report.evaluated_at,
        **_outcome(report),
        record_key=key,
    )
    inserted_key: Any = connection.execute(statement).inserted_primary_key
    evaluation = int(inserted_key[0])
    if report.checks:
        connection.execute(sa.insert(RESULTS), _result_rows(evaluation, report.checks))
    return evaluation


def correct(connection: Connection, evaluation: int, report: Report) -> None:
    """Replace the outcome of a stored evaluation; its verdicts stay."""
    connection.execute(sa.update(EVALUATIONS).where(_E.id == evaluation).values(**_outcome(report)))


def _outcome(report: Report) -> dict[str, object]:
    from checks.core.serialise import to_dict

    return {
        "verdict": report.verdict.value,
        "exit_code": report.exit_code,
        "report": json.dumps(to_dict(_own_day(report)), separators=(",", ":")),
    }


def _result_rows(evaluation: int, verdicts: Iterable[Verdict]) -> list[dict[str, object]]:
    return [
        {
            "evaluation_id": evaluation,
            "check_id": verdict.id,
            "position": position,
            "status": verdict.status.value,
            "value": _storable(verdict.value),
            "message": clean(verdict.message, _LONGEST_MESSAGE),
        }
        for position, verdict in enumerate(verdicts)
    ]


def _storable(value: Number | None) -> float | None:
    """The value; None for infinity and NaN, which not every engine stores, as in the JSON."""
    return None if value is None or not math.isfinite(value) else float(value)


@dataclass(frozen=True, slots=True)
class EvaluationReader:
    """Reads one pipeline's evaluations as known at `now`; what it leaves out is in `ignored`."""

    connection: Connection
    pipeline: str
    now: datetime
    ignored: IgnoredRows

    def statuses_before(self, day: date, days: int) -> dict[str, tuple[tuple[date, Status], ...]]:
        """By check: (data date, status) of the `days` days before `day`, newest first."""
        first = days_before(day, days)
        rows = [row for row in self._evaluations() if first <= row["data_date"] < day]
        dates = {row["id"]: row["data_date"] for row in _latest_of_each_day(rows)}
        results = self._results(dates)
        runs: dict[str, list[tuple[date, Status]]] = {}
        for evaluation, data_date in dates.items():
            for result in results.get(evaluation, ()):
                run = runs.setdefault(result["check_id"], [])
                run.append((data_date, Status(result["status"])))
        return {check: tuple(run) for check, run in runs.items()}

    def latest_of(self, check: str) -> tuple[date, Status, float | None] | None:
        """Data date, status and value of one check in the newest data date's latest evaluation."""
        rows = self._evaluations()
        if not rows:
            return None
        newest = rows[0]
        for result in self._results([newest["id"]]).get(newest["id"], ()):
            if result["check_id"] == check:
                return newest["data_date"], Status(result["status"]), result["value"]
        return None

    def latest_by_day(self, days: int, until: date | None) -> tuple[StoredEvaluation, ...]:
        """The latest evaluation of each recorded data date of the `days` calendar days up to
        `until`, newest first.
        """
        rows = self._evaluations()
        last = until or (rows[0]["data_date"] if rows else None)
        if last is None:
            return ()
        first = days_before(last, days)
        return self._with_results(
            _latest_of_each_day([row for row in rows if first < row["data_date"] <= last])
        )

    def of_day(self, day: date) -> tuple[StoredEvaluation, ...]:
        """Every evaluation of one data date, reruns included, latest first."""
        return self._with_results(self._evaluations(_E.data_date == day))

    def recorded_between(
        self, first_day: date, first: datetime, last: datetime
    ) -> tuple[StoredEvaluation, ...]:
        """Evaluations made from `first` to `last`, of data dates from `first_day` on: the newest
        ones, oldest first.
        """
        rows = self._evaluations(
            _E.data_date >= first_day, _E.evaluated_at >= first, _E.evaluated_at <= last
        )
        newest_first = sorted(rows, key=itemgetter("id"), reverse=True)
        return self._with_results(newest_first[:_MOST_BETWEEN][::-1])

    def undated_before(self, day: date, loaded_from: datetime) -> dict[str, int]:
        """The `undated_...` numbers of the newest data date before `day`, as recorded before
        `loaded_from`, when rows of `day` may first have been loaded.

        Of several evaluations of that data date the smallest number counts. A number that its
        evaluations lack, as where the table could not be read, is taken from the data date before.
        Raises HistoryError for a stored report that is damaged.
        """
        earlier = (
            row
            for row in self._evaluations(_E.data_date < day)
            if row["evaluated_at"] < loaded_from
        )
        numbers: dict[str, int] = {}
        for _, rows in islice(groupby(earlier, key=itemgetter("data_date")), _MOST_DATES):
            numbers = (
                self._smallest_recalled(_first_and_last([row["id"] for row in rows])) | numbers
            )
            if numbers.keys() >= RECALLED:
                break
        return numbers

    def _smallest_recalled(self, evaluations: Iterable[int]) -> dict[str, int]:
        """The smallest of each recalled number in the reports of some evaluations."""
        smallest: dict[str, int] = {}
        for evaluation in evaluations:
            for key, value in _recalled(report_of(self.connection, evaluation)):
                smallest[key] = min(value, smallest.get(key, value))
        return smallest

    def days(self) -> tuple[date, ...]:
        """The recorded data dates, newest first."""
        return tuple(row["data_date"] for row in _latest_of_each_day(self._evaluations()))

    def outcomes(self) -> tuple[Outcome, ...]:
        """What the latest evaluation of each recorded data date came to, newest first."""
        return tuple(
            Outcome(row["data_date"], Status(row["verdict"]), row["exit_code"], row["evaluated_at"])
            for row in _latest_of_each_day(self._evaluations())
        )

    def _evaluations(self, *where: sa.ColumnElement[bool]) -> list[Row]:
        """The usable rows, without their reports: newest data date first, and of one date the one
        that was recorded last first.
        """
        columns = [_E[name] for name in EVALUATION]
        statement = sa.select(*columns).where(_E.pipeline == self.pipeline, *where)
        rows = [dict(row) for row in self.connection.execute(statement).mappings()]
        usable = [row for row in rows if self._is_usable(row)]
        return sorted(usable, key=lambda row: (row["data_date"], row["id"]), reverse=True)

    def _is_usable(self, row: Row) -> bool:
        if damage(row, EVALUATION):
            self.ignored.add_damaged("evaluation")
            return False
        if is_later(row["evaluated_at"], self.now) or row["data_date"] > latest_date_anywhere(
            self.now
        ):
            self.ignored.add_later("evaluation", max(row["evaluated_at"].date(), row["data_date"]))
            return False
        return True

    def _results(self, evaluations: Iterable[int]) -> dict[int, list[Row]]:
        """The usable results by evaluation, in their order."""
        ids = list(evaluations)
        results: dict[int, list[Row]] = {}
        for start in range(0, len(ids), _MOST_IDS):
            statement = (
                sa.select(*(_R[name] for name in ("evaluation_id", *RESULT)))
                .where(_R.evaluation_id.in_(ids[start : start + _MOST_IDS]))
                .order_by(_R.evaluation_id, _R.position)
            )
            for row in map(dict, self.connection.execute(statement).mappings()):
                if damage(row, RESULT):
                    self.ignored.add_damaged("result")
                else:
                    results.setdefault(row["evaluation_id"], []).append(row)
        return results

    def _with_results(self, rows: Sequence[Row]) -> tuple[StoredEvaluation, ...]:
        results = self._results(row["id"] for row in rows)
        return tuple(_evaluation(row, results.get(row["id"], ())) for row in rows)


def _first_and_last(evaluations: Sequence[int]) -> Sequence[int]:
    """Of many evaluations of one data date, the first and the last ones."""
    half = _MOST_OF_A_DATE // 2
    if len(evaluations) <= _MOST_OF_A_DATE:
        return evaluations
    return [*evaluations[:half], *evaluations[-half:]]


def _recalled(report: Report | None) -> Iterator[tuple[str, int]]:
    """The numbers of rows that belong to no day, from the verdicts of a report."""
    for verdict in report.checks if report else ():
        for key, value in verdict.details.items():
            if key in RECALLED and type(value) is int and value >= 0:
                yield key, value


def prune(connection: Connection, pipeline: str, days: Sequence[date], keep_days: int) -> None:
    """Remove evaluations before the first data date that is kept. days: newest first."""
    before = first_kept(days, keep_days)
    old = sa.select(_E.id).where(_E.pipeline == pipeline, _E.data_date < before)
    connection.execute(sa.delete(RESULTS).where(_R.evaluation_id.in_(old)))
    connection.execute(sa.delete(EVALUATIONS).where(_E.pipeline == pipeline, _E.data_date < before))


def first_kept(days: Sequence[date], keep_days: int) -> date:
    """The oldest data date that stays when all of `days`, newest first, are recorded.

    It is `keep_days` before the second newest: a single evaluation by a clock that is years ahead
    is the newest, and so removes nothing. The newest 30 data dates always stay.
    """
    return min(days_before(days[:2][-1], keep_days), days[:_LEAST_DAYS][-1])


def days_before(day: date, days: int) -> date:
    """The day `days` days before `day`, or the first day there is."""
    return day - timedelta(days=days) if days < (day - _FIRST_DATE).days else _FIRST_DATE


def _latest_of_each_day(rows: Sequence[Row]) -> list[Row]:
    """Of each data date the evaluation that was recorded last: the first one in `rows`."""
    latest: dict[date, Row] = {}
    for row in rows:
        latest.setdefault(row["data_date"], row)
    return list(latest.values())


def _evaluation(row: Row, results: Sequence[Row]) -> StoredEvaluation:
    return StoredEvaluation(
        **{**row, "verdict": Status(row["verdict"])},
        statuses={result["check_id"]: Status(result["status"]) for result in results},
        values={result["check_id"]: result["value"] for result in results},
        messages={result["check_id"]: result["message"] for result in results},
    )


def report_of(connection: Connection, evaluation: int) -> Report | None:
    """The full report of one evaluation; None for an unknown id.

    Raises HistoryError for a stored report that is damaged.
    """
    from checks.core.serialise import from_dict

    text = connection.scalar(sa.select(_E.report).where(_E.id == evaluation))
    try:
        return (
            None if text is None else from_dict(json.loads(text, parse_constant=_reject_constant))
        )
    except _DAMAGED as error:
        raise HistoryError(
            f"the stored report of evaluation {evaluation} is damaged ({type(error).__name__})"
        ) from None


def _reject_constant(constant: str) -> Never:
    raise ValueError(f"{constant} is no JSON")


def pipelines(connection: Connection) -> tuple[str, ...]:
    """Every pipeline that was ever recorded, in alphabetical order."""
    names = connection.scalars(sa.select(_E.pipeline).distinct())
    return tuple(sorted(name for name in names if is_text(name)))
