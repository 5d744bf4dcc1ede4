"""event_volume: one kind of event against its own window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from checks.catalog.event_volume import Params, judge, name_state
from checks.model import Judgement, Status
from tests.catalog.samples import DAY, FORBIDDEN, FRAME, HOSTILE, LIVE, events, texts, window

STEADY = {"page_view": (1000,) * 8}


def judged(
    by_name: Mapping[str, Sequence[int]], params: Params | None = None, **fields: Any
) -> Judgement:
    return judge(params or Params(), events({**STEADY, **by_name}, **fields), FRAME)


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        # Silent at a mean of 10 a day or more, not below.
        ((10, 10, 10, 10, 10, 10, 10, 0), "silent"),
        ((10, 10, 10, 10, 10, 10, 9, 0), "rare"),
        ((0, 0, 0, 0, 0, 0, 70, 0), "silent"),
        ((0, 0, 0, 0, 0, 0, 69, 0), "rare"),
        ((10, 10, 10, 10, 10, 10, 10, 10), "normal"),
        # The zero days before are the same outage: not in the mean.
        ((22, 22, 22, 0, 0, 0, 0, 0), "silent"),
        ((10, 0, 0, 0, 0, 0, 0, 0), "silent"),
        ((9, 0, 0, 0, 0, 0, 0, 0), "rare"),
        ((0, 20, 0, 0, 0, 0, 0, 0), "silent"),
        ((0, 19, 0, 0, 0, 0, 0, 0), "rare"),
        # The outage has outlasted the window: nothing is known of the name.
        ((0, 0, 0, 0, 0, 0, 0, 0), "rare"),
        # Below the lowest divided by 2.25; the limit itself is fine.
        ((45, 90, 90, 90, 90, 90, 90, 20), "normal"),
        ((45, 90, 90, 90, 90, 90, 90, 19), "collapsed"),
        ((0, 90, 90, 90, 90, 90, 90, 1), "normal"),
        # Above 2.25 times the highest; the limit itself is fine.
        ((45, 90, 90, 90, 90, 90, 100, 225), "normal"),
        ((45, 90, 90, 90, 90, 90, 100, 226), "surged"),
        # A trickle after an outage is not normal: the outage is not the lowest.
        ((90, 90, 90, 90, 90, 90, 0, 39), "collapsed"),
        ((90, 90, 90, 90, 90, 90, 0, 40), "normal"),
        ((22, 22, 22, 0, 0, 0, 0, 5), "collapsed"),
        ((22, 22, 22, 0, 0, 0, 0, 22), "normal"),
        # Rare names are not judged either way; new ones are reported.
        ((9, 9, 9, 9, 9, 9, 9, 500), "rare"),
        ((0, 0, 0, 0, 0, 0, 0, 500), "new"),
        ((0, 0, 0, 0, 0, 0, 1, 500), "rare"),
    ],
)
def test_states(counts: tuple[int, ...], state: str) -> None:
    assert name_state(Params(), "x", counts, window()).state == state


@pytest.mark.parametrize(
    ("by_name", "status", "message"),
    [
        ({}, Status.GREEN, "silent=0 (max 0)"),
        ({"a": (22,) * 7 + (0,)}, Status.RED, "silent=1 (max 0)"),
        ({"a": (22,) * 7 + (0,), "b": (30,) * 7 + (0,)}, Status.RED, "silent=2 (max 0)"),
        ({"a": (90,) * 7 + (39,)}, Status.AMBER, "collapsed=1 (max 0)"),
        ({"a": (90,) * 7 + (203,)}, Status.AMBER, "surged=1 (max 0)"),
        (
            {"a": (90,) * 7 + (39,), "b": (90,) * 7 + (203,)},
            Status.AMBER,
            "collapsed=1 (max 0)",
        ),
        ({"a": (22,) * 7 + (0,), "b": (90,) * 7 + (1,)}, Status.RED, "silent=1 (max 0)"),
        ({"a": (0,) * 7 + (999,)}, Status.GREEN, "silent=0 (max 0)"),
    ],
)
def test_rule_and_message(
    by_name: Mapping[str, Sequence[int]], status: Status, message: str
) -> None:
    found = judged(by_name)
    assert (found.status, found.message, found.threshold) == (status, message, 0)
    flagged = 0 if status is Status.GREEN else int(message.split("=")[1][0])
    assert found.value == flagged


def test_the_dead_tracking_pixel_is_told_with_its_first_day() -> None:
    found = judged({"checkout_completed": (22, 22, 22, 22, 22, 22, 0, 0)})
    assert found.summary == "'checkout_completed' stopped on 7 March: usually 22 a day, 0 since"
    assert "'checkout_completed'" in found.action
    assert found.details["filters"] == {"event": "checkout_completed"}


@pytest.mark.parametrize("length", range(2, 8))
def test_an_outage_stays_red_until_the_window_forgets_it(length: int) -> None:
    counts = (*(22,) * (8 - length), *(0,) * length)
    state = name_state(Params(), "x", counts, window())
    assert (state.state, state.usual, state.lowest) == ("silent", 22, 22)
    assert state.silent_since == date(2025, 3, 9 - length)


def test_red_ends_when_events_return() -> None:
    assert judged({"a": (22, 22, 22, 22, 0, 0, 0, 22)}).status is Status.GREEN


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        (None, Status.RED),
        ((0,) * 8, Status.RED),
        ((1,) * 7 + (0,), Status.RED),
        ((1,) * 8, Status.GREEN),
        ((0,) * 7 + (1,), Status.GREEN),
    ],
)
def test_expected_names_are_red_however_long_they_are_silent(
    counts: tuple[int, ...] | None, status: Status
) -> None:
    by_name: Mapping[str, Sequence[int]] = {} if counts is None else {"refund": counts}
    assert judged(by_name, Params(expected=("refund",))).status is status


def test_an_expected_name_that_was_never_seen_says_so() -> None:
    found = judged({}, Params(expected=("refund",)))
    assert found.summary == "'refund' is expected and has been silent for 8 days or more"


def test_ignored_names_are_not_judged() -> None:
    by_name = {"old": (50,) * 7 + (0,)}
    assert judged(by_name).status is Status.RED
    found = judged(by_name, Params(ignore=("old",)))
    assert found.status is Status.GREEN
    assert found.details["ignored"] == ["old"]


def test_a_name_cannot_be_expected_and_ignored() -> None:
    assert Params(expected=("a",), ignore=("b",)).problems() == []
    assert Params(expected=("a", "b"), ignore=("b",)).problems() == [
        ("expected", "'b'", "a name that is not in `ignore`")
    ]


def test_own_parameters() -> None:
    assert judged({"a": (4,) * 7 + (0,)}, Params(min_per_day=4)).status is Status.RED
    assert judged({"a": (30,) * 7 + (19,)}, Params(factor=1.5)).status is Status.AMBER
    assert judged({"a": (30,) * 7 + (20,)}, Params(factor=1.5)).status is Status.GREEN


def test_new_names_are_reported() -> None:
    found = judged({"brand_new": (0,) * 7 + (999,)})
    assert found.summary == ("1 event name is within the usual range; new: 'brand_new'")
    assert found.details["new"] == ["brand_new"]


def test_collapse_and_surge_are_told_with_their_range() -> None:
    low = judged({"a": (80, 90, 90, 90, 90, 90, 100, 8), "b": (90,) * 7 + (1,)})
    assert low.summary == "'a' collapsed on 8 March: 8, usually 80 to 100 a day; and 1 more"
    high = judged({"a": (80, 90, 90, 90, 90, 90, 100, 800)})
    assert high.summary == "'a' surged on 8 March: 800, usually 80 to 100 a day"
    assert high.action == ("Compare 'a' by hour on Saturday 8 March with the days before")


def test_green_counts_the_names_judged() -> None:
    found = judged({"a": (50,) * 8, "rare": (1,) * 8})
    assert found.summary == "2 event names are within the usual range"
    assert found.action == "Nothing to do"


def test_silent_purchase_names_are_told_apart() -> None:
    by_name = {"purchase": (22,) * 7 + (0,), "login": (22,) * 7 + (0,)}
    assert judged(by_name).details["silent_purchase_names"] == ["purchase"]
    assert judged({"login": (22,) * 7 + (0,)}).details["silent_purchase_names"] == []


def test_learning() -> None:
    counts = {"a": (0, 0, 100, 100, 100, 100, 100, 0)}
    found = judge(Params(), events({"b": (0,) * 8, "a": (0,) * 8}, has_earlier=False), FRAME)
    assert found.message == "silent=skipped (learning, 0 of 7 days)"
    learning = judge(
        Params(), events({"a": (0, 0, 100, 100, 100, 100, 100, 90)}, has_earlier=False), FRAME
    )
    assert learning.message == "silent=skipped (learning, 5 of 7 days)"
    assert judge(Params(), events(counts, has_earlier=False), FRAME).status is Status.RED


def test_an_expected_name_is_red_even_while_learning() -> None:
    found = judge(
        Params(expected=("purchase",)),
        events({"a": (0, 0, 100, 100, 100, 100, 100, 100)}, has_earlier=False),
        FRAME,
    )
    assert found.status is Status.RED


@pytest.mark.parametrize("by_name", [{}, {"a": (0,) * 8}, {"a": (0,) * 7 + (500,)}])
def test_an_empty_window_is_unknown(by_name: dict[str, tuple[int, ...]]) -> None:
    found = judge(Params(), events(by_name), FRAME)
    assert found.status is Status.UNKNOWN
    assert found.message == "silent=unknown (bad_value: no events in the 7 days before 2025-03-08)"


def test_a_window_long_outage_of_everything_is_red_for_what_is_expected() -> None:
    assert judge(Params(expected=("a",)), events({}), FRAME).status is Status.RED


def test_ten_thousand_names_stay_bounded() -> None:
    by_name = {f"name_{i}": (20,) * 7 + (0,) for i in range(10_000)}
    found = judge(Params(), events(by_name), FRAME)
    assert found.message == "silent=10000 (max 0)"
    assert found.value == 10_000
    assert len(found.details["names"]) == len(found.details["silent"]) == 200
    assert found.details["names_total"] == 10_000
    assert max(map(len, texts(found))) < 300


def test_hostile_names_are_inert() -> None:
    for counts in ((22,) * 7 + (0,), (22,) * 7 + (1,), (22,) * 7 + (999,), (0,) * 7 + (5,)):
        found = judged({HOSTILE: counts})
        assert not any(char in text for text in texts(found) for char in FORBIDDEN)


def test_a_day_that_lasts_is_marked() -> None:
    found = judge(Params(), events(STEADY), LIVE)
    assert found.details["partial_day"] is True
    assert found.details["dates"][-1] == DAY
