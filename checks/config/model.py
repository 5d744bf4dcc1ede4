"""The shape of `andon.yml` after loading: frozen, validated, paths resolved, secrets in place.

Each field is one key. The loader and the reference page read the declarations;
nothing else may interpret raw YAML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from checks.config.closed_days import ClosedDays, problems_of
from checks.config.database import WarehouseConfig
from checks.config.naive_zones import OWN_ZONE, NaiveZones
from checks.core.model import Severity
from checks.core.settings import setting

#: Each is a scan of its own.
MOST_DIMENSIONS = 8


@dataclass(frozen=True, slots=True)
class HistoryConfig:
    """Where evaluations, waivers, acceptances and acknowledgements are kept."""

    url: str = setting(
        "SQLAlchemy URL of the history store; relative file paths are relative to this file.",
        "sqlite:///history.db",
        kind="database_url",
        secret=True,
    )
    keep_days: int = setting(
        "Evaluations whose data date is more than this many days before the newest are removed. "
        "The newest 30 data dates are always kept.",
        400,
        minimum=1,
        maximum=36_500,
    )
    spot_check_days: int = setting(
        "Spot check: how many remembered days each evaluation counts again, in turn. If one "
        "differs from the warehouse, all are counted again. 0: none.",
        1,
        minimum=0,
        maximum=28,
    )


@dataclass(frozen=True, slots=True)
class Partition:
    """The column by which a big table is cut into days, months or hours."""

    column: str = setting(
        "The partition column: a date, a timestamp, text or a number.", kind="column"
    )
    format: str = setting(
        "How text or a number spells the partition: %Y, %m, %d and %H in this order.",
        "%Y-%m-%d",
        kind="partition_format",
        example="%Y%m%d",
    )
    margin_days: int = setting(
        "By how many days a row's partition may differ from its time: zones, late arrivals.",
        1,
        minimum=1,
        maximum=366,
    )


@dataclass(frozen=True, slots=True)
class AuditLogSource:
    """One row per load of one source: the pipeline's own log."""

    run_at: str = setting("When the load ran.", kind="column")
    rows_read: str | None = setting("Rows the load read.", None, kind="column")
    rows_quarantined: str | None = setting("Rows the load rejected.", None, kind="column")
    table: str | None = setting("`[catalog.][schema.]name`.", None, kind="table")
    query: str | None = setting("One read-only SELECT, instead of `table`.", None, kind="query")
    source: str | None = setting("What was loaded (file, topic, partner).", None, kind="column")
    status: str | None = setting("How the load ended.", None, kind="column")
    rows_inserted: str | None = setting("Rows the load accepted.", None, kind="column")
    several: str | None = setting(
        "What several entries of one source on a run date mean: the latest replaces the others, "
        "or they add up. Without `source` all entries are then of one source. Without this key "
        "Andon decides for each source; where it cannot, the worse reading counts.",
        None,
        choices=("replace", "add"),
    )
    naive_timestamps: ZoneInfo | None = setting(OWN_ZONE, None, kind="timezone")


@dataclass(frozen=True, slots=True)
class EventsSource:
    """Accepted events."""

    occurred_at: str = setting("When the event happened.", kind="column")
    name: str | None = setting("The event's name.", None, kind="column")
    purchase_names: tuple[str, ...] = setting(
        "Names of the events that mean a purchase.", ("purchase",), kind="event_names"
    )
    table: str | None = setting("`[catalog.][schema.]name`.", None, kind="table")
    query: str | None = setting("One read-only SELECT, instead of `table`.", None, kind="query")
    revenue: str | None = setting("The purchase's amount.", None, kind="column")
    order_id: str | None = setting("The purchase's order id.", None, kind="column")
    partition: Partition | None = setting(
        "By which column the table is partitioned, so that only the days asked for are read.", None
    )
    dimensions: tuple[str, ...] = setting(
        "Columns by whose values the volume is judged too: channel, device, country.",
        (),
        kind="column",
        example="[channel, device, country]",
    )
    naive_timestamps: ZoneInfo | None = setting(OWN_ZONE, None, kind="timezone")

    def problems(self) -> list[tuple[str, str, str]]:
        """Each dimension is one of its own, and few."""
        allowed = f"at most {MOST_DIMENSIONS} columns, each once, and not that of events.name"
        names = self.dimensions
        twice = next((n for i, n in enumerate(names) if n in (*names[:i], self.name)), None)
        if twice is not None:
            return [("dimensions", repr(twice), allowed)]
        many = len(names) > MOST_DIMENSIONS
        return [("dimensions", f"{len(names)} columns", allowed)] if many else []


@dataclass(frozen=True, slots=True)
class OrdersSource:
    """Attributed orders."""

    ordered_at: str = setting("When the order was placed.", kind="column")
    session_id: str | None = setting("The session the order is attributed to.", None, kind="column")
    table: str | None = setting("`[catalog.][schema.]name`.", None, kind="table")
    query: str | None = setting("One read-only SELECT, instead of `table`.", None, kind="query")
    order_id: str | None = setting("The order's id.", None, kind="column")
    revenue: str | None = setting("The order's amount.", None, kind="column")
    partition: Partition | None = setting(
        "By which column the table is partitioned, so that only the days asked for are read.", None
    )
    naive_timestamps: ZoneInfo | None = setting(OWN_ZONE, None, kind="timezone")


@dataclass(frozen=True, slots=True)
class SessionsSource:
    """Sessions that orders point to."""

    session_id: str = setting("The session's id.", kind="column")
    table: str | None = setting("`[catalog.][schema.]name`.", None, kind="table")
    query: str | None = setting("One read-only SELECT, instead of `table`.", None, kind="query")
    started_at: str | None = setting(
        "When the session began. Orders are then looked up only among the sessions that began "
        "within `lookback_days` before the order's day.",
        None,
        kind="column",
    )
    lookback_days: int = setting(
        "How long before its order's day a session may have begun, where `started_at` is mapped.",
        30,
        minimum=1,
        maximum=3650,
    )
    partition: Partition | None = setting(
        "By which column the table is partitioned, so that only the days asked for are read.", None
    )
    naive_timestamps: ZoneInfo | None = setting(OWN_ZONE, None, kind="timezone")


@dataclass(frozen=True, slots=True)
class QuarantineSource:
    """Rejected rows. They explain a verdict; without an audit log `quarantine_rate` judges them."""

    files: str | None = setting(
        "Glob of CSV, Parquet or JSON-lines files, or a name with the day in it; "
        "relative to this file.",
        None,
        kind="files",
        example="quarantine/events_{date:%Y%m%d}_errors.csv",
    )
    table: str | None = setting(
        "`[catalog.][schema.]name`, instead of `files`.", None, kind="table"
    )
    query: str | None = setting("One read-only SELECT, instead of `files`.", None, kind="query")
    reason: str | None = setting("Why the row was rejected.", None, kind="column")
    occurred_at: str | None = setting("When the rejected event happened.", None, kind="column")
    source: str | None = setting("What the row was loaded from.", None, kind="column")
    event_name: str | None = setting("The rejected event's name.", None, kind="column")
    partition: Partition | None = setting(
        "By which column the table is partitioned, so that only the days asked for are read.", None
    )
    mask: tuple[str, ...] = setting(
        "Columns that the dashboard masks, in addition to those that it takes for personal by "
        "name or content (e-mail and IP addresses, ids, names, phones).",
        (),
    )
    naive_timestamps: ZoneInfo | None = setting(OWN_ZONE, None, kind="timezone")


@dataclass(frozen=True, slots=True)
class CalendarDays:
    """Days that are not like others: a sale, a strike, planned works."""

    name: str = setting("What the days are called in messages and charts.", example="Black Friday")
    first: date = setting("The first of the days.", key="from", example="2025-11-28")
    last: date | None = setting(
        "The last of them; without it there is only one.", None, key="to", example="2025-12-01"
    )
    expect: float | None = setting(
        "How many times the usual volume is expected. Without it the days' volume is not judged.",
        None,
        above=0,
        maximum=1000,
    )

    def problems(self) -> list[tuple[str, str, str]]:
        """Days end after they begin."""
        if self.last is None or self.last >= self.first:
            return []
        return [("to", str(self.last), f"a day from {self.first} on")]


@dataclass(frozen=True, slots=True)
class CalendarConfig:
    """Days that the volume checks leave out of what is usual, and judge by what is said here.

    Where a day is listed twice, the entry that comes first counts; any entry counts before
    a holiday. An entry of `days` with `expect` opens a day that `closed` has by its weekday or as
    a holiday; a day that `closed` has by its date stays closed.
    """

    days: tuple[CalendarDays, ...] = setting("The shop's own special days.", ())
    holidays: str | None = setting(
        "The country or region whose public holidays are not judged by volume.",
        None,
        kind="holidays",
    )
    closed: tuple[ClosedDays, ...] = setting(
        "Days on which the shop is closed: no events are expected, and more than 5 % of a usual "
        "open day are amber. No closed day says what is usual.",
        (),
        kind="closed_days",
        example="[sunday, 2026-12-25, {from: 2026-08-01, to: 2026-08-14}, holidays]",
    )
    tracking_releases: tuple[date, ...] = setting(
        "Days on which the tracking was changed: shown in charts, and named when the volume is out "
        "of its range.",
        (),
    )

    def problems(self) -> list[tuple[str, str, str]]:
        """Each closed day once, some weekday open, and holidays only of a place."""
        return problems_of(self.closed, self.holidays)


@dataclass(frozen=True, slots=True)
class ScheduleConfig:
    """When the pipeline runs, and what a run loads. Without this section: a run on every day."""

    runs: str = setting(
        "When runs start: a cron expression in the pipeline's time zone. Several on one date are "
        "one run, due at the last of them.",
        kind="cron",
        example='"0 6 * * 1-5"',
    )
    grace: timedelta = setting(
        "How long after its time a run without an audit-log entry is not missing yet: until then "
        "the verdict is unknown.",
        timedelta(hours=1),
        kind="duration",
        example="2h",
    )
    loads: str = setting(
        "What a run loads: one data date, `data_lag_days` before it; or every data date since the "
        "run before it (at most 31), each of which is judged.",
        "one_day",
        choices=("one_day", "since_last_run"),
    )

    def problems(self) -> list[tuple[str, str, str]]:
        """The grace is shorter than the time between runs, and no run loads too many days."""
        from checks.config import cron

        return cron.problems_of(
            self.runs, self.grace, since_last_run=self.loads == "since_last_run"
        )


@dataclass(frozen=True, slots=True)
class DashboardConfig:
    """Where people look, and what they may do there."""

    url: str | None = setting(
        "Address of the dashboard; verdicts then carry links.", None, kind="http_url"
    )
    refresh_seconds: float = setting(
        "How old the numbers on screen may become before they are measured again.",
        60.0,
        minimum=5,
        maximum=3600,
    )
    allow_waivers: bool = setting(
        "Whether a signed-in person may give and revoke waivers and acceptances on the history "
        "page.",
        False,
    )


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """What every check takes, besides its own parameters (`params`, the check's dataclass)."""

    enabled: bool = setting("Whether the check is evaluated.", True)
    severity: Severity = setting(
        "`amber`: a failure warns but does not stop the line.", Severity.RED
    )
    owner: str | None = setting("Who is asked to act.", None)
    runbook: str | None = setting("Where the procedure is written.", None, kind="http_url")
    params: Any = None


@dataclass(frozen=True, slots=True)
class Config:
    """One pipeline's whole configuration. `checks` holds every known check, in catalog order."""

    path: Path
    pipeline: str
    timezone: ZoneInfo
    warehouse: WarehouseConfig
    checks: Mapping[str, CheckSettings]
    history: HistoryConfig = field(default_factory=HistoryConfig)
    dashboard: DashboardConfig = field(default_factory=DashboardConfig)
    calendar: CalendarConfig = field(default_factory=CalendarConfig)
    schedule: ScheduleConfig | None = None
    data_lag_days: int = 1
    audit_log: AuditLogSource | None = None
    events: EventsSource | None = None
    orders: OrdersSource | None = None
    sessions: SessionsSource | None = None
    quarantine: QuarantineSource | None = None

    def is_mapped(self, key: str) -> bool:
        """Whether a section, or one key of it (`audit_log.status`), is mapped."""
        section, _, field_name = key.partition(".")
        source = getattr(self, section)
        return source is not None and (not field_name or bool(getattr(source, field_name)))

    @property
    def naive_zones(self) -> NaiveZones:
        """By section, the zone of timestamps that are stored without one."""
        return NaiveZones.of(
            self.warehouse.naive_timestamps,
            audit_log=self.audit_log,
            events=self.events,
            orders=self.orders,
            sessions=self.sessions,
            quarantine=self.quarantine,
        )
