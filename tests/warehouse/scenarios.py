"""What a warehouse may hold, one story a function: each must read the same on every engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from checks.demo.scenarios import SCENARIOS as STORIES
from checks.demo.shapes import NIGHTLY
from tests.engines.base import Engine
from tests.shop import DAY, NOW, Row, Shop, Table, at, log_entry, order, purchase, view
from tests.warehouse.answers import EVENTS, ORDERS, RUNS, SEARCHES, Ask
from tests.warehouse.answers import REJECTED as QUARANTINE
from tests.warehouse.demo_tables import demo_tables

#: What tells of money, and of days.
SALES = {name: (EVENTS | ORDERS)[name] for name in ("revenue", "revenue rows", "orphan rows")}
DAYS = {
    name: (EVENTS | ORDERS | QUARANTINE)[name]
    for name in ("hours", "volume", "orphan trend", "rejected", "rejected rows of an hour")
}
Change = Callable[[Shop], None]
Fits = Callable[[Engine], bool]


def _everywhere(engine: Engine) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story: what it changes in a healthy shop, on which day, and which engines can tell it.

    driver_speaks: whether a check fails in the engine, with words of its own.
    about: the pages that are asked too, where the scenario has something to do with them.
    """

    change: Change
    day: date = DAY
    now: datetime = NOW
    fits: Fits = _everywhere
    driver_speaks: bool = False
    about: Mapping[str, Ask] = field(default_factory=lambda: {**EVENTS, **ORDERS})


SCENARIOS: dict[str, Scenario] = {}


def scenario(**more: Any) -> Callable[[Change], Change]:
    """Make a function a scenario, by its name."""

    def known(change: Change) -> Change:
        SCENARIOS[change.__name__] = Scenario(change, **more)
        return change

    return known


REJECTED: Mapping[str, Any] = {
    "rejected_at": sa.DateTime(),
    "error_reason": sa.String(80),
    "file": sa.String(80),
    "event_name": sa.String(80),
    "client": sa.String(80),
    "amount": sa.Double(),
    "price": sa.Numeric(12, 2),
    "items": sa.BigInteger(),
    "is_bot": sa.Boolean(),
    "born": sa.Date(),
    "seen_at": sa.DateTime(),
    "agent": sa.String(4000),
}
_ODD: tuple[Row, ...] = (
    {"error_reason": None, "event_name": None, "file": " \t", "client": None},
    {"error_reason": "\t\n ", "event_name": "Page_viewed", "amount": 10.5, "is_bot": None},
    {"error_reason": "Ünïcode: 50%_\\ off", "agent": "übergröße 50%_\\", "amount": -0.0},
    {"error_reason": "ünïcode: 50%_\\ off", "agent": "ÜBERGRÖSSE", "amount": 1e300},
    {"amount": 1e15, "price": Decimal("10.50"), "items": 7, "agent": "x" * 2500},
    {"amount": 1e-7, "price": Decimal("-0.01"), "items": -(2**53), "agent": "\U0001f600 e\u0301"},
    {"seen_at": at(DAY, 7.5) + timedelta(microseconds=500_000), "born": date(1999, 12, 31)},
    {"seen_at": at(DAY, 7.5) + timedelta(microseconds=1), "agent": "\u05e9\u05dc\u05d5\u05dd  "},
)


def rejected_table() -> Table:
    """Rejected rows of many types and of several days."""
    table = Table("rejected_events", dict(REJECTED))
    for back in range(6, -1, -1):
        day = DAY - timedelta(days=back)
        table.rows += [_rejected(day, number, {}) for number in range(3 + back % 2)]
    table.rows += [_rejected(DAY, 10 + number, odd) for number, odd in enumerate(_ODD)]
    table.rows += [_rejected(DAY + timedelta(days=1), 0, {"error_reason": "the day after"})]
    return table


def _rejected(day: date, number: int, more: Row) -> Row:
    return {
        "rejected_at": at(day, 1.5 * (number % 16)),
        "error_reason": "client_id: missing" if number % 3 else "timestamp: not a valid time",
        "file": f"events_{day:%Y%m%d}.csv",
        "event_name": "page_viewed" if number % 2 else "purchase",
        "client": f"client-{number:04}@x.example",
        "amount": 2.5 * number,
        "price": Decimal(number) / 4,
        "items": number,
        "is_bot": number % 2 == 0,
        "born": date(2001, 2, 3),
        "seen_at": at(day, 12) + timedelta(minutes=number),
        "agent": f"Mozilla/5.0 ({number % 2})",
    } | more


def prepare(shop: Shop) -> None:
    """What every scenario begins with: rejected rows in a table, and one odd day before."""
    shop.more.append(rejected_table())
    shop.set(
        "quarantine", table="rejected_events", reason="error_reason", occurred_at="rejected_at",
        source="file", event_name="event_name",
    )  # fmt: skip
    shop.log.rows[-1]["rows_quarantined"] = 90
    shop.set("warehouse", timeout_seconds=600)


def todays(rows: list[Row], column: str) -> list[Row]:
    """The rows of the judged day."""
    return [row for row in rows if row[column] >= at(DAY, 0)]


def purchases(shop: Shop) -> list[Row]:
    """The purchases of the judged day."""
    return [r for r in todays(shop.events.rows, "timestamp") if r["event_name"] == "purchase"]


def converted(rows: list[Row], column: str, convert: Callable[[Any], Any]) -> None:
    """Change a column of all rows where it is not NULL."""
    for row in rows:
        if row[column] is not None:
            row[column] = convert(row[column])


@scenario(about={**EVENTS, **ORDERS, **RUNS, **QUARANTINE})
def nothing_is_wrong(shop: Shop) -> None:
    """A healthy shop."""


@scenario(about={"rejected rows": QUARANTINE["rejected rows"], **SEARCHES})
def searches_in_rejected_rows(shop: Shop) -> None:
    """Rejected rows of every type, shown, and looked for."""


@scenario(about=SALES)
def amounts_of_every_sort(shop: Shop) -> None:
    """NULL, huge, tiny, negative and zero amounts, on purchases and on orphans."""
    odd = [None, 1e300, 1e15, 1e12, 999999999999.999, 1000000000000.001, -1e12, -1e300, 1e-7,
           5e-324, -0.0, 0.0]  # fmt: skip
    for row, order_row, amount in zip(
        purchases(shop), todays(shop.orders.rows, "purchase_time"), odd, strict=True
    ):
        row["revenue"] = order_row["revenue"] = amount
        order_row["lc_session_id"] = "gone"


@scenario(about=SALES)
def amounts_below_the_largest(shop: Shop) -> None:
    """Exact sums of ordinary and of large amounts."""
    odd = [0.1, 0.2, 0.3, 999999999999.99, 0.0000005, 0.0000015, 1e9 / 3, -2.5, 19.99, 7, 1 / 3, 2]
    for row, order_row, amount in zip(
        purchases(shop), todays(shop.orders.rows, "purchase_time"), odd, strict=True
    ):
        row["revenue"] = order_row["revenue"] = amount


@scenario(
    fits=lambda engine: engine.keeps_nan,
    about={**SALES, "rejected rows": QUARANTINE["rejected rows"]},
)
def amounts_that_are_no_numbers(shop: Shop) -> None:
    """NaN and infinities, listed as what they are."""
    odd = [float("nan"), float("inf"), float("-inf"), None]
    for row, order_row, amount in zip(
        purchases(shop), todays(shop.orders.rows, "purchase_time"), odd * 3, strict=True
    ):
        row["revenue"] = order_row["revenue"] = amount
        order_row["lc_session_id"] = " \t"
    for row, amount in zip(shop.more[0].rows[-9:], odd, strict=False):
        row["amount"] = amount


def _decimals(scale: int) -> Change:
    def change(shop: Shop) -> None:
        for table in (shop.events, shop.orders):
            table.columns["revenue"] = sa.Numeric(30, scale)
            for number, row in enumerate(table.rows):
                if row["revenue"] is not None:
                    row["revenue"] = Decimal(number * 1234567 + 5) / 10**scale
        purchases(shop)[3]["revenue"] = None

    return change


for _scale in (2, 6, 10):
    SCENARIOS[f"decimals_of_{_scale}_places"] = Scenario(_decimals(_scale), about=SALES)


@scenario(about=SALES)
def whole_amounts(shop: Shop) -> None:
    """Integers, and ids that are integers too."""
    for table in (shop.events, shop.orders):
        table.columns["revenue"] = table.columns["transaction_id"] = sa.BigInteger()
        converted(table.rows, "revenue", lambda amount: 7)
        converted(table.rows, "transaction_id", lambda text: int(text[4:12] + text[13:]))
    purchases(shop)[3]["revenue"] = None
    purchases(shop)[4]["transaction_id"] = 10
    purchases(shop)[5]["transaction_id"] = 9


@scenario(about=SALES)
def amounts_as_text(shop: Shop) -> None:
    """Text that is a number, nearly one, or none at all."""
    for table in (shop.events, shop.orders):
        table.columns["revenue"] = sa.String(200)
        converted(table.rows, "revenue", lambda amount: "25.5")
    odd = ["", " 7.5 ", "\t1e2\n", "+5.", ".5", "-.5e-3", "1-2", "--5", "1e", "1e400", "1_000",
           "inf", "NaN", "0x10", "\u0661\u0662", "12,50", "5" * 101, "1e99", "\u00a07",
           "1 2"]  # fmt: skip
    for number, text in enumerate(odd):
        shop.events.rows.append(purchase(DAY, 100 + number, text))
        shop.orders.rows.append(order(DAY, 100 + number, session="gone", revenue=text))


@scenario(about={**EVENTS, **DAYS, "orphan rows": ORDERS["orphan rows"]})
def around_every_bound(shop: Shop) -> None:
    """A microsecond before, at and after the bounds of the day, the window and now."""
    tick = timedelta(microseconds=1)
    for moment in (at(DAY, 0), at(DAY, 24), at(DAY, -7 * 24), NOW.replace(tzinfo=None)):
        for number, shift in enumerate((-tick, timedelta(), tick)):
            name = f"edge {number}"
            shop.events.rows.append(view(DAY, 0, name) | {"timestamp": moment + shift})
            shop.events.rows.append(purchase(DAY, 200 + number) | {"timestamp": moment + shift})
            shop.orders.rows.append(order(DAY, 300 + number) | {"purchase_time": moment + shift})
            shop.more[0].rows.append(_rejected(DAY, 1, {"rejected_at": moment + shift}))


def _clocks_change(zone: str, day: date, *, aware: bool, home: bool) -> Scenario:
    def change(shop: Shop) -> None:
        tz = ZoneInfo(zone)
        shop.settings["timezone"] = zone
        if home:
            shop.set("warehouse", naive_timestamps=zone)
        _move(shop, day - DAY)
        start = datetime.combine(day - timedelta(days=1), time(), UTC)
        moments = [start + timedelta(minutes=30 * n + 1) for n in range(144)]
        shop.events.rows += [view(day, 0, "half hour") | {"timestamp": m} for m in moments]
        shop.more[0].rows += [_rejected(day, 1, {"rejected_at": m}) for m in moments]
        for table in shop.tables:
            for column, declared in table.columns.items():
                if isinstance(declared, sa.DateTime):
                    converted(table.rows, column, lambda m: _stored(m, tz, aware, home))
                    table.columns[column] = sa.DateTime(timezone=aware)

    run = day + timedelta(days=1)
    now = datetime.combine(run, time(6, 12), UTC)
    fits = (lambda engine: engine.knows_zones) if aware else _everywhere
    return Scenario(change, day, now, fits, about=DAYS)


def _move(shop: Shop, by: timedelta) -> None:
    """The whole shop some days later, ids and all that is not a time as before."""
    for table in shop.tables:
        for column, declared in table.columns.items():
            if isinstance(declared, sa.DateTime):
                converted(table.rows, column, lambda moment: moment + by)


def _stored(moment: datetime, zone: ZoneInfo, aware: bool, home: bool) -> datetime:
    utc = moment.replace(tzinfo=moment.tzinfo or UTC)
    if aware:
        return utc
    return (utc.astimezone(zone) if home else utc).replace(tzinfo=None)


for _zone, _days in {
    "Europe/Berlin": (date(2025, 3, 30), date(2025, 10, 26)),
    "America/New_York": (date(2025, 3, 9), date(2025, 11, 2)),
    "Australia/Lord_Howe": (date(2025, 10, 5), date(2025, 4, 6)),
}.items():
    for _change, _day in zip(("spring", "autumn"), _days, strict=True):
        _name = f"{_change}_in_{_zone.rpartition('/')[2].lower()}"
        SCENARIOS[_name] = _clocks_change(_zone, _day, aware=False, home=False)
        SCENARIOS[f"{_name}_aware"] = _clocks_change(_zone, _day, aware=True, home=False)
        SCENARIOS[f"{_name}_local"] = _clocks_change(_zone, _day, aware=False, home=True)


@scenario(about={**EVENTS, **ORDERS, **QUARANTINE})
def days_instead_of_times(shop: Shop) -> None:
    """Every time is a DATE."""
    for table in (shop.events, shop.orders, shop.more[0]):
        for column, declared in table.columns.items():
            if isinstance(declared, sa.DateTime) and column != "seen_at":
                table.columns[column] = sa.Date()
                converted(table.rows, column, lambda moment: moment.date())
    shop.orders.rows[-1]["lc_session_id"] = shop.orders.rows[-2]["lc_session_id"] = None


def _as_text(*forms: str, zone: str = "UTC") -> Change:
    def change(shop: Shop) -> None:
        shop.set("warehouse", naive_timestamps=zone)
        for table in shop.tables:
            for column, declared in table.columns.items():
                if not isinstance(declared, sa.DateTime):
                    continue
                table.columns[column] = sa.String(60)
                for number, row in enumerate(table.rows):
                    if row[column] is not None:
                        row[column] = _spelled(row[column], forms[number % len(forms)], zone)

    return change


def _spelled(moment: datetime, form: str, zone: str) -> str:
    utc = moment.replace(tzinfo=UTC)
    if "+02" in form:
        return (utc + timedelta(hours=2)).strftime(form)
    if "Z" in form or "UTC" in form:
        return utc.strftime(form)
    return utc.astimezone(ZoneInfo(zone)).strftime(form)


_LOCAL = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", " %Y-%m-%d %H:%M:%S.%f789\t")
_OFFSET = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S.%f+02:00", "%Y-%m-%dT%H:%M:%S+0200",
           "%Y-%m-%d %H:%M:%S.%f999Z", "%Y-%m-%d %H:%M:%S+02", "%Y-%m-%d %H:%M:%S UTC")  # fmt: skip
SCENARIOS["times_as_text"] = Scenario(_as_text(*_LOCAL), about=DAYS)
SCENARIOS["times_as_text_with_offsets"] = Scenario(_as_text(*_LOCAL, *_OFFSET), about=DAYS)
SCENARIOS["times_as_text_at_home"] = Scenario(
    _as_text(*_LOCAL, *_OFFSET, zone="America/New_York"), about=DAYS
)


@scenario(about=SALES)
def a_local_text_in_an_hour_that_comes_twice(shop: Shop) -> None:
    """Text without an offset, in hours that a zone skips and repeats."""
    _as_text("%Y-%m-%d %H:%M:%S", zone="America/New_York")(shop)
    for text in ("2025-03-09 01:59:59", "2025-03-09 02:30:00", "2025-03-09 03:00:00"):
        shop.events.rows.append(view(DAY, 0, "skipped") | {"timestamp": text})


def _no_time(text: str) -> Change:
    def change(shop: Shop) -> None:
        _as_text("%Y-%m-%d %H:%M:%S")(shop)
        shop.events.rows[-1]["timestamp"] = text

    return change


for _number, _text in enumerate(
    ("", "soon", "yesterday", "2025-03-32 10:00:00", "2025-03-08 24:00:00", "2025-03-08 10:00:60",
     "2025-3-8 10:00:00", "infinity", "1741435200", "2025-03-08 10:00:00 +02", "08.03.2025")
):  # fmt: skip
    SCENARIOS[f"text_that_is_no_time_{_number}"] = Scenario(
        _no_time(_text), driver_speaks=True, about={}
    )


@scenario(about=EVENTS)
def names_of_every_script(shop: Shop) -> None:
    """Astral, combining and right-to-left letters; case and blanks that tell names apart."""
    names = ["\U0001f6d2 purchase", "e\u0301vent", "\u00e9vent", "\u05e9\u05dc\u05d5\u05dd",
             "Purchase", "purchase ", " purchase", "PURCHASE", "pur\tchase", "stra\u00dfe",
             "STRASSE", "", " ", "\t", "\u00a0", "a%b_c\\d", "\u202eevil", "\uffff", "\U0010ffff",
             "(null)", "null", "'; DROP TABLE x; --", '"q"', "`b`", "a:b", "\u0130",
             "\u0131"]  # fmt: skip
    for back in range(8, -1, -1):
        day = DAY - timedelta(days=back)
        for number, name in enumerate(names):
            shop.events.rows += [view(day, hour + 0.1, name) for hour in range(1 + number % 4)]
    shop.events.rows += [view(DAY, hour, None) for hour in range(9)]


@scenario(about=ORDERS)
def ids_of_every_sort(shop: Shop) -> None:
    """Ids that a language sorts otherwise, blank ones, and ids that differ in case only."""
    ids = ["a", "B", "c", "A", "b", "\u00e4", "Z", "_x", "-x", "10", "9", "\U0001f600", "e\u0301",
           "\u00e9", "o'x", "x\\y", "50%", "", " ", "\t", "\u00a0", "ord-2025",
           "ORD-2025%_\u00c9"]  # fmt: skip
    for number, text in enumerate(ids):
        lost = {"transaction_id": text, "timestamp": at(DAY, 3)}
        shop.events.rows.append(purchase(DAY, 400 + number, number + 0.5) | lost)
        session = [None, "", " \t\n", f"gone {text}", "\u00a0"][number % 5]
        odd = {"transaction_id": text, "purchase_time": at(DAY, 4), "lc_session_id": session}
        shop.orders.rows.append(order(DAY, 500 + number, revenue=number + 0.25) | odd)
    shop.sessions.rows += [{"session_id": "GONE a"}, {"session_id": " "}, {"session_id": None}]
    half = shop.orders.rows[-len(ids) :]
    shop.orders.rows = [r for r in shop.orders.rows if r not in half[::2]] + half[::2]
    for row in half[1::2]:
        row["transaction_id"] = f"{row['transaction_id']}'s"


@scenario(about=ORDERS)
def orphans_by_the_dozen(shop: Shop) -> None:
    """More orphan ids than are named, and duplicates among orders and purchases."""
    for number in range(30):
        shop.orders.rows.append(order(DAY, 600 + number % 25, session="gone"))
        shop.events.rows.append(purchase(DAY, 700 + number % 25, None if number % 3 else 1.1))
    shop.orders.rows += [dict(shop.orders.rows[-1]), order(DAY, 0), order(DAY, 1)]
    shop.events.rows += [purchase(DAY, 0), purchase(DAY, 1, 3.25), purchase(DAY, 2, None)]


@scenario(about=ORDERS)
def across_midnight(shop: Shop) -> None:
    """Purchases whose orders are written the day after, or the day before."""
    tick = timedelta(microseconds=1)
    for number, (bought, ordered) in enumerate(
        ((at(DAY, 24) - tick, at(DAY, 24)), (at(DAY, 0), at(DAY, 0) - tick),
         (at(DAY, 12), at(DAY, 60)), (at(DAY, -12), at(DAY, 12)))
    ):  # fmt: skip
        shop.events.rows.append(purchase(DAY, 800 + number) | {"timestamp": bought})
        shop.orders.rows.append(order(DAY, 800 + number, "gone") | {"purchase_time": ordered})


@scenario(about=EVENTS)
def a_future(shop: Shop) -> None:
    """Events after now, orders after now."""
    shop.events.rows += [view(date(2031, 1, 1), 3.0), view(date(9999, 12, 31), 23.9)]
    shop.events.rows += [view(date(2025, 3, 9), hour) for hour in (6.1, 6.2, 6.3)]
    shop.orders.rows += [order(date(2031, 1, 1), 1, "gone")]


@scenario(now=datetime(2025, 3, 8, 12, 0, 0, 1, tzinfo=UTC))
def a_running_day(shop: Shop) -> None:
    """The judged day is not over."""
    shop.events.rows += [view(DAY, 12, "now"), purchase(DAY, 900) | {"timestamp": at(DAY, 12)}]
    shop.orders.rows += [order(DAY, 901, "gone") | {"purchase_time": at(DAY, 12)}]


@scenario(about={**EVENTS, **ORDERS, **RUNS, **QUARANTINE})
def empty_tables(shop: Shop) -> None:
    """Nothing anywhere."""
    for table in shop.tables:
        table.rows = []


@scenario(about=EVENTS)
def a_first_day(shop: Shop) -> None:
    """Nothing before the judged day."""
    for table, column in ((shop.events, "timestamp"), (shop.orders, "purchase_time")):
        table.rows = todays(table.rows, column)


@scenario(about=RUNS)
def a_log_of_many_words(shop: Shop) -> None:
    """Several loads at the same moment, odd counts, words for statuses, NULLs."""
    odd = [(1000, 10), (None, 4), (10, None), (0, 0), (10, 11), (10, -1), (2**40, 7)]
    states = ["SUCCESS", "failed", None, "running", "odd", "", "ok"]
    for number, ((read, rejected), state) in enumerate(zip(odd, states, strict=True)):
        name = [None, "", "b.csv", "a.csv", "\u00e4.csv", "B.csv", "c 2025-03-07.csv"][number]
        shop.log.rows.append(log_entry(DAY, read, rejected, filename=name, status=state))
    shop.log.rows.append(log_entry(DAY, 5, 5) | {"run_timestamp": None})


@scenario(about=SALES)
def nothing_but_odd_names(shop: Shop) -> None:
    """Tables and columns whose names need quotes, or are keywords."""
    odd = "Odd ta'ble %s" if shop.engine.any_table_name else "Order"
    shop.events.name, shop.orders.name = odd, "select"
    renamed = {"event_name": "ev`ent na%me", "timestamp": "Order By", "revenue": "re:venue"}
    shop.events.columns = {renamed.get(k, k): v for k, v in shop.events.columns.items()}
    shop.events.rows = [{renamed.get(k, k): v for k, v in r.items()} for r in shop.events.rows]
    shop.set(
        "events", table=f'"{odd}"', name="ev`ent na%me", occurred_at="order by",
        revenue="re:venue",
    )  # fmt: skip
    shop.set("orders", table='"select"')


@scenario(fits=lambda engine: engine.has_schemas, about=SALES)
def tables_in_a_schema(shop: Shop) -> None:
    """A schema in front of the table's name."""
    shop.events.schema, shop.orders.schema = "lake", "lake"
    shop.set("events", table="lake.stg_events")
    shop.set("orders", table='"lake"."fct_attribution"')


@scenario(about=SALES)
def queries_instead_of_tables(shop: Shop) -> None:
    """Colons, percent signs, quotes and comments in a query."""
    shop.set(
        "events", table=None,
        query="SELECT e.*, ' :x %% %s {y} ''q'' ' AS odd -- :a comment %\n"
        "FROM stg_events e WHERE client_id <> ':nobody%' /* an other: % */ -- the last",
    )  # fmt: skip
    shop.set("sessions", table=None, query="SELECT session_id FROM dim_sessions;")


@scenario(about=ORDERS)
def ids_of_different_types(shop: Shop) -> None:
    """Text on one side, whole numbers on the other."""
    shop.sessions.columns["session_id"] = shop.orders.columns["transaction_id"] = sa.BigInteger()
    shop.sessions.rows = [{"session_id": n} for n in range(131)]
    for number, row in enumerate(shop.orders.rows):
        row |= {"lc_session_id": str(number), "transaction_id": number}
    for number, row in enumerate(r for r in shop.events.rows if r["transaction_id"]):
        row["transaction_id"] = str(number + 1)


@scenario(about={})
def a_revenue_that_is_a_truth(shop: Shop) -> None:
    """A column of the wrong type: a boolean for an amount."""
    shop.events.columns["revenue"] = sa.Boolean()
    converted(shop.events.rows, "revenue", bool)


@scenario(about={})
def a_time_that_is_a_number(shop: Shop) -> None:
    """A column of the wrong type: a number for a time."""
    shop.events.columns["timestamp"] = sa.BigInteger()
    converted(shop.events.rows, "timestamp", lambda moment: int(moment.timestamp()))


@scenario(about={})
def missing_columns(shop: Shop) -> None:
    """Columns that are mapped and not there, needed and not needed."""
    shop.set("events", revenue="reveneu", order_id="order")
    shop.set("orders", revenue="amount")
    shop.set("audit_log", rows_inserted="inserted", status="state")


@scenario(about={})
def ten_thousand_names(shop: Shop) -> None:
    """More event names than anybody reads."""
    shop.events.rows += [
        view(DAY - timedelta(days=n % 3), 0.002 * (n % 10_000), f"name {n % 10_000}")
        for n in range(12_000)
    ]


@scenario(about={"volume": EVENTS["volume"], "power": EVENTS["power"]})
def dimensions_of_every_sort(shop: Shop) -> None:
    """Text, numbers and truths with NULLs, one that fell, and a column that is no dimension."""
    columns = {"channel": sa.String(300), "shelf": sa.BigInteger(), "is_app": sa.Boolean(),
               "price": sa.Double()}  # fmt: skip
    shop.events.columns |= columns
    texts = ["Ads", "ads", "\u00c4ds", "", " ", None, "=x", "a" * 250]
    for number, row in enumerate(shop.events.rows):
        row |= {"channel": texts[number % 8], "shelf": (7, -3, None)[number % 3],
                "is_app": (True, False, None)[number % 3], "price": 1.5}  # fmt: skip
    for back in range(11):
        day = DAY - timedelta(days=back)
        wide = {"channel": "mail", "shelf": 12, "is_app": back > 0, "price": 2.5}
        shop.events.rows += [view(day, 0.3 * n) | wide for n in range(60 if back else 4)]
    shop.set("events", dimensions=["channel", "shelf", "is_app", "price"])


@scenario(about={"volume": EVENTS["volume"]})
def two_hundred_values_and_more(shop: Shop) -> None:
    """More values than are told apart, with ties where they are cut."""
    shop.events.columns["channel"] = sa.String(40)
    for row in shop.events.rows:
        row["channel"] = "all"
    for back in range(3):
        day = DAY - timedelta(days=back)
        shop.events.rows += [
            view(day, 0.05 * number)
            | {"channel": ("\u00e9", "Z", "b", "A")[number % 4] + str(number)}
            for number in range(240)
        ]
    shop.set("events", dimensions=["channel"])


@scenario(about=SALES)
def purchases_without_amounts(shop: Shop) -> None:
    """Ids and names that are listed, in the order of time and then of themselves."""
    names = ["purchase", "checkout_completed"]
    shop.events.columns["transaction_id"] = sa.String(400)
    for number, text in enumerate(["b", "A", "a", "\u00e4", None, " ", "Z", "x" * 300]):
        row = purchase(DAY, 0, None) | {"transaction_id": text, "timestamp": at(DAY, 2)}
        shop.events.rows.append(row | {"event_name": names[number % 2]})


def _demo(story: str) -> Change:
    def change(shop: Shop) -> None:
        shop.events, shop.orders, shop.sessions, shop.log = demo_tables(story)
        shop.set("audit_log", rows_inserted="rows_inserted")

    return change


for _story in (name for name, _scenario in STORIES.items() if _scenario.shape is NIGHTLY):
    _about = {**EVENTS, **ORDERS, **RUNS}
    SCENARIOS[f"demo_{_story.replace('-', '_')}"] = Scenario(_demo(_story), about=_about)
