"""What the audit log says of a day: no load, a load twice, a source missing or short. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from checks.core.audit_log import AuditEntry, AuditLog
from checks.core.model import Explanation
from checks.core.text import about_text, count_text, plural, quoted, short_day
from checks.core.timeframe import midnight
from checks.core.totals import median
from checks.explaining import kinds
from checks.explaining.wording import names_text
from checks.loads.effective import Load, loads
from checks.loads.repairs import has_ended
from checks.loads.sources import family_of, lasting_name, source_key
from checks.loads.usual_parts import usual_parts

#: Earlier run dates that say which sources are usual, and on what part of them a usual one was.
_LEAST_DAYS, _MOST_OF_DAYS = 3, 0.8
#: A source is short with less than this part of its smallest earlier load, and of a usual one.
_SHORT = 0.75
#: The part of the day's events that repeat another one when a load came twice, and at most on a
#: usual day.
_REPEATED, _USUALLY_REPEATED = 0.3, 0.05
_TWICE = 2
#: Sources that evidence names.
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class SourceRows:
    """Rows read of one source: on the run date, and on earlier ones. name: as on its latest day."""

    name: str
    rows: int | None
    earlier: tuple[int, ...]

    @property
    def median(self) -> float:
        """Rows of a usual day."""
        return median(self.earlier) or 0.0

    @property
    def is_short(self) -> bool:
        """Whether the run date has clearly fewer rows than each of the earlier dates."""
        return self.rows is not None and self.rows < _SHORT * min(self.earlier, default=0)


def no_load(log: AuditLog, data_date: date, zone: ZoneInfo) -> Explanation | None:
    """The load of the day did not run; None where the run date has an entry."""
    if log.today:
        return None
    done = _usual_end(log, zone)
    usual = f", usually done by {done}" if done else ""
    return Explanation(
        kinds.NO_LOAD,
        f"The load of {short_day(data_date)} did not run{usual}",
        {"data_date": data_date, "usual_end": done},
    )


def _usual_end(log: AuditLog, zone: ZoneInfo) -> str | None:
    """The median time of day of the last entry of the earlier run dates, such as `05:42`."""
    ends = [
        (entries[-1].run_at - midnight(day, zone)) / timedelta(minutes=1)
        for day, entries in log.entries.items()
        if entries and day < log.run_date
    ]
    middle = median(ends)
    if middle is None:
        return None
    return f"{int(middle) // 60:02d}:{int(middle) % 60:02d}"


def loaded_twice(
    log: AuditLog | None,
    events: int,
    repeated: tuple[int, int] | None,
    usual_events: int,
    zone: ZoneInfo,
) -> Explanation | None:
    """A source was loaded twice, and its rows are there twice; else only that rows are repeated.

    repeated: events of the judged and of the usual day that repeat another one. Equal numbers of
    rows in the log alone are no evidence.
    """  # fmt: skip
    if repeated is None or not events or repeated[0] < _REPEATED * events:
        return None
    if repeated[1] > _USUALLY_REPEATED * max(usual_events, 1):
        return None
    evidence = {"events": events, "repeated": repeated[0], "usually_repeated": repeated[1]}
    twice = None if log is None else _loaded_again(log)
    if twice is None:
        text = f"{count_text(repeated[0])} of {plural(events, 'event')} repeat another one"
        return Explanation(kinds.REPEATED_ROWS, text, evidence)
    entries = sorted(twice, key=lambda entry: entry.run_at)
    text = f"Loaded {_times(len(entries))}: {_source(entries[0])} at {_clock_times(entries, zone)}"
    return Explanation(
        kinds.LOADED_TWICE,
        text + _rows_text(entries),
        evidence
        | {
            "source": entries[0].source,
            "loaded_at": [entry.run_at for entry in entries],
            "rows_read": [e.rows_read if isinstance(e.rows_read, int) else None for e in entries],
        },
    )


def _loaded_again(log: AuditLog) -> Sequence[AuditEntry] | None:
    """The good entries of a source that has at least twice as many as are usual."""
    usual = usual_parts(log)
    for load in loads(log):
        key = source_key(log, load.source)
        if not key:
            continue
        entries = [entry for entry in (*load.counted, *load.replaced) if has_ended(log, entry)]
        parts = usual.get(family_of(key))
        usual_count = parts.good if parts is not None and parts.in_parts else 1
        if len(entries) >= max(_TWICE, _TWICE * usual_count):
            return entries
    return None


def _times(count: int) -> str:
    return "twice" if count == _TWICE else f"{count} times"


def _source(entry: AuditEntry) -> str:
    return quoted(entry.source)


def _clock_times(entries: Sequence[AuditEntry], zone: ZoneInfo) -> str:
    clocks = [f"{entry.run_at.astimezone(zone):%H:%M}" for entry in entries]
    return f"{', '.join(clocks[:-1])} and {clocks[-1]}"


def _rows_text(entries: Sequence[AuditEntry]) -> str:
    counts = {entry.rows_read for entry in entries if isinstance(entry.rows_read, int)}
    if len(counts) == 1 and all(isinstance(entry.rows_read, int) for entry in entries):
        return f", the same {plural(counts.pop(), 'row')}"
    return ""


def source_shortage(log: AuditLog, least: float) -> Explanation | None:
    """Sources that are missing or short, where they hold `least` rows of what the day lacks."""
    sources = source_rows(log)
    missing = [source for source in sources if source.rows is None]
    if missing and sum(source.median for source in missing) >= least:
        return _missing(missing)
    short = max(
        (source for source in sources if source.is_short),
        key=lambda source: source.median - (source.rows or 0),
        default=None,
    )
    if short is None or short.median - (short.rows or 0) < least:
        return None
    return Explanation(
        kinds.SOURCE_SHORT,
        f"{quoted(short.name)} is short: {plural(short.rows or 0, 'row')}, "
        f"{about_text(short.median)} usual",
        {"source": short.name, "rows": short.rows, "expected": short.median},
    )


def _missing(sources: Sequence[SourceRows]) -> Explanation:
    names = [source.name for source in sources]
    expected = sum(source.median for source in sources)
    verb = "is" if len(names) == 1 else "are"
    return Explanation(
        kinds.SOURCE_MISSING,
        f"{names_text(names)} {verb} missing, {about_text(expected)} rows usual",
        {"sources": names[:_MOST_NAMED], "expected": expected},
    )


def source_rows(log: AuditLog) -> list[SourceRows]:
    """Rows of each usual source; `rows` is None where it has no entry on the run date.

    Usual is a source that was loaded on most of the earlier run dates. Sources are the same by
    their names without days.
    """
    if not log.has_source:
        return []
    by_day = {day: _by_name(log, day) for day, entries in log.entries.items() if entries}
    today = by_day.pop(log.run_date, {})
    days = [day for day in by_day if day < log.run_date]
    names: dict[str, str] = {}
    for day in sorted(days):
        names |= {key: name for key, (name, _) in by_day[day].items()}
    sources = []
    for key, name in names.items():
        earlier = tuple(by_day[day][key][1] for day in days if key in by_day[day])
        if len(days) >= _LEAST_DAYS and len(earlier) >= _MOST_OF_DAYS * len(days):
            shown, rows = today.get(key, (name, None))
            sources.append(SourceRows(shown, rows, earlier))
    return sources


def _by_name(log: AuditLog, day: date) -> Mapping[str, tuple[str, int]]:
    """Of each source of a run date: its full name, and the rows of its entries that count."""
    rows: dict[str, int] = defaultdict(int)
    names: dict[str, str] = {}
    for load in loads(log, day):
        key = lasting_name(load.source)
        if key:
            rows[key] += _rows_of(load)
            names[key] = load.source or ""
    return {key: (names[key], count) for key, count in rows.items()}


def _rows_of(load: Load) -> int:
    """Rows of the reading with the most rows."""
    counts = (
        sum(entry.rows_read for entry in reading if isinstance(entry.rows_read, int))
        for reading in load.readings
    )
    return max(counts, default=0)
