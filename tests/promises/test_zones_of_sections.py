"""Each section's times without an offset are read in that section's zone, wherever they are read.

The stored times of a section are moved to another zone, and the section says so: report and
evidence are those of a shop that stores everything in UTC. All of it is asked, on every engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.config.naive_zones import NaiveZones
from checks.core.timeframe import midnight, timeframe
from checks.evaluation.validation import validate
from checks.evidence import rejected_rows
from checks.evidence.context import open_context
from checks.measuring.daily import fingerprint
from checks.measuring.measurements import Measurements
from tests.engines import named
from tests.shop import DAY, NOW, RUN, Row, Shop, Table, at, log_entry, view
from tests.warehouse.answers import (
    EVENTS,
    ORDERS,
    REJECTED,
    RUNS,
    Answers,
    Ask,
    differences,
    evidence_of,
    report_of,
)

#: By section, the column of its times.
TIMES = {
    "audit_log": "run_timestamp",
    "events": "timestamp",
    "orders": "purchase_time",
    "sessions": "started_at",
    "quarantine": "rejected_at",
}
#: A different zone for each section; no two are at the same time.
APART = {
    "audit_log": "Asia/Tokyo",
    "events": "Europe/Berlin",
    "orders": "America/New_York",
    "sessions": "Pacific/Kiritimati",
    "quarantine": "Asia/Kolkata",
}
Times = Mapping[str, list[datetime]]
Untouched = tuple[Times, Answers]
WHEN: Mapping[str, Any] = {"date": RUN, "now": NOW, "record": False}
AHEAD_AND_BEHIND = ("Pacific/Kiritimati", "Pacific/Pago_Pago")
# The rejected rows themselves show times as they are stored: of them only the number is the same.
QUESTIONS: Mapping[str, Ask] = {
    **EVENTS,
    **ORDERS,
    **RUNS,
    **{name: ask for name, ask in REJECTED.items() if not name.startswith("rejected rows")},
    **{
        f"{hour} o'clock": lambda context, hour=hour: rejected_rows.read(context, hour=hour).total
        for hour in ("00", "05", "12", "23")
    },
}
_REJECTED_COLUMNS: Mapping[str, Any] = {
    "rejected_at": sa.DateTime(),
    "why": sa.String(40),
    "file": sa.String(40),
}


def fill(shop: Shop) -> None:
    """Failures of several kinds, so that what explains them is asked too; rows at every bound."""
    _sessions_with_times(shop)
    shop.events.rows += [
        view(DAY, 0, "edge") | {"timestamp": moment} for moment in _around(at(DAY, 0), at(DAY, 24))
    ]
    shop.events.rows = [row for row in shop.events.rows if not _is_of_a_gap(row)]
    shop.log.rows[-1]["rows_quarantined"] = 120
    shop.more.append(Table("rejected", dict(_REJECTED_COLUMNS), list(_rejected())))
    shop.set("quarantine", table="rejected", occurred_at="rejected_at", reason="why", source="file")


def _sessions_with_times(shop: Shop) -> None:
    """Each session began just before its order; two began too early, of two orders of the day."""
    shop.sessions.columns["started_at"] = sa.DateTime()
    shop.sessions.rows = [
        {"session_id": row["lc_session_id"], "started_at": row["purchase_time"]}
        for row in shop.orders.rows
    ]
    first = at(DAY - timedelta(days=1), 0)
    for row, started_at in zip(shop.sessions.rows[-3:], _around(first), strict=True):
        row["started_at"] = started_at
    shop.sessions.rows[-4]["started_at"] = at(DAY, 24)
    shop.set("sessions", started_at="started_at", lookback_days=1)


def _around(*moments: datetime) -> list[datetime]:
    tick = timedelta(microseconds=1)
    return [moment + shift for moment in moments for shift in (-tick, timedelta(), tick)]


def _is_of_a_gap(row: Row) -> bool:
    """Whether an event happened on the judged day from 3 to 20 o'clock: none is left."""
    return bool(at(DAY, 3) <= row["timestamp"] < at(DAY, 20))


def _rejected() -> Iterator[Row]:
    for back in range(8):
        day = DAY - timedelta(days=back)
        for number in range(24 if back else 110):
            why = "client_id: missing" if number % 3 else "timestamp: not a valid time"
            hour = number % 24 if back else 5 + number % 4
            yield {"rejected_at": at(day, hour), "why": why, "file": f"events_{day:%Y%m%d}.csv"}
    for moment in _around(at(DAY, 0), at(DAY, 24)):
        yield {"rejected_at": moment, "why": "edge", "file": f"events_{DAY:%Y%m%d}.csv"}


def table_of(shop: Shop, section: str) -> Table:
    """The table that a section maps."""
    name = shop.settings[section]["table"]
    return next(table for table in shop.tables if table.name == name)


def times_of(shop: Shop) -> Times:
    """By section, the times of its rows, in UTC."""
    return {
        section: [row[column] for row in table_of(shop, section).rows]
        for section, column in TIMES.items()
    }


def store(shop: Shop, times: Times, zones: Mapping[str, str], *, text: bool = False) -> None:
    """Write each section's times in its zone, else in UTC; as text without an offset, or typed."""
    for section, column in TIMES.items():
        table, zone = table_of(shop, section), ZoneInfo(zones.get(section, "UTC"))
        table.columns[column] = sa.String(40) if text else sa.DateTime()
        for row, moment in zip(table.rows, times[section], strict=True):
            local = moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
            row[column] = local.isoformat(" ", "microseconds") if text else local


def say(shop: Shop, zones: Mapping[str, str | None]) -> None:
    """Name the zones of sections in the configuration; None removes a section's own."""
    for section, zone in zones.items():
        shop.set(section, naive_timestamps=zone)


def answers(shop: Shop, day: date = DAY, now: datetime = NOW) -> Answers:
    """The report and all evidence of a day."""
    shop.write()
    config = shop.config()
    report = report_of(config, date=day + timedelta(days=1), now=now, record=False)
    return {"report": report, **evidence_of(config, QUESTIONS, day, now)}


@pytest.fixture
def filled(shop: Shop) -> Shop:
    """A shop with failures, on each engine."""
    fill(shop)
    return shop


@pytest.fixture
def filled_duck(tmp_path: Path) -> Shop:
    """The same in a DuckDB file."""
    shop = Shop(tmp_path, named("duckdb").warehouse(tmp_path))
    fill(shop)
    return shop


@pytest.mark.parametrize("text", [False, True], ids=["typed", "text"])
def test_every_section_in_a_zone_of_its_own(filled: Shop, text: bool) -> None:
    times = times_of(filled)
    store(filled, times, {}, text=text)
    in_utc = answers(filled)
    statuses = {check["id"]: check["status"] for check in in_utc["report"]["checks"]}
    assert {name for name, status in statuses.items() if status == "red"} == {
        "quarantine_rate", "volume_zscore", "volume_expected", "orphan_orders",
}, statuses  # fmt: skip
    store(filled, times, APART, text=text)
    say(filled, APART)
    assert list(differences(answers(filled), in_utc)) == []


@pytest.mark.parametrize("zone", AHEAD_AND_BEHIND)
@pytest.mark.parametrize("section", TIMES)
def test_one_section_alone(filled_duck: Shop, section: str, zone: str) -> None:
    """And where it is not said, or said of the others only, the answers are different."""
    times, zones = times_of(filled_duck), {section: zone}
    in_utc = answers(filled_duck)
    store(filled_duck, times, zones)
    assert list(differences(answers(filled_duck), in_utc)) != []
    say(filled_duck, zones)
    assert list(differences(answers(filled_duck), in_utc)) == []
    # The warehouse's zone is that of the others only.
    others = {other: zone for other in TIMES if other != section}
    filled_duck.set("warehouse", naive_timestamps=zone)
    say(filled_duck, {section: "UTC"})
    store(filled_duck, times, others)
    assert list(differences(answers(filled_duck), in_utc)) == []
    say(filled_duck, {section: None})
    assert list(differences(answers(filled_duck), in_utc)) != []


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Chatham",
     "Pacific/Kiritimati", "Pacific/Pago_Pago", "Etc/GMT+12"]
)  # fmt: skip


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(default=ZONES, own=st.dictionaries(st.sampled_from(list(TIMES)), ZONES))
def test_any_zones_judge_the_same(
    filled_duck: Shop, untouched: Untouched, default: str, own: dict[str, str]
) -> None:
    times, report = untouched
    filled_duck.set("warehouse", naive_timestamps=default)
    say(filled_duck, {section: own.get(section) for section in TIMES})
    store(filled_duck, times, {section: own.get(section, default) for section in TIMES})
    filled_duck.write()
    assert list(differences(report_of(filled_duck.config(), **WHEN), report)) == []


@pytest.fixture
def untouched(filled_duck: Shop) -> Untouched:
    """The times in UTC, and the report of the shop that stores them so."""
    filled_duck.write()
    return times_of(filled_duck), report_of(filled_duck.config(), **WHEN)


def test_a_zone_that_is_the_warehouses_changes_no_statement(filled_duck: Shop) -> None:
    filled_duck.set("warehouse", naive_timestamps="Europe/Berlin")
    filled_duck.write()
    plain = statements(filled_duck)
    say(filled_duck, dict.fromkeys(TIMES, "Europe/Berlin"))
    assert statements(filled_duck) == plain


@pytest.mark.parametrize("section", TIMES)
def test_explained_statements_have_the_bounds_of_their_own_section(
    filled_duck: Shop, section: str
) -> None:
    """Only the statements that read a section's times change with its zone."""
    filled_duck.write()
    before = statements(filled_duck)
    say(filled_duck, {section: "Europe/Berlin"})
    after = statements(filled_duck)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == READ_BY[section]


#: By section, the statements that read its times.
READ_BY = {
    "audit_log": {"audit_log"},
    "events": {"events", "older events", "earlier events by event_name", "purchases"},
    "orders": {"orders", "purchases"},
    "sessions": {"orders"},
    "quarantine": {"quarantine"},
}


def statements(shop: Shop) -> dict[str, tuple[str, ...]]:
    """By name, the statements that `andon validate --explain` shows."""
    frame = timeframe(NOW, ZoneInfo("UTC"), run_date=RUN)
    lines = validate(shop.config(), explained=frame)
    return {
        line.text.removeprefix("query of ").partition(":")[0].partition(" (")[0]: line.more
        for line in lines
        if line.text.startswith("query of ")
    }


def test_remembered_counts_are_of_the_zone_of_the_events(filled_duck: Shop) -> None:
    def digest(zone: str | None, **own: str | None) -> str:
        filled_duck.set("warehouse", naive_timestamps=zone)
        say(filled_duck, dict.fromkeys(TIMES) | own)
        return fingerprint(filled_duck.config())

    before = digest(None)
    assert digest("UTC") == digest(None, events="UTC") == before
    assert digest("Europe/Berlin", events="UTC") == before
    in_berlin = digest(None, events="Europe/Berlin")
    assert in_berlin == digest("Europe/Berlin") != before
    for section in set(TIMES) - {"events"}:
        assert digest(None, **{section: "Europe/Berlin"}) == before


TWICE = date(2025, 10, 26)


@pytest.mark.parametrize("text", [False, True], ids=["typed", "text"])
@pytest.mark.parametrize(
    ("warehouse", "own", "status"),
    [
        ("Europe/Berlin", None, "red"),
        ("Europe/Berlin", "UTC", "green"),
        ("UTC", "Europe/Berlin", "red"),
        ("UTC", None, "green"),
    ],
)
def test_an_hour_comes_twice_in_the_zone_of_the_section_only(
    shop: Shop, warehouse: str, own: str | None, status: str, text: bool
) -> None:
    """02:10 failed and 02:50 did not: where the hour comes twice, nobody knows which was last."""
    shop.settings["timezone"] = "Europe/Berlin"
    shop.set("warehouse", naive_timestamps=warehouse)
    say(shop, {"audit_log": own})
    entry = shop.log.rows[-1] | {"filename": "web.csv"}
    first, second = (datetime.combine(TWICE, time(2, minute)) for minute in (10, 50))
    if text:
        shop.log.columns["run_timestamp"] = sa.String(40)
    shop.log.rows = [
        entry | {"run_timestamp": str(moment) if text else moment, "status": word}
        for moment, word in ((first, "failed"), (second, "success"))
    ]
    shop.write()
    now = datetime(2025, 10, 26, 12, tzinfo=UTC)
    assert shop.verdicts(date=TWICE, now=now)["run_status"].status.value == status


@pytest.mark.parametrize("day", [date(2025, 3, 30), TWICE], ids=["skipped", "twice"])
@pytest.mark.parametrize("naive", ["UTC", "Europe/Berlin", "America/New_York"])
def test_a_day_on_which_clocks_change(shop: Shop, day: date, naive: str) -> None:
    """Events once every half hour in a zone of their own; the log stays in UTC."""
    home = ZoneInfo("Europe/Berlin")
    shop.settings["timezone"] = home.key
    start, end = (midnight(day + timedelta(days=more), home) for more in (0, 1))
    count = (end - start) // timedelta(minutes=30)
    moments = [start + timedelta(minutes=30 * number + 1) for number in range(-2, count + 2)]
    shop.events.rows = [
        view(day, 0, "half hour")
        | {"timestamp": moment.astimezone(ZoneInfo(naive)).replace(tzinfo=None)}
        for moment in moments
    ]
    shop.log.rows = [log_entry(day) | {"run_timestamp": at(day + timedelta(days=1), -1)}]
    say(shop, {"events": naive})
    shop.write()
    now = datetime.combine(day, time(12), UTC) + timedelta(days=1)
    verdicts = shop.verdicts(date=day + timedelta(days=1), now=now)
    with open_context(shop.config(), day, now) as context:
        events = Measurements(context.config, context.frame, context.warehouse).events()
    assert events.by_name["half hour"][-1] == count == (46 if day.month == 3 else 50)
    # 23:00 UTC is after midnight of the shop in winter and in summer.
    assert verdicts["log_entry_exists_today"].value == 1


@pytest.mark.parametrize("text", [False, True], ids=["typed", "text"])
@pytest.mark.parametrize(
    ("warehouse", "own"), [("Asia/Tokyo", None), ("UTC", "Asia/Tokyo"), ("UTC", None)]
)
def test_entries_after_now_name_the_zone_that_decides(
    filled_duck: Shop, warehouse: str, own: str | None, text: bool
) -> None:
    """An entry of now in Kiritimati's time is after now in every zone of the cases."""
    store(filled_duck, times_of(filled_duck), {"audit_log": "Pacific/Kiritimati"}, text=text)
    filled_duck.log.rows = filled_duck.log.rows[-1:]
    filled_duck.set("warehouse", naive_timestamps=warehouse)
    say(filled_duck, {"audit_log": own})
    filled_duck.write()
    verdict = filled_duck.verdicts()["log_entry_exists_today"]
    assert verdict.details["entries_after_now"] == 1
    assert verdict.action.endswith(
        "; check the clock and the time zone of the system that writes the log, and "
        f"audit_log.naive_timestamps ({own or warehouse})."
    )


def test_entries_with_a_zone_of_their_own_name_no_key(filled_duck: Shop) -> None:
    filled_duck.log.columns["run_timestamp"] = sa.DateTime(timezone=True)
    late = NOW + timedelta(hours=1)
    filled_duck.log.rows = [filled_duck.log.rows[-1] | {"run_timestamp": late}]
    filled_duck.write()
    verdict = filled_duck.verdicts()["log_entry_exists_today"]
    assert verdict.details["entries_after_now"] == 1
    assert verdict.action.endswith("the time zone of the system that writes the log.")


@pytest.mark.parametrize("section", TIMES)
@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        (sa.DateTime(timezone=True), "timestamp with time zone"),
        (sa.Date(), "date"),
        (sa.DateTime(), None),
        (sa.String(40), None),
    ],
)
def test_a_zone_that_no_value_needs_is_said(
    filled_duck: Shop, section: str, declared: Any, kind: str | None
) -> None:
    column, table = TIMES[section], table_of(filled_duck, section)
    table.columns[column], table.rows = declared, []
    filled_duck.write()
    assert _warned(filled_duck) == []
    say(filled_duck, {section: "Asia/Tokyo"})
    text = f"{section}.naive_timestamps is set, but column '{column}' is a {kind}: it has no effect"
    assert _warned(filled_duck) == ([text] if kind else [])


@pytest.mark.parametrize("section", TIMES)
def test_a_missing_column_with_a_zone_has_its_own_line(filled_duck: Shop, section: str) -> None:
    key = next(k for k, name in filled_duck.settings[section].items() if name == TIMES[section])
    filled_duck.set(section, **{key: "no_such_column", "naive_timestamps": "Asia/Tokyo"})
    filled_duck.write()
    failed = [line.text for line in validate(filled_duck.config()) if not line.ok]
    assert [text for text in failed if text.startswith(f"{section}.{key}: missing_column")]
    assert _warned(filled_duck) == []


def _warned(shop: Shop) -> list[str]:
    return [line.text for line in validate(shop.config()) if line.warns]


def test_a_section_that_is_not_one_has_no_zone() -> None:
    zones = NaiveZones.of(ZoneInfo("UTC"))
    assert zones.of_section("orders") == ZoneInfo("UTC")
    with pytest.raises(LookupError):
        zones.of_section("of_section")
