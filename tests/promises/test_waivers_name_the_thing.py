"""Promised: a waiver passes what it names and nothing else: these subjects, up to this value, from
its data date on.

Proved by waivers that are given for what fails today, and by what fails on the next run: another
source, another status word, another event name, another kind of orphan, another reason, the other
side; on every engine that runs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from checks import Report, Status
from checks.core.errors import UsageError
from checks.core.model import Subjects, Verdict
from checks.core.subjects import LEAST_SHARE, MANY, counting, not_covered, subject_name
from checks.evaluation.waiving import WaiverRequest, give
from checks.history import StoredWaiver, open_history
from tests.shop import DAY, NOW, RUN, Row, Shop, Table, at, log_entry, order, view

Change = Callable[[Shop], None]


def waive(shop: Shop, check: str, **fields: Any) -> StoredWaiver:
    config = shop.config()
    until = fields.pop("until", RUN + timedelta(days=30))
    wish = WaiverRequest(check, "Mia", "known outage", until, **fields)
    return give(config, open_history(config.history), wish, fields.pop("now", NOW))


def judged(shop: Shop, check: str, later: int = 0, **options: Any) -> Verdict:
    """The verdict on the judged day, or `later` days after it."""
    moment = timedelta(days=later)
    return shop.verdicts(date=RUN + moment, now=NOW + moment, **options)[check]


def changed(shop: Shop, change: Change) -> None:
    change(shop)
    shop.write()


def entries(*rows: Row) -> Change:
    """The run date's log."""

    def change(shop: Shop) -> None:
        earlier = [row for row in shop.log.rows if row["run_timestamp"].date() != RUN]
        shop.log.rows = [*earlier, *rows]

    return change


def load(source: str | None, rejected: int, read: int = 1000, status: str = "success") -> Row:
    return log_entry(DAY, read, rejected, filename=source, status=status)


def without(*names: str) -> Change:
    """An event name that stopped on the judged day."""

    def change(shop: Shop) -> None:
        shop.events.rows = [
            row
            for row in shop.events.rows
            if row["event_name"] not in names or row["timestamp"] < at(DAY, 0)
        ]

    return change


def named_events(shop: Shop) -> None:
    for back in range(11):
        day = DAY - timedelta(days=back)
        for name in ("cart", "login", "Cart"):
            shop.events.rows += [view(day, hour + 0.4, name) for hour in range(20)]


def orphans(no_session: int = 0, unknown: int = 0) -> Change:
    def change(shop: Shop) -> None:
        rows = [row for row in shop.orders.rows if row["purchase_time"] < at(DAY, 0)]
        kept = [order(DAY, number) for number in range(12)]
        for number in range(no_session):
            kept[number]["lc_session_id"] = None
        for number in range(no_session, no_session + unknown):
            kept[number]["lc_session_id"] = f"lost-{number}"
        shop.orders.rows = [*rows, *kept]

    return change


#: What fails and is waived, what fails next, and what of that nobody waived.
OTHERS = [
    pytest.param(
        "run_status", entries(load("web", 1, status="failed"), load("app", 1)),
        entries(load("web", 1), load("app", 1, status="failed")), "source 'app'", id="a source",
    ),
    pytest.param(
        "run_status", entries(load("web", 1, status="failed")),
        entries(load("web", 1, status="aborted")), "status 'aborted'", id="a status word",
    ),
    pytest.param(
        "run_status", entries(load(None, 1, status="failed"), load("app", 1)),
        entries(load(None, 1), load("app", 1, status="failed")), "source 'app'", id="no name",
    ),
    pytest.param(
        "rows_read", entries(load("web", 0, 0)), entries(load("app", 0, 0)), "source 'app'",
        id="an empty source",
    ),
    pytest.param(
        "quarantine_rate", entries(load("web", 112), load("app", 0)),
        entries(load("web", 0), load("app", 112)), "source 'app'", id="rejected of a source",
    ),
    pytest.param(
        "quarantine_rate", entries(load("web", 112), load("app", 0)),
        entries(load("web", 56), load("app", 55)), "source 'app'", id="rejected of another one too",
    ),
    pytest.param(
        "event_volume", without("cart"), without("login"), "event 'login'", id="an event name",
    ),
    pytest.param(
        "event_volume", without("cart"), without("Cart"), "event 'Cart'", id="an event's case",
    ),
    pytest.param(
        "orphan_orders", orphans(no_session=5), orphans(unknown=5), "kind 'unknown_session'",
        id="a kind of orphans",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("check", "waived", "next_fault", "subject"), OTHERS)
def test_another_subject_is_not_covered(
    shop: Shop, check: str, waived: Change, next_fault: Change, subject: str
) -> None:
    named_events(shop)
    rows = list(shop.events.rows)
    shop.parameters("quarantine_rate", alert_above=0.05, stop_above=0.2)
    shop.parameters("run_status", failed=["failed", "aborted"])
    changed(shop, waived)
    shop.run(record=True)
    waiver = waive(shop, check)
    assert judged(shop, check).status is Status.WAIVED
    shop.events.rows = list(rows)
    changed(shop, next_fault)
    verdict = judged(shop, check)
    assert verdict.status is Status.RED
    assert verdict.waiver is not None
    assert (verdict.waiver.id, verdict.waiver.holds) == (waiver.id, False)
    assert verdict.waiver.why == f"not waived: {subject}"


def test_a_trace_of_another_source_ends_no_waiver(shop: Shop) -> None:
    shop.parameters("quarantine_rate", stop_above=0.5)
    changed(shop, entries(load("web", 180), load("app", 0)))
    shop.run(record=True)
    waive(shop, "quarantine_rate", up_to=0.2)
    for app, status in ((19, Status.WAIVED), (20, Status.RED), (21, Status.RED)):
        changed(shop, entries(load("web", 180), load("app", app)))  # a tenth of it is 20
        assert judged(shop, "quarantine_rate").status is status, app


def test_what_was_named_and_fails_no_more_passes_nothing(shop: Shop) -> None:
    """Many reasons of which none counts by itself are not the one that was named."""
    shop.parameters("quarantine_rate", stop_above=0.5)
    rows = [{"filename": "web", "reason": "no client", "at": at(DAY, 5)}] * 112
    columns = {"filename": sa.String(80), "reason": sa.String(80), "at": sa.DateTime()}
    rejected = Table("rejected", columns, rows)
    shop.more = [rejected]
    shop.set("quarantine", table="rejected", reason="reason", source="filename", occurred_at="at")
    changed(shop, entries(load("web", 112)))
    shop.run(record=True)
    waive(shop, "quarantine_rate", subjects=("reason=no client",))
    assert judged(shop, "quarantine_rate").status is Status.WAIVED
    rejected.rows = [row | {"reason": f"rule {n % 14}"} for n, row in enumerate(rows)]
    shop.write()
    verdict = judged(shop, "quarantine_rate")
    assert verdict.status is Status.RED
    assert verdict.waiver is not None
    assert verdict.waiver.why.startswith("not waived: reason '(many")


def test_a_small_source_that_fails_by_itself_counts(shop: Shop) -> None:
    shop.parameters("quarantine_rate", stop_above=0.5)
    changed(shop, entries(load("web", 100), load("app", 0, 20)))
    shop.run(record=True)
    waive(shop, "quarantine_rate", up_to=0.2)
    for rejected, status in ((1, Status.WAIVED), (2, Status.RED)):
        changed(shop, entries(load("web", 100), load("app", rejected, 20)))  # above 5 % from 2 on
        assert judged(shop, "quarantine_rate").status is status, rejected


def test_a_reason_is_a_subject(shop: Shop) -> None:
    shop.parameters("quarantine_rate", stop_above=0.5)
    rejected = Table(
        "rejected",
        {"filename": sa.String(80), "reason": sa.String(80), "at": sa.DateTime()},
        [{"filename": "web", "reason": "no client", "at": at(DAY, 5)}] * 112,
    )
    shop.more = [rejected]
    shop.set("quarantine", table="rejected", reason="reason", source="filename", occurred_at="at")
    changed(shop, entries(load("web", 112)))
    report = shop.run(record=True)
    subjects = {verdict.id: verdict.subjects for verdict in report.checks}["quarantine_rate"]
    assert subjects == {"source": ("web",), "reason": ("no client",)}
    waive(shop, "quarantine_rate")
    assert judged(shop, "quarantine_rate").status is Status.WAIVED
    rejected.rows = [row | {"reason": "no price"} for row in rejected.rows]
    shop.write()
    verdict = judged(shop, "quarantine_rate")
    assert verdict.status is Status.RED
    assert verdict.waiver is not None
    assert verdict.waiver.why == "not waived: reason 'no price'"


@pytest.mark.parametrize("check", ["volume_zscore", "volume_expected"])
def test_the_other_side_is_not_covered(shop: Shop, check: str) -> None:
    earlier_rows = [row for row in shop.events.rows if row["timestamp"] < at(DAY, 0)]
    shop.events.rows = [*earlier_rows, view(DAY, 5)]
    shop.write()
    shop.run(record=True)
    waive(shop, check)
    assert judged(shop, check).status is Status.WAIVED
    shop.events.rows = [*earlier_rows, *(view(DAY, number / 10) for number in range(55))]
    shop.write()
    verdict = judged(shop, check)
    assert verdict.status is Status.RED
    assert verdict.waiver is not None
    assert verdict.waiver.why == "not waived: side 'high'"


@pytest.mark.parametrize(
    "name",
    [
        "web_{:%Y%m%d}.csv", "{:%Y-%m-%d}/web.csv", "web", " web ", "web_{:%Y-%m-%d}T05:12Z",
        "web_{:%Y-%m-%d}_051207.csv", "web_{:%Y%m%d}051207123",
        "web__{:%Y-%m-%d}T05:12:07.123+00:00",
    ],
)  # fmt: skip
def test_the_same_source_is_covered_on_the_next_day(shop: Shop, name: str) -> None:
    fault = log_entry(DAY, filename=name.format(DAY), status="failed")
    changed(shop, entries(fault))
    shop.run(record=True)
    waive(shop, "run_status")
    tomorrow = DAY + timedelta(days=1)
    shop.log.rows.append(log_entry(tomorrow, filename=name.format(tomorrow), status="failed"))
    shop.write()
    assert judged(shop, "run_status", later=1).status is Status.WAIVED
    shop.log.rows[-1]["filename"] = name.format(tomorrow).replace("web", "app")
    shop.write()
    assert judged(shop, "run_status", later=1).status is Status.RED


def test_two_shops_of_daily_files_are_two_sources(shop: Shop) -> None:
    changed(shop, entries(load(f"shop_01_{DAY:%Y%m%d}.csv", 1, status="failed")))
    shop.run(record=True)
    waive(shop, "run_status")
    changed(shop, entries(load(f"shop_02_{DAY:%Y%m%d}.csv", 1, status="failed")))
    assert judged(shop, "run_status").status is Status.RED


@pytest.mark.parametrize("back", [1, 7, 20])
def test_days_before_its_data_date_are_not_covered(shop: Shop, back: int) -> None:
    failed = log_entry(DAY - timedelta(days=back), filename="web", status="failed")
    earlier = [row for row in shop.log.rows if row["run_timestamp"] != failed["run_timestamp"]]
    shop.log.rows = [*earlier, failed]
    changed(shop, lambda shop: shop.log.rows.append(load("web", 1, status="failed")))
    shop.run(record=True)
    waive(shop, "run_status")
    assert judged(shop, "run_status").status is Status.WAIVED
    run_date = RUN - timedelta(days=back)
    verdict = shop.verdicts(date=run_date, now=NOW)["run_status"]
    assert verdict.status is Status.RED
    assert verdict.waiver is not None
    assert verdict.waiver.why == f"given for {DAY} and later"


def test_a_waiver_of_before_covers_by_its_value_and_says_so(shop: Shop) -> None:
    changed(shop, entries(load("web", 1, status="failed")))
    shop.run(record=True)
    waive(shop, "run_status")
    with closing(sqlite3.connect(shop.folder / "history.db")) as history:
        history.execute("UPDATE andon_waivers SET subjects = NULL")
        history.commit()
    changed(shop, entries(load("app", 1, status="failed")))
    verdict = judged(shop, "run_status")
    assert verdict.status is Status.WAIVED
    assert verdict.waiver is not None
    assert verdict.waiver.why.endswith("by its value alone: it names no subject")
    changed(shop, entries(load("app", 1, status="failed"), load("web", 1, status="failed")))
    assert judged(shop, "run_status").status is Status.RED  # by its value


def test_what_is_named_beforehand_is_covered(shop: Shop) -> None:
    shop.write()
    shop.run(record=True)
    for names, why in (
        ((), "is green, so no failing source or status is known"),
        (("source=",), "'source=' has no name"),
        (("reason=late",), "run_status has no subject of the kind reason; allowed: source, status"),
        (("Any ", "web"), "the subject any covers everything"),
        (("sorce=web",), "did you mean source=web?"),
    ):
        with pytest.raises(UsageError, match=why):
            waive(shop, "run_status", up_to=1, subjects=names)
    with pytest.raises(UsageError, match="holds only from the run of 2025-03-10 on; --until"):
        waive(shop, "run_status", up_to=1, subjects=("web",), until=RUN)
    waive(shop, "run_status", up_to=1, subjects=("web",))
    shop.run(record=True)  # today's green ends nothing
    tomorrow = DAY + timedelta(days=1)
    shop.log.rows.append(log_entry(tomorrow, filename="web", status="failed"))
    shop.write()
    assert judged(shop, "run_status", later=1).status is Status.WAIVED
    shop.log.rows[-1]["filename"] = "app"
    shop.write()
    assert judged(shop, "run_status", later=1).status is Status.RED


def test_what_is_named_is_known_as_the_check_knows_it(shop: Shop) -> None:
    waiver = waive(
        shop, "run_status", up_to=1,
        subjects=(f"web_{DAY:%Y%m%d}.csv", "status=FAILED ", "source=a=b"),
    )  # fmt: skip
    assert waiver.subjects == {"source": ("web_{day}.csv", "a=b"), "status": ("failed",)}
    shop.parameters("run_status", failed=["Failed"])
    changed(shop, entries(load(f"web_{DAY:%Y%m%d}.csv", 1, status="FAILED")))
    assert judged(shop, "run_status").status is Status.WAIVED


def test_what_tells_nothing_apart_names_nothing(shop: Shop) -> None:
    shop.events.rows = [row for row in shop.events.rows if row["timestamp"] < at(DAY, 10)]
    shop.write()
    report = shop.run(record=True)
    assert {verdict.id: verdict.status for verdict in report.checks}["freshness"] is Status.RED
    with pytest.raises(UsageError, match="freshness has no subjects"):
        waive(shop, "freshness", subjects=("web",))
    assert waive(shop, "freshness").subjects is None
    assert judged(shop, "freshness").status is Status.WAIVED


@pytest.mark.parametrize(
    "damage",
    ["{}", "[]", "{", "7", '{"source": "web"}', '{"source": [7]}', '{"source": [""]}', "x"],
)
def test_a_damaged_list_makes_the_waiver_apply_to_nothing(shop: Shop, damage: str) -> None:
    changed(shop, entries(load("web", 1, status="failed")))
    shop.run(record=True)
    waive(shop, "run_status")
    with closing(sqlite3.connect(shop.folder / "history.db")) as history:
        history.execute("UPDATE andon_waivers SET subjects = ?", (damage,))
        history.commit()
    report: Report = shop.run()
    assert report.exit_code == 1
    assert any("waiver 1 is damaged (subjects): it does not apply" in w for w in report.warnings)


def test_more_than_can_be_named_is_not_waived_as_a_whole(shop: Shop) -> None:
    changed(shop, entries(*(load(f"web-{n}", 1, status="failed") for n in range(201))))
    shop.run(record=True)
    with pytest.raises(UsageError, match="fails for too many subjects to record each source or"):
        waive(shop, "run_status")


NAMES = st.text(min_size=1, max_size=300)


@given(st.dictionaries(NAMES, st.integers(0, 10**6), max_size=30), st.integers(0, 10**6))
def test_what_counts_fails_alone_or_is_a_tenth(amounts: dict[str, int], limit: int) -> None:
    names = counting(amounts.items(), lambda _, amount: amount > limit)
    total = sum(amounts.values())
    for name, amount in amounts.items():
        counts = amount > 0 and (amount > limit or amount >= LEAST_SHARE * total)
        if counts:
            assert subject_name(name) in names


@given(NAMES, NAMES)
def test_names_that_differ_are_different_subjects(first: str, second: str) -> None:
    if first != second:
        assert subject_name(first) != subject_name(second)


SUBJECTS = st.dictionaries(
    st.sampled_from(["source", "reason"]), st.lists(NAMES, max_size=5).map(tuple), min_size=1
)


@given(SUBJECTS, SUBJECTS)
def test_nothing_passes_that_is_not_named(failing: Subjects, covered: Subjects) -> None:
    missing = not_covered(failing, covered)
    for kind in failing.keys() & covered.keys():
        others = set(failing[kind]) - set(covered[kind])
        if covered[kind] and not failing[kind]:
            others = {MANY}
        assert set(missing.get(kind, ())) == others


def test_a_missing_source_is_waived_by_its_key(shop: Shop) -> None:
    shop.set("sources", web={}, app={}, fax={})
    changed(shop, entries(load("web", 1), load("app", 1)))
    shop.run(record=True)
    waiver = waive(shop, "sources_complete", subjects=("source=fax",))
    assert (waiver.up_to, judged(shop, "sources_complete").status) == (2, Status.WAIVED)
    changed(shop, entries(load("fax", 1), load("app", 1)))
    verdict = judged(shop, "sources_complete")
    assert (verdict.status, verdict.value) == (Status.RED, 2)
    assert verdict.waiver is not None
    assert verdict.waiver.why == "not waived: source 'web'"
    changed(shop, entries(load("app", 1)))  # one more than was waived
    assert judged(shop, "sources_complete").status is Status.RED
