"""What explains a rise, by hand-made counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.quarantine.explaining import REST, ColumnCounts, Counts, RiseExplanation, explain

Groups = dict[str | None, tuple[int, int, int]]


def column(name: str, groups: Groups) -> ColumnCounts:
    return ColumnCounts(name, {group: Counts(*rows) for group, rows in groups.items()})


AGENT = column("agent", {"bots": (400, 60, 60), "phones": (120, 620, 620), "mac": (480, 320, 320)})
CONSTANT = column("reason", {"missing": (1000, 1000, 1000)})
TOTALS = Counts(1000, 1000, 1000)


def changed(explanation: RiseExplanation) -> list[tuple[str, str | None]]:
    return [(change.column, change.group) for change in explanation.changes]


def test_the_value_that_grew_is_first_with_its_part_of_the_rise() -> None:
    explanation = explain([CONSTANT, AGENT], TOTALS, expected=100)
    assert changed(explanation) == [("agent", "phones")]
    phones = explanation.changes[0]
    # By hand: a tenth of the volume before gives 12 phones; 608 more of a rise of 900.
    assert (phones.share_before, phones.share_now, phones.rows) == (0.12, 0.62, 620)
    assert phones.explained == pytest.approx(608)
    assert phones.part == pytest.approx(608 / 900)
    assert phones.beyond == pytest.approx(500)


def test_the_largest_group_before_and_since() -> None:
    shifted = column("agent", {"bots": (410, 60, 6), "phones": (120, 620, 62)})
    (shift,) = explain([shifted], Counts(1000, 1000, 100), 10).shifts
    assert (shift.before, shift.since) == ("bots", "phones")
    assert (shift.share_before, shift.share_since) == (0.41, 0.62)


@pytest.mark.parametrize(("since", "is_reported"), [(209, False), (210, True)])
def test_a_shift_needs_ten_points(since: int, is_reported: bool) -> None:
    groups: Groups = {"a": (200, 100, 100), "b": (110, since, since)}
    assert bool(explain([column("x", groups)], TOTALS, 100).shifts) is is_reported


def test_a_constant_column_explains_nothing_of_its_own() -> None:
    assert explain([CONSTANT], TOTALS, 10).changes == ()


@pytest.mark.parametrize(
    ("now", "is_reported"),
    # A hundredth of 1,000 before; the standard error of the difference decides.
    [(24, False), (30, True)],
)
def test_chance_is_not_told(now: int, is_reported: bool) -> None:
    groups: Groups = {"x": (10, now, now), None: (990, 1000 - now, 1000 - now)}
    assert bool(explain([column("c", groups)], TOTALS, 100).changes) is is_reported


def test_missing_is_a_value_and_the_rest_is_none() -> None:
    groups: Groups = {None: (10, 700, 700), REST: (100, 300, 300), "a": (890, 0, 0)}
    explanation = explain([column("id", groups)], TOTALS, 10)
    assert changed(explanation) == [("id", None)]
    assert explanation.shifts[0].since is None


def test_at_most_four_values_of_one_column() -> None:
    groups: Groups = {f"v{i}": (0, 160, 160) for i in range(6)}
    explanation = explain([column("x", groups | {"old": (1000, 40, 40)})], TOTALS, 10)
    assert changed(explanation) == [("x", f"v{i}") for i in range(4)]


@pytest.mark.parametrize(
    ("expected", "is_rise"), [(998.9, True), (999.0, True), (999.1, False), (2000.0, False)]
)
def test_a_rise_is_at_least_one_row(expected: float, is_rise: bool) -> None:
    explanation = explain([AGENT], TOTALS, expected)
    assert explanation.is_rise is is_rise
    assert all((change.part is None) is (explanation.rise <= 0) for change in explanation.changes)


@pytest.mark.parametrize("totals", [Counts(0, 5, 5), Counts(5, 0, 0), Counts(0, 0, 0)])
def test_nothing_to_compare(totals: Counts) -> None:
    rows = (totals.before, totals.since, totals.day)
    explanation = explain([column("x", {"a": rows})], totals, 0)
    assert (explanation.changes, explanation.shifts) == ((), ())


@given(
    st.dictionaries(
        st.one_of(st.none(), st.text(max_size=3)),
        st.tuples(*[st.integers(0, 10_000)] * 2),
        max_size=8,
    ),
    st.floats(0, 100_000),
)
def test_any_counts_give_shares_and_one_order(
    groups: dict[str | None, tuple[int, int]], expected: float
) -> None:
    counts = {group: Counts(before, day, day) for group, (before, day) in groups.items()}
    before, day = (sum(rows[i] for rows in groups.values()) for i in (0, 1))
    totals = Counts(before, day, day)
    explanation = explain([ColumnCounts("x", counts)], totals, expected)
    backwards = dict(reversed(counts.items()))
    assert explanation == explain([ColumnCounts("x", backwards)], totals, expected)
    for change in explanation.changes:
        assert 0 <= change.share_before < change.share_now <= 1
        assert change.beyond > 0
