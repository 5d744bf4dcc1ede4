"""How soon somebody was on incidents, and how soon they were over. Pure.

docs/history.md says what each figure counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest

from checks.core.records import Closing, IncidentChange, IncidentLog, StoredIncident
from checks.core.text import duration_text
from checks.core.totals import median


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """One check's incidents of a period.

    to_somebody: median from opened, or open again, to the first person who then did something
    before it was resolved; `untaken`: how often nobody did. Where somebody was on the check
    already it counts for neither. to_green: median from opened to resolved,
    over those that were. accepted: in how many somebody accepted what failed, and did not revoke
    it. false_alarms, expected, fixed: by the last word on each.
    """

    check: str
    incidents: int
    open: int
    to_somebody: timedelta | None
    untaken: int
    to_green: timedelta | None
    accepted: int
    false_alarms: int
    expected: int
    fixed: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """One time that an incident was opened, or opened again, and what people then did.

    taken_at: when somebody first said to be on it, waived or accepted its failure, or closed it,
    before it was resolved; None where nobody did. was_taken: somebody was on the check already, so
    that nobody had to be found.
    """

    at: datetime
    taken_at: datetime | None
    was_taken: bool

    @property
    def took(self) -> timedelta | None:
        """How long it took until somebody did something; None where nobody did or had to."""
        return None if self.taken_at is None or self.was_taken else self.taken_at - self.at


def alarms(incident: StoredIncident, log: IncidentLog) -> tuple[Alarm, ...]:
    """The opening of an incident, and each time it was opened again."""
    reopened = (each.at for each in incident.events if each.change is IncidentChange.REOPENED)
    starts = sorted({incident.opened_at, *reopened})
    last = incident.resolved_at
    reactions = [at for at in _reactions(incident, log) if last is None or at <= last]
    return tuple(
        Alarm(start, _first_within(reactions, start, end), _is_taken_at(start, incident.check, log))
        for start, end in zip_longest(starts, starts[1:])
    )


def _first_within(
    moments: Iterable[datetime], start: datetime, end: datetime | None
) -> datetime | None:
    """The first moment from `start` on and before `end`; None for none."""
    return min((at for at in moments if start <= at and (end is None or at < end)), default=None)


def taken_text(incident: StoredIncident, log: IncidentLog, nobody: str) -> str:
    """How long it took until somebody was on an incident after it was opened first."""
    first = alarms(incident, log)[0]
    if first.was_taken:
        return "was taken"
    return nobody if first.took is None else duration_text(first.took)


def _is_taken_at(moment: datetime, check: str, log: IncidentLog) -> bool:
    """Whether somebody who said so before is on a check."""
    return any(
        ack.check == check
        and ack.created_at < moment
        and (ack.closed_at is None or ack.closed_at > moment)
        for ack in log.acknowledgements
    )


def _reactions(incident: StoredIncident, log: IncidentLog) -> Iterator[datetime]:
    """When people did something about a check, during an incident or before."""
    moments_by_check = (
        *((ack.check, ack.created_at) for ack in log.acknowledgements),
        *((waiver.check, waiver.created_at) for waiver in log.waivers),
        *((accepted.check, accepted.created_at) for accepted in log.acceptances),
    )
    yield from (at for check, at in moments_by_check if check == incident.check)
    for event in incident.events:
        if event.change is IncidentChange.CLOSED:
            yield event.at
    if incident.closed_at is not None:
        yield incident.closed_at


def figures(incidents: Iterable[StoredIncident], log: IncidentLog) -> tuple[RuleFigures, ...]:
    """The figures of each check that has incidents: the most incidents first."""
    by_check: dict[str, list[StoredIncident]] = {}
    for incident in incidents:
        by_check.setdefault(incident.check, []).append(incident)
    all_figures = (_figures(check, listed, log) for check, listed in by_check.items())
    return tuple(sorted(all_figures, key=lambda rule: (-rule.incidents, rule.check)))


def _figures(check: str, incidents: Sequence[StoredIncident], log: IncidentLog) -> RuleFigures:
    all_alarms = [alarm for incident in incidents for alarm in alarms(incident, log)]
    closings = [incident.closed_as for incident in incidents]
    return RuleFigures(
        check=check,
        incidents=len(incidents),
        open=sum(incident.is_open for incident in incidents),
        to_somebody=_median(alarm.took for alarm in all_alarms if alarm.took is not None),
        untaken=sum(alarm.taken_at is None and not alarm.was_taken for alarm in all_alarms),
        to_green=_median(
            max(incident.resolved_at - incident.opened_at, timedelta())
            for incident in incidents
            if incident.resolved_at is not None
        ),
        accepted=sum(_is_accepted(incident, log) for incident in incidents),
        false_alarms=closings.count(Closing.FALSE_ALARM),
        expected=closings.count(Closing.EXPECTED),
        fixed=closings.count(Closing.FIXED),
    )


def _is_accepted(incident: StoredIncident, log: IncidentLog) -> bool:
    """Whether somebody accepted the check's failure while the incident lasted."""
    return any(
        accepted.check == incident.check
        and accepted.revoked_at is None
        and incident.opened_at <= accepted.created_at
        and (incident.resolved_at is None or accepted.created_at <= incident.resolved_at)
        for accepted in log.acceptances
    )


def _median(durations: Iterable[timedelta]) -> timedelta | None:
    seconds = median(duration.total_seconds() for duration in durations)
    return None if seconds is None else timedelta(seconds=seconds)
