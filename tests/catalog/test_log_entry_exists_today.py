"""log_entry_exists_today: at least one row on the run date."""

from __future__ import annotations

from datetime import timedelta

import pytest

from checks.catalog.log_entry_exists_today import CHECK, Params, judge
from checks.core.audit_log import AuditEntry
from checks.core.model import Judgement, Status
from checks.core.values import BadValue
from tests.catalog.samples import FRAME, RUN, entry, log, verdict, waiver


def judged(*today: AuditEntry, earlier_counts: tuple[int, ...] = ()) -> Judgement:
    earlier = {
        RUN - timedelta(days=back): [entry(day=RUN - timedelta(days=back))] * count
        for back, count in enumerate(earlier_counts, start=1)
    }
    return judge(Params(), log(*today, earlier=earlier), FRAME)


@pytest.mark.parametrize(
    ("entries", "status", "message"),
    [
        (0, Status.RED, "entries=0 (min 1)"),
        (1, Status.GREEN, "entries=1 (min 1)"),
        (3, Status.GREEN, "entries=3 (min 1)"),
    ],
)
def test_rule_and_message(entries: int, status: Status, message: str) -> None:
    judgement = judged(*[entry()] * entries)
    assert (judgement.status, judgement.message) == (status, message)
    assert (judgement.value, judgement.threshold) == (entries, 1)


def test_entries_of_other_days_do_not_count() -> None:
    assert judged(earlier_counts=(2, 2)).status is Status.RED


@pytest.mark.parametrize(
    ("counts", "normal"),
    [((), ""), ((2, 2, 9), ", usually 2 a day"), ((1, 2), ", usually 1.5 a day"), ((0,), "")],
)
def test_summary_tells_what_is_usual(counts: tuple[int, ...], normal: str) -> None:
    judgement = judged(earlier_counts=counts)
    assert judgement.summary == f"The pipeline left no audit-log entry on Sunday 9 March{normal}"


def test_action_names_the_day_to_load() -> None:
    assert "Start the load of 2025-03-08" in judged().action
    assert judged(entry()).action == "Nothing to do"


def test_an_entry_with_bad_counts_is_an_entry() -> None:
    assert judged(entry(read=BadValue("NULL"))).status is Status.GREEN


def test_details_carry_the_daily_series_and_the_times() -> None:
    details = judged(entry(hour=4), entry(hour=5), earlier_counts=(1,)).details
    assert [day["entries"] for day in details["daily"]] == [1, 2]
    assert details["first_entry_at"] < details["last_entry_at"]
    assert judged().details["first_entry_at"] is None


def test_no_waiver_for_no_entry_holds_since_there_is_nothing_to_let_through() -> None:
    for up_to in (0, 1):
        refused = verdict(CHECK, judged(), waiver(CHECK.id, up_to=up_to))
        assert refused.status is Status.RED
        assert refused.waiver is not None
        assert not refused.waiver.holds
