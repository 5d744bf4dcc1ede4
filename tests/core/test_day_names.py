"""Which days a name holds, for sources of the log and for files of rejected rows alike."""

from __future__ import annotations

from datetime import date

import pytest

from checks.core.day_names import DayNames, Order, days_in
from checks.quarantine import naming

D8, D9 = date(2025, 3, 8), date(2025, 3, 9)
AUGUST = date(2025, 8, 3)
BOTH = {D8, AUGUST}


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("e_20250308.csv", {D8}), ("e2025030805", {D8}), ("20250308T053000Z", {D8}),
        ("20250308053000", {D8}), ("2025-03-08", {D8}), ("2025_03_08", {D8}),
        ("e.2025.03.08", {D8}), ("lake/2025/03/08/part-1", {D8}), ("export 08.03.2025", BOTH),
        # With the day first or the month first; by one alone above 12, or where they are equal.
        ("08-03-2025", BOTH), ("08_03_2025", BOTH), ("08/03/2025", BOTH), ("03.08.2025", BOTH),
        ("12.11.2025", {date(2025, 11, 12), date(2025, 12, 11)}),
        ("25.03.2025", {date(2025, 3, 25)}), ("03/25/2025", {date(2025, 3, 25)}),
        ("12-13-2025", {date(2025, 12, 13)}), ("03-03-2025", {date(2025, 3, 3)}),
        ("year=2025/month=03/day=08", {D8}), ("y=2025/m=3/d=8", {D8}),
        ("web_20250308_to_2025-03-09.csv", {D8, D9}),
        ("08.03.2025-13.03.2025", {date(2025, 3, 8 + n) for n in range(6)}),
        ("2025-03-06_2025-03-09", {date(2025, 3, 6 + n) for n in range(4)}),
        # In different parts of a path two days are no range.
        ("2025-03-06/e_20250309.csv", {date(2025, 3, 6), D9}),
        # Two days in one spelling hold no third: not 3 August.
        ("2025-03-08-2025-03-09", {D8, D9}),
        ("2025-02-30-2025", set()),
        # What stands before a day takes nothing from it.
        ("12-10-2025-03-08", {D8}),
    ],
)  # fmt: skip
def test_days_that_a_name_holds(name: str, days: set[date]) -> None:
    assert days_in(name) == days


@pytest.mark.parametrize(
    "name",
    [
        "", "web", "2025-03", "2025/03-08", "8.3.2025", "31.04.2025", "2025-02-29", "18990308",
        "20251308", "20250300", "20250332", "202503081", "120250308", "2025030824",
        "202503080560", "1741392000", "y=2025/m=13/d=8", "y=2025/m=3/d=0", "day=2025/m=3/d=8",
    ],
)  # fmt: skip
def test_names_that_hold_none(name: str) -> None:
    assert days_in(name) == frozenset()


def test_the_quarantine_has_no_definition_of_its_own() -> None:
    assert naming.days_in is days_in


@pytest.mark.parametrize(
    ("others", "days"),
    [
        (["r_03-25-2025.csv"], {D8}),
        (["r_25-03-2025.csv"], {AUGUST}),
        (["r_03-25-2025.csv", "r_25-03-2025.csv"], BOTH),
        (["r_04-05-2025.csv", "r_2025-03-25.csv", "r_20250325.csv"], BOTH),
        # Of the same shape before all others; where it tells nothing, all that agree.
        (["r_03-25-2025.csv", "web 25.03.2025"], {D8}),
        (["web 25.03.2025"], {AUGUST}),
        (["web 25.03.2025", "app 03.25.2025"], BOTH),
        ([], BOTH),
    ],
)
def test_the_family_tells_the_order(others: list[str], days: set[date]) -> None:
    name = "r_03-08-2025.csv"
    assert DayNames([name, *others]).days(name) == days


def test_a_name_that_reads_one_way_keeps_its_day_in_any_family() -> None:
    reading = DayNames(["r_25-03-2025.csv", "r_26-03-2025.csv"])
    assert reading.days("r_03-25-2025.csv") == {date(2025, 3, 25)}
    assert days_in("r_03-25-2025.csv", Order.DAY) == {date(2025, 3, 25)}
    assert reading.days("r_2025-03-08.csv") == {D8}


def test_why_a_name_tells_no_single_day() -> None:
    assert "day-month or as month-day" in DayNames().ambiguity("r_03-08-2025")
    why = "names the days from 2025-03-03 to 2025-03-09"
    assert DayNames().ambiguity("r_2025-03-03_2025-03-09") == why


def test_a_hostile_name_costs_little() -> None:
    assert days_in("2025-03-0" * 100_000) == frozenset()
