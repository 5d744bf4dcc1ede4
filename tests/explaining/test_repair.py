"""What a repair would change: only what the report's numbers hold, and what then happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from checks.catalog.volume_zscore import z_score
from checks.core.model import Explanation, Layer, Report, Severity, Status, Verdict, worst
from checks.core.text import count_text
from checks.explaining.repair import Effect, Repair, repair_of
from tests.explaining.test_shop import fill
from tests.shop import DAY, Shop, at, log_entry

RED, GREEN = Status.RED, Status.GREEN
SPLIT = {"source": "a.csv", "rate": 0.5, "rows_read": 99, "rows_quarantined": 49}
LUCKY = {"source": "b.csv", "rate": 0.08, "rows_read": 100, "rows_quarantined": 8}


def verdict(check: str, status: Status = RED, **more: Any) -> Verdict:
    return Verdict(
        check, Layer.BUSINESS, status, False, Severity.RED, more.pop("value", 1),
        more.pop("threshold", 0), "", "m=1", "Sum up.", "Do it.", **more,
    )  # fmt: skip


def report(*verdicts: Verdict) -> Report:
    moment = datetime(2025, 3, 9, 7, tzinfo=UTC)
    return Report("shop", DAY, DAY, moment, RED, 1, "", verdicts)


def volume(check: str, status: Status, events: int, low: float, high: float) -> Verdict:
    details = {"events": events, "low": low, "high": high, "partial_day": False}
    return verdict(check, status, details=details)


def rejected(rows: int | None, *, quarantined: int = 60, **details: Any) -> Verdict:
    evidence = {} if rows is None else {"rows": rows}
    explanation = Explanation("since_hour", "Since 06:00: rows", evidence) if rows else None
    numbers = {
        "rows_read": 1000, "rows_quarantined": quarantined, "rejected_rows": quarantined,
        "stop_above": 0.06,
    }  # fmt: skip
    return verdict(
        "quarantine_rate", threshold=0.05, value=quarantined / 1000, explanation=explanation,
        details=numbers | details,
    )  # fmt: skip


def repaired(*verdicts: Verdict) -> Repair:
    repair = repair_of(report(*verdicts), verdicts[0].id)
    assert repair is not None
    return repair


def test_the_explained_rows_leave_the_rate_and_join_the_events() -> None:
    repair = repaired(rejected(50), volume("volume_expected", GREEN, 940, 900, 1000))
    assert repair.condition == "If the 50 rows are repaired and loaded again"
    assert repair.effects == (
        Effect("Rejected share", "6.0 %", "1.0 %", GREEN), Effect("Events", "940", "990", GREEN),
    )  # fmt: skip
    assert repair.outcome == (
        "Then nothing known stops the line of 8 March. "
        "Not known: what the other checks say of these rows."
    )


@pytest.mark.parametrize(("stood_before", "status"), [(True, RED), (False, GREEN)])
def test_one_repaired_day_does_not_end_a_level(stood_before: bool, status: Status) -> None:
    low = volume("volume_expected", RED, 890, 900, 1000)
    level = {"since": DAY - timedelta(days=9), "stood_before": stood_before}
    low = replace(low, details={**low.details, "level": level})
    assert repaired(rejected(50), low).effects[1] == Effect("Events", "890", "940", status)


@pytest.mark.parametrize(
    ("rows", "status"), [(9, RED), (10, GREEN), (11, GREEN)]
)  # 51 of 1,000 are above 5 %, 50 are not
def test_a_rate_is_red_only_above_its_limit(rows: int, status: Status) -> None:
    repair = repaired(rejected(rows))
    assert repair.effects[0].status is status
    assert (repair.red == ("quarantine_rate",)) == (status is RED)
    assert ("Red by these numbers: quarantine_rate." in repair.outcome) == (status is RED)


@pytest.mark.parametrize(
    ("details", "status"),
    [
        ({"sources": [SPLIT | {"rows_read": 99}, SPLIT]}, GREEN),
        ({"sources": [SPLIT | {"rows_read": 100}, SPLIT]}, None),
        ({"sources": [SPLIT | {"rows_read": 100}]}, GREEN),
        ({"several_entries": [{"source": "a.csv"}]}, None),
        ({"sources": [SPLIT, LUCKY], "judge": "chance"}, None),
        ({"sources": [LUCKY, LUCKY], "judge": "chance"}, GREEN),
        ({"sources": [LUCKY, LUCKY], "judge": "exact"}, None),
    ],
)
def test_where_a_source_may_still_warn_no_status_is_promised(
    details: dict[str, Any], status: Status | None
) -> None:
    assert repaired(rejected(50, **details)).effects[0].status is status


@pytest.mark.parametrize("rows", [None, 60])
def test_without_a_part_all_rows_are_meant(rows: int | None) -> None:
    repair = repaired(rejected(rows))
    assert repair.condition == "If all 60 rows are repaired and loaded again"
    assert repaired(rejected(1, quarantined=1)).condition == (
        "If the 1 row is repaired and loaded again"
    )
    assert repair.effects[0].after == "0.0 %"


@pytest.mark.parametrize(
    ("check", "edge", "status"),
    [
        ("volume_expected", 89, RED), ("volume_expected", 90, GREEN),
        ("volume_zscore", 90, RED), ("volume_zscore", 91, GREEN),
    ],
)  # fmt: skip
def test_each_volume_rule_has_its_own_edge(check: str, edge: int, status: Status) -> None:
    repeated = 200 - edge
    explanation = Explanation("loaded_twice", "Loaded twice", {"repeated": repeated})
    head = volume(check, RED, 200, 90, 110)
    repair = repaired(
        verdict(check, details=head.details, explanation=explanation),
        verdict("orphan_orders", because=check),
    )
    assert repair.effects == (Effect("Events", "200", count_text(edge), status),)
    assert (repair.red, repair.unsettled) == (() if status is GREEN else (check,), ())


@pytest.mark.parametrize(
    ("basis", "explains", "left", "statuses"),
    [
        ("weekday", True, 89, (RED, RED)), ("weekday", True, 90, (GREEN, Status.AMBER)),
        ("weekday", True, 94, (GREEN, Status.AMBER)), ("weekday", True, 96, (GREEN, GREEN)),
        ("weekday", False, 94, (GREEN, RED)), ("weekday", None, 94, (GREEN, RED)),
        ("range", True, 94, (GREEN, RED)),
    ],
)  # fmt: skip
def test_where_the_weekday_explains_the_score_would_only_warn(
    basis: str, explains: bool | None, left: int, statuses: tuple[Status, Status]
) -> None:
    """explains: None for a report of a version that did not know of it."""
    explanation = Explanation("loaded_twice", "Loaded twice", {"repeated": 200 - left})
    head = volume("volume_expected", RED, 200, 90, 110)
    score = volume("volume_zscore", RED, 200, 95, 105)
    more = {} if explains is None else {"weekday_explains": explains}
    repair = repaired(
        verdict("volume_expected", details={**head.details, "basis": basis},
                explanation=explanation),
        verdict("volume_zscore", details={**score.details, **more}, explanation=explanation),
    )  # fmt: skip
    red = zip(("volume_expected", "volume_zscore"), statuses, strict=True)
    assert repair.red == tuple(check for check, status in red if status is RED)
    assert repair.effects[0].status is worst(statuses)
    assert repair.unsettled == ()


def test_the_edge_of_the_score_is_that_of_its_judge() -> None:
    window = (90, 100, 110, 95, 105, 100, 100)
    score = z_score(window, 0)
    assert score is not None
    for count in range(60, 140):
        z = z_score(window, count)
        assert z is not None
        explanation = Explanation("loaded_twice", "Loaded twice", {"repeated": 500 - count})
        head = volume("volume_zscore", RED, 500, score.low(3.0), score.high(3.0))
        repair = repaired(verdict(head.id, details=head.details, explanation=explanation))
        assert (repair.effects[0].status is GREEN) == (abs(z.z) < 3.0)


def test_missing_hours_are_an_estimate() -> None:
    evidence = {"hours": [[16, 24]], "expected": 34, "newest": "2025-03-08T15:59:10Z"}
    missing = Explanation("hours_missing", "No event from 16:00 to 24:00", evidence)
    low = volume("volume_expected", RED, 66, 90, 110)
    verdicts = (
        verdict("freshness", explanation=missing),
        verdict("volume_expected", explanation=missing, details=low.details),
        verdict("event_volume", explanation=missing), verdict("missing_revenue"),
    )  # fmt: skip
    for check in ("freshness", "volume_expected", "event_volume"):
        repair = repair_of(report(*verdicts), check)
        assert repair is not None
        assert repair.effects == (Effect("Events", "66", "about 100", GREEN),)
        assert repair.unsettled == ("missing_revenue",)
        assert repair.outcome == (
            "Not known: whether this settles missing_revenue; what the missing rows contain."
        )


def test_a_check_that_would_turn_red_is_named() -> None:
    """Loaded again, the rows would be too many."""
    repair = repaired(rejected(50), volume("volume_expected", GREEN, 940, 900, 980))
    assert repair.effects[1] == Effect("Events", "940", "990", RED)
    assert repair.red == ("volume_expected",)
    assert repair.outcome.startswith("Red by these numbers: volume_expected. Not known: ")


@pytest.mark.parametrize("name", ["undated_events", "undated_purchases", "far_orders"])
def test_rows_of_no_day_leave_no_status_to_promise(name: str) -> None:
    stray = verdict("freshness", GREEN, details={name: 1})
    for head in (
        rejected(50), verdict("missing_revenue", details={"missing": 1, "purchases": 9}),
        verdict("orphan_orders", details={"orphans": 1}),
    ):  # fmt: skip
        repair = repaired(head, stray)
        assert {effect.status for effect in repair.effects} == {None}
        assert repair.unsettled == (head.id,)
        assert "Then nothing" not in repair.outcome


@pytest.mark.parametrize(("rows_of_day", "is_known"), [(60, True), (59, False), (61, False)])
def test_where_log_and_rows_do_not_agree_nothing_is_said(rows_of_day: int, is_known: bool) -> None:
    """As after a double load: the log has one of them, the table the rows of both."""
    judged = report(rejected(50, rejected_rows=rows_of_day))
    assert (repair_of(judged, "quarantine_rate") is not None) == is_known


def test_rows_that_are_not_read_are_not_added_to_the_events() -> None:
    known = volume("volume_expected", GREEN, 940, 900, 1000)
    repair = repaired(rejected(50, rejected_rows=None), known)
    assert [effect.label for effect in repair.effects] == ["Rejected share"]


def test_a_check_that_only_warns_would_not_be_red() -> None:
    lenient = volume("volume_expected", GREEN, 940, 900, 980)
    repair = repaired(rejected(50), replace(lenient, severity=Severity.AMBER))
    assert repair.effects[1].status is Status.AMBER
    assert repair.red == ()
    for quarantined, status in ((60, Status.AMBER), (61, RED)):  # above 6 % whatever the severity
        head = replace(rejected(1, quarantined=quarantined + 1), severity=Severity.AMBER)
        assert repaired(head).effects[0].status is status


@pytest.mark.parametrize("kind", ["source_missing", "source_short"])
def test_a_loaded_source_may_leave_the_check_itself_as_it_is(kind: str) -> None:
    explanation = Explanation(kind, "'a' is missing", {"expected": 34, "sources": ["a"]})
    low = volume("volume_expected", RED, 66, 90, 110)
    late = verdict("freshness", explanation=explanation)
    verdicts = late, verdict(low.id, explanation=explanation, details=low.details)
    for check in ("freshness", "volume_expected"):
        repair = repair_of(report(*verdicts), check)
        assert repair is not None
        assert repair.unsettled == ("freshness",)


def test_without_a_number_nothing_is_said() -> None:
    """No rule of the volume has a range yet."""
    evidence = {"hours": [[16, 24]], "expected": 34}
    missing = Explanation("hours_missing", "No event from 16:00 to 24:00", evidence)
    assert repair_of(report(verdict("freshness", explanation=missing)), "freshness") is None


def test_more_explained_rows_than_logged_ones_promise_nothing() -> None:
    assert repair_of(report(rejected(61)), "quarantine_rate") is None


@pytest.mark.parametrize("partial", [True, False])
def test_nothing_is_promised_while_the_day_lasts(partial: bool) -> None:
    evidence = {"hours": [[9, 24]], "expected": 34, "newest": None}
    missing = Explanation("hours_missing", "No event since 09:00", evidence)
    details = {"partial_day": partial, "events": 1, "low": 2, "high": 3}
    judged = report(verdict("volume_zscore", explanation=missing, details=details))
    assert (repair_of(judged, "volume_zscore") is None) == partial


@pytest.mark.parametrize(
    "silent",
    [
        verdict("event_volume", explanation=Explanation("name_stopped", "'purchase' stopped")),
        verdict("log_entry_exists_today", explanation=Explanation("no_load", "It did not run")),
        verdict("quarantine_rate", Status.GREEN), verdict("quarantine_rate", Status.UNKNOWN),
        verdict("orphan_orders", details={"orphans": 3, "unmeasured": {"no_session_id": "why"}}),
        verdict("missing_revenue"), verdict("volume_trend"),
    ],
)  # fmt: skip
def test_where_nothing_is_known_nothing_is_said(silent: Verdict) -> None:
    assert repair_of(report(silent), silent.id) is None
    assert repair_of(report(silent), "no_such_check") is None


def test_purchases_and_orders() -> None:
    missing = verdict("missing_revenue", threshold=0.01, details={"missing": 18, "purchases": 361})
    orphans = {"orphans": 2, "kinds": [{"dark_revenue": 10.5}, {"dark_revenue": None}]}
    lost = verdict("orphan_orders", details=orphans)
    assert repaired(missing, lost).effects[1] == Effect("Their share", "5.0 %", "0.0 %", GREEN)
    repair = repaired(lost, missing)
    assert repair.effects[1] == Effect("Unattributed revenue", "10.50", "0.00")
    assert repair.condition == "If 2 orphans are repaired"
    assert repair.unsettled == ("missing_revenue",)


@pytest.mark.parametrize(
    ("missing", "red_from", "text"),
    [
        (18, 7, "18 purchases are repaired (not red once 12 of them are)"),
        (7, 7, "7 purchases are repaired (not red once 1 of them is)"),
        (3, 1, "3 purchases are repaired"),
        (3, None, "3 purchases are repaired"),
    ],
)
def test_how_many_amounts_are_enough_is_told(missing: int, red_from: int | None, text: str) -> None:
    details = {"missing": missing, "purchases": 361, "red_from": red_from}
    repair = repaired(verdict("missing_revenue", threshold=0.01, details=details))
    assert repair.condition == f"If the amounts of {text}"


def test_repeated_ids_may_still_warn() -> None:
    repair = repaired(verdict("orphan_orders", details={"orphans": 2, "duplicate_share": 0.5}))
    assert repair.effects[0].status is None


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c"),
        (("a", "b", "c", "d"), "a, b, c and 1 more"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_named(names: tuple[str, ...], text: str) -> None:
    repair = Repair(None, "If", (), (), names, "it")
    assert repair.outcome == f"Not known: whether this settles {text}; it."


def test_what_is_promised_of_a_double_load_comes_true(shop: Shop) -> None:
    """The repeated rows are removed: the gate then counts what was promised."""
    fill(shop)
    today = [row for row in shop.events.rows if at(DAY, 0) <= row["timestamp"] < at(DAY, 24)]
    again = [row for row in today if row["event_name"] != "purchase"]
    shop.events.rows += again
    shop.log.rows[-1]["rows_read"] = 492
    run_at = {"run_timestamp": at(DAY + timedelta(days=1), 3.5)}
    shop.log.rows.append(log_entry(DAY, 492) | run_at)
    shop.write()
    promised = repair_of(shop.run(), "volume_expected")
    assert promised is not None
    assert promised.unsettled == ()
    del shop.events.rows[-len(again) :]
    del shop.log.rows[-1]
    shop.write()
    after = shop.verdicts()["volume_expected"]
    assert promised.effects[-1].after == count_text(after.details["events"])
    assert promised.effects[-1].status is after.status
