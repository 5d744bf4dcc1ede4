"""The audit log of the run date by source, and the sources that are missing in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from checks.catalog._audit import future_text, undated_text
from checks.catalog.quarantine_rate import Params
from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.endings import OK, SILENT
from checks.core.timeframe import midnight
from checks.core.totals import median
from checks.core.values import BadValue, Count
from checks.evidence._log import MEANINGS, minutes_of_day, read_log
from checks.evidence.context import Context
from checks.loads.effective import Load as SourceLoad
from checks.loads.effective import Rule
from checks.loads.effective import loads as loads_of
from checks.loads.open_runs import open_runs
from checks.loads.sources import without_digits

MOST_LOADS = 1000
ABOVE_ALERT, ABOVE_STOP = "above alert", "above stop"
#: Whether an entry counts: alone; as one of several latest; not, as a later one replaced it.
COUNTS, TIED, REPLACED = "counts", "tied", "replaced"
#: Added up with others; by its status only; by the worse reading, as it is not settled.
ADDED, STATUS_ONLY, UNSETTLED = "added", "status only", "unsettled"
#: It does not count: it read nothing after an entry of its source that read rows.
READ_NOTHING = "read nothing"


@dataclass(frozen=True, slots=True)
class LoadEntry:
    """One entry of the log.

    read, inserted, quarantined: a number of rows, or the bad value instead. inserted: None
    where it is not mapped. rate: quarantined over read, None where that is not a number.
    limit: which limit of `quarantine_rate` it is above.
    meaning: what the status says, see MEANINGS. place: whether it counts, from COUNTS to
    READ_NOTHING. source, status: as in the log. usual_read: rows that an entry of its family
    usually reads, None without earlier ones.
    """

    source: str | None
    run_at: datetime
    read: Count
    inserted: Count | None
    quarantined: Count
    rate: float | None
    limit: str | None
    status: str | None
    meaning: str
    place: str
    usual_read: float | None = None

    @property
    def distance(self) -> float:
        """How far the rows read are from the usual number, as a factor; 1 where that is unknown."""
        if self.usual_read is None or isinstance(self.read, BadValue):
            return 1.0
        more, less = max(self.read, self.usual_read), min(self.read, self.usual_read)
        return more / less if less else max(more, 1.0)


@dataclass(frozen=True, slots=True)
class MissingSource:
    """A source, by its name without digits, that is usually loaded and has no entry.

    seen_days of run_days: on how many of the earlier run days it was loaded. usual_minutes:
    median of its last load, minutes after midnight. overdue: whether that time is over.
    """

    family: str | None
    last_source: str | None
    last_seen: datetime
    seen_days: int
    run_days: int
    usual_minutes: float
    overdue: bool


@dataclass(frozen=True, slots=True)
class Runs:
    """The run date's log.

    loads: the worst first, at most 1,000 of the `entry_count` entries; without a source
    every entry counts. unsettled: sources for which it is unclear how several entries count.
    strays: texts on entries of the log that belong to no run date.
    missing: None where sources are not mapped. run_days: earlier days with entries, of the
    7 before the run date. inserted_mapped, status_mapped: whether those columns are;
    the problems say why one could not be read.
    """

    run_date: date
    data_date: date
    loads: tuple[LoadEntry, ...]
    entry_count: int
    missing: tuple[MissingSource, ...] | None
    run_days: int
    has_source: bool
    inserted_mapped: bool
    status_mapped: bool
    inserted_problem: str | None
    status_problem: str | None
    alert_above: float
    stop_above: float
    unsettled: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources in the log, in order."""
        return tuple(sorted({load.source for load in self.loads if load.source is not None}))


def read(context: Context) -> Runs:
    """The entries of the run date, and the sources of the week before that have none.

    Raises MeasurementError where the log cannot be read.
    """
    log, source = open_runs(read_log(context), context.frame), context.config.audit_log
    inserted_mapped = source is not None and source.rows_inserted is not None
    params: Params = context.config.checks["quarantine_rate"].params
    source_loads = loads_of(log)
    loads = _loads(log, source_loads, params, inserted_mapped=inserted_mapped)
    return Runs(
        run_date=log.run_date,
        data_date=context.frame.data_date,
        loads=tuple(loads[:MOST_LOADS]),
        entry_count=len(loads),
        missing=_missing(context, log) if log.has_source else None,
        run_days=len(_earlier_days(log)),
        has_source=log.has_source,
        inserted_mapped=inserted_mapped,
        status_mapped=log.has_status,
        inserted_problem=log.inserted_problem.detail if log.inserted_problem else None,
        status_problem=log.status_problem.detail if log.status_problem else None,
        alert_above=params.alert_above,
        stop_above=params.stop_above,
        unsettled=tuple(load.source or "" for load in source_loads if load.rule is Rule.UNSETTLED),
        strays=tuple(text for text in (future_text(log), undated_text(log)) if text),
    )


def _loads(
    log: AuditLog, source_loads: Sequence[SourceLoad], params: Params, *, inserted_mapped: bool
) -> list[LoadEntry]:
    places = {key: place for load in source_loads for key, place in _places(load).items()}
    inserted_known = inserted_mapped and log.inserted_problem is None
    usual_reads = _usual_reads(log)
    loads = [
        replace(
            _load(log, params, entry, places.get(id(entry), REPLACED), inserted_known),
            usual_read=usual_reads.get(without_digits(entry.source)),
        )
        for entry in log.today
    ]
    return sorted(loads, key=_worst_first)


def _usual_reads(log: AuditLog) -> dict[str | None, float]:
    """The rows that an entry of each family usually reads: the median of the earlier days' good
    entries.
    """
    reads: dict[str | None, list[int]] = defaultdict(list)
    for day in _earlier_days(log):
        for entry in log.entries[day]:
            if not isinstance(entry.rows_read, BadValue) and log.meaning(entry) in (OK, SILENT):
                reads[without_digits(entry.source)].append(entry.rows_read)
    return {family: median(rows) or 0.0 for family, rows in reads.items()}


def _places(load: SourceLoad) -> dict[int, str]:
    """Whether each entry of a source's load counts (COUNTS to READ_NOTHING), by its `id`."""
    standing = [id(entry) for tied in load.endings for entry in tied]
    counted = [id(entry) for entry in load.counted]
    place = COUNTS if len(counted) == 1 else UNSETTLED
    if load.rule is Rule.ADDED:
        place = ADDED
    elif load.rule is Rule.REPLACED and len({entry.run_at for entry in load.counted}) == 1:
        place = COUNTS if len(counted) == 1 else TIED
    empty = [id(entry) for entry in load.read_nothing]
    return (
        dict.fromkeys(empty, READ_NOTHING)
        | dict.fromkeys(standing, STATUS_ONLY)
        | dict.fromkeys(counted, place)
    )


def _worst_first(load: LoadEntry) -> tuple[bool, int, bool, float, str, float]:
    """By ending and limit, then by how far the rows read are from the usual number."""
    limit = load.limit is None
    place = MEANINGS.index(load.meaning)
    return (
        load.place in (REPLACED, READ_NOTHING),
        place,
        limit,
        -load.distance,
        load.source or "",
        -load.run_at.timestamp(),
    )


def _load(
    log: AuditLog,
    params: Params,
    entry: AuditEntry,
    place: str,
    inserted_known: bool,
) -> LoadEntry:
    rate = _rate(entry)
    inserted = entry.rows_inserted
    if inserted is None and inserted_known:
        inserted = BadValue("NULL")
    return LoadEntry(
        source=entry.source,
        run_at=entry.run_at,
        read=entry.rows_read,
        inserted=inserted if inserted_known else None,
        quarantined=entry.rows_quarantined,
        rate=rate,
        limit=_limit(rate, params),
        status=entry.status,
        meaning=log.meaning(entry),
        place=place,
    )


def _rate(entry: AuditEntry) -> float | None:
    """Quarantined over read; None without two numbers, or for nothing read."""
    read, quarantined = entry.rows_read, entry.rows_quarantined
    if isinstance(read, BadValue) or isinstance(quarantined, BadValue) or not read:
        return None
    return quarantined / read


def _limit(rate: float | None, params: Params) -> str | None:
    if rate is None or rate <= params.alert_above:
        return None
    return ABOVE_STOP if rate > params.stop_above else ABOVE_ALERT


def _earlier_days(log: AuditLog) -> list[date]:
    """Days before the run date that have entries."""
    return sorted(day for day, rows in log.entries.items() if rows and day < log.run_date)


def _missing(context: Context, log: AuditLog) -> tuple[MissingSource, ...]:
    """Sources seen on more than half of the earlier run days, but not on the run date.

    None are missing where all days that the run loads are closed.
    """
    if context.frame.closed_run is not None:
        return ()
    present = {without_digits(entry.source) for entry in log.today}
    days = _earlier_days(log)
    seen: dict[str | None, dict[date, AuditEntry]] = {}
    for day in days:
        for entry in log.entries[day]:  # oldest first: the day's last entry stays
            seen.setdefault(without_digits(entry.source), {})[day] = entry
    missing = [
        _missing_source(context, family, list(by_day.values()), len(days))
        for family, by_day in seen.items()
        if family not in present and len(by_day) * 2 > len(days)
    ]
    return tuple(sorted(missing, key=lambda source: (not source.overdue, source.usual_minutes)))


def _missing_source(
    context: Context, family: str | None, last_entries: Sequence[AuditEntry], run_days: int
) -> MissingSource:
    usual_minutes = median(minutes_of_day(context, entry) for entry in last_entries) or 0.0
    frame = context.frame
    due = midnight(frame.run_date, frame.zone) + timedelta(minutes=usual_minutes)
    newest = max(last_entries, key=lambda entry: entry.run_at)
    return MissingSource(
        family=family,
        last_source=newest.source,
        last_seen=newest.run_at,
        seen_days=len(last_entries),
        run_days=run_days,
        usual_minutes=usual_minutes,
        overdue=frame.now > due,
    )
