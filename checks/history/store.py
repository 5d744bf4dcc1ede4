"""`History`: the interface to everything that is kept between evaluations.

Each call is one short connection and one transaction, and ends in time. Every failure is a
HistoryError of one line, because a history must never decide a verdict.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy.engine import Connection

from checks.core.counts import DayCounts, RememberedCounts
from checks.core.errors import OtherWarehouseError, UsageError
from checks.core.metrics import OF_EVENTS
from checks.core.model import Report, Status
from checks.core.records import (
    Adoption,
    HistoryContext,
    Outcome,
    StoredEvaluation,
)
from checks.history import acceptances, counts, evaluations, incidents, ownership, waivers
from checks.history.arguments import or_clock, required_line, row_id, utc
from checks.history.decisions import Decisions
from checks.history.evaluations import EvaluationReader
from checks.history.ignored_rows import IgnoredRows
from checks.history.incident_log import Incidents
from checks.history.recorded import RECORDED_DAYS, recorded_statuses
from checks.history.settling import recorded_days, settle
from checks.judging.days import by_worst_day, worst_days

_OWNER = 200


class History(Decisions, Incidents):
    """Evaluations and people's decisions, for every pipeline in one store.

    Creating the object accesses nothing. A store that does not exist yet reads as empty;
    the first write creates it, and an older one is migrated. Times that the caller passes
    (`now`) must be aware, else ValueError; where a reader gets none, it is the clock's.
    Damaged rows, and rows dated after now, are left out of every result; `context` warns of them.
    A store that fails, or does not answer in time, raises HistoryError. A pipeline's name belongs
    to the warehouse for which something was first stored; reading or storing for another one
    raises OtherWarehouseError, except for daily counts.
    """

    def context(
        self, pipeline: str, data_date: date, days: int = 400, now: datetime | None = None
    ) -> HistoryContext:
        """What an evaluation of `data_date` needs from the history, `days` days back.

        If the name belongs to another warehouse: nothing but a warning that says so.
        """
        moment = or_clock(now)

        def query(connection: Connection) -> HistoryContext:
            ignored = IgnoredRows()
            self._claimant.require(connection, pipeline, ignored)
            reader = EvaluationReader(connection, pipeline, moment, ignored)
            context = HistoryContext(
                waivers=waivers.applicable(connection, pipeline, moment, ignored),
                acceptances=acceptances.applicable(connection, pipeline, moment, ignored),
                acknowledgements=waivers.open_acknowledgements(
                    connection, pipeline, moment, ignored
                ),
                statuses=reader.statuses_before(data_date, days),
                incidents=incidents.unsettled(connection, pipeline, moment, ignored),
            )
            since = evaluations.days_before(data_date, RECORDED_DAYS)
            settled = incidents.settled_as_no_fault(connection, pipeline, since, moment, ignored)
            closed = (*context.incidents, *settled)
            return replace(
                context,
                recorded=recorded_statuses(context.statuses, closed, data_date),
                warnings=ignored.warnings(self._access.place),
            )

        try:
            return self._access.read(query, HistoryContext())
        except OtherWarehouseError as error:
            return HistoryContext(warnings=(str(error),))

    def record(self, report: Report, key: str | None = None, *, is_backfill: bool = False) -> int:
        """Store one evaluation and return its id.

        Of a report of several data dates each is an evaluation, and the id is that of the date that
        the report is of; what ends or opens by it is decided by each check's worst day.
        key: unique to this evaluation; with a key that was recorded before nothing is stored.
        is_backfill: it looks back at a past run, and so changes no incident; one of an older data
        date than the newest never does.
        Rearms waivers and closes acknowledgements of checks that are green now, and removes
        evaluations more than `keep_days` before the newest data date but one; the newest 30 data
        dates always stay. Raises ValueError for a report without dates: it judged no day.
        """
        day = report.data_date
        if day is None or report.run_date is None:
            raise ValueError("a report without a run date and a data date cannot be recorded")
        key = key or uuid4().hex

        def work(connection: Connection) -> int:
            known = evaluations.id_of(connection, key)
            if known is not None:
                return known
            evaluation = evaluations.insert_days(connection, report, key)
            over_days = by_worst_day(report)
            newest = over_days.data_date or day
            days = recorded_days(connection, report, newest)
            settle(connection, over_days, newest, days[0])
            if newest == days[0] and not is_backfill:
                incidents.follow(connection, over_days, newest, evaluation, worst_days(report))
            evaluations.prune(connection, report.pipeline, days, self._keep_days)
            return evaluation

        return self._write(report.pipeline, report.evaluated_at, work)

    def correct(self, evaluation_id: int, report: Report) -> None:
        """Replace verdict, exit code and report of a recorded evaluation.

        Its checks stay. An evaluation that was removed meanwhile stays removed.
        """
        self._write(
            report.pipeline,
            report.evaluated_at,
            lambda connection: evaluations.correct(connection, row_id(evaluation_id), report),
        )

    def first_kept(self, pipeline: str, days: Iterable[date]) -> date:
        """The oldest data date that is kept once these are recorded too, of which there is one."""
        none: tuple[date, ...] = ()
        recorded = self._read(pipeline, None, lambda reader: reader.days(), none)
        newest_first = sorted({*recorded, *days}, reverse=True)
        return evaluations.first_kept(newest_first, self._keep_days)

    def daily_counts(
        self,
        pipeline: str,
        fingerprint: str,
        first: date,
        last: date,
        *,
        former: str = "",
        now: datetime | None = None,
    ) -> Mapping[date, RememberedCounts]:
        """The remembered counts of the days from `first` to `last`.

        fingerprint: identifies what is counted; `former`: the same in the second schema version.
        Damaged rows are left out, as are those counted after both `now` and the clock's time.
        """
        series = counts.Series(pipeline, fingerprint, former)
        moment = or_clock(now)
        return self._access.read(
            lambda connection: counts.between(connection, series, first, last, moment), {}
        )

    def keep_daily_counts(
        self,
        pipeline: str,
        fingerprint: str,
        days: Collection[DayCounts],
        now: datetime,
        *,
        gone: Collection[DayCounts] = (),
        former: str = "",
        is_doubted: bool = False,
    ) -> None:
        """Remember whole days as counted `now`, and which of them changed.

        gone: remembered days of which the warehouse has no event any more.
        is_doubted: whether every other day has to be counted again before it is used.
        Removes days more than `keep_days` before the newest day that had events when it was first
        counted.
        """
        moment = utc(now)
        series = counts.Series(pipeline, fingerprint, former)

        def work(connection: Connection) -> None:
            if is_doubted:
                counts.doubt(connection, series)
            counts.keep(connection, series, days, gone, moment)
            newest = counts.newest_day(connection, series, moment)
            if newest is not None and not self._claimant.is_other(connection, pipeline):
                counts.prune(connection, pipeline, evaluations.days_before(newest, self._keep_days))

        self._access.write(work)

    def undated_before(
        self,
        pipeline: str,
        data_date: date,
        loaded_from: datetime,
        now: datetime | None = None,
        fingerprints: Collection[str] = (),
    ) -> Mapping[str, int]:
        """Numbers of rows without a time, by name, from evaluations of an earlier data date.

        loaded_from: when rows of the data date may first have been loaded: only an earlier
        evaluation shows which rows are older.
        fingerprints: identify which events are counted; where all days were counted with others,
        the earlier events were another table's. Empty: any.
        Nothing if the name belongs to another warehouse. Raises HistoryError for a stored report
        that is damaged.
        """

        def query(reader: EvaluationReader) -> Mapping[str, int]:
            numbers = reader.undated_before(data_date, utc(loaded_from))
            if counts.is_only_of_other_mappings(reader.connection, pipeline, fingerprints):
                return {key: value for key, value in numbers.items() if key not in OF_EVENTS}
            return numbers

        try:
            return self._read(pipeline, now, query, {})
        except OtherWarehouseError:
            return {}

    def latest(
        self, pipeline: str, check: str, now: datetime | None = None
    ) -> tuple[date, Status, float | None] | None:
        """Data date, status and value of a check in the newest data date's latest evaluation."""
        return self._read(pipeline, now, lambda reader: reader.latest_of(check), None)

    def evaluations(
        self,
        pipeline: str,
        days: int = 14,
        until: date | None = None,
        now: datetime | None = None,
    ) -> tuple[StoredEvaluation, ...]:
        """The latest evaluation of each data date, newest first.

        Covers the `days` calendar days that end with `until`, else with the newest recorded.
        """
        return self._read(pipeline, now, lambda reader: reader.latest_by_day(days, until), ())

    def outcomes(self, pipeline: str, now: datetime | None = None) -> tuple[Outcome, ...]:
        """What the latest evaluation of each recorded data date came to, newest first."""
        return self._read(pipeline, now, lambda reader: reader.outcomes(), ())

    def all_runs(
        self, pipeline: str, data_date: date, now: datetime | None = None
    ) -> tuple[StoredEvaluation, ...]:
        """Every evaluation of one data date, reruns included, latest first."""
        return self._read(pipeline, now, lambda reader: reader.of_day(data_date), ())

    def report(self, evaluation_id: int) -> Report:
        """One evaluation's full report. Raises UsageError for an unknown id."""

        def query(connection: Connection) -> Report | None:
            report = evaluations.report_of(connection, row_id(evaluation_id))
            if report is not None:
                self._claimant.require(connection, report.pipeline)
            return report

        report = self._access.read(query, None)
        if report is None:
            raise UsageError(f"no evaluation has the id {evaluation_id}")
        return report

    def pipelines(self) -> tuple[str, ...]:
        """Every pipeline with a recorded evaluation, in alphabetical order."""
        return self._access.read(evaluations.pipelines, ())

    def require_own(self, pipeline: str) -> None:
        """Raises OtherWarehouseError where a pipeline's name belongs to another warehouse."""
        self._read(pipeline, None, lambda reader: True, False)

    def adopt(self, pipeline: str, by: str, now: datetime) -> Adoption:
        """Add this history's warehouse to those that a pipeline's name belongs to, for good.

        by: who says so. Raises UsageError without one, ValueError without a warehouse.
        """
        identify = self._claimant.identify
        if identify is None:
            raise ValueError("a history that is opened for no warehouse can adopt none")
        owner, moment = required_line("owner", by, _OWNER), utc(now)
        return self._access.write(
            lambda connection: ownership.adopt(connection, pipeline, identify(), owner, moment)
        )
