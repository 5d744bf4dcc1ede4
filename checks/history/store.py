"""`History`: everything that is kept between evaluations, behind one door.

Each call is one short connection and one transaction. Every failure is a HistoryError
in one line, because a history must never be the reason for a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TypeVar

from sqlalchemy.engine import Connection

from checks.counts import DayCounts, RememberedCounts
from checks.errors import HistoryError, UsageError
from checks.history import counts, evaluations, waivers
from checks.history.faults import FAULTS, told
from checks.history.migrations import (
    OutdatedError,
    bring_forward,
    refuse_outdated,
    stored_version,
)
from checks.history.records import HistoryContext, StoredEvaluation, StoredWaiver
from checks.history.stores import parse_url, store_at
from checks.model import Acknowledgement, Report, Status
from checks.secrets import secrets_of
from checks.text import clean

T = TypeVar("T")

BUSY_SECONDS = 5.0
_OWNER, _REASON = 200, 1000


class History:
    """Evaluations, waivers and acknowledgements of every pipeline in one store.

    Opening touches nothing. Reading a store that does not exist yet finds nothing;
    the first write creates it, and an older one is migrated. Moments that the
    caller gives (`now`) must be aware, else ValueError. A store that fails is a HistoryError.
    """

    def __init__(self, url: str, keep_days: int, busy_seconds: float = BUSY_SECONDS) -> None:
        """`busy_seconds`: how long to wait for another writer."""
        self._keep_days = keep_days
        self._busy_seconds = busy_seconds
        parsed = parse_url(url)
        self._secrets = secrets_of(parsed)
        self._store = store_at(parsed, busy_seconds)

    def context(self, pipeline: str, data_date: date, days: int = 400) -> HistoryContext:
        """What an evaluation of `data_date` needs to know, `days` days back."""

        def query(connection: Connection) -> HistoryContext:
            return HistoryContext(
                waivers=waivers.of_pipeline(connection, pipeline),
                acknowledgements=waivers.open_acknowledgements(connection, pipeline),
                statuses=evaluations.statuses_before(connection, pipeline, data_date, days),
            )

        return self._read(query, HistoryContext())

    def record(self, report: Report) -> int:
        """Keep one evaluation and return its id.

        Rearms waivers and closes acknowledgements of checks that are green now, and removes
        evaluations older than `keep_days` before the pipeline's newest data date.
        Raises ValueError for a report without dates: it judged no day.
        """
        day = report.data_date
        if day is None or report.run_date is None:
            raise ValueError("a report without a run date and a data date cannot be recorded")

        def work(connection: Connection) -> int:
            evaluation = evaluations.insert(connection, report)
            newest = evaluations.newest_day(connection, report.pipeline) or day
            _settle(connection, report, day, newest)
            before = evaluations.back(newest, self._keep_days)
            evaluations.prune(connection, report.pipeline, before)
            return evaluation

        return self._write(work)

    def daily_counts(
        self, pipeline: str, fingerprint: str, first: date, last: date
    ) -> Mapping[date, RememberedCounts]:
        """What is remembered of the days from `first` to `last`.

        fingerprint: of what decides what is counted. Damaged rows are left out.
        """
        return self._read(lambda it: counts.between(it, pipeline, fingerprint, first, last), {})

    def keep_daily_counts(
        self, pipeline: str, fingerprint: str, days: Collection[DayCounts], now: datetime
    ) -> None:
        """Remember whole days as they were counted `now`, and which of them changed.

        Forgets what is older than `keep_days` before the newest day.
        """
        moment = _utc(now)

        def work(connection: Connection) -> None:
            counts.keep(connection, pipeline, fingerprint, days, moment)
            newest = counts.newest_day(connection, pipeline)
            if newest is not None:
                counts.prune(connection, pipeline, evaluations.back(newest, self._keep_days))

        self._write(work)

    def latest(self, pipeline: str, check: str) -> tuple[date, Status, float | None] | None:
        """Data date, status and value that the newest data date's latest evaluation found."""
        return self._read(lambda it: evaluations.latest_of(it, pipeline, check), None)

    def evaluations(
        self, pipeline: str, days: int = 14, until: date | None = None
    ) -> tuple[StoredEvaluation, ...]:
        """The latest evaluation of each data date, newest first.

        Covers the `days` calendar days that end with `until`, else with the newest recorded.
        """
        return self._read(lambda it: evaluations.shown(it, pipeline, days, until), ())

    def all_runs(self, pipeline: str, data_date: date) -> tuple[StoredEvaluation, ...]:
        """Every evaluation of one data date, reruns included, latest first."""
        return self._read(lambda it: evaluations.of_day(it, pipeline, data_date), ())

    def report(self, evaluation_id: int) -> Report:
        """One evaluation's full report. Raises UsageError for an unknown id."""
        found = self._read(lambda it: evaluations.report_of(it, _row_id(evaluation_id)), None)
        if found is None:
            raise UsageError(f"no evaluation has the id {evaluation_id}")
        return found

    def pipelines(self) -> tuple[str, ...]:
        """Every pipeline with a recorded evaluation, in alphabetical order."""
        return self._read(evaluations.pipelines, ())

    def give_waiver(
        self,
        pipeline: str,
        check: str,
        owner: str,
        reason: str,
        until: date,
        up_to: float | None,
        data_date: date,
        now: datetime,
        *,
        once: bool = False,
    ) -> StoredWaiver:
        """Store a waiver, given because of what was found on `data_date`.

        `once`: where the very same one is open already, return that instead.
        Raises UsageError without an owner or a reason, or for an `up_to` that limits nothing.
        """
        if up_to is not None and not math.isfinite(up_to):
            raise UsageError("a waiver's limit must be a finite number")
        given = StoredWaiver(
            id=0,
            pipeline=pipeline,
            check=check,
            owner=_required("owner", owner, _OWNER),
            reason=_required("reason", reason, _REASON),
            until=until,
            up_to=up_to,
            data_date=data_date,
            created_at=_utc(now),
        )

        def work(connection: Connection) -> StoredWaiver:
            twin = waivers.open_twin(connection, given) if once else None
            return twin or replace(given, id=waivers.give(connection, given))

        return self._write(work)

    def revoke_waiver(self, waiver_id: int, pipeline: str, by: str, now: datetime) -> bool:
        """End a waiver for good; False when it was revoked before.

        Raises UsageError when the pipeline never had a waiver of that id.
        """
        by, moment = _required("owner", by, _OWNER), _utc(now)

        def work(connection: Connection) -> bool:
            if waivers.revoke(connection, _row_id(waiver_id), pipeline, by, moment):
                return True
            if waiver_id in {waiver.id for waiver in waivers.of_pipeline(connection, pipeline)}:
                return False
            raise UsageError(f"no waiver of this pipeline has the id {waiver_id}")

        return self._write(work)

    def all_waivers(self, pipeline: str) -> tuple[StoredWaiver, ...]:
        """Every waiver ever given, oldest first, with what became of it."""
        return self._read(lambda it: waivers.of_pipeline(it, pipeline), ())

    def acknowledge(
        self, pipeline: str, check: str, owner: str, note: str, now: datetime
    ) -> Acknowledgement:
        """Note who is on it, in place of whoever was. Raises UsageError without an owner."""
        given = Acknowledgement(
            check=check,
            owner=_required("owner", owner, _OWNER),
            note=clean(note.strip(), _REASON),
            created_at=_utc(now),
        )
        self._write(lambda it: waivers.acknowledge(it, pipeline, given))
        return given

    def _read(self, query: Callable[[Connection], T | None], empty: T) -> T:
        with self._reporting():
            try:
                found = self._store.read(lambda it: _if_current(it, query))
            except OutdatedError:
                self._store.write(bring_forward)
                found = self._store.read(query)
        return empty if found is None else found

    def _write(self, change: Callable[[Connection], T]) -> T:
        def work(connection: Connection) -> T:
            bring_forward(connection)
            return change(connection)

        with self._reporting():
            return self._store.write(work)

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        """Every failure as a HistoryError that names the store."""
        try:
            yield
        except HistoryError as error:
            raise self._failure(str(error)) from None
        except FAULTS as error:
            raise self._failure(told(error, self._secrets, self._busy_seconds)) from None

    def _failure(self, words: str) -> HistoryError:
        return HistoryError(f"history {self._store.place}: {words}")


def _if_current(connection: Connection, query: Callable[[Connection], T | None]) -> T | None:
    version = stored_version(connection)
    if version is None:
        return None
    refuse_outdated(version)
    return query(connection)


def _settle(connection: Connection, report: Report, day: date, newest: date) -> None:
    """What green ends: waivers of this day and before; on the newest day, being on it."""
    green = [verdict.id for verdict in report.checks if verdict.status is Status.GREEN]
    if not green:
        return
    waivers.rearm(connection, report.pipeline, green, day)
    if day == newest:  # a look back at better days says nothing about today's trouble
        waivers.close(connection, report.pipeline, green, report.evaluated_at)


def _required(name: str, text: str, longest: int) -> str:
    cleaned = clean(text.strip(), longest)
    if not cleaned:
        raise UsageError(f"the {name} must not be empty")
    return cleaned


def _utc(now: datetime) -> datetime:
    if now.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return now.astimezone(UTC)


def _row_id(number: int) -> int:
    """An id as a column can hold it; one that none can hold is simply unknown."""
    return number if 0 < number < 2**31 else 0
