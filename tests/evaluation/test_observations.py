"""Warnings from measured values, just before, at and after each limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from checks.catalog import all_checks
from checks.config.database import WarehouseConfig
from checks.config.model import (
    AuditLogSource,
    CheckSettings,
    Config,
    EventsSource,
)
from checks.core.audit_log import AuditEntry
from checks.core.calendar import Calendar, SpecialDay
from checks.core.metrics import EventCounts, Purchases
from checks.core.values import BadValue
from checks.evaluation.observations import observations
from checks.measuring.measurements import CompletedReadings
from tests.catalog.samples import (
    DAY,
    FORBIDDEN,
    FRAME,
    HOSTILE,
    LIVE,
    daily,
    entry,
    events,
    log,
)

CONFIG = Config(
    path=Path("andon.yml"),
    pipeline="shop",
    timezone=ZoneInfo("UTC"),
    warehouse=WarehouseConfig(url="duckdb://"),
    checks={check.id: CheckSettings(params=check.params()) for check in all_checks()},
    audit_log=AuditLogSource(
        run_at="at", rows_read="read", rows_quarantined="bad", table="log", rows_inserted="in"
    ),
    events=EventsSource(occurred_at="at", name="name", table="events", revenue="revenue"),
)


def warnings_of(config: Config = CONFIG, frame: Any = FRAME, **readings: Any) -> tuple[str, ...]:
    return observations(config, frame, CompletedReadings(**readings))


def inserted(rows: Any, read: Any = 1000, bad: Any = 4, **fields: Any) -> AuditEntry:
    return replace(entry(read=read, quarantined=bad, **fields), rows_inserted=rows)


def revenue(amounts: Sequence[float], rows: Sequence[int], **fields: Any) -> EventCounts:
    """Days of so much revenue by so many purchases."""
    counts = events({"purchase": tuple(rows)}, bought=rows)
    bought = Purchases(
        tuple(rows), tuple(rows), fields.pop("negative", 0), fields.pop("zero", 0), tuple(amounts)
    )
    return replace(counts, purchases=bought, **fields)


def test_what_was_not_read_is_not_spoken_of() -> None:
    assert warnings_of() == ()
    assert warnings_of(audit_log=log(), events=events({}, bought=(0,) * 8)) == ()


@pytest.mark.parametrize(
    ("rows", "expected_text"), [(995, "1 fewer"), (996, ""), (997, "1 more"), (0, "996 fewer")]
)
def test_a_load_that_does_not_add_up(rows: int, expected_text: str) -> None:
    warnings = warnings_of(audit_log=log(inserted(rows)))
    assert len(warnings) == bool(expected_text)
    assert all(f"rejected 4: together {expected_text} than it read" in text for text in warnings)


@pytest.mark.parametrize(
    "load",
    [
        inserted(None),
        inserted(BadValue("'n/a', not a number")),
        inserted(100, read=BadValue("NULL")),
        inserted(100, bad=BadValue("NULL")),
        inserted(5, status="failed"),
        inserted(5, status="running"),
        inserted(5, status="unheard of"),
        inserted(5, status=None),
    ],
)
def test_counts_that_say_nothing_are_left_to_the_checks(load: AuditEntry) -> None:
    assert warnings_of(audit_log=log(load), events=events()) == ()


def test_only_loads_that_count_are_added_up() -> None:
    again = (inserted(5, hour=3, status="failed"), inserted(996, hour=4))
    assert warnings_of(audit_log=log(*again)) == ()
    twice = (inserted(5, hour=3), inserted(996, hour=4))
    assert warnings_of(audit_log=replace(log(*twice), several="replace")) == ()
    assert len(warnings_of(audit_log=log(*twice))) == 1  # nobody can tell: both may count


def test_without_a_status_every_load_has_to_add_up() -> None:
    assert len(warnings_of(audit_log=log(inserted(5, status=None), has_status=False))) == 1


def test_a_few_sentences_stand_for_many() -> None:
    loads = [inserted(5, source=f"s{number}") for number in range(5)]
    *shown, last = warnings_of(audit_log=log(*loads))
    assert (len(shown), last) == (3, "audit_log: and 2 more")
    assert len(warnings_of(audit_log=log(*loads[:3]))) == 3
    assert warnings_of(audit_log=log(*loads[:4]))[-1] == "audit_log: and 1 more"


def _differ(rows: int, there: int, **more: Any) -> tuple[str, ...]:
    load = inserted(rows, read=rows + 4, source=more.pop("source", "web.csv"))
    frame = more.pop("frame", FRAME)
    seen = events({"page_view": (100,) * 7 + (there,)})
    return warnings_of(frame=frame, audit_log=log(load), events=seen)


@pytest.mark.parametrize(
    ("rows", "there", "is_said"),
    [
        (100, 110, False), (100, 111, True), (100, 90, False), (100, 89, True),
        (10_000, 10_100, False), (10_000, 10_101, True), (10_000, 9_900, False),
        (10_000, 9_899, True), (0, 10, False), (0, 11, True),
    ],
)  # fmt: skip
def test_what_was_inserted_lies_near_what_is_there(rows: int, there: int, is_said: bool) -> None:
    assert bool(_differ(rows, there)) is is_said


@pytest.mark.parametrize(
    ("source", "is_said"),
    [(None, True), ("web", True), ("web_20250308.csv", True), ("web_20250307.csv", False)],
)
def test_a_load_of_another_day_says_nothing_of_this_one(source: str | None, is_said: bool) -> None:
    assert bool(_differ(1000, 10, source=source)) is is_said


def test_a_day_that_is_not_the_runs_is_not_compared() -> None:
    assert _differ(1000, 10, frame=LIVE) == ()
    assert _differ(1000, 10, frame=replace(FRAME, data_date=DAY - timedelta(days=1))) == ()


def test_loads_of_the_same_time_cannot_be_added() -> None:
    tied = (inserted(500, read=504), inserted(300, read=304))
    assert warnings_of(audit_log=log(*tied), events=events()) == ()


def test_several_loads_are_added() -> None:
    both = [inserted(60, read=64, source=name) for name in ("a", "b")]
    assert warnings_of(audit_log=log(*both), events=events({"page_view": (110,) * 8})) == ()
    (text,) = warnings_of(audit_log=log(*both), events=events({"page_view": (109,) * 8}))
    assert "the loads of 9 March inserted 120 rows, but events has 109 of Saturday 8 March" in text


@pytest.mark.parametrize(
    ("before", "of_day"),
    [
        ("events-07.03.2025.csv", "events-08.03.2025.csv"),
        ("events_20250307.csv", "events_20250308.csv"),
        ("y=2025/m=3/d=7", "y=2025/m=3/d=8"),
        ("web/2025/03/07", "web/2025/03/08"),
    ],
)
def test_a_load_of_another_day_is_not_compared(before: str, of_day: str) -> None:
    both = [inserted(60, read=64, source=name) for name in (before, of_day)]
    assert warnings_of(audit_log=log(*both), events=events({"page_view": (60,) * 8})) == ()
    assert len(warnings_of(audit_log=log(*both), events=events({"page_view": (120,) * 8}))) == 1


PAST = (100.0,) * 7
BOUGHT = (10,) * 8


@pytest.mark.parametrize(
    ("amount", "expected_text"),
    [(499.99, ""), (500.0, ""), (500.01, "more than 5 times the usual 100.00"), (20.01, ""),
     (20.0, ""), (19.99, "less than 1/5 of the usual 100.00")],
)  # fmt: skip
def test_revenue_and_basket_have_the_same_limits(amount: float, expected_text: str) -> None:
    warnings = warnings_of(events=revenue((*PAST, amount), BOUGHT))
    assert len(warnings) == (2 if expected_text else 0)
    if expected_text:
        assert expected_text in warnings[0]
        assert warnings[0].startswith(
            f"events.revenue: revenue is {amount:,.2f} on Saturday 8 March"
        )
        assert warnings[1].startswith("events.revenue: the mean purchase is ")


def test_a_basket_alone_and_revenue_alone() -> None:
    (basket,) = warnings_of(events=revenue((*PAST, 102.0), (10,) * 7 + (2,)))
    assert "the mean purchase is 51.00" in basket
    (total,) = warnings_of(events=revenue((*PAST, 600.0), (10,) * 7 + (60,)))
    assert "revenue is 600.00" in total


@pytest.mark.parametrize(("days", "is_said"), [(2, False), (3, True)])
def test_three_days_with_purchases_say_what_is_usual(days: int, is_said: bool) -> None:
    past = (0.0,) * (7 - days) + (100.0,) * days
    rows = (0,) * (7 - days) + (10,) * days + (10,)
    assert bool(warnings_of(events=revenue((*past, 9999.0), rows))) is is_said


def test_marked_days_are_neither_usual_nor_judged_by_revenue() -> None:
    sale = Calendar({DAY: SpecialDay("sale")})
    (text,) = warnings_of(events=revenue((*PAST, 600.0), BOUGHT, calendar=sale))
    assert "the mean purchase is" in text
    first = date(2025, 3, 1)
    marked = Calendar({first + timedelta(days=i): SpecialDay("sale") for i in range(5)})
    assert warnings_of(events=revenue((*PAST, 600.0), BOUGHT, calendar=marked)) == ()


def test_revenue_that_is_usually_nothing_is_no_measure() -> None:
    assert warnings_of(events=revenue((0.0,) * 7 + (600.0,), BOUGHT)) == ()


@pytest.mark.parametrize(("count", "is_said"), [(2, False), (3, True)])
def test_a_few_purchases_of_nothing_may_be_chance(count: int, is_said: bool) -> None:
    seen = revenue((*PAST, 0.0), (10,) * 7 + (count,), zero=count)
    assert bool(warnings_of(events=seen)) is is_said


@pytest.mark.parametrize(
    ("zero", "negative", "expected_text"),
    [(10, 0, "have zero revenue"), (0, 10, "have negative revenue"),
     (4, 6, "have zero or negative revenue"), (4, 5, "")],
)  # fmt: skip
def test_purchases_without_any_above_zero(zero: int, negative: int, expected_text: str) -> None:
    warnings = warnings_of(events=revenue((*PAST, 50.0), BOUGHT, zero=zero, negative=negative))
    sentence = f"events.revenue: all 10 purchases {expected_text} on Saturday 8 March"
    assert warnings == ((sentence,) if expected_text else ())


def _dimensions(values: dict[str, Sequence[int]], **fields: Any) -> tuple[str, ...]:
    seen = daily((10,) * 8, dimensions={"channel": values}, **fields)
    return warnings_of(events=events({"page_view": (10,) * 8}), daily_counts=seen)


def test_a_dimension_of_many_values_is_used() -> None:
    assert _dimensions({"web": (5,) * 8, "app": (5,) * 8}) == ()
    assert _dimensions({"web": (5,) * 8}, rest={"channel": 5}) == ()
    assert len(_dimensions({"web": (10,) * 8})) == 1
    assert "is NULL in all events of 8 days" in _dimensions({"(null)": (10,) * 8})[0]


def test_an_older_day_is_enough_for_a_name() -> None:
    config = replace(CONFIG, events=_events(purchase_names=("purchase", "bought")))
    seen = events({"purchase": (5,) * 8}, bought=(5,) * 8)
    (text,) = warnings_of(config, events=seen)
    assert text == "events.purchase_names: no event is named 'bought' in 8 days"
    older = {"purchase": (5,) * 30, "bought": (1, *(0,) * 29)}
    assert warnings_of(config, events=seen, daily_counts=daily(older)) == ()
    never = {"purchase": (5,) * 30}
    assert "in 30 days" in warnings_of(config, events=seen, daily_counts=daily(never))[0]
    rest = daily(never, rest={"event name": 3})
    assert "in 8 days" in warnings_of(config, events=seen, daily_counts=rest)[0]
    assert warnings_of(config, frame=LIVE, events=seen) == ()


def _events(**fields: Any) -> EventsSource:
    assert CONFIG.events is not None
    return replace(CONFIG.events, **fields)


def test_a_lookalike_is_said_unless_it_is_ignored_or_the_hint_of_a_name() -> None:
    seen = events({"purchase": (5,) * 8, "Purchase": (2,) * 8})
    (text,) = warnings_of(events=seen)
    assert "16 events are named 'Purchase' in 8 days, which looks like 'purchase'" in text
    checks = dict(CONFIG.checks)
    params = replace(checks["event_volume"].params, ignore=("Purchase",))
    checks["event_volume"] = replace(checks["event_volume"], params=params)
    assert warnings_of(replace(CONFIG, checks=checks), events=seen) == ()
    both = replace(CONFIG, events=_events(purchase_names=("purchase", "pur chase")))
    assert len(warnings_of(both, events=seen)) == 2
    unseen = replace(seen, purchases=Purchases((0,) * 8, (0,) * 8))
    only = events({"Purchase": (2,) * 8}, bought=(0,) * 8)
    assert len(warnings_of(events=only)) == 1
    assert len(warnings_of(events=unseen)) == 1


def test_hostile_values_are_inert() -> None:
    bought = {"purchase": (5,) * 8, f"purchase{HOSTILE[:6]}": (1,) * 8, "_pur\u202echase": (1,) * 8}
    config = replace(CONFIG, events=_events(purchase_names=("purchase", HOSTILE)))
    seen = daily((10,) * 8, dimensions={HOSTILE: {"x": (10,) * 8}})
    lines = warnings_of(
        config,
        events=events(bought),
        daily_counts=seen,
        audit_log=log(inserted(5, source=HOSTILE)),
    )
    assert len(lines) >= 4
    assert all(bad not in text for text in lines for bad in FORBIDDEN)
