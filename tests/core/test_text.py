"""Numbers, days and hostile values as text."""

from __future__ import annotations

import math
import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checks.core.text import (
    bounded,
    change_text,
    clean,
    count_text,
    day_text,
    deciding,
    did_you_mean,
    duration_text,
    limit_text,
    listed,
    load_days_text,
    may_be_cut,
    percent_text,
    plural,
    quoted,
    short_day,
    short_list,
    usual_text,
    utc_text,
)

QUICK = settings(max_examples=60, deadline=None, derandomize=True)


def side(value: float, limit: float) -> int:
    return (value > limit) - (value < limit)


@pytest.mark.parametrize(
    ("value", "limit", "digits", "text"),
    [
        (0.0582, 0.05, 4, "0.0582"),
        (0.05, 0.05, 4, "0.0500"),
        (0.05004, 0.05, 4, "0.05004"),
        (0.0500001, 0.05, 4, "0.0500001"),
        (0.04999999, 0.05, 4, "0.04999999"),
        (2.9999, 3.0, 2, "2.9999"),
        (3.0, 3.0, 2, "3.00"),
        (6.0, 6, 1, "6.0"),
        (23.4, 6, 1, "23.4"),
        (1e-20, 0, 2, "1e-20"),
        (math.inf, 1, 2, "inf"),
        (-math.inf, 1, 2, "-inf"),
        (math.nan, 1, 2, "nan"),
    ],
)
def test_deciding(value: float, limit: float, digits: int, text: str) -> None:
    assert deciding(value, limit, digits) == text


@QUICK
@given(
    st.floats(allow_nan=False, allow_infinity=False, width=64),
    st.floats(0, 1000),
    st.integers(0, 6),
)
@example(math.nextafter(0.05, 1), 0.05, 4)
@example(math.nextafter(3.0, 0), 3.0, 2)
def test_deciding_never_rounds_onto_or_across_the_limit(
    value: float, limit: float, digits: int
) -> None:
    assert side(float(deciding(value, limit, digits)), limit) == side(value, limit)


@QUICK
@given(st.floats(0, 1), st.integers(-9, 9))
def test_deciding_holds_next_to_the_limit(limit: float, steps: int) -> None:
    value = limit
    for _ in range(abs(steps)):
        value = math.nextafter(value, math.copysign(2, steps))
    assert side(float(deciding(value, limit, 4)), limit) == side(value, limit)


@pytest.mark.parametrize(
    ("share", "limit", "text"),
    [
        (0.0582, None, "5.8 %"),
        (0.0582, 0.05, "5.8 %"),
        (0.05, 0.05, "5.0 %"),
        (0.05004, 0.05, "5.004 %"),
        # 0.07 * 100 is a little above 7.
        (0.07, 0.07, "7.0 %"),
        (0.0699, 0.07, "6.99 %"),
        (0.29, 0.29, "29.0 %"),
        (1, 0.05, "100.0 %"),
        (0, 0.01, "0.0 %"),
    ],
)
def test_percent(share: float, limit: float | None, text: str) -> None:
    assert percent_text(share, limit) == text


@QUICK
@given(st.floats(0, 1), st.integers(0, 10_000).map(lambda limit: limit / 10_000))
@example(0.05 + 1e-15, 0.05)
@example(0.07 - 1e-15, 0.07)
def test_percent_never_hides_the_side(share: float, limit: float) -> None:
    shown = float(percent_text(share, limit).removesuffix(" %"))
    assert side(shown / 100, limit) == side(share, limit)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain", "plain"),
        ("a\nb", "a\\u000ab"),
        ("\x1b[31m", "\\u001b[31m"),
        ("\u202egpj", "\\u202egpj"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\u2028", "\\u2028"),
        ("\ud800", "\\ud800"),
        ("\ue000", "\\ue000"),
        ("ümläut 日本", "ümläut 日本"),
        (42, "42"),
        (None, "None"),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 79 + "…"),
    ],
)
def test_clean(value: object, shown: str) -> None:
    assert clean(value) == shown


@QUICK
@given(st.text(max_size=200))
def test_clean_is_one_visible_line(value: str) -> None:
    shown = clean(value)
    kinds = {unicodedata.category(char) for char in shown}
    assert not kinds & {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
    assert len(shown.splitlines()) <= 1


def test_clean_can_keep_more_or_less() -> None:
    assert clean("abcdef", 4) == "abc…"
    assert clean("x" * 150, 200) == "x" * 150


@pytest.mark.parametrize(
    ("values", "most", "text"),
    [
        ([], 3, ""),
        (["a"], 3, "'a'"),
        (["a", "b", "c"], 3, "'a', 'b', 'c'"),
        (["a", "b", "c", "d"], 3, "'a', 'b', 'c' and 1 more"),
        (["a", "b", "c"], 1, "'a' and 2 more"),
        (["a\n"], 3, "'a\\u000a'"),
    ],
)
def test_listed(values: list[str], most: int, text: str) -> None:
    assert listed(values, most) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (2908, "2,908"),
        (22.0, "22"),
        (22.14, "22.1"),
        (99.96, "100.0"),
        (1234.5, "1,234"),
        (-3.25, "-3.2"),
    ],
)
def test_count(value: float, text: str) -> None:
    assert count_text(value) == text


@pytest.mark.parametrize(
    ("count", "words", "text"),
    [
        (1, ("order",), "1 order"),
        (0, ("order",), "0 orders"),
        (2908, ("row",), "2,908 rows"),
        (2, ("entry", "entries"), "2 entries"),
        (1, ("entry", "entries"), "1 entry"),
    ],
)
def test_plural(count: int, words: tuple[str, ...], text: str) -> None:
    assert plural(count, *words) == text


def test_days_and_limits() -> None:
    assert day_text(date(2025, 3, 8)) == "Saturday 8 March"
    assert short_day(date(2025, 12, 31)) == "31 December"


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2025, 3, 8), date(2025, 3, 8), "2025-03-08"),
        (date(2025, 3, 7), date(2025, 3, 8), "7 to 8 March"),
        (date(2025, 2, 28), date(2025, 3, 2), "28 February to 2 March"),
        (date(2024, 12, 31), date(2025, 1, 1), "31 December 2024 to 1 January 2025"),
    ],
)
def test_the_days_of_a_load(first: date, last: date, text: str) -> None:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    assert load_days_text(days) == text
    assert utc_text(datetime(2025, 3, 9, 6, 2, tzinfo=UTC)) == "2025-03-09 06:02 UTC"
    assert [limit_text(limit) for limit in (0.05, 3.0, 6)] == ["0.05", "3.0", "6"]
    assert quoted("a") == "'a'"


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("quarantine_rat", "quarantine_rate"),
        ("FRESHNES", "freshness"),
        ("xyz", None),
        ("", None),
    ],
)
def test_did_you_mean(word: str, near: str | None) -> None:
    assert did_you_mean(word, ("quarantine_rate", "freshness")) == near


LONG_NAMES = st.one_of(st.text(max_size=300), st.text("ab\u200b…", min_size=195, max_size=210))


@QUICK
@given(LONG_NAMES)
def test_what_is_bounded_stays_as_it_is(name: str) -> None:
    shown = bounded(name)
    assert bounded(shown) == shown
    assert len(shown) <= 209
    assert not may_be_cut(shown)


@QUICK
@given(st.text("ab", min_size=195, max_size=205), st.text(max_size=9), st.text(max_size=9))
def test_bounded_names_stay_apart(beginning: str, end: str, other_end: str) -> None:
    name, other = beginning + end, beginning + other_end
    assert (bounded(name) == bounded(other)) is (clean(name, 9999) == clean(other, 9999))


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (-5, "0 min"), (0.99, "0 min"), (1, "1 min"), (59.99, "59 min"), (60, "1 h"),
        (196, "3 h 16 min"), (1439, "23 h 59 min"), (1440, "1 day"), (1499, "1 day"),
        (1500, "1 day 1 h"), (2880, "2 days"), (3120, "2 days 4 h"),
    ],
)  # fmt: skip
def test_durations(minutes: float, expected: str) -> None:
    assert duration_text(timedelta(minutes=minutes)) == expected


@pytest.mark.parametrize(
    ("share", "digits", "shown"),
    [(-0.144, 0, "-14 %"), (-0.004, 0, "+0 %"), (0.125, 1, "+12.5 %"), (-0.0004, 1, "+0.0 %")],
)
def test_a_change_has_a_sign_and_no_negative_zero(share: float, digits: int, shown: str) -> None:
    assert change_text(share, digits) == shown


@pytest.mark.parametrize(
    ("count", "shown"), [(19.94, "19.9"), (19.96, "20"), (20.4, "20"), (3, "3"), (1234.5, "1,234")]
)
def test_what_is_usual_has_the_same_digits_everywhere(count: float, shown: str) -> None:
    assert usual_text(count) == shown


@pytest.mark.parametrize(
    ("texts", "count", "shown"),
    [
        (["a"], None, "a"),
        (["a", "b", "c"], None, "a, b, c"),
        (["a", "b", "c", "d"], None, "a, b, c and 1 more"),
        (["a", "b"], 1200, "a, b and 1,198 more"),
        (["a", "b"], 2, "a, b"),
    ],
)
def test_a_short_list_names_all_up_to_three(
    texts: list[str], count: int | None, shown: str
) -> None:
    assert short_list(texts, count) == shown
