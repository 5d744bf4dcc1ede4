"""Rows that were read, and rejected, as the cause of a day with too few events."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.core.audit_log import AuditEntry
from checks.core.model import Explanation
from checks.explaining.rejections import rejected_rows
from tests.loads.test_effective import entry, log


def rows(read: int, rejected: int, back: int = 0, source: str = "web") -> AuditEntry:
    """An entry with rejected rows."""
    return replace(entry(read, 5, source, back=back), rows_quarantined=rejected)


def explained(
    *today: AuditEntry, least: float | None = None, days: int = 5, usually: int = 20
) -> Explanation | None:
    earlier = [rows(1000, usually, back) for back in range(1, days + 1)]
    return rejected_rows(log(*today, earlier=earlier), least)


def test_all_rows_of_an_empty_day() -> None:
    found = explained(rows(1200, 1200))
    assert found is not None
    assert (found.kind, found.text) == (
        "rows_rejected", "All 1,200 rows read were rejected, about 20 usual",
    )  # fmt: skip
    assert found.evidence == {"rows_read": 1200, "rows_rejected": 1200, "expected": 20}


def test_most_rows_of_several_sources() -> None:
    found = explained(rows(700, 700, source="a"), rows(500, 40, source="b"), least=400)
    assert found is not None
    assert found.text == "740 of 1,200 rows read were rejected, about 20 usual"


@pytest.mark.parametrize(("least", "holds"), [(479, True), (480, True), (481, False)])
def test_they_hold_what_the_day_lacks(least: float, holds: bool) -> None:
    assert (explained(rows(1000, 500), least=least) is not None) is holds


@pytest.mark.parametrize(("read", "holds"), [(749, False), (750, True), (0, False)])
def test_about_as_many_rows_as_usual_were_read(read: int, holds: bool) -> None:
    """Else it is the reading that lacks rows."""
    assert (explained(rows(read, read)) is not None) is holds


def test_what_is_usually_rejected_is_no_news() -> None:
    assert explained(rows(1000, 620), least=10, usually=600) is None
    assert explained(rows(1000, 45), least=10, usually=25) is None


@pytest.mark.parametrize(("days", "holds"), [(2, False), (3, True)])
def test_three_days_say_what_is_usual(days: int, holds: bool) -> None:
    assert (explained(rows(1000, 1000), days=days) is not None) is holds


def test_without_an_entry_nothing_is_known() -> None:
    assert explained() is None
