"""Incidents in a history: what there were, and closing one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from checks.core.records import Closing, IncidentLog, StoredEvaluation, StoredIncident
from checks.core.text import clean
from checks.history import acceptances, incidents, waivers
from checks.history.arguments import or_clock, required_line, utc
from checks.history.evaluations import EvaluationReader
from checks.history.ignored_rows import IgnoredRows
from checks.history.owned import OwnedStore

_OWNER, _NOTE = 200, 1000


class Incidents(OwnedStore):
    """The part of a history that keeps incidents. `History.record` opens and resolves them."""

    def incident_log(self, pipeline: str, now: datetime | None = None) -> IncidentLog:
        """Every incident of the pipeline, and what people did that concerns them."""
        moment = or_clock(now)

        def query(connection: Connection) -> IncidentLog:
            ignored = IgnoredRows()
            self._claimant.require(connection, pipeline, ignored)
            return IncidentLog(
                incidents=incidents.of_pipeline(connection, pipeline, moment, ignored),
                acknowledgements=waivers.acknowledgements(connection, pipeline, moment, ignored),
                waivers=waivers.applicable(connection, pipeline, moment, ignored),
                acceptances=acceptances.applicable(connection, pipeline, moment, ignored),
                warnings=ignored.warnings(self._access.place),
            )

        return self._access.read(query, IncidentLog())

    def close_incident(
        self, pipeline: str, check: str, closing: Closing, owner: str, note: str, now: datetime
    ) -> StoredIncident:
        """Close the last incident of a check. The very same closing again changes nothing.

        Raises UsageError without an owner, and where the check has no incident to close.
        """
        by, moment = required_line("owner", owner, _OWNER), utc(now)
        text = clean(note.strip(), _NOTE)

        def work(connection: Connection) -> StoredIncident:
            return incidents.close(connection, pipeline, check, closing, by, text, moment)

        return self._write(pipeline, moment, work)

    def recorded_during(
        self, pipeline: str, incident: StoredIncident, now: datetime | None = None
    ) -> tuple[StoredEvaluation, ...]:
        """The evaluations from the one that opened an incident to its end, as they were made.

        Only of data dates from the incident's own on; those that were removed are missing.
        """

        def query(reader: EvaluationReader) -> tuple[StoredEvaluation, ...]:
            last = incident.resolved_at or reader.now
            return reader.recorded_between(incident.opened_on, incident.opened_at, last)

        return self._read(pipeline, now, query, ())
