"""People's decisions in a history: waivers, acceptances and acknowledgements."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.engine import Connection

from checks.core.errors import UsageError
from checks.core.model import Acknowledgement, Subjects
from checks.core.records import StoredAcceptance, StoredWaiver
from checks.core.text import clean
from checks.history import acceptances, waivers
from checks.history.arguments import required_line, row_id, utc
from checks.history.evaluations import EvaluationReader
from checks.history.ignored_rows import IgnoredRows
from checks.history.owned import OwnedStore

_OWNER, _REASON = 200, 1000


class Decisions(OwnedStore):
    """The part of a history that keeps waivers, acceptances and acknowledgements."""

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
        subjects: Subjects | None = None,
        once: bool = False,
    ) -> StoredWaiver:
        """Store a waiver, given for a failure on `data_date`.

        `subjects`: what it covers; None for a waiver that is limited by the value alone. `once`:
        where an equal one is open already, return that instead.
        Raises UsageError without an owner or a reason, or for an `up_to` that limits nothing.
        """
        if up_to is not None and not math.isfinite(up_to):
            raise UsageError("a waiver's limit must be a finite number")
        waiver = StoredWaiver(
            id=0,
            pipeline=pipeline,
            check=check,
            owner=required_line("owner", owner, _OWNER),
            reason=required_line("reason", reason, _REASON),
            until=until,
            up_to=up_to,
            data_date=data_date,
            created_at=utc(now),
            subjects=subjects,
        )

        def work(connection: Connection) -> StoredWaiver:
            existing = waivers.find_equal(connection, waiver) if once else None
            return existing or replace(waiver, id=waivers.insert(connection, waiver))

        return self._write(pipeline, waiver.created_at, work)

    def revoke_waiver(self, waiver_id: int, pipeline: str, by: str, now: datetime) -> bool:
        """End a waiver for good; False when it was revoked before.

        Raises UsageError when the pipeline never had a waiver of that id.
        """
        by, moment = required_line("owner", by, _OWNER), utc(now)

        def work(connection: Connection) -> bool:
            if waivers.revoke(connection, row_id(waiver_id), pipeline, by, moment):
                return True
            stored = waivers.of_pipeline(connection, pipeline, moment, IgnoredRows())
            if waiver_id in {waiver.id for waiver in stored}:
                return False
            raise UsageError(f"no waiver of this pipeline has the id {waiver_id}")

        return self._write(pipeline, moment, work)

    def all_waivers(self, pipeline: str, now: datetime | None = None) -> tuple[StoredWaiver, ...]:
        """Every waiver ever given, oldest first, with its revocation or rearming."""

        def query(reader: EvaluationReader) -> tuple[StoredWaiver, ...]:
            return waivers.of_pipeline(reader.connection, pipeline, reader.now, reader.ignored)

        return self._read(pipeline, now, query, ())

    def accept(
        self,
        pipeline: str,
        check: str,
        kind: str,
        subject: str,
        owner: str,
        reason: str,
        data_date: date,
        now: datetime,
    ) -> StoredAcceptance:
        """Store that somebody accepts a failing subject from `data_date` on.

        An equal acceptance that was not revoked is returned instead of a second one. Raises
        UsageError without an owner or a reason.
        """
        acceptance = StoredAcceptance(
            id=0,
            pipeline=pipeline,
            check=check,
            kind=kind,
            subject=subject,
            owner=required_line("owner", owner, _OWNER),
            reason=required_line("reason", reason, _REASON),
            data_date=data_date,
            created_at=utc(now),
        )

        def work(connection: Connection) -> StoredAcceptance:
            existing = acceptances.find_equal(connection, acceptance)
            return existing or replace(acceptance, id=acceptances.insert(connection, acceptance))

        return self._write(pipeline, acceptance.created_at, work)

    def revoke_acceptance(self, acceptance_id: int, pipeline: str, by: str, now: datetime) -> bool:
        """End an acceptance for good; False when it was revoked before.

        Raises UsageError when the pipeline never had an acceptance of that id.
        """
        by, moment = required_line("owner", by, _OWNER), utc(now)

        def work(connection: Connection) -> bool:
            if acceptances.revoke(connection, row_id(acceptance_id), pipeline, by, moment):
                return True
            stored = acceptances.of_pipeline(connection, pipeline, IgnoredRows())
            if acceptance_id in {acceptance.id for acceptance in stored}:
                return False
            raise UsageError(f"no acceptance of this pipeline has the id {acceptance_id}")

        return self._write(pipeline, moment, work)

    def acceptances(
        self, pipeline: str, now: datetime | None = None
    ) -> tuple[StoredAcceptance, ...]:
        """Acceptances given by now, for a day that has begun; revoked ones too, oldest first."""

        def query(reader: EvaluationReader) -> tuple[StoredAcceptance, ...]:
            return acceptances.applicable(reader.connection, pipeline, reader.now, reader.ignored)

        return self._read(pipeline, now, query, ())

    def all_acceptances(self, pipeline: str) -> tuple[StoredAcceptance, ...]:
        """Every acceptance ever given, oldest first."""

        def query(reader: EvaluationReader) -> tuple[StoredAcceptance, ...]:
            return acceptances.of_pipeline(reader.connection, pipeline, reader.ignored)

        return self._read(pipeline, None, query, ())

    def acknowledge(
        self, pipeline: str, check: str, owner: str, note: str, now: datetime
    ) -> Acknowledgement:
        """Store who works on a check, replacing whoever did. Raises UsageError without an owner."""
        acknowledgement = Acknowledgement(
            check=check,
            owner=required_line("owner", owner, _OWNER),
            note=clean(note.strip(), _REASON),
            created_at=utc(now),
        )
        self._write(
            pipeline,
            acknowledgement.created_at,
            lambda connection: waivers.acknowledge(connection, pipeline, acknowledgement),
        )
        return acknowledgement
