"""rows_read: above zero over the loads of all sources."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.catalog.rows_read import CHECK, Params, judge
from checks.core.audit_log import AuditEntry
from checks.core.model import Cause, Judgement, Severity, Status, Verdict
from checks.core.values import BadValue
from tests.catalog.samples import FRAME, entry, judgement, log, verdict


def judged(*today: AuditEntry, has_source: bool = True) -> Judgement:
    return judge(Params(), log(*today, has_source=has_source), FRAME)


@pytest.mark.parametrize(
    ("entries", "status", "message"),
    [
        ([entry(read=0, quarantined=0)], Status.RED, "rows_read=0 (min 1)"),
        ([entry(read=1)], Status.GREEN, "rows_read=1 (min 1)"),
        ([entry("a", 0), entry("b", 0)], Status.RED, "rows_read=0 (min 1)"),
        ([entry("a", 0), entry("b", 2)], Status.GREEN, "rows_read=2 (min 1)"),
        ([entry("a", 700), entry("b", 800)], Status.GREEN, "rows_read=1500 (min 1)"),
        # Two good entries of a source that has no other days: the lower reading.
        ([entry(read=0, hour=4), entry(read=50, hour=5)], Status.GREEN, "rows_read=50 (min 1)"),
        ([entry(read=50, hour=4), entry(read=0, hour=5)], Status.RED, "rows_read=0 (min 1)"),
        # Two entries of the same time: the worse.
        ([entry(read=50), entry(read=0)], Status.RED, "rows_read=0 (min 1)"),
        ([entry(read=0), entry(read=50)], Status.RED, "rows_read=0 (min 1)"),
        # What has no name is no source: each counts for itself.
        ([entry(None, 5, hour=4), entry(None, 7, hour=5)], Status.GREEN, "rows_read=12 (min 1)"),
        ([entry(" ", 5, hour=4), entry(" ", 7, hour=5)], Status.GREEN, "rows_read=12 (min 1)"),
    ],
)
def test_rule_and_message(entries: list[AuditEntry], status: Status, message: str) -> None:
    judgement = judged(*entries)
    assert (judgement.status, judgement.message) == (status, message)


def test_without_a_source_column_every_entry_counts() -> None:
    judgement = judged(entry(None, 5, hour=4), entry(None, 7, hour=5), has_source=False)
    assert judgement.message == "rows_read=12 (min 1)"


@pytest.mark.parametrize("bad", ["NULL", "'many', not a number", "-3, below zero", "nan"])
@pytest.mark.parametrize("others", [(), (entry("b", 900),)])
def test_a_count_that_is_none_is_unknown(bad: str, others: tuple[AuditEntry, ...]) -> None:
    judgement = judged(entry("a.csv", BadValue(bad)), *others)
    assert judgement.status is Status.UNKNOWN
    assert judgement.cause is Cause.BAD_VALUE
    assert judgement.message == f"rows_read=unknown (bad_value: rows_read is {bad})"
    assert judgement.summary.startswith("The rows read of 'a.csv' could not be judged")
    assert "'a.csv'" in judgement.action


def test_a_bad_count_that_was_retried_does_not_matter() -> None:
    failed = entry(read=BadValue("NULL"), hour=4, status="failed")
    assert judged(failed, entry(hour=5)).status is Status.GREEN
    file = entry("web_20250308.csv", BadValue("NULL"), hour=4)
    assert judged(file, entry("web_20250308.csv", hour=5)).status is Status.GREEN


def test_a_bad_count_of_a_source_that_may_add_up_is_unknown() -> None:
    judgement = judged(entry(read=BadValue("NULL"), hour=4), entry(hour=5))
    assert judgement.status is Status.UNKNOWN
    assert "set `audit_log.several` to `replace` or `add`" in judgement.summary


def test_the_setting_that_settles_it_is_named() -> None:
    judgement = judged(entry(read=5, hour=4), entry(read=7, hour=5), entry("b", 1), entry("b", 2))
    assert judgement.message == "rows_read=8 (min 1)"
    assert judgement.summary == (
        "The run of Sunday 9 March read 8 rows from 2 sources; 'web.csv' has 2 entries, and it "
        "is unclear whether they replace each other or add up, so the worse reading counts, also "
        "for 1 other source: set `audit_log.several` to `replace` or `add`"
    )
    assert judgement.details["several_entries"] == [
        {"source": "web.csv", "rule": "unsettled", "counted": 2, "replaced": 0},
        {"source": "b", "rule": "unsettled", "counted": 2, "replaced": 0},
    ]
    assert "several" not in judged(entry("a"), entry("b")).summary


def test_a_bad_count_without_a_source_is_named_without_one() -> None:
    judgement = judged(entry(None, BadValue("NULL")), has_source=False)
    assert judgement.message == "rows_read=unknown (bad_value: rows_read is NULL)"


def test_an_empty_source_is_named_beside_full_ones() -> None:
    judgement = judged(entry("a.csv", 0), entry("b.csv", 1200))
    assert (
        judgement.summary
        == "The run of Sunday 9 March read 1,200 rows from 2 sources; 'a.csv' was empty"
    )
    assert judgement.details["empty_sources"] == ["a.csv"]


@pytest.mark.parametrize(
    ("inserted", "expected"), [(990, 990), (None, None), (BadValue("NULL"), None)]
)
def test_details_tell_what_each_load_read_and_inserted(
    inserted: int | BadValue | None, expected: int | None
) -> None:
    load = replace(entry("a.csv", 1000), rows_inserted=inserted)
    assert judged(load).details["sources"] == [
        {
            "source": "a.csv",
            "names_other_days": False,
            "run_at": load.run_at,
            "rows_read": 1000,
            "rows_inserted": expected,
        }
    ]


def test_red_says_which_source_to_look_at() -> None:
    assert "('web.csv'), then" in judged(entry(read=0)).action
    assert "(the source without a name), then" in judged(entry(None, 0)).action


def _entry_check(status: Status) -> dict[str, Verdict]:
    from checks.catalog import get_check

    check = get_check("log_entry_exists_today")
    severity = Severity.AMBER if status is Status.AMBER else Severity.RED
    outcome = judgement(Status.RED if status is Status.AMBER else status)
    return {check.id: verdict(check, outcome, severity=severity)}


def test_no_entry_is_skipped_only_where_that_is_red() -> None:
    nothing = judged()
    assert nothing.status is Status.UNKNOWN
    assert nothing.message == "rows_read=unknown (bad_value: no audit-log entry on 2025-03-09)"
    skipped = verdict(CHECK, nothing, others=_entry_check(Status.RED))
    assert skipped.status is Status.SKIPPED
    assert skipped.message == "rows_read=skipped (log_entry_exists_today is red)"
    for status in (Status.AMBER, Status.UNKNOWN):
        assert verdict(CHECK, nothing, others=_entry_check(status)).status is Status.UNKNOWN
    assert verdict(CHECK, nothing, others={}).status is Status.UNKNOWN


def test_red_names_every_source_up_to_three() -> None:
    names = [f"{name}.csv" for name in "abcd"]
    action = judged(*(entry(name, 0) for name in names)).action
    assert action.count(".csv") == 3
    assert "and 1 more), then load them again" in action
    assert judged(*(entry(name, 0) for name in names[:3])).action.count(".csv") == 3
