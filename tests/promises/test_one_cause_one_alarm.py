"""One cause is one alarm: a check that fails only because another one does names it in `because`.

Proved by breaking a shop in one place on every engine, and by breaking it in ways that look alike
and are not: there, every failure stays an alarm of its own. That nothing else about a verdict
changes, and that nothing follows from a follower, is tried with any statuses there can be.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.catalog import all_checks
from checks.core.model import (
    Cause,
    Facts,
    Judgement,
    Report,
    Severity,
    Status,
    Verdict,
    folded,
    worst,
)
from checks.core.serialise import from_dict, to_dict
from checks.evaluation.causes import with_causes
from checks.history import open_history
from checks.judging.check import Check
from checks.judging.gate import exit_code
from checks.outputs import render
from tests.shop import DAY, NOW, RUN, Shop, log_entry, view

pytestmark = pytest.mark.engine

ENTRY = "log_entry_exists_today"
LOG = ("rows_read", "run_status", "sources_complete", "quarantine_rate")
VOLUMES = ("freshness", "volume_zscore", "volume_expected", "event_volume")
PURCHASES = ("missing_revenue", "orphan_orders")
FAILING = {Status.RED, Status.UNKNOWN, Status.AMBER}


def because(report: Report) -> dict[str, str]:
    """What follows from what, by check."""
    return {verdict.id: verdict.because for verdict in report.checks if verdict.because is not None}


def follow(checks: tuple[str, ...], root: str) -> dict[str, str]:
    return {check: root for check in checks if check != root}


def empty_the_day(shop: Shop, day: date = DAY, left: int = 0) -> None:
    """No orders on a day, and only so many events."""
    shop.events.rows = [row for row in shop.events.rows if row["timestamp"].date() != day]
    shop.events.rows += [view(day, hour) for hour in range(left)]
    shop.orders.rows = [row for row in shop.orders.rows if row["purchase_time"].date() != day]


def lose_the_log(shop: Shop) -> None:
    """The run left no entry."""
    shop.log.rows.pop()


# The same fault stopped the reading --------------------------------------------------------


def test_a_warehouse_that_is_gone(shop: Shop) -> None:
    gone = sa.make_url(shop.url).set(database=str(shop.folder / "gone"))
    shop.settings["warehouse"]["url"] = gone.render_as_string(hide_password=False)
    report = shop.run()
    everything = tuple(check.id for check in all_checks())
    assert because(report) == follow(everything, ENTRY)
    assert report.exit_code == 2
    assert report.summary == (
        "do not refresh the dashboards yet: 12 of 12 checks could not be measured for 2025-03-08 "
        f"(11 follow from {ENTRY})"
    )
    assert render("github", report).count("::error") == 1


def test_a_table_that_is_gone(shop: Shop) -> None:
    shop.write("DROP TABLE stg_events")
    report = shop.run()
    assert because(report) == follow((*VOLUMES, "volume_trend", *PURCHASES), "freshness")
    assert report.summary.endswith("7 of 12 checks could not be measured for 2025-03-08 "
                                   "(6 follow from freshness)")  # fmt: skip


def test_a_log_that_is_gone(shop: Shop) -> None:
    shop.write("DROP TABLE pipeline_logs")
    assert because(shop.run()) == follow((ENTRY, *LOG), ENTRY)


def test_two_tables_that_are_gone_are_two_causes(shop: Shop) -> None:
    shop.write("DROP TABLE stg_events", "DROP TABLE pipeline_logs")
    report = shop.run()
    assert because(report) == follow((*VOLUMES, "volume_trend", *PURCHASES), "freshness") | follow(
        LOG, ENTRY
    )
    assert report.summary.endswith("(10 follow from 2 of them)")


def test_the_first_check_that_is_on_is_the_root(shop: Shop) -> None:
    shop.parameters("freshness", enabled=False)
    shop.write("DROP TABLE stg_events")
    assert because(shop.run()) == follow(
        (*VOLUMES[1:], "volume_trend", *PURCHASES), "volume_zscore"
    )


def test_a_count_that_is_none_stops_two_checks(shop: Shop) -> None:
    shop.log.rows[-1] = log_entry(DAY, None)
    shop.write()
    assert because(shop.run()) == {"quarantine_rate": "rows_read"}


def test_two_counts_that_are_none_are_two_causes(shop: Shop) -> None:
    shop.log.rows[-1] = log_entry(DAY, None, None)
    shop.write()
    assert because(shop.run()) == {}


def test_a_misspelt_purchase_name_stops_two_checks(shop: Shop) -> None:
    shop.set("events", purchase_names=["purchased"])
    shop.write()
    assert because(shop.run()) == {"orphan_orders": "missing_revenue"}


# No events on the data date ----------------------------------------------------------------


def test_no_run_leaves_no_events(shop: Shop) -> None:
    empty_the_day(shop)
    lose_the_log(shop)
    shop.write()
    report = shop.run()
    assert because(report) == follow(VOLUMES, ENTRY)
    assert report.exit_code == 1
    assert report.summary == (
        "do not refresh the dashboards: 5 of 12 checks failed for 2025-03-08 "
        f"(4 follow from {ENTRY})"
    )
    assert render("github", report).count("::error") == 1
    assert because(from_dict(to_dict(report))) == because(report)


def test_the_checks_of_purchases_follow_where_nothing_else_says_it(shop: Shop) -> None:
    shop.parameters("event_volume", ignore=["purchase"])
    empty_the_day(shop)
    lose_the_log(shop)
    shop.write()
    report = shop.run()
    assert because(report) == follow((*VOLUMES, *PURCHASES), ENTRY)
    assert report.summary.endswith(
        f"5 of 12 checks failed for 2025-03-08, 2 could not be measured (6 follow from {ENTRY})"
    )


def test_orders_of_a_day_without_events_are_an_alarm_of_their_own(shop: Shop) -> None:
    orders = list(shop.orders.rows)
    empty_the_day(shop)
    lose_the_log(shop)
    shop.orders.rows = [{**row, "lc_session_id": None} for row in orders]
    shop.write()
    report = shop.run()
    assert because(report) == follow(VOLUMES, ENTRY)
    assert status(report, "orphan_orders") is Status.RED


def test_no_run_explains_nothing_where_there_are_events(shop: Shop) -> None:
    lose_the_log(shop)
    shop.write()
    report = shop.run()
    assert because(report) == {}
    assert status(report, ENTRY) is Status.RED


@pytest.mark.parametrize("left", [1, 3])
def test_a_few_events_are_alarms_of_their_own(shop: Shop, left: int) -> None:
    empty_the_day(shop, left=left)
    lose_the_log(shop)
    shop.write()
    report = shop.run()
    assert [verdict.id for verdict in report.checks if verdict.status is Status.RED] == [
        ENTRY,
        *VOLUMES,
    ]
    assert because(report) == {"volume_zscore": "volume_expected"}  # the same fall


def test_a_run_that_read_nothing(shop: Shop) -> None:
    empty_the_day(shop)
    shop.log.rows[-1] = log_entry(DAY, 0, 0)
    shop.write()
    assert because(shop.run()) == follow(VOLUMES, "rows_read")


@pytest.mark.parametrize(("other", "root"), [("failed", "run_status"), ("success", "freshness")])
def test_only_a_run_of_which_nothing_ended_well_explains_it(
    shop: Shop, other: str, root: str
) -> None:
    empty_the_day(shop)
    shop.log.rows[-1] = log_entry(DAY, status="failed")
    shop.log.rows.append(log_entry(DAY, status=other, filename="orders.csv"))
    shop.write()
    assert because(shop.run()) == follow(VOLUMES, root)


def test_without_another_reason_freshness_says_it_first(shop: Shop) -> None:
    empty_the_day(shop)
    shop.write()
    assert because(shop.run()) == follow(VOLUMES, "freshness")


def test_the_log_of_a_run_explains_no_other_day(shop: Shop) -> None:
    other = DAY - timedelta(days=2)
    empty_the_day(shop, other)
    lose_the_log(shop)
    shop.write()
    assert because(shop.run(data_date=other)) == follow(VOLUMES, "freshness")


# With a usual day it would still fail ------------------------------------------------------


def test_a_wrong_purchase_name_is_an_alarm_of_its_own_on_an_empty_day(shop: Shop) -> None:
    shop.set("events", purchase_names=["purchased"])
    orders = list(shop.orders.rows)
    empty_the_day(shop)
    shop.orders.rows = orders
    shop.write()
    assert because(shop.run()) == follow(VOLUMES, "freshness") | {
        "orphan_orders": "missing_revenue"
    }


@pytest.mark.parametrize(
    ("sources", "root"),
    [
        (["events_20250301.csv"], "freshness"),
        (["events_20250301.csv", "events_20250302.csv"], "freshness"),
        (["events_20250308.csv"], "rows_read"),
        (["events_03-08-2025.csv"], "rows_read"),
        (["events_20250301.csv", "web"], "rows_read"),
    ],
)
def test_a_load_of_other_days_alone_explains_nothing(
    shop: Shop, sources: list[str], root: str
) -> None:
    empty_the_day(shop)
    shop.log.rows[-1:] = [log_entry(DAY, 0, 0, filename=source) for source in sources]
    shop.write()
    assert because(shop.run()) == follow(VOLUMES, root)


def stop(shop: Shop, name: str, since: date) -> None:
    """No event of a name from a day on."""
    shop.events.rows = [
        row
        for row in shop.events.rows
        if row["event_name"] != name or row["timestamp"].date() < since
    ]


@pytest.mark.parametrize(("days_before", "is_own"), [(0, False), (1, True), (3, True)])
def test_a_name_that_was_silent_before_the_empty_day_is_an_alarm_of_its_own(
    shop: Shop, days_before: int, is_own: bool
) -> None:
    since = DAY - timedelta(days=days_before)
    empty_the_day(shop)
    stop(shop, "purchase", since)
    shop.write()
    report = shop.run()
    assert ("event_volume" not in because(report)) is is_own
    volume = next(verdict for verdict in report.checks if verdict.id == "event_volume")
    if is_own:
        assert volume.summary.startswith(f"'purchase' stopped on {since.day} March")


def test_names_that_went_with_all_events_days_ago_follow(shop: Shop) -> None:
    for back in range(3):
        empty_the_day(shop, DAY - timedelta(days=back))
    shop.write()
    assert because(shop.run())["event_volume"] == "freshness"


def test_purchases_that_had_ended_before_are_an_alarm_of_their_own(shop: Shop) -> None:
    shop.parameters("event_volume", enabled=False)
    empty_the_day(shop)
    stop(shop, "purchase", DAY - timedelta(days=2))
    shop.write()
    report = shop.run()
    assert "missing_revenue" not in because(report)
    revenue = next(verdict for verdict in report.checks if verdict.id == "missing_revenue")
    assert "no purchases since 2025-03-06" in revenue.message


@pytest.mark.parametrize(("name", "is_own"), [("refund", True), ("page_viewed", False)])
def test_an_expected_name_that_never_came_is_an_alarm_of_its_own(
    shop: Shop, name: str, is_own: bool
) -> None:
    shop.parameters("event_volume", expected=[name])
    empty_the_day(shop)
    shop.write()
    assert ("event_volume" not in because(shop.run())) is is_own


# What cannot be a root ---------------------------------------------------------------------


def waive(shop: Shop, check: str) -> None:
    open_history(shop.config().history).give_waiver(
        pipeline="shop", check=check, owner="ana", reason="known", until=RUN, up_to=None,
        data_date=DAY, now=NOW,
    )  # fmt: skip


def test_nothing_follows_from_what_is_waived(shop: Shop) -> None:
    shop.parameters(ENTRY, enabled=False)
    empty_the_day(shop)
    shop.write()
    waive(shop, "freshness")
    report = shop.run()
    assert status(report, "freshness") is Status.WAIVED
    others = tuple(check for check in VOLUMES if check != "freshness")
    assert because(report) == follow(others, "volume_zscore")


def test_nothing_follows_from_what_is_amber(shop: Shop) -> None:
    shop.parameters(ENTRY, severity="amber")
    shop.parameters("freshness", severity="amber")
    empty_the_day(shop)
    lose_the_log(shop)
    shop.write()
    report = shop.run()
    assert status(report, ENTRY) is status(report, "freshness") is Status.AMBER
    log = follow(LOG, "rows_read")
    assert because(report) == follow(VOLUMES, "volume_zscore") | log


def test_nothing_follows_from_what_is_off(shop: Shop) -> None:
    for check in (ENTRY, *LOG):
        shop.parameters(check, enabled=False)
    empty_the_day(shop)
    lose_the_log(shop)
    shop.write()
    assert because(shop.run()) == follow(VOLUMES, "freshness")


def test_a_waived_follower_is_no_alarm_at_all(shop: Shop) -> None:
    empty_the_day(shop)
    lose_the_log(shop)
    shop.write()
    waive(shop, "volume_zscore")
    others = tuple(check for check in VOLUMES if check != "volume_zscore")
    assert because(shop.run()) == follow(others, ENTRY)


def status(report: Report, check: str) -> Status:
    return next(verdict.status for verdict in report.checks if verdict.id == check)


# Whatever the statuses ---------------------------------------------------------------------

Case = tuple[list[Verdict], dict[str, Judgement]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Verdicts of some of the checks, with any numbers and faults."""
    chosen = draw(st.sets(st.sampled_from(all_checks()), min_size=1))
    verdicts = [draw(_verdicts(check)) for check in all_checks() if check in chosen]
    faults = st.none() | st.sampled_from(["locked: a", "events: bad_value: b"])
    judgements = {
        verdict.id: Judgement(verdict.status, verdict.message, "", "", fault=draw(faults))
        for verdict in verdicts
    }
    return verdicts, judgements


def _verdicts(check: Check) -> st.SearchStrategy[Verdict]:
    few = st.sampled_from([0, 0, 3])
    facts = st.builds(Facts, fails_for_empty_day=st.booleans(), explains_empty_day=st.booleans())
    return st.builds(
        Verdict,
        id=st.just(check.id),
        layer=st.just(check.layer),
        status=st.sampled_from(Status),
        stop=st.booleans(),
        severity=st.sampled_from(Severity),
        value=st.none() | few,
        threshold=st.none(),
        unit=st.just(check.unit),
        message=st.just(check.metric),
        summary=st.just(""),
        action=st.just(""),
        cause=st.none() | st.sampled_from(Cause),
        subjects=st.none() | st.sampled_from([{}, {"side": ("low",)}, {"side": ("high",)}]),
        facts=facts,
    )


@settings(max_examples=150, deadline=None)
@given(cases(), st.booleans())
def test_a_follower_keeps_all_but_its_action_and_its_root_is_an_alarm(
    case: Case, is_loaded_by_run: bool
) -> None:
    verdicts, judgements = case
    with_roots = with_causes(verdicts, judgements, is_loaded_by_run=is_loaded_by_run)
    assert [replace(verdict, because=None, action="") for verdict in with_roots] == verdicts
    assert [verdict.action for verdict in with_roots] == [
        f"Follows from {verdict.because}: do that first" if verdict.because else ""
        for verdict in with_roots
    ]
    assert worst(verdict.status for verdict in with_roots) is worst(
        verdict.status for verdict in verdicts
    )
    assert exit_code((verdict.status for verdict in with_roots), strict=False) == exit_code(
        (verdict.status for verdict in verdicts), strict=False
    )
    by_id = {verdict.id: verdict for verdict in with_roots}
    for follower in with_roots:
        if follower.because is not None:
            root = by_id[follower.because]
            assert follower.status in FAILING
            assert root.status in (Status.RED, Status.UNKNOWN)
            assert root.because is None
            assert root.id != follower.id
    listed = [
        verdict.id for head, followers in folded(with_roots) for verdict in (head, *followers)
    ]
    assert sorted(listed) == sorted(by_id)
