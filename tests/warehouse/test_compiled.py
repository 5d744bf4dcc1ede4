"""Every statement that Andon sends, in the SQL of engines that do not run here.

It is compiled by the engine's own SQLAlchemy dialect and parsed as its SQL. That proves the
syntax, the quotes, and that a day's bounds leave the bare column for the engine to prune by.
"""

from __future__ import annotations

import os
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import sqlglot
from sqlglot import exp

from checks.config.model import (
    AuditLogSource,
    EventsSource,
    OrdersSource,
    Partition,
    QuarantineSource,
    SessionsSource,
)
from checks.config.naive_zones import NaiveZones
from checks.config.readonly import problem_of
from checks.core.errors import MeasurementError
from checks.core.metrics import NO_ORDER, NO_SESSION, UNKNOWN_SESSION
from checks.core.model import Cause
from checks.core.timeframe import Timeframe
from checks.quarantine.drilldown.hours import Periods
from checks.quarantine.drilldown.model import ColumnValues, Field, Filters, GroupBy, HourSpan
from checks.quarantine.drilldown.tables import TableRejected
from checks.quarantine.tables import rejected_query
from checks.warehouse.audit import read_audit_log
from checks.warehouse.daily import ValueScan
from checks.warehouse.dialects import profile_for
from checks.warehouse.event_hours import hour_slots, read_hours
from checks.warehouse.event_profile import EventProfileScan
from checks.warehouse.events import read_events, read_newest
from checks.warehouse.kinds import Kind
from checks.warehouse.order_tables import OrderTables, Unread
from checks.warehouse.orders import OrderReader
from checks.warehouse.orphan_profile import OrphanProfileScan
from checks.warehouse.orphans import OrphanList, orders_by_day, purchases_by_day
from checks.warehouse.relation import Relation, select_target
from checks.warehouse.unpriced import read_unpriced
from tests import engines
from tests.engines._compiled import Compiled

pytestmark = pytest.mark.compiled
ZONE = ZoneInfo("Europe/Berlin")
DAY = date(2025, 10, 26)
FRAME = Timeframe(DAY + timedelta(days=1), DAY, datetime(2025, 10, 27, 6, tzinfo=UTC), ZONE)
#: No engine reads these names right unless they are quoted.
AT, PART, NAME, AMOUNT = "at Time", "in Part", "the Name", "an Amount"
ORDER, SESSION, SOURCE, REASON = "the Order", "the Session", "the Source", "Why not"
READ, REJECTED, STATUS = "rows Read", "rows Rejected", "its Status"
TABLE = "the catalog.Shop Data.big Table"
NAMES = frozenset(
    (AT, PART, NAME, AMOUNT, ORDER, SESSION, SOURCE, REASON, READ, REJECTED, STATUS)
) | {"Shop Data", "big Table"}
COMPARED = (exp.GTE, exp.GT, exp.LTE, exp.LT, exp.Is, exp.NEQ)
INNER = "andon_"
COMPILED = [
    import_module(f"tests.engines.{name}").ENGINE
    for name in engines.modules()
    if not import_module(f"tests.engines.{name}").ENGINE.runs
]


@dataclass(frozen=True)
class Shape:
    """How a shop's tables are typed."""

    name: str
    at: Kind
    part: Kind
    amount: Kind
    order: Kind
    format: str = "%Y-%m-%d"


SHAPES = (
    Shape("instants", Kind.AWARE, Kind.DATE, Kind.NUMBER, Kind.TEXT),
    Shape("naive", Kind.NAIVE, Kind.TEXT, Kind.INTEGER, Kind.INTEGER),
    Shape("days", Kind.DATE, Kind.INTEGER, Kind.TEXT, Kind.TEXT, "%Y%m%d"),
    Shape("parts by instant", Kind.AWARE, Kind.AWARE, Kind.TEXT, Kind.TEXT),
    Shape("parts by time", Kind.NAIVE, Kind.NAIVE, Kind.NUMBER, Kind.TEXT),
    Shape("texts", Kind.TEXT, Kind.DATE, Kind.TEXT, Kind.INTEGER),
)


@dataclass
class Recorder:
    """Takes the place of the warehouse: keeps each statement, and answers it plausibly."""

    engine: Compiled
    dialect: sa.Dialect
    shape: Shape
    sent: list[sa.Select[Any]] = field(default_factory=list)
    relations: dict[Any, Relation] = field(default_factory=dict)

    @property
    def profile(self) -> Any:
        return profile_for(self.engine.backend)

    def relation(self, section: str, source: Any) -> Relation:
        key = (section, source.table)
        if key not in self.relations:
            self.relations[key] = self._resolved(section, source)
        return self.relations[key]

    def _resolved(self, section: str, source: Any) -> Relation:
        kinds = self._kinds(section)
        spell = self.profile.table_name
        target, _ = select_target(source, self.dialect, self.inner_name(section), kinds, spell)
        read_as = self.profile.columns_read_otherwise(target, kinds)
        partition = getattr(source, "partition", None)
        return Relation(section, section, target, kinds, partition, read_as, INNER)

    def inner_name(self, name: str) -> str:
        return INNER + name

    def _kinds(self, section: str) -> Mapping[str, Kind]:
        shape = self.shape
        ids = Kind.INTEGER if section == "sessions" and shape.order is Kind.INTEGER else Kind.TEXT
        return {
            AT: shape.at, PART: shape.part, NAME: Kind.TEXT, AMOUNT: shape.amount,
            ORDER: shape.order if section == "orders" else Kind.TEXT, SESSION: ids,
            SOURCE: Kind.TEXT, REASON: Kind.TEXT, STATUS: Kind.TEXT,
            READ: Kind.INTEGER, REJECTED: Kind.INTEGER,
        }  # fmt: skip

    def fetch(self, statement: sa.Select[Any]) -> list[Any]:
        self.sent.append(statement)
        names = [getattr(column, "name", "") for column in statement.selected_columns]
        if names[:2] == ["ids", "distinct_ids"]:
            counts = (5,) * len([name for name in names if name != "part"])
            return [(*counts, part) for part in range(5)] if "part" in names else [counts]
        if len(names) == 1:
            return [(3 if names[0] in ("count", "order_id") else None,)]
        return []


@cache
def _statements(engine: Compiled, shape: Shape) -> tuple[tuple[str, exp.Expression], ...]:
    """Everything that is sent, as text and parsed."""
    recorder = Recorder(engine, _dialect(engine), shape)
    for read in (_log, _events, _hours, _orders, _orphans, _quarantine):
        read(recorder)
    return tuple(_parsed(engine, _sql(engine, statement)) for statement in recorder.sent)


def _zone(recorder: Recorder) -> ZoneInfo:
    return ZoneInfo(recorder.engine.text_zone or "UTC")


def _zones(recorder: Recorder) -> NaiveZones:
    return NaiveZones.of(_zone(recorder))


def _log(recorder: Any) -> None:
    source = AuditLogSource(AT, READ, REJECTED, TABLE, None, SOURCE, STATUS)
    read_audit_log(recorder, source, FRAME, _zone(recorder))


def _events(recorder: Any) -> None:
    source = _events_source(recorder.shape)
    read_events(recorder, source, FRAME, _zone(recorder), 5)
    read_newest(recorder, source, FRAME.now, _zone(recorder), ZONE)
    read_unpriced(recorder, source, FRAME, _zone(recorder), limit=10, offset=0)
    for column in (NAME, SOURCE, READ):
        slices = FRAME.day_slices(20)
        ValueScan(recorder, source, column, slices, _zone(recorder), ZONE, 200).read()


def _hours(recorder: Any) -> None:
    if recorder.shape.at is not Kind.DATE:
        source, slots = _events_source(recorder.shape), hour_slots(FRAME, FRAME.days_before(2))
        for event in (None, "view", "(null)"):
            read_hours(recorder, source, slots, _zone(recorder), ZONE, event)
        usual_day = DAY - timedelta(days=7)
        for repeated in (False, True):
            EventProfileScan(
                recorder, source, FRAME, _zone(recorder), usual_day, with_repeated=repeated
            ).read()


def _orders(recorder: Any) -> None:
    for begun in (AT, None):
        events, orders, sessions = _sources(recorder.shape, begun)
        OrderReader(recorder, FRAME, _zones(recorder), orders, sessions, events).read()
        tables = OrderTables(recorder, ZONE, _zones(recorder), orders, sessions, events, FRAME.far)
        OrphanProfileScan(tables, FRAME).read()


def _orphans(recorder: Any) -> None:
    days = [(start, end) for _, start, end in FRAME.day_slices(3)]
    for begun in (AT, None):
        events, orders, sessions = _sources(recorder.shape, begun)
        tables = OrderTables(recorder, ZONE, _zones(recorder), orders, sessions, events, FRAME.far)
        for kind in (NO_SESSION, UNKNOWN_SESSION, NO_ORDER):
            orphans = OrphanList(tables, kind, FRAME.start, FRAME.end, "Ä%_x'")
            orphans.count()
            orphans.read(10, 20)
        orders_by_day(tables, days, (NO_SESSION, UNKNOWN_SESSION), Unread())
        purchases_by_day(tables, days, Unread())


def _quarantine(recorder: Any) -> None:
    source = QuarantineSource(
        None, TABLE, None, REASON, AT, SOURCE, NAME, _partition(recorder.shape)
    )
    recorder.fetch(rejected_query(recorder, source, FRAME, _zone(recorder)).statement)
    periods = Periods(((DAY,), tuple(FRAME.days_before(3))), ZONE, _zone(recorder))
    rejected = TableRejected(recorder, source, periods)
    rejected.sample(10)
    columns = [rejected.names.index(name) for name in (AT, PART, NAME, AMOUNT)]
    rejected.by_hour(5)
    rejected.tally(
        [*(Field(how) for how in (GroupBy.REASON, GroupBy.SOURCE, GroupBy.EVENT, GroupBy.HOUR))], 5
    )
    rejected.tally(
        [
            Field(how, column)
            for how in (GroupBy.VALUE, GroupBy.CLOCK, GroupBy.PRESENT)
            for column in columns
        ],
        5,
    )
    filters = Filters("a reason", "a file", "an event", "07", "Ä%_x' ", frozenset({2}))
    # A date has no hour: nothing would be read.
    hours = None if recorder.shape.at is Kind.DATE else HourSpan(6, 24)
    parts = [
        Filters(column_values=ColumnValues(rejected.names.index(name), *chosen), hours=hours)
        for name in (NAME, AMOUNT)
        for chosen in (((), True), (("\u00a0",), True), (("Ä%_x' ", "b"), False))
    ]
    for row_filters in (Filters(), filters, *parts):
        rejected.total(row_filters)
        rejected.rows(row_filters, 0, 10)


def _partition(shape: Shape) -> Partition:
    return Partition(PART, shape.format)


def _events_source(shape: Shape) -> EventsSource:
    names = ("purchase", "it's a sale")
    return EventsSource(AT, NAME, names, TABLE, None, AMOUNT, ORDER, _partition(shape))


def _sources(shape: Shape, begun: str | None) -> tuple[EventsSource, OrdersSource, SessionsSource]:
    orders = OrdersSource(AT, SESSION, TABLE, None, ORDER, AMOUNT, _partition(shape))
    sessions = SessionsSource(SESSION, TABLE, None, begun, 30, _partition(shape))
    return _events_source(shape), orders, sessions


@cache
def _dialect(engine: Compiled) -> sa.Dialect:
    """The engine's own dialect; without its package the test is skipped, but never in CI."""
    try:
        with warnings.catch_warnings():
            # What a driver does as it is imported is no statement of ours.
            warnings.simplefilter("ignore")
            return sa.make_url(engine.url).get_dialect()()
    except (ImportError, sa.exc.NoSuchModuleError) as error:
        reason = f'{engine.name}: no dialect; pip install ".[{engine.extra}]" ({error})'
    if os.environ.get("CI", "").lower() not in ("", "0", "false"):
        pytest.fail(reason)
    pytest.skip(reason)


def _sql(engine: Compiled, statement: sa.Select[Any]) -> str:
    statement.compile(dialect=_dialect(engine))
    return str(statement.compile(dialect=_dialect(engine), compile_kwargs={"literal_binds": True}))


def _parsed(engine: Compiled, sql: str) -> tuple[str, exp.Expression]:
    (statement,) = sqlglot.parse(sql, read=engine.parser)
    assert isinstance(statement, exp.Select), sql
    return sql, statement


def _shapes() -> Iterator[Any]:
    for engine in COMPILED:
        for shape in SHAPES:
            if shape.at is not Kind.TEXT or engine.text_zone:
                yield pytest.param(engine, shape, id=f"{engine.name}-{shape.name}")


CASES = list(_shapes())


@pytest.mark.parametrize(("engine", "shape"), CASES)
def test_every_statement_is_one_select_of_the_engine(engine: Compiled, shape: Shape) -> None:
    statements = _statements(engine, shape)
    assert len(statements) > 50
    for sql, tree in statements:
        unquoted = [
            name.name
            for name in tree.find_all(exp.Identifier)
            if name.name in NAMES and not name.args.get("quoted")
        ]
        assert unquoted == [], sql
        assert problem_of(sql, engine.backend) is None, sql
        # Tables that are only listed side by side would be multiplied by each other.
        assert all(join.args.get("on") for join in tree.find_all(exp.Join)), sql


@pytest.mark.parametrize(("engine", "shape"), CASES)
def test_bounds_are_compared_with_the_bare_column(engine: Compiled, shape: Shape) -> None:
    bare = {PART} if shape.at is Kind.TEXT else {PART, AT}
    bounded: set[tuple[str, str]] = set()
    for sql, tree in _statements(engine, shape):
        columns = list(_columns_of_conditions(tree, bare))
        wrapped = [c.sql() for c in columns if not isinstance(c.parent, COMPARED)]
        assert wrapped == [], sql
        compared = {column.table for column in columns}
        tables = {table.alias for table in tree.find_all(exp.Table) if table.db}
        assert tables <= compared or shape.at is Kind.TEXT, sql
        bounded |= {(column.table.removeprefix(INNER), column.name) for column in columns}
    sections = ("events", "orders", "sessions", "quarantine")
    assert bounded >= {(section, name) for section in sections for name in bare}


def _columns_of_conditions(tree: exp.Expression, names: set[str]) -> Iterator[exp.Column]:
    for where in tree.find_all(exp.Where):
        for column in where.find_all(exp.Column):
            if column.name in names and not column.find_ancestor(exp.Lower, exp.Replace):
                yield column


@pytest.mark.parametrize(
    ("engine", "what"),
    [pytest.param(e, w, id=f"{e.name}-{w}") for e in COMPILED for w in e.fragments],
)
def test_what_the_engine_spells_in_its_own_way(engine: Compiled, what: str) -> None:
    shapes = [s for s in SHAPES if s.at is not Kind.TEXT or engine.text_zone]
    sent = [sql for shape in shapes for sql, _ in _statements(engine, shape)]
    assert any(engine.fragments[what] in sql for sql in sent)


@pytest.mark.parametrize("engine", [e for e in COMPILED if e.text_zone != "Europe/Berlin"])
def test_text_that_cannot_be_read_safely_as_a_time_is_refused(engine: Compiled) -> None:
    with pytest.raises(MeasurementError) as refused:
        profile_for(engine.backend).text_instant(sa.column("at"), ZONE)
    assert refused.value.cause is Cause.BAD_VALUE


@pytest.mark.parametrize(("engine", "shape"), [c for c in CASES if c.values[1].at is Kind.NAIVE])
def test_where_sections_meet_each_has_bounds_in_its_own_zone(
    engine: Compiled, shape: Shape
) -> None:
    zones = {"orders": "America/New_York", "sessions": "Asia/Tokyo", "events": "Europe/Berlin"}
    in_utc = NaiveZones.of(ZoneInfo("UTC"))
    apart = replace(in_utc, **{section: ZoneInfo(zone) for section, zone in zones.items()})
    own, utc = (_bounds_of_times(engine, shape, naive) for naive in (apart, in_utc))
    for section, zone in zones.items():
        alone = _bounds_of_times(engine, shape, NaiveZones.of(ZoneInfo(zone)))
        assert own[section] == alone[section]
        assert not own[section] & utc[section]


def _bounds_of_times(
    engine: Compiled, shape: Shape, zones: NaiveZones
) -> dict[str, frozenset[str]]:
    """By section, what its time is compared with in the statements of the orders."""
    recorder = Recorder(engine, _dialect(engine), shape)
    events, orders, sessions = _sources(shape, AT)
    OrderReader(recorder, FRAME, zones, orders, sessions, events).read()  # type: ignore[arg-type]
    bounds: dict[str, set[str]] = defaultdict(set)
    for statement in recorder.sent:
        _, tree = _parsed(engine, _sql(engine, statement))
        for column in _columns_of_conditions(tree, {AT}):
            if not isinstance(column.parent, exp.Is):
                bounds[column.table.removeprefix(INNER)].add(column.parent.sql())
    return {section: frozenset(texts) for section, texts in bounds.items()}
