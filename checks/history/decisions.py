"""What people decide, as a history keeps it: waivers, acceptances, and who is on it."""

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
from checks.history.arguments import required, row_id, utc
from checks.history.evaluations import Reader
from checks.history.owned import Owned
from checks.history.setting_aside import SetAside

_OWNER, _REASON = 200, 1000


class Decisions(Owned):
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
        """Store a waiver, given because of what was found on `data_date`.

        `subjects`: what it covers; None for whatever fails, by its value alone. `once`: where
        the very same one is open already, return that instead.
        Raises UsageError without an owner or a reason, or for an `up_to` that limits nothing.
        """
        if up_to is not None and not math.isfinite(up_to):
            raise UsageError("a waiver's limit must be a finite number")
        given = StoredWaiver(
            id=0,
            pipeline=pipeline,
            check=check,
            owner=required("owner", owner, _OWNER),
            reason=required("reason", reason, _REASON),
            until=until,
            up_to=up_to,
            data_date=data_date,
            created_at=utc(now),
            subjects=subjects,
        )

        def work(connection: Connection) -> StoredWaiver:
            twin = waivers.open_twin(connection, given) if once else None
            return twin or replace(given, id=waivers.give(connection, given))

        return self._claimed(pipeline, given.created_at, work)

    def revoke_waiver(self, waiver_id: int, pipeline: str, by: str, now: datetime) -> bool:
        """End a waiver for good; False when it was revoked before.

        Raises UsageError when the pipeline never had a waiver of that id.
        """
        by, moment = required("owner", by, _OWNER), utc(now)

        def work(connection: Connection) -> bool:
            if waivers.revoke(connection, row_id(waiver_id), pipeline, by, moment):
                return True
            given = waivers.of_pipeline(connection, pipeline, moment, SetAside())
            if waiver_id in {waiver.id for waiver in given}:
                return False
            raise UsageError(f"no waiver of this pipeline has the id {waiver_id}")

        return self._claimed(pipeline, moment, work)

    def all_waivers(self, pipeline: str, now: datetime | None = None) -> tuple[StoredWaiver, ...]:
        """Every waiver ever given, oldest first, with what became of it."""

        def question(reader: Reader) -> tuple[StoredWaiver, ...]:
            return waivers.of_pipeline(reader.connection, pipeline, reader.now, reader.aside)

        return self._ask(pipeline, now, question, ())

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
        """Store that somebody accepts what fails, as it was found on `data_date`.

        The very same one, where it was not revoked, is returned instead of a second. Raises
        UsageError without an owner or a reason.
        """
        given = StoredAcceptance(
            id=0,
            pipeline=pipeline,
            check=check,
            kind=kind,
            subject=subject,
            owner=required("owner", owner, _OWNER),
            reason=required("reason", reason, _REASON),
            data_date=data_date,
            created_at=utc(now),
        )

        def work(connection: Connection) -> StoredAcceptance:
            twin = acceptances.open_twin(connection, given)
            return twin or replace(given, id=acceptances.give(connection, given))

        return self._claimed(pipeline, given.created_at, work)

    def revoke_acceptance(self, acceptance_id: int, pipeline: str, by: str, now: datetime) -> bool:
        """End an acceptance for good; False when it was revoked before.

        Raises UsageError when the pipeline never had an acceptance of that id.
        """
        by, moment = required("owner", by, _OWNER), utc(now)

        def work(connection: Connection) -> bool:
            if acceptances.revoke(connection, row_id(acceptance_id), pipeline, by, moment):
                return True
            given = acceptances.of_pipeline(connection, pipeline, SetAside())
            if acceptance_id in {acceptance.id for acceptance in given}:
                return False
            raise UsageError(f"no acceptance of this pipeline has the id {acceptance_id}")

        return self._claimed(pipeline, moment, work)

    def acceptances(
        self, pipeline: str, now: datetime | None = None
    ) -> tuple[StoredAcceptance, ...]:
        """Every one given by now, for a day that has come; revoked ones too, oldest first."""

        def question(reader: Reader) -> tuple[StoredAcceptance, ...]:
            return acceptances.applicable(reader.connection, pipeline, reader.now, reader.aside)

        return self._ask(pipeline, now, question, ())

    def all_acceptances(self, pipeline: str) -> tuple[StoredAcceptance, ...]:
        """Every acceptance ever given, oldest first."""

        def question(reader: Reader) -> tuple[StoredAcceptance, ...]:
            return acceptances.of_pipeline(reader.connection, pipeline, reader.aside)

        return self._ask(pipeline, None, question, ())

    def acknowledge(
        self, pipeline: str, check: str, owner: str, note: str, now: datetime
    ) -> Acknowledgement:
        """Note who is on it, in place of whoever was. Raises UsageError without an owner."""
        given = Acknowledgement(
            check=check,
            owner=required("owner", owner, _OWNER),
            note=clean(note.strip(), _REASON),
            created_at=utc(now),
        )
        self._claimed(
            pipeline, given.created_at, lambda it: waivers.acknowledge(it, pipeline, given)
        )
        return given
