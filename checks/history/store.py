"""`History`: everything that is kept between evaluations, behind one door.

Each call is one short connection and one transaction, and ends in time. Every failure is a
HistoryError in one line, because a history must never be the reason for a verdict.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
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
    StoredEvaluation,
)
from checks.history import acceptances, counts, evaluations, ownership, waivers
from checks.history.arguments import or_clock, required, row_id, utc
from checks.history.decisions import Decisions
from checks.history.evaluations import Reader
from checks.history.setting_aside import SetAside
from checks.history.settling import recorded_days, settle

_OWNER = 200


class History(Decisions):
    """Evaluations and what people decide, of every pipeline in one store.

    Opening touches nothing. Reading a store that does not exist yet finds nothing;
    the first write creates it, and an older one is migrated. Moments that the
    caller gives (`now`) must be aware, else ValueError; where a reader is given none, it is the
    clock's. What is damaged, or later than now, is left out of every answer; `context` says so.
    A store that fails, or does not answer in time, is a HistoryError. A pipeline's name belongs
    to the warehouse that something was first stored for; what is asked of it or stored for
    another one is an OtherWarehouseError, but for daily counts.
    """

    def context(
        self, pipeline: str, data_date: date, days: int = 400, now: datetime | None = None
    ) -> HistoryContext:
        """What an evaluation of `data_date` needs to know, `days` days back.

        For another warehouse than the name's: nothing but a warning that says so.
        """
        moment = or_clock(now)

        def query(connection: Connection) -> HistoryContext:
            aside = SetAside()
            self._claimant.require(connection, pipeline, aside)
            reader = Reader(connection, pipeline, moment, aside)
            return HistoryContext(
                waivers=waivers.applicable(connection, pipeline, moment, aside),
                acceptances=acceptances.applicable(connection, pipeline, moment, aside),
                acknowledgements=waivers.open_acknowledgements(connection, pipeline, moment, aside),
                statuses=reader.statuses_before(data_date, days),
                warnings=aside.warnings(self._access.place),
            )

        try:
            return self._access.read(query, HistoryContext())
        except OtherWarehouseError as error:
            return HistoryContext(warnings=(str(error),))

    def record(self, report: Report, key: str | None = None) -> int:
        """Keep one evaluation and return its id.

        key: of this evaluation alone; what was recorded with it is not recorded again.
        Rearms waivers and closes acknowledgements of checks that are green now, and removes
        evaluations older than `keep_days` before the pipeline's newest data date but one, and
        never the newest 30 data dates. Raises ValueError for a report without dates: it judged
        no day.
        """
        day = report.data_date
        if day is None or report.run_date is None:
            raise ValueError("a report without a run date and a data date cannot be recorded")
        key = key or uuid4().hex

        def work(connection: Connection) -> int:
            known = evaluations.id_of(connection, key)
            if known is not None:
                return known
            evaluation = evaluations.insert(connection, report, key)
            days = recorded_days(connection, report, day)
            settle(connection, report, day, days[0])
            evaluations.prune(connection, report.pipeline, days, self._keep_days)
            return evaluation

        return self._claimed(report.pipeline, report.evaluated_at, work)

    def correct(self, evaluation_id: int, report: Report) -> None:
        """Put another verdict, exit code and report in the place of a recorded evaluation's.

        Its checks are the same. One that is removed meanwhile stays removed.
        """
        self._claimed(
            report.pipeline,
            report.evaluated_at,
            lambda it: evaluations.correct(it, row_id(evaluation_id), report),
        )

    def first_kept(self, pipeline: str, last: date, now: datetime | None = None) -> date:
        """The oldest data date that is kept once `last` is recorded, by `keep_days`."""
        newest = self._ask(pipeline, now, lambda it: max(it.days(), default=None), None)
        return evaluations.back(max(newest or last, last), self._keep_days)

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
        """What is remembered of the days from `first` to `last`.

        fingerprint: of what decides what is counted; `former`: as the second schema version
        wrote it. Damaged rows are left out, as are those counted after `now`.
        """
        series = counts.Series(pipeline, fingerprint, former)
        moment = or_clock(now)
        return self._access.read(lambda it: counts.between(it, series, first, last, moment), {})

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
        """Remember whole days as they were counted `now`, and which of them changed.

        gone: days as they are remembered, of which the warehouse has no event any more.
        is_doubted: whether every other day is to be counted again before it is believed.
        Forgets what is older than `keep_days` before the newest day that had events.
        """
        moment = utc(now)
        series = counts.Series(pipeline, fingerprint, former)

        def work(connection: Connection) -> None:
            if is_doubted:
                counts.doubt(connection, series)
            counts.keep(connection, series, days, gone, moment)
            newest = counts.newest_day(connection, series, moment)
            if newest is not None and not self._claimant.is_other(connection, pipeline):
                counts.prune(connection, pipeline, evaluations.back(newest, self._keep_days))

        self._access.write(work)

    def undated_before(
        self,
        pipeline: str,
        data_date: date,
        loaded_from: datetime,
        now: datetime | None = None,
        fingerprints: Collection[str] = (),
    ) -> Mapping[str, int]:
        """Rows without a time that evaluations of an earlier data date counted, by name.

        loaded_from: when rows of the data date may first have been loaded: only what was
        evaluated before that shows which rows are older.
        fingerprints: of what decides which events are counted; where days were counted by others
        alone, the events of before were another table's. Empty: any.
        Nothing for another warehouse than the name's. Raises HistoryError for a stored report
        that is damaged.
        """

        def question(reader: Reader) -> Mapping[str, int]:
            numbers = reader.undated_before(data_date, utc(loaded_from))
            if counts.is_of_others(reader.connection, pipeline, fingerprints):
                return {key: value for key, value in numbers.items() if key not in OF_EVENTS}
            return numbers

        try:
            return self._ask(pipeline, now, question, {})
        except OtherWarehouseError:
            return {}

    def latest(
        self, pipeline: str, check: str, now: datetime | None = None
    ) -> tuple[date, Status, float | None] | None:
        """Data date, status and value that the newest data date's latest evaluation found."""
        return self._ask(pipeline, now, lambda it: it.latest_of(check), None)

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
        return self._ask(pipeline, now, lambda it: it.shown(days, until), ())

    def all_runs(
        self, pipeline: str, data_date: date, now: datetime | None = None
    ) -> tuple[StoredEvaluation, ...]:
        """Every evaluation of one data date, reruns included, latest first."""
        return self._ask(pipeline, now, lambda it: it.of_day(data_date), ())

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
        self._ask(pipeline, None, lambda it: True, False)

    def adopt(self, pipeline: str, by: str, now: datetime) -> Adoption:
        """Add this history's warehouse to those that a pipeline's name belongs to, for good.

        by: who says so. Raises UsageError without one, ValueError without a warehouse.
        """
        identify = self._claimant.identify
        if identify is None:
            raise ValueError("a history that is opened for no warehouse can adopt none")
        owner, moment = required("owner", by, _OWNER), utc(now)
        return self._access.write(
            lambda it: ownership.adopt(it, pipeline, identify(), owner, moment)
        )
