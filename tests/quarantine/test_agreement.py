"""When the counts of log and files mean the same rows, and when they differ."""

from __future__ import annotations

import pytest

from checks.core.audit_log import AuditLog
from checks.core.values import BadValue
from checks.quarantine.agreement import (
    LoggedRange,
    difference,
    differences_by_source,
    least_quarantined,
    logged_by_source,
    logged_of_days,
)
from tests.quarantine.conftest import DAY, audit_log, entry

OTHER_DAY = "events_20250307.csv"


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (audit_log(entry()), LoggedRange(2, 2)),
        (audit_log(entry(), entry(quarantined=5, hour=3)), LoggedRange(5, 5)),
        (audit_log(entry(), entry(quarantined=5)), LoggedRange(2, 5)),
        (audit_log(entry(), entry(OTHER_DAY, 9)), LoggedRange(2, 2)),
        (audit_log(entry("a", 3), entry("b", 4)), LoggedRange(7, 7)),
        (audit_log(entry(None, 3)), LoggedRange(3, 3)),
        (audit_log(entry(), entry("b", 4)), None),
        (audit_log(entry(OTHER_DAY)), None),
        (audit_log(entry("a", BadValue("NULL")), entry("b")), None),
        (audit_log(), None),
        (audit_log(entry(None, 3), has_source=False), LoggedRange(3, 3)),
        (audit_log(entry(None, 3), entry(None, 4), has_source=False), None),
    ],
)
def test_what_the_log_says_of_a_day(log: AuditLog, expected: LoggedRange | None) -> None:
    assert logged_of_days(log, {DAY}) == expected


def test_sources_are_named_and_mapped() -> None:
    log = audit_log(entry(), entry(None), entry("b", BadValue("NULL")))
    assert logged_by_source(log) == {"events_20250308.csv": LoggedRange(2, 2), "b": None}
    assert logged_by_source(audit_log(entry(), has_source=False)) == {}


def test_rows_that_files_should_hold() -> None:
    log = audit_log(entry(), entry(OTHER_DAY, 9), entry("b", BadValue("NULL")), entry("c", 1))
    assert least_quarantined(log, {DAY}) == 3
    assert least_quarantined(log, None) == 12


@pytest.mark.parametrize(
    ("rows", "undated", "logged", "expected"),
    [
        (2, 0, LoggedRange(2, 2), []),
        (3, 0, LoggedRange(2, 5), []),
        (1, 1, LoggedRange(2, 2), []),
        (9, 9, None, []),
        (1, 0, LoggedRange(2, 5), ["X hold 1 rejected row, but the audit log says that 2 were"]),
        (6, 0, LoggedRange(2, 5), ["X hold 6 rejected rows, but the audit log says that 5 were"]),
        (0, 0, LoggedRange(1, 1), ["X hold 0 rejected rows, but the audit log says that 1 was"]),
    ],
)
def test_a_count_differs(
    rows: int, undated: int, logged: LoggedRange | None, expected: list[str]
) -> None:
    assert difference("X hold", rows, logged, undated) == [
        f"{text} quarantined" for text in expected
    ]


def test_each_source_is_compared_with_its_own_files() -> None:
    log = audit_log(
        entry("a_1", 5), entry("b_2", 7), entry("c_3", 8), entry("d_4", 0), entry("e_5", 1),
        entry("f_6", BadValue("NULL")), entry(OTHER_DAY, 4),
    )  # fmt: skip
    rows_by_source = {"a_1": 4, "b_2": 7, "c_3": None}
    missing = "there is no file of this load of {}, although the audit log says that {} quarantined"
    differing_ = "the files of 'a_1' hold 4 rejected rows, but the audit log says that 5 were"
    first = missing.format("'e_5'", "1 row was")
    assert differences_by_source(log, rows_by_source, {DAY}) == [f"{differing_} quarantined", first]
    other = missing.format(f"'{OTHER_DAY}'", "4 rows were")
    assert differences_by_source(log, rows_by_source, None) == [
        f"{differing_} quarantined",
        first,
        other,
    ]
