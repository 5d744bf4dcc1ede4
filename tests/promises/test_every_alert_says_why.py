"""Every alert says why it fired and what to do now: nobody needs to dig in logs.

Proved by breaking a shop in one place at a time until every check had fired: each message has the
value and its limit, each summary is a sentence, each action says what to do and names no log.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from checks import Report, Status, Verdict
from checks.catalog import all_checks
from checks.outputs import render
from tests.engines import named
from tests.shop import DAY, Shop, at, log_entry, order, purchase, view

#: `rate=0.0582 (max 0.05)`: the metric, what was measured, the limit that it is held against.
_PART = r"(none|-?[\d.]+\w*|inf) \((?:max|min|below|above|normal|expected) -?[\d.][^()]*\)"
#: What the day's weekday usually has, where that turns red into amber.
_WEEKDAY = r"(?:; a [A-Z]\w+day usually has [\d,]+ to [\d,]+)?"
WHY = re.compile(rf"(\w+)={_PART}(?:, \w+={_PART})*{_WEEKDAY}")
UNMEASURED = re.compile(r"(\w+)=unknown \((\w+): .+\)")
ELSEWHERE = re.compile(r"\b(see|check|read|look (in|at|into)) the logs?\b|stack ?trace", re.I)


def no_run(shop: Shop) -> None:
    shop.log.rows.pop()


def nothing_read(shop: Shop) -> None:
    shop.log.rows[-1] |= {"rows_read": 0, "rows_quarantined": 0}


def failed(shop: Shop) -> None:
    shop.log.rows[-1]["status"] = "failed"


def rejected(shop: Shop) -> None:
    shop.log.rows[-1]["rows_quarantined"] = 59


def one_source_rejected(shop: Shop) -> None:
    shop.log.rows.append(log_entry(DAY, 100, 40, filename="app.csv"))


def no_second_source(shop: Shop) -> None:
    for back in range(1, 10):
        shop.log.rows.append(log_entry(DAY - timedelta(days=back), 50, 1, filename="app.csv"))


def stopped_at_noon(shop: Shop) -> None:
    shop.events.rows = [row for row in shop.events.rows if row["timestamp"] < at(DAY, 12)]


def empty_day(shop: Shop) -> None:
    shop.events.rows = [row for row in shop.events.rows if row["timestamp"] < at(DAY, 0)]


def twice(shop: Shop) -> None:
    shop.events.rows += [row for row in shop.events.rows if row["timestamp"] >= at(DAY, 0)] * 2


def silent_name(shop: Shop) -> None:
    for back in range(1, 11):
        day = DAY - timedelta(days=back)
        shop.events.rows += [view(day, hour + 0.5, "add_to_cart") for hour in range(20)]
    shop.events.rows += [view(DAY, hour + 0.5) for hour in range(20)]


def unpriced(shop: Shop) -> None:
    shop.events.rows[-1]["revenue"] = None


def lost_session(shop: Shop) -> None:
    shop.orders.rows[-1]["lc_session_id"] = "gone"


def slow_decline(shop: Shop) -> None:
    shop.events.rows = []
    for back in range(100, -1, -1):
        day, views = DAY - timedelta(days=back), 200 if back >= 7 else 150
        shop.events.rows += [view(day, 23.9 * i / views) for i in range(views)]
        shop.events.rows += [purchase(day, i) for i in range(12)]


def usual_saturday(shop: Shop) -> None:
    """Weekends have half, but for those of the week before the last day."""
    shop.events.rows = []
    for back in range(60, -1, -1):
        day = DAY - timedelta(days=back)
        views = 40 if day.weekday() > 4 and not 0 < back <= 7 else 80
        shop.events.rows += [view(day, 23.9 * i / views) for i in range(views)]
        shop.events.rows += [purchase(day, i) for i in range(12)]


def gone_table(shop: Shop) -> None:
    shop.set("events", table="gone")


def no_column(shop: Shop) -> None:
    shop.set("orders", session_id="gone")


def text_counts(shop: Shop) -> None:
    shop.log.rows[-1]["rows_read"] = None


def everything(shop: Shop) -> None:
    failed(shop)
    rejected(shop)
    stopped_at_noon(shop)
    shop.orders.rows += [order(DAY, number, "gone") for number in range(20, 40)]


BREAKAGES: tuple[Callable[[Shop], None], ...] = (
    no_run, nothing_read, failed, rejected, one_source_rejected, no_second_source,
    stopped_at_noon, empty_day, twice,
    silent_name, unpriced, lost_session, slow_decline, usual_saturday,
    gone_table, no_column, text_counts, everything,
)  # fmt: skip


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """What is said of each broken shop."""
    reports = {}
    for breaking in BREAKAGES:
        folder = tmp_path_factory.mktemp(breaking.__name__)
        shop = Shop(folder, named("duckdb").warehouse(Path(folder)))
        breaking(shop)
        shop.write()
        reports[breaking.__name__] = shop.run()
    return reports


def alerts(report: Report) -> list[Verdict]:
    """The verdicts that somebody is alarmed by."""
    calm = (Status.GREEN, Status.SKIPPED, Status.WAIVED)
    return [verdict for verdict in report.checks if verdict.status not in calm]


def test_every_check_fired_once(reports: dict[str, Report]) -> None:
    fired = {
        verdict.id
        for report in reports.values()
        for verdict in report.checks
        if verdict.status in (Status.RED, Status.AMBER)
    }
    assert fired == {check.id for check in all_checks()}


@pytest.mark.parametrize("name", [breakage.__name__ for breakage in BREAKAGES])
def test_an_alert_is_whole(reports: dict[str, Report], name: str) -> None:
    alarming = alerts(reports[name])
    assert alarming
    metrics = {check.id: check.metric for check in all_checks()}
    for verdict in alarming:
        pattern = UNMEASURED if verdict.status is Status.UNKNOWN else WHY
        match = pattern.fullmatch(verdict.message)
        assert match is not None, verdict.message
        assert match[1] == metrics[verdict.id]
        for text in (verdict.summary, verdict.action):
            assert re.fullmatch(r"[^\n]{20,}(\.| --reason TEXT)", text), text
            assert not ELSEWHERE.search(text), text
        assert not verdict.action.startswith("Nothing to do")


@pytest.mark.parametrize("name", [breakage.__name__ for breakage in BREAKAGES])
def test_a_person_is_shown_all_of_it(reports: dict[str, Report], name: str) -> None:
    report = reports[name]
    text = " ".join(render("text", report).split())
    for verdict in alerts(report):
        if verdict.because is None:
            assert verdict.message in text
            assert " ".join(verdict.action.split()) in text
        else:  # folded under its root
            assert verdict.id in text
